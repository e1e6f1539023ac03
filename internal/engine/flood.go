package engine

import (
	"fmt"

	"github.com/orrery-cxm/orrery"
)

// floods counts the complaints that each public source brings. Anybody can read a public key, and a complaint holds
// whatever the brand wants from the person it names: a source that brings too many in one hour brings no more in that
// hour. They are set aside in the quarantine, where a person can look and send them again. The counts depend on chunk time
// only, and need not outlive a restart.
type floods struct {
	sources map[orrery.SourceName]flood
}

type flood struct {
	hour       int64
	complaints int
}

// errFlood is why a complaint was set aside.
func errFlood(s orrery.SourceName, limit int) *orrery.Error {
	return &orrery.Error{Kind: orrery.KindLimited, Code: "cases.source_flood", RetryAfter: orrery.Hour,
		Say: fmt.Sprintf("source %s brought more than %d complaints in one hour; this one was set aside for a person to look at", s, limit)}
}

// over counts a complaint and says whether its source has brought too many.
func (f *floods) over(s orrery.SourceName, limit int, now orrery.Instant) bool {
	if f.sources == nil {
		f.sources = map[orrery.SourceName]flood{}
	}
	x := f.sources[s]
	if hour := int64(now) / int64(orrery.Hour); x.hour != hour {
		x = flood{hour: hour}
	}
	x.complaints++
	f.sources[s] = x
	return x.complaints > limit
}

// flooded sets a complaint aside when its source has brought too many.
func (b *batch) flooded(in *Input) *orrery.Error {
	t := in.Touch
	if t.Trust > orrery.Public || t.Historical || t.Message == nil || !b.policy.Cases.Complains(t.Signals) {
		return nil
	}
	limit := b.policy.Cases.SourceLimit
	if !b.core.floods.over(t.Source, limit, b.now) {
		return nil
	}
	err := errFlood(t.Source, limit)
	b.Alarm(err.Code, string(t.Source))
	b.quarantineTouch(in, err)
	return err
}
