package view

import (
	"context"
	"slices"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/desk"
)

// said is a message with what was understood of it.
func said(anchor orrery.FragmentID, s orrery.Signals) *orrery.TouchRecorded {
	s.Language, s.Engine = "en", "embedded/1"
	return &orrery.TouchRecorded{Anchor: anchor, Touch: orrery.Touch{Kind: orrery.MessageTouch, Received: epoch, Message: &orrery.Message{Text: "hello"}, Signals: &s}}
}

func doubts(t *testing.T, f *Follower, by DoubtFilter) []Doubt {
	t.Helper()
	l, err := f.Doubts(context.Background(), by)
	if err != nil {
		t.Fatal(err)
	}
	return l.Items
}

func TestTextsToBeJudgedAreListedWithTheirReasons(t *testing.T) {
	s := newTape("a")
	f := follow(t, t.TempDir(), s)
	defer f.stop(t)
	complaint := []orrery.Label{{Name: orrery.IntentComplaint, Confidence: 900}}
	touch := func(index int) orrery.TouchID { return orrery.TouchID(s.next(index)) }
	unsure, torn, certain := touch(0), touch(1), touch(2)
	old := said(4, orrery.Signals{Abstained: []string{"polarity"}})
	old.Touch.Historical = true
	s.put(said(1, orrery.Signals{Confidence: 400, Abstained: []string{"polarity"}}), said(2, orrery.Signals{Polarity: orrery.Positive, Confidence: 800, Intents: complaint}),
		said(3, orrery.Signals{Polarity: orrery.Negative, Confidence: 950, Intents: complaint}), old)
	f.reach(t, s.Seq())
	got := doubts(t, f, DoubtFilter{})
	if len(got) != 2 || got[0].Touch != torn || got[0].Whose != "engine" || got[1].Touch != unsure || got[1].Uncertain != "polarity" || got[1].Margin != 67 {
		t.Fatalf("a torn and an uncertain text are to be judged, in that order; listed %+v", got)
	}
	// A provider sees the third otherwise, and an agent dismisses its case: both are worth a look.
	s.put(&orrery.SignalsRevised{Touch: certain, Fragment: 3, Signals: orrery.Signals{Engine: "second/x"}, By: orrery.Actor{Name: "x", Trust: orrery.Internal}})
	f.reach(t, s.Seq())
	if got := doubts(t, f, DoubtFilter{Reason: ReasonDisagreeing}); len(got) != 2 || got[0].Touch != certain || got[0].Whose != "second/x" || got[0].Disagrees != "polarity" || got[0].Fragment != 3 {
		t.Errorf("a provider disagrees on the third text; listed %+v", got)
	}
	s.put(&orrery.CaseChanged{Case: orrery.Case{ID: 5, Touch: certain, Status: orrery.CaseDismissed}, Change: "dismissed", By: orrery.Actor{Name: "ann", Trust: orrery.Staff}})
	f.reach(t, s.Seq())
	if got := doubts(t, f, DoubtFilter{Reason: ReasonDisagreeing}); got[0].Whose != "case.dismissed" {
		t.Errorf("an agent dismissed the case; listed %+v", got)
	}
	// An answer takes a text out of the list, and is kept for learning.
	s.put(&orrery.SignalsRevised{Touch: certain, Fragment: 3, By: orrery.Actor{Name: "ann", Trust: orrery.Staff}})
	f.reach(t, s.Seq())
	if got := doubts(t, f, DoubtFilter{}); slices.ContainsFunc(got, func(d Doubt) bool { return d.Touch == certain }) {
		t.Errorf("an answered text still waits: %+v", got)
	}
	if got := doubts(t, f, DoubtFilter{Answered: true}); len(got) != 1 || got[0].Touch != certain || got[0].Answered == 0 {
		t.Errorf("answered: %+v", got)
	}
	if c, err := f.Corrections(context.Background(), 10); err != nil || len(c) != 1 || c[0].Touch != certain || c[0].By != "ann" || orrery.SeqOf(c[0].ID) != s.Seq() {
		t.Errorf("corrections: %+v, %v", c, err)
	}
	// Whoever is erased takes both along.
	s.put(&orrery.PersonErased{Fragments: []orrery.FragmentID{3, 1}})
	f.reach(t, s.Seq())
	c, err := f.Corrections(context.Background(), 10)
	if left := doubts(t, f, DoubtFilter{}); err != nil || len(c) != 0 || len(left) != 1 || left[0].Touch != torn {
		t.Errorf("after the erasure: %+v and %+v, %v", c, left, err)
	}
}

func TestWhatNobodyJudgesIsForgottenInTime(t *testing.T) {
	s := newTape("a")
	f := follow(t, t.TempDir(), s)
	defer f.stop(t)
	late := func(days int, x orrery.Signals) {
		r := said(1, x)
		r.Touch.Received = epoch.Add(orrery.Span(days) * orrery.Day)
		s.put(r)
		for len(s.chunks) < days*24 { // a chunk is an hour
			s.put(&orrery.ClockJumped{})
		}
	}
	unsure, torn := orrery.Signals{Confidence: 400, Abstained: []string{"polarity"}}, orrery.Signals{Polarity: orrery.Positive, Intents: []orrery.Label{{Name: orrery.IntentComplaint, Confidence: 900}}}
	late(0, unsure)
	late(0, torn)
	for _, c := range []struct{ day, unsure, torn int }{{13, 2, 1}, {16, 2, 1}, {89, 1, 1}, {92, 2, 0}} {
		late(c.day, orrery.Signals{Confidence: 990})
		late(c.day, unsure)
		f.reach(t, s.Seq())
		u, d := doubts(t, f, DoubtFilter{Reason: ReasonUncertain}), doubts(t, f, DoubtFilter{Reason: ReasonDisagreeing})
		if len(u) != c.unsure || len(d) != c.torn {
			t.Errorf("on day %d %d uncertain and %d torn texts wait, want %d and %d", c.day, len(u), len(d), c.unsure, c.torn)
		}
	}
}

func TestTheRandomSampleAsksWhateverTheEngineThinks(t *testing.T) {
	s := newTape("a")
	f := follow(t, t.TempDir(), s)
	defer f.stop(t)
	const n = 1000
	for range n / 10 {
		var facts []orrery.Fact
		for range 10 {
			facts = append(facts, said(1, orrery.Signals{Polarity: orrery.Negative, Confidence: 990}))
		}
		s.put(facts...)
	}
	f.reach(t, s.Seq())
	c, err := f.DoubtCounts(context.Background())
	if err != nil || c.RandomWaiting < 8 || c.RandomWaiting > 40 || c.UncertainWaiting != 0 {
		t.Fatalf("of %d certain texts about one in fifty is asked about: %+v, %v", n, c, err)
	}
	first := doubts(t, f, DoubtFilter{Reason: ReasonRandom})[0]
	if !slices.Equal(first.Reasons, []string{"random"}) {
		t.Errorf("its reasons are %v", first.Reasons)
	}
	s.put(&orrery.SignalsRevised{Touch: first.Touch, Fragment: 1, By: orrery.Actor{Name: "ann", Trust: orrery.Staff}})
	f.reach(t, s.Seq())
	after, err := f.DoubtCounts(context.Background())
	if err != nil || after.RandomWaiting != c.RandomWaiting-1 || after.RandomAnswered != 1 {
		t.Errorf("after an answer: %+v, %v", after, err)
	}
}

func TestACaseOpenedByATextIsNoDisagreementAndOneOpenedByAnAgentIs(t *testing.T) {
	s := newTape("a")
	f := follow(t, t.TempDir(), s)
	defer f.stop(t)
	shop, ann := orrery.Actor{Name: "shop", Trust: orrery.Server}, orrery.Actor{Name: "ann", Trust: orrery.Staff}
	heard, missed := orrery.TouchID(s.next(0)), orrery.TouchID(s.next(1))
	certain := orrery.Signals{Polarity: orrery.Negative, Confidence: 990, Intents: []orrery.Label{{Name: orrery.IntentComplaint, Confidence: 990}}}
	calm := orrery.Signals{Polarity: orrery.Neutral, Confidence: 990}
	s.put(said(1, certain), said(2, calm), &orrery.CaseOpened{Case: orrery.Case{ID: 7, Reporter: 1, Touch: heard, Theme: desk.ThemeComplaint}, By: shop},
		&orrery.CaseOpened{Case: orrery.Case{ID: 8, Reporter: 2, Touch: missed, Theme: desk.ThemeManual}, By: ann})
	f.reach(t, s.Seq())
	if got := doubts(t, f, DoubtFilter{Reason: ReasonDisagreeing}); len(got) != 1 || got[0].Touch != missed || got[0].Whose != "case.opened" {
		t.Errorf("only the text in which an agent saw what nobody understood is a disagreement; listed %+v", got)
	}
}
