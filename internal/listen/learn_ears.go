package listen

import (
	"sync/atomic"

	"github.com/orrery-cxm/orrery"
)

// Ears are the engine of one workspace, which is exchanged for another as it learns. Whoever listens never waits for that.
type Ears struct{ now atomic.Pointer[Engine] }

// NewEars begins with e.
func NewEars(e *Engine) *Ears {
	x := &Ears{}
	x.now.Store(e)
	return x
}

// Engine is the one in force.
func (x *Ears) Engine() *Engine { return x.now.Load() }

// Set puts another engine in force. A text that is being listened to is finished by the one before.
func (x *Ears) Set(e *Engine) { x.now.Store(e) }

// Listen is [Engine.Listen] of the engine in force.
func (x *Ears) Listen(text string, h Hint) *orrery.Signals { return x.Engine().Listen(text, h) }

// LifeOf is [Engine.LifeOf] of the engine in force.
func (x *Ears) LifeOf(trait, value string) []orrery.Label { return x.Engine().LifeOf(trait, value) }

// Revision is [Engine.Revision] of the engine in force.
func (x *Ears) Revision() string { return x.Engine().Revision() }

// Mask is [Engine.Mask].
func (x *Ears) Mask(text string) string { return x.Engine().Mask(text) }
