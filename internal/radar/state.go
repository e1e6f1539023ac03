package radar

import (
	"cmp"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// State is everything that the radar remembers. The zero value is not ready: see [New].
type State struct {
	policy  *Policy
	text    string // of the policy, as it stands in the log
	now     orrery.Instant
	markets map[string]int32 // the hour in which each was first heard
	series  map[key]*series
	said    map[said]bool // who is among the recent of which series
	hits    int
	open    []*burst // alerts that last, by id
	words   words

	dirty []*series // spoken of since the last look; not kept
}

type said struct {
	key
	person orrery.PersonID
}

// burst is an alert that lasts.
type burst struct {
	alert orrery.Alert
	key
	people int
}

// New is the state before everything.
func New() *State {
	return &State{policy: DefaultPolicy(), markets: map[string]int32{}, series: map[key]*series{}, said: map[said]bool{}, words: newWords()}
}

// Policy is the one in force, as far as the log was read.
func (s *State) Policy() *Policy { return s.policy }

// Evolve folds one fact.
func (s *State) Evolve(f orrery.Fact, at orrery.Stamp) {
	switch f := f.(type) {
	case *orrery.TouchRecorded:
		if f.Touch.Signals != nil {
			s.heard(f, at)
		}
	case *orrery.SignalsRevised:
		s.corrected(f)
	case *orrery.PolicyApplied:
		s.policy, s.text = PolicyIn(f.Text), f.Text
	case *orrery.AlertRaised:
		s.raised(&f.Alert)
	case *orrery.AlertChanged:
		s.changed(&f.Alert)
	case *orrery.TopicEmerged:
		s.words.emerged(&f.Topic)
	case *orrery.PersonErased:
		s.forget(f.Fragments)
	}
}

// heard counts what a message says.
func (s *State) heard(f *orrery.TouchRecorded, at orrery.Stamp) {
	h, ok := s.policy.Hear(f)
	if !ok {
		return
	}
	if hourOf(at.Time) != hourOf(s.now) {
		s.sweep(at.Time)
	}
	s.now = max(s.now, at.Time)
	grams := s.words.read(f, h.Language)
	s.words.add(f, at, h.Language, grams)
	market, since := s.market(h.Market, hourOf(at.Time))
	if len(h.About) == 0 {
		return
	}
	x := hit{at: at.Time, person: f.Person, fragment: f.Anchor, touch: orrery.TouchID(at.ID()), print: fingerprint(grams)}
	if x.person == 0 {
		x.person = f.Anchor
	}
	for _, about := range h.About {
		s.hit(key{market, "", about}, x, since)
		if (key{about: about}).risk() {
			continue
		}
		for _, aspect := range h.Aspects {
			s.hit(key{market, aspect, about}, x, since)
		}
	}
}

// corrected takes a message out of every series of which a person, or a later model, says that it does not belong there.
// What it should have been counted for instead is not caught up with.
func (s *State) corrected(f *orrery.SignalsRevised) {
	h := s.policy.understand(&f.Signals)
	for _, x := range s.series {
		if slices.Contains(h.About, x.about) && (x.aspect == "" || slices.Contains(h.Aspects, x.aspect)) {
			continue
		}
		i := slices.IndexFunc(x.recent, func(r hit) bool { return r.touch == f.Touch })
		if i < 0 {
			continue
		}
		if at := hourOf(x.recent[i].at) - x.from; at >= 0 && x.hours[at] != skipped && x.hours[at] > 0 {
			x.hours[at]--
		}
		delete(s.said, said{x.key, x.recent[i].person})
		x.recent = slices.Delete(x.recent, i, i+1)
		s.hits--
		for _, b := range s.open {
			if b.key == x.key {
				b.people = max(0, b.people-1)
			}
		}
	}
}

// market opens a market, unless there are too many already.
func (s *State) market(name string, hour int32) (string, int32) {
	if len(name) > maxName {
		name = ""
	}
	since, ok := s.markets[name]
	if !ok && len(s.markets) >= maxMarkets && name != "" {
		return s.market("", hour)
	}
	if !ok {
		since = hour
		s.markets[strings.Clone(name)] = hour
	}
	return name, since
}

// hit adds a person to a series, unless they were heard in it within a day.
func (s *State) hit(k key, x hit, since int32) {
	one := s.series[k]
	if one == nil {
		if len(s.series) >= maxSeries || len(k.aspect) > maxName || len(k.about) > maxName {
			return
		}
		k = key{strings.Clone(k.market), strings.Clone(k.aspect), strings.Clone(k.about)} // they may share the memory of a request
		one = &series{key: k, from: max(since, hourOf(x.at)-maxHours+1)}
		s.series[k] = one
	}
	s.forgetBefore(one, x.at.Add(-day))
	if s.said[said{k, x.person}] {
		return
	}
	for s.hits >= maxHits {
		s.makeRoom()
	}
	s.said[said{k, x.person}] = true
	s.hits++
	skip := false
	for _, b := range s.open {
		skip = skip || b.teachesNothing(one, x.at)
		if b.key == k {
			b.people++
		}
	}
	one.count(x, skip)
	for _, b := range s.open {
		if b.key == k {
			if n := len(one.since(x.at.Add(-orrery.Hour))); n > b.alert.Peak {
				b.alert.Peak, b.alert.PeakAt = n, x.at
			}
		}
	}
	s.dirty = append(s.dirty, one)
}

// teachesNothing says that what is said in a series at a moment is part of the burst: its whole market, or its one risk,
// for its first day. What lasts longer may be the new usual, and of a market that is new everything teaches.
func (b *burst) teachesNothing(x *series, at orrery.Instant) bool {
	if x.market != b.market || at >= b.alert.Began.Add(day) || hourOf(b.alert.Began)-x.from < newMarket {
		return false
	}
	return !b.risk() && !x.risk() || b.key == x.key
}

// newMarket is for how many hours a market is new.
const newMarket = 48

// sweep lets go, once an hour, of what is too old: hits of a day ago, series in which nobody spoke for as long as is kept.
func (s *State) sweep(now orrery.Instant) {
	for k, x := range s.series {
		s.forgetBefore(x, now.Add(-day))
		if hourOf(now)-x.from-int32(len(x.hours)) > maxHours && len(x.recent) == 0 {
			delete(s.series, k)
		}
	}
}

// forgetBefore lets go of hits that are older than a day.
func (s *State) forgetBefore(x *series, at orrery.Instant) {
	n := len(x.recent) - len(x.since(at))
	s.drop(x, n)
}

func (s *State) drop(x *series, n int) {
	for _, h := range x.recent[:n] {
		delete(s.said, said{x.key, h.person})
	}
	x.recent = slices.Delete(x.recent, 0, n)
	s.hits -= n
}

// makeRoom lets the older quarter of the longest series go.
func (s *State) makeRoom() {
	var longest *series
	for _, x := range s.ordered() {
		if longest == nil || len(x.recent) > len(longest.recent) {
			longest = x
		}
	}
	s.drop(longest, (len(longest.recent)+3)/4)
}

// ordered lists the series by their names.
func (s *State) ordered() []*series {
	out := make([]*series, 0, len(s.series))
	for _, x := range s.series {
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b *series) int { return compareKeys(a.key, b.key) })
	return out
}

// raised opens a burst: from its first message on, its hours teach nothing.
func (s *State) raised(a *orrery.Alert) {
	b := &burst{alert: *a, key: key{a.Market, a.Aspect, a.About}}
	b.alert.Examples = slices.Clone(a.Examples)
	s.now = max(s.now, a.Raised)
	if x := s.series[b.key]; x != nil {
		now := x.since(a.Began)
		b.people = len(now)
	}
	i, _ := slices.BinarySearchFunc(s.open, a.ID, func(b *burst, id orrery.AlertID) int { return cmp.Compare(b.alert.ID, id) })
	s.open = slices.Insert(s.open, i, b)
	for _, x := range s.series {
		if b.teachesNothing(x, a.Began) {
			x.skip(hourOf(a.Began), hourOf(a.Raised))
		}
	}
}

// changed takes over how the alert stands. Once it has ended, what was said in it does not count again.
func (s *State) changed(a *orrery.Alert) {
	i := slices.IndexFunc(s.open, func(b *burst) bool { return b.alert.ID == a.ID })
	if i < 0 {
		return
	}
	b := s.open[i]
	if a.Ended == 0 {
		b.alert.Severity, b.alert.Examples = a.Severity, slices.Clone(a.Examples)
		return
	}
	s.now = max(s.now, a.Ended)
	s.open = slices.Delete(s.open, i, i+1)
	for _, x := range s.series {
		if x.market == b.market && (!b.risk() && !x.risk() || x.key == b.key) {
			x.calm, x.known = a.Ended, nil
			if a.End == NewLevel {
				x.restart = hourOf(a.Began)
			}
		}
	}
}

// forget takes every trace of people out of what is kept of single messages. The people counted in hours that are over
// stay counted until the state is built from the log again: a number names nobody.
func (s *State) forget(fragments []orrery.FragmentID) {
	gone := func(f orrery.FragmentID) bool { return slices.Contains(fragments, f) }
	for _, x := range s.series {
		x.recent = slices.DeleteFunc(x.recent, func(h hit) bool {
			if !gone(h.fragment) && !gone(h.person) {
				return false
			}
			delete(s.said, said{x.key, h.person})
			s.hits--
			return true
		})
	}
	for _, b := range s.open {
		b.alert.Examples = slices.DeleteFunc(b.alert.Examples, func(e orrery.Example) bool { return gone(e.Fragment) })
	}
	s.words.forget(gone)
}
