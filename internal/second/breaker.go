package second

import (
	"sync"
	"time"
)

// Settings of a breaker.
const (
	patience  = 5 // failures in a row
	firstRest = time.Minute
	longRest  = 15 * time.Minute
)

// breaker leaves a provider alone that fails again and again, and then lets one question through to see.
type breaker struct {
	mu       sync.Mutex
	failures int
	length   time.Duration // of the next rest
	until    time.Time
	probing  bool // one question is under way to see
}

// rest is how long to wait before the next question; 0 lets one through, whose end must be told.
func (b *breaker) rest(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.until.IsZero() {
		return 0
	}
	if now.Before(b.until) {
		return b.until.Sub(now)
	}
	if b.probing {
		return time.Second
	}
	b.probing = true
	return 0
}

// worked closes the breaker.
func (b *breaker) worked() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures, b.length, b.until, b.probing = 0, 0, time.Time{}, false
}

// failed counts a failure. after is a rest that the provider asked for.
func (b *breaker) failed(now time.Time, after time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures++
	if b.failures >= patience || b.probing {
		b.length = min(max(2*b.length, firstRest), longRest)
		b.until = later(b.until, now.Add(b.length))
	}
	if after > 0 {
		b.until = later(b.until, now.Add(after))
	}
	b.probing = false
}

// unasked gives back a question that was let through and not asked.
func (b *breaker) unasked() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.probing = false
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
