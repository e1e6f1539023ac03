package decide

import (
	"errors"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/rule"
)

// Turn is what decide asks of the engine.
type Turn interface {
	Now() orrery.Instant
	Emit(f orrery.Fact) orrery.Stamp
	PersonOf(orrery.FragmentID) orrery.PersonID
	Members(orrery.FragmentID) *Members
	// Subject answers what a rule may ask about the person.
	Subject(orrery.PersonID) rule.Subject
	// MayAdvertise is the gate's answer for keeping the person in advertising audiences.
	MayAdvertise(orrery.PersonID) orrery.Answer
	// ConsentsToAds says whether the person granted advertising.
	ConsentsToAds(orrery.PersonID) bool
	// Alarm tells the operators of something that must not pass unseen.
	Alarm(code, detail string)
}

// Changes is what a turn changed about one person, as far as a rule can read it.
type Changes struct {
	Events []string
	Traits []string
	State  bool // experience state, consent, life events
	All    bool // identity changed, the policy changed, or a timer fired
	Timer  bool // a timer fired: whatever may change by time
	Due    bool // the moment at which the person must be looked at again may have changed
	touch  bool
}

// Touched notes a touch that was counted under the given event names.
func (c *Changes) Touched(t *orrery.Touch, events ...string) {
	c.touch = true
	for _, e := range events {
		if e != "" {
			c.Events = append(c.Events, e)
		}
	}
	for i := range t.Traits {
		c.Traits = append(c.Traits, t.Traits[i].Name)
	}
}

// Settle brings the person's memberships up to date with what changed and returns the next moment at which one may
// change by time alone, 0 for none that this call knows of.
func Settle(t Turn, p *Plan, person orrery.PersonID, c *Changes) orrery.Instant {
	members := t.Members(person)
	if t.PersonOf(person) != person {
		leaveAll(t, members, person, "merge")
		return 0
	}
	s := settling{turn: t, plan: p, person: person, members: members}
	if c.All {
		for i := range p.audiences {
			s.evaluate(i)
		}
		s.dropUnknown()
		return s.next
	}
	s.gateStands = !c.State && !c.Timer && !c.Due
	var few [16]uint64 // enough for MaxAudiences, and on the stack
	s.done = few[:(len(p.audiences)+63)/64]
	if c.touch {
		s.each(p.always)
	}
	for _, e := range c.Events {
		s.each(p.byEvent[e])
	}
	for _, name := range c.Traits {
		s.each(p.byTrait[name])
	}
	if c.State {
		s.each(p.byState)
	}
	if c.Timer {
		s.each(p.timed)
		s.each(p.byState)
	}
	return s.next
}

// settling is one person's memberships being brought up to date.
type settling struct {
	turn    Turn
	plan    *Plan
	person  orrery.PersonID
	members *Members
	subject rule.Subject
	next    orrery.Instant
	done    []uint64
	// gateStands says that nothing happened that the gate looks at: who was let in before may stay.
	gateStands bool
	asked      bool
	answer     orrery.Answer
	looked     bool
	in         []uint64   // audiences the person is in, a bit each
	few        [16]uint64 // of in: enough for MaxAudiences
}

func (s *settling) each(audiences []int) {
	for _, i := range audiences {
		if s.done[i/64]&(1<<(i%64)) == 0 {
			s.done[i/64] |= 1 << (i % 64)
			s.evaluate(i)
		}
	}
}

func (s *settling) evaluate(i int) {
	a := &s.plan.audiences[i]
	was := s.was(i)
	in, reason, evidence := s.belongs(a, was)
	if in != was {
		s.turn.Emit(&orrery.AudienceChanged{Fragment: s.person, Audience: a.Name, In: in, Reason: reason, Evidence: evidence})
	}
}

// was says whether the person is in the audience. Most rules asked about are of audiences that the person is not in, so
// the few memberships are looked up once.
func (s *settling) was(i int) bool {
	if !s.looked {
		s.looked = true
		s.in = s.few[:(len(s.plan.audiences)+63)/64]
		for _, m := range s.members.In {
			if k, ok := s.plan.index[m.Audience]; ok {
				s.in[k/64] |= 1 << (k % 64)
			}
		}
	}
	return s.in[i/64]&(1<<(i%64)) != 0
}

// belongs says whether the person belongs to the audience now, and why a change happened.
func (s *settling) belongs(a *compiled, was bool) (in bool, reason, evidence string) {
	if a.Excludes {
		if s.mayAdvertise() || !s.turn.ConsentsToAds(s.person) {
			return false, "rule", ""
		}
		return true, s.answer.Reason, first(s.answer.Evidence)
	}
	if s.subject == nil {
		s.subject = s.turn.Subject(s.person)
	}
	in, next, err := a.program.Eval(s.subject, s.turn.Now())
	if err != nil {
		code := "audience.rule_failed"
		if errors.Is(err, rule.ErrCost) {
			code = "audience.rule_too_costly"
		}
		s.turn.Alarm(code, string(a.Name))
		return was, "", "" // the audience stays as it is
	}
	if next != 0 && (s.next == 0 || next < s.next) {
		s.next = next
	}
	if in && a.Advertising && !(was && s.gateStands) && !s.mayAdvertise() {
		return false, s.answer.Reason, first(s.answer.Evidence)
	}
	return in, "rule", ""
}

func (s *settling) mayAdvertise() bool {
	if !s.asked {
		s.answer, s.asked = s.turn.MayAdvertise(s.person), true
	}
	return s.answer.Verdict == orrery.Allow
}

// dropUnknown leaves audiences that the policy no longer has.
func (s *settling) dropUnknown() {
	for _, m := range append([]Membership(nil), s.members.In...) {
		known := false
		for i := range s.plan.audiences {
			known = known || s.plan.audiences[i].Name == m.Audience
		}
		if !known {
			s.turn.Emit(&orrery.AudienceChanged{Fragment: s.person, Audience: m.Audience, Reason: "policy"})
		}
	}
}

func leaveAll(t Turn, members *Members, person orrery.PersonID, reason string) {
	for _, m := range append([]Membership(nil), members.In...) {
		t.Emit(&orrery.AudienceChanged{Fragment: person, Audience: m.Audience, Reason: reason})
	}
}

// LeaveAll takes the person out of every audience: before an erasure.
func LeaveAll(t Turn, person orrery.PersonID, reason string) {
	leaveAll(t, t.Members(person), person, reason)
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
