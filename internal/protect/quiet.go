package protect

import (
	"github.com/orrery-cxm/orrery"
)

// Quiet says when people are left alone.
type Quiet struct {
	Except []orrery.Channel `yaml:"except"` // channels on which the person comes to us: web, app, store, chat
	Hours  Hours            `yaml:"-"`      // nil: no quiet hours at all
}

// Hours knows when it is quiet and when it is a holiday where a person may live.
type Hours interface {
	// NextAllowed is now itself when it is no quiet time in any of the zones, else the next moment at which it is
	// none. Without zones it answers for the market's. Holiday says that a holiday or closed day is the reason.
	NextAllowed(now orrery.Instant, zones []string) (at orrery.Instant, holiday bool)
}

// DefaultQuiet leaves alone everywhere but where the person comes to us.
func DefaultQuiet() Quiet {
	return Quiet{Except: []orrery.Channel{"web", "app", "store", "chat"}}
}

func (q Quiet) validate() error {
	for _, c := range q.Except {
		if c == "" {
			return wrong("quiet.except", `""`, "a channel's name, like web")
		}
	}
	return nil
}
