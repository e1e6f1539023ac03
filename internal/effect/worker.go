package effect

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// releaseLife is how long a release may be used.
const releaseLife = 5 * time.Second

// Options of the workers of one workspace.
type Options struct {
	Workspace *engine.Workspace
	Name      orrery.WorkspaceName
	// Key is the person's key at a destination; it names nobody.
	Key func(orrery.DestinationName, orrery.PersonID) string
	// Prepare may add to a message what must be made at the last moment: a signed link in a satisfaction question.
	Prepare func(*orrery.Intent, map[string]any)
	// Tell may put into a notice what is read at the last moment: the words of an alert's examples. It gets the notice's
	// type and data and returns the data to send.
	Tell func(ctx context.Context, kind, data string) ([]byte, error)
	// Now is the wall clock.
	Now func() time.Time
	// Parallel bounds the messages in flight to one destination.
	Parallel int
}

// Workers run one worker for each destination of the policy in force.
type Workers struct {
	options Options
	ctx     context.Context
	stop    context.CancelFunc
	wait    sync.WaitGroup
	mu      sync.Mutex
	running map[orrery.DestinationName]*worker
}

// Start begins without destinations: see [Workers.Set].
func Start(o Options) *Workers {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Parallel == 0 {
		o.Parallel = 16
	}
	ctx, stop := context.WithCancel(context.Background())
	return &Workers{options: o, ctx: ctx, stop: stop, running: map[orrery.DestinationName]*worker{}}
}

// Set makes outlet the way to a destination; the worker of an earlier outlet ends first. A nil outlet ends it.
func (w *Workers) Set(name orrery.DestinationName, outlet Outlet) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if old := w.running[name]; old != nil {
		old.stop()
		<-old.done
		delete(w.running, name)
	}
	if outlet == nil {
		return
	}
	ctx, stop := context.WithCancel(w.ctx)
	x := &worker{all: w, name: name, outlet: outlet, ctx: ctx, stop: stop, done: make(chan struct{}), slots: make(chan struct{}, w.options.Parallel)}
	w.running[name] = x
	w.wait.Add(1)
	go x.run()
}

// Close ends all workers and waits for attempts in flight.
func (w *Workers) Close() {
	w.stop()
	w.wait.Wait()
}

// worker serves one destination.
type worker struct {
	all     *Workers
	name    orrery.DestinationName
	outlet  Outlet
	ctx     context.Context
	stop    context.CancelFunc
	done    chan struct{}
	slots   chan struct{} // one for each message in flight
	flights sync.WaitGroup
}

func (x *worker) run() {
	defer x.all.wait.Done()
	defer close(x.done)
	defer func() {
		x.flights.Wait()
		if err := x.outlet.Close(); err != nil {
			slog.Error("closing a destination", "destination", string(x.name), "error", err)
		}
	}()
	house := x.all.options.Workspace
	bell := house.Bell(x.name)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		items, next := house.Take(x.name, x.outlet.Batch())
		if len(items) > 0 {
			x.serve(items)
			x.gather(len(items))
			continue
		}
		pause := time.Minute
		if next != 0 {
			pause = min(max(next.Time().Sub(x.all.options.Now()), time.Millisecond), pause)
		}
		timer.Reset(pause)
		select {
		case <-bell:
		case <-timer.C:
		case <-x.ctx.Done():
			return
		}
	}
}

// gather waits, for an outlet that prefers few large deliveries, until more has come together. The first delivery after a
// pause is never held up.
func (x *worker) gather(n int) {
	pause := x.outlet.Gather()
	if pause == 0 || n >= x.outlet.Batch() {
		return
	}
	x.pause(pause)
}

// serve takes removals and additions list by list, and messages side by side.
func (x *worker) serve(items []engine.Item) {
	lists := map[orrery.AudienceName][]engine.Item{}
	var order []orrery.AudienceName
	for _, i := range items {
		if i.Kind != orrery.EffectPush {
			x.message(i)
			continue
		}
		if len(lists[i.List]) == 0 {
			order = append(order, i.List)
		}
		lists[i.List] = append(lists[i.List], i)
	}
	for _, list := range order {
		x.push(list, lists[list])
	}
}

// push sets memberships as they are desired now. A wish that changed since it was taken is sent as it is now.
func (x *worker) push(list orrery.AudienceName, items []engine.Item) {
	house := x.all.options.Workspace
	changes := make([]Change, 0, len(items))
	sent := make([]engine.Item, 0, len(items))
	for i := range items {
		c, ok, err := x.desired(&items[i])
		if err != nil || !ok {
			if err != nil {
				slog.Error("reading what a destination should hold", "destination", string(x.name), "error", err)
			}
			house.Done(&items[i])
			continue
		}
		items[i].Push, items[i].Version = c.Op, c.Version
		changes, sent = append(changes, c), append(sent, items[i])
	}
	if len(changes) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(x.ctx, time.Minute)
	results := x.outlet.Push(ctx, string(list), changes)
	cancel()
	inputs := make([]engine.Input, len(results))
	for i, r := range results {
		outcome, notBefore := x.judge(r, sent[i].Attempts+1, uint64(sent[i].Fragment)^sent[i].Version)
		inputs[i] = engine.Input{Command: engine.PushOutcome{PushOutcome: act.PushOutcome{Fragment: sent[i].Fragment, Destination: x.name,
			List: sent[i].List, Push: sent[i].Push, Version: sent[i].Version, Outcome: outcome, Detail: r.Detail, NotBefore: notBefore}}}
	}
	x.record(inputs)
	for i := range sent {
		house.Done(&sent[i])
	}
}

// desired reads the membership that a destination should hold now; false when nothing is to be done any more.
func (x *worker) desired(i *engine.Item) (Change, bool, error) {
	push, person, err := x.all.options.Workspace.Desired(i.Fragment, x.name, i.List)
	if err != nil || push == nil || !push.Pending() {
		return Change{}, false, err
	}
	c := Change{Op: push.Desired, Version: push.Version, Person: i.Fragment, Key: x.all.options.Key(x.name, i.Fragment)}
	if person != nil {
		c.Who = whoIs(person)
	}
	return c, true, nil
}

// judge turns an outlet's result into what the log keeps: the outcome and the moment of the next attempt.
func (x *worker) judge(r Result, attempts int, key uint64) (orrery.Outcome, orrery.Instant) {
	if r.Outcome != orrery.RetryLater && r.Outcome != orrery.Unknown {
		return r.Outcome, 0
	}
	pause, again := x.outlet.Backoff(attempts, key)
	if !again {
		return orrery.OutcomeDead, 0
	}
	return r.Outcome, orrery.InstantOf(x.all.options.Now()).Add(max(pause, r.RetryAfter))
}

// record brings outcomes into the log. It tries until the log takes them or the worker ends: an outcome that is lost is
// an attempt made again, under the same key.
func (x *worker) record(inputs []engine.Input) {
	for pause := 50 * time.Millisecond; len(inputs) > 0; pause = min(2*pause, 5*time.Second) {
		_, err := x.all.options.Workspace.Submit(x.ctx, inputs)
		if err == nil || x.ctx.Err() != nil {
			return
		}
		select {
		case <-time.After(pause):
		case <-x.ctx.Done():
			return
		}
	}
}

func whoIs(p *engine.Person) Who {
	w := Who{Traits: map[string]string{}}
	for _, n := range p.Fragments {
		if n.Identifier.Namespace != orrery.SliceID && !n.Shared {
			w.Identifiers = append(w.Identifiers, n.Identifier)
		}
	}
	for _, name := range matchedTraits {
		if t, ok := p.Known.Trait(name); ok && len(t.Value) > 2 && t.Value[0] == '"' {
			w.Traits[name] = t.Value[1 : len(t.Value)-1]
		}
	}
	return w
}

// matchedTraits are the traits by which audiences are matched, under the names that the tracking API gives them.
var matchedTraits = []string{"firstName", "first_name", "lastName", "last_name", "country", "postcode", "postalCode", "city", "state", "birthday", "gender"}

func effectKey(w orrery.WorkspaceName, id orrery.EffectID) string { return fmt.Sprintf("%s_%s", w, id) }
