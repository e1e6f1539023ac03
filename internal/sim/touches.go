package sim

import (
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

var products = []string{"shoe-1", "shoe-2", "lamp", "tent"}

// trustOf is how far each source is trusted.
func trustOf(s orrery.SourceName) orrery.Trust {
	if s == "website" {
		return orrery.Public
	}
	return orrery.Server
}

// touch makes up one thing that a person does.
func (w *world) touch(p *person) *orrery.Touch {
	t := w.behaviour(p)
	w.number++
	t.MessageID = fmt.Sprintf("m-%d", w.number)
	if t.Source == "" {
		t.Source = pick(w, []orrery.SourceName{"website", "shop"})
	}
	t.Trust = trustOf(t.Source)
	t.Identifiers = w.names(p, t.Source)
	t.Received = w.instant()
	t.At = t.Received
	if w.rand.IntN(5) == 0 { // it waited in a phone without a network
		t.At = t.At.Add(-orrery.Span(w.rand.Int64N(int64(40 * orrery.Hour))))
	}
	if w.chanceOf(10) {
		t.At, t.Historical = t.At.Add(-30*orrery.Day), true
	}
	t.Zone = p.zone
	return t
}

// behaviour is what somebody does, without who and when.
func (w *world) behaviour(p *person) *orrery.Touch {
	switch n := w.rand.IntN(1000); {
	case n < 420:
		return &orrery.Touch{Kind: orrery.Track, Name: "Product Viewed", Product: pick(w, products), Channel: "web"}
	case n < 560:
		return &orrery.Touch{Kind: orrery.Page, Name: pick(w, []string{"Home", "Pricing"}), Channel: "web"}
	case n < 640:
		return w.order(p)
	case n < 700:
		return &orrery.Touch{Kind: orrery.Identify, Channel: "web", Source: pick(w, []orrery.SourceName{"website", "shop"}),
			Traits: []orrery.Trait{{Name: "plan", Value: fmt.Sprintf(`"%s"`, pick(w, []string{"free", "plus"}))}}}
	case n < 790:
		return w.consent()
	case n < 850:
		return w.complaint(p)
	case n < 880:
		return w.message(orrery.Signals{Polarity: orrery.Positive, Confidence: 900, Intents: []orrery.Label{{Name: orrery.IntentPraise, Confidence: 900}}})
	case n < 900:
		return w.lifeEvent()
	case n < 950:
		return w.answer(p)
	case n < 965:
		return &orrery.Touch{Kind: orrery.SentTouch, Source: "shop", Channel: "email", Sent: &orrery.SentMessage{
			Class: orrery.Commercial, Theme: "sale", Stance: pick(w, []string{"on", "over"}), Team: "stores"}}
	case n < 975:
		return &orrery.Touch{Kind: orrery.Group, Source: "shop", Channel: "web", Account: orrery.AccountID(fmt.Sprintf("firm-%d", w.rand.IntN(5)))}
	case n < 985:
		return &orrery.Touch{Kind: orrery.AliasCall, Source: "shop", Channel: "web", Alias: []orrery.Identifier{pick(w, p.browsers)}}
	}
	return &orrery.Touch{Kind: orrery.StoreVisit, Source: "shop", Channel: "store"}
}

func (w *world) order(p *person) *orrery.Touch {
	if p.orders == 0 || w.rand.IntN(3) > 0 {
		p.orders++
	}
	return &orrery.Touch{Kind: orrery.OrderTouch, Source: "shop", Channel: "web", Order: &orrery.Order{
		ID: fmt.Sprintf("%s-%d", p.name, 1+w.rand.IntN(p.orders)), Status: pick(w, []string{"placed", "paid", "cancelled", "refunded"}),
		Total: orrery.Money{Minor: int64(w.rand.IntN(20000)), Currency: "EUR"}, Quantity: 1}}
}

func (w *world) consent() *orrery.Touch {
	answer := orrery.Granted
	if w.rand.IntN(3) == 0 {
		answer = orrery.Refused
	}
	t := &orrery.Touch{Kind: orrery.Identify, Channel: "web", Source: pick(w, []orrery.SourceName{"website", "shop", "shop"})}
	for _, purpose := range []orrery.Purpose{orrery.Advertising, orrery.Marketing, orrery.Research} {
		if w.rand.IntN(3) > 0 {
			t.Consents = append(t.Consents, orrery.ConsentClaim{Purpose: purpose, Answer: answer, How: "form",
				Channel: pick(w, []orrery.Channel{orrery.AnyChannel, orrery.AnyChannel, "email"})})
		}
	}
	return t
}

func (w *world) message(s orrery.Signals) *orrery.Touch {
	s.Engine, s.Language = "sim", "en"
	return &orrery.Touch{Kind: orrery.MessageTouch, Source: pick(w, []orrery.SourceName{"mail", "shop", "website"}), Channel: pick(w, []orrery.Channel{"email", "chat"}),
		Message: &orrery.Message{Text: "simulated"}, Signals: &s}
}

func (w *world) complaint(p *person) *orrery.Touch {
	t := w.message(orrery.Signals{Polarity: orrery.Negative, Confidence: 900,
		Intents: []orrery.Label{{Name: orrery.IntentComplaint, Confidence: orrery.Confidence(350 + w.rand.IntN(650))}}})
	if w.rand.IntN(4) == 0 {
		t.Signals.Risks = []orrery.Label{{Name: pick(w, []string{"injury", "legal"}), Confidence: 800}}
	}
	switch w.rand.IntN(4) {
	case 0:
		t.Product = pick(w, products)
	case 1:
		t.Message.Order = fmt.Sprintf("%s-1", p.name)
	case 2:
		t.Message.Thread = fmt.Sprintf("th-%s-%d", p.name, w.rand.IntN(3))
	}
	if len(p.family) > 1 && w.rand.IntN(4) == 0 {
		t.Message.Affected = []orrery.Identifier{pick(w, p.family).user}
	}
	return t
}

func (w *world) lifeEvent() *orrery.Touch {
	label := orrery.Label{Name: string(pick(w, []orrery.LifeKind{orrery.Bereavement, orrery.Engagement, orrery.Illness, orrery.Moving})),
		Confidence: orrery.Confidence(300 + w.rand.IntN(700)), Who: pick(w, []string{"self", "family", "other"})}
	return w.message(orrery.Signals{Life: []orrery.Label{label}})
}

// answer answers a satisfaction question, now and then without the signed token, or says how they like the brand.
func (w *world) answer(p *person) *orrery.Touch {
	a := orrery.SurveyAnswer{Survey: "nps", Score: w.rand.IntN(11), Scale: 10}
	if c := w.judge.caseOf(p.user); c != 0 && w.rand.IntN(4) > 0 {
		a = orrery.SurveyAnswer{Survey: "case_satisfaction", Case: c, Score: 1 + w.rand.IntN(5), Scale: 5}
	}
	t := &orrery.Touch{Kind: orrery.SurveyTouch, Channel: "email", Source: pick(w, []orrery.SourceName{"website", "shop"}), Survey: &a}
	a.Verified = w.rand.IntN(3) > 0
	return t
}

// submit sends touches, with those of which nobody knows whether they arrived and some that were sent before.
func (w *world) submit(touches []*orrery.Touch) {
	touches = append(touches, w.unsure...)
	w.unsure = nil
	for len(w.lately) > 400 {
		w.lately = w.lately[200:]
	}
	for range w.rand.IntN(3) {
		if len(w.lately) > 0 {
			old := *pick(w, w.lately)
			if old.Received.Add(6*orrery.Day) > w.instant() {
				touches = append(touches, &old)
				w.happened("sent twice")
			}
		}
	}
	w.rand.Shuffle(len(touches), func(i, j int) { touches[i], touches[j] = touches[j], touches[i] })
	inputs := make([]engine.Input, len(touches))
	for i, t := range touches {
		inputs[i].Touch = t
	}
	results, _ := w.drive(inputs...)
	for i, t := range touches {
		if i >= len(results) {
			w.unsure = append(w.unsure, t)
			continue
		}
		switch r := results[i]; {
		case r.Err == nil:
			w.acked[messageKey{t.Source, t.MessageID}] = true
			w.lately = append(w.lately, t)
			if r.Duplicate {
				w.happened("recognised")
			}
		case orrery.KindOf(r.Err) != orrery.KindInvalid:
			broken("a touch was refused: %v", r.Err)
		}
	}
}
