package protect

import (
	"fmt"

	"github.com/orrery-cxm/orrery"
)

// What happened to a life event, as LifeChanged names it.
const (
	LifeConfirmed = "confirmed"
	LifeRejected  = "rejected"
	LifeExpired   = "expired"
)

// noticed is what a touch or a correction says about the person's life.
type noticed struct {
	Fragment orrery.FragmentID
	Touch    orrery.TouchID
	Labels   []orrery.Label
	Trait    bool // read from a profile, not from a text
	Trusted  bool // the source may vouch for the person
	Public   bool // the person's own public statement
	Person   bool // a person at the brand says so
	By       orrery.Actor
}

// noticeLife notes what was said. A sensitive event that was only inferred brings silence for a few days and a question
// to a person at the brand, nothing more. Whose life it is matters: what happened to others is nobody's event.
func noticeLife(t Turn, p *Policy, n noticed) {
	for _, l := range n.Labels {
		kind := orrery.LifeKind(l.Name)
		rule, known := p.Life[kind]
		if !known || l.Who == "other" {
			continue
		}
		certainty, source := orrery.Inferred, "text"
		switch {
		case n.Person:
			certainty, source = orrery.Verified, "agent"
		case n.Trait && n.Trusted:
			certainty, source = orrery.Declared, "trait"
		case n.Trait:
			source = "trait"
		}
		from := p.LifeNoteFrom
		if rule.Sensitive {
			from = p.LifeHoldFrom
		}
		if l.Confidence < from && certainty == orrery.Inferred {
			continue
		}
		note(t, p, orrery.LifeEvent{
			Kind: kind, Certainty: certainty, Sensitive: rule.Sensitive, Who: l.Who, Fragment: n.Fragment, Touch: n.Touch,
			Source: source, Public: n.Public, Confidence: l.Confidence,
		}, n.By)
	}
}

// note makes an event known, unless it is known already with the same or greater certainty. A profile that still says
// what was rejected or has expired says nothing new.
func note(t Turn, p *Policy, ev orrery.LifeEvent, by orrery.Actor) {
	e := PersonView(t, ev.Fragment)
	for _, l := range e.Life {
		if l.Kind != ev.Kind || l.Gone != "" {
			continue
		}
		if l.Certainty < ev.Certainty {
			l.Source = ev.Source
			confirm(t, p, l, ev.Certainty, by)
		}
		return
	}
	for _, l := range e.Life {
		stillInProfile := ev.Source == "trait" && l.Source == "trait"
		againByModel := ev.Certainty == orrery.Inferred && l.Touch == ev.Touch && ev.Touch != 0
		if l.Kind == ev.Kind && (stillInProfile || againByModel) {
			return
		}
	}
	now := t.Now()
	ev.ID, ev.At = orrery.LifeID(t.NextID()), now
	ev.Expires = now.Add(p.Life[ev.Kind].Lasts)
	silent := ev.Sensitive && ev.Certainty == orrery.Inferred
	if silent {
		ev.Expires = now.Add(p.LifeReview)
	}
	t.Emit(&orrery.LifeNoted{Event: ev})
	if ev.Sensitive {
		place(t, orrery.Hold{
			Kind: orrery.HoldLife, Fragment: ev.Fragment, Life: ev.ID, Touch: ev.Touch, Until: ev.Expires, By: by.Name,
			Reason: reasonOf(ev.Certainty),
		})
	}
	if silent {
		t.Emit(&orrery.ReviewOpened{Review: orrery.ReviewID(t.NextID()), Fragment: ev.Fragment, Touch: ev.Touch,
			About: aboutLife(ev.Kind), Life: ev.ID})
	}
}

func aboutLife(k orrery.LifeKind) string { return "life." + string(k) }

func reasonOf(c orrery.Certainty) string {
	switch c {
	case orrery.Inferred:
		return HoldLifeInferred
	case orrery.Declared:
		return HoldLifeDeclared
	}
	return HoldLifeConfirmed
}

// confirm makes an event a fact: it lasts as long as its kind does, and so does its silence.
func confirm(t Turn, p *Policy, l Life, c orrery.Certainty, by orrery.Actor) {
	ev := l.LifeEvent
	ev.Certainty, ev.Expires = c, t.Now().Add(p.lasts(ev.Kind))
	t.Emit(&orrery.LifeChanged{Event: ev, Change: LifeConfirmed, By: by})
	held := false
	for _, h := range holdsOf(t, ofLife(ev.ID), ev.Fragment) {
		held = true
		h.Until, h.Reason = ev.Expires, reasonOf(c)
		t.Emit(&orrery.HoldChanged{Hold: h, Change: LifeConfirmed, By: by.Name})
	}
	if ev.Sensitive && !held {
		place(t, orrery.Hold{Kind: orrery.HoldLife, Fragment: ev.Fragment, Life: ev.ID, Touch: ev.Touch, Until: ev.Expires,
			By: by.Name, Reason: reasonOf(c)})
	}
	closeReviews(t, ev.Fragment, by, "yes", func(r Review) bool { return r.Life == ev.ID })
}

// lasts is how long a fact of this kind counts; a kind that the policy no longer names counts a month.
func (p *Policy) lasts(k orrery.LifeKind) orrery.Span {
	if r, ok := p.Life[k]; ok {
		return r.Lasts
	}
	return 30 * orrery.Day
}

func ofLife(id orrery.LifeID) func(*orrery.Hold) bool {
	return func(h *orrery.Hold) bool { return h.Life == id && id != 0 }
}

// rejectLife takes an event back and ends its silence at once.
func rejectLife(t Turn, l Life, by orrery.Actor) {
	t.Emit(&orrery.LifeChanged{Event: l.LifeEvent, Change: LifeRejected, By: by})
	for _, h := range holdsOf(t, ofLife(l.ID), l.Fragment) {
		release(t, h, LifeRejected, by.Name)
	}
	closeReviews(t, l.Fragment, by, "no", func(r Review) bool { return r.Life == l.ID })
}

func closeReviews(t Turn, f orrery.FragmentID, by orrery.Actor, answer string, which func(Review) bool) {
	for _, who := range fragments(t, f) {
		e := t.Experience(who)
		if e == nil {
			continue
		}
		for _, r := range copyOf(e.Reviews) {
			if r.Answer == "" && which(r) {
				t.Emit(&orrery.ReviewClosed{Review: r.ID, Fragment: who, Answer: answer, By: by})
			}
		}
	}
}

// NoteLife declares an event: the person said so in a form, to an agent, or a trusted source knows.
type NoteLife struct {
	Fragment orrery.FragmentID
	Event    orrery.LifeKind
	Who      string // self, family
	Public   bool
	By       orrery.Actor
}

func (c NoteLife) handle(t Turn, p *Policy) error {
	if c.By.Trust < orrery.Server {
		return orrery.Denied("protect.note_life", "a public key may not declare an event in a person's life")
	}
	rule, ok := p.Life[c.Event]
	if !ok {
		return orrery.Invalid("protect.life_kind", fmt.Sprintf("%q is no event that this workspace's policy knows", c.Event))
	}
	certainty, source := orrery.Declared, "api"
	if c.By.Trust == orrery.Staff {
		certainty, source = orrery.Verified, "agent"
	}
	note(t, p, orrery.LifeEvent{Kind: c.Event, Certainty: certainty, Sensitive: rule.Sensitive, Who: c.Who, Fragment: c.Fragment,
		Source: source, Public: c.Public, Confidence: 1000}, c.By)
	return nil
}

// ConfirmLife says that an event is true. Staff only.
type ConfirmLife struct {
	Fragment orrery.FragmentID
	Life     orrery.LifeID
	By       orrery.Actor
}

func (c ConfirmLife) handle(t Turn, p *Policy) error {
	l, err := lifeOf(t, c.Fragment, c.Life, c.By, "confirm an event")
	if err != nil {
		return err
	}
	if l.Gone == "" && l.Certainty == orrery.Verified {
		return orrery.Conflict("protect.confirmed", "this event is confirmed already")
	}
	confirm(t, p, l, orrery.Verified, c.By)
	return nil
}

// RejectLife says that an event is not true, or none of ours to know. Staff only.
type RejectLife struct {
	Fragment orrery.FragmentID
	Life     orrery.LifeID
	By       orrery.Actor
}

func (c RejectLife) handle(t Turn, p *Policy) error {
	l, err := lifeOf(t, c.Fragment, c.Life, c.By, "reject an event")
	if err != nil {
		return err
	}
	if l.Gone != "" {
		return orrery.Conflict("protect.gone", "this event no longer counts: "+l.Gone)
	}
	rejectLife(t, l, c.By)
	return nil
}

func lifeOf(t Turn, f orrery.FragmentID, id orrery.LifeID, by orrery.Actor, what string) (Life, error) {
	if err := staffOnly(by, what); err != nil {
		return Life{}, err
	}
	for _, l := range PersonView(t, f).Life {
		if l.ID == id {
			return l, nil
		}
	}
	return Life{}, orrery.NotFound("protect.no_life", fmt.Sprintf("%v is no event known of this person", id))
}
