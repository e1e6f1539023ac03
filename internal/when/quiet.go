package when

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// Quiet says when commercial messages may reach people in one region. Care and transactional messages are exempt: the
// caller does not ask for them.
type Quiet struct {
	Region   string           `yaml:"region" json:"region"`                               // country or state, ISO 3166, such as US or US-TX; * is everywhere
	Channels []orrery.Channel `yaml:"channels,omitempty" json:"channels,omitempty"`       // the channels it holds for; none is every channel
	Allowed  Hours            `yaml:"allowed" json:"allowed"`                             // hours in which something may be sent, in the recipient's local time
	Holidays bool             `yaml:"no_holidays,omitempty" json:"no_holidays,omitempty"` // whether nothing is sent on the market's public holidays
	Source   string           `yaml:"source,omitempty" json:"source,omitempty"`           // where this was read
	Read     Date             `yaml:"read,omitempty" json:"read,omitzero"`                // when it was read
	Note     string           `yaml:"note,omitempty" json:"note,omitempty"`               // what else a reader should know
}

// QuietList is all that is known of quiet hours.
type QuietList []Quiet

// For is what applies to a person in region on channel: the rules of everywhere, of the country and of its part, all at
// once, so that the strictest counts. holidays are the market's.
func (l QuietList) For(region string, channel orrery.Channel, holidays Days) []Schedule {
	country, _, _ := strings.Cut(region, "-")
	var schedules []Schedule
	for i := range l {
		q := &l[i]
		if q.Region != "*" && q.Region != country && q.Region != region {
			continue
		}
		if len(q.Channels) > 0 && !slices.Contains(q.Channels, channel) {
			continue
		}
		s := Schedule{Hours: q.Allowed}
		if q.Holidays {
			s.Off = holidays
		}
		schedules = append(schedules, s)
	}
	return schedules
}

// Validate says which entry is wrong, and what would be right.
func (l QuietList) Validate() error {
	region := regexp.MustCompile(`^(\*|[A-Z]{2}(-[A-Z0-9]{1,3})?)$`)
	for i, q := range l {
		if !region.MatchString(q.Region) {
			return orrery.Invalid("quiet.region", fmt.Sprintf("quiet hours %d: region %q is none: write a country such as FR, a part of one such as US-TX, or *", i+1, q.Region))
		}
		if q.Allowed.Never() {
			return orrery.Invalid("quiet.allowed", fmt.Sprintf("quiet hours %d (%s): allowed has no window, so nothing could ever be sent: write mon-sun 08:00-21:00", i+1, q.Region))
		}
	}
	return nil
}

// Calendar is how one market's weeks and year run.
type Calendar struct {
	Zones    []string `yaml:"zones" json:"zones"`                           // its time zones, where a person's is not known
	Business Hours    `yaml:"business" json:"business"`                     // when the brand's people work; says the weekend too
	Holidays Days     `yaml:"holidays,omitempty" json:"holidays,omitempty"` // public holidays
}

// Work is the market's business hours without its holidays.
func (c Calendar) Work() Schedule { return Schedule{Hours: c.Business, Off: c.Holidays} }

// Validate says what is wrong with the calendar of a market, and what would be right.
func (c Calendar) Validate(z *Zones, market string) error {
	if len(c.Zones) == 0 {
		return orrery.Invalid("calendar.zones", fmt.Sprintf("market %q has no zones: name at least one, such as Europe/Vienna", market))
	}
	for _, name := range c.Zones {
		if _, err := z.Find(name); err != nil {
			return fmt.Errorf("market %q: %w", market, err)
		}
	}
	if c.Business.Never() {
		return orrery.Invalid("calendar.business", fmt.Sprintf("market %q has no business hours, so no answer would ever be due: write mon-fri 09:00-17:00", market))
	}
	return nil
}
