package engine

import (
	"log/slog"
	"sync"
	"time"

	"github.com/orrery-cxm/orrery"
)

// maxJump is how far the wall clock may run away from the monotonic one before timers are frozen.
const maxJump = time.Hour

// clockMark remembers wall and monotonic time together.
type clockMark struct {
	wall time.Time
	mono time.Duration
	set  bool
}

func (w *Workspace) clock() orrery.Instant { return orrery.InstantOf(w.options.Now()) }

// Clock is the workspace's wall clock.
func (w *Workspace) Clock() orrery.Instant { return w.clock() }

// chunkTime is the wall clock, but never earlier than the chunk before.
func (w *Workspace) chunkTime() orrery.Instant { return max(w.clock(), w.core.lastTime) }

// checkClock compares the wall clock with the monotonic one: a jump of over an hour freezes timers until a person says
// that they may go on, since every rest and hold would otherwise end or never end.
func (w *Workspace) checkClock() {
	now := clockMark{wall: w.options.Now().Round(0), mono: w.options.Elapsed(), set: true}
	before := w.clockMark
	w.clockMark = now
	if !before.set || w.core.frozen {
		return
	}
	jump := now.wall.Sub(before.wall) - (now.mono - before.mono)
	if jump.Abs() <= maxJump {
		return
	}
	slog.Error("the clock jumped; timers are frozen until they are resumed", "by", jump.String())
	w.core.alarms.raise("clock.jumped", jump.String())
	if _, _, err := w.step([]Input{{Command: clockJumped{by: orrery.Span(jump.Milliseconds())}}}); err != nil {
		slog.Error("recording the clock jump", "error", err)
		w.core.frozen = true
	}
}

// dueTimers takes at most n timers that have rung.
func (w *Workspace) dueTimers(n int) []Input {
	if w.core.frozen || w.broken != nil || w.down.is() {
		return nil
	}
	var inputs []Input
	for _, t := range w.core.timers.pop(w.clock(), n) {
		inputs = append(inputs, Input{Command: wake{t}})
	}
	return inputs
}

// untilNextTimer is how long the loop may sleep.
func (w *Workspace) untilNextTimer() time.Duration {
	const most = 5 * time.Second
	next := w.core.timers.next()
	if next == 0 || w.core.frozen || w.broken != nil || w.down.is() {
		return most
	}
	return min(max(next.Time().Sub(w.options.Now()), time.Millisecond), most)
}

// outage remembers since when the disk refuses and when it may be tried again: after 50 ms, then twice as long each
// time, up to 5 s.
type outage struct {
	mu    sync.Mutex
	since orrery.Instant
	next  orrery.Instant
	pause orrery.Span
}

func (o *outage) set(now orrery.Instant) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.since == 0 {
		o.since, o.pause = now, 25
	}
	o.pause = min(2*o.pause, 5*orrery.Second)
	o.next = now.Add(o.pause)
}

func (o *outage) is() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.since != 0
}

func (o *outage) mayProbe(now orrery.Instant) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return now >= o.next
}

func (o *outage) clear() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.since = 0
}

// Down says why the workspace cannot take anything at the moment, nil when it can.
func (w *Workspace) Down() error {
	if w.down.is() {
		return unavailable("the disk does not take anything at the moment", nil)
	}
	return nil
}
