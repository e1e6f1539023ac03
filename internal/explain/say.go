package explain

import (
	"strconv"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/i18n"
)

// form is how an argument of a line is said.
type form uint8

const (
	coded  form = iota // a code with a sentence of its own: the key is "<name>.<value>"
	named              // a name or an id, in the sentence "and.<name>"
	moment             // a moment, in the sentence "and.<name>"
)

// parts are the arguments of a line in the order in which they are said.
var parts = []struct {
	name string
	form form
}{
	{"touch", coded}, {"event", named}, {"said", named}, {"score", named}, {"order", named}, {"total", named}, {"label", named}, {"class", coded}, {"signal", coded}, {"life", coded}, {"theme", named}, {"identifier", named},
	{"a", named}, {"b", named}, {"product", named}, {"channel", named}, {"audience", named}, {"membership", coded},
	{"destination", named}, {"list", named}, {"push", coded}, {"holding", coded}, {"purpose", named}, {"consent", coded},
	{"polarity", coded}, {"language", named}, {"confidence", named}, {"words", named}, {"condition", named}, {"found", named},
	{"severity", coded}, {"certainty", coded}, {"status", coded}, {"change", coded}, {"decision", coded}, {"sharing", coded},
	{"evidence", coded}, {"assigned", coded}, {"obstacle", coded}, {"limit", named}, {"breaker", coded}, {"demotion", coded},
	{"about", coded}, {"answer", coded}, {"attempt", named}, {"version", named}, {"state", coded}, {"outcome", coded},
	{"release", coded}, {"gate", coded}, {"reason", coded}, {"replace", coded}, {"detail", named}, {"source", named},
	{"for", named}, {"by", named}, {"team", named}, {"teams", named}, {"person", named}, {"since", moment}, {"requested", moment},
	{"accepted", moment}, {"until", moment}, {"open_end", named}, {"due", moment}, {"next", moment}, {"changes", moment},
	{"mark", coded}, {"proof", coded}, {"overtaken", coded}, {"joined", coded},
}

// marks are arguments whose value is a mark: several may stand in one line.
var marks = map[string]bool{"proof": true, "overtaken": true, "joined": true}

// Sentences says the answer in a language, given by any tag: first the answer itself, then each line, with its moment.
func (a *Answer) Sentences(lang string) []string {
	c := i18n.For(lang)
	args := []i18n.Arg{i18n.Text("subject", a.Subject)}
	for k, v := range a.Args {
		args = append(args, i18n.Text(k, v))
	}
	out := []string{c.Say("verdict."+a.Question+"."+a.Verdict, args...)}
	for i := range a.Lines {
		out = append(out, a.Lines[i].say(c))
	}
	return out
}

// lineKey is the key of the first sentence of a line.
func lineKey(code string) string {
	if strings.HasPrefix(code, "line.") {
		return code
	}
	return "fact." + code
}

func (l *Line) say(c *i18n.Catalogue) string {
	if l.At == 0 {
		return l.what(c)
	}
	return c.Say("at", i18n.Text("at", i18n.Moment(l.At.Time()))) + l.what(c)
}

// Say says the line in a language, given by any tag, without its moment.
func (l *Line) Say(lang string) string { return l.what(i18n.For(lang)) }

func (l *Line) what(c *i18n.Catalogue) string {
	var first []i18n.Arg
	if n, err := strconv.Atoi(l.Args["n"]); err == nil {
		first = append(first, i18n.Number("n", n))
	}
	sentences := []string{c.Say(lineKey(l.Code), first...)}
	for _, p := range parts {
		if v := l.Args[p.name]; v != "" {
			sentences = append(sentences, sayPart(c, p.name, p.form, v))
		}
	}
	if len(l.Facts) > 0 {
		sentences = append(sentences, c.Say("and.look", i18n.Text("look", strings.Join(l.Facts, ", "))))
	}
	return c.Join(sentences...)
}

func sayPart(c *i18n.Catalogue, name string, f form, value string) string {
	switch f {
	case coded:
		prefix := name
		if marks[name] {
			prefix = "mark"
		}
		if key := prefix + "." + value; c.Has(key) {
			return c.Say(key)
		}
	case moment:
		var at orrery.Instant
		if at.UnmarshalText([]byte(value)) == nil {
			value = i18n.Moment(at.Time())
		}
	}
	return c.Say("and."+name, i18n.Text(name, value))
}
