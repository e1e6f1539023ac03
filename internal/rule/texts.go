package rule

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"cel.dev/cel-go/common/ast"

	"github.com/orrery-cxm/orrery"
)

// Longest texts that a rule looks through; longer ones are ErrCost.
const (
	maxMatched   = 256  // bytes of a text for matches()
	maxContained = 4096 // bytes of a text for contains()
	maxPattern   = 200  // bytes of a pattern
)

// textTest asks something about one text.
type textTest func(text string) verdict

// textFunction compiles the test of call, which is one of startsWith, endsWith, contains and matches.
func (c *compiler) textFunction(e ast.Expr, call ast.CallExpr) (textTest, int, error) {
	name := call.FunctionName()
	if !call.IsMemberFunction() || len(call.Args()) != 1 {
		return nil, 0, c.refuse(e, name+"() is asked of one text, with one text", fmt.Sprintf(`write traits.plan.%s("pro")`, name))
	}
	want, ok := textOf(call.Args()[0])
	if !ok {
		return nil, 0, c.refuse(call.Args()[0], name+"() needs a fixed text", fmt.Sprintf(`write %s("pro")`, name))
	}
	switch name {
	case "startsWith":
		return func(text string) verdict { return is(strings.HasPrefix(text, want)) }, 2, nil
	case "endsWith":
		return func(text string) verdict { return is(strings.HasSuffix(text, want)) }, 2, nil
	case "contains":
		return func(text string) verdict {
			if len(text) > maxContained {
				return dear
			}
			return is(strings.Contains(text, want))
		}, 100, nil
	}
	return c.pattern(call.Args()[0], want)
}

// pattern compiles matches(). The cost of RE2 is its size times the length of the text.
func (c *compiler) pattern(e ast.Expr, want string) (textTest, int, error) {
	if len(want) > maxPattern {
		return nil, 0, c.refuse(e, fmt.Sprintf("the pattern has %d bytes", len(want)), fmt.Sprintf("at most %d are read", maxPattern))
	}
	parsed, err := syntax.Parse(want, syntax.Perl)
	if err != nil {
		return nil, 0, c.refuse(e, "the pattern is not RE2: "+err.Error(), "RE2 has no look-around and no back-references")
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil, 0, c.refuse(e, "the pattern cannot be compiled: "+err.Error(), "")
	}
	compiled, err := regexp.Compile(want)
	if err != nil {
		return nil, 0, c.refuse(e, "the pattern is not RE2: "+err.Error(), "")
	}
	return func(text string) verdict {
		if len(text) > maxMatched {
			return dear
		}
		return is(compiled.MatchString(text))
	}, len(program.Inst) * maxMatched / 10, nil
}

// asked compiles a text function of a trait or a name.
func (c *compiler) asked(e ast.Expr, call ast.CallExpr) (operand, error) {
	test, cost, err := c.textFunction(e, call)
	if err != nil {
		return operand{}, err
	}
	o, err := c.operand(call.Target())
	if err != nil {
		return operand{}, err
	}
	if o.text == nil {
		return operand{}, c.refuse(e, fmt.Sprintf("%s() is asked of text, and this is %s", call.FunctionName(), o.kind), `write traits.plan.startsWith("pro")`)
	}
	text := o.text
	return operand{kind: isFlag, cost: o.cost + cost, show: o.show,
		flag: func(s Subject, _ orrery.Instant) (verdict, orrery.Instant) {
			t, ok := text(s)
			if !ok {
				return no, 0
			}
			return test(t), 0
		}}, nil
}
