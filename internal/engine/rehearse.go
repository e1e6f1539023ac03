package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/orrery-cxm/orrery"
)

// Rehearsal is what a policy would have made of the recent past, beside what the policy in force makes of it. Both play
// the same recorded inputs on copies of the state as it was then, so what the recording cannot tell weighs on both alike:
// every delivery is taken as accepted at once, people react as they did, and a command about something that came into
// being only under the other policy is left out and counted.
type Rehearsal struct {
	From     orrery.Instant `json:"from"`
	To       orrery.Instant `json:"to"`
	Chunks   int            `json:"chunks"`
	Inputs   int            `json:"inputs"`
	Rules    []RuleTrial    `json:"rules"`    // whose outcome differs
	Messages []MessageTrial `json:"messages"` // whose fate differs
	Offered  int            `json:"offered"`  // messages that were compared
	LeftOut  []LeftOut      `json:"left_out"` // of the recording, or of one of the two runs
}

// RuleTrial is how often something happened under the policy in force and under the one on trial. What happened to a
// person on another day counts as happening to them only before, and only after.
type RuleTrial struct {
	Rule       string            `json:"rule"` // "audience runners entered", "hold case placed: hold.case_open"
	Before     int               `json:"before"`
	After      int               `json:"after"`
	OnlyBefore int               `json:"only_before"`
	OnlyAfter  int               `json:"only_after"`
	Examples   []orrery.PersonID `json:"examples"` // of people to whom it happened in one run only, at most 5
}

// MessageTrial counts the messages whose fate would have changed in one way.
type MessageTrial struct {
	From     string            `json:"from"` // "accepted", "held hold.case_open"
	To       string            `json:"to"`
	Count    int               `json:"count"`
	Examples []orrery.IntentID `json:"examples"` // at most 5
}

// LeftOut is a kind of thing that could not be played again, and how often.
type LeftOut struct {
	What  string `json:"what"`
	Count int    `json:"count"`
}

// Rehearse plays the last span of the log again, once with the policy in force and once with p, and compares. It builds
// the state of then in a temporary directory, keeps no more in memory than two small caches and a day of outcomes, and
// tells progress in percent. The workspace serves on meanwhile; erasures wait, since the copies must not outlive them.
func (w *Workspace) Rehearse(ctx context.Context, p *Policy, span orrery.Span, progress func(percent int)) (*Rehearsal, error) {
	w.erasing.Lock()
	defer w.erasing.Unlock()
	to, _ := w.log.End()
	from, at, err := w.firstSince(ctx, to, w.clock().Add(-span))
	if err != nil {
		return nil, err
	}
	out := &Rehearsal{From: at, To: w.clock(), Rules: []RuleTrial{}, Messages: []MessageTrial{}, LeftOut: []LeftOut{}}
	dir, err := os.MkdirTemp(w.options.Dir, "verify-rehearsal-") // swept away like other leftovers, should we crash
	if err != nil {
		return nil, fmt.Errorf("making room for a rehearsal: %w", err)
	}
	defer os.RemoveAll(dir)
	r := &rehearsal{from: from, to: to, out: out, record: newRecord(), tally: newTally(from), progress: progress}
	if err := r.open(ctx, w, dir, p); err != nil {
		return nil, errors.Join(err, r.close())
	}
	err = r.play(ctx, w)
	if err = errors.Join(err, r.close()); err != nil {
		return nil, fmt.Errorf("playing the log again: %w", err)
	}
	r.tally.report(out)
	return out, nil
}

// rehearsal is one under way: two worlds in step.
type rehearsal struct {
	from, to orrery.Seq
	worlds   [2]*world // the policy in force, the one on trial
	record   *record
	tally    *tally
	out      *Rehearsal
	progress func(percent int)
	percent  int
}

// open builds the state of then, copies it, and puts a policy in force in each.
func (r *rehearsal) open(ctx context.Context, w *Workspace, dir string, p *Policy) error {
	then, err := w.rebuild(ctx, filepath.Join(dir, "0"), r.from-1)
	if err != nil {
		return fmt.Errorf("building the state of then: %w", err)
	}
	first := filepath.Join(dir, "0", "checkpoint")
	second := filepath.Join(dir, "1", "checkpoint")
	if err := errors.Join(os.MkdirAll(filepath.Dir(second), 0o700), then.db.Flush(), then.db.Checkpoint(second), then.close()); err != nil {
		return fmt.Errorf("copying the state of then: %w", err)
	}
	for i, where := range []string{first, second} {
		s, err := openStore(where, vfs.Default, 8<<20)
		if err != nil {
			return err
		}
		policy := w.policy.Load()
		if i == 1 {
			policy = p
		}
		if r.worlds[i], err = newWorld(w, s, filepath.Dir(where), r.from); err != nil {
			return errors.Join(err, s.close())
		}
		r.worlds[i].tell = func(f orrery.Fact) { r.tally.take(i, f) }
		if err := r.worlds[i].begin(policy, r.out.From); err != nil {
			return err
		}
	}
	r.tally.day(r.out.From)
	return nil
}

func (r *rehearsal) close() error {
	var err error
	for _, x := range r.worlds {
		if x != nil {
			err = errors.Join(err, x.close())
		}
	}
	return err
}

// play gives every recorded input of the span to both worlds, and lets time go on in them to its end.
func (r *rehearsal) play(ctx context.Context, w *Workspace) error {
	decoder, err := newDecoder()
	if err != nil {
		return fmt.Errorf("making a decompressor: %w", err)
	}
	defer decoder.Close()
	for chunk, err := range w.log.Read(ctx, r.from-1) {
		if err != nil {
			return fmt.Errorf("reading the log: %w", err)
		}
		if chunk.Seq > r.to {
			break
		}
		at, facts, err := decodeChunk(decoder, chunk.Seq, chunk.Incarnation, chunk.Body)
		if err != nil {
			return err
		}
		r.tally.day(at)
		r.out.Chunks++
		if err := r.chunk(at, facts); err != nil {
			return fmt.Errorf("chunk %d: %w", chunk.Seq, err)
		}
		r.tell(chunk.Seq)
	}
	for _, x := range r.worlds {
		if err := x.until(r.out.To); err != nil {
			return err
		}
	}
	r.out.LeftOut = r.record.leftOut(r.worlds)
	return ctx.Err()
}

// chunk plays the inputs of one chunk: touches together, each command by itself, since it may be about what they caused.
func (r *rehearsal) chunk(at orrery.Instant, facts []stamped) error {
	var touches []stamped
	flush := func() error {
		for _, x := range r.worlds {
			if err := x.touch(at, touches); err != nil {
				return err
			}
		}
		touches = touches[:0]
		return nil
	}
	for i := range facts {
		f := facts[i]
		r.record.note(f)
		if _, ok := f.fact.(*orrery.TouchRecorded); ok {
			touches = append(touches, f)
			r.out.Inputs++
			continue
		}
		kind := r.record.command(f, facts)
		if kind == nil {
			continue
		}
		r.out.Inputs++
		if err := flush(); err != nil {
			return err
		}
		for i, x := range r.worlds {
			born, err := x.command(at, kind(x), f)
			if err != nil {
				return err
			}
			if offered, ok := f.fact.(*orrery.IntentOffered); ok {
				r.tally.offered(i, offered.Intent.ID, born)
			}
		}
	}
	return flush()
}

func (r *rehearsal) tell(seq orrery.Seq) {
	percent := int((seq - r.from + 1) * 100 / (r.to - r.from + 1))
	if percent > r.percent && r.progress != nil {
		r.percent = percent
		r.progress(percent)
	}
}
