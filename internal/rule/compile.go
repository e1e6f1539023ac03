package rule

import (
	"fmt"
	"maps"
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/parser"

	"github.com/orrery-cxm/orrery"
)

// MaxCost is the worst case that one rule may have, in steps of about ten nanoseconds.
const MaxCost = 10_000

// Compile reads one rule. Every error is an *Error.
func Compile(src string, names Names) (*Program, error) {
	env, err := language(names)
	if err != nil {
		return nil, &Error{Line: 1, Column: 1, Say: "the registered names do not fit the language: " + err.Error()}
	}
	parsed, err := parse(env, src)
	if err != nil {
		return nil, err
	}
	tree := parsed.NativeRep()
	c := &compiler{names: names, info: tree.SourceInfo(), reads: newReading()}
	cond, err := c.condition(tree.Expr())
	if err != nil {
		return nil, err
	}
	if err := check(env, parsed); err != nil {
		return nil, err
	}
	if c.cost > MaxCost {
		return nil, &Error{Line: 1, Column: 1, Say: fmt.Sprintf("the rule may take %d steps for one person, and %d are allowed", c.cost, MaxCost),
			Hint: "matches() and exists() cost most: use ==, in or startsWith(), or make it two rules"}
	}
	return &Program{source: src, cond: cond, reads: c.reads.sorted(), cost: c.cost, leaves: c.leaves}, nil
}

// compiler turns one parsed rule into closures, and notes on the way what it reads and costs.
type compiler struct {
	names  Names
	info   *ast.SourceInfo
	reads  *reading
	cost   int
	leaves []leaf
}

// reading collects what a rule asks for.
type reading struct {
	events, traits, names, products, lives map[string]struct{}
	orders, consent, timed                 bool
}

func newReading() *reading {
	set := func() map[string]struct{} { return map[string]struct{}{} }
	return &reading{events: set(), traits: set(), names: set(), products: set(), lives: set()}
}

func (r *reading) sorted() Reads {
	list := func(set map[string]struct{}) []string { return slices.Sorted(maps.Keys(set)) }
	return Reads{Events: list(r.events), Traits: list(r.traits), Names: list(r.names), Products: list(r.products),
		Lives: list(r.lives), Orders: r.orders, Consent: r.consent, Timed: r.timed}
}

// refuse is the error that e is outside the language, or wrong inside it.
func (c *compiler) refuse(e ast.Expr, say, hint string) error {
	line, column := place(c.info, e)
	return &Error{Line: line, Column: column, Say: say, Hint: hint}
}

// text is e as CEL.
func (c *compiler) text(e ast.Expr) string {
	s, err := parser.Unparse(e, c.info, parser.WrapOnColumn(MaxSource))
	if err != nil {
		return ""
	}
	return s
}

// leaf notes e as one condition for Explain.
func (c *compiler) leaf(e ast.Expr, cost int, cond condition, show func(Subject, orrery.Instant) string) condition {
	c.cost += cost
	c.leaves = append(c.leaves, leaf{text: c.text(e), cond: cond, show: show})
	return cond
}

// condition compiles an expression that must answer yes or no.
func (c *compiler) condition(e ast.Expr) (condition, error) {
	switch e.Kind() {
	case ast.CallKind:
		call := e.AsCall()
		switch call.FunctionName() {
		case operators.LogicalAnd, operators.LogicalOr:
			return c.chain(e, call.FunctionName())
		case operators.LogicalNot:
			return c.negation(e, call.Args()[0])
		case operators.Conditional:
			return c.choice(call.Args())
		case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
			return c.comparison(e, call)
		case operators.In:
			return c.membership(e, call)
		}
	case ast.ComprehensionKind:
		return c.quantifier(e)
	case ast.SelectKind:
		if e.AsSelect().IsTestOnly() {
			return c.presence(e)
		}
	}
	o, err := c.operand(e)
	if err != nil {
		return nil, err
	}
	return c.flag(e, o)
}

// flag makes a condition of an operand that stands alone.
func (c *compiler) flag(e ast.Expr, o operand) (condition, error) {
	switch o.kind {
	case isFlag:
		return c.leaf(e, o.cost, o.flag, o.show), nil
	case isTrait:
		name := o.name
		return c.leaf(e, o.cost, func(s Subject, _ orrery.Instant) (verdict, orrery.Instant) {
			v, ok := s.Trait(name)
			return is(ok && v.Kind == Bool && v.Number != 0), 0
		}, o.show), nil
	}
	return nil, c.refuse(e, fmt.Sprintf("%s is %s, not a yes or no", c.text(e), o.kind), o.kind.hint(c.text(e)))
}

// chain compiles a && b && ... or a || b || ..., which the parser hands over as a tree of pairs.
func (c *compiler) chain(e ast.Expr, operator string) (condition, error) {
	var parts []condition
	var walk func(e ast.Expr) error
	walk = func(e ast.Expr) error {
		if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operator {
			for _, arg := range e.AsCall().Args() {
				if err := walk(arg); err != nil {
					return err
				}
			}
			return nil
		}
		cond, err := c.condition(e)
		parts = append(parts, cond)
		return err
	}
	if err := walk(e); err != nil {
		return nil, err
	}
	if operator == operators.LogicalAnd {
		return chained(parts, no), nil
	}
	return chained(parts, yes), nil
}

// chained asks one part after the other until one says stop. As long as that part says so the answer stands, so the
// moments of the parts before it do not matter; when none says so, the first that may change does.
func chained(parts []condition, stop verdict) condition {
	return func(s Subject, now orrery.Instant) (verdict, orrery.Instant) {
		var next orrery.Instant
		for _, part := range parts {
			v, n := part(s, now)
			if v == stop || v == dear {
				return v, n
			}
			next = sooner(next, n)
		}
		return yes - stop, next
	}
}

func not(cond condition) condition {
	return func(s Subject, now orrery.Instant) (verdict, orrery.Instant) {
		v, next := cond(s, now)
		if v == dear {
			return dear, 0
		}
		return yes - v, next
	}
}

// negation keeps a negated leaf one leaf: "did not" is what people want to read.
func (c *compiler) negation(e, inner ast.Expr) (condition, error) {
	before := len(c.leaves)
	cond, err := c.condition(inner)
	if err != nil {
		return nil, err
	}
	cond = not(cond)
	text := c.text(e)
	if bare := c.text(inner); inner.Kind() != ast.CallKind || !isOperator(inner.AsCall()) {
		text = "!" + bare // CEL itself would write !(did("X"))
	}
	c.absorb(text, before, cond)
	return cond, nil
}

// absorb makes the condition that text says the leaf in place of the single leaf that was noted since before.
func (c *compiler) absorb(text string, before int, cond condition) {
	if len(c.leaves) == before+1 {
		c.leaves[before].text, c.leaves[before].cond = text, cond
	}
}

// choice compiles asked ? then : otherwise.
func (c *compiler) choice(args []ast.Expr) (condition, error) {
	var parts [3]condition
	for i, arg := range args {
		cond, err := c.condition(arg)
		if err != nil {
			return nil, err
		}
		parts[i] = cond
	}
	asked, then, otherwise := parts[0], parts[1], parts[2]
	return func(s Subject, now orrery.Instant) (verdict, orrery.Instant) {
		v, next := asked(s, now)
		if v == dear {
			return dear, 0
		}
		chosen := otherwise
		if v == yes {
			chosen = then
		}
		answer, n := chosen(s, now)
		return answer, sooner(next, n)
	}, nil
}

// presence compiles has(traits.x).
func (c *compiler) presence(e ast.Expr) (condition, error) {
	sel := e.AsSelect()
	path, ok := c.traitPath(sel.Operand())
	if !ok {
		return nil, c.refuse(e, "has() asks for a trait", "write has(traits.plan)")
	}
	name := join(path, sel.FieldName())
	c.reads.traits[name] = struct{}{}
	return c.leaf(e, 1, func(s Subject, _ orrery.Instant) (verdict, orrery.Instant) {
		_, ok := s.Trait(name)
		return is(ok), 0
	}, showTrait(name)), nil
}

// boolean is a literal true or false.
func boolean(e ast.Expr) (value, ok bool) {
	if e.Kind() != ast.LiteralKind {
		return false, false
	}
	b, ok := e.AsLiteral().(types.Bool)
	return bool(b), ok
}
