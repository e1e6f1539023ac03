package app

import (
	"context"
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

type resumeCommand struct {
	What string `arg:"" help:"effects (paused after a restore) or timers (frozen after a jump of the clock)." enum:"effects,timers"`
}

var resume = operation[string, orrery.Seq]{name: "resume", run: func(ctx context.Context, h *House, what string, _ progress) (orrery.Seq, error) {
	var c engine.Command
	switch {
	case what == "effects" && !h.Engine.Paused():
		return 0, orrery.Conflict("resume.running", "effects are not paused")
	case what == "timers" && !h.Engine.Frozen():
		return 0, orrery.Conflict("resume.running", "timers are not frozen")
	case what == "effects":
		c = engine.ResumeEffects{By: cliActor}
	default:
		c = engine.ResumeTimers{By: cliActor}
	}
	_, seq, err := h.Engine.Do(ctx, c)
	return seq, err
}}

func (c *resumeCommand) Run(r *runner) error {
	seq, err := ask(r, resume, c.What)
	if err != nil {
		return err
	}
	fmt.Fprintf(r.out, "%s go on since chunk %d\n", c.What, seq)
	return nil
}
