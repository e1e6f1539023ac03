package protect

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/orrery-cxm/orrery"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func markdown(rows []Row) string {
	var b strings.Builder
	b.WriteString("| State |")
	for _, r := range rows {
		if r.State == rows[0].State {
			fmt.Fprintf(&b, " %s |", r.Class)
		}
	}
	b.WriteString("\n|" + strings.Repeat("---|", 1+len(orrery.Classes)+1))
	state := ""
	for _, r := range rows {
		if r.State != state {
			state = r.State
			fmt.Fprintf(&b, "\n| %s |", state)
		}
		fmt.Fprintf(&b, " %s |", cell(r.Answer))
	}
	return b.String() + "\n"
}

func cell(a orrery.Answer) string {
	if a.Verdict == orrery.Allow {
		return "allow"
	}
	s := fmt.Sprintf("%s `%s`", a.Verdict, strings.TrimPrefix(a.Reason, "gate."))
	if a.Until != 0 {
		s += " " + orrery.Span(a.Until-tableNow).String()
	}
	if a.Replace != "" {
		s += " (rather " + string(a.Replace) + ")"
	}
	return s
}

func TestTheGateIsTheTableThatWasAgreed(t *testing.T) {
	got := markdown(Table())
	const name = "testdata/gate.golden.md"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("reading the agreed table: %v (write it with -update)", err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("the gate no longer answers as agreed; if that is meant, run with -update and have the table reviewed (-agreed +now):\n%s", d)
	}
}

// Every line of the gate, and the rule that what comes too late is dropped, must show in the table: a table that stays
// the same without one of them would not notice its loss.
func TestTheTableNoticesEveryLineThatIsTakenOut(t *testing.T) {
	whole := markdown(Table())
	for l := LineConsent; l <= lineUseless; l++ {
		p := DefaultPolicy()
		p.off = 1 << l
		if got := markdown(tableOf(p)); got == whole {
			t.Errorf("the table is the same without line %d: add a state that shows what the line is for", l)
		}
	}
}

func TestEveryReasonIsExplainedOnceAndEveryAnswerHasOne(t *testing.T) {
	known := map[string]bool{}
	for _, r := range Reasons() {
		if known[r.Code] || r.Say == "" {
			t.Errorf("reason %s is listed twice or says nothing", r.Code)
		}
		known[r.Code] = true
	}
	for _, r := range Table() {
		if !known[r.Answer.Reason] {
			t.Errorf("%s in state %q is answered with %q, which Reasons does not explain", r.Class, r.State, r.Answer.Reason)
		}
	}
}

func TestLegalAndSafetyPassInEveryStateAndServiceInAllButOne(t *testing.T) {
	for _, r := range Table() {
		switch r.Class {
		case orrery.Legal, orrery.Safety:
		case orrery.Service:
			if r.State == "names an unconfirmed event" {
				continue
			}
		default:
			continue
		}
		if r.Answer.Verdict != orrery.Allow {
			t.Errorf("%s in state %q is answered %s: a person would not get what they need", r.Class, r.State, r.Answer.Verdict)
		}
	}
}

// What the brand wants from a person is barred in the very same states, whichever way it takes.
func TestNoWayLeadsAroundTheStateOfThePerson(t *testing.T) {
	verdicts := map[string]map[orrery.Class]orrery.Answer{}
	for _, r := range Table() {
		if verdicts[r.State] == nil {
			verdicts[r.State] = map[orrery.Class]orrery.Answer{}
		}
		verdicts[r.State][r.Class] = r.Answer
	}
	lines := map[string]Line{}
	for _, r := range Reasons() {
		lines[r.Code] = r.Line
	}
	for state, by := range verdicts {
		a := by[orrery.Commercial]
		if l := lines[a.Reason]; a.Verdict == orrery.Allow || l < LineRestriction || l > LineRest {
			continue
		}
		for _, c := range []orrery.Class{orrery.SurveyClass, orrery.Favour, orrery.Advertisement} {
			if by[c].Verdict == orrery.Allow {
				t.Errorf("in state %q commercial is barred by %s, but %s passes", state, a.Reason, c)
			}
		}
	}
}
