package explain

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/i18n"
	"github.com/orrery-cxm/orrery/internal/protect"
)

// constants reads the string constants of the group in a package that holds the constant named first, so that a new one
// in the group is seen without being listed here.
func constants(t *testing.T, dir, first string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.CONST {
				if values := groupWith(g, first); values != nil {
					return values
				}
			}
		}
	}
	t.Fatalf("%s has no constant %s any more: tell this test where its group is", dir, first)
	return nil
}

func groupWith(g *ast.GenDecl, first string) []string {
	var values []string
	found := false
	for _, s := range g.Specs {
		v := s.(*ast.ValueSpec)
		for i, name := range v.Names {
			found = found || name.Name == first
			if i < len(v.Values) {
				if lit, ok := v.Values[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
					text, _ := strconv.Unquote(lit.Value) // a literal of the parser
					values = append(values, text)
				}
			}
		}
	}
	if !found {
		return nil
	}
	return values
}

func TestEveryCodeHasASentence(t *testing.T) {
	codes := map[string][]string{
		"change":    append(constants(t, "../desk", "Resolved"), append(constants(t, "../protect", "LifeConfirmed"), "shared")...),
		"about":     append(constants(t, "../desk", "AboutComplaint"), constants(t, "../protect", "aboutBounce")...),
		"answer":    constants(t, "../desk", "Yes"),
		"obstacle":  constants(t, "../identify", "NoEvidence"),
		"demotion":  constants(t, "../identify", "Blocked"),
		"breaker":   constants(t, "../identify", "BySource"),
		"assigned":  constants(t, "../identify", "becauseSeen"),
		"holding":   constants(t, "../..", "HoldCase"),
		"life":      constants(t, "../..", "Bereavement"),
		"class":     constants(t, "../..", "Legal"),
		"signal":    constants(t, "../..", "IntentComplaint"),
		"release":   {"satisfied_and_rested", "dismissed", "expired", "rejected", "by_staff", "case_opened"},
		"reason":    {"rule", "policy", "merge", "identifiers", "erased", "act.too_many_held"},
		"push":      {orrery.PushAdd.String(), orrery.PushRemove.String()},
		"certainty": {certainty(orrery.Inferred), certainty(orrery.Declared), certainty(orrery.Verified)},
		"replace":   {string(orrery.Recovery)},
		"outcome":   {"requested"},
	}
	add := func(prefix string, v interface{ String() string }) { codes[prefix] = append(codes[prefix], v.String()) }
	for _, r := range protect.Reasons() {
		codes["reason"] = append(codes["reason"], r.Code)
	}
	for s := orrery.IntentHeld; s <= orrery.IntentExpired; s++ {
		add("state", s)
		add("verdict.intent", s)
	}
	for o := orrery.Accepted; o <= orrery.OutcomeStale; o++ {
		add("outcome", o)
		add("verdict.push", o)
		add("verdict.notice", o)
	}
	for v := orrery.Allow; v <= orrery.Drop; v++ {
		add("gate", v)
	}
	for k := orrery.Together; k <= orrery.SliceOf; k++ {
		add("evidence", k)
	}
	for k := orrery.Track; k <= orrery.SentTouch; k++ {
		add("touch", k)
	}
	for s := orrery.Low; s <= orrery.High; s++ {
		add("severity", s)
	}
	for c := orrery.ConsentUnknown; c <= orrery.Refused; c++ {
		add("consent", c)
	}
	for p := orrery.Negative; p <= orrery.Mixed; p++ {
		add("polarity", p)
	}
	codes["fact"] = engine.FactNames()
	for prefix, list := range codes {
		if len(list) == 0 {
			t.Errorf("no code was found for %s: the walk is broken", prefix)
		}
		for _, code := range list {
			if !i18n.For("en").Has(prefix + "." + code) {
				t.Errorf("nothing is said for %s.%s: add it to the catalogues of internal/i18n", prefix, code)
			}
		}
	}
}

func TestTheEnglishReasonsAreTheGatesOwn(t *testing.T) {
	for _, r := range protect.Reasons() {
		if got := i18n.For("en").Say("reason." + r.Code); got != r.Say {
			t.Errorf("%s: the catalogue says %q, the gate says %q", r.Code, got, r.Say)
		}
	}
}

func TestEveryPartOfALineHasASentence(t *testing.T) {
	for _, p := range parts {
		if p.form != coded && !i18n.For("en").Has("and."+p.name) {
			t.Errorf("nothing is said for and.%s", p.name)
		}
	}
}

func TestEveryReasonOfTheGateIsSaidInEveryLanguage(t *testing.T) {
	for _, lang := range i18n.Languages {
		for _, r := range protect.Reasons() {
			a := args{}
			ofAnswer(a, orrery.Answer{Verdict: orrery.HoldIt, Reason: r.Code})
			said := (&Answer{Question: "intent", Verdict: "held", Subject: "int_x", Lines: []Line{{Code: "intent.offered", Args: a}}}).Sentences(lang)
			if want := i18n.For(lang).Say("reason." + r.Code); !strings.Contains(said[1], want) || strings.Contains(said[1], r.Code) {
				t.Errorf("%s: %s is not explained: %q", lang, r.Code, said[1])
			}
		}
	}
}
