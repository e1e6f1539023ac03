package when

import (
	"fmt"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // the binary brings the zones with it: a bare container has none

	"github.com/orrery-cxm/orrery"
)

// Zones finds time zones by their IANA names and remembers them. The zero value is ready, and safe for concurrent use.
type Zones struct {
	found sync.Map // name -> *time.Location; holds only names that exist, so it stays small
}

// Find is the zone of that name, such as Europe/Vienna. The error says what a name looks like.
func (z *Zones) Find(name string) (*time.Location, error) {
	if zone, ok := z.found.Load(name); ok {
		return zone.(*time.Location), nil
	}
	// "Local" is this machine's zone and means another moment on another machine.
	if name == "" || name == "Local" || len(name) > 64 {
		return nil, unknownZone(name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, unknownZone(name)
	}
	z.found.Store(name, zone)
	return zone, nil
}

func unknownZone(name string) error {
	say := fmt.Sprintf("%.64q is no time zone: write an IANA name such as Europe/Vienna, America/New_York or UTC", name)
	if strings.ContainsAny(name, "+0123456789") {
		say += "; an offset is not enough, because it changes with the season"
	}
	return orrery.Invalid("zone.unknown", say)
}

// wall is a time of day as clocks on a wall show it, minute counted from midnight; 1440 is the midnight after.
type wall struct {
	year   int
	month  time.Month
	day    int
	minute int
}

// moment is when clocks in zone show w. A time that is jumped over gives the moment of the jump; a time that is shown
// twice gives the first.
func (w wall) moment(zone *time.Location) orrery.Instant {
	shown := time.Date(w.year, w.month, w.day, 0, w.minute, 0, 0, time.UTC)
	unix := shown.Unix()
	// Offsets change at most once in two days, so one of these two is in force.
	before, after := offset(unix-86_400, zone), offset(unix+86_400, zone)
	if before == after {
		return seconds(unix - before)
	}
	first, second := unix-max(before, after), unix-min(before, after)
	switch {
	case offset(first, zone) == unix-first:
		return seconds(first)
	case offset(second, zone) == unix-second:
		return seconds(second)
	}
	// Nobody sees this time: reading it with the offset before the jump lands behind the jump.
	start, _ := time.Unix(unix-before, 0).In(zone).ZoneBounds()
	return seconds(start.Unix())
}

// offset is how many seconds zone is ahead of UTC.
func offset(unix int64, zone *time.Location) int64 {
	_, ahead := time.Unix(unix, 0).In(zone).Zone()
	return int64(ahead)
}

func seconds(unix int64) orrery.Instant { return orrery.Instant(unix * 1000) }
