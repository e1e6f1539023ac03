package engine

import (
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/decide"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/identify"
	"github.com/orrery-cxm/orrery/internal/protect"
	"github.com/orrery-cxm/orrery/internal/remember"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// slice is one domain package's part of a fragment's state.
type slice[T any] interface {
	*T
	AppendTo(*wire.Writer)
	Read(*wire.Reader) error
	Evolve(orrery.FragmentID, orrery.Fact, orrery.Stamp)
}

// part holds a slice as bytes until somebody looks at it.
type part[T any, P slice[T]] struct {
	raw     []byte
	value   P
	changed bool
}

// get decodes the slice on first use. Bytes that do not decode are a broken invariant: they were written by this code
// and are protected by checksums; the loop catches the panic and reloads.
func (p *part[T, P]) get() P {
	if p.value == nil {
		p.value = new(T)
		if len(p.raw) > 0 {
			if err := p.value.Read(wire.NewReader(p.raw)); err != nil {
				panic(fmt.Sprintf("engine: state does not decode: %v", err))
			}
		}
	}
	return p.value
}

func (p *part[T, P]) evolve(self orrery.FragmentID, f orrery.Fact, at orrery.Stamp) {
	p.get().Evolve(self, f, at)
	p.changed = true
}

// empty says without decoding that there is nothing in the slice.
func (p *part[T, P]) empty() bool { return p.value == nil && len(p.raw) == 0 }

func (p *part[T, P]) appendTo(w *wire.Writer, scratch *wire.Writer) {
	if !p.changed {
		w.Bytes(p.raw)
		return
	}
	scratch.B = scratch.B[:0]
	p.value.AppendTo(scratch)
	w.Bytes(scratch.B)
}

// fragment is the state of one fragment as a turn sees it.
type fragment struct {
	id         orrery.FragmentID
	due        orrery.Instant // representative: when the person must be looked at again; not a fact, see timers.go
	node       part[identify.Node, *identify.Node]
	memory     part[remember.Memory, *remember.Memory]
	experience part[protect.Experience, *protect.Experience]
	desk       part[desk.Desk, *desk.Desk]
	members    part[decide.Members, *decide.Members]
	box        part[act.Box, *act.Box]
	seen       bool // exists in the state, or came to exist in this batch
	changed    bool
	gone       bool // erased in this batch
	dueBefore  orrery.Instant
}

const fragmentFormat = 1

// decodeFragment splits a blob into its slices.
func decodeFragment(id orrery.FragmentID, blob []byte) (*fragment, error) {
	f := &fragment{id: id}
	if len(blob) == 0 {
		return f, nil
	}
	r := wire.NewReader(blob)
	if v := r.Uint(); v != fragmentFormat {
		return nil, fmt.Errorf("state of %s has format %d, unknown to this version", id, v)
	}
	f.due = orrery.Instant(r.Int())
	f.dueBefore = f.due
	f.node.raw, f.memory.raw, f.experience.raw = r.Bytes(), r.Bytes(), r.Bytes()
	f.desk.raw, f.members.raw, f.box.raw = r.Bytes(), r.Bytes(), r.Bytes()
	if err := r.Err(); err != nil {
		return nil, fmt.Errorf("reading the state of %s: %w", id, err)
	}
	f.seen = true
	return f, nil
}

// appendTo writes the blob. Everything after the due moment is a fold over facts.
func (f *fragment) appendTo(w *wire.Writer, scratch *wire.Writer) {
	w.Uint(fragmentFormat)
	w.Int(int64(f.due))
	f.node.appendTo(w, scratch)
	f.memory.appendTo(w, scratch)
	f.experience.appendTo(w, scratch)
	f.desk.appendTo(w, scratch)
	f.members.appendTo(w, scratch)
	f.box.appendTo(w, scratch)
}

// foldedPart is the blob without the due moment: what must be equal after a replay.
func foldedPart(blob []byte) []byte {
	r := wire.NewReader(blob)
	r.Uint()
	r.Int()
	return blob[len(blob)-r.Len():]
}

// evolve folds one fact into the slices that it concerns.
func (f *fragment) evolve(fact orrery.Fact, at orrery.Stamp) {
	f.seen, f.changed = true, true
	if _, gone := fact.(*orrery.PersonErased); gone {
		f.forget()
		return
	}
	for _, s := range slicesOf(fact) {
		switch s {
		case sliceNode:
			f.node.evolve(f.id, fact, at)
		case sliceMemory:
			f.memory.evolve(f.id, fact, at)
		case sliceExperience:
			f.experience.evolve(f.id, fact, at)
		case sliceDesk:
			f.desk.evolve(f.id, fact, at)
		case sliceMembers:
			f.members.evolve(f.id, fact, at)
		case sliceBox:
			f.box.evolve(f.id, fact, at)
		}
	}
}

// forget empties every slice: the fragment is as if it had never been seen.
func (f *fragment) forget() {
	*f = fragment{id: f.id, changed: true, dueBefore: f.dueBefore, gone: true}
	f.box.get()
	f.box.changed = true
}
