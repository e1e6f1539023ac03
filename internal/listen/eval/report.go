package eval

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Report is what one run measured. It does not depend on the machine.
type Report struct {
	Engine    string      `json:"engine"`
	Model     string      `json:"model,omitempty"` // digest of the weights
	Results   []Result    `json:"results"`
	Agreement []Agreement `json:"agreement,omitempty"` // of the annotators of the blind set
	Fairness  []Moved     `json:"fairness,omitempty"`
	Absent    []string    `json:"absent,omitempty"` // layouts of which there was no file
}

// Run measures l on every set under dir and tells what it took.
func Run(l Listener, dir string) (*Report, *Costs, error) {
	sets, absent, err := Load(dir)
	if err != nil {
		return nil, nil, err
	}
	r := &Report{Engine: l.Revision(), Absent: absent}
	blind, err := FindBlind(dir)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case blind == nil:
	case !blind.Labelled():
		r.Absent = append(r.Absent, "blind set: labels-a.jsonl or labels-b.jsonl")
	default:
		r.Agreement = blind.Agreement()
		sets = append(sets, blind.Sets()...)
	}
	costs := &Costs{}
	for i := range sets {
		res, cost := Measure(l, &sets[i])
		r.Results = append(r.Results, res)
		costs.Sets = append(costs.Sets, cost)
		costs.All.took = append(costs.All.took, cost.took...)
		costs.All.allocated += cost.allocated
	}
	costs.All.sum()
	r.Fairness, err = Fairness(l, someTexts(sets))
	return r, costs, err
}

// swapTexts is how many texts of each language get other names, brands and emoji put around them.
const swapTexts = 300

// someTexts are texts of the sets, evenly taken, by the language that their script stands for.
func someTexts(sets []Set) map[string][]string {
	all := map[string][]string{}
	for i := range sets {
		s := &sets[i]
		if s.Task == Hold || s.Task == Binary { // the same texts again
			continue
		}
		for j := range s.Rows {
			t := s.Rows[j].Text
			if lang := map[string]string{"latin": "en", "han": "zh", "arabic": "ar"}[scriptOf(t)]; lang != "" && len(t) <= 600 {
				all[lang] = append(all[lang], t)
			}
		}
	}
	for lang, texts := range all {
		step := max(1, len(texts)/swapTexts)
		var some []string
		for i := 0; i < len(texts) && len(some) < swapTexts; i += step {
			some = append(some, texts[i])
		}
		all[lang] = some
	}
	return all
}

// Write writes the report as JSON: the same report, the same bytes.
func (r *Report) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	if err := e.Encode(r); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// ReadReport reads a report that was written as JSON.
func ReadReport(r io.Reader) (*Report, error) {
	var out Report
	if err := json.NewDecoder(r).Decode(&out); err != nil {
		return nil, fmt.Errorf("read the earlier report: %w", err)
	}
	return &out, nil
}

// Print writes the report for people, with what it took; classes and examples too when all is asked for.
func (r *Report) Print(w io.Writer, costs *Costs, all bool) error {
	p := &printer{w: w}
	p.line("engine %s %s", r.Engine, r.Model)
	p.line("%-30s %-11s %6s %5s %-18s %7s  %-20s %-20s %-20s %s", "set", "task", "rows", "dups", "us a text", "p99", "accuracy", "macro-F1", "calibration error", "coverage at 90 %")
	for i := range r.Results {
		p.result(&r.Results[i], &costs.Sets[i], all)
	}
	if c := &costs.All; c.Texts > 0 {
		p.line("\n%d texts: mean %s us, median %.1f us, 99 in 100 within %.1f us, %d bytes allocated for one (on this machine, one core)", c.Texts, c, us(c.P50), us(c.P99), c.Bytes)
	}
	if len(r.Agreement) > 0 {
		p.line("\nagreement of the annotators: rows, Cohen's kappa")
		for _, a := range r.Agreement {
			p.line("  %-28s %6d  %.3f (agree on %.1f %%)", a.Head, a.Rows, a.Kappa, 100*a.Agree)
		}
	}
	if len(r.Fairness) > 0 {
		p.fairness(r.Fairness, all)
	}
	p.references(r)
	if len(r.Absent) > 0 {
		p.line("\nnot here: %v", r.Absent)
	}
	return p.err
}

// printer writes lines until one fails.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

func (p *printer) result(r *Result, c *Cost, all bool) {
	head := fmt.Sprintf("%-30s %-11s %6d %5d %-18s %7.1f ", r.Set, r.Task, r.Rows, r.Removed.Exact+r.Removed.Near, c, us(c.P99))
	switch {
	case r.Correlation != nil:
		p.line("%s correlation %s", head, r.Correlation)
	case r.Accuracy == nil:
		p.line("%s", head)
	default:
		p.line("%s %-20s %-20s %-20s %s", head, r.Accuracy, r.MacroF1, r.Calibration, r.Coverage)
	}
	for _, n := range r.Notes {
		p.line("    %s", n)
	}
	if !all {
		return
	}
	for _, c := range r.Classes {
		p.line("    %-16s %6d  precision %-20s recall %s", c.Class, c.Rows, &c.Precision, &c.Recall)
	}
}

// String is "0.897 [0.889 0.905]", and nothing when there is no figure.
func (f *Figure) String() string {
	if f == nil {
		return ""
	}
	return fmt.Sprintf("%.3f [%.3f %.3f]", f.Value, f.Low, f.High)
}

// String is the mean in microseconds with its interval.
func (c *Cost) String() string {
	return fmt.Sprintf("%.1f [%.1f %.1f]", us(c.Mean), us(c.Low), us(c.High))
}

func us(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
