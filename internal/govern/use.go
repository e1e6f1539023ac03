package govern

import (
	"sync"
	"sync/atomic"

	"github.com/orrery-cxm/orrery"
)

// Uses remembers the day on which each key was last used, so that keys nobody needs are found. It is kept by the day, in
// UTC: noting a use on the same day changes nothing, so whoever stores it writes at most once a day for each key. The
// zero value knows of no use. It is safe for concurrent use.
type Uses struct {
	days    sync.Map // id of a key: *atomic.Int64, the day since 1970
	changed atomic.Bool
}

// Note says that a key was used now.
func (u *Uses) Note(id string, now orrery.Instant) {
	today := int64(now) / int64(orrery.Day)
	d := u.of(id)
	if before := d.Load(); before < today && d.CompareAndSwap(before, today) {
		u.changed.Store(true)
	}
}

func (u *Uses) of(id string) *atomic.Int64 {
	if d, ok := u.days.Load(id); ok {
		return d.(*atomic.Int64)
	}
	d, _ := u.days.LoadOrStore(id, &atomic.Int64{})
	return d.(*atomic.Int64)
}

// Last is the beginning of the day on which a key was last used; 0 when it never was.
func (u *Uses) Last(id string) orrery.Instant {
	if d, ok := u.days.Load(id); ok {
		return orrery.Instant(d.(*atomic.Int64).Load() * int64(orrery.Day))
	}
	return 0
}

// Take takes over what was stored; what is known to be later stays.
func (u *Uses) Take(days map[string]orrery.Instant) {
	for id, at := range days {
		d := u.of(id)
		d.Store(max(d.Load(), int64(at)/int64(orrery.Day)))
	}
}

// Changed gives every day to be stored, nil when nothing changed since the last call.
func (u *Uses) Changed() map[string]orrery.Instant {
	if !u.changed.Swap(false) {
		return nil
	}
	out := map[string]orrery.Instant{}
	u.days.Range(func(id, _ any) bool {
		out[id.(string)] = u.Last(id.(string))
		return true
	})
	return out
}
