package engine

import (
	"cmp"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/identify"
	"github.com/orrery-cxm/orrery/internal/protect"
	"github.com/orrery-cxm/orrery/internal/remember"
	"github.com/orrery-cxm/orrery/internal/rule"
)

// people is what can be read about fragments: by a batch, or by a reader of the published state.
type people interface {
	FragmentsOf(orrery.PersonID) []orrery.FragmentID
	Node(orrery.FragmentID) *identify.Node
	Memory(orrery.FragmentID) *remember.Memory
	Experience(orrery.FragmentID) *protect.Experience
	Desk(orrery.FragmentID) *desk.Desk
	Case(orrery.CaseID) *orrery.Case
	// Erased says that the identifier of a fragment stands in the erasure register: whoever comes under it again is new
	// to us, but wants to hear nothing commercial.
	Erased(orrery.FragmentID) bool
}

// subject answers what a rule may ask about one person, over their fragments.
type subject struct {
	people    people
	policy    *Policy
	now       orrery.Instant
	fragments []orrery.FragmentID
	memory    remember.Together
	state     *protect.Experience
	asked     [2]asked // the later one first: no condition looks at more than two at once
}

// asked is what was asked about one kind of event: an event is looked at by many rules, one after the other.
type asked struct {
	event             string
	used              bool
	count             int64
	times             []orrery.Instant
	counted, hasTimes bool
	room              *remember.Room
}

// about is what was asked about an event so far.
func (s *subject) about(event string) *asked {
	a := &s.asked
	if a[0].used && a[0].event == event {
		return &a[0]
	}
	a[0], a[1] = a[1], a[0]
	if !a[0].used || a[0].event != event {
		a[0] = asked{event: event, used: true, room: a[0].room}
	}
	return &a[0]
}

var _ rule.Subject = (*subject)(nil)

func (s *subject) reset(from people, p *Policy, now orrery.Instant, person orrery.PersonID) {
	s.people, s.policy, s.now, s.state = from, p, now, nil
	s.asked[0].used, s.asked[1].used = false, false
	s.fragments = from.FragmentsOf(person)
	s.memory.Parts = s.memory.Parts[:0]
	for _, id := range s.fragments {
		s.memory.Parts = append(s.memory.Parts, from.Memory(id))
	}
}

func newSubject(from people, p *Policy, now orrery.Instant, person orrery.PersonID) *subject {
	s := &subject{}
	s.reset(from, p, now, person)
	return s
}

// experience combines the experience of a person's fragments.
func experience(from people, fragments []orrery.FragmentID) *protect.Experience {
	if len(fragments) == 1 {
		return from.Experience(fragments[0])
	}
	parts := make([]*protect.Experience, len(fragments))
	for i, id := range fragments {
		parts[i] = from.Experience(id)
	}
	return protect.Combine(parts)
}

func (s *subject) experience() *protect.Experience {
	if s.state == nil {
		s.state = experience(s.people, s.fragments)
	}
	return s.state
}

// Trait reads a trait, or a member of a trait that is an object.
func (s *subject) Trait(name string) (rule.Value, bool) {
	if t, ok := s.memory.Trait(name); ok {
		return rule.ValueAt(t.Value, "")
	}
	root, path, dotted := strings.Cut(name, ".")
	if !dotted {
		return rule.Value{}, false
	}
	t, ok := s.memory.Trait(root)
	if !ok {
		return rule.Value{}, false
	}
	return rule.ValueAt(t.Value, path)
}

func (s *subject) Count(event string) int64 {
	if event == "" {
		return int64(s.memory.Touches())
	}
	a := s.about(event)
	if !a.counted {
		a.count, a.counted = int64(s.memory.Count(event)), true
	}
	return a.count
}

// Times is valid until two other events were asked about.
func (s *subject) Times(event string) []orrery.Instant {
	a := s.about(event)
	if !a.hasTimes {
		if a.room == nil && len(s.memory.Parts) > 1 {
			a.room = &remember.Room{}
		}
		a.times, a.hasTimes = s.memory.Times(event, a.room), true
	}
	return a.times
}

func (s *subject) First(event string) orrery.Instant {
	if event == "" {
		return s.memory.First()
	}
	return s.memory.FirstOf(event)
}

func (s *subject) Number(name string) (int64, bool) {
	switch name {
	case "orders.count":
		n, _ := s.memory.Spent()
		return n, true
	case "orders.total":
		_, minor := s.memory.Spent()
		return minor, true
	case "orders.last":
		last := s.memory.LastOrder()
		return int64(last), last != 0
	case "touches":
		return int64(s.memory.Touches()), true
	case "first_touch":
		first := s.memory.First()
		return int64(first), first != 0
	case "last_touch":
		if m := s.memory.Last(); m != nil {
			return int64(m.Last), true
		}
		return 0, false
	case "identifiers":
		return int64(len(s.fragments)), true
	case "state.open_cases":
		return int64(s.openCases()), true
	}
	return 0, false
}

func (s *subject) openCases() int {
	n := 0
	seen := map[orrery.CaseID]bool{}
	for _, id := range s.fragments {
		for _, line := range s.people.Desk(id).Open() {
			if !seen[line.Case.ID] {
				seen[line.Case.ID] = true
				n++
			}
		}
	}
	return n
}

func (s *subject) Text(name string) (string, bool) {
	switch name {
	case "state.mood":
		mood, _ := s.experience().Mood(&s.policy.Protection, s.now)
		return string(mood), true
	case "channel.last":
		if m := s.memory.Last(); m != nil {
			return string(m.Channel), m.Channel != ""
		}
	case "locale":
		v := s.memory.Locale()
		return v, v != ""
	case "zone":
		v := s.memory.Zone()
		return v, v != ""
	}
	return "", false
}

func (s *subject) Flag(name string) (bool, bool) {
	switch name {
	case "known":
		for _, id := range s.fragments {
			if n := s.people.Node(id); n != nil && named(n.Identifier.Namespace) {
				return true, true
			}
		}
		return false, true
	case "state.held":
		return len(s.experience().Holds) > 0, true
	case "state.apology_due":
		for _, a := range s.experience().Apologies {
			if a.Due() {
				return true, true
			}
		}
		return false, true
	case "state.resting":
		for _, h := range s.experience().Holds {
			if h.Kind == orrery.HoldRest {
				return true, true
			}
		}
		return false, true
	}
	return false, false
}

func (s *subject) Life(kind string) (bool, orrery.Instant) {
	for _, l := range s.experience().Life {
		if string(l.Kind) == kind && l.Gone == "" && l.Certainty >= orrery.Declared && (l.Expires == 0 || l.Expires > s.now) {
			return true, l.Expires
		}
	}
	return false, 0
}

func (s *subject) Consent(purpose, channel string) bool {
	return s.experience().Standing(orrery.Purpose(purpose), orrery.Channel(channel)).Granted()
}

func (s *subject) ProductTimes(product string) []orrery.Instant {
	var times []orrery.Instant
	s.memory.EachProduct(func(v *remember.ProductView) {
		if v.Product == product {
			times = append(times, v.At)
		}
	})
	slices.SortFunc(times, func(a, b orrery.Instant) int { return cmp.Compare(b, a) })
	return times
}

func (s *subject) OrderTimes() []rule.OrderAt {
	latest := map[[2]string]*remember.Order{}
	s.memory.EachOrder(func(o *remember.Order) {
		key := [2]string{string(o.Source), o.ID}
		if before := latest[key]; before == nil || before.Changed < o.Changed {
			latest[key] = o
		}
	})
	orders := make([]rule.OrderAt, 0, len(latest))
	for _, o := range latest {
		if o.Counts() {
			orders = append(orders, rule.OrderAt{At: o.Placed, Minor: o.Minor})
		}
	}
	slices.SortFunc(orders, func(a, b rule.OrderAt) int {
		return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(b.Minor, a.Minor))
	})
	return orders[:min(len(orders), rule.MaxTimes)]
}
