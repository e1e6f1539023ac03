package eval

import (
	"fmt"
	"math/bits"
	"runtime"
	"slices"
	"time"

	"github.com/orrery-cxm/orrery/internal/listen"
)

// ClassFigures are those of one class.
type ClassFigures struct {
	Class     string `json:"class"`
	Rows      int    `json:"rows"`
	Precision Figure `json:"precision"`
	Recall    Figure `json:"recall"`
}

// Bin is one of the bins of the calibration error.
type Bin struct {
	From       float64 `json:"from"`
	Rows       int     `json:"rows"`
	Confidence float64 `json:"confidence"` // mean
	Right      float64 `json:"right"`      // share
}

// Result is what was measured on one set. It does not depend on the machine.
type Result struct {
	Set         string         `json:"set"`
	Task        Task           `json:"task"`
	Rows        int            `json:"rows"`
	Removed     Removed        `json:"removed"`
	Digest      string         `json:"digest"`
	Accuracy    *Figure        `json:"accuracy,omitempty"` // of many: the share of rows with every class right
	MacroF1     *Figure        `json:"macro_f1,omitempty"`
	Correlation *Figure        `json:"correlation,omitempty"`
	Calibration *Figure        `json:"calibration_error,omitempty"`
	Coverage    *Figure        `json:"coverage_at_90,omitempty"`
	Classes     []ClassFigures `json:"classes,omitempty"`
	Bins        []Bin          `json:"bins,omitempty"`
	Notes       []string       `json:"notes,omitempty"`
	Answers     string         `json:"answers,omitempty"` // see answers.go

	rows  []judged
	asked int // classes
}

// Cost is what judging took. It depends on the machine and is no part of a report.
type Cost struct {
	Texts            int
	Mean, P50, P99   time.Duration
	Low, High        time.Duration // 95 % interval of the mean
	Bytes            uint64        // allocated for one text
	took             []time.Duration
	allocated, began uint64
}

// Costs are those of each set, in the order of the results, and of all texts together.
type Costs struct {
	Sets []Cost
	All  Cost
}

func (c *Cost) start() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	c.began = m.TotalAlloc
}

func (c *Cost) stop() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	c.allocated += m.TotalAlloc - c.began
}

// sum works the figures out.
func (c *Cost) sum() {
	if c.Texts = len(c.took); c.Texts == 0 {
		return
	}
	slices.Sort(c.took)
	var all time.Duration
	for _, t := range c.took {
		all += t
	}
	rng := seed(c.Texts)
	means := make([]time.Duration, rounds/5)
	for i := range means {
		for range c.Texts {
			means[i] += c.took[rng.IntN(c.Texts)]
		}
		means[i] /= time.Duration(c.Texts)
	}
	slices.Sort(means)
	c.Low, c.High = means[len(means)*25/1000], means[len(means)*975/1000]
	c.Mean, c.P50, c.P99 = all/time.Duration(c.Texts), c.took[c.Texts/2], c.took[c.Texts*99/100]
	c.Bytes = c.allocated / uint64(c.Texts)
}

// Measure runs l over the set.
func Measure(l Listener, s *Set) (Result, Cost) {
	r := Result{Set: s.Name, Task: s.Task, Rows: len(s.Rows), Removed: s.Removed, Digest: s.digest()}
	if len(s.Rows) == 0 {
		return r, Cost{}
	}
	g := newJudge(l, s)
	rows, cost := g.listen()
	r.rows, r.asked, r.Answers = rows, g.asked, answers(s.Task, rows)
	if s.Task == Correlation {
		f := correlated(rows)
		r.Correlation = &f
		return r, cost
	}
	fs := figures(rows, g.asked)
	r.Accuracy, r.MacroF1 = &fs[placeAccuracy], &fs[placeMacroF1]
	if s.Task.calibrated() {
		r.Calibration, r.Coverage = &fs[placeCalibration], &fs[placeCoverage]
		r.Bins = bins(rows)
	}
	gold := make([]int, g.asked)
	for i := range rows {
		for m := rows[i].gold &^ rows[i].open; m != 0; m &= m - 1 {
			gold[bits.TrailingZeros64(m)]++
		}
	}
	for c := range g.asked {
		r.Classes = append(r.Classes, ClassFigures{Class: g.classes[c], Rows: gold[c], Precision: fs[placeClass+2*c], Recall: fs[placeClass+2*c+1]})
	}
	r.Notes = g.notes(rows)
	return r, cost
}

// listen answers every row. First all texts are read and timed, then they are judged.
func (g *judge) listen() ([]judged, Cost) {
	rows := make([]judged, len(g.set.Rows))
	cost := Cost{took: make([]time.Duration, len(rows))}
	for i := range rows[:min(len(rows), 200)] { // the first texts warm up
		g.listener.Listen(g.set.Rows[i].Text, listen.Hint{})
	}
	cost.start()
	for i := range rows {
		r := &g.set.Rows[i]
		h := listen.Hint{Channel: r.Channel}
		began := time.Now()
		sig := g.listener.Listen(r.Text, h)
		cost.took[i] = time.Since(began)
		rows[i] = g.row(r, sig, h)
	}
	cost.stop()
	cost.sum()
	return rows, cost
}

func bins(rows []judged) []Bin {
	out := make([]Bin, calibrationBins)
	for i := range rows {
		b := &out[binOf(rows[i].conf)]
		b.Rows++
		b.Confidence += rows[i].conf
		b.Right += float64(count(rows[i].right()))
	}
	for i := range out {
		b := &out[i]
		b.From = float64(i) / calibrationBins
		if b.Rows > 0 {
			b.Confidence, b.Right = round(b.Confidence/float64(b.Rows)), round(b.Right/float64(b.Rows))
		}
	}
	return slices.DeleteFunc(out, func(b Bin) bool { return b.Rows == 0 })
}

// notes are the figures that only some tasks have.
func (g *judge) notes(rows []judged) []string {
	var out []string
	share := func(what string, where func(i int) bool) {
		of, holds, soft := 0, 0, 0
		for i := range rows {
			if where(i) {
				of++
				holds += count(rows[i].holds == 2)
				soft += count(rows[i].holds == 1)
			}
		}
		if of > 0 {
			out = append(out, fmt.Sprintf("on %s: holds %.2f %% (%d of %d), soft holds %.2f %%", what, 100*float64(holds)/float64(of), holds, of, 100*float64(soft)/float64(of)))
		}
	}
	switch g.set.Task {
	case Hold:
		share("complaints", func(i int) bool { return g.set.Rows[i].Gold == "hold" })
		share("praise", func(i int) bool { return g.set.Rows[i].Praise })
		share("others", func(i int) bool { return g.set.Rows[i].Gold != "hold" && !g.set.Rows[i].Praise })
	case Events:
		if n := g.lives; n.who+n.when > 0 {
			out = append(out, fmt.Sprintf("of the events found: whose is right in %d of %d, when in %d of %d", n.whoRight, n.who, n.whenRight, n.when))
		}
	case Life:
		out = append(out, g.anyEvent(rows))
	case Question:
		share("questions", func(int) bool { return true })
	}
	return out
}

// anyEvent is how well an event of any kind is told from none.
func (g *judge) anyEvent(rows []judged) string {
	none := g.bit("none")
	gold, said, both, kind := 0, 0, 0, 0
	for i := range rows {
		r := &rows[i]
		gold += count(r.gold != none)
		said += count(r.said != none)
		both += count(r.gold != none && r.said != none)
		kind += count(r.gold != none && r.said == r.gold)
	}
	return fmt.Sprintf("any event: said %d times, of which %d are one; %d of %d are found, the kind right in %d", said, both, both, gold, kind)
}
