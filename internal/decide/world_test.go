package decide_test

import (
	"cmp"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/decide"
	"github.com/orrery-cxm/orrery/internal/rule"
)

const (
	noon = orrery.Instant(1_795_521_600_000) // 2026-11-24T12:00:00Z
	tick = 10 * orrery.Minute                // the grid on which things happen, so that moments often coincide
)

// teller is the part of a test that says what is wrong: of a plain one or of a law.
type teller interface {
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// deed is one touch, as far as a rule can ask for it.
type deed struct {
	at      orrery.Instant
	names   []string
	product string
}

// life is an event in a person's life; until 0 is without end.
type life struct {
	kind  string
	until orrery.Instant
}

// body is one fragment: what somebody slow and careful would write down about it.
type body struct {
	person   orrery.PersonID
	deeds    []deed
	traits   map[string]string // JSON by name
	orders   []rule.OrderAt
	lives    []life
	consents map[string]bool // "purpose/channel"
	flags    map[string]bool
	mood     string
	channel  string
	locale   string
	gate     orrery.Answer  // of advertising; the zero verdict allows
	until    orrery.Instant // the gate's hold ends by itself then; 0: never
	members  decide.Members
	due      orrery.Instant // the one timer of the person
}

// world is a turn over bodies. It does what the engine promises to packages and nothing more: facts are folded at once,
// a person has one timer, and whoever changed is settled with what changed.
type world struct {
	t      teller
	now    orrery.Instant
	seq    orrery.Seq
	plan   *decide.Plan
	bodies map[orrery.FragmentID]*body
	facts  []*orrery.AudienceChanged // of the last settling
	alarms []string
}

func newWorld(t teller, policy decide.Policy, fragments ...orrery.FragmentID) *world {
	w := &world{t: t, now: noon, bodies: map[orrery.FragmentID]*body{}}
	w.apply(policy)
	for _, id := range fragments {
		w.bodies[id] = &body{person: id, traits: map[string]string{}, consents: map[string]bool{}, flags: map[string]bool{}}
	}
	return w
}

func (w *world) apply(policy decide.Policy) {
	plan, err := policy.Compile()
	if err != nil {
		w.t.Fatalf("a good policy is refused: %v", err)
	}
	w.plan = plan
}

func (w *world) Now() orrery.Instant { return w.now }

func (w *world) Emit(f orrery.Fact) orrery.Stamp {
	w.seq++
	at := orrery.Stamp{Seq: w.seq, Time: w.now}
	change, ok := f.(*orrery.AudienceChanged)
	if !ok {
		w.t.Errorf("decide emitted a %T: it speaks of memberships only", f)
		return at
	}
	if w.bodies[change.Fragment].members.Has(change.Audience) == change.In {
		w.t.Errorf("%s: in=%v is told of %s, which is so already: a fact is an answer that changed", change.Audience, change.In, change.Fragment)
	}
	if change.Reason == "" {
		w.t.Errorf("%s changed without a reason", change.Audience)
	}
	w.facts = append(w.facts, change)
	for id, b := range w.bodies {
		b.members.Evolve(id, f, at)
	}
	return at
}

func (w *world) PersonOf(id orrery.FragmentID) orrery.PersonID {
	if b := w.bodies[id]; b != nil {
		return b.person
	}
	return 0
}

func (w *world) Members(id orrery.FragmentID) *decide.Members { return &w.bodies[id].members }

func (w *world) Subject(person orrery.PersonID) rule.Subject {
	return &subject{now: w.now, bodies: w.of(person)}
}

// MayAdvertise is the strictest answer of the person's fragments, the oldest first.
func (w *world) MayAdvertise(person orrery.PersonID) orrery.Answer {
	for _, b := range w.of(person) {
		if b.gate.Verdict != 0 && (b.until == 0 || w.now < b.until) {
			return b.gate
		}
	}
	return orrery.Answer{Verdict: orrery.Allow}
}

func (w *world) ConsentsToAds(person orrery.PersonID) bool {
	return w.Subject(person).Consent("advertising", "ads")
}

func (w *world) Alarm(code, detail string) { w.alarms = append(w.alarms, code+" "+detail) }

// of lists the fragments of a person by id.
func (w *world) of(person orrery.PersonID) []*body {
	var out []*body
	for _, id := range w.ids() {
		if w.bodies[id].person == person {
			out = append(out, w.bodies[id])
		}
	}
	return out
}

func (w *world) ids() []orrery.FragmentID {
	var ids []orrery.FragmentID
	for id := range w.bodies {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// settle brings one person up to date and sets their timer, as the engine does: the earlier of the two moments, unless
// everything was looked at.
func (w *world) settle(person orrery.PersonID, c decide.Changes) []*orrery.AudienceChanged {
	w.facts = nil
	next := decide.Settle(w, w.plan, person, &c)
	if next != 0 && next <= w.now {
		w.t.Errorf("the next look at %s would be at %s, and it is %s already: timers ring in the future", person, next, w.now)
	}
	for _, b := range w.of(person) {
		if b.gate.Verdict != 0 && b.until > w.now && (next == 0 || b.until < next) {
			next = b.until // the gate's own moment, which protect knows
		}
	}
	b := w.bodies[person]
	if c.All || c.Timer || next != 0 && (b.due == 0 || next < b.due) {
		b.due = next
	}
	return w.facts
}

// pass lets time go by and rings the timers on the way; look is called wherever an answer could have changed unseen.
func (w *world) pass(d orrery.Span, look func()) {
	end := w.now.Add(d)
	for {
		var next *body
		for _, id := range w.ids() {
			if b := w.bodies[id]; b.due != 0 && b.due <= end && (next == nil || b.due < next.due) {
				next = b
			}
		}
		to := end
		if next != nil && next.due <= w.now { // several ring at one moment
			w.settle(next.person, decide.Changes{Timer: true, State: true})
			continue
		}
		if next != nil {
			to = next.due - 1 // just before it rings, nothing may have changed yet
		}
		for at := w.now.Add(tick) / orrery.Instant(tick) * orrery.Instant(tick); at < to; at = at.Add(tick) {
			w.now = at
			look()
		}
		w.now = max(w.now, to)
		look()
		if next == nil {
			return
		}
		w.now = next.due
	}
}

// subject answers a rule over some bodies by looking at everything.
type subject struct {
	now    orrery.Instant
	bodies []*body
}

// Trait is a trait of that very name, or else a member of one that is an object.
func (s *subject) Trait(name string) (rule.Value, bool) {
	root, path, _ := strings.Cut(name, ".")
	for _, b := range s.bodies {
		if raw, ok := b.traits[name]; ok {
			return rule.ValueAt(raw, "")
		}
	}
	for _, b := range s.bodies {
		if raw, ok := b.traits[root]; ok {
			return rule.ValueAt(raw, path)
		}
	}
	return rule.Value{}, false
}

func (s *subject) all(event string) []orrery.Instant {
	var times []orrery.Instant
	for _, b := range s.bodies {
		for _, d := range b.deeds {
			if event == "" || slices.Contains(d.names, event) {
				times = append(times, d.at)
			}
		}
	}
	return newestFirst(times)
}

func newestFirst(times []orrery.Instant) []orrery.Instant {
	slices.SortFunc(times, func(a, b orrery.Instant) int { return cmp.Compare(b, a) })
	return times
}

func (s *subject) Count(event string) int64 { return int64(len(s.all(event))) }

func (s *subject) Times(event string) []orrery.Instant {
	times := s.all(event)
	return times[:min(len(times), rule.MaxTimes)]
}

func (s *subject) First(event string) orrery.Instant {
	if times := s.all(event); len(times) > 0 {
		return times[len(times)-1]
	}
	return 0
}

func (s *subject) ProductTimes(product string) []orrery.Instant {
	var times []orrery.Instant
	for _, b := range s.bodies {
		for _, d := range b.deeds {
			if d.product == product {
				times = append(times, d.at)
			}
		}
	}
	return newestFirst(times)
}

func (s *subject) OrderTimes() []rule.OrderAt {
	var orders []rule.OrderAt
	for _, b := range s.bodies {
		orders = append(orders, b.orders...)
	}
	slices.SortFunc(orders, func(a, b rule.OrderAt) int { return cmp.Compare(b.At, a.At) })
	return orders[:min(len(orders), rule.MaxTimes)]
}

func (s *subject) Number(name string) (int64, bool) {
	orders := s.OrderTimes()
	switch name {
	case "orders.count":
		return int64(len(orders)), true
	case "orders.total":
		sum := int64(0)
		for _, o := range orders {
			sum += o.Minor
		}
		return sum, true
	case "orders.last":
		if len(orders) == 0 {
			return 0, false
		}
		return int64(orders[0].At), true
	case "touches":
		return s.Count(""), true
	case "first_touch":
		return int64(s.First("")), s.First("") != 0
	case "last_touch":
		times := s.all("")
		if len(times) == 0 {
			return 0, false
		}
		return int64(times[0]), true
	case "identifiers":
		return int64(len(s.bodies)), true
	case "state.open_cases":
		n := int64(0)
		for _, b := range s.bodies {
			if b.flags["state.apology_due"] {
				n++
			}
		}
		return n, true
	}
	return 0, false
}

func (s *subject) Text(name string) (text string, ok bool) {
	for _, b := range s.bodies {
		v := map[string]string{"state.mood": b.mood, "channel.last": b.channel, "locale": b.locale}[name]
		if text == "" {
			text = v
		}
	}
	return text, text != ""
}

func (s *subject) Flag(name string) (bool, bool) {
	for _, b := range s.bodies {
		if b.flags[name] {
			return true, true
		}
	}
	return false, true
}

func (s *subject) Life(kind string) (bool, orrery.Instant) {
	for _, b := range s.bodies {
		for _, l := range b.lives {
			if l.kind == kind && (l.until == 0 || s.now < l.until) {
				return true, l.until
			}
		}
	}
	return false, 0
}

func (s *subject) Consent(purpose, channel string) bool {
	for _, b := range s.bodies {
		if b.consents[purpose+"/"+channel] {
			return true
		}
	}
	return false
}
