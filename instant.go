package orrery

import (
	"fmt"
	"strings"
	"time"
)

// Instant is a moment in milliseconds since 1970 UTC. Zero means "none".
type Instant int64

// Span is a length of time in milliseconds.
type Span int64

const (
	Second Span = 1000
	Minute      = 60 * Second
	Hour        = 60 * Minute
	Day         = 24 * Hour
)

// InstantOf cuts t to milliseconds.
func InstantOf(t time.Time) Instant {
	if t.IsZero() {
		return 0
	}
	return Instant(t.UnixMilli())
}

// Time is the moment in UTC.
func (i Instant) Time() time.Time {
	if i == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(i)).UTC()
}

// Add is the moment d later.
func (i Instant) Add(d Span) Instant { return i + Instant(d) }

func (i Instant) String() string {
	var b [24]byte
	return string(i.AppendTo(b[:0]))
}

// AppendTo appends the moment as RFC 3339 with milliseconds, in UTC; nothing for none.
func (i Instant) AppendTo(b []byte) []byte {
	const year9999 = 253402300799999
	if i == 0 {
		return b
	}
	if i < 0 || i > year9999 {
		return i.Time().AppendFormat(b, "2006-01-02T15:04:05.000Z")
	}
	year, month, day := civil(int64(i) / int64(Day))
	b = append(b, byte('0'+year/1000), byte('0'+year/100%10), byte('0'+year/10%10), byte('0'+year%10))
	rest := int64(i) % int64(Day)
	for _, part := range [...]struct {
		before byte
		value  int64
	}{{'-', month}, {'-', day}, {'T', rest / int64(Hour)}, {':', rest / int64(Minute) % 60}, {':', rest / int64(Second) % 60}} {
		b = append(b, part.before, byte('0'+part.value/10), byte('0'+part.value%10))
	}
	ms := rest % 1000
	return append(b, '.', byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10), 'Z')
}

// civil is the date of a day counted from 1970-01-01, from then on. After Neri and Schneider, "Euclidean affine functions
// and their application to calendar algorithms" (2022).
func civil(days int64) (year, month, day int64) {
	n := 4*(days+719468) + 3
	century, r := n/146097, n%146097/4*4+3
	year, r = 100*century+r/1461, r%1461/4
	m := 2141*r + 197913
	month, day = m>>16, m&0xffff/2141+1
	if r >= 306 {
		return year + 1, month - 12, day
	}
	return year, month, day
}

func (i Instant) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

func (i *Instant) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*i = 0
		return nil
	}
	t, err := time.Parse(time.RFC3339Nano, string(b))
	if err != nil {
		return Invalid("time", fmt.Sprintf("%q is no moment: write it as 2026-11-24T15:04:05Z", b))
	}
	*i = InstantOf(t)
	return nil
}

func (d Span) String() string {
	switch {
	case d != 0 && d%Day == 0:
		return fmt.Sprintf("%dd", d/Day)
	case d != 0 && d%Hour == 0:
		return fmt.Sprintf("%dh", d/Hour)
	default:
		return (time.Duration(d) * time.Millisecond).String()
	}
}

func (d Span) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what people write in a policy: 14d, 48h, 30m, 2ms.
func (d *Span) UnmarshalText(b []byte) error {
	s := strings.TrimSpace(string(b))
	if days, ok := strings.CutSuffix(s, "d"); ok {
		var n int64
		if _, err := fmt.Sscanf(days, "%d", &n); err == nil && fmt.Sprint(n) == days {
			*d = Span(n) * Day
			return nil
		}
	}
	v, err := time.ParseDuration(s)
	if err != nil {
		return Invalid("duration", fmt.Sprintf("%q is no length of time: write 14d, 48h, 30m or 5s", s))
	}
	*d = Span(v.Milliseconds())
	return nil
}
