package when

import (
	"fmt"
	"time"

	"github.com/orrery-cxm/orrery"
)

// Schedule is a week of hours, less the days that are off.
type Schedule struct {
	Hours Hours `yaml:"hours" json:"hours"`
	Off   Days  `yaml:"off,omitempty" json:"off,omitempty"` // nothing on these days, in local time
}

// horizon is how many days ahead a moment is looked for. A schedule that is closed for longer never opens.
const horizon = 62

// errNever is returned when no moment fits.
func errNever(zones []string) error {
	return orrery.Invalid("hours.never", fmt.Sprintf("no moment in the next %d days is allowed at once in %v: widen the hours, or narrow the zones down", horizon, zones))
}

// NextAllowed is the earliest moment from now on, now included, at which every schedule is open in every one of zones.
// Pass each zone the person may be in: the strictest intersection counts. The error names a zone that does not exist, or
// says that no moment fits; it never means "now".
func (z *Zones) NextAllowed(now orrery.Instant, zones []string, schedules ...Schedule) (orrery.Instant, error) {
	if len(zones) == 0 {
		return 0, orrery.Invalid("zone.missing", "no time zone is given: use the market's when the person's is not known")
	}
	limit := now.Add(horizon * orrery.Day)
	for at := now; ; {
		// One round asks every zone and schedule; when none moves the moment, all agree. Moments only move forward, and
		// never past one that fits, because each is the first that fits for its zone.
		agreed := 0
		for _, name := range zones {
			zone, err := z.Find(name)
			if err != nil {
				return 0, err
			}
			for i := range schedules {
				next := schedules[i].next(at, zone, limit)
				if next == 0 {
					return 0, errNever(zones)
				}
				if next == at {
					agreed++
				}
				at = next
			}
		}
		if agreed == len(zones)*len(schedules) {
			return at, nil
		}
	}
}

// Open says whether the schedule is open at a moment in a zone.
func (s *Schedule) Open(at orrery.Instant, zone *time.Location) bool {
	return s.next(at, zone, at.Add(orrery.Day)) == at
}

// next is the first moment from at on at which s is open in zone; 0 when that is after limit.
func (s *Schedule) next(at orrery.Instant, zone *time.Location, limit orrery.Instant) orrery.Instant {
	if s.plainlyOpen(at, zone) {
		return at
	}
	if from, _, ok := s.stretch(at, zone, limit); ok {
		return max(from, at)
	}
	return 0
}

// plainlyOpen answers yes where that takes no calendar, which is most of the time: no days are off, and the clocks did
// not change in the last day, so that they show no time for the second time. A no says nothing.
func (s *Schedule) plainlyOpen(at orrery.Instant, zone *time.Location) bool {
	unix := int64(at) / 1000
	ahead := offset(unix, zone)
	if len(s.Off) > 0 || at < 0 || offset(unix-86_400, zone) != ahead {
		return false
	}
	local := unix + ahead
	minute := uint16(local % 86_400 / 60)
	for _, w := range s.Hours.on(time.Weekday((local/86_400 + int64(time.Thursday)) % 7)) {
		if w.from <= minute && minute < w.until {
			return true
		}
	}
	return false
}

// stretch is the first open window that ends after at, and begins by limit.
func (s *Schedule) stretch(at orrery.Instant, zone *time.Location, limit orrery.Instant) (from, until orrery.Instant, ok bool) {
	if s.Hours.Never() {
		return 0, 0, false
	}
	local := at.Time().In(zone)
	if at == 0 {
		local = time.UnixMilli(0).In(zone)
	}
	year, month, d := local.Date()
	for ahead := 0; ; ahead++ {
		// Days are counted in the calendar, not in hours: some have 23 or 25.
		date := time.Date(year, month, d+ahead, 0, 0, 0, 0, time.UTC)
		w := wall{date.Year(), date.Month(), date.Day(), 0}
		if w.moment(zone) > limit {
			return 0, 0, false
		}
		if s.Off.Has(w.year, w.month, w.day) {
			continue
		}
		for _, open := range s.Hours.on(date.Weekday()) {
			w.minute = int(open.until)
			if until = w.moment(zone); until <= at {
				continue
			}
			w.minute = int(open.from)
			if from = w.moment(zone); from <= limit {
				return from, until, true
			}
		}
	}
}

// After is the moment at which the schedule has been open for work since at: when an answer within four business hours is
// due. No work is due at once, also outside the hours.
func (s *Schedule) After(at orrery.Instant, work orrery.Span, zone *time.Location) (orrery.Instant, error) {
	for work > 0 {
		from, until, ok := s.stretch(at, zone, at.Add(horizon*orrery.Day))
		if !ok {
			return 0, errNever([]string{zone.String()})
		}
		from = max(from, at)
		if open := orrery.Span(until - from); open < work {
			work, at = work-open, until
			continue
		}
		return from.Add(work), nil
	}
	return at, nil
}

// Between is how long the schedule is open from one moment up to another.
func (s *Schedule) Between(from, until orrery.Instant, zone *time.Location) orrery.Span {
	var open orrery.Span
	for from < until {
		begin, end, ok := s.stretch(from, zone, until)
		if !ok {
			break
		}
		begin, end = max(begin, from), min(end, until)
		if begin < end {
			open += orrery.Span(end - begin)
		}
		from = end
	}
	return open
}

// Spread moves a moment to one of width evenly spread ones from it on, by key, so that what is due at eight o'clock does
// not leave in one second. Equal keys get equal moments.
func Spread(at orrery.Instant, key uint64, width orrery.Span) orrery.Instant {
	if width <= 0 {
		return at
	}
	// SplitMix64 (Steele, Lea, Flood 2014): keys that differ in one bit land far apart.
	key += 0x9e3779b97f4a7c15
	key = (key ^ key>>30) * 0xbf58476d1ce4e5b9
	key = (key ^ key>>27) * 0x94d049bb133111eb
	key ^= key >> 31
	return at.Add(orrery.Span(key % uint64(width)))
}
