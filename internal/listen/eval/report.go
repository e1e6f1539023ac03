package eval

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Report is what one run measured.
type Report struct {
	Engine  string   `json:"engine"`
	Results []Result `json:"results"`
	Skipped []string `json:"skipped,omitempty"`
}

// Run measures l on every set under dir.
func Run(l Listener, dir string) (*Report, error) {
	sets, skipped, err := Load(dir)
	if err != nil {
		return nil, err
	}
	r := &Report{Engine: l.Revision(), Skipped: skipped}
	for i := range sets {
		r.Results = append(r.Results, Measure(l, &sets[i]))
	}
	return r, nil
}

// Compare lists the sets on which now is worse than before by more than both intervals allow.
func Compare(before, now *Report) []string {
	old := map[string]Result{}
	for _, r := range before.Results {
		old[r.Set+"/"+string(r.Task)] = r
	}
	var worse []string
	for _, r := range now.Results {
		o, ok := old[r.Set+"/"+string(r.Task)]
		if !ok {
			continue
		}
		if r.R != nil && o.R != nil {
			if r.R.High < o.R.Value && r.R.Value < o.R.Low {
				worse = append(worse, fmt.Sprintf("%s %s: correlation %.3f, was %.3f", r.Set, r.Task, r.R.Value, o.R.Value))
			}
			continue
		}
		if r.MacroF1.High < o.MacroF1.Value && r.MacroF1.Value < o.MacroF1.Low {
			worse = append(worse, fmt.Sprintf("%s %s: macro-F1 %.3f, was %.3f", r.Set, r.Task, r.MacroF1.Value, o.MacroF1.Value))
		}
	}
	return worse
}

// Print writes the report for people.
func (r *Report) Print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "engine %s\n", r.Engine)
	for _, x := range r.Results {
		fmt.Fprintf(&b, "%-28s %-11s n=%-6d dups=%-5d ", x.Set, x.Task, x.Rows, x.Dups)
		if x.R != nil {
			fmt.Fprintf(&b, "r %.3f [%.3f %.3f]  ", x.R.Value, x.R.Low, x.R.High)
		} else {
			fmt.Fprintf(&b, "acc %.3f [%.3f %.3f]  mF1 %.3f [%.3f %.3f]  ece %.3f  cov90 %.2f  ", x.Accuracy.Value, x.Accuracy.Low, x.Accuracy.High,
				x.MacroF1.Value, x.MacroF1.Low, x.MacroF1.High, x.ECE.Value, x.Coverage.Value)
		}
		fmt.Fprintf(&b, "%.0f us p99 %.0f\n", x.Micros, x.P99)
		for _, c := range x.Classes {
			fmt.Fprintf(&b, "    %-12s n=%-6d P %.3f R %.3f\n", c.Class, c.Rows, c.Precision, c.Recall)
		}
		for _, n := range x.Notes {
			fmt.Fprintf(&b, "    %s\n", n)
		}
	}
	for _, s := range r.Skipped {
		fmt.Fprintf(&b, "skipped %s\n", s)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// ReadReport reads a report that was written as JSON.
func ReadReport(r io.Reader) (*Report, error) {
	var out Report
	if err := json.NewDecoder(r).Decode(&out); err != nil {
		return nil, fmt.Errorf("read the earlier report: %w", err)
	}
	return &out, nil
}
