package second

import (
	"context"
	"errors"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen/provider"
)

// Written is what a provider wrote for an agent. Nothing of it is kept or sent.
type Written struct {
	Text   string
	Engine string // the provider and its model
}

// Write lets the policy's writer translate a message or draft a reply, once and at once. Text and Note of w are masked
// here.
func (p *Panel) Write(ctx context.Context, w provider.Writing) (*Written, error) {
	name := p.options.House.Policy().Second.Writer
	s := p.seat(name)
	switch {
	case name == "":
		return nil, orrery.NotFound("writer.none", "no provider writes here: name one as second_opinion.writer in the policy")
	case s == nil:
		return nil, unavailable("the provider "+name+" is not there: its key may be missing", 0)
	}
	now := p.options.Now()
	if rest := s.breaker.rest(now); rest > 0 {
		return nil, unavailable("the provider "+name+" fails again and again and is left alone for a while", orrery.Span(rest.Milliseconds()))
	}
	w.Text, w.Note = bounded(p.options.Mask(w.Text)), bounded(p.options.Mask(w.Note))
	estimate := overhead + len(w.Text)
	if !p.book.spend(s.config, now, estimate) {
		s.breaker.unasked()
		return nil, &orrery.Error{Kind: orrery.KindLimited, Code: "writer.budget", Say: "the budget of " + name + " for this day is spent"}
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(s.config.Timeout)*time.Millisecond)
	defer cancel()
	text, usage, err := s.provider.Write(ctx, w)
	if errors.Is(ctx.Err(), context.Canceled) { // whoever asked has gone
		s.breaker.unasked()
		return nil, ctx.Err()
	}
	failure := failureOf(err)
	s.settle(estimate, usage, failure)
	if failure != nil {
		return nil, unavailable("the provider "+name+" wrote nothing: "+failure.Say, failure.After)
	}
	s.count.add(func(c *Count) { c.Written++ })
	return &Written{Text: text, Engine: s.config.Engine()}, nil
}

func unavailable(say string, after orrery.Span) error {
	return &orrery.Error{Kind: orrery.KindUnavailable, Code: "writer.unavailable", Say: say, RetryAfter: after}
}
