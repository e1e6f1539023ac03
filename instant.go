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
	if i == 0 {
		return ""
	}
	return i.Time().Format("2006-01-02T15:04:05.000Z")
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
