package rule

import (
	"fmt"
	"math"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/orrery-cxm/orrery"
)

// operandKind is what one side of a comparison is.
type operandKind uint8

const (
	isUnknown operandKind = iota
	isTrait               // known only when asked
	isNumber
	isText
	isFlag
	isMoment
	isAge
	isSpan
	isWindow // a windowed number: count(e, w) or spent(w)
)

func (k operandKind) String() string {
	return [...]string{"nothing", "a trait", "a number", "text", "a yes or no", "a moment", "a length of time",
		"a length of time", "a number"}[k]
}

// hint says how to make a condition of text, which is of kind k.
func (k operandKind) hint(text string) string {
	switch k {
	case isNumber, isWindow:
		return "compare it: " + text + " >= 1"
	case isText:
		return "compare it: " + text + ` == "..."`
	case isMoment:
		return "compare its age: ago(" + text + `) > span("30d")`
	case isAge, isSpan:
		return "compare it: ago(last(\"Signed In\")) > span(\"30d\")"
	}
	return ""
}

// operand is one side of a comparison. Which fields are set follows from kind and fixed.
type operand struct {
	kind  operandKind
	fixed bool   // a literal: number, text, moment or span
	name  string // isTrait: its dotted name
	cost  int

	value  Value          // fixed number or text
	at     orrery.Instant // fixed moment
	span   orrery.Span    // fixed span
	number func(s Subject) (int64, bool)
	text   func(s Subject) (string, bool)
	flag   condition
	moment func(s Subject) orrery.Instant // isMoment, isAge; 0 when there is none
	window func(r relation, limit int64) (condition, string)
	show   func(s Subject, now orrery.Instant) string
}

// operand compiles e as one side of a comparison.
func (c *compiler) operand(e ast.Expr) (operand, error) {
	switch e.Kind() {
	case ast.LiteralKind:
		return c.literal(e, 1)
	case ast.IdentKind, ast.SelectKind:
		return c.named(e)
	case ast.CallKind:
		return c.called(e, e.AsCall())
	case ast.ComprehensionKind:
		cond, err := c.bare(e)
		return operand{kind: isFlag, flag: cond}, err
	case ast.ListKind:
		return operand{}, c.refuse(e, "a list stands only to the right of in", `write traits.country in ["DE", "AT"]`)
	}
	return operand{}, c.refuse(e, "maps and objects are not part of the language", "compare a trait, a name or a count with a text or number")
}

// bare compiles a condition that is part of a larger leaf: its own leaves are not noted.
func (c *compiler) bare(e ast.Expr) (condition, error) {
	before := len(c.leaves)
	cond, err := c.condition(e)
	c.leaves = c.leaves[:before]
	return cond, err
}

// literal compiles a constant; sign is -1 behind a minus.
func (c *compiler) literal(e ast.Expr, sign int64) (operand, error) {
	fixed := operand{kind: isNumber, fixed: true}
	switch v := e.AsLiteral().(type) {
	case types.Int:
		if v > math.MaxInt64/Thousand || v < math.MinInt64/Thousand {
			return operand{}, c.refuse(e, "the number is too large", "the largest is 9223372036854775")
		}
		fixed.value = NumberOf(int64(v) * Thousand * sign)
	case types.Uint:
		if v > math.MaxInt64/Thousand {
			return operand{}, c.refuse(e, "the number is too large", "the largest is 9223372036854775")
		}
		fixed.value = NumberOf(int64(v) * Thousand * sign)
	case types.Double:
		scaled := float64(v) * Thousand
		whole := math.Round(scaled)
		// Up to 2^50 a double tells thousandths apart; what differs from the rounded one has more decimals.
		if math.IsNaN(scaled) || math.Abs(scaled) > 1<<50 || math.Abs(scaled-whole) > math.Abs(scaled)*1e-12 {
			return operand{}, c.refuse(e, "the number is too large or has more than three decimals", "write at most 999999999.999")
		}
		fixed.value = NumberOf(int64(whole) * sign)
	case types.String:
		fixed.kind, fixed.value = isText, TextOf(string(v))
	case types.Bool:
		answer := is(bool(v))
		return operand{kind: isFlag, flag: func(Subject, orrery.Instant) (verdict, orrery.Instant) { return answer, 0 }}, nil
	case types.Null:
		return operand{}, c.refuse(e, "null is not part of the language", "write has(traits.x) or !has(traits.x)")
	default:
		return operand{}, c.refuse(e, "bytes are not part of the language", "write a text in quotes")
	}
	return fixed, nil
}

// named compiles a trait or a registered name.
func (c *compiler) named(e ast.Expr) (operand, error) {
	if path, ok := c.traitPath(e); ok {
		if path == "" {
			return operand{}, c.refuse(e, "traits is all traits at once", "name one: traits.plan")
		}
		return c.trait(path), nil
	}
	name, ok := dotted(e)
	if !ok {
		return operand{}, c.refuse(e, "only traits and registered names have parts", "write traits.plan or a name such as orders.count")
	}
	return c.registered(e, name)
}

func (c *compiler) trait(name string) operand {
	c.reads.traits[name] = struct{}{}
	return operand{kind: isTrait, name: name, cost: 1, show: showTrait(name),
		number: func(s Subject) (int64, bool) {
			v, ok := s.Trait(name)
			return v.Number, ok && v.Kind == Number
		},
		text: func(s Subject) (string, bool) {
			v, ok := s.Trait(name)
			return v.Text, ok && v.Kind == Text
		},
	}
}

// registered compiles one of Names.
func (c *compiler) registered(e ast.Expr, name string) (operand, error) {
	o := operand{kind: c.names.kindOf(name), cost: 1}
	switch o.kind {
	case isUnknown:
		return o, c.refuse(e, fmt.Sprintf("there is no name %q", name), c.suggest(name))
	case isNumber:
		factor := factorOf(c.names.Numbers[name])
		if factor == 0 {
			return o, c.refuse(e, fmt.Sprintf("the name %q is registered without a unit", name), "give it one in rule.Names")
		}
		o.number = func(s Subject) (int64, bool) {
			n, ok := s.Number(name)
			return scale(n, factor), ok
		}
		o.show = showNumber(o.number)
	case isMoment:
		o.moment = func(s Subject) orrery.Instant {
			n, _ := s.Number(name)
			return orrery.Instant(n)
		}
		o.show = showMoment(o.moment)
	case isText:
		o.text = func(s Subject) (string, bool) { return s.Text(name) }
		o.show = func(s Subject, _ orrery.Instant) string { t, _ := s.Text(name); return t }
	case isFlag:
		o.flag = func(s Subject, _ orrery.Instant) (verdict, orrery.Instant) {
			b, ok := s.Flag(name)
			return is(b && ok), 0
		}
	}
	c.reads.names[name] = struct{}{}
	return o, nil
}

// called compiles a function call as an operand.
func (c *compiler) called(e ast.Expr, call ast.CallExpr) (operand, error) {
	switch call.FunctionName() {
	case operators.Negate:
		if arg := call.Args()[0]; arg.Kind() == ast.LiteralKind {
			if o, err := c.literal(arg, -1); err != nil || o.kind == isNumber {
				return o, err
			}
		}
	case operators.Index:
		if path, ok := c.traitPath(e); ok {
			return c.trait(path), nil
		}
		return operand{}, c.refuse(e, "[ ] only names a trait", `write traits["favourite colour"], or exists() for the elements of a list`)
	case operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Modulo:
		return operand{}, c.refuse(e, "arithmetic is not part of the language", "compute the number where it is sent from, and compare the result")
	}
	switch call.FunctionName() {
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional, operators.In,
		operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		cond, err := c.bare(e)
		return operand{kind: isFlag, flag: cond}, err
	}
	return c.function(e, call)
}

// traitPath is the dotted name behind traits; "" for traits itself.
func (c *compiler) traitPath(e ast.Expr) (string, bool) {
	switch e.Kind() {
	case ast.IdentKind:
		return "", e.AsIdent() == "traits"
	case ast.SelectKind:
		if sel := e.AsSelect(); !sel.IsTestOnly() {
			path, ok := c.traitPath(sel.Operand())
			return join(path, sel.FieldName()), ok
		}
	case ast.CallKind:
		if call := e.AsCall(); call.FunctionName() == operators.Index {
			if key, ok := textOf(call.Args()[1]); ok && key != "" {
				path, ok := c.traitPath(call.Args()[0])
				return join(path, key), ok
			}
		}
	}
	return "", false
}

func join(path, field string) string {
	if path == "" {
		return field
	}
	return path + "." + field
}

// dotted is the name that e spells, such as orders.count.
func dotted(e ast.Expr) (string, bool) {
	switch e.Kind() {
	case ast.IdentKind:
		return strings.TrimPrefix(e.AsIdent(), "."), true
	case ast.SelectKind:
		if sel := e.AsSelect(); !sel.IsTestOnly() {
			front, ok := dotted(sel.Operand())
			return front + "." + sel.FieldName(), ok
		}
	}
	return "", false
}

// textOf is a literal text.
func textOf(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	s, ok := e.AsLiteral().(types.String)
	return string(s), ok
}

// factorOf is how many thousandths one of a unit is.
func factorOf(u Unit) int64 {
	switch u {
	case Whole:
		return Thousand
	case Hundredths:
		return 10
	case Thousandths:
		return 1
	}
	return 0
}

// scale multiplies, and stays at the largest number where that would overflow.
func scale(n, factor int64) int64 {
	if most := math.MaxInt64 / factor; n > most {
		return math.MaxInt64
	} else if n < -most {
		return math.MinInt64
	}
	return n * factor
}
