package rule

import (
	"github.com/orrery-cxm/orrery"
)

// Program is a compiled rule. It is immutable and safe for concurrent use.
type Program struct {
	source string
	cond   condition
	reads  Reads
	cost   int
	leaves []leaf
}

// Reads is everything a rule asks for, sorted: a touch that changes none of it cannot change the answer.
type Reads struct {
	Events   []string // names of touches; "" for every touch
	Traits   []string // dotted paths
	Names    []string // registered names
	Products []string
	Lives    []string
	Orders   bool // spent()
	Consent  bool
	Timed    bool // the answer may change by time alone
}

// Eval answers the rule for s at now. next is the earliest moment after now at which the answer may change by time alone,
// 0 for never. The only error is ErrCost; answer and next are then meaningless.
func (p *Program) Eval(s Subject, now orrery.Instant) (answer bool, next orrery.Instant, err error) {
	v, next := p.cond(s, now)
	if v == dear {
		return false, 0, ErrCost
	}
	return v == yes, next, nil
}

// Reads is what the rule asks for.
func (p *Program) Reads() Reads { return p.reads }

// Source is the rule as it was written.
func (p *Program) Source() string { return p.source }

// Cost is the worst case of one Eval in steps of about ten nanoseconds.
func (p *Program) Cost() int { return p.cost }

// Term is one condition of a rule and how it went for one person.
type Term struct {
	Text  string         `json:"text"`            // the condition as CEL
	Value string         `json:"value,omitempty"` // what was found; "" when there was nothing
	Held  bool           `json:"held"`
	Next  orrery.Instant `json:"next,omitempty"` // when this condition may change by time alone
	Over  bool           `json:"over,omitempty"` // not answered: over the cost limit
}

// Explain answers each condition of the rule on its own, in the order they were written, also those that Eval would not
// have needed.
func (p *Program) Explain(s Subject, now orrery.Instant) []Term {
	terms := make([]Term, 0, len(p.leaves))
	for _, l := range p.leaves {
		v, next := l.cond(s, now)
		t := Term{Text: l.text, Held: v == yes, Over: v == dear, Next: next}
		if l.show != nil {
			t.Value = l.show(s, now)
		}
		terms = append(terms, t)
	}
	return terms
}

// verdict is what a condition came to.
type verdict uint8

const (
	no verdict = iota
	yes
	dear // not answered: over the cost limit
)

func is(b bool) verdict {
	if b {
		return yes
	}
	return no
}

// condition answers at now, with the earliest later moment at which the answer may change by time alone (0 for never).
// All state is in the closure and the arguments, so that Eval allocates nothing.
type condition func(s Subject, now orrery.Instant) (verdict, orrery.Instant)

// leaf is a condition that has no conditions inside, for Explain.
type leaf struct {
	text string
	cond condition
	show func(s Subject, now orrery.Instant) string
}

// sooner is the earlier of two moments, of which 0 is never.
func sooner(a, b orrery.Instant) orrery.Instant {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
