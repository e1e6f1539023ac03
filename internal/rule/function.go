package rule

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/common/ast"

	"github.com/orrery-cxm/orrery"
)

// function compiles a call of one of the language's functions.
func (c *compiler) function(e ast.Expr, call ast.CallExpr) (operand, error) {
	switch call.FunctionName() {
	case "startsWith", "endsWith", "contains", "matches":
		return c.asked(e, call)
	case "size":
		return c.size(e, call)
	case "ago":
		return c.ago(e, call)
	}
	if call.IsMemberFunction() {
		return operand{}, c.refuse(e, fmt.Sprintf("%s() is not part of the language", call.FunctionName()), insteadOf(call.FunctionName()))
	}
	switch call.FunctionName() {
	case "count":
		return c.count(e, call)
	case "did":
		return c.did(e, call)
	case "since_last":
		return c.sinceLast(e, call)
	case "sequence":
		return c.sequence(e, call)
	case "abandoned":
		return c.abandoned(e, call)
	case "viewed":
		return c.viewed(e, call)
	case "spent":
		return c.spent(e, call)
	case "first", "last":
		return c.moment(e, call)
	case "span", "timestamp":
		return c.fixedTime(e, call)
	case "life":
		return c.life(e, call)
	case "consent":
		return c.consent(e, call)
	}
	return operand{}, c.refuse(e, fmt.Sprintf("there is no function %s()", call.FunctionName()), insteadOf(call.FunctionName()))
}

// insteadOf names the way to say what people look for in functions that CEL or other languages have.
func insteadOf(name string) string {
	switch name {
	case "duration":
		return `write span("30d")`
	case "now", "getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getHours", "getMinutes":
		return `write ago(last("Signed In")) > span("30d")`
	case "lowerAscii", "upperAscii", "lower", "upper":
		return `write matches("(?i)^pro$")`
	case "map", "filter", "exists_one":
		return "use exists() or all()"
	case "int", "uint", "double", "string", "bool", "dyn", "type":
		return "values are compared as they came; there are no conversions"
	}
	return "the functions are count, did, since_last, sequence, abandoned, viewed, spent, first, last, ago, span, timestamp, " +
		"life, consent, size, has, startsWith, endsWith, contains, matches, exists, all"
}

// texts is the arguments of a call, which must be least to most fixed texts, the first of them not empty.
func (c *compiler) texts(e ast.Expr, call ast.CallExpr, usage string, least, most int) ([]string, error) {
	if len(call.Args()) < least || len(call.Args()) > most {
		return nil, c.refuse(e, fmt.Sprintf("%s() with %d arguments means nothing", call.FunctionName(), len(call.Args())), "write "+usage)
	}
	texts := make([]string, 0, most)
	for i, arg := range call.Args() {
		text, ok := textOf(arg)
		if !ok {
			return nil, c.refuse(arg, call.FunctionName()+"() needs fixed texts", "write "+usage)
		}
		if i == 0 && text == "" && !(call.FunctionName() == "count" && len(call.Args()) == 1) {
			return nil, c.refuse(arg, call.FunctionName()+"() needs a name", "write "+usage)
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// spans reads the texts from the first one on as lengths of time.
func (c *compiler) spans(call ast.CallExpr, texts []string, first int) ([]orrery.Span, error) {
	var spans []orrery.Span
	for i := first; i < len(texts); i++ {
		d, err := parseSpan(texts[i])
		if err != nil {
			return nil, c.refuse(call.Args()[i], fmt.Sprintf("%q is no length of time", texts[i]), errSpan.Error())
		}
		spans = append(spans, d)
	}
	return spans, nil
}

// size compiles the number of elements of a list.
func (c *compiler) size(e ast.Expr, call ast.CallExpr) (operand, error) {
	const usage = "write size(traits.tags)"
	of := call.Target()
	switch {
	case call.IsMemberFunction() && len(call.Args()) == 0:
	case !call.IsMemberFunction() && len(call.Args()) == 1:
		of = call.Args()[0]
	default:
		return operand{}, c.refuse(e, "size() is asked of one trait", usage)
	}
	path, ok := c.traitPath(of)
	if !ok || path == "" {
		return operand{}, c.refuse(e, "size() is asked of a trait that holds a list", usage)
	}
	o := c.trait(path)
	return operand{kind: isNumber, cost: o.cost, show: o.show, number: func(s Subject) (int64, bool) {
		v, ok := s.Trait(path)
		return int64(len(v.List)) * Thousand, ok && v.Kind == List
	}}, nil
}

// fixedTime compiles span("30d") and timestamp("...").
func (c *compiler) fixedTime(e ast.Expr, call ast.CallExpr) (operand, error) {
	usage := `span("30d")`
	if call.FunctionName() == "timestamp" {
		usage = `timestamp("2026-01-01T00:00:00Z")`
	}
	texts, err := c.texts(e, call, usage, 1, 1)
	if err != nil {
		return operand{}, err
	}
	if call.FunctionName() == "span" {
		spans, err := c.spans(call, texts, 0)
		if err != nil {
			return operand{}, err
		}
		return operand{kind: isSpan, fixed: true, span: spans[0]}, nil
	}
	t, err := time.Parse(time.RFC3339, texts[0])
	if err != nil || t.Year() < 1 {
		return operand{}, c.refuse(e, fmt.Sprintf("%q is no moment", texts[0]), "write "+usage)
	}
	at := orrery.InstantOf(t)
	return operand{kind: isMoment, fixed: true, at: at, moment: func(Subject) orrery.Instant { return at }}, nil
}

// life compiles life("engagement"): it ends by itself.
func (c *compiler) life(e ast.Expr, call ast.CallExpr) (operand, error) {
	texts, err := c.texts(e, call, `life("engagement")`, 1, 1)
	if err != nil {
		return operand{}, err
	}
	kind := texts[0]
	if err := c.known(call.Args()[0], "life event", kind, c.names.Lives); err != nil {
		return operand{}, err
	}
	c.reads.lives[kind] = struct{}{}
	c.reads.timed = true
	return operand{kind: isFlag, cost: 2, flag: func(s Subject, now orrery.Instant) (verdict, orrery.Instant) {
		active, until := s.Life(kind)
		if !active || until != 0 && now >= until {
			return no, 0
		}
		return yes, until
	}, show: func(s Subject, _ orrery.Instant) string {
		if active, until := s.Life(kind); active && until != 0 {
			return "until " + until.String()
		}
		return ""
	}}, nil
}

// consent compiles consent("marketing", "email").
func (c *compiler) consent(e ast.Expr, call ast.CallExpr) (operand, error) {
	texts, err := c.texts(e, call, `consent("marketing", "email")`, 1, 2)
	if err != nil {
		return operand{}, err
	}
	purpose, channel := texts[0], string(orrery.AnyChannel)
	if err := c.known(call.Args()[0], "purpose", purpose, c.names.Purposes); err != nil {
		return operand{}, err
	}
	if len(texts) == 2 && texts[1] != channel {
		channel = texts[1]
		if err := c.known(call.Args()[1], "channel", channel, c.names.Channels); err != nil {
			return operand{}, err
		}
	}
	c.reads.consent = true
	return operand{kind: isFlag, cost: 5, flag: func(s Subject, _ orrery.Instant) (verdict, orrery.Instant) {
		return is(s.Consent(purpose, channel)), 0
	}}, nil
}

// known refuses a word that is not among those that are given.
func (c *compiler) known(e ast.Expr, what, word string, words []string) error {
	if len(words) == 0 || slices.Contains(words, word) {
		return nil
	}
	return c.refuse(e, fmt.Sprintf("there is no %s %q", what, word), "there are "+strings.Join(words, ", "))
}
