package app

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

type applyCommand struct {
	File   string `arg:"" help:"The policy, as YAML." type:"existingfile"`
	DryRun bool   `help:"Only say what would change." name:"dry-run"`
	JSON   bool   `help:"Print the answer as JSON." name:"json"`
}

type applyQuestion struct {
	Text   string `json:"text"`
	DryRun bool   `json:"dry_run"`
}

type applyAnswer struct {
	Version int            `json:"version,omitempty"` // in force now; 0 in a dry run
	Seq     orrery.Seq     `json:"seq,omitempty"`
	Trial   *engine.DryRun `json:"trial,omitempty"`
}

var applyPolicy = operation[applyQuestion, *applyAnswer]{name: "apply", run: func(ctx context.Context, h *House, q applyQuestion, say progress) (*applyAnswer, error) {
	p, err := engine.ParsePolicy(q.Text)
	if err != nil {
		return nil, err
	}
	if q.DryRun {
		trial, err := h.Engine.DryRun(ctx, p, func(n int) { say("looked at %d people", n) })
		return &applyAnswer{Trial: trial}, err
	}
	version, seq, err := h.Engine.Do(ctx, engine.ApplyPolicy{Text: q.Text, By: cliActor})
	if err != nil {
		return nil, err
	}
	return &applyAnswer{Version: version.(int), Seq: seq}, nil
}}

func (c *applyCommand) Run(r *runner) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("reading the policy: %w", err)
	}
	if _, err := engine.ParsePolicy(string(text)); err != nil { // before anything is opened
		return inFile(c.File, err)
	}
	a, err := ask(r, applyPolicy, applyQuestion{Text: string(text), DryRun: c.DryRun})
	if err != nil {
		return err
	}
	switch {
	case c.JSON:
		return printJSON(r.out, a)
	case a.Trial == nil:
		fmt.Fprintf(r.out, "policy version %d is in force since chunk %d; everybody is being looked at again\n", a.Version, a.Seq)
	default:
		printTrial(r, a.Trial)
	}
	return nil
}

// inFile says in which file a person's mistake is.
func inFile(name string, err error) error {
	var e *orrery.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("%s: %w", name, err)
	}
	located := *e
	located.Say = name + ": " + e.Say
	return &located
}

func printTrial(r *runner, t *engine.DryRun) {
	s := newSheet(r.out)
	fmt.Fprintf(s, "nothing was changed; of %d people, as of chunk %d:\n", t.People, t.Seq)
	if s.head("audiences", len(t.Audiences) > 0) {
		for _, a := range t.Audiences {
			s.row(a.Name, fmt.Sprintf("%d now", a.Now), fmt.Sprintf("%d then", a.Then), fmt.Sprintf("%d would enter", a.Enter), fmt.Sprintf("%d would leave", a.Leave))
		}
	}
	if s.head("waiting messages with another answer", len(t.Gate) > 0) {
		for _, g := range t.Gate {
			s.row(g.Count, g.From+" -> "+g.To, fmt.Sprint(g.Examples))
		}
	}
	if s.head("rules that fail for somebody", len(t.Alarms) > 0) {
		for _, a := range t.Alarms {
			s.row(a.Code, a.Detail, fmt.Sprintf("%d times", a.Count))
		}
	}
	_ = s.Flush() // standard output may have gone
}
