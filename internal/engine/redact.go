package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/klauspost/compress/zstd"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/dedupe"
	"github.com/orrery-cxm/orrery/internal/log"
)

// Redaction leaves out of a chunk every fact that concerns nobody but erased people, and out of the others what names
// them. Replay still ends in the same state: a fact changes only the entities it names, and those of erased people are
// emptied by PersonErased, up to which the facts are looked at and behind which none is.

// redactor redacts chunks for one erasure.
type redactor struct {
	w       *Workspace
	erased  map[orrery.FragmentID]bool
	numbers map[uint64]bool // of quarantined events that name them
	at      orrery.Seq      // the chunk of the erasure
	decoder *zstd.Decoder

	keys    []dedupe.Key           // of messages left out
	cases   map[orrery.CaseID]bool // that are nobody's any more
	account map[orrery.AccountID]bool
	changed []changedEntry // in timelines of others
	facts   int            // left out or changed
	chunks  int
}

// changedEntry is an entry in the timeline of somebody else that reads differently now.
type changedEntry struct {
	fragment orrery.FragmentID
	at       orrery.Stamp
	body     []byte
}

// redacted is a chunk as it is to be.
type redacted struct {
	seq   orrery.Seq
	chunk chunkWriter
	time  orrery.Instant
}

// read decodes a chunk and decides what is to be left of it; nil when all of it stays.
func (r *redactor) read(chunk log.Chunk) (*redacted, error) {
	at, facts, err := decodeChunk(r.decoder, chunk.Seq, chunk.Incarnation, chunk.Body)
	if err != nil {
		return nil, err
	}
	out := &redacted{seq: chunk.Seq, time: at}
	over, touched := false, false
	for i := range facts {
		f := &facts[i]
		if e, ok := f.fact.(*orrery.PersonErased); ok && chunk.Seq == r.at && r.isMine(e) {
			over = true
		}
		next := f.fact
		if !over || r.isQuarantine(f.fact) {
			next = r.redact(f.fact)
		}
		if next == nil {
			r.leaveOut(f.fact)
			touched = true
			continue
		}
		start, end, err := out.chunk.add(f.at, next)
		if err != nil {
			return nil, err
		}
		if next != f.fact {
			touched = true
			r.facts++
			r.note(f.at, next, out.chunk.raw.B[start:end])
		}
	}
	if !touched {
		return nil, nil
	}
	return out, nil
}

func (r *redactor) isMine(e *orrery.PersonErased) bool {
	if len(e.Fragments) != len(r.erased) {
		return false
	}
	for _, id := range e.Fragments {
		if !r.erased[id] {
			return false
		}
	}
	return true
}

func (r *redactor) isQuarantine(f orrery.Fact) bool {
	_, ok := f.(*orrery.InputQuarantined)
	return ok
}

// note remembers whose timelines hold a fact that reads differently now.
func (r *redactor) note(at orrery.Stamp, f orrery.Fact, body []byte) {
	for _, id := range timelinesOf(nil, f) {
		if !r.erased[id] {
			r.changed = append(r.changed, changedEntry{id, at, slices.Clone(body)})
		}
	}
}

func (r *redactor) leaveOut(f orrery.Fact) {
	r.facts++
	switch f := f.(type) {
	case *orrery.TouchRecorded:
		if f.Touch.MessageID != "" {
			r.keys = append(r.keys, r.w.keys.MessageKey(string(f.Touch.Source), f.Touch.MessageID))
		}
	case *orrery.CaseOpened:
		r.cases[f.Case.ID] = true
	case *orrery.CaseChanged:
		r.cases[f.Case.ID] = true
	}
}

// forget notes by what an event that was set aside is known. One that was only cleared stays known: a client that sends its
// batch again shall not bring it back.
func (r *redactor) forget(f *orrery.InputQuarantined) {
	if len(r.erased) == 0 {
		return
	}
	if f.Seen {
		r.keys = append(r.keys, r.w.keys.MessageKey(string(f.Source), f.MessageID))
	}
	if print, ok := r.w.core.print(f); ok {
		r.keys = append(r.keys, print)
	}
}

// redact is what is to be left of a fact: itself, another of its kind, or nil.
func (r *redactor) redact(f orrery.Fact) orrery.Fact {
	gone := func(id orrery.FragmentID) bool { return r.erased[id] }
	switch f := f.(type) {
	case *orrery.TouchRecorded:
		if gone(f.Anchor) {
			return nil
		}
		return r.redactTouch(f)
	case *orrery.PersonErased, *orrery.QuarantineCleared:
		return f
	case *orrery.InputQuarantined:
		switch {
		case !r.numbers[f.Number]:
			return f
		case f.Body != "" || f.Say != "" || f.MessageID != "":
			r.forget(f)
			c := *f
			c.Body, c.Say, c.MessageID, c.Seen = "", "", "", false
			return &c
		}
		return f
	case *orrery.CaseOpened:
		next, ok := withoutErased(f.Case, gone)
		if !ok {
			return nil
		}
		if next == f.Case {
			return f
		}
		c := *f
		c.Case = next
		return &c
	case *orrery.CaseChanged:
		next, ok := withoutErased(f.Case, gone)
		if !ok {
			return nil
		}
		if next == f.Case {
			return f
		}
		c := *f
		c.Case, c.Note = next, ""
		return &c
	case *orrery.FragmentSeen:
		living := f.Identifier.Namespace == orrery.SliceID && (f.Owner != 0 && !gone(f.Owner) || f.Device != 0 && !gone(f.Device))
		if gone(f.Fragment) && !living {
			return nil
		}
		return f
	case *orrery.LinkDecided:
		if gone(f.A) && gone(f.B) {
			return nil
		}
		if (gone(f.A) || gone(f.B)) && f.Why != "" {
			c := *f
			c.Why = ""
			return &c
		}
		return f
	case *orrery.AlertRaised, *orrery.AlertChanged, *orrery.TopicEmerged:
		return withoutExamples(f, gone)
	case *orrery.AccountChanged:
		if gone(f.Fragment) {
			r.account[f.Account] = true
			c := *f
			c.Fragment = 0
			return &c
		}
		return f
	}
	subjects := subjectsOf(nil, f)
	if len(subjects) > 0 && !slices.ContainsFunc(subjects, func(id orrery.FragmentID) bool { return !gone(id) }) {
		return nil
	}
	return f
}

// redactTouch takes the identifiers of erased people out of a touch of somebody else.
func (r *redactor) redactTouch(f *orrery.TouchRecorded) orrery.Fact {
	names := func(i orrery.Identifier) bool {
		return r.erased[orrery.FragmentID(r.w.keys.Identifier(string(i.Namespace), i.Value))]
	}
	t := &f.Touch
	said := t.Message != nil && slices.ContainsFunc(t.Message.Affected, names)
	if !said && !slices.ContainsFunc(t.Identifiers, names) && !slices.ContainsFunc(t.Alias, names) {
		return f
	}
	c := *f
	c.Touch.Identifiers = slices.DeleteFunc(slices.Clone(t.Identifiers), names)
	c.Touch.Alias = slices.DeleteFunc(slices.Clone(t.Alias), names)
	if said {
		m := *t.Message
		m.Affected = slices.DeleteFunc(slices.Clone(m.Affected), names)
		c.Touch.Message = &m
	}
	return &c
}

// put writes a chunk as it is to be in the place of what it was. A chunk of which little was left out may come out
// larger at a level at which it was not written first, so each is tried; the log keeps some room besides.
func (r *redactor) put(ctx context.Context, x *redacted) error {
	var refused error
	for _, level := range []zstd.EncoderLevel{zstd.SpeedBetterCompression, zstd.SpeedBestCompression, zstd.SpeedFastest, zstd.SpeedDefault} {
		enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(level), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false))
		if err != nil {
			return fmt.Errorf("making a compressor: %w", err)
		}
		err = r.w.log.Redact(ctx, x.seq, x.chunk.seal(nil, enc, x.time))
		_ = enc.Close() // it writes nowhere
		if !errors.Is(err, log.ErrTooLarge) {
			if err == nil {
				r.chunks++
			}
			return err
		}
		refused = err
	}
	return fmt.Errorf("chunk %d does not get smaller by an erasure: %w", x.seq, refused)
}

// ClearQuarantined takes an event out of the quarantine, and its body out of the log: what was sent again stands there as
// a touch, and what was thrown away is not kept.
func (w *Workspace) ClearQuarantined(ctx context.Context, c ClearQuarantine) (orrery.Seq, error) {
	w.erasing.Lock()
	defer w.erasing.Unlock()
	if _, err := w.Quarantined(ctx, c.Number); err != nil {
		return 0, err
	}
	_, seq, err := w.Do(ctx, c)
	if err != nil {
		return 0, err
	}
	_, err = w.redactLog(context.WithoutCancel(ctx), &Erasure{Upto: seq, Chunks: []orrery.Seq{orrery.SeqOf(c.Number)}, Quarantined: []uint64{c.Number}}, seq)
	return seq, err
}
