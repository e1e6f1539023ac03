package lookout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/radar"
	"github.com/orrery-cxm/orrery/internal/wire"
)

func (f *Follower) waiting() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state.Waiting()
}

// alerts and topics look; the caller holds mu.
func (f *Follower) alerts(now orrery.Instant) []orrery.Fact { return f.state.Alerts(now) }
func (f *Follower) topics(now orrery.Instant) []orrery.Fact { return f.state.Topics(now) }

// notice looks and lets what is found be recorded. Nothing is looked for while something that was recorded has not come
// back in the log: it would be found again.
func (f *Follower) notice(ctx context.Context, look func(orrery.Instant) []orrery.Fact) {
	if f.options.Still {
		return
	}
	f.mu.Lock()
	var facts []orrery.Fact
	if f.at.seq >= f.settled {
		facts = look(f.options.Source.Clock())
	}
	f.mu.Unlock()
	if len(facts) == 0 {
		return
	}
	_, seq, err := f.options.Source.Do(ctx, engine.Noticed{Facts: facts})
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil { // it may have been recorded after all: then it comes back in the log before the next look finds it
		slog.Error("recording what the radar noticed; it is tried again", "error", err)
		f.state.LookAgain()
		return
	}
	f.settled = seq
}

// Verify folds the log anew and compares. It returns what differs, at most one line. After an erasure nothing is compared:
// the state is replaced by the new one.
func (f *Follower) Verify(ctx context.Context) ([]string, error) {
	if err := f.Wait(ctx, f.options.Source.Seq()); err != nil {
		return nil, err
	}
	f.mu.Lock()
	upTo, stale := f.at.seq, f.stale
	live := encoded(f.state)
	f.mu.Unlock()
	again := radar.New()
	last := orrery.Seq(0)
	enough := errors.New("enough")
	fold := func(b engine.Batch) error {
		if b.Seq > upTo {
			return enough
		}
		for i := range b.Facts {
			again.Evolve(b.Facts[i].Fact, b.Facts[i].At)
		}
		last = b.Seq
		return ctx.Err()
	}
	if err := f.options.Source.ReadLog(ctx, 0, fold); err != nil && !errors.Is(err, enough) {
		return nil, fmt.Errorf("reading the log for the radar: %w", err)
	}
	if stale {
		return nil, f.replace(ctx, again, last)
	}
	if !bytes.Equal(live, encoded(again)) {
		return []string{fmt.Sprintf("the radar differs from what the log says up to chunk %d: stop the server, delete %s, and start again", upTo, FileName)}, nil
	}
	return nil, nil
}

// replace takes over a state that was built anew, after folding what came since.
func (f *Follower) replace(ctx context.Context, again *radar.State, from orrery.Seq) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	enough := errors.New("enough")
	err := f.options.Source.ReadLog(ctx, from, func(b engine.Batch) error {
		if b.Seq > f.at.seq {
			return enough
		}
		for i := range b.Facts {
			if _, ok := b.Facts[i].Fact.(*orrery.PersonErased); ok {
				return enough // another erasure: the next time
			}
			again.Evolve(b.Facts[i].Fact, b.Facts[i].At)
		}
		from = b.Seq
		return nil
	})
	if err != nil && !errors.Is(err, enough) {
		return fmt.Errorf("reading the log for the radar: %w", err)
	}
	if from == f.at.seq {
		f.state, f.stale, f.dirty = again, false, true
		f.state.LookAgain()
	}
	return nil
}

func encoded(s *radar.State) []byte {
	var w wire.Writer
	s.AppendTo(&w)
	return w.B
}
