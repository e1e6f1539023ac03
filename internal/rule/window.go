package rule

import (
	"math"

	"cel.dev/cel-go/common/ast"

	"github.com/orrery-cxm/orrery"
)

// A touch at t is in a window w as long as now < t + w. Times are newest first, so that "at least k" asks one time.

// timesOf reads when something happened, newest first.
type timesOf func(s Subject) []orrery.Instant

// atLeast is whether k or more times are in the window; it ends when the k-th newest leaves.
func atLeast(times timesOf, k int, w orrery.Span) condition {
	return func(s Subject, now orrery.Instant) (verdict, orrery.Instant) {
		list := times(s)
		if len(list) < k {
			return no, 0
		}
		if leaves := list[k-1].Add(w); now < leaves {
			return yes, leaves
		}
		return no, 0
	}
}

// exactly is whether k times are in the window: from when the k+1st leaves until the k-th does.
func exactly(times timesOf, k int, w orrery.Span) condition {
	return func(s Subject, now orrery.Instant) (verdict, orrery.Instant) {
		list := times(s)
		if len(list) < k || now >= list[k-1].Add(w) {
			return no, 0
		}
		if len(list) > k {
			surplus := list[k].Add(w)
			if now < surplus && list[k] == list[k-1] {
				return no, 0 // the two leave together
			}
			if now < surplus {
				return no, surplus
			}
		}
		return yes, list[k-1].Add(w)
	}
}

// countRelation reduces a comparison of a windowed count to the two above. When the answer would always be the same, or
// needs to tell more than MaxTimes apart, it says why not.
func countRelation(times timesOf, w orrery.Span, r relation, limit int64) (condition, string) {
	if limit%Thousand != 0 {
		return nil, "a count is a whole number"
	}
	if limit < 0 {
		return nil, "a count is never negative"
	}
	if limit > MaxTimes*Thousand {
		return nil, tooMany
	}
	k := int(limit / Thousand)
	switch r {
	case equal, differs:
		if k >= MaxTimes {
			return nil, tooMany
		}
		cond := not(atLeast(times, 1, w))
		if k > 0 {
			cond = exactly(times, k, w)
		}
		if r == differs {
			cond = not(cond)
		}
		return cond, ""
	case more, lessEqual:
		k++
	}
	switch {
	case k == 0:
		return nil, "a count is always 0 or more, so the answer is always the same"
	case k > MaxTimes:
		return nil, tooMany
	case r == less || r == lessEqual:
		return not(atLeast(times, k, w)), ""
	}
	return atLeast(times, k, w), ""
}

const tooMany = "only the 50 most recent touches of a name are known by their time"

// windowed compiles the comparison of count(e, w) or spent(w).
func (c *compiler) windowed(e ast.Expr, r relation, left, right operand) (condition, error) {
	if !right.fixed || right.kind != isNumber {
		return nil, c.refuse(e, "a number over a window is compared only with a fixed number", `write count("Product Viewed", "7d") >= 3`)
	}
	cond, why := left.window(r, right.value.Number)
	if why != "" {
		return nil, c.refuse(e, why, "compare with a whole number from 1 to 50, or count without a window")
	}
	return c.leaf(e, left.cost, cond, left.show), nil
}

// eventTimes notes that the rule reads event.
func (c *compiler) eventTimes(event string) timesOf {
	c.reads.events[event] = struct{}{}
	return func(s Subject) []orrery.Instant { return s.Times(event) }
}

// count compiles count("e") and count("e", "7d").
func (c *compiler) count(e ast.Expr, call ast.CallExpr) (operand, error) {
	texts, err := c.texts(e, call, `count("Product Viewed", "7d") >= 3`, 1, 2)
	if err != nil {
		return operand{}, err
	}
	event := texts[0]
	c.reads.events[event] = struct{}{}
	if len(texts) == 1 {
		number := func(s Subject) (int64, bool) { return scale(s.Count(event), Thousand), true }
		return operand{kind: isNumber, cost: 2, number: number, show: showNumber(number)}, nil
	}
	spans, err := c.spans(call, texts, 1)
	if err != nil {
		return operand{}, err
	}
	c.reads.timed = true
	times, w := c.eventTimes(event), spans[0]
	return operand{kind: isWindow, cost: 3, show: showCount(times, w),
		window: func(r relation, limit int64) (condition, string) { return countRelation(times, w, r, limit) }}, nil
}

// did compiles did("e") and did("e", "30d").
func (c *compiler) did(e ast.Expr, call ast.CallExpr) (operand, error) {
	texts, err := c.texts(e, call, `did("Order Completed", "30d")`, 1, 2)
	if err != nil {
		return operand{}, err
	}
	spans, err := c.spans(call, texts, 1)
	if err != nil {
		return operand{}, err
	}
	event := texts[0]
	times := c.eventTimes(event)
	o := operand{kind: isFlag, cost: 2, show: showLast(times)}
	if len(spans) == 1 {
		c.reads.timed = true
		o.flag = atLeast(times, 1, spans[0])
		return o, nil
	}
	o.flag = func(s Subject, _ orrery.Instant) (verdict, orrery.Instant) { return is(s.Count(event) > 0), 0 }
	return o, nil
}

// viewed compiles viewed("sku") and viewed("sku", "14d").
func (c *compiler) viewed(e ast.Expr, call ast.CallExpr) (operand, error) {
	texts, err := c.texts(e, call, `viewed("sku-1", "14d")`, 1, 2)
	if err != nil {
		return operand{}, err
	}
	spans, err := c.spans(call, texts, 1)
	if err != nil {
		return operand{}, err
	}
	product := texts[0]
	c.reads.products[product] = struct{}{}
	times := func(s Subject) []orrery.Instant { return s.ProductTimes(product) }
	o := operand{kind: isFlag, cost: 4, show: showLast(times)}
	if len(spans) == 1 {
		c.reads.timed = true
		o.flag = atLeast(times, 1, spans[0])
		return o, nil
	}
	o.flag = func(s Subject, _ orrery.Instant) (verdict, orrery.Instant) { return is(len(times(s)) > 0), 0 }
	return o, nil
}

// spent compiles spent("90d").
func (c *compiler) spent(e ast.Expr, call ast.CallExpr) (operand, error) {
	texts, err := c.texts(e, call, `spent("90d") > 100.00`, 1, 1)
	if err != nil {
		return operand{}, err
	}
	spans, err := c.spans(call, texts, 0)
	if err != nil {
		return operand{}, err
	}
	factor := factorOf(c.names.Money)
	if factor == 0 {
		return operand{}, c.refuse(e, "there is no unit of money here", "set the workspace's currency")
	}
	c.reads.orders, c.reads.timed = true, true
	w := spans[0]
	return operand{kind: isWindow, cost: 130, show: showSpent(factor, w),
		window: func(r relation, limit int64) (condition, string) { return spentRelation(factor, w, r, limit), "" }}, nil
}

// inWindow is how many of orders, newest first, are in the window, and what they come to.
func inWindow(orders []OrderAt, now orrery.Instant, w orrery.Span) (n int, sum int64) {
	for _, o := range orders {
		if now >= o.At.Add(w) {
			break
		}
		sum = plus(sum, o.Minor)
		n++
	}
	return n, sum
}

// spentRelation compares the sum in the window with limit, in thousandths. The next change is found by letting the
// oldest orders leave one after the other; those of one moment leave together.
func spentRelation(factor int64, w orrery.Span, r relation, limit int64) condition {
	return func(s Subject, now orrery.Instant) (verdict, orrery.Instant) {
		orders := s.OrderTimes()
		n, sum := inWindow(orders, now, w)
		answer := r.numbers(scale(sum, factor), limit)
		for n > 0 {
			at := orders[n-1].At
			for n > 0 && orders[n-1].At == at {
				n--
			}
			// Summed afresh, as Eval at that moment will: a sum that met its bound cannot be undone by subtracting.
			_, rest := inWindow(orders[:n], at, w)
			if r.numbers(scale(rest, factor), limit) != answer {
				return is(answer), at.Add(w)
			}
		}
		return is(answer), 0
	}
}

// plus adds, and stays at the bounds where that would overflow.
func plus(a, b int64) int64 {
	sum := a + b
	switch {
	case a > 0 && b > 0 && sum < 0:
		return math.MaxInt64
	case a < 0 && b < 0 && sum >= 0:
		return math.MinInt64
	}
	return sum
}
