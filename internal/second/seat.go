package second

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/listen/provider"
)

// Bounds of one matter.
const (
	attempts   = 3                      // of one question
	firstPause = 500 * time.Millisecond // between attempts, doubled each time and spread by a quarter
	maxText    = 4000                   // bytes of the masked text that are shown
	overhead   = 900                    // tokens that a question takes beside its text, as an estimate before it is known
)

// seat is one provider at work.
type seat struct {
	panel    *Panel
	config   provider.Provider
	provider Provider
	breaker  breaker
	count    count
	matters  chan matter
	ctx      context.Context
	stop     context.CancelFunc
	wait     sync.WaitGroup
}

// count is a Count that several may add to.
type count struct {
	mu sync.Mutex
	c  Count
}

func (c *count) add(f func(*Count)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(&c.c)
}

func (c *count) read() Count {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.c
}

func (p *Panel) sit(x provider.Provider, built Provider) *seat {
	s := &seat{panel: p, config: x, provider: built, matters: make(chan matter, 64)}
	s.ctx, s.stop = context.WithCancel(p.ctx)
	for range x.Parallel {
		s.wait.Go(s.run)
	}
	return s
}

// leave ends the seat. What still waits for it goes without a second opinion.
func (s *seat) leave() {
	s.stop()
	s.wait.Wait()
	for {
		select {
		case m := <-s.matters:
			s.panel.tide.end(m.seq)
			continue
		default:
		}
		break
	}
	if err := s.provider.Close(); err != nil {
		slog.Error("closing a provider", "provider", s.config.Name, "error", err)
	}
}

func (s *seat) run() {
	for {
		select {
		case m := <-s.matters:
			s.serve(&m)
			s.panel.tide.end(m.seq)
		case <-s.ctx.Done():
			return
		}
	}
}

// serve asks about one matter and records the answer.
func (s *seat) serve(m *matter) {
	h, err := s.panel.options.House.Heard(s.ctx, m.touch)
	switch {
	case orrery.KindOf(err) == orrery.KindNotFound:
		return // erased since
	case s.ctx.Err() != nil:
		return
	case err != nil:
		slog.Error("reading a message for a second opinion", "provider", s.config.Name, "touch", m.touch.String(), "error", err)
		return
	case s.answered(h):
		s.count.add(func(c *Count) { c.Corrected++ })
		return
	}
	q := provider.Question{Text: bounded(s.panel.options.Mask(h.Text)), Language: m.language, Channel: h.Channel, Heads: m.heads}
	o := s.opinion(m, &q)
	if o == nil {
		return
	}
	s.record(engine.SecondOpinion{Touch: m.touch, Fragment: m.fragment, Provider: s.config, Heads: m.heads, Opinion: o})
}

// answered says whether nothing is to be asked any more.
func (s *seat) answered(h *engine.Heard) bool {
	known := h.ByPerson || h.Restricted
	for _, e := range h.Engines {
		known = known || e == s.config.Engine()
	}
	return known
}

// bounded cuts a text to what is shown of it.
func bounded(text string) string {
	if len(text) <= maxText {
		return text
	}
	at := maxText
	for at > 0 && !utf8.RuneStart(text[at]) {
		at--
	}
	return text[:at]
}

// opinion is the provider's, from memory when it gave one on the same text before; nil for none.
func (s *seat) opinion(m *matter, q *provider.Question) *provider.Opinion {
	key := s.panel.cache.key(s.config.Engine(), q)
	if o := s.panel.cache.get(key); o != nil {
		s.count.add(func(c *Count) { c.Cached++ })
		return o
	}
	for attempt := 1; ; attempt++ {
		if !s.allowed(m) {
			return nil
		}
		o, failure := s.ask(q)
		if failure == nil {
			s.panel.cache.put(key, o)
			return o
		}
		if s.ctx.Err() != nil {
			return nil
		}
		if !failure.Again || attempt == attempts {
			s.count.add(func(c *Count) {
				if errors.Is(failure, provider.ErrAnswer) {
					c.Refused++
				} else {
					c.Failed++
				}
			})
			slog.Warn("no second opinion", "provider", s.config.Name, "touch", m.touch.String(), "attempts", attempt, "why", failure.Say)
			return nil
		}
		if failure.After == 0 && !s.panel.options.Pause(s.ctx, spread(firstPause<<(attempt-1), s.panel.options.Chance())) {
			return nil
		}
	}
}

// spread makes a pause up to a quarter longer or shorter.
func spread(d time.Duration, chance float64) time.Duration {
	return time.Duration(float64(d) * (0.75 + 0.5*chance))
}

// allowed waits for the breaker; false when the matter has waited too long or the panel closes.
func (s *seat) allowed(m *matter) bool {
	for {
		now := s.panel.options.Now()
		if orrery.InstantOf(now) > m.at.Add(m.age) {
			s.count.add(func(c *Count) { c.Aged++ })
			return false
		}
		rest := s.breaker.rest(now)
		if rest == 0 {
			return true
		}
		if until := m.at.Add(m.age).Time().Sub(now) + time.Millisecond; until < rest {
			rest = until
		}
		if !s.panel.options.Pause(s.ctx, rest) {
			return false
		}
	}
}

// ask makes one attempt, within the budget.
func (s *seat) ask(q *provider.Question) (*provider.Opinion, *provider.Failure) {
	estimate := overhead + len(q.Text)/2
	if !s.panel.book.spend(s.config, s.panel.options.Now(), estimate) {
		s.breaker.unasked()
		s.count.add(func(c *Count) { c.Unpaid++ })
		return nil, &provider.Failure{Say: "the budget of the day is spent"}
	}
	ctx, cancel := context.WithTimeout(s.ctx, time.Duration(s.config.Timeout)*time.Millisecond)
	defer cancel()
	o, usage, err := s.provider.Ask(ctx, *q)
	failure := failureOf(err)
	s.settle(estimate, usage, failure)
	return o, failure
}

// settle keeps what an attempt cost and tells the breaker how it went.
func (s *seat) settle(estimate int, usage provider.Usage, failure *provider.Failure) {
	if failure != nil {
		usage = failure.Usage
	}
	s.panel.book.settle(s.config.Name, estimate, usage.Tokens)
	now := s.panel.options.Now()
	switch {
	case s.ctx.Err() != nil:
		s.breaker.unasked()
	case failure == nil || errors.Is(failure, provider.ErrAnswer):
		s.breaker.worked() // it is there, whatever it says
	default:
		s.breaker.failed(now, time.Duration(failure.After)*time.Millisecond)
	}
}

func failureOf(err error) *provider.Failure {
	if err == nil {
		return nil
	}
	var f *provider.Failure
	if errors.As(err, &f) {
		return f
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &provider.Failure{Say: "no answer in time", Again: true}
	}
	return &provider.Failure{Say: err.Error()}
}

// record brings an opinion into the log. What a person said meanwhile stands.
func (s *seat) record(c engine.SecondOpinion) {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		_, _, err := s.panel.options.House.Do(s.ctx, c)
		switch kind := orrery.KindOf(err); {
		case err == nil:
			s.count.add(func(c *Count) { c.Answered++ })
			return
		case kind == orrery.KindConflict, kind == orrery.KindNotFound:
			s.count.add(func(c *Count) { c.Corrected++ })
			return
		case kind != orrery.KindUnavailable && kind != orrery.KindLimited:
			slog.Error("recording a second opinion", "provider", s.config.Name, "touch", c.Touch.String(), "error", err)
			return
		}
		if !s.panel.options.Pause(s.ctx, wait) {
			return
		}
	}
}
