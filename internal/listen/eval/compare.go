package eval

import (
	"fmt"
	"io"
	"math"
	"slices"
)

// Change is one figure of one set in two reports.
type Change struct {
	Set, What   string
	Task        Task
	Before, Now float64
	Difference  Figure // with its interval at sureChange
	Paired      bool   // text by text; else by the intervals of both
	Verdict     Verdict
}

// Verdict of a change.
type Verdict string

const (
	Better Verdict = "better"
	Worse  Verdict = "worse"
	Same   Verdict = "same"
)

// sureChange is how sure a change must be to be called one: with some sixty figures, 95 % would cry wolf thrice a run.
const sureChange = 0.99

// Compare says for each set of both reports whether now is better than before. Where the texts and labels are the same the
// answers are compared row by row, by a paired bootstrap. now must come from Run in this process.
func Compare(before, now *Report) ([]Change, error) {
	var out []Change
	for i := range now.Results {
		n := &now.Results[i]
		at := slices.IndexFunc(before.Results, func(o Result) bool { return o.Set == n.Set && o.Task == n.Task })
		if at < 0 || n.Rows == 0 {
			continue
		}
		o := &before.Results[at]
		if o.Digest != n.Digest || o.Rows != n.Rows || o.Answers == "" {
			out = append(out, apart(o, n)...)
			continue
		}
		old, err := answered(n.Task, o.Answers, n.rows)
		if err != nil {
			return nil, fmt.Errorf("read the earlier report: %s %s: %w", n.Set, n.Task, err)
		}
		out = append(out, paired(n, old)...)
	}
	return out, nil
}

// apart compares figures of other texts.
func apart(o, n *Result) []Change {
	var out []Change
	for _, f := range []struct {
		what        string
		before, now *Figure
	}{{"accuracy", o.Accuracy, n.Accuracy}, {"macro-F1", o.MacroF1, n.MacroF1}, {"correlation", o.Correlation, n.Correlation}} {
		if f.before == nil || f.now == nil {
			continue
		}
		const wide = 2 * 1.96 // standard errors of a 95 % interval
		d := f.now.Value - f.before.Value
		e := 2.576 * math.Hypot((f.before.High-f.before.Low)/wide, (f.now.High-f.now.Low)/wide)
		out = append(out, change(n, f.what, f.before.Value, f.now.Value, Figure{Value: round(d), Low: round(d - e), High: round(d + e)}, false))
	}
	return out
}

func change(n *Result, what string, before, now float64, d Figure, pair bool) Change {
	c := Change{Set: n.Set, Task: n.Task, What: what, Before: before, Now: now, Difference: d, Paired: pair, Verdict: Same}
	switch {
	case d.Low > 0:
		c.Verdict = Better
	case d.High < 0:
		c.Verdict = Worse
	}
	return c
}

// paired draws the same rows for both.
func paired(n *Result, old []judged) []Change {
	names := []string{"accuracy", "macro-F1"}
	value := func(rows []judged, times []int) []float64 {
		var t tally
		right, total := 0, 0
		for i := range rows {
			t.add(&rows[i], times[i])
			right, total = right+times[i]*count(rows[i].right()), total+times[i]
		}
		return []float64{float64(right) / float64(total), t.macroF1(n.asked)}
	}
	if n.Task == Correlation {
		names = []string{"correlation"}
		value = func(rows []judged, times []int) []float64 { return []float64{correlation(rows, times)} }
	}
	s := &sample{rows: n.rows, times: make([]int, len(n.rows))}
	for i := range s.times {
		s.times[i] = 1
	}
	before, now := value(old, s.times), value(n.rows, s.times)
	rng := seed(len(n.rows))
	drawn := make([][]float64, len(names))
	for range rounds {
		s.draw(rng)
		a, b := value(old, s.times), value(n.rows, s.times)
		for i := range names {
			if d := b[i] - a[i]; !math.IsNaN(d) {
				drawn[i] = append(drawn[i], d)
			}
		}
	}
	var out []Change
	for i, what := range names {
		out = append(out, change(n, what, round(before[i]), round(now[i]), interval(now[i]-before[i], drawn[i], sureChange), true))
	}
	return out
}

// PrintChanges writes a line for each change, the worse first, and returns how many are worse.
func PrintChanges(w io.Writer, cs []Change) (worse int, err error) {
	order := map[Verdict]int{Worse: 0, Better: 1, Same: 2}
	cs = slices.Clone(cs)
	slices.SortStableFunc(cs, func(a, b Change) int { return order[a.Verdict] - order[b.Verdict] })
	n := map[Verdict]int{}
	p := &printer{w: w}
	p.line("\nagainst the earlier report (difference with its %.0f %% interval)", 100*sureChange)
	for _, c := range cs {
		n[c.Verdict]++
		how := "same texts"
		if !c.Paired {
			how = "other texts"
		}
		p.line("  %-6s %-30s %-11s %-11s %.3f, was %.3f: %+.3f [%+.3f %+.3f], %s", c.Verdict, c.Set, c.Task, c.What, c.Now, c.Before, c.Difference.Value, c.Difference.Low, c.Difference.High, how)
	}
	p.line("  %d better, %d worse, %d the same", n[Better], n[Worse], n[Same])
	return n[Worse], p.err
}

// PrintSwaps writes the groups of swaps in which a judgement moves more or less often than before. The sentences are the
// same, so nothing of it is chance; groups whose sentences changed are left out.
func PrintSwaps(w io.Writer, before, now *Report) error {
	p := &printer{w: w}
	for i := range now.Fairness {
		n := &now.Fairness[i]
		at := slices.IndexFunc(before.Fairness, func(o Moved) bool { return o.Group == n.Group && o.Language == n.Language && o.Swaps == n.Swaps })
		if at < 0 {
			continue
		}
		o := &before.Fairness[at]
		if *o.counts() != *n.counts() {
			p.line("  swaps of %s, %s: of %d moved polarity %d, was %d; intents %d, was %d; hold %d, was %d", n.Group, n.Language, n.Swaps, n.Polarity, o.Polarity, n.Intents, o.Intents, n.Hold, o.Hold)
		}
	}
	return p.err
}

func (m *Moved) counts() *[3]int { return &[3]int{m.Polarity, m.Intents, m.Hold} }
