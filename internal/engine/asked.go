package engine

import (
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/identify"
	"github.com/orrery-cxm/orrery/internal/protect"
	"github.com/orrery-cxm/orrery/internal/remember"
	"github.com/orrery-cxm/orrery/internal/rule"
)

// people is what can be read about fragments: by a batch, or by a reader of the published state.
type people interface {
	Node(orrery.FragmentID) *identify.Node
	Memory(orrery.FragmentID) *remember.Memory
	Experience(orrery.FragmentID) *protect.Experience
	Desk(orrery.FragmentID) *desk.Desk
	Case(orrery.CaseID) *orrery.Case
}

// subject answers what a rule may ask about one person, combined over their fragments.
type subject struct {
	people    people
	policy    *Policy
	now       orrery.Instant
	fragments []orrery.FragmentID
	memory    *remember.Memory
	state     *protect.Experience
}

var _ rule.Subject = (*subject)(nil)

func newSubject(from people, p *Policy, now orrery.Instant, person orrery.PersonID) *subject {
	s := &subject{people: from, policy: p, now: now, fragments: identify.Fragments(from, person)}
	if len(s.fragments) == 1 {
		s.memory = from.Memory(s.fragments[0])
		return s
	}
	parts := make([]*remember.Memory, len(s.fragments))
	for i, id := range s.fragments {
		parts[i] = from.Memory(id)
	}
	s.memory = remember.Combine(parts)
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
		return valueOf(t.Value)
	}
	root, path, dotted := strings.Cut(name, ".")
	if !dotted {
		return rule.Value{}, false
	}
	t, ok := s.memory.Trait(root)
	if !ok {
		return rule.Value{}, false
	}
	raw := jsontext.Value(t.Value)
	for _, member := range strings.Split(path, ".") {
		var object map[string]jsontext.Value
		if raw.Kind() != '{' || json.Unmarshal(raw, &object) != nil {
			return rule.Value{}, false
		}
		if raw, ok = object[member]; !ok {
			return rule.Value{}, false
		}
	}
	return valueOf(string(raw))
}

// valueOf reads canonical JSON as a value of the rule language.
func valueOf(raw string) (rule.Value, bool) {
	if raw == "" {
		return rule.Value{}, false
	}
	switch raw[0] {
	case '"':
		if strings.IndexByte(raw, '\\') < 0 {
			return rule.TextOf(raw[1 : len(raw)-1]), true
		}
		var text string
		if json.Unmarshal([]byte(raw), &text) != nil {
			return rule.Value{}, false
		}
		return rule.TextOf(text), true
	case 't', 'f':
		return rule.BoolOf(raw[0] == 't'), true
	case '[':
		var list []string
		if json.Unmarshal([]byte(raw), &list) != nil {
			return rule.Value{}, false
		}
		return rule.ListOf(list), true
	case '{', 'n':
		return rule.Value{}, false
	}
	return numberOf(raw)
}

// numberOf reads a JSON number as thousandths, cutting what is finer.
func numberOf(raw string) (rule.Value, bool) {
	negative := strings.HasPrefix(raw, "-")
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(raw, "-"), ".")
	if strings.ContainsAny(raw, "eE") || len(whole) > 15 {
		return rule.Value{}, false
	}
	var n int64
	for _, digits := range []string{whole, (fraction + "000")[:3]} {
		for i := range len(digits) {
			if digits[i] < '0' || digits[i] > '9' {
				return rule.Value{}, false
			}
			n = n*10 + int64(digits[i]-'0')
		}
	}
	if negative {
		n = -n
	}
	return rule.NumberOf(n), true
}

func (s *subject) Count(event string) int64 {
	if event == "" {
		return int64(s.memory.Touches)
	}
	if e := s.memory.Event(event); e != nil {
		return int64(e.Total)
	}
	return 0
}

func (s *subject) Times(event string) []orrery.Instant {
	if e := s.memory.Event(event); e != nil {
		return e.Times
	}
	return nil
}

func (s *subject) First(event string) orrery.Instant {
	if event == "" {
		return s.memory.First
	}
	if e := s.memory.Event(event); e != nil {
		return e.First
	}
	return 0
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
		var last orrery.Instant
		for i := range s.memory.Orders {
			if o := &s.memory.Orders[i]; o.Counts() {
				last = max(last, o.Placed)
			}
		}
		return int64(last), last != 0
	case "touches":
		return int64(s.memory.Touches), true
	case "first_touch":
		return int64(s.memory.First), s.memory.First != 0
	case "last_touch":
		return int64(s.memory.Last), s.memory.Last != 0
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
		return string(s.memory.Channel), s.memory.Channel != ""
	case "locale":
		return s.memory.Locale, s.memory.Locale != ""
	case "zone":
		return s.memory.Zone, s.memory.Zone != ""
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
	for i := range s.memory.Products {
		if s.memory.Products[i].Product == product {
			times = append(times, s.memory.Products[i].At)
		}
	}
	return times
}

func (s *subject) OrderTimes() []rule.OrderAt {
	var orders []rule.OrderAt
	for i := range s.memory.Orders {
		if o := &s.memory.Orders[i]; o.Counts() {
			orders = append(orders, rule.OrderAt{At: o.Placed, Minor: o.Minor})
		}
	}
	for i := 1; i < len(orders); i++ { // newest first; nearly sorted already
		for j := i; j > 0 && orders[j].At > orders[j-1].At; j-- {
			orders[j], orders[j-1] = orders[j-1], orders[j]
		}
	}
	return orders[:min(len(orders), rule.MaxTimes)]
}
