package second

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"reflect"
	"sync"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/listen/provider"
)

// Provider answers questions. Calls may run side by side. Errors are *provider.Failure, or the context's.
type Provider interface {
	Ask(ctx context.Context, q provider.Question) (*provider.Opinion, provider.Usage, error)
	// Write translates or drafts. A provider that cannot fails.
	Write(ctx context.Context, w provider.Writing) (string, provider.Usage, error)
	Close() error
}

// Options of a panel.
type Options struct {
	House *engine.Workspace
	Dir   string   // of the workspace: the place in the log and what was spent stand in second.json
	Key   [32]byte // of the hashes under which answers are remembered
	Mask  func(text string) string
	// Build makes the provider that a policy describes.
	Build func(provider.Provider) (Provider, error)
	// Accuracy is what corrections say of the engines; nil: nothing is known, and the policy alone decides.
	Accuracy provider.Accuracy
	Now      func() time.Time                                // nil: time.Now
	Pause    func(ctx context.Context, d time.Duration) bool // nil: waits; false when the context ended
	Chance   func() float64                                  // nil: rand.Float64; spreads retries
}

// Panel is the providers of a workspace, at work.
type Panel struct {
	options Options
	cache   *cache
	tide    *tide
	book    *book
	ctx     context.Context
	stop    context.CancelFunc
	ready   chan struct{} // closed at the first Set
	done    chan struct{}

	mu    sync.Mutex
	set   bool
	seats map[string]*seat
}

// Start makes a panel, which follows the log from its first [Panel.Set] on. A workspace that never had a panel begins at
// the end of the log: nobody is asked about the past.
func Start(o Options) (*Panel, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Pause == nil {
		o.Pause = pause
	}
	if o.Chance == nil {
		o.Chance = rand.Float64
	}
	b, err := openBook(o.Dir, o.House.Seq())
	if err != nil {
		return nil, fmt.Errorf("opening the book of second opinions: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	p := &Panel{options: o, cache: newCache(o.Key), tide: newTide(b.seq()), book: b, ctx: ctx, stop: stop, ready: make(chan struct{}), done: make(chan struct{}), seats: map[string]*seat{}}
	go p.run()
	return p, nil
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Set brings the seats in step with a policy. One whose provider cannot be built, for a key that is missing, stays empty
// and is tried again at the next call.
func (p *Panel) Set(policy *provider.Policy) {
	p.mu.Lock()
	defer p.mu.Unlock()
	wanted := map[string]provider.Provider{}
	for _, x := range policy.All() {
		wanted[x.Name] = x
	}
	for name, s := range p.seats {
		if x, ok := wanted[name]; !ok || !reflect.DeepEqual(x, s.config) {
			s.leave()
			delete(p.seats, name)
		}
	}
	for name, x := range wanted {
		if p.seats[name] != nil {
			continue
		}
		built, err := p.options.Build(x)
		if err != nil {
			p.book.say(name, err)
			continue
		}
		p.book.say(name, nil)
		p.seats[name] = p.sit(x, built)
	}
	if !p.set {
		p.set = true
		close(p.ready)
	}
}

// Close ends everything that is under way.
func (p *Panel) Close() error {
	p.stop()
	<-p.done
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.seats {
		s.leave()
	}
	clear(p.seats)
	return p.book.save(p.tide.low())
}

func (p *Panel) seat(name string) *seat {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seats[name]
}

// Settled returns when everything up to a chunk was answered or passed over, or with the context's error.
func (p *Panel) Settled(ctx context.Context, seq orrery.Seq) error { return p.tide.wait(ctx, seq) }

// Count is what became of the questions to one provider since the start.
type Count struct {
	Answered  int64 // opinions that became revisions
	Cached    int64 // of them, those that were known already
	Failed    int64 // no answer, after all attempts
	Refused   int64 // answers that counted for nothing
	Unpaid    int64 // passed over because the day's budget was spent
	Corrected int64 // passed over because a person, or the same model, had answered, or processing is restricted
	Aged      int64 // passed over because it had waited too long
	Written   int64 // translations and drafts
}

// Each calls f with each count, always in one order.
func (c Count) Each(f func(outcome string, n int64)) {
	f("answered", c.Answered)
	f("cached", c.Cached)
	f("failed", c.Failed)
	f("refused", c.Refused)
	f("unpaid", c.Unpaid)
	f("corrected", c.Corrected)
	f("aged", c.Aged)
	f("written", c.Written)
}

// Counts are those of all providers that sit.
func (p *Panel) Counts() map[string]Count {
	p.mu.Lock()
	seats := maps.Clone(p.seats)
	p.mu.Unlock()
	out := map[string]Count{}
	for name, s := range seats {
		out[name] = s.count.read()
	}
	return out
}

// run follows the log, and keeps the book, until the panel is closed.
func (p *Panel) run() {
	defer close(p.done)
	keeping := make(chan struct{})
	go func() {
		defer close(keeping)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-p.ctx.Done():
				return
			case <-tick.C:
				if err := p.book.save(p.tide.low()); err != nil {
					slog.Error("keeping the book of second opinions", "error", err)
				}
			}
		}
	}()
	select {
	case <-p.ready: // not before somebody sits: what is looked at is not looked at again
	case <-p.ctx.Done():
	}
	for p.ctx.Err() == nil {
		if err := p.follow(); err != nil && p.ctx.Err() == nil {
			slog.Error("following the log for second opinions", "error", err)
			p.options.Pause(p.ctx, time.Second)
		}
	}
	<-keeping
}
