package rule

import (
	"cel.dev/cel-go/common/ast"

	"github.com/orrery-cxm/orrery"
)

// sequence compiles sequence("A", "B", "2h") and sequence("A", "B", "2h", "30d").
func (c *compiler) sequence(e ast.Expr, call ast.CallExpr) (operand, error) {
	texts, err := c.texts(e, call, `sequence("Cart Viewed", "Order Completed", "2h", "30d")`, 3, 4)
	if err != nil {
		return operand{}, err
	}
	spans, err := c.spans(call, texts, 2)
	if err != nil {
		return operand{}, err
	}
	if texts[1] == "" {
		return operand{}, c.refuse(call.Args()[1], "sequence() needs two names", `write sequence("Cart Viewed", "Order Completed", "2h")`)
	}
	first, second, within := c.eventTimes(texts[0]), c.eventTimes(texts[1]), spans[0]
	found := func(s Subject) orrery.Instant { return follows(first(s), second(s), within) }
	o := operand{kind: isFlag, cost: 30, show: showMoment(found)}
	if len(spans) == 1 {
		o.flag = func(s Subject, _ orrery.Instant) (verdict, orrery.Instant) { return is(found(s) != 0), 0 }
		return o, nil
	}
	c.reads.timed = true
	w := spans[1]
	o.flag = func(s Subject, now orrery.Instant) (verdict, orrery.Instant) {
		at := found(s)
		if at == 0 || now >= at.Add(w) {
			return no, 0
		}
		return yes, at.Add(w)
	}
	return o, nil
}

// follows is the newest of seconds that came after one of firsts, at most within later; 0 when there is none. Both are
// newest first. Touches of one millisecond have no order, so neither comes after the other.
func follows(firsts, seconds []orrery.Instant, within orrery.Span) orrery.Instant {
	i := 0
	for _, second := range seconds {
		for i < len(firsts) && firsts[i] >= second {
			i++
		}
		if i < len(firsts) && second <= firsts[i].Add(within) {
			return second
		}
	}
	return 0
}

// abandoned compiles abandoned("A", "B", "2h") and abandoned("A", "B", "2h", "7d").
func (c *compiler) abandoned(e ast.Expr, call ast.CallExpr) (operand, error) {
	texts, err := c.texts(e, call, `abandoned("Cart Viewed", "Order Completed", "2h")`, 3, 4)
	if err != nil {
		return operand{}, err
	}
	spans, err := c.spans(call, texts, 2)
	if err != nil {
		return operand{}, err
	}
	if texts[1] == "" {
		return operand{}, c.refuse(call.Args()[1], "abandoned() needs two names", `write abandoned("Cart Viewed", "Order Completed", "2h")`)
	}
	wait, until := spans[0], orrery.Span(0)
	if len(spans) == 2 {
		until = spans[1]
		if until <= wait {
			return operand{}, c.refuse(call.Args()[3], "the window ends before the wait does", `write abandoned("A", "B", "2h", "7d")`)
		}
	}
	c.reads.timed = true
	begun, done := c.eventTimes(texts[0]), c.eventTimes(texts[1])
	last, finished := newest(begun), newest(done)
	return operand{kind: isFlag, cost: 4, show: showLast(begun), flag: func(s Subject, now orrery.Instant) (verdict, orrery.Instant) {
		at := last(s)
		// What was finished in the same millisecond counts as finished: rather one reminder too few.
		if at == 0 || finished(s) >= at {
			return no, 0
		}
		if turn := at.Add(wait); now < turn {
			return no, turn
		}
		if until == 0 {
			return yes, 0
		}
		if end := at.Add(until); now < end {
			return yes, end
		}
		return no, 0
	}}, nil
}
