package eval

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// readOwn reads own/TASK.NAME.tsv: a label, a tab, a text. Lines that start
// with # are remarks.
func readOwn(dir string) ([]Set, error) {
	l := layout{patterns: []string{"own/*.tsv"}}
	var sets []Set
	for _, n := range l.files(dir) {
		task, name, ok := strings.Cut(strings.TrimSuffix(filepath.Base(n), ".tsv"), ".")
		if !ok || !slices.Contains(tasks[:], Task(task)) {
			return nil, orrery.Invalid("eval.own", fmt.Sprintf("%s: the name of an own set is TASK.NAME.tsv with a task of %v", filepath.Base(n), tasks))
		}
		s := Set{Name: "own " + name, Task: Task(task)}
		if err := lines(n, func(f []string) {
			if len(f) >= 2 && !strings.HasPrefix(f[0], "#") {
				s.Rows = append(s.Rows, Row{Gold: ownLabel(s.Task, f[0]), Text: strings.Join(f[1:], " "), Praise: s.Task == Hold && f[0] == "positive"})
			}
		}); err != nil {
			return nil, fmt.Errorf("read own set: %w", err)
		}
		sets = append(sets, s)
	}
	return sets, nil
}

// ownLabel lets a set of polarities be asked for holds.
func ownLabel(t Task, label string) string {
	if t == Hold {
		switch label {
		case "negative":
			return "hold"
		case "positive", "neutral":
			return "none"
		}
	}
	return label
}
