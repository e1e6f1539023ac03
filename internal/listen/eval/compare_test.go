package eval

import (
	"strings"
	"testing"
)

// resultOf is a result of n rows, of which the first wrong are wrong.
func resultOf(n, wrong int) Result {
	rows := make([]judged, n)
	for i := range rows {
		rows[i] = judged{gold: 1 << (i % 2), said: 1 << (i % 2), conf: 0.8}
		if i < wrong {
			rows[i].said = 3 - rows[i].gold
		}
	}
	fs := figures(rows, 2)
	return Result{Set: "x", Task: Polarity, Rows: n, Digest: "d", Accuracy: &fs[placeAccuracy], MacroF1: &fs[placeMacroF1], Answers: answers(Polarity, rows), rows: rows, asked: 2}
}

func verdicts(t *testing.T, before, now Result) string {
	t.Helper()
	cs, err := Compare(&Report{Results: []Result{before}}, &Report{Results: []Result{now}})
	if err != nil {
		t.Fatal(err)
	}
	out := ""
	for _, c := range cs {
		out += string(c.Verdict) + " "
	}
	return out
}

func TestAChangeIsCalledBetterOrWorseOnlyWhenItIsSure(t *testing.T) {
	for _, c := range []struct {
		before, now int
		want        string
	}{{200, 300, "worse worse "}, {300, 200, "better better "}, {200, 200, "same same "}, {200, 202, "same same "}, {200, 198, "same same "}} {
		if got := verdicts(t, resultOf(1000, c.before), resultOf(1000, c.now)); got != c.want {
			t.Errorf("%d wrong before, %d now of 1000: %q, want %q", c.before, c.now, got, c.want)
		}
	}
}

func TestTheSameTextsAreComparedInPairs(t *testing.T) {
	before, now := resultOf(1000, 200), resultOf(1000, 220)
	if got := verdicts(t, before, now); got != "worse worse " {
		t.Errorf("twenty rows of the same texts turned wrong and none right: %q", got)
	}
	before.Digest = "other"
	if got := verdicts(t, before, now); got != "same same " {
		t.Errorf("two points between samples of 1000 other texts are chance: %q", got)
	}
}

func TestSwapsThatMoveMoreAreTold(t *testing.T) {
	before := &Report{Fairness: []Moved{{Group: "names", Language: "en", Swaps: 9, Hold: 1}, {Group: "kin", Language: "en", Swaps: 9}, {Group: "faiths", Language: "en", Swaps: 9}}}
	now := &Report{Fairness: []Moved{{Group: "names", Language: "en", Swaps: 9, Hold: 3}, {Group: "kin", Language: "en", Swaps: 9}, {Group: "faiths", Language: "en", Swaps: 12, Hold: 5}}}
	var out strings.Builder
	if err := PrintSwaps(&out, before, now); err != nil || !strings.Contains(out.String(), "names, en: of 9 moved") || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("only names moved more often on the same swaps: %v\n%s", err, out.String())
	}
}

func TestABrokenReportIsNotCompared(t *testing.T) {
	before := resultOf(100, 10)
	before.Answers = before.Answers[:len(before.Answers)/2]
	if _, err := Compare(&Report{Results: []Result{before}}, &Report{Results: []Result{resultOf(100, 10)}}); err == nil || !strings.Contains(err.Error(), "x polarity") {
		t.Errorf("half of the answers are missing: %v", err)
	}
}

func TestAnswersAreReadBack(t *testing.T) {
	rows := []judged{{said: 5, wrong: 1}, {said: 1 << 63}, {y: -1.5}}
	for _, task := range []Task{Polarity, Personal, Correlation} {
		got, err := answered(task, answers(task, rows), make([]judged, len(rows)))
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range got {
			switch {
			case task == Correlation && r.y != rows[i].y, task != Correlation && r.said != rows[i].said, task == Personal && r.wrong != rows[i].wrong:
				t.Errorf("%s row %d: %+v came back as %+v", task, i, rows[i], r)
			}
		}
	}
}

func FuzzAnsweredNeverPanics(f *testing.F) {
	f.Add(answers(Polarity, []judged{{said: 5}, {said: 1}}), uint8(2))
	f.Add(answers(Correlation, []judged{{y: 0.5}}), uint8(1))
	f.Add("", uint8(3))
	f.Fuzz(func(t *testing.T, packed string, n uint8) {
		for _, task := range []Task{Polarity, Personal, Correlation} {
			if got, err := answered(task, packed, make([]judged, n)); err == nil && len(got) != int(n) {
				t.Errorf("%s: %d rows asked, %d answered", task, n, len(got))
			}
		}
	})
}
