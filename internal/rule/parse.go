package rule

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
)

// Limits of what Compile accepts.
const (
	MaxSource = 4096 // bytes of a rule
	maxDepth  = 48   // brackets inside brackets, and chained operators
)

// language is CEL as this package reads it for one set of names: the words below and the registered names, nothing else.
func language(names Names) (*cel.Env, error) {
	moment, span, text, flag := cel.TimestampType, cel.DurationType, cel.StringType, cel.BoolType
	opts := []cel.EnvOption{
		cel.ClearMacros(),
		cel.Macros(cel.HasMacro, cel.AllMacro, cel.ExistsMacro),
		cel.EnableMacroCallTracking(),
		cel.CrossTypeNumericComparisons(true),
		cel.ParserRecursionLimit(maxDepth),
		cel.ParserErrorRecoveryLimit(4),
		cel.ParserExpressionSizeLimit(MaxSource),
		cel.Variable("traits", cel.MapType(text, cel.DynType)),
		function("count", cel.DynType, 1, 2), // numbers are dyn, so that whole and decimal ones compare
		function("spent", cel.DynType, 1, 1),
		function("did", flag, 1, 2),
		function("viewed", flag, 1, 2),
		function("since_last", flag, 2, 2),
		function("sequence", flag, 3, 4),
		function("abandoned", flag, 3, 4),
		function("life", flag, 1, 1),
		function("consent", flag, 1, 2),
		function("first", moment, 1, 1),
		function("last", moment, 1, 1),
		function("span", span, 1, 1),
		cel.Function("ago", cel.Overload("ago_moment", []*cel.Type{moment}, span)),
	}
	for _, name := range names.all() {
		switch names.kindOf(name) {
		case isMoment:
			opts = append(opts, cel.Variable(name, moment))
		case isText:
			opts = append(opts, cel.Variable(name, text))
		case isFlag:
			opts = append(opts, cel.Variable(name, flag))
		default:
			opts = append(opts, cel.Variable(name, cel.DynType))
		}
	}
	return cel.NewEnv(opts...)
}

// function declares a function of texts for every number of arguments from least to most.
func function(name string, result *cel.Type, least, most int) cel.EnvOption {
	var overloads []cel.FunctionOpt
	for n := least; n <= most; n++ {
		args := make([]*cel.Type, n)
		for i := range args {
			args[i] = cel.StringType
		}
		overloads = append(overloads, cel.Overload(fmt.Sprintf("%s_%d", name, n), args, result))
	}
	return cel.Function(name, overloads...)
}

// parse reads src as CEL. It also refuses what is too long or too deep before the parser works on it.
func parse(env *cel.Env, src string) (*cel.Ast, error) {
	switch {
	case strings.TrimSpace(src) == "":
		return nil, &Error{Line: 1, Column: 1, Say: "the rule is empty", Hint: `write a condition such as traits.plan == "pro", or true for everyone`}
	case len(src) > MaxSource:
		return nil, &Error{Line: 1, Column: 1, Say: fmt.Sprintf("the rule has %d bytes", len(src)),
			Hint: fmt.Sprintf("at most %d are read; make it two rules", MaxSource)}
	case !utf8.ValidString(src):
		return nil, &Error{Line: 1, Column: 1, Say: "the rule is not UTF-8 text", Hint: "save it as UTF-8"}
	}
	if line, column := tooDeep(src); line > 0 {
		return nil, &Error{Line: line, Column: column, Say: fmt.Sprintf("more than %d brackets or negations inside each other", maxDepth),
			Hint: "flatten the rule or make it two"}
	}
	parsed, issues := env.Parse(src)
	if err := firstIssue(issues); err != nil {
		return nil, err
	}
	return parsed, nil
}

// tooDeep finds where brackets or prefix operators nest deeper than maxDepth; 0 when nowhere. It does not know
// strings: text that looks like this is refused too.
func tooDeep(src string) (line, column int) {
	depth, prefix := 0, 0
	line, column = 1, 0
	for _, r := range src {
		column++
		switch r {
		case '\n':
			line, column = line+1, 0
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		}
		if r == '!' || r == '-' {
			prefix++
		} else if r != ' ' {
			prefix = 0
		}
		if depth > maxDepth || prefix > maxDepth {
			return line, column
		}
	}
	return 0, 0
}

// check lets CEL type-check a rule that compiled: what we run is CEL, in every case.
func check(env *cel.Env, parsed *cel.Ast) error {
	checked, issues := env.Check(parsed)
	if err := firstIssue(issues); err != nil {
		return err
	}
	if t := checked.OutputType(); !t.IsExactType(cel.BoolType) && !t.IsExactType(cel.DynType) {
		return &Error{Line: 1, Column: 1, Say: "the rule does not answer yes or no", Hint: "compare it with something"}
	}
	return nil
}

// firstIssue is the first thing CEL complains about, or nil.
func firstIssue(issues *cel.Issues) error {
	if issues.Err() == nil {
		return nil
	}
	first := issues.Errors()[0]
	say := first.Message
	// The parser lists every token it could have gone on with: nobody reads that.
	if cut := strings.Index(say, " expecting {"); cut > 0 {
		say = say[:cut]
	}
	say = strings.TrimPrefix(say, "Syntax error: ")
	hint := "the rule cannot be read here"
	if strings.Contains(say, "'<EOF>'") {
		hint = "the rule ends where more is needed: a value, or a closing bracket"
	}
	return &Error{Line: max(first.Location.Line(), 1), Column: max(first.Location.Column()+1, 1), Say: "this is not CEL: " + say, Hint: hint}
}

// place is where e begins: the first character of everything inside it.
func place(info *ast.SourceInfo, e ast.Expr) (line, column int) {
	if e == nil {
		return 1, 1
	}
	line, column = 0, 0
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(inner ast.Expr) {
		at := info.GetStartLocation(inner.ID())
		if at.Line() < 1 || at.Column() < 0 {
			return
		}
		here := max(at.Column()+1-ahead(inner), 1)
		if line == 0 || at.Line() < line || at.Line() == line && here < column {
			line, column = at.Line(), here
		}
	}))
	return max(line, 1), max(column, 1)
}

// ahead is how many characters of e stand before where the parser says it is, which for a call is its bracket.
func ahead(e ast.Expr) int {
	switch {
	case e.Kind() == ast.SelectKind && e.AsSelect().IsTestOnly():
		return len("has")
	case e.Kind() == ast.CallKind && !e.AsCall().IsMemberFunction():
		if call := e.AsCall(); !isOperator(call) {
			return len(call.FunctionName())
		}
	}
	return 0
}

// isOperator says that call was written as a + b rather than as f(a).
func isOperator(call ast.CallExpr) bool {
	_, ok := operators.FindReverse(call.FunctionName())
	return ok
}
