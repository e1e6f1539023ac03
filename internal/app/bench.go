package app

import (
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

func (c *benchCommand) Run(r *runner) error {
	o := bench.Options{Dir: c.Dir, People: c.People, Seconds: c.Seconds, Repeats: c.Repeats, Messages: c.Messages, Uniform: c.Uniform, Out: r.out}
	if c.Short {
		o.People, o.Seconds, o.Repeats = 20_000, 1, 1
	}
	return bench.Run(r.ctx, o)
}
