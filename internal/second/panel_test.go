package second_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/listen/provider"
	"github.com/orrery-cxm/orrery/internal/protect"
)

func TestASecondOpinionFollowsTheFirstAsARevision(t *testing.T) {
	w := newWorld(t, always)
	r := w.writes("ann", "well, that was something")
	h := w.heard(r)
	if h.Signals.Engine != "mind/small" || h.Signals.Revision != 2 || h.Signals.Polarity != orrery.Negative || h.Signals.Confidence != 880 || len(h.Engines) != 2 {
		t.Errorf("what is understood now is %+v", h)
	}
	entries, _, err := w.house.Timeline(r.Person, engine.Cursor{}, 50)
	if err != nil {
		t.Fatal(err)
	}
	order := ""
	for _, e := range entries {
		switch f := e.Fact.(type) {
		case *orrery.SignalsRevised:
			order += "second "
			if diff := cmp.Diff(orrery.Actor{Name: "mind/small", Trust: orrery.Internal}, f.By); diff != "" {
				t.Error(diff)
			}
		case *orrery.TouchRecorded:
			order += "first " + f.Touch.Signals.Engine
		}
	}
	if order != "second first "+w.ears.Revision() {
		t.Errorf("newest first the timeline says %q", order)
	}
	if p, err := w.house.Person(context.Background(), r.Person, 0); err != nil || len(p.Desk.Cases) != 1 {
		t.Errorf("a complaint that only the model saw has a case: %+v (%v)", p.Desk.Cases, err)
	}
}

func TestAPersonsCorrectionIsNeverOverridden(t *testing.T) {
	w := newWorld(t, always)
	ann := w.house.Find(orrery.UserID, "ann")
	touch := make(chan orrery.TouchID, 1)
	var corrected orrery.TouchID
	w.serves(func(out http.ResponseWriter, text string) { // an agent is faster than the model
		corrected = <-touch
		w.corrects(engine.Result{Touch: corrected, Person: ann}, orrery.Signals{Language: "en", Polarity: orrery.Positive, Confidence: 1000})
		w.says(angry)
		w.current()(out, text)
	})
	touch <- w.records("ann", "well, you know").Touch
	w.settle()
	h := w.heard(engine.Result{Touch: corrected})
	if !h.ByPerson || h.Signals.Engine != "agent:kim" || h.Signals.Polarity != orrery.Positive {
		t.Errorf("the agent's word stands: %+v", h)
	}
	p, err := w.house.Person(context.Background(), ann, 0)
	if err != nil || len(p.Desk.Cases) != 0 {
		t.Errorf("no case comes of what the agent said is none: %+v (%v)", p.Desk.Cases, err)
	}
	_, _, err = w.house.Do(context.Background(), engine.SecondOpinion{Touch: h.Touch, Fragment: h.Fragment, Provider: provider.Provider{Name: "other"},
		Heads: []provider.Head{provider.Polarity}, Opinion: &provider.Opinion{Polarity: orrery.Negative, Confidence: 900}})
	if e, ok := err.(*orrery.Error); !ok || e.Code != "signals.corrected" {
		t.Errorf("%v, want a refusal", err)
	}
	if c := w.panel.Counts()["mind"]; c.Corrected != 1 || c.Answered != 0 {
		t.Errorf("counts %+v", c)
	}
}

func TestWhatLeavesIsMaskedAndBounded(t *testing.T) {
	w := newWorld(t, always)
	w.writes("ann", "call +49 170 1234567 or mail ann@example.com, IBAN DE89 3704 0044 0532 0130 00 "+strings.Repeat("很长", 3000))
	asked := w.asked()
	for _, secret := range []string{"1234567", "example.com", "3704"} {
		if strings.Contains(asked, secret) {
			t.Errorf("%q left the process: %.120q", secret, asked)
		}
	}
	if !strings.HasPrefix(asked, "call [phone] or mail [email], IBAN [iban] ") || len(asked) > 4000 || strings.ContainsRune(asked, '\uFFFD') {
		t.Errorf("%d bytes left: %.120q", len(asked), asked)
	}
}

func TestNobodyIsAskedWithoutAReason(t *testing.T) {
	w := newWorld(t, strings.Replace(always, "when: [always]", "when: [unsure], below: 1", 1))
	w.writes("ann", "I love it, thank you so much!")
	old := &orrery.Touch{Kind: orrery.MessageTouch, MessageID: "old", Source: "shop", Trust: orrery.Server, At: 1, Received: orrery.InstantOf(w.clock()), Historical: true,
		Identifiers: []orrery.Identifier{{Namespace: orrery.UserID, Value: "bob", Proven: true}}, Message: &orrery.Message{Text: "odd"}, Signals: &orrery.Signals{Engine: "embedded/1", Language: "en"}}
	if _, err := w.house.Submit(context.Background(), []engine.Input{{Touch: old}}); err != nil {
		t.Fatal(err)
	}
	w.settle()
	if asked := w.asked(); asked != "" {
		t.Errorf("the model was asked about %q", asked)
	}
}

func TestNobodyIsAskedAboutARestrictedPerson(t *testing.T) {
	w := newWorld(t, always)
	r := w.writes("ann", "one")
	if _, _, err := w.house.Do(context.Background(), engine.Protect{Command: protect.Restrict{Fragment: r.Person, By: orrery.Actor{Name: "kim", Trust: orrery.Staff}}}); err != nil {
		t.Fatal(err)
	}
	w.writes("ann", "two")
	if w.asked() != "one" {
		t.Errorf("asked %q", w.asked())
	}
}

func TestTheSameTextIsPaidForOnceAndForgottenWithAnErasure(t *testing.T) {
	w := newWorld(t, always)
	w.writes("ann", "hm, well")
	w.writes("bob", "hm, well")
	if c := w.panel.Counts()["mind"]; w.asked() != "hm, well" || c.Cached != 1 || c.Answered != 2 {
		t.Errorf("asked %q, counts %+v", w.asked(), c)
	}
	if _, err := w.house.Erase(context.Background(), engine.Erase{Fragment: w.house.Find(orrery.UserID, "bob"), Request: "dsr-1", By: orrery.Actor{Name: "kim", Trust: orrery.Staff},
		Elsewhere:   func(context.Context, *engine.Erasure, orrery.Seq) ([]engine.Cleaned, error) { return nil, nil },
		Quarantined: func(context.Context, []string) ([]uint64, error) { return nil, nil }}); err != nil {
		t.Fatal(err)
	}
	w.settle()
	w.writes("cat", "hm, well")
	if w.asked() != "hm, well|hm, well" {
		t.Errorf("after an erasure nothing is remembered: asked %q", w.asked())
	}
}

func TestTheBudgetOfADayHoldsAcrossRestarts(t *testing.T) {
	w := newWorld(t, strings.Replace(always, "parallel: 1", "parallel: 1, requests_per_day: 2", 1))
	w.writes("ann", "one")
	w.shut()
	w.open()
	w.writes("ann", "two")
	last := w.writes("ann", "three")
	if c := w.panel.Counts()["mind"]; w.asked() != "one|two" || c.Unpaid != 1 || w.heard(last).Signals.Revision != 1 {
		t.Errorf("asked %q, counts %+v", w.asked(), c)
	}
	if _, err := w.panel.Write(context.Background(), provider.Writing{Text: "x", To: "de"}); orrery.KindOf(err) != orrery.KindLimited {
		t.Errorf("writing is paid from the same budget: %v", err)
	}
	w.pass(24 * time.Hour)
	w.writes("ann", "four")
	if w.asked() != "one|two|four" {
		t.Errorf("a new day has a new budget: asked %q", w.asked())
	}
	w.shut()
	if got := w.file(); !strings.Contains(got, `"spent":{"mind":{"requests":1,"tokens":500}}`) {
		t.Errorf("what the endpoint said it took is in the book: %s", got)
	}
	w.open()
}

func TestTokensAreBoundedToo(t *testing.T) {
	w := newWorld(t, strings.Replace(always, "parallel: 1", "parallel: 1, tokens_per_day: 1500", 1))
	for i := range 4 {
		w.writes("ann", fmt.Sprintf("text %d", i))
	}
	if c := w.panel.Counts()["mind"]; c.Answered != 2 || c.Unpaid != 2 {
		t.Errorf("of 1500 tokens two questions of 500 are paid, a third might take more than is left: %+v", c)
	}
}

func TestAPanelGoesOnWhereItEnded(t *testing.T) {
	w := newWorld(t, always)
	w.writes("ann", "before")
	w.shut()
	w.records("ann", "meanwhile")
	w.pass(10 * time.Minute)
	w.open()
	w.settle()
	if w.asked() != "before|meanwhile" {
		t.Errorf("asked %q", w.asked())
	}
	w.shut()
	w.records("ann", "long ago")
	w.pass(2 * time.Hour)
	w.open()
	w.settle()
	if c := w.panel.Counts()["mind"]; w.asked() != "before|meanwhile" || c.Aged != 1 {
		t.Errorf("what waited longer than max_age goes without: asked %q, %+v", w.asked(), c)
	}
}

func TestANewPanelAsksNothingAboutThePast(t *testing.T) {
	w := newWorld(t, "%.0s") // no provider
	w.records("ann", "before there was a provider")
	text := fmt.Sprintf(always, w.web.URL)
	if _, _, err := w.house.Do(context.Background(), engine.ApplyPolicy{Text: text, By: orrery.Actor{Name: "kim", Trust: orrery.Staff}}); err != nil {
		t.Fatal(err)
	}
	w.settle()
	w.panel.Set(&w.house.Policy().Second)
	w.writes("ann", "now")
	if w.asked() != "now" {
		t.Errorf("asked %q", w.asked())
	}
}
