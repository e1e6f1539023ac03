package eval

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// three messages of a made-up blind set; the annotators differ in the polarity and the intents of the last.
var blindFiles = map[string]string{
	"messages-en.jsonl": `{"id":"en-1","text":"worst service ever, nobody answers, I want my money back","channel":"x","slices":["plain"]}
{"id":"en-2","text":"thank you so much, wonderful crew. Reach me at ann@example.com","channel":"email","slices":["praise"]}
`,
	"messages-zh.jsonl": `{"id":"hans-1","text":"我奶奶上周去世了，请帮我取消预订","channel":"","slices":["life"]}
`,
	"labels-a.jsonl": `{"id":"en-1","polarity":"negative","intents":["complaint","request"],"emotion":"anger","urgent":false,"hold":true,"life":[],"risks":[],"pii":[]}
{"id":"en-2","polarity":"positive","intents":["praise"],"emotion":"gratitude","urgent":false,"hold":false,"life":[],"risks":[],"pii":[{"kind":"email","text":"ann@example.com"}]}
{"id":"hans-1","polarity":"neutral","intents":["request"],"emotion":"sadness","urgent":false,"hold":false,"life":[{"event":"bereavement","who":"family","when":"recent"}],"risks":[],"pii":[]}
`,
	"labels-b.jsonl": `{"id":"en-1","polarity":"negative","intents":["complaint"],"emotion":"anger","urgent":false,"hold":true,"life":[],"risks":[],"pii":[]}
{"id":"en-2","polarity":"positive","intents":["praise"],"emotion":"gratitude","urgent":false,"hold":false,"life":[],"risks":[],"pii":[{"kind":"email","text":"ann@example.com."}]}
{"id":"hans-1","polarity":"negative","intents":["cancellation"],"emotion":"sadness","urgent":true,"hold":false,"life":[{"event":"bereavement","who":"family","when":"planned"}],"risks":[],"pii":[]}
`,
}

func blindWith(t *testing.T, change map[string]string) string {
	t.Helper()
	all := map[string]string{}
	for n, c := range blindFiles {
		all[n] = c
	}
	for n, c := range change {
		all[n] = c
	}
	return files(t, all)
}

func TestOnlyWhatBothAnnotatorsSayIsMeasured(t *testing.T) {
	b, err := FindBlind(blindWith(t, map[string]string{"labels-b.jsonl": strings.ReplaceAll(blindFiles["labels-b.jsonl"], "example.com.", "example.com")}))
	if err != nil {
		t.Fatal(err)
	}
	sets := map[string]Set{}
	for _, s := range b.Sets() {
		sets[s.Name+"/"+string(s.Task)] = s
	}
	row := func(set, begins string) Row {
		t.Helper()
		for _, r := range sets[set].Rows {
			if strings.HasPrefix(r.Text, begins) {
				return r
			}
		}
		t.Fatalf("%s asks no row that begins with %q", set, begins)
		return Row{}
	}
	if n := len(sets["blind/polarity"].Rows); n != 2 {
		t.Errorf("they agree on the polarity of two messages, %d are asked", n)
	}
	if r := row("blind/intents", "worst"); len(r.Golds) != 1 || r.Golds[0] != "complaint" || len(r.Open) != 1 || r.Open[0] != "request" {
		t.Errorf("one says complaint and request, the other complaint: %+v", r)
	}
	if r := row("blind/life events", "我奶奶"); len(r.Life) != 1 || r.Life[0] != (Event{Event: "bereavement", Who: "family"}) {
		t.Errorf("they agree on a bereavement in the family and not on when: %+v", r)
	}
	if !row("blind/hold", "thank").Praise || row("blind/hold", "我奶奶").Praise {
		t.Error("thanks are praise and a bereavement is not")
	}
	if len(sets["blind writing hans/emotion"].Rows) != 1 || len(sets["blind script han/emotion"].Rows) != 1 {
		t.Error("the writings and scripts are not told apart")
	}
	e := engine(t)
	for _, s := range []string{"blind/polarity", "blind/hold", "blind/personal"} {
		set := sets[s]
		if r, _ := Measure(e, &set); r.Accuracy.Value != 1 {
			t.Errorf("%s: plain messages are judged %v right: %+v", s, r.Accuracy, r.Classes)
		}
	}
}

func TestPersonalDataCountsOnlyWhereItStands(t *testing.T) {
	row := Row{Text: "write to ann@example.com, not to my office", Golds: []string{"email"}}
	for span, want := range map[string]float64{"ann@example.com": 1, "my office": 0} {
		row.Spans = []Span{{Kind: "email", Text: span}}
		r, _ := Measure(engine(t), &Set{Name: "x", Task: Personal, Rows: []Row{row}})
		if c := r.Classes[0]; c.Precision.Value != want || c.Recall.Value != want {
			t.Errorf("the address stands at %q: precision %v, recall %v, want %v", span, c.Precision.Value, c.Recall.Value, want)
		}
	}
}

func TestKappaIsAgreementBeyondChance(t *testing.T) {
	var p pairs
	for range 20 {
		p.add("yes", "yes")
	}
	for range 15 {
		p.add("no", "no")
	}
	for range 5 {
		p.add("yes", "no")
	}
	for range 10 {
		p.add("no", "yes")
	}
	if a := p.agreement("x"); a.Kappa != 0.4 || a.Agree != 0.7 { // the example of Cohen's table
		t.Errorf("20 and 15 alike, 5 and 10 not: %+v, want kappa 0.4", a)
	}
}

func TestLabelsOutsideTheGuidelinesAreNamed(t *testing.T) {
	for what, change := range map[string][2]string{
		"polarity is one of": {`"polarity":"neutral"`, `"polarity":"sad"`}, "intents is one of": {`["praise"]`, `["thanks"]`}, "does not stand in the message": {"ann@example.com", "bob@example.com"},
		"no message is called": {`"id":"hans-1"`, `"id":"hans-9"`}, "unknown field": {`"hold"`, `"holds"`}, "when is one of": {`"recent"`, `"now"`},
	} {
		dir := blindWith(t, map[string]string{"labels-a.jsonl": strings.ReplaceAll(blindFiles["labels-a.jsonl"], change[0], change[1])})
		if _, err := FindBlind(dir); err == nil || !strings.Contains(err.Error(), what) || !strings.Contains(err.Error(), "labels-a.jsonl:") {
			t.Errorf("%s instead of %s: %v", change[1], change[0], err)
		}
	}
	if _, err := FindBlind(blindWith(t, map[string]string{"labels-a.jsonl": strings.SplitAfter(blindFiles["labels-a.jsonl"], "\n")[0]})); err == nil || !strings.Contains(err.Error(), "2 messages have no labels") {
		t.Errorf("two messages have no labels: %v", err)
	}
}

func TestABlindSetThatIsNotLabelledYetIsNotMeasured(t *testing.T) {
	dir := blindWith(t, nil)
	if err := os.Remove(filepath.Join(dir, "labels-b.jsonl")); err != nil {
		t.Fatal(err)
	}
	r, _, err := Run(engine(t), dir)
	if err != nil || len(r.Results) != 0 || !strings.Contains(strings.Join(r.Absent, " "), "labels-b.jsonl") {
		t.Errorf("one annotator is not done: %v %v, %v", r.Results, r.Absent, err)
	}
}

func TestAChangeOfTheBlindSetNeedsANote(t *testing.T) {
	dir := blindWith(t, map[string]string{"README.md": "# x\n\n## Notes\n\n"})
	hash, digest, err := Fixed(dir)
	if err == nil {
		t.Fatal("there is no HASH and nothing was said")
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("HASH", hash)
	if _, _, err := Fixed(dir); err == nil || !strings.Contains(err.Error(), digest) {
		t.Errorf("there is no note: %v", err)
	}
	write("README.md", "# x\n\n## Notes\n\n2026-01-01 "+digest+" first form\n")
	if _, _, err := Fixed(dir); err != nil {
		t.Errorf("fixed and noted: %v", err)
	}
	write("messages-zh.jsonl", blindFiles["messages-zh.jsonl"]+" ")
	if _, _, err := Fixed(dir); err == nil || !strings.Contains(err.Error(), "is not the one that HASH fixes") {
		t.Errorf("a message changed: %v", err)
	}
}
