package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/view"
)

// Options of a performance. The server under it must run already, with [Policy] and on the same clock.
type Options struct {
	Base     string // address of the server, "http://127.0.0.1:8480"
	Keys     Keys
	Receiver *Receiver
	Clock    *Clock
	Data     string        // directory of all workspaces, for the commands that are shown
	Pause    time.Duration // after each line
	Once     bool          // end after the stories
	Out      io.Writer
	// In is what somebody types; nil when nobody can. EndWithIn says that the demo ends with it, else it serves on until
	// the context ends.
	In        io.Reader
	EndWithIn bool
}

// Run tells the stories, with simulated traffic beside them. It ends without an error when the context ends.
func Run(ctx context.Context, o Options) error {
	t := &teller{narrator: &narrator{out: o.Out, pause: o.Pause, data: o.Data, base: o.Base, key: o.Keys.Care}, api: newClient(o.Base, o.Keys),
		receiver: o.Receiver, clock: o.Clock, names: map[orrery.FragmentID]string{}}
	err := t.perform(ctx, o)
	if ctx.Err() != nil {
		return nil // somebody ended it
	}
	return err
}

func (t *teller) perform(ctx context.Context, o Options) error {
	t.line("Northline, a carrier with shops. Its people, their words and their money (in XTS, a code for tests) are simulated;")
	t.line("the server is the real one, and every line below was read back from it. Days pass quickly: the demo has its own clock.")
	t.line("  server    %s", o.Base)
	t.line("  data      %s, workspace %s", o.Data, Workspace)
	t.line("  policy    curl -s -H 'Authorization: Bearer %s' %s/v1/policy", o.Keys.Care, o.Base)
	crowd := newTraffic(t.api)
	seq, err := crowd.opening(ctx)
	if err != nil {
		return fmt.Errorf("opening the shop: %w", err)
	}
	if err := t.audiences(ctx, seq); err != nil {
		return err
	}
	passing, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		crowd.run(passing)
	}()
	defer func() {
		stop()
		<-ended
	}()
	for _, story := range []func(context.Context) error{t.angry, t.death, t.graduate, t.departments, t.engaged} {
		if err := story(ctx); err != nil {
			return err
		}
	}
	if n := t.receiver.Refused(); n > 0 {
		return fmt.Errorf("%d webhooks had a wrong signature", n)
	}
	t.line("")
	if o.Once {
		t.line("That was the demo. Look around in %s with orrery person, orrery verify, or orrery serve --data %s --workspace %s.", o.Data, o.Data, Workspace)
		return nil
	}
	t.clock.CatchUp()
	return t.stay(ctx, o)
}

// stay serves on after the stories, and hears what somebody types.
func (t *teller) stay(ctx context.Context, o Options) error {
	if o.In != nil {
		t.receiver.Watch(func(a Arrival) { t.line("                 %-11s %s, with a right signature", "arrived", a.Type) })
		defer t.receiver.Watch(nil)
		if err := t.prompt(ctx, o.In); err != nil || o.EndWithIn {
			return err
		}
	}
	t.line("Serving on %s until Ctrl-C.", t.base)
	<-ctx.Done()
	return nil
}

// audiences tells how many people the shop's audiences have.
func (t *teller) audiences(ctx context.Context, seq orrery.Seq) error {
	var counts view.Counts
	err := t.until(ctx, "the lists show the opening", func() (bool, error) {
		err := t.api.call(ctx, t.api.keys.Care, "GET", "/v1/audiences", nil, &counts)
		return counts.Seq >= seq, err
	})
	if err != nil {
		return err
	}
	if len(counts.Counts) == 0 {
		return errors.New("nobody is in any audience after the opening")
	}
	t.line("  the shop  %d simulated people came in; audiences:", crowd)
	for _, c := range counts.Counts {
		t.line("            %-16s %d", c.Name, c.N)
	}
	return nil
}
