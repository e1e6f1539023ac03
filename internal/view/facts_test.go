package view

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orrery-cxm/orrery"
)

// someFragments are the people of random worlds; small ids and large ones are stored in different ways.
var someFragments = []orrery.FragmentID{3, 1 << 40, 1<<63 | 12345678901, 1<<62 | 98765432109, 1<<63 | 5555555555555}

// world draws random facts that hang together a little: what is changed was mostly opened before.
type world struct {
	*rapid.T
	s     *tape
	born  []uint64
	index int
}

func (w *world) id() uint64 {
	id := w.s.next(w.index)
	w.born = append(w.born, id)
	return id
}

func (w *world) old() uint64 {
	if len(w.born) == 0 {
		return 1
	}
	return rapid.SampledFrom(w.born).Draw(w.T, "old")
}

func (w *world) who() orrery.FragmentID { return rapid.SampledFrom(someFragments).Draw(w.T, "who") }
func (w *world) of(n int) int           { return rapid.IntRange(0, n-1).Draw(w.T, "n") }
func (w *world) word(words ...string) string {
	return rapid.SampledFrom(words).Draw(w.T, "word")
}

// fact draws one fact of any kind that changes a list.
func (w *world) fact() orrery.Fact {
	switch w.of(34) {
	case 0, 1:
		c := opened(w.id(), w.who(), 0)
		if w.of(3) == 0 {
			c.Case.Affected = w.who()
		}
		return c
	case 2, 3:
		return &orrery.CaseChanged{Change: w.word("resolved", "satisfied", "dismissed", "escalated"), Case: orrery.Case{ID: orrery.CaseID(w.old()),
			Reporter: w.who(), Status: orrery.CaseStatus(1 + w.of(4)), Severity: orrery.High, ChangedAt: epoch.Add(orrery.Hour), Touch: orrery.TouchID(w.old())}, By: orrery.Actor{Trust: orrery.Staff}}
	case 4:
		return &orrery.HoldPlaced{Hold: orrery.Hold{ID: orrery.HoldID(w.id()), Kind: orrery.HoldCase, Fragment: w.who(), Case: orrery.CaseID(w.old())}}
	case 5:
		return &orrery.HoldChanged{Change: "rest", Hold: orrery.Hold{ID: orrery.HoldID(w.old()), Kind: orrery.HoldRest, Fragment: w.who()}}
	case 6:
		return &orrery.HoldReleased{Hold: orrery.HoldID(w.old()), Was: orrery.HoldRest, Fragment: w.who(), Reason: "expired"}
	case 7:
		return &orrery.ReviewOpened{Review: orrery.ReviewID(w.id()), Fragment: w.who(), About: w.word("complaint", "escalation")}
	case 8:
		return &orrery.ReviewClosed{Review: orrery.ReviewID(w.old()), Fragment: w.who(), Answer: "yes"}
	case 9:
		return &orrery.LifeNoted{Event: orrery.LifeEvent{ID: orrery.LifeID(w.id()), Kind: orrery.Bereavement, Fragment: w.who()}}
	case 10:
		return &orrery.ApologyDue{Fragment: w.who(), Case: orrery.CaseID(w.old())}
	case 11:
		return &orrery.ApologyPaid{Fragment: w.who(), Case: orrery.CaseID(w.old())}
	case 12:
		return &orrery.ConflictFound{Fragment: w.who(), Theme: "sale", First: "a", Second: "b", Teams: []string{"x", "y"}}
	case 13, 14:
		return &orrery.SignalRaised{Fragment: w.who(), Touch: orrery.TouchID(w.id()), Signal: w.word("complaint", "question")}
	case 15:
		return &orrery.SignalActed{Fragment: w.who(), Touch: orrery.TouchID(w.old()), Signal: w.word("complaint", "question"), Missed: w.of(2) == 0}
	case 16, 17:
		return &orrery.IntentOffered{Intent: orrery.Intent{ID: orrery.IntentID(w.id()), Fragment: w.who(), Class: orrery.Commercial, Channel: "email"},
			State: orrery.IntentState(1 + w.of(9)), Answer: orrery.Answer{Verdict: orrery.HoldIt, Reason: w.word("gate.repeat", "gate.cap"), Evidence: []string{"e"}}}
	case 18:
		return &orrery.IntentChanged{Intent: orrery.IntentID(w.old()), Fragment: w.who(), State: orrery.IntentState(1 + w.of(9))}
	case 19:
		return &orrery.EffectRequested{Effect: orrery.Effect{ID: orrery.EffectID(w.id()), Kind: orrery.EffectMessage, Destination: "mailer", Person: w.who(),
			Intent: orrery.IntentID(w.old())}}
	case 20:
		return &orrery.EffectAnswered{Effect: orrery.EffectID(w.old()), Intent: orrery.IntentID(w.old()), Fragment: w.who(), Outcome: orrery.Outcome(1 + w.of(6)), Detail: "the server said something long"}
	case 21:
		return &orrery.PushRequested{Fragment: w.who(), Destination: "ads", Audience: "X", Push: orrery.PushKind(1 + w.of(2)), Version: uint64(1 + w.of(3)), Reason: w.word("gate.case_open", "rule")}
	case 22:
		return &orrery.PushAnswered{Fragment: w.who(), Destination: "ads", Audience: "X", Version: uint64(1 + w.of(3)), Outcome: orrery.Outcome(1 + w.of(6))}
	case 23, 24, 25:
		return &orrery.AudienceChanged{Fragment: w.who(), Audience: orrery.AudienceName(w.word("runners", "vip")), In: w.of(3) > 0, Reason: "rule"}
	case 26:
		return &orrery.InputQuarantined{Number: w.id(), Source: "shop", Code: w.word("bad.json", "bad.type"), Body: `{"email":"ann@example.com"}`}
	case 27:
		return &orrery.QuarantineCleared{Number: w.old(), How: w.word("resubmitted", "discarded", howErased)}
	case 28:
		return &orrery.EvidenceQuarantined{Link: orrery.LinkID(w.id()), Evidence: orrery.Evidence{A: someFragments[0], B: someFragments[1]}, Breaker: "rate"}
	case 29, 30:
		w.id()
		return said(w.who(), orrery.Signals{Polarity: orrery.Polarity(w.of(3) - 1), Confidence: 400, Abstained: []string{w.word("polarity", "emotions")}})
	case 31, 32:
		return &orrery.SignalsRevised{Touch: orrery.TouchID(w.old()), Fragment: w.who(), Signals: orrery.Signals{Polarity: orrery.Positive},
			By: orrery.Actor{Name: "x", Trust: orrery.Trust(2 + w.of(3))}}
	}
	if f := w.brandFact(); f != nil {
		return f
	}
	if w.of(4) > 0 {
		return &orrery.TouchRecorded{Anchor: w.who(), Touch: orrery.Touch{Kind: orrery.Identify, Traits: []orrery.Trait{{Name: "email", Value: `"someone.long@example.com"`}}}}
	}
	return &orrery.PersonErased{Fragments: []orrery.FragmentID{w.who(), w.who()}}
}

// brandFact draws a fact about the brand as a whole, or a message that counts for it; nil as often.
func (w *world) brandFact() orrery.Fact {
	examples := []orrery.Example{{Touch: orrery.TouchID(w.old()), Fragment: w.who()}, {Touch: orrery.TouchID(w.old()), Fragment: w.who()}}
	switch w.of(8) {
	case 0:
		return &orrery.AlertRaised{Alert: orrery.Alert{ID: orrery.AlertID(w.id()), Market: w.word("GB", ""), About: "negative", Severity: orrery.Low, Examples: examples}}
	case 1:
		return &orrery.AlertChanged{Alert: orrery.Alert{ID: orrery.AlertID(w.old()), About: "negative", Ended: epoch, End: "calm", Examples: examples[:1]}}
	case 2:
		return &orrery.TopicEmerged{Topic: orrery.Topic{ID: orrery.TopicID(w.id()), Term: "checkout page", Also: []string{"error"}, Language: "en", Examples: examples}}
	case 3:
		return &orrery.PolicyApplied{Version: int(w.id() % 1000), Text: w.word("", "radar: {markets: [{name: Islands, regions: [GB]}]}")}
	case 4, 5:
		s := &orrery.Signals{Language: "en", Polarity: orrery.Polarity(w.of(3) - 1), Confidence: 900, Aspects: []orrery.Label{{Name: "refund", Confidence: 700}},
			Life: []orrery.Label{{Name: "wedding", Confidence: 900}}}
		return &orrery.TouchRecorded{Anchor: w.who(), Touch: orrery.Touch{Kind: orrery.MessageTouch, Locale: w.word("en-GB", "en-SG"),
			Message: &orrery.Message{Text: "something"}, Signals: s}}
	}
	return nil
}

// recounts are the counts that triggers keep, with the question that counts again.
var recounts = map[string]string{
	"cases":      "SELECT status, count(*) FROM cases GROUP BY 1",
	"signals":    "SELECT state || ' ' || signal, count(*) FROM signals GROUP BY 1",
	"intents":    "SELECT state, count(*) FROM intents GROUP BY 1",
	"members":    "SELECT audience, count(*) FROM members GROUP BY 1",
	"quarantine": "SELECT code, count(*) FROM quarantine WHERE cleared_at = 0 GROUP BY 1",
	"heard":      "SELECT day || ' ' || market || ' ' || what, sum(n) FROM heard GROUP BY 1",
	"days":       "SELECT day || ' ' || name, sum(n) FROM daily GROUP BY 1",
}

func (f *Follower) pairs(t tb, query string, args ...any) map[string]int64 {
	t.Helper()
	rows, err := f.db.read.Query(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var key string
		var n int64
		if err := rows.Scan(&key, &n); err != nil {
			t.Fatal(err)
		}
		out[key] = n
	}
	return out
}

func TestEveryCountIsARecountAndFollowingIsRebuilding(t *testing.T) {
	scratch := t.TempDir()
	runs := 0
	rapid.Check(t, func(t *rapid.T) {
		runs++
		dir := filepath.Join(scratch, fmt.Sprint(runs))
		mkdir(t, dir, dir+"-anew")
		w := &world{T: t, s: newTape("r")}
		f := follow(t, dir, w.s)
		defer func() { f.stop(t) }()
		for range rapid.IntRange(1, 25).Draw(t, "chunks") {
			var facts []orrery.Fact
			for w.index = range rapid.IntRange(1, 6).Draw(t, "facts") {
				facts = append(facts, w.fact())
			}
			w.s.put(facts...)
			if w.of(12) == 0 {
				f.stop(t)
				f = follow(t, dir, w.s)
			}
		}
		f.reach(t, w.s.Seq())
		for list, query := range recounts {
			kept := "SELECT key, n FROM tally WHERE list = ? AND n <> 0"
			args := []any{list}
			if list == "days" {
				kept, args = "SELECT day || ' ' || name, n FROM days WHERE n <> 0", nil
			}
			if list == "heard" {
				kept, args = "SELECT day || ' ' || market || ' ' || what, n FROM heard_days WHERE n <> 0", nil
			}
			if diff := cmp.Diff(f.pairs(t, query), f.pairs(t, kept, args...)); diff != "" {
				t.Fatalf("counts of %s are no recount (-recounted +kept):\n%s", list, diff)
			}
		}
		if diff := cmp.Diff(rebuilt(t, dir+"-anew", w.s), f.dump(t)); diff != "" {
			t.Fatalf("followed lists differ from lists built anew (-anew +followed):\n%s", diff)
		}
	})
}

// everyFact is one fact of each kind.
func everyFact() []orrery.Fact {
	return []orrery.Fact{
		&orrery.TouchRecorded{}, &orrery.FragmentSeen{}, &orrery.EvidenceAccepted{}, &orrery.EvidenceQuarantined{}, &orrery.LinkDecided{},
		&orrery.FragmentAssigned{}, &orrery.FragmentShared{}, &orrery.SignalsRevised{}, &orrery.ConsentChanged{}, &orrery.CaseOpened{},
		&orrery.CaseChanged{}, &orrery.HoldPlaced{}, &orrery.HoldChanged{}, &orrery.HoldReleased{}, &orrery.ApologyDue{}, &orrery.ApologyPaid{},
		&orrery.LifeNoted{}, &orrery.LifeChanged{}, &orrery.ViewsWithdrawn{}, &orrery.AudienceChanged{}, &orrery.PushRequested{},
		&orrery.PushAnswered{}, &orrery.IntentOffered{}, &orrery.IntentChanged{}, &orrery.EffectRequested{}, &orrery.EffectReleased{},
		&orrery.EffectAnswered{}, &orrery.ConflictFound{}, &orrery.SignalRaised{}, &orrery.SignalActed{}, &orrery.ReviewOpened{},
		&orrery.ReviewClosed{}, &orrery.PolicyApplied{}, &orrery.InputQuarantined{}, &orrery.QuarantineCleared{}, &orrery.PersonErased{},
		&orrery.AccountChanged{}, &orrery.ClockJumped{}, &orrery.IncarnationBegan{}, &orrery.SourceBroken{}, &orrery.BackfillMoved{},
		&orrery.AlertRaised{}, &orrery.AlertChanged{}, &orrery.TopicEmerged{}, &orrery.ViewsRestored{},
	}
}

func TestEveryKindOfFactIsEitherAppliedOrPassedOver(t *testing.T) {
	s := newTape("a")
	passed := []string{}
	for i, fact := range everyFact() {
		if int(fact.Kind()) != i+1 {
			t.Fatalf("fact %d of the test's table is of kind %d: the table must hold every kind in order", i+1, fact.Kind())
		}
		if concerns(fact) {
			s.put(fact)
		} else {
			passed = append(passed, strings.TrimPrefix(fmt.Sprintf("%T", fact), "*orrery."))
		}
	}
	if last := orrery.KindViewsRestored; int(last) != len(everyFact()) {
		t.Errorf("there are %d kinds of facts; the test knows %d", last, len(everyFact()))
	}
	want := []string{"TouchRecorded", "FragmentSeen", "FragmentAssigned", "FragmentShared", "ConsentChanged", "ViewsWithdrawn",
		"AccountChanged", "ClockJumped", "BackfillMoved", "ViewsRestored"}
	if diff := cmp.Diff(want, passed); diff != "" {
		t.Errorf("other facts are passed over than should be (-want +got):\n%s", diff)
	}
	f := follow(t, t.TempDir(), s)
	defer f.stop(t)
	f.reach(t, s.Seq())
}

func TestPlainTouchesLeaveNoRow(t *testing.T) {
	s := newTape("a")
	f := follow(t, t.TempDir(), s)
	defer f.stop(t)
	before := f.dump(t)
	s.put(&orrery.TouchRecorded{Anchor: 1, Touch: orrery.Touch{Kind: orrery.Track, Name: "Viewed", Traits: []orrery.Trait{{Name: "name", Value: `"Ann"`}}}},
		&orrery.TouchRecorded{Anchor: 1, Touch: orrery.Touch{Kind: orrery.Identify, Traits: []orrery.Trait{{Name: "colour", Value: `"red"`}}}})
	f.reach(t, 1)
	lines := func(dump string) []string {
		return strings.Split(strings.Join(strings.Split(dump, "place one=1"), ""), "\n")
	}
	if a, b := lines(before), lines(f.dump(t)); len(a) != len(b) {
		t.Errorf("touches that say nothing for a list left rows behind: %d lines before, %d after", len(a), len(b))
	}
}

func TestAnErrorInAChunkLeavesTheListsAsTheyWere(t *testing.T) {
	s := newTape("a")
	s.put(opened(s.next(0), 1, 0))
	f := follow(t, t.TempDir(), s)
	defer f.stop(t)
	f.reach(t, 1)
	before := f.dump(t)
	s.put(opened(s.next(0), 2, 0), unknownFact{})
	ctx, cancel := soon()
	defer cancel()
	for f.Lag().Err == nil && ctx.Err() == nil {
		f.progress.mu.Lock()
		moved := f.progress.moved
		f.progress.mu.Unlock()
		if f.Lag().Err == nil {
			select {
			case <-moved:
			case <-ctx.Done():
			}
		}
	}
	if l := f.Lag(); l.Seq != 1 || l.Behind != 1 || !strings.Contains(fmt.Sprint(l.Err), "kind 9999") {
		t.Errorf("a fact that nobody knows must stop the lists before it and show; the lag says %+v", l)
	}
	if diff := cmp.Diff(before, f.dump(t)); diff != "" {
		t.Errorf("half a chunk was applied (-before +after):\n%s", diff)
	}
	if err := f.Wait(ctxDone(), 2); !errors.Is(err, context.Canceled) {
		t.Errorf("the chunk is not in the lists, but waiting for it returned %v", err)
	}
}

func ctxDone() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

type unknownFact struct{}

func (unknownFact) Kind() orrery.FactKind { return 9999 }
