package rule

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"

	"github.com/orrery-cxm/orrery"
)

// relation is how the two sides of a comparison must stand to each other.
type relation uint8

const (
	equal relation = iota
	differs
	less
	lessEqual
	more
	moreEqual
)

func relationOf(operator string) relation {
	switch operator {
	case operators.NotEquals:
		return differs
	case operators.Less:
		return less
	case operators.LessEquals:
		return lessEqual
	case operators.Greater:
		return more
	case operators.GreaterEquals:
		return moreEqual
	}
	return equal
}

// mirrored is the relation after the sides are swapped.
func (r relation) mirrored() relation {
	switch r {
	case less:
		return more
	case lessEqual:
		return moreEqual
	case more:
		return less
	case moreEqual:
		return lessEqual
	}
	return r
}

func (r relation) numbers(a, b int64) bool {
	switch r {
	case equal:
		return a == b
	case differs:
		return a != b
	case less:
		return a < b
	case lessEqual:
		return a <= b
	case more:
		return a > b
	}
	return a >= b
}

// texts orders by bytes, which for UTF-8 is by code point, as CEL does.
func (r relation) texts(a, b string) bool {
	switch r {
	case equal:
		return a == b
	case differs:
		return a != b
	}
	return r.numbers(int64(strings.Compare(a, b)), 0)
}

// comparison compiles left op right.
func (c *compiler) comparison(e ast.Expr, call ast.CallExpr) (condition, error) {
	r, args := relationOf(call.FunctionName()), call.Args()
	before := len(c.leaves)
	if want, ok := boolean(args[1]); ok {
		return c.truth(e, args[0], r, want, before)
	}
	if want, ok := boolean(args[0]); ok {
		return c.truth(e, args[1], r, want, before)
	}
	left, err := c.operand(args[0])
	if err != nil {
		return nil, err
	}
	right, err := c.operand(args[1])
	if err != nil {
		return nil, err
	}
	if left.fixed && right.fixed {
		return nil, c.refuse(e, "both sides are fixed, so the answer is always the same", "compare with a trait, a name or a count")
	}
	if left.fixed {
		left, right, r = right, left, r.mirrored()
	}
	switch {
	case left.kind == isFlag && right.kind == isFlag:
		return c.agreement(e, r, left, right)
	case left.kind == isWindow:
		return c.windowed(e, r, left, right)
	case right.kind == isWindow:
		return c.windowed(e, r.mirrored(), right, left)
	case left.kind == isAge:
		return c.aged(e, r, left, right)
	case left.kind == isMoment && right.kind == isMoment:
		return c.moments(e, r, left, right), nil
	case left.comparable(right):
		return c.values(e, r, left, right), nil
	}
	return nil, c.refuse(e, fmt.Sprintf("%s cannot be compared with %s", left.kind, right.kind), mismatch(left, right))
}

// comparable says that both may hold the same kind of value.
func (o operand) comparable(other operand) bool {
	plain := func(k operandKind) bool { return k == isTrait || k == isNumber || k == isText }
	return plain(o.kind) && plain(other.kind) && (o.kind == isTrait || other.kind == isTrait || o.kind == other.kind)
}

func mismatch(left, right operand) string {
	switch {
	case left.kind == isMoment || right.kind == isMoment:
		return `write ago(last("Signed In")) > span("30d"), or compare with timestamp("2026-01-01T00:00:00Z")`
	case left.kind == isAge || right.kind == isAge || left.kind == isSpan || right.kind == isSpan:
		return `write ago(last("Signed In")) > span("30d")`
	case left.kind == isFlag && right.kind == isTrait || left.kind == isTrait && right.kind == isFlag:
		return "compare each with true"
	case left.kind == isNumber && right.kind == isText || left.kind == isText && right.kind == isNumber:
		return "numbers stand without quotes, texts in quotes"
	}
	return "compare things of one kind"
}

// truth compiles a comparison with true or false.
func (c *compiler) truth(e, side ast.Expr, r relation, want bool, before int) (condition, error) {
	if r != equal && r != differs {
		return nil, c.refuse(e, "true and false are not ordered", "write == true, or the condition alone")
	}
	if path, ok := c.traitPath(side); ok && path != "" {
		o := c.trait(path)
		fixed := BoolOf(want)
		return c.leaf(e, o.cost, func(s Subject, _ orrery.Instant) (verdict, orrery.Instant) {
			v, ok := s.Trait(path)
			if !ok || v.Kind != Bool {
				return is(ok && r == differs), 0
			}
			return is(r.numbers(v.Number, fixed.Number)), 0
		}, o.show), nil
	}
	cond, err := c.condition(side)
	if err != nil {
		return nil, err
	}
	if want != (r == equal) {
		cond = not(cond)
	}
	c.absorb(c.text(e), before, cond)
	return cond, nil
}

// agreement compiles the comparison of two conditions.
func (c *compiler) agreement(e ast.Expr, r relation, left, right operand) (condition, error) {
	if r != equal && r != differs {
		return nil, c.refuse(e, "yes and no are not ordered", "write == or !=")
	}
	return c.leaf(e, left.cost+right.cost, func(s Subject, now orrery.Instant) (verdict, orrery.Instant) {
		a, nextA := left.flag(s, now)
		b, nextB := right.flag(s, now)
		if a == dear || b == dear {
			return dear, 0
		}
		return is((a == b) == (r == equal)), sooner(nextA, nextB)
	}, nil), nil
}

// values compiles the comparison of traits, numbers and texts. Against a literal, which is nearly every rule, nothing
// is decided at run time that can be decided now.
func (c *compiler) values(e ast.Expr, r relation, left, right operand) condition {
	cost := left.cost + right.cost
	if !right.fixed {
		return c.leaf(e, cost+MaxList, dynamic(r, left.valued(), right.valued()), left.show)
	}
	want := right.value
	switch name := left.name; {
	case left.kind == isTrait && want.Kind == Text && r == equal:
		text := want.Text
		return c.leaf(e, cost, func(s Subject, _ orrery.Instant) (verdict, orrery.Instant) {
			v, ok := s.Trait(name)
			return is(ok && v.Kind == Text && v.Text == text), 0
		}, left.show)
	case left.kind == isTrait:
		return c.leaf(e, cost, func(s Subject, _ orrery.Instant) (verdict, orrery.Instant) {
			v, ok := s.Trait(name)
			if !ok || v.Kind != want.Kind {
				return is(ok && r == differs), 0
			}
			if want.Kind == Text {
				return is(r.texts(v.Text, want.Text)), 0
			}
			return is(r.numbers(v.Number, want.Number)), 0
		}, left.show)
	case left.kind == isNumber:
		number, limit := left.number, want.Number
		return c.leaf(e, cost, func(s Subject, _ orrery.Instant) (verdict, orrery.Instant) {
			n, ok := number(s)
			return is(ok && r.numbers(n, limit)), 0
		}, left.show)
	}
	text := left.text
	return c.leaf(e, cost, func(s Subject, _ orrery.Instant) (verdict, orrery.Instant) {
		t, ok := text(s)
		return is(ok && r.texts(t, want.Text)), 0
	}, left.show)
}

// valued reads an operand whose kind may be known only at run time.
func (o operand) valued() func(s Subject) (Value, bool) {
	switch name, number, text := o.name, o.number, o.text; o.kind {
	case isTrait:
		return func(s Subject) (Value, bool) { return s.Trait(name) }
	case isNumber:
		return func(s Subject) (Value, bool) { n, ok := number(s); return NumberOf(n), ok }
	default:
		return func(s Subject) (Value, bool) { t, ok := text(s); return TextOf(t), ok }
	}
}

// dynamic compares two values of which at least one is a trait.
func dynamic(r relation, left, right func(s Subject) (Value, bool)) condition {
	return func(s Subject, _ orrery.Instant) (verdict, orrery.Instant) {
		a, ok := left(s)
		b, also := right(s)
		if !ok || !also {
			return no, 0
		}
		if a.Kind != b.Kind {
			return is(r == differs), 0
		}
		switch a.Kind {
		case Number, Bool:
			return is(r.numbers(a.Number, b.Number)), 0
		case Text:
			return is(r.texts(a.Text, b.Text)), 0
		}
		if len(a.List) > MaxList || len(b.List) > MaxList {
			return dear, 0
		}
		return is((r == equal || r == differs) && slices.Equal(a.List, b.List) == (r == equal)), 0
	}
}
