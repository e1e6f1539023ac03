package decide_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/decide"
)

const (
	one orrery.FragmentID = 1
	two orrery.FragmentID = 2
)

var (
	buyers  = decide.Audience{Name: "buyers", Rule: `count("A", "40m") >= 2`, Advertising: true}
	readers = decide.Audience{Name: "readers", Rule: `did("page:Pricing")`}
	barred  = decide.Audience{Name: "barred", Excludes: true}
	holds   = orrery.Answer{Verdict: orrery.HoldIt, Reason: "gate.case_open", Evidence: []string{"hld_1", "cas_1"}}
)

func (w *world) touch(id orrery.FragmentID, names ...string) []*orrery.AudienceChanged {
	w.bodies[id].deeds = append(w.bodies[id].deeds, deed{at: w.now, names: names})
	var c decide.Changes
	c.Touched(&orrery.Touch{}, names...)
	return w.settle(w.bodies[id].person, c)
}

func (w *world) hold(id orrery.FragmentID, gate orrery.Answer) []*orrery.AudienceChanged {
	w.bodies[id].gate = gate
	return w.settle(w.bodies[id].person, decide.Changes{State: true})
}

func (w *world) expect(what string, got []*orrery.AudienceChanged, want ...*orrery.AudienceChanged) {
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("%s (-should change +changed):\n%s", what, diff)
	}
}

func TestAPersonEntersByATouchAndLeavesByTheTimerOnTheMillisecond(t *testing.T) {
	w := newWorld(t, decide.Policy{Audiences: []decide.Audience{buyers}}, one)
	w.expect("one of two", w.touch(one, "A"))
	w.now = w.now.Add(10 * orrery.Minute)
	w.expect("the second", w.touch(one, "A"), &orrery.AudienceChanged{Fragment: one, Audience: "buyers", In: true, Reason: "rule"})
	if got, want := w.bodies[one].members.In, []decide.Membership{{Audience: "buyers", Since: w.now}}; !cmp.Equal(got, want) {
		t.Errorf("the membership says %v, and the person entered at %s", got, w.now)
	}
	if want := noon.Add(40 * orrery.Minute); w.bodies[one].due != want {
		t.Fatalf("the next look is at %s; the first touch leaves the window at %s", w.bodies[one].due, want)
	}
	w.pass(30*orrery.Minute-1, func() {})
	if !w.bodies[one].members.Has("buyers") {
		t.Error("out a millisecond too early")
	}
	w.pass(1, func() {})
	w.expect("the timer", w.facts, &orrery.AudienceChanged{Fragment: one, Audience: "buyers", Reason: "rule"})
}

func TestAHoldEndsAdvertisingAndNothingElse(t *testing.T) {
	w := newWorld(t, decide.Policy{Audiences: []decide.Audience{buyers, readers, barred}}, one)
	w.bodies[one].consents["advertising/ads"] = true
	w.touch(one, "A")
	w.touch(one, "A")
	w.touch(one, "page", "page:Pricing")
	w.expect("the hold", w.hold(one, holds),
		&orrery.AudienceChanged{Fragment: one, Audience: "buyers", Reason: "gate.case_open", Evidence: "hld_1"},
		&orrery.AudienceChanged{Fragment: one, Audience: "barred", In: true, Reason: "gate.case_open", Evidence: "hld_1"})
	w.expect("a third touch while held", w.touch(one, "A"))
	w.expect("the same again", w.hold(one, holds))
	w.expect("the release", w.hold(one, orrery.Answer{}),
		&orrery.AudienceChanged{Fragment: one, Audience: "buyers", In: true, Reason: "rule"},
		&orrery.AudienceChanged{Fragment: one, Audience: "barred", Reason: "rule"})
}

func TestOnlyAllowKeepsAPersonInAdvertising(t *testing.T) {
	for _, verdict := range []orrery.Verdict{orrery.HoldIt, orrery.Replace, orrery.Drop} {
		w := newWorld(t, decide.Policy{Audiences: []decide.Audience{buyers}}, one)
		w.touch(one, "A")
		w.touch(one, "A")
		w.hold(one, orrery.Answer{Verdict: verdict, Reason: "gate.some"})
		if w.bodies[one].members.Has("buyers") {
			t.Errorf("the gate says %s, and the person stays in an advertising audience", verdict)
		}
	}
}

func TestAnExclusionListHoldsOnlyPeopleWhoConsentedToAdvertising(t *testing.T) {
	w := newWorld(t, decide.Policy{Audiences: []decide.Audience{barred}}, one)
	w.expect("held without consent: the platform must not learn of the person", w.hold(one, holds))
	w.bodies[one].consents["advertising/ads"] = true
	w.expect("consent given while held", w.settle(one, decide.Changes{State: true}),
		&orrery.AudienceChanged{Fragment: one, Audience: "barred", In: true, Reason: "gate.case_open", Evidence: "hld_1"})
	w.bodies[one].consents["advertising/ads"] = false
	w.expect("consent taken back", w.settle(one, decide.Changes{State: true}),
		&orrery.AudienceChanged{Fragment: one, Audience: "barred", Reason: "rule"})
}

func TestWhoIsMergedIntoAnotherLeavesEveryAudience(t *testing.T) {
	w := newWorld(t, decide.Policy{Audiences: []decide.Audience{buyers, readers}}, one, two)
	w.touch(one, "A")
	w.touch(two, "A")
	w.touch(two, "page", "page:Pricing")
	w.bodies[two].person = one
	w.expect("the one who remains has done what both did", w.settle(one, decide.Changes{All: true}),
		&orrery.AudienceChanged{Fragment: one, Audience: "buyers", In: true, Reason: "rule"},
		&orrery.AudienceChanged{Fragment: one, Audience: "readers", In: true, Reason: "rule"})
	w.expect("the other is nobody of their own", w.settle(two, decide.Changes{All: true}),
		&orrery.AudienceChanged{Fragment: two, Audience: "readers", Reason: "merge"})
	w.expect("and stays so", w.settle(two, decide.Changes{Timer: true, State: true}))
}

func TestAnAudienceThatThePolicyNoLongerHasIsLeft(t *testing.T) {
	w := newWorld(t, decide.Policy{Audiences: []decide.Audience{buyers, readers}}, one)
	w.touch(one, "page", "page:Pricing")
	w.touch(one, "A")
	w.touch(one, "A")
	stricter := buyers
	stricter.Rule = `count("A", "40m") >= 3`
	w.apply(decide.Policy{Audiences: []decide.Audience{stricter}})
	w.expect("a policy with a stricter rule and one audience less", w.settle(one, decide.Changes{All: true}),
		&orrery.AudienceChanged{Fragment: one, Audience: "buyers", Reason: "rule"},
		&orrery.AudienceChanged{Fragment: one, Audience: "readers", Reason: "policy"})
}

func TestARuleOverItsCostLeavesEverythingAsItIsAndRaisesAnAlarm(t *testing.T) {
	vips := decide.Audience{Name: "vips", Rule: `traits.tags.exists(t, t == "vip")`}
	endless := `["` + strings.Repeat(`x","`, 5000) + `vip"]`
	w := newWorld(t, decide.Policy{Audiences: []decide.Audience{vips, readers}}, one, two)
	set := func(id orrery.FragmentID, tags string) []*orrery.AudienceChanged {
		w.bodies[id].traits["tags"] = tags
		var c decide.Changes
		c.Touched(&orrery.Touch{Traits: []orrery.Trait{{Name: "tags"}}}, "page", "page:Pricing")
		w.bodies[id].deeds = append(w.bodies[id].deeds, deed{at: w.now, names: []string{"page:Pricing"}})
		return w.settle(id, c)
	}
	set(one, `["vip"]`)
	w.expect("one who is in stays in", set(one, endless))
	w.expect("one who is out stays out, and other audiences go on", set(two, endless),
		&orrery.AudienceChanged{Fragment: two, Audience: "readers", In: true, Reason: "rule"})
	if diff := cmp.Diff([]string{"audience.rule_too_costly vips", "audience.rule_too_costly vips"}, w.alarms); diff != "" {
		t.Errorf("the operators were told (-should +was):\n%s", diff)
	}
}

func TestBeforeAnErasureThePersonLeavesEveryAudience(t *testing.T) {
	w := newWorld(t, decide.Policy{Audiences: []decide.Audience{buyers, readers}}, one, two)
	for _, id := range []orrery.FragmentID{one, two} {
		w.touch(id, "page", "page:Pricing")
		w.touch(id, "A")
		w.touch(id, "A")
	}
	w.facts = nil
	decide.LeaveAll(w, one, "erased")
	w.expect("the erasure", w.facts,
		&orrery.AudienceChanged{Fragment: one, Audience: "buyers", Reason: "erased"},
		&orrery.AudienceChanged{Fragment: one, Audience: "readers", Reason: "erased"})
	if len(w.bodies[two].members.In) != 2 {
		t.Errorf("another person is in %v: nobody else was erased", w.bodies[two].members.In)
	}
}
