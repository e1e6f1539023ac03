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
	DryRun bool   `help:"Only say what would change: for everybody as they are now, and for what happened in the last days." name:"dry-run"`
	Days   int    `help:"With --dry-run: how many of the last days are played again, with the policy in force and with this one; 0 for none." default:"14"`
	JSON   bool   `help:"Print the answer as JSON." name:"json"`
}

type applyQuestion struct {
	Text   string `json:"text"`
	DryRun bool   `json:"dry_run"`
	Days   int    `json:"days"`
}

type applyAnswer struct {
	Version   int               `json:"version,omitempty"` // in force now; 0 in a dry run
	Seq       orrery.Seq        `json:"seq,omitempty"`
	Trial     *engine.DryRun    `json:"trial,omitempty"`     // everybody as they are now
	Rehearsal *engine.Rehearsal `json:"rehearsal,omitempty"` // the last days played again
}

var applyPolicy = operation[applyQuestion, *applyAnswer]{name: "apply", run: func(ctx context.Context, h *House, q applyQuestion, say progress) (*applyAnswer, error) {
	p, err := engine.ParsePolicy(q.Text)
	if err != nil {
		return nil, err
	}
	if q.DryRun {
		return tryPolicy(ctx, h, p, q.Days, say)
	}
	version, seq, err := h.Engine.Do(ctx, engine.ApplyPolicy{Text: q.Text, By: cliActor})
	if err != nil {
		return nil, err
	}
	return &applyAnswer{Version: version.(int), Seq: seq}, nil
}}

// maxDays bounds how far back a policy is tried.
const maxDays = 366

func tryPolicy(ctx context.Context, h *House, p *engine.Policy, days int, say progress) (*applyAnswer, error) {
	if days < 0 || days > maxDays {
		return nil, orrery.Invalid("apply.days", fmt.Sprintf("--days %d: 0 to %d are possible", days, maxDays))
	}
	trial, err := h.Engine.DryRun(ctx, p, func(n int) { say("looked at %d people", n) })
	if err != nil || days == 0 {
		return &applyAnswer{Trial: trial}, err
	}
	h.operate.Lock() // it reads as much as a verification does
	defer h.operate.Unlock()
	said := 0
	say("building the state of %d days ago beside the one in use", days)
	rehearsal, err := h.Engine.Rehearse(ctx, p, orrery.Span(days)*orrery.Day, func(percent int) {
		if percent >= said+10 || percent == 100 {
			said = percent
			say("played %d %% of the last %d days again, under both policies", percent, days)
		}
	})
	return &applyAnswer{Trial: trial, Rehearsal: rehearsal}, err
}

func (c *applyCommand) Run(r *runner) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("reading the policy: %w", err)
	}
	if _, err := engine.ParsePolicy(string(text)); err != nil { // before anything is opened
		return inFile(c.File, err)
	}
	a, err := ask(r, applyPolicy, applyQuestion{Text: string(text), DryRun: c.DryRun, Days: c.Days})
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
		if a.Rehearsal != nil {
			printRehearsal(r, a.Rehearsal)
		}
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

func printRehearsal(r *runner, t *engine.Rehearsal) {
	s := newSheet(r.out)
	fmt.Fprintf(s, "\nfrom %s to %s, %d inputs played again under the policy in force and under this one:\n", t.From, t.To, t.Inputs)
	if len(t.Rules) == 0 && len(t.Messages) == 0 {
		fmt.Fprintf(s, "  nothing would have been different; %d messages compared\n", t.Offered)
	}
	if s.head(fmt.Sprintf("messages with another fate, of %d compared", t.Offered), len(t.Messages) > 0) {
		for _, m := range t.Messages {
			s.row(m.Count, m.From+" -> "+m.To, fmt.Sprint(m.Examples))
		}
	}
	if s.head("what would have happened otherwise", len(t.Rules) > 0) {
		for _, x := range t.Rules {
			s.row(x.Rule, fmt.Sprintf("%d before", x.Before), fmt.Sprintf("%d then", x.After), fmt.Sprintf("%d only before", x.OnlyBefore),
				fmt.Sprintf("%d only then", x.OnlyAfter), fmt.Sprint(x.Examples))
		}
	}
	if s.head("left out, since it cannot be played again", len(t.LeftOut) > 0) {
		for _, x := range t.LeftOut {
			s.row(x.Count, x.What)
		}
	}
	_ = s.Flush() // standard output may have gone
}
