package rule

import (
	"fmt"

	"cel.dev/cel-go/common/ast"

	"github.com/orrery-cxm/orrery"
)

// moment compiles first("e") and last("e").
func (c *compiler) moment(e ast.Expr, call ast.CallExpr) (operand, error) {
	texts, err := c.texts(e, call, fmt.Sprintf(`ago(%s("Signed In")) > span("30d")`, call.FunctionName()), 1, 1)
	if err != nil {
		return operand{}, err
	}
	event := texts[0]
	times := c.eventTimes(event)
	o := operand{kind: isMoment, cost: 2, moment: newest(times)}
	if call.FunctionName() == "first" {
		o.moment = func(s Subject) orrery.Instant { return s.First(event) }
	}
	o.show = showMoment(o.moment)
	return o, nil
}

// newest is the last time, or 0.
func newest(times timesOf) func(s Subject) orrery.Instant {
	return func(s Subject) orrery.Instant {
		if list := times(s); len(list) > 0 {
			return list[0]
		}
		return 0
	}
}

// ago compiles ago(moment).
func (c *compiler) ago(e ast.Expr, call ast.CallExpr) (operand, error) {
	const usage = `write ago(last("Signed In")) > span("30d")`
	if call.IsMemberFunction() || len(call.Args()) != 1 {
		return operand{}, c.refuse(e, "ago() is asked of one moment", usage)
	}
	o, err := c.operand(call.Args()[0])
	if err != nil {
		return operand{}, err
	}
	if o.kind != isMoment || o.fixed {
		return operand{}, c.refuse(e, "ago() is asked of a moment that differs from person to person", usage)
	}
	c.reads.timed = true
	o.kind = isAge
	return o, nil
}

// aged compiles ago(moment) op span.
func (c *compiler) aged(e ast.Expr, r relation, left, right operand) (condition, error) {
	if right.kind != isSpan {
		return nil, c.refuse(e, "the age of a moment is compared only with a fixed length of time", `write ago(last("Signed In")) > span("30d")`)
	}
	if r == equal || r == differs {
		return nil, c.refuse(e, "an age is equal to a length of time for one millisecond only", "write >= or <")
	}
	return c.leaf(e, left.cost, olderThan(left.moment, r, right.span), left.show), nil
}

// olderThan compares the age of a moment with d. Ages only grow, so there is one change: when the age reaches d, or a
// millisecond later where d itself is on the other side.
func olderThan(moment func(s Subject) orrery.Instant, r relation, d orrery.Span) condition {
	old := r == more || r == moreEqual
	if r == more || r == lessEqual {
		d++
	}
	return func(s Subject, now orrery.Instant) (verdict, orrery.Instant) {
		at := moment(s)
		if at == 0 {
			return no, 0
		}
		if turn := at.Add(d); now < turn {
			return is(!old), turn
		}
		return is(old), 0
	}
}

// moments compiles the comparison of two moments; when either is missing the answer is no.
func (c *compiler) moments(e ast.Expr, r relation, left, right operand) condition {
	a, b := left.moment, right.moment
	return c.leaf(e, left.cost+right.cost, func(s Subject, _ orrery.Instant) (verdict, orrery.Instant) {
		x, y := a(s), b(s)
		return is(x != 0 && y != 0 && r.numbers(int64(x), int64(y))), 0
	}, left.show)
}

// sinceLast compiles since_last("e", "30d").
func (c *compiler) sinceLast(e ast.Expr, call ast.CallExpr) (operand, error) {
	texts, err := c.texts(e, call, `since_last("Signed In", "30d")`, 2, 2)
	if err != nil {
		return operand{}, err
	}
	spans, err := c.spans(call, texts, 1)
	if err != nil {
		return operand{}, err
	}
	c.reads.timed = true
	times := c.eventTimes(texts[0])
	return operand{kind: isFlag, cost: 3, show: showLast(times), flag: olderThan(newest(times), more, spans[0])}, nil
}
