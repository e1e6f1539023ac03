package eval

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery/internal/listen"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestFiguresAreWhatTheirNamesSay(t *testing.T) {
	rows := []judged{{gold: "a", said: "a", conf: 0.95}, {gold: "a", said: "b", conf: 0.85}, {gold: "b", said: "b", conf: 0.75}, {gold: "b", said: "b", conf: 0.65}}
	if got := accuracy(rows); !near(got, 0.75) {
		t.Errorf("3 of 4 right: accuracy %v", got)
	}
	// a: precision 1, recall 1/2, F1 2/3; b: precision 2/3, recall 1, F1 4/5
	if got := macroF1(rows); !near(got, (2.0/3+4.0/5)/2) {
		t.Errorf("macro-F1 %v", got)
	}
	if got := calibration(rows); !near(got, (0.05+0.85+0.25+0.35)/4) {
		t.Errorf("calibration error %v", got)
	}
	if got := correlation([]judged{{x: 1, y: 2}, {x: 2, y: 4}, {x: 3, y: 6}}); !near(got, 1) {
		t.Errorf("a straight line correlates by %v", got)
	}
}

func TestTheIntervalHoldsTheValueAndIsRepeatable(t *testing.T) {
	var rows []judged
	for i := range 200 {
		r := judged{gold: "a", said: "a", conf: 0.9}
		if i%4 == 0 {
			r.said = "b"
		}
		rows = append(rows, r)
	}
	f := boot(rows, accuracy)
	if f.Value != 0.75 || f.Low >= 0.75 || f.High <= 0.75 || f.High-f.Low > 0.2 {
		t.Errorf("three quarters of 200 are right: %+v", f)
	}
	if again := boot(rows, accuracy); again != f {
		t.Errorf("the same rows gave %+v and then %+v", f, again)
	}
}

func TestDuplicatesAreMeasuredOnce(t *testing.T) {
	long := "the quick brown fox jumps over the lazy dog while nine other animals watch from afar"
	s := Set{Rows: []Row{{Text: "Great service!"}, {Text: "great service"}, {Text: "@one great service http://x"}, {Text: "bad service"}, {Text: long},
		{Text: "RT @someone " + long + " http://y"}, {Text: "客服很好"}, {Text: "客服很差"}}}
	s.dedupe()
	if len(s.Rows) != 5 || s.Dups != 3 {
		t.Errorf("kept %d and removed %d; want 5 and 3: %+v", len(s.Rows), s.Dups, s.Rows)
	}
}

func TestOwnSetsAreReadAndMeasured(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "own"), 0o755); err != nil {
		t.Fatal(err)
	}
	rows := "negative\tworst service ever, nobody answers and I want my money back\npositive\tthank you so much, wonderful crew\n"
	if err := os.WriteFile(filepath.Join(dir, "own", "hold.mine.tsv"), []byte(rows), 0o644); err != nil {
		t.Fatal(err)
	}
	e, err := listen.New(listen.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(e, dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Results) != 1 || r.Results[0].Accuracy.Value != 1 || r.Results[0].Rows != 2 {
		t.Fatalf("two plain messages: %+v", r.Results)
	}
	if len(r.Skipped) != len(layouts) {
		t.Errorf("%d sets are absent, %d are named: %v", len(layouts), len(r.Skipped), r.Skipped)
	}
	var out bytes.Buffer
	if err := r.Print(&out); err != nil || !strings.Contains(out.String(), "own mine") || !strings.Contains(out.String(), "hold on positive 0.00 %") {
		t.Errorf("the report does not name the set and its false holds: %v\n%s", err, out.String())
	}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	back, err := ReadReport(bytes.NewReader(b))
	if err != nil || len(back.Results) != 1 {
		t.Errorf("a report cannot be read back: %v", err)
	}
}

func TestAWorseReportIsNoticed(t *testing.T) {
	fig := func(v float64) Figure { return Figure{Value: v, Low: v - 0.02, High: v + 0.02} }
	before := &Report{Results: []Result{{Set: "x", Task: Polarity, MacroF1: fig(0.8)}}}
	if worse := Compare(before, &Report{Results: []Result{{Set: "x", Task: Polarity, MacroF1: fig(0.7)}}}); len(worse) != 1 {
		t.Errorf("a drop of ten points went unnoticed: %v", worse)
	}
	if worse := Compare(before, &Report{Results: []Result{{Set: "x", Task: Polarity, MacroF1: fig(0.795)}}}); len(worse) != 0 {
		t.Errorf("half a point is noise: %v", worse)
	}
}
