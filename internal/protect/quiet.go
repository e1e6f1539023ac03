package protect

import (
	"fmt"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/when"
)

// Quiet says when people are left alone. The strictest of everything that may apply counts: every zone in which the
// person may be, and every rule of the region.
type Quiet struct {
	Except   []orrery.Channel `yaml:"except"`   // channels on which the person comes to us, so that no hour is quiet
	Rules    when.QuietList   `yaml:"rules"`    // hours in which something may be sent, by region and channel
	Region   string           `yaml:"region"`   // country or state of the market, such as IE or US-TX; none for the rules of everywhere alone
	Zones    []string         `yaml:"zones"`    // time zones of the market, for people whose own is not known
	Holidays when.Days        `yaml:"holidays"` // public holidays of the market, for rules that name them

	zones *when.Zones
	ready []channelHours // by channel of the rules; the last, without a channel, for all others
}

type channelHours struct {
	channel   orrery.Channel
	schedules []when.Schedule
}

// DefaultQuiet leaves people alone at night, and more strictly where we know of a law.
func DefaultQuiet() Quiet {
	q := Quiet{Except: []orrery.Channel{"web", "app", "store", "chat"}, Rules: when.Seeds(), Zones: []string{"UTC"}}
	q.prepare()
	return q
}

// prepare computes once what every question needs.
func (q *Quiet) prepare() {
	q.zones, q.ready = &when.Zones{}, nil
	for _, r := range q.Rules {
		for _, c := range r.Channels {
			if !slices.ContainsFunc(q.ready, func(h channelHours) bool { return h.channel == c }) {
				q.ready = append(q.ready, channelHours{c, q.Rules.For(q.Region, c, q.Holidays)})
			}
		}
	}
	q.ready = append(q.ready, channelHours{schedules: q.Rules.For(q.Region, "", q.Holidays)})
}

func (q *Quiet) schedules(c orrery.Channel) []when.Schedule {
	for i := range q.ready {
		if h := &q.ready[i]; h.channel == c || i == len(q.ready)-1 {
			return h.schedules
		}
	}
	return q.Rules.For(q.Region, c, q.Holidays) // nobody validated this policy
}

// next is the next moment at which a message may be sent on channel c to somebody in these zones, now included. A zone
// that does not exist counts as the market's.
func (q *Quiet) next(now orrery.Instant, c orrery.Channel, zones []string) orrery.Instant {
	schedules := q.schedules(c)
	if len(schedules) == 0 {
		return now
	}
	z := q.zones
	if z == nil {
		z = &when.Zones{}
	}
	if len(zones) == 0 {
		zones = q.Zones
	}
	at, err := z.NextAllowed(now, zones, schedules...)
	if err == nil {
		return at
	}
	if at, err = z.NextAllowed(now, q.real(z, zones), schedules...); err == nil {
		return at
	}
	return now.Add(orrery.Day) // nothing fits in sight, so nothing is sent: ask again tomorrow
}

// real are the zones that exist, and the market's for those that do not.
func (q *Quiet) real(z *when.Zones, zones []string) []string {
	var out []string
	for _, name := range zones {
		if _, err := z.Find(name); err == nil {
			out = append(out, name)
			continue
		}
		out = append(out, q.Zones...)
	}
	return out
}

// holiday says that one of the market's holidays is why it is quiet.
func (q *Quiet) holiday(now orrery.Instant, c orrery.Channel, zones []string) bool {
	if len(q.Holidays) == 0 || !slices.ContainsFunc(q.schedules(c), func(s when.Schedule) bool { return len(s.Off) > 0 }) {
		return false
	}
	if len(zones) == 0 {
		zones = q.Zones
	}
	for _, name := range zones {
		z := q.zones
		if z == nil {
			z = &when.Zones{}
		}
		if zone, err := z.Find(name); err == nil {
			if y, m, d := now.Time().In(zone).Date(); q.Holidays.Has(y, m, d) {
				return true
			}
		}
	}
	return false
}

func (q *Quiet) validate() error {
	if slices.Contains(q.Except, "") {
		return wrong("quiet.except", `""`, "a channel's name, like web")
	}
	if len(q.Zones) == 0 {
		return wrong("quiet.zones", "empty", "at least one zone of the market, like Europe/Dublin")
	}
	zones := &when.Zones{}
	for _, name := range q.Zones {
		if _, err := zones.Find(name); err != nil {
			return fmt.Errorf("quiet.zones: %w", err)
		}
	}
	if err := q.Rules.Validate(); err != nil {
		return fmt.Errorf("quiet.rules: %w", err)
	}
	q.prepare()
	return nil
}
