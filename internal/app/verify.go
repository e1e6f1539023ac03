package app

import (
	"context"
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

type verifyCommand struct {
	JSON bool `help:"Print the answer as JSON." name:"json"`
}

var verifyState = operation[nothing, *engine.Verified]{name: "verify", run: func(ctx context.Context, h *House, _ nothing, say progress) (*engine.Verified, error) {
	h.operate.Lock()
	defer h.operate.Unlock()
	say("reading the whole log and building the state again beside the one in use")
	v, err := h.Engine.Verify(ctx)
	if err != nil {
		return nil, err
	}
	say("building the radar again")
	differences, err := h.Radar.Verify(ctx)
	if err != nil {
		return nil, err
	}
	v.Differences = append(v.Differences, differences...)
	return v, nil
}}

func (c *verifyCommand) Run(r *runner) error {
	v, err := ask(r, verifyState, nothing{})
	if err != nil {
		return err
	}
	if c.JSON {
		if err := printJSON(r.out, v); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(r.out, "verified up to chunk %d: %d fragments, %d cases, %d timelines, %d differences\n", v.Seq, v.Fragments, v.Cases, v.Pages, len(v.Differences))
		for _, d := range v.Differences {
			fmt.Fprintln(r.out, " ", d)
		}
	}
	if len(v.Differences) > 0 {
		return orrery.Conflict("verify.differs", "state and log differ: stop the server, move the directory checkpoint away, and start again: the state is then built from the log")
	}
	return nil
}
