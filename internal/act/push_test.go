package act_test

import (
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
)

func (w *world) member(in bool, reason string) {
	w.Emit(&orrery.AudienceChanged{Fragment: 1, Audience: "runners", In: in, Reason: reason, Evidence: "hld_1"})
}

func (w *world) pushed(version uint64, kind orrery.PushKind, o orrery.Outcome) {
	w.Helper()
	if err := (act.PushOutcome{Fragment: 1, Destination: "ads", List: "L1", Push: kind, Version: version, Outcome: o}).Handle(w, w.policy); err != nil {
		w.Fatal(err)
	}
}

func TestAMembershipIsWishedForOnEveryListThatItFeeds(t *testing.T) {
	w := newWorld(t)
	w.member(true, "rule")
	w.Emit(&orrery.AudienceChanged{Fragment: 1, Audience: "vip", In: true})
	if n := len(w.Box(1).Pushes); n != 2 {
		t.Errorf("runners feeds two lists and vip none; %d are wished for", n)
	}
	w.member(false, "gate.case_open")
	for _, p := range w.Box(1).Pushes {
		if p.Desired != orrery.PushRemove || p.Version != 2 || p.Reason != "gate.case_open" || p.Cause != "hld_1" || !p.Pending() {
			t.Errorf("leaving asks for a removal with its reason: %+v", p)
		}
	}
}

func TestThePushCarriesTheValueDesiredNow(t *testing.T) {
	w := newWorld(t)
	for range 3 {
		w.member(true, "rule")
		w.member(false, "rule")
	}
	p := w.Box(1).Push("ads", "L1")
	if len(w.Box(1).Pushes) != 2 || p.Desired != orrery.PushRemove || p.Version != 6 {
		t.Fatalf("six wishes for one list are one push, of the last: %+v", p)
	}
	w.pushed(5, orrery.PushAdd, orrery.Accepted)
	p = w.Box(1).Push("ads", "L1")
	if p.Acked != 5 || p.AckedKind != orrery.PushAdd || !p.Pending() || p.Attempts != 0 {
		t.Errorf("an older version that was accepted says what they hold, and the newest still waits: %+v", p)
	}
	w.pushed(6, orrery.PushRemove, orrery.Accepted)
	w.pushed(5, orrery.PushAdd, orrery.Accepted) // the same answer once more, late
	p = w.Box(1).Push("ads", "L1")
	if p.Acked != 6 || p.AckedKind != orrery.PushRemove || p.Pending() {
		t.Errorf("the newest version was accepted: %+v", p)
	}
}

func TestAPushThatEndedBadlyWaitsForAPerson(t *testing.T) {
	for _, o := range []orrery.Outcome{orrery.OutcomeDead, orrery.Rejected} {
		w := newWorld(t)
		w.member(true, "rule")
		w.pushed(1, orrery.PushAdd, orrery.RetryLater)
		if p := w.Box(1).Push("ads", "L1"); !p.Pending() || p.Attempts != 1 {
			t.Errorf("it will be tried again: %+v", p)
		}
		w.pushed(1, orrery.PushAdd, o)
		if p := w.Box(1).Push("ads", "L1"); p.Pending() {
			t.Errorf("after %s nothing is tried by itself: %+v", o, p)
		}
		if err := (act.Repush{Fragment: 1, Destination: "ads", List: "L1"}).Handle(w, w.policy); err != nil {
			t.Fatal(err)
		}
		if p := w.Box(1).Push("ads", "L1"); !p.Pending() || p.Version != 2 || p.Desired != orrery.PushAdd || p.Attempts != 0 {
			t.Errorf("a person asked again, so it waits with a new version: %+v", p)
		}
	}
	w := newWorld(t)
	w.refused(act.Repush{Fragment: 1, Destination: "ads", List: "L1"}.Handle(w, w.policy), orrery.KindNotFound, "no such membership")
	w.refused(act.PushOutcome{Fragment: 1, Destination: "ads", List: "L1"}.Handle(w, w.policy), orrery.KindNotFound, "no such membership")
}

func TestANewPolicyBringsEveryListInStep(t *testing.T) {
	w := newWorld(t)
	in := func(orrery.AudienceName) bool { return true }
	w.member(true, "rule")
	w.policy.Lists = []act.List{{Code: "L1", Destination: "ads", Audience: "runners"}, {Code: "L3", Destination: "ads", Audience: "runners"}}
	act.Reconcile(w, w.policy, 1, in, false)
	kinds := map[orrery.AudienceName]string{}
	for _, p := range w.Box(1).Pushes {
		kinds[p.List] = p.Desired.String()
	}
	if kinds["L1"] != "add" || kinds["L2"] != "remove" || kinds["L3"] != "add" {
		t.Errorf("L1 stays, L2 is gone from the policy, L3 is new: %v", kinds)
	}
	facts := len(w.log)
	act.Reconcile(w, w.policy, 1, in, false)
	if len(w.log) != facts {
		t.Error("what is in step needs no new wish")
	}
	act.Reconcile(w, w.policy, 1, in, true)
	if p := w.Box(1).Push("ads", "L1"); p.Version != 2 || p.Desired != orrery.PushAdd {
		t.Errorf("the person's identifiers changed, so the membership is asked for again: %+v", p)
	}
}

func TestSubscribersHearOfWhatTheyAskedForAndOfNothingElse(t *testing.T) {
	w := newWorld(t)
	w.policy.Subscriptions = []act.Subscription{{Destination: "crm", Events: []string{"case.*", "audience.left"}}, {Destination: "all", Events: []string{"*"}},
		{Destination: "none", Events: []string{"cases.*", "case"}}}
	w.Emit(&orrery.CaseOpened{Case: orrery.Case{ID: 5, Reporter: 1}})
	w.member(true, "rule")
	w.member(false, "rule")
	w.Emit(&orrery.HoldPlaced{Hold: orrery.Hold{ID: 9, Fragment: 1}})
	heard := map[orrery.DestinationName][]string{}
	for _, n := range w.Box(1).Notices {
		heard[n.Effect.Destination] = append(heard[n.Effect.Destination], n.Effect.Type)
		if n.Effect.Data == "" || n.Effect.Data[0] != '{' {
			t.Errorf("a notice carries its fact as JSON, not %q", n.Effect.Data)
		}
	}
	if len(heard["crm"]) != 2 || heard["crm"][0] != "case.opened" || heard["crm"][1] != "audience.left" || len(heard["all"]) != 4 || len(heard["none"]) != 0 {
		t.Errorf("heard: %v", heard)
	}
}

func TestANoticeGoesTheSameWayAsAMessage(t *testing.T) {
	w := newWorld(t)
	w.policy.Subscriptions = []act.Subscription{{Destination: "crm", Events: []string{"case.*"}}}
	w.Emit(&orrery.CaseOpened{Case: orrery.Case{ID: 5, Reporter: 1}})
	e := w.Box(1).Notices[0].Effect.ID
	r, err := w.release(e)
	if err != nil || r.Attempt != 1 {
		t.Fatalf("the first attempt should begin: %+v %v", r, err)
	}
	w.answered(e, 1, orrery.RetryLater)
	if n := w.Box(1).Notice(e); n == nil || n.NotBefore != noon.Add(orrery.Minute) || n.Effect.Attempts != 1 {
		t.Fatalf("it waits for its next attempt: %+v", n)
	}
	w.answered(e, 2, orrery.OutcomeDead)
	if n := w.Box(1).Notice(e); n == nil || !n.Dead {
		t.Fatalf("it lies among the dead letters: %+v", n)
	}
	if err := (act.Redeliver{Fragment: 1, Effect: e}).Handle(w, w.policy); err != nil {
		t.Fatal(err)
	}
	if n := w.Box(1).Notice(e); n == nil || n.Dead || n.Effect.Attempts != 0 || len(w.Box(1).Notices) != 1 {
		t.Fatalf("it waits again, once, under the same key: %+v", w.Box(1).Notices)
	}
	w.answered(e, 1, orrery.Accepted)
	if len(w.Box(1).Notices) != 0 {
		t.Errorf("it was told: %+v", w.Box(1).Notices)
	}
}

func TestAutomaticMessagesGoThroughTheGate(t *testing.T) {
	w := newWorld(t)
	w.policy.Satisfaction = act.Automatic{Send: true, Channel: "email", Content: "Are you content with {case}?"}
	w.policy.Apology = act.Automatic{Send: true, Channel: "email", Content: "We are sorry"}
	w.gate = says(orrery.HoldIt, "gate.quiet_hours")
	c := orrery.Case{ID: 5, Reporter: 1}
	w.Emit(&orrery.ApologyDue{Fragment: 1, Case: 5})
	w.Emit(&orrery.ApologyDue{Fragment: 1, Case: 5, Again: true})
	w.Emit(&orrery.CaseChanged{Case: c, Change: "asked"})
	w.Emit(&orrery.CaseChanged{Case: c, Change: "reminded"})
	w.Emit(&orrery.CaseChanged{Case: c, Change: "resolved"})
	offered := found[*orrery.IntentOffered](w)
	if len(offered) != 3 || offered[0].Intent.Class != orrery.Recovery || offered[1].Intent.Class != orrery.CaseSurvey || offered[2].Intent.Class != orrery.CaseSurvey {
		t.Fatalf("one apology, a question and a reminder are expected: %+v", offered)
	}
	if offered[1].State != orrery.IntentHeld || w.asked != 3 {
		t.Errorf("the gate holds, so they wait: %+v", offered[1])
	}
	if got, want := offered[1].Intent.Content, `{"case":"`+c.ID.String()+`","text":"Are you content with `+c.ID.String()+`?"}`; got != want {
		t.Errorf("the question is %s, not %s", got, want)
	}
	w = newWorld(t)
	w.Emit(&orrery.ApologyDue{Fragment: 1, Case: 5})
	w.Emit(&orrery.CaseChanged{Case: c, Change: "asked"})
	if len(found[*orrery.IntentOffered](w)) != 0 {
		t.Error("both are off by default")
	}
}

func TestAPolicyThatNamesWhatDoesNotExistIsRefusedWithTheField(t *testing.T) {
	destinations, audiences := []orrery.DestinationName{"ads"}, []orrery.AudienceName{"runners"}
	for want, p := range map[string]act.Policy{
		`lists[0].code: "a b" is no`: {Lists: []act.List{{Code: "a b", Destination: "ads", Audience: "runners"}}},
		`lists[0].destination: there is no destination "x"; the policy has [ads]`:               {Lists: []act.List{{Code: "X-01", Destination: "x", Audience: "runners"}}},
		`lists[0].audience: "vip" is no advertising or exclusion audience; those are [runners]`: {Lists: []act.List{{Code: "X-01", Destination: "ads", Audience: "vip"}}},
		`lists[1].code: "X-01" stands twice for ads`: {Lists: []act.List{{Code: "X-01", Destination: "ads", Audience: "runners"},
			{Code: "X-01", Destination: "ads", Audience: "runners"}}},
		`channels[0].destination: there is no destination "x"; the policy has [ads]`:      {Channels: []act.Route{{Channel: "email", Destination: "x"}}},
		`subscriptions[0].destination: there is no destination "x"; the policy has [ads]`: {Subscriptions: []act.Subscription{{Destination: "x"}}},
	} {
		if err := p.Validate(destinations, audiences); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("the policy is refused with %v, not %s", err, want)
		}
	}
	if err := (act.Policy{Lists: []act.List{{Code: "X-01", Destination: "ads", Audience: "runners"}}}).Validate(destinations, audiences); err != nil {
		t.Error(err)
	}
}
