package radar

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/orrery-cxm/orrery"
)

// How an alert changes, and how it ends.
const (
	Grew     = "grew"
	Ended    = "ended"
	Calm     = "calm"
	NewLevel = "new_level"
)

// An alert ends when at least this time is usual again: when the chance of as many people is no less than stillHot. It
// is longer than the shortest window, so that a pause for breath is no end.
const (
	calmFor  = 3 * orrery.Hour
	stillHot = 0.05
)

// Alerts looks at what was said since the last look, and at the alerts that last, and says what is to be recorded: alerts
// to raise, without their ids, and alerts that grew or ended. It changes nothing that is kept.
func (s *State) Alerts(now orrery.Instant) []orrery.Fact {
	var facts []orrery.Fact
	for _, b := range s.open {
		if f := s.follow(b, now); f != nil {
			facts = append(facts, f)
		}
	}
	for _, c := range s.bursts(now) {
		facts = append(facts, &orrery.AlertRaised{Alert: c.alert(now)})
	}
	return facts
}

// candidate is a series with a window that is too full.
type candidate struct {
	*series
	sight
	main bool // half of the people of the market's largest burst, or more
}

// limits are the least number of people in a window, and the logarithm of the chance below which it is too full.
func (p *Policy) limits(k key) (least int, log10 float64) {
	if k.risk() {
		return p.Alerts.RiskLeast, -math.Log10(float64(p.Alerts.RiskRarity))
	}
	return p.Alerts.Least, -math.Log10(float64(p.Alerts.Rarity))
}

// tooFull finds the rarest window of a series that is too full.
func (s *State) tooFull(x *series, now orrery.Instant) (best sight, ok bool) {
	least, limit := s.policy.limits(x.key)
	l := x.level(now)
	for w := range windows {
		if l.seen < windows[w].from {
			break
		}
		v := x.look(now, w)
		if v.distance = limit - v.log10; v.distance > 0 && len(v.hits) >= least && (!ok || v.distance > best.distance) {
			best, ok = v, true
		}
	}
	return best, ok
}

// bursts are the series that are too full, one for each cause: when half of the people of one are in another, that other
// tells it already.
func (s *State) bursts(now orrery.Instant) []candidate {
	var found []candidate
	largest := map[string]int{}
	for _, x := range s.dirty {
		if !x.dirty {
			continue
		}
		x.dirty = false
		if s.isOpen(x.key) {
			continue
		}
		if v, ok := s.tooFull(x, now); ok {
			found = append(found, candidate{series: x, sight: v})
			if !x.risk() {
				largest[x.market] = max(largest[x.market], len(v.hits))
			}
		}
	}
	s.dirty = s.dirty[:0]
	for i := range found {
		found[i].main = 2*len(found[i].hits) >= largest[found[i].market]
	}
	slices.SortFunc(found, func(a, b candidate) int {
		return cmp.Or(first(a.risk(), b.risk()), first(a.main, b.main), first(a.aspect != "", b.aspect != ""),
			cmp.Compare(b.distance, a.distance), compareKeys(a.key, b.key))
	})
	var told []candidate
	for _, c := range found {
		if !s.told(c, told, now) {
			told = append(told, c)
		}
	}
	return told
}

func first(a, b bool) int {
	switch {
	case a && !b:
		return -1
	case b && !a:
		return 1
	}
	return 0
}

func (s *State) isOpen(k key) bool {
	return slices.ContainsFunc(s.open, func(b *burst) bool { return b.key == k })
}

// told says that half of a burst's people are in another of the same market. A class of risk is told by itself only.
func (s *State) told(c candidate, others []candidate, now orrery.Instant) bool {
	if c.risk() {
		return false
	}
	within := func(hits []hit) bool {
		people := make(map[orrery.PersonID]bool, len(hits))
		for _, h := range hits {
			people[h.person] = true
		}
		n := 0
		for _, h := range c.hits {
			if people[h.person] {
				n++
			}
		}
		return 2*n >= len(c.hits)
	}
	for _, o := range others {
		if o.market == c.market && within(o.hits) {
			return true
		}
	}
	for _, b := range s.open {
		if x := s.series[b.key]; b.market == c.market && x != nil && within(x.since(max(b.alert.Began, now.Add(-day)))) {
			return true
		}
	}
	return false
}

// alert is the alert that a burst becomes.
func (c candidate) alert(now orrery.Instant) orrery.Alert {
	odds := 99.0
	if !math.IsInf(c.log10, 0) {
		odds = min(odds, math.Floor(-c.log10))
	}
	hour := c.since(now.Add(-orrery.Hour))
	return orrery.Alert{Market: c.market, Aspect: c.aspect, About: c.about, Severity: severity(c.key, len(c.hits), c.mean), Began: c.began,
		Raised: now, Window: orrery.Span(windows[c.window].hours * hourMillis), People: len(c.hits), Usual: thousandths(c.mean),
		Odds: int(odds), Counted: c.by, PeakAt: now, Peak: len(hour), Examples: examples(c.hits)}
}

func thousandths(x float64) int { return int(math.Round(1000 * min(x, 1e9))) }

// severity of a burst: what endangers people is high at once; else it goes by how many there are and how unusual that is.
func severity(k key, people int, usual float64) orrery.Severity {
	switch k.about {
	case "risk.injury", "risk.fire", "risk.food_safety", "risk.data_breach", "risk.self_harm":
		return orrery.High
	}
	times := float64(people) / max(usual, 0.001)
	switch {
	case people >= 50 && times >= 5:
		return orrery.High
	case people >= 15 && times >= 3, k.risk():
		return orrery.Medium
	}
	return orrery.Low
}

// nearly is by how many bits the fingerprints of nearly the same messages differ at most.
const nearly = 6

// examples are messages of different people that differ from each other, the latest first.
func examples(hits []hit) []orrery.Example {
	var out []orrery.Example
	var taken []hit
	for i := len(hits) - 1; i >= 0 && len(out) < maxExamples; i-- {
		h := hits[i]
		if !slices.ContainsFunc(taken, func(o hit) bool { return o.person == h.person || bits.OnesCount64(o.print^h.print) <= nearly }) {
			taken = append(taken, h)
			out = append(out, orrery.Example{Touch: h.touch, Fragment: h.fragment})
		}
	}
	return out
}

// follow says how an alert that lasts changes, nil when it does not.
func (s *State) follow(b *burst, now orrery.Instant) orrery.Fact {
	a := b.alert
	a.People = max(b.people, a.People)
	x := s.series[b.key]
	window := windowOf(a.Window)
	if x == nil || window < 0 {
		a.Ended, a.End = now, Calm
		return &orrery.AlertChanged{Alert: a, Change: Ended}
	}
	v := x.lookBack(now, max(a.Window, calmFor), window)
	switch {
	case v.log10 >= math.Log10(stillHot) || len(v.hits) < 2:
		a.Ended, a.End = now, Calm
	case now >= a.Began.Add(s.policy.Alerts.Lasting):
		a.Ended, a.End = now, NewLevel
	}
	if a.Ended != 0 {
		return &orrery.AlertChanged{Alert: a, Change: Ended}
	}
	v = x.look(now, window)
	if worse := severity(b.key, len(v.hits), max(float64(a.Usual)/1000, v.mean)); worse > a.Severity {
		a.Severity = worse
		if more := examples(v.hits); len(more) > len(a.Examples) {
			a.Examples = more
		}
		return &orrery.AlertChanged{Alert: a, Change: Grew}
	}
	return nil
}

func windowOf(span orrery.Span) int {
	for w := range windows {
		if orrery.Span(windows[w].hours*hourMillis) == span {
			return w
		}
	}
	return -1
}

// Open is how many alerts last.
func (s *State) Open() int { return len(s.open) }

// LookAgain lets the next look be at everything, as if all of it had just been said: after a restart, or when what was
// noticed could not be recorded.
func (s *State) LookAgain() {
	s.dirty = s.dirty[:0]
	for _, x := range s.ordered() {
		if x.dirty = len(x.recent) > 0; x.dirty {
			s.dirty = append(s.dirty, x)
		}
	}
}

// Waiting says that a look is worth while: something was said since the last, or an alert lasts that may have ended.
func (s *State) Waiting() bool { return len(s.dirty) > 0 || len(s.open) > 0 }
