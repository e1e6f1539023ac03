package radar

import (
	"cmp"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// windows are the stretches of time that are watched, each from so much history on.
var windows = [3]struct {
	hours int64
	from  int // hours of history
}{{1, 0}, {6, 3 * 24}, {24, 14 * 24}}

const (
	hourMillis = int64(orrery.Hour)
	day        = orrery.Day
)

func hourOf(at orrery.Instant) int32 { return int32(int64(at) / hourMillis) }

// key names a series.
type key struct{ market, aspect, about string }

func (k key) risk() bool { return strings.HasPrefix(k.about, riskPoint) }

func compareKeys(a, b key) int {
	return cmp.Or(strings.Compare(a.market, b.market), strings.Compare(a.about, b.about), strings.Compare(a.aspect, b.aspect))
}

// hit is one person who said it, for the first time in a day.
type hit struct {
	at       orrery.Instant
	person   orrery.PersonID
	fragment orrery.FragmentID
	touch    orrery.TouchID
	print    uint64 // messages that are nearly the same have nearly the same
}

// series is what is known of one thing that people say in one market.
type series struct {
	key
	from    int32    // hour of the first entry of hours
	hours   []uint16 // people of each hour; the last entry is of the hour in which somebody spoke last
	restart int32    // hours before do not speak of the level: it moved
	calm    orrery.Instant
	recent  []hit // of the last day, oldest first

	dirty bool // somebody spoke since it was looked at; not kept
	known *level
	upTo  int32 // the hour before which known was learned
}

// fill makes room up to an hour, and forgets what is older than is kept.
func (s *series) fill(hour int32) {
	if len(s.hours) == 0 && s.from == 0 {
		s.from = hour
	}
	if over := hour - s.from + 1 - maxHours; over > 0 {
		n := min(int(over), len(s.hours))
		s.hours = slices.Delete(s.hours, 0, n)
		s.from += over
	}
	for int32(len(s.hours)) <= hour-s.from {
		s.hours = append(s.hours, 0)
	}
}

// count adds a person to the hour, unless the hour is one of a burst.
func (s *series) count(h hit, skip bool) {
	hour := hourOf(h.at)
	s.fill(hour)
	n := &s.hours[hour-s.from]
	switch {
	case skip:
		*n = skipped
	case *n < skipped-1:
		*n++
	}
	s.recent = append(s.recent, h)
	s.dirty = true
}

// skip lets the hours from one to another teach nothing.
func (s *series) skip(from, to int32) {
	if len(s.hours) == 0 {
		return
	}
	for h := max(from, s.from); h <= to && h-s.from < int32(len(s.hours)); h++ {
		s.hours[h-s.from] = skipped
	}
	s.known = nil
}

// level is what is usual at a moment: learned from the hours that are over.
func (s *series) level(now orrery.Instant) *level {
	hour := hourOf(now)
	if s.known != nil && s.upTo == hour {
		return s.known
	}
	past := s.hours
	if n := hour - s.from; n < int32(len(past)) {
		past = past[:max(n, 0)]
	} else if gap := int(n) - len(past); gap > 0 {
		past = append(slices.Clone(past), make([]uint16, min(gap, maxHours))...)
	}
	s.known, s.upTo = learn(past, s.from, s.restart), hour
	return s.known
}

// since is what was said from a moment on.
func (s *series) since(from orrery.Instant) []hit {
	i, _ := slices.BinarySearchFunc(s.recent, from, func(h hit, at orrery.Instant) int { return cmp.Compare(h.at, at) })
	return s.recent[i:]
}

// sight is how full one window of a series is.
type sight struct {
	window   int
	began    orrery.Instant
	hits     []hit
	mean     float64
	log10    float64
	by       string
	distance float64 // log10 beyond what is allowed: the greater the rarer
}

// look finds how full a window is.
func (s *series) look(now orrery.Instant, window int) sight {
	return s.lookBack(now, orrery.Span(windows[window].hours*hourMillis), window)
}

// lookBack finds how full some time is that varies as windows do. Nothing before the end of the last burst counts.
func (s *series) lookBack(now orrery.Instant, span orrery.Span, window int) sight {
	from := max(now.Add(-span), s.calm)
	v := sight{window: window, hits: s.since(from)}
	if len(v.hits) > 0 {
		v.began = v.hits[0].at
	}
	l := s.level(now)
	mean, variance := l.usual(int64(from), int64(now), window)
	v.mean = mean
	v.log10, v.by = tail(len(v.hits), mean, variance)
	return v
}
