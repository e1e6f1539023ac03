package engine_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/engine"
)

const testPolicy = `
audiences:
  - name: runners
    rule: count("Product Viewed", "14d") >= 2
    advertising: true
  - name: vip
    rule: orders.total >= 100.00
destinations:
  - name: ads
    kind: csv
    platform: meta
  - name: mailer
    kind: webhook
    url: https://mail.example/hook
    secrets: [MAILER_SECRET]
lists:
  - code: X-01
    destination: ads
    audience: runners
channels:
  - channel: email
    destination: mailer
`

var start = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

// house is a workspace with a clock that the test moves.
type house struct {
	*testing.T
	w    *engine.Workspace
	dir  string
	time atomic.Int64 // nanoseconds since start, read by the loop too
	jump atomic.Int64 // of the wall clock against the monotonic one
	next int
}

func newHouse(t *testing.T) *house {
	h := &house{T: t, dir: t.TempDir()}
	h.open()
	t.Cleanup(func() { h.w.Kill() })
	return h
}

func (h *house) wall() time.Time {
	return start.Add(time.Duration(h.time.Load() + h.jump.Load()))
}

// pass lets time go by.
func (h *house) pass(d time.Duration) { h.time.Add(int64(d)) }

func (h *house) open() {
	h.Helper()
	policy, err := engine.ParsePolicy(testPolicy)
	if err != nil {
		h.Fatal(err)
	}
	w, err := engine.Open(context.Background(), engine.Options{Dir: h.dir, Workspace: "test", Policy: policy, Now: h.wall,
		Elapsed: func() time.Duration { return time.Duration(h.time.Load()) }})
	if err != nil {
		h.Fatal(err)
	}
	h.w = w
}

func (h *house) touch(t orrery.Touch) engine.Result {
	h.Helper()
	h.next++
	if t.MessageID == "" {
		t.MessageID = fmt.Sprintf("m%d", h.next)
	}
	if t.Source == "" {
		t.Source, t.Trust = "shop", orrery.Server
	}
	t.Received = orrery.InstantOf(h.wall())
	if t.At == 0 {
		t.At = t.Received
	}
	results, err := h.w.Submit(context.Background(), []engine.Input{{Touch: &t}})
	if err != nil {
		h.Fatal(err)
	}
	if results[0].Err != nil {
		h.Fatal(results[0].Err)
	}
	return results[0]
}

func (h *house) do(c engine.Command) any {
	h.Helper()
	v, _, err := h.w.Do(context.Background(), c)
	if err != nil {
		h.Fatal(err)
	}
	return v
}

func (h *house) person(user string) *engine.Person {
	h.Helper()
	p, err := h.w.Person(context.Background(), h.w.Find(orrery.UserID, user), 0)
	if err != nil {
		h.Fatal(err)
	}
	return p
}

func user(id string) []orrery.Identifier {
	return []orrery.Identifier{{Namespace: orrery.UserID, Value: id, Proven: true}}
}

func view(id, product string) orrery.Touch {
	return orrery.Touch{Kind: orrery.Track, Name: "Product Viewed", Identifiers: user(id), Product: product, Channel: "web"}
}

func complaint(id string) orrery.Touch {
	return orrery.Touch{Kind: orrery.MessageTouch, Identifiers: user(id), Channel: "email", Message: &orrery.Message{Text: "It broke again and nobody answers"},
		Signals: &orrery.Signals{Engine: "test", Language: "en", Polarity: orrery.Negative, Confidence: 950,
			Intents: []orrery.Label{{Name: orrery.IntentComplaint, Confidence: 950}}}}
}

func consent(id string) orrery.Touch {
	return orrery.Touch{Kind: orrery.Identify, Identifiers: user(id), Traits: []orrery.Trait{{Name: "email", Value: `"` + id + `@example.com"`}},
		Consents: []orrery.ConsentClaim{{Purpose: orrery.Advertising, Channel: orrery.AnyChannel, Answer: orrery.Granted, How: "form"},
			{Purpose: orrery.Marketing, Channel: orrery.AnyChannel, Answer: orrery.Granted, How: "form"}}}
}

func TestAComplaintTakesThePersonOffEveryAudienceInTheSameCommit(t *testing.T) {
	h := newHouse(t)
	h.touch(consent("ann"))
	h.touch(view("ann", "shoe-1"))
	h.touch(view("ann", "shoe-2"))
	if p := h.person("ann"); len(p.Audiences) != 1 || p.Audiences[0].Audience != "runners" {
		t.Fatalf("ann looked at two products and consented, so she is in runners; she is in %v", p.Audiences)
	}
	if items, _ := h.w.Take("ads", 10); len(items) != 1 || items[0].Push != orrery.PushAdd {
		t.Fatalf("the destination should be asked to add ann; it is asked %+v", items)
	} else {
		h.do(engine.PushOutcome{PushOutcome: act.PushOutcome{Fragment: items[0].Fragment, Destination: "ads", List: items[0].List,
			Push: items[0].Push, Version: items[0].Version, Outcome: orrery.Accepted}})
		h.w.Done(&items[0])
	}

	got := h.touch(complaint("ann"))
	p := h.person("ann")
	if p.Seq != got.Seq {
		t.Fatalf("the person was read at chunk %d, the complaint stands in %d", p.Seq, got.Seq)
	}
	if len(p.Audiences) != 0 {
		t.Errorf("after the complaint ann is still in %v", p.Audiences)
	}
	if len(p.Desk.Open()) != 1 || len(p.Experience.Holds) == 0 || len(p.Experience.Apologies) != 1 {
		t.Errorf("a case, a hold and an apology due are expected; there are %d cases, holds %+v, apologies %+v", len(p.Desk.Open()), p.Experience.Holds, p.Experience.Apologies)
	}
	if items, _ := h.w.Take("ads", 10); len(items) != 1 || items[0].Push != orrery.PushRemove {
		t.Errorf("the destination should be asked to remove ann; it is asked %+v", items)
	}
	answer, err := h.w.Ask(context.Background(), &orrery.Intent{Fragment: p.ID, Class: orrery.Commercial, Channel: "email"})
	if err != nil || answer.Verdict != orrery.HoldIt {
		t.Errorf("an offer to ann should be held; the gate says %v (%v)", answer, err)
	}
}

func TestAdvertsComeBackOnlyAfterSolvedSatisfiedAndRested(t *testing.T) {
	h := newHouse(t)
	h.touch(consent("ann"))
	h.touch(view("ann", "shoe-1"))
	h.touch(view("ann", "shoe-2"))
	h.touch(complaint("ann"))
	c := h.person("ann").Desk.Open()[0].Case
	staff := orrery.Actor{Name: "agent", Trust: orrery.Staff}
	in := func() bool { return len(h.person("ann").Audiences) > 0 }
	h.do(engine.Care{Command: desk.ReplyInCase{Case: c.ID, Apology: true, By: staff}})
	h.do(engine.Care{Command: desk.ResolveCase{Case: c.ID, By: staff}})
	if in() {
		t.Fatal("solved, but ann has not said she is satisfied: she must stay off the audience")
	}
	h.do(engine.Care{Command: desk.ConfirmSatisfied{Case: c.ID, By: staff}})
	if in() {
		t.Fatal("satisfied, but the rest has not passed: ann must stay off the audience")
	}
	h.pass(6 * 24 * time.Hour)
	h.touch(view("ann", "shoe-3"))
	if in() {
		t.Fatal("six days after: a rest lasts seven at least")
	}
	for range 30 {
		h.pass(24 * time.Hour)
		h.touch(view("ann", "shoe-3"))
	}
	if !in() {
		t.Fatalf("the rest has passed and ann still looks at shoes: she should be back; holds: %+v", h.person("ann").Experience.Holds)
	}
}

func TestARestartLosesNothingAndFoldsToTheSameState(t *testing.T) {
	h := newHouse(t)
	for i := range 50 {
		id := fmt.Sprintf("u%d", i%7)
		h.touch(consent(id))
		h.touch(view(id, "shoe"))
		if i%10 == 0 {
			h.touch(complaint(id))
		}
	}
	before := h.person("u0")
	h.w.Kill()
	h.open()
	after := h.person("u0")
	if before.Seq != after.Seq || before.Known.Touches != after.Known.Touches || len(before.Experience.Holds) != len(after.Experience.Holds) {
		t.Fatalf("before the crash: chunk %d, %d touches; after: chunk %d, %d touches", before.Seq, before.Known.Touches, after.Seq, after.Known.Touches)
	}
	v, err := h.w.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Differences) > 0 || v.Fragments != 7 {
		t.Fatalf("state and log should agree about 7 fragments: %+v", v)
	}
	dup := view("u0", "shoe")
	dup.MessageID = "m2"
	if r := h.touch(dup); !r.Duplicate {
		t.Error("a message id from before the crash must be recognised")
	}
}
