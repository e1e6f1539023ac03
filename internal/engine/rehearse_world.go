package engine

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/dedupe"
	"github.com/orrery-cxm/orrery/internal/identify"
	"github.com/orrery-cxm/orrery/internal/log"
)

// world is a copy of the workspace in which a policy is tried on recorded inputs. It writes no log, and whatever goes
// out of it is accepted at once by nobody.
type world struct {
	core    *core
	store   *store
	from    orrery.Seq // what was born before is the same in the log and here
	tell    func(orrery.Fact)
	refused int // commands that this policy's world refuses or cannot place

	touches map[orrery.TouchID]orrery.TouchID // as recorded: as here; of touches that say something
	cases   map[orrery.TouchID]orrery.CaseID  // by the touch, as here, that opened or changed them
	named   map[naturalKey]uint64             // what was born here, by what it is about
}

// worldBytes is how much changed state a world gathers before it is written.
const worldBytes = 16 << 20

func newWorld(w *Workspace, s *store, dir string, from orrery.Seq) (*world, error) {
	at, err := s.position()
	if err != nil {
		return nil, err
	}
	c := &core{keys: w.keys, policy: DefaultPolicy(), breakers: &identify.Breakers{}, alarms: &alarms{}, outbox: newOutbox(),
		state: newState(s, at, 8<<20), hot: map[orrery.FragmentID]*fragment{}, hotLimit: 2000}
	c.state.register = w.register
	c.incarnation, c.lastTime = max(at.incarnation, 1), at.time
	if c.encoder, err = newEncoder(); err != nil {
		return nil, fmt.Errorf("making a compressor: %w", err)
	}
	if c.decoder, err = newDecoder(); err != nil {
		return nil, fmt.Errorf("making a decompressor: %w", err)
	}
	if err := c.loadIndexes(); err != nil {
		return nil, err
	}
	if c.seen, err = dedupe.Open(filepath.Join(dir, "ids"), dedupe.Options{}); err != nil {
		return nil, fmt.Errorf("making room for message ids: %w", err)
	}
	c.paused, c.frozen, c.backfill = false, false, backfill{}
	return &world{core: c, store: s, from: from, touches: map[orrery.TouchID]orrery.TouchID{}, cases: map[orrery.TouchID]orrery.CaseID{},
		named: map[naturalKey]uint64{}}, nil
}

func (x *world) close() error {
	x.core.decoder.Close()
	return errors.Join(x.core.seen.Close(), x.store.close())
}

// begin puts the policy in force and looks at everybody, as after orrery apply.
func (x *world) begin(p *Policy, at orrery.Instant) error {
	apply := Input{Command: ApplyPolicy{Text: p.Text, By: orrery.Actor{Name: "rehearsal", Trust: orrery.Internal}}}
	if _, err := x.step(at, []Input{apply}); err != nil {
		return err
	}
	still := func() time.Duration { return 0 }
	for {
		slice, ok, err := x.core.nextBackfill(still)
		if err != nil {
			return fmt.Errorf("looking at everybody: %w", err)
		}
		if !ok {
			return x.deliver(at)
		}
		if _, err := x.step(at, []Input{slice}); err != nil {
			return err
		}
	}
}

// step works on inputs at a moment and publishes what follows.
func (x *world) step(at orrery.Instant, inputs []Input) ([]Result, error) {
	var all []Result
	for len(inputs) > 0 {
		b, results, err := x.core.process(at, inputs)
		if err != nil {
			return nil, err
		}
		for i := range b.facts {
			x.born(b.facts[i].fact)
			x.tell(b.facts[i].fact)
		}
		here := x.core.state.at
		next := log.Chunk{Seq: here.seq + 1, Incarnation: x.core.incarnation, Hash: here.hash}
		if err := x.core.publish(b, next); err != nil {
			return nil, err
		}
		all = append(all, results...)
		inputs = inputs[len(results):]
	}
	if x.core.state.fresh.bytes < worldBytes {
		return all, nil
	}
	l, position := x.core.state.freeze()
	if err := x.store.flush(l, position, x.core.workspaceState()); err != nil {
		return nil, err
	}
	x.core.state.thaw()
	return all, nil
}

// until lets time go on: timers ring at their moment, and what they let go goes out.
func (x *world) until(now orrery.Instant) error {
	for {
		next := x.core.timers.next()
		if next == 0 || next > now {
			return x.deliver(now)
		}
		var inputs []Input
		for _, t := range x.core.timers.pop(next, MaxChunkInputs/4) {
			inputs = append(inputs, Input{Command: wake{t}})
		}
		if _, err := x.step(next, inputs); err != nil {
			return err
		}
		if err := x.deliver(next); err != nil {
			return err
		}
	}
}

// touch plays recorded touches. Their message ids are left behind: what the log holds was no duplicate.
func (x *world) touch(at orrery.Instant, recorded []stamped) error {
	if err := x.until(at); err != nil || len(recorded) == 0 {
		return err
	}
	inputs := make([]Input, len(recorded))
	for i := range recorded {
		t := recorded[i].fact.(*orrery.TouchRecorded).Touch
		t.MessageID = ""
		inputs[i].Touch = &t
	}
	results, err := x.step(at, inputs)
	if err != nil {
		return err
	}
	for i := range results {
		if t := inputs[i].Touch; t.Message != nil || t.Survey != nil || t.Signals != nil {
			x.touches[orrery.TouchID(recorded[i].at.ID())] = results[i].Touch
		}
		if results[i].Err != nil {
			x.refused++
		}
	}
	return x.deliver(at)
}

// command plays a recorded command, nil for one that is about something which is not here. It returns the message that
// an offer gave birth to.
func (x *world) command(at orrery.Instant, c Command, f stamped) (orrery.IntentID, error) {
	if err := x.until(at); err != nil {
		return 0, err
	}
	if c == nil {
		x.refused++
		return 0, nil
	}
	results, err := x.step(at, []Input{{Command: c}})
	if err != nil {
		return 0, err
	}
	if results[0].Err != nil {
		x.refused++
	}
	var born orrery.IntentID
	if offered, ok := results[0].Value.(*orrery.IntentOffered); ok {
		born = offered.Intent.ID
		x.named[naturalKey{what: "intent", about: f.at.ID()}] = uint64(born)
	}
	return born, x.deliver(at)
}

// maxRounds bounds how often something that went out may at once make something else due.
const maxRounds = 1000

// deliver lets everything that is due go out, and accepts it.
func (x *world) deliver(now orrery.Instant) error {
	for range maxRounds {
		var taken []Item
		for _, d := range slices.Sorted(maps.Keys(x.core.outbox.destinations)) {
			items, _ := x.core.outbox.take(d, now, MaxChunkInputs/4)
			taken = append(taken, items...)
		}
		if len(taken) == 0 {
			return nil
		}
		if err := x.accept(now, taken); err != nil {
			return err
		}
		for i := range taken {
			x.core.outbox.done(&taken[i])
		}
	}
	return nil
}

func (x *world) accept(now orrery.Instant, taken []Item) error {
	var outcomes, releases []Input
	for i := range taken {
		it := &taken[i]
		if it.Kind == orrery.EffectPush {
			outcomes = append(outcomes, Input{Command: PushOutcome{act.PushOutcome{Fragment: it.Fragment, Destination: it.Destination,
				List: it.List, Push: it.Push, Version: it.Version, Outcome: orrery.Accepted}}})
			continue
		}
		releases = append(releases, Input{Command: Release{act.Release{Fragment: it.Fragment, Effect: it.Effect}}})
	}
	results, err := x.step(now, releases)
	if err != nil {
		return err
	}
	for i := range results {
		released, ok := results[i].Value.(*orrery.EffectReleased)
		if results[i].Err != nil || !ok {
			continue // the gate said no: it is held again, replaced or dropped
		}
		outcomes = append(outcomes, Input{Command: Answered{act.Answered{Fragment: released.Fragment, Effect: released.Effect,
			Attempt: released.Attempt, Outcome: orrery.Accepted}}})
	}
	_, err = x.step(now, outcomes)
	return err
}
