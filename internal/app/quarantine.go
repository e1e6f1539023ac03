package app

import (
	"context"
	"fmt"
	"os"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/view"
)

type quarantineCommand struct {
	List     quarantineList     `cmd:"" help:"List events that could not be processed, newest first."`
	Show     quarantineShow     `cmd:"" help:"Print one event as it came."`
	Resubmit quarantineResubmit `cmd:"" help:"Send an event again, as it came or corrected."`
	Discard  quarantineDiscard  `cmd:"" help:"Throw an event away; its body goes for good."`
}

type quarantinePage struct {
	Limit int         `json:"limit"`
	After view.Cursor `json:"after"`
}

type quarantined struct {
	Number uint64 `json:"number,string"`
	Body   string `json:"body,omitempty"`
}

// fresh waits until the lists show everything that was durable when the command began.
func (h *House) fresh(ctx context.Context) error { return h.API.Views.Wait(ctx, h.Engine.Seq()) }

var listQuarantine = operation[quarantinePage, view.List[view.Quarantined]]{name: "quarantine/list", run: func(ctx context.Context, h *House, q quarantinePage, _ progress) (view.List[view.Quarantined], error) {
	if err := h.fresh(ctx); err != nil {
		return view.List[view.Quarantined]{}, err
	}
	return h.API.Views.Quarantine(ctx, view.QuarantineFilter{Page: view.Page{Limit: q.Limit, After: q.After}})
}}

var showQuarantined = operation[quarantined, string]{name: "quarantine/show", run: func(ctx context.Context, h *House, q quarantined, _ progress) (string, error) {
	if err := h.fresh(ctx); err != nil {
		return "", err
	}
	body, err := h.API.Views.Body(ctx, q.Number)
	return string(body), err
}}

var resubmitQuarantined = operation[quarantined, orrery.Seq]{name: "quarantine/resubmit", run: func(ctx context.Context, h *House, q quarantined, _ progress) (orrery.Seq, error) {
	if err := h.stillThere(ctx, q.Number); err != nil {
		return 0, err
	}
	return h.API.Resubmit(ctx, q.Number, []byte(q.Body), cliActor, h.Engine.Clock())
}}

var discardQuarantined = operation[quarantined, orrery.Seq]{name: "quarantine/discard", run: func(ctx context.Context, h *House, q quarantined, _ progress) (orrery.Seq, error) {
	if err := h.stillThere(ctx, q.Number); err != nil {
		return 0, err
	}
	return h.Engine.ClearQuarantined(ctx, engine.ClearQuarantine{Number: q.Number, How: "discarded", By: cliActor})
}}

// stillThere fails when no event of that number waits.
func (h *House) stillThere(ctx context.Context, number uint64) error {
	if err := h.fresh(ctx); err != nil {
		return err
	}
	_, err := h.API.Views.Body(ctx, number)
	return err
}

type quarantineList struct {
	Limit int    `help:"How many to show." default:"50"`
	After string `help:"Show those after this cursor: the one printed at the end of the page before."`
	JSON  bool   `help:"Print the answer as JSON." name:"json"`
}

func (c *quarantineList) Run(r *runner) error {
	list, err := ask(r, listQuarantine, quarantinePage{Limit: c.Limit, After: view.Cursor(c.After)})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(r.out, list)
	}
	s := newSheet(r.out)
	for _, q := range list.Items {
		s.row(q.Number, q.ReceivedAt, q.Source, q.Code, fmt.Sprintf("%d bytes", q.Bytes), q.Say)
	}
	if list.Next != "" {
		s.row("more: --after " + string(list.Next))
	}
	if len(list.Items) == 0 {
		s.row("nothing waits in quarantine")
	}
	return s.Flush()
}

type quarantineShow struct {
	Number uint64 `arg:"" help:"Number of the event, from orrery quarantine list."`
}

func (c *quarantineShow) Run(r *runner) error {
	body, err := ask(r, showQuarantined, quarantined{Number: c.Number})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(r.out, body)
	return err
}

type quarantineResubmit struct {
	Number uint64 `arg:"" help:"Number of the event, from orrery quarantine list."`
	Body   string `help:"File with the corrected event; as it came when not given." type:"existingfile" optional:""`
}

func (c *quarantineResubmit) Run(r *runner) error {
	q := quarantined{Number: c.Number}
	if c.Body != "" {
		b, err := os.ReadFile(c.Body)
		if err != nil {
			return fmt.Errorf("reading the corrected event: %w", err)
		}
		q.Body = string(b)
	}
	seq, err := ask(r, resubmitQuarantined, q)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(r.out, "taken in chunk %d\n", seq)
	return err
}

type quarantineDiscard struct {
	Number uint64 `arg:"" help:"Number of the event, from orrery quarantine list."`
}

func (c *quarantineDiscard) Run(r *runner) error {
	seq, err := ask(r, discardQuarantined, quarantined{Number: c.Number})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(r.out, "thrown away in chunk %d\n", seq)
	return err
}
