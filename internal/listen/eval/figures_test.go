package eval

import (
	"math"
	"testing"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-4 }

// rowsOf are rows of one class each: gold, said and how sure.
func rowsOf(rs ...[3]float64) []judged {
	var out []judged
	for _, r := range rs {
		out = append(out, judged{gold: 1 << int(r[0]), said: 1 << int(r[1]), conf: r[2]})
	}
	return out
}

func TestFiguresAreWhatTheirNamesSay(t *testing.T) {
	// a: precision 1, recall 1/2, F1 2/3; b: precision 2/3, recall 1, F1 4/5
	fs := figures(rowsOf([3]float64{0, 0, 0.95}, [3]float64{0, 1, 0.85}, [3]float64{1, 1, 0.75}, [3]float64{1, 1, 0.65}), 2)
	for place, want := range map[int]float64{placeAccuracy: 0.75, placeMacroF1: (2.0/3 + 4.0/5) / 2, placeCalibration: (0.05 + 0.85 + 0.25 + 0.35) / 4,
		placeCoverage: 0, placeClass: 1, placeClass + 1: 0.5, placeClass + 2: 2.0 / 3, placeClass + 3: 1} {
		if !near(fs[place].Value, want) {
			t.Errorf("figure %d is %v, want %.4f", place, fs[place], want)
		}
	}
	if got := correlated([]judged{{x: 1, y: 2}, {x: 2, y: 4}, {x: 3, y: 6}}); got.Value != 1 {
		t.Errorf("a straight line correlates by %v", got)
	}
}

func TestCoverageTakesEquallySureRowsTogether(t *testing.T) {
	var rows []judged
	for i := range 40 {
		r := judged{gold: 1, said: 1, conf: 0.9}
		if i >= 30 { // equally sure and wrong, however the file is ordered
			r.said, r.conf = 2, 0.6
		} else if i >= 20 {
			r.conf = 0.6
		}
		rows = append(rows, r)
	}
	if got := newSample(rows, 1).measured(nil)[placeCoverage]; got != 0.5 {
		t.Errorf("20 sure rows are right and half of the 20 others: coverage %v, want 0.5", got)
	}
}

func TestSeveralClassesAreJudgedEachAndOpenOnesNot(t *testing.T) {
	rows := []judged{{gold: 0b011, said: 0b001}, {gold: 0b001, said: 0b101, open: 0b100}, {gold: 0b010, said: 0b010, wrong: 0b010}}
	fs := figures(rows, 3)
	if !near(fs[placeAccuracy].Value, 1.0/3) {
		t.Errorf("only the second row is right, its extra class is open: accuracy %v", fs[placeAccuracy].Value)
	}
	if p, r := fs[placeClass+2].Value, fs[placeClass+3].Value; p != 0 || r != 0 {
		t.Errorf("the second class was missed once and found in the wrong place once: precision %v recall %v", p, r)
	}
}

func TestTheIntervalHoldsTheValueAndIsRepeatable(t *testing.T) {
	var rows []judged
	for i := range 200 {
		rows = append(rows, judged{gold: 1, said: 1 << count(i%4 == 0), conf: 0.9})
	}
	f := figures(rows, 1)[placeAccuracy]
	if f.Value != 0.75 || f.Low >= 0.75 || f.High <= 0.75 || f.High-f.Low > 0.2 {
		t.Errorf("three quarters of 200 are right: %+v", f)
	}
	// The normal approximation gives 0.69 to 0.81.
	if math.Abs(f.Low-0.69) > 0.015 || math.Abs(f.High-0.81) > 0.015 {
		t.Errorf("the interval %v is far from that of the normal approximation", f)
	}
	if again := figures(rows, 1)[placeAccuracy]; again != f {
		t.Errorf("the same rows gave %+v and then %+v", f, again)
	}
}
