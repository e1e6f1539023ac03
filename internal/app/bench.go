package app

import (
	"fmt"

	"github.com/orrery-cxm/orrery/internal/bench"
)

type benchCommand struct {
	Short    bool    `help:"A quick run: few people, one second a figure, no repeats."`
	People   int     `help:"Known people." default:"1000000"`
	Seconds  int     `help:"Seconds a measurement." default:"10"`
	Repeats  int     `help:"How often each is measured; medians are printed." default:"5"`
	Messages float64 `help:"Share of messages in the mix." default:"0.03"`
	Uniform  bool    `help:"Everybody comes back equally often, instead of by a Zipf law with exponent 1.1."`
	Dir      string  `help:"Directory for what the run writes; a temporary one when empty." type:"path"`
}

// Validate refuses what cannot be measured before anything is started.
func (c *benchCommand) Validate() error {
	switch {
	case c.People < 1000 || c.People > 100_000_000:
		return fmt.Errorf("--people: %d: 1000 to 100000000 are possible", c.People)
	case c.Seconds < 1 || c.Seconds > 3600:
		return fmt.Errorf("--seconds: %d: 1 to 3600 are possible", c.Seconds)
	case c.Repeats < 1 || c.Repeats > 1000:
		return fmt.Errorf("--repeats: %d: 1 to 1000 are possible", c.Repeats)
	case c.Messages < 0 || c.Messages > 0.8:
		return fmt.Errorf("--messages: %v: 0 to 0.8 are possible", c.Messages)
	}
	return nil
}

func (c *benchCommand) Run(r *runner) error {
	o := bench.Options{Dir: c.Dir, People: c.People, Seconds: c.Seconds, Repeats: c.Repeats, Messages: c.Messages, Uniform: c.Uniform, Out: r.out}
	if c.Short {
		o.People, o.Seconds, o.Repeats = 20_000, 1, 1
	}
	return bench.Run(r.ctx, o)
}
