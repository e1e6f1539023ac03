package rule

import (
	"fmt"
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"

	"github.com/orrery-cxm/orrery"
)

// Longest list of a person that a rule looks through; longer ones are ErrCost.
const (
	MaxList      = 256  // elements
	maxListBytes = 4096 // bytes in all of its elements together
)

// wanted is the list behind in, sorted so that long ones are found by halving.
type wanted struct {
	texts   []string
	numbers []int64
}

func (w wanted) text(t string) bool {
	if len(w.texts) <= 8 {
		return slices.Contains(w.texts, t)
	}
	_, found := slices.BinarySearch(w.texts, t)
	return found
}

func (w wanted) number(n int64) bool {
	if len(w.numbers) <= 8 {
		return slices.Contains(w.numbers, n)
	}
	_, found := slices.BinarySearch(w.numbers, n)
	return found
}

// fixedList compiles ["DE", "AT"].
func (c *compiler) fixedList(e ast.Expr) (wanted, error) {
	var w wanted
	for _, element := range e.AsList().Elements() {
		o, err := c.operand(element)
		if err != nil {
			return w, err
		}
		switch {
		case o.fixed && o.kind == isText:
			w.texts = append(w.texts, o.value.Text)
		case o.fixed && o.kind == isNumber:
			w.numbers = append(w.numbers, o.value.Number)
		default:
			return w, c.refuse(element, "a list holds only fixed texts and numbers", `write traits.country in ["DE", "AT"]`)
		}
	}
	slices.Sort(w.texts)
	slices.Sort(w.numbers)
	return w, nil
}

// membership compiles x in [...] and "vip" in traits.tags.
func (c *compiler) membership(e ast.Expr, call ast.CallExpr) (condition, error) {
	left, right := call.Args()[0], call.Args()[1]
	if right.Kind() != ast.ListKind {
		return c.tagged(e, left, right)
	}
	w, err := c.fixedList(right)
	if err != nil {
		return nil, err
	}
	o, err := c.operand(left)
	if err != nil {
		return nil, err
	}
	if o.fixed || o.kind != isTrait && o.kind != isText && o.kind != isNumber {
		return nil, c.refuse(left, fmt.Sprintf("%s cannot be looked for in a list", o.kind), `write traits.country in ["DE", "AT"]`)
	}
	cost := o.cost + (len(w.texts)+len(w.numbers))/8 + 1
	switch name, text, number := o.name, o.text, o.number; o.kind {
	case isTrait:
		return c.leaf(e, cost, func(s Subject, _ orrery.Instant) (verdict, orrery.Instant) {
			v, ok := s.Trait(name)
			return is(ok && (v.Kind == Text && w.text(v.Text) || v.Kind == Number && w.number(v.Number))), 0
		}, o.show), nil
	case isText:
		return c.leaf(e, cost, func(s Subject, _ orrery.Instant) (verdict, orrery.Instant) {
			t, ok := text(s)
			return is(ok && w.text(t)), 0
		}, o.show), nil
	default:
		return c.leaf(e, cost, func(s Subject, _ orrery.Instant) (verdict, orrery.Instant) {
			n, ok := number(s)
			return is(ok && w.number(n)), 0
		}, o.show), nil
	}
}

// tagged compiles "vip" in traits.tags.
func (c *compiler) tagged(e, left, right ast.Expr) (condition, error) {
	want, ok := textOf(left)
	path, isPath := c.traitPath(right)
	if !ok || !isPath || path == "" {
		return nil, c.refuse(e, "in needs a list on its right", `write traits.country in ["DE", "AT"], or "vip" in traits.tags`)
	}
	return c.listed(e, path, false, MaxList, func(text string) verdict { return is(text == want) }), nil
}

// listed asks test of the elements of a trait, until one passes, or for every until one fails.
func (c *compiler) listed(e ast.Expr, path string, every bool, cost int, test textTest) condition {
	c.reads.traits[path] = struct{}{}
	stop := is(!every)
	return c.leaf(e, cost+1, func(s Subject, _ orrery.Instant) (verdict, orrery.Instant) {
		v, ok := s.Trait(path)
		if !ok || v.Kind != List {
			return no, 0
		}
		if len(v.List) > MaxList {
			return dear, 0
		}
		left := maxListBytes
		for _, element := range v.List {
			if left -= len(element); left < 0 {
				return dear, 0
			}
			if answer := test(element); answer == stop || answer == dear {
				return answer, 0
			}
		}
		return yes - stop, 0
	}, showTrait(path))
}

// quantifier compiles traits.tags.exists(t, ...) and all(t, ...), from the call as it was written.
func (c *compiler) quantifier(e ast.Expr) (condition, error) {
	macro, ok := c.info.GetMacroCall(e.ID())
	if !ok || macro.Kind() != ast.CallKind {
		return nil, c.refuse(e, "this loop is not part of the language", `write traits.tags.exists(t, t == "vip")`)
	}
	call := macro.AsCall()
	path, ok := c.traitPath(call.Target())
	if !ok || path == "" || len(call.Args()) != 2 || call.Args()[0].Kind() != ast.IdentKind {
		return nil, c.refuse(e, call.FunctionName()+"() is asked of a trait that holds a list", `write traits.tags.exists(t, t == "vip")`)
	}
	test, cost, err := c.element(call.Args()[1], call.Args()[0].AsIdent())
	if err != nil {
		return nil, err
	}
	return c.listed(e, path, call.FunctionName() == operators.All, MaxList+cost*(maxListBytes/maxMatched), test), nil
}

// element compiles the condition inside exists or all, where variable is the element. cost is of one element.
func (c *compiler) element(e ast.Expr, variable string) (textTest, int, error) {
	outside := c.refuse(e, fmt.Sprintf("inside exists() and all() only %s itself is asked about", variable),
		fmt.Sprintf(`write %s == "vip", %s.startsWith("v") or %s in ["vip", "press"], joined by &&, || and !`, variable, variable, variable))
	if e.Kind() != ast.CallKind {
		return nil, 0, outside
	}
	isVariable := func(e ast.Expr) bool { return e.Kind() == ast.IdentKind && e.AsIdent() == variable }
	call := e.AsCall()
	args := call.Args()
	switch name := call.FunctionName(); name {
	case operators.LogicalAnd, operators.LogicalOr:
		return c.elements(args, variable, is(name == operators.LogicalOr))
	case operators.LogicalNot:
		inner, cost, err := c.element(args[0], variable)
		if err != nil {
			return nil, 0, err
		}
		return func(text string) verdict {
			if answer := inner(text); answer != dear {
				return yes - answer
			}
			return dear
		}, cost, nil
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		r := relationOf(name)
		if want, ok := textOf(args[1]); ok && isVariable(args[0]) {
			return func(text string) verdict { return is(r.texts(text, want)) }, 1, nil
		}
		if want, ok := textOf(args[0]); ok && isVariable(args[1]) {
			return func(text string) verdict { return is(r.mirrored().texts(text, want)) }, 1, nil
		}
	case operators.In:
		if isVariable(args[0]) && args[1].Kind() == ast.ListKind {
			w, err := c.fixedList(args[1])
			return func(text string) verdict { return is(w.text(text)) }, 1 + len(w.texts)/8, err
		}
	case "startsWith", "endsWith", "contains", "matches":
		if call.IsMemberFunction() && isVariable(call.Target()) {
			return c.textFunction(e, call)
		}
	}
	return nil, 0, outside
}

// elements compiles a && b and a || b inside exists or all.
func (c *compiler) elements(args []ast.Expr, variable string, stop verdict) (textTest, int, error) {
	first, cost, err := c.element(args[0], variable)
	if err != nil {
		return nil, 0, err
	}
	second, more, err := c.element(args[1], variable)
	if err != nil {
		return nil, 0, err
	}
	return func(text string) verdict {
		if answer := first(text); answer == stop || answer == dear {
			return answer
		}
		return second(text)
	}, cost + more, nil
}
