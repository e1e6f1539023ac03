package engine

import (
	"errors"

	"github.com/orrery-cxm/orrery"
)

// A driven workspace has no loop of its own: whoever opened it with Options.Driven calls Drive and RunDue, from one
// goroutine. Checkpoints are then written between rounds, so that nothing depends on how fast the machine is.

// Drive submits inputs and runs the loop until they are answered.
func (w *Workspace) Drive(inputs ...Input) ([]Result, error) {
	if !w.options.Driven {
		return nil, errors.New("engine: this workspace runs its own loop: use Submit")
	}
	r := &request{inputs: inputs, done: make(chan struct{})}
	if err := w.queue.add(r); err != nil {
		return nil, err
	}
	for {
		w.driveRound()
		select {
		case <-r.done:
			return r.results, r.err
		default:
		}
	}
}

// RunDue runs the loop until nothing is due now, or for as many rounds as given, and returns how many it took.
func (w *Workspace) RunDue(most int) int {
	n := 0
	for n < most && w.driveRound() {
		n++
	}
	return n
}

func (w *Workspace) driveRound() bool {
	worked := w.round()
	if w.flushBusy {
		w.checkpointDone(<-w.flushed)
	}
	return worked
}

// NextDue is when the next timer rings, as far as is known; 0 for none.
func (w *Workspace) NextDue() orrery.Instant { return w.core.timers.next() }

// DriveCheckpoint writes a checkpoint now.
func (w *Workspace) DriveCheckpoint() error { return w.checkpointHere() }
