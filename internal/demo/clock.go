package demo

import (
	"sync"
	"time"
)

// Begin is when the stories begin: a Monday, in the middle of the day from London to Taipei.
var Begin = time.Date(2025, 9, 1, 10, 0, 0, 0, time.UTC)

// Clock runs as fast as the wall clock and can be moved ahead, so that a year passes at once. The server under the
// stories must run on it.
type Clock struct {
	mu     sync.Mutex
	ahead  time.Duration
	began  time.Time
	source func() time.Time
}

// NewClock starts at [Begin].
func NewClock() *Clock { return &Clock{began: time.Now(), source: time.Now} }

// Now is the clock's wall time.
func (c *Clock) Now() time.Time { return Begin.Add(c.Elapsed()) }

// Elapsed is the clock's monotonic time: it moves ahead with the wall time, so nobody sees a jump.
func (c *Clock) Elapsed() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.source().Sub(c.began) + c.ahead
}

// Advance moves the clock ahead.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// CatchUp moves the clock to the wall clock, unless it is there already or ahead.
func (c *Clock) CatchUp() {
	if behind := c.source().Sub(c.Now()); behind > 0 {
		c.Advance(behind)
	}
}
