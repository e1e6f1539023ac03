package sim

import (
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

const ticks = 4 // in a day

// day lives through one day.
func (w *world) day(day int) {
	begin := time.Duration(day) * 24 * time.Hour
	turns := make([][]*person, ticks)
	for _, p := range w.people {
		if w.rand.IntN(10) < 6 {
			i := w.rand.IntN(ticks)
			turns[i] = append(turns[i], p)
		}
	}
	for i, active := range turns {
		if w.rand.IntN(3) == 0 {
			w.trouble() // timers meet it too
		}
		w.advance(max(w.now, begin+time.Duration(i)*6*time.Hour+time.Duration(w.rand.IntN(300))*time.Minute))
		w.trouble()
		var touches []*orrery.Touch
		for _, p := range active {
			for range 1 + w.rand.IntN(3) {
				touches = append(touches, w.touch(p))
			}
		}
		cut := w.rand.IntN(len(touches) + 1)
		w.submit(touches[:cut])
		w.work()
		w.command(w.agents())
		w.command(w.offers())
		w.submit(touches[cut:])
		w.work()
	}
	if day%17 == 16 {
		w.changeMind()
	}
	w.clocks()
	w.runDue()
	w.inspect(len(w.people) <= 40)
	if day%20 == 19 {
		w.verify()
	}
}

// changeMind applies another policy.
func (w *world) changeMind() {
	w.policy = (w.policy + 1 + w.rand.IntN(len(policies)-1)) % len(policies)
	if _, ok := w.drive(engine.Input{Command: engine.ApplyPolicy{Text: policies[w.policy], By: mei}}); !ok {
		w.happened("policy unanswered")
	}
	w.runDue()
}

// clocks lets the wall clock run away from the monotonic one now and then.
func (w *world) clocks() {
	switch w.rand.IntN(60) {
	case 0:
		w.skew -= 20 * time.Minute
	case 1:
		w.skew += 20 * time.Minute
	case 2:
		w.skew += 3 * time.Hour
		w.runDue()
		w.happened("clock jump")
		w.resume()
	}
}

// resume lets timers run again after a clock jump, as an operator would.
func (w *world) resume() {
	for range 20 {
		if _, ok := w.drive(engine.Input{Command: engine.ResumeTimers{By: mei}}); ok {
			w.runDue()
			return
		}
	}
	broken("timers could not be resumed")
}

// trouble makes the machine fail now and then.
func (w *world) trouble() {
	if w.cfg.Calm {
		return
	}
	switch n := w.rand.IntN(100); {
	case n < 2:
		w.happened("kill")
		if w.rand.IntN(2) == 0 && !w.disk.Down() {
			if err := w.house.DriveCheckpoint(); err != nil {
				broken("writing a checkpoint: %v", err)
			}
		}
		w.crash(false)
	case n < 4:
		w.happened("power cut")
		w.disk.FailWith(cutting(w.rand.IntN(40)))
	case n < 7:
		w.happened("refusing disk")
		w.disk.FailWith(w.refusing(1 + w.rand.IntN(6)))
	case n < 8:
		w.happened("full disk")
		w.disk.SetRoom(0)
	}
}
