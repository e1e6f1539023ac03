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
	foreign bool // the value may hold on to memory of a request: it is read again from its bytes after the batch
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

func (p *part[T, P]) evolve(self orrery.FragmentID, f orrery.Fact, at orrery.Stamp, foreign bool) {
	p.get().Evolve(self, f, at)
	p.changed = true
	p.foreign = p.foreign || foreign
}

// empty says without decoding that there is nothing in the slice.
func (p *part[T, P]) empty() bool { return p.value == nil && len(p.raw) == 0 }

// appendTo writes the slice and returns where its bytes lie.
func (p *part[T, P]) appendTo(w *wire.Writer) span {
	at := w.Reserve()
	if p.changed {
		p.value.AppendTo(w)
	} else {
		w.B = append(w.B, p.raw...)
	}
	w.Fill(at)
	return span{at, len(w.B)}
}

// settled makes the slice clean after its batch was published with the given bytes.
func (p *part[T, P]) settled(raw []byte) {
	p.raw = raw
	if p.foreign {
		p.value = nil
	}
	if l, ok := any(p.value).(interface{ Settled([]byte) }); ok && p.value != nil {
		l.Settled(raw)
	}
	p.changed, p.foreign = false, false
}

// span is a stretch of a blob.
type span struct{ from, to int }

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
	gone       bool   // erased in this batch
	batch      uint64 // the batch that used it last
	dueBefore  orrery.Instant
}

const fragmentFormat = 2

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
	f.node.raw, f.memory.raw, f.experience.raw = r.Section(), r.Section(), r.Section()
	f.desk.raw, f.members.raw, f.box.raw = r.Section(), r.Section(), r.Section()
	if err := r.Err(); err != nil {
		return nil, fmt.Errorf("reading the state of %s: %w", id, err)
	}
	f.seen = true
	return f, nil
}

// appendTo writes the blob and returns where its slices lie. Everything after the due moment is a fold over facts.
func (f *fragment) appendTo(w *wire.Writer) (at [6]span) {
	w.Uint(fragmentFormat)
	w.Int(int64(f.due))
	at[0] = f.node.appendTo(w)
	at[1] = f.memory.appendTo(w)
	at[2] = f.experience.appendTo(w)
	at[3] = f.desk.appendTo(w)
	at[4] = f.members.appendTo(w)
	at[5] = f.box.appendTo(w)
	return at
}

// settled makes the fragment clean after its batch was published with the given blob: what was decoded serves the next
// batch too.
func (f *fragment) settled(blob []byte, at [6]span) {
	f.changed, f.dueBefore = false, f.due
	f.node.settled(blob[at[0].from:at[0].to])
	f.memory.settled(blob[at[1].from:at[1].to])
	f.experience.settled(blob[at[2].from:at[2].to])
	f.desk.settled(blob[at[3].from:at[3].to])
	f.members.settled(blob[at[4].from:at[4].to])
	f.box.settled(blob[at[5].from:at[5].to])
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
	// A touch folds into node and memory without keeping hold of the request; any other fact may.
	_, touch := fact.(*orrery.TouchRecorded)
	for _, s := range slicesOf(fact) {
		switch s {
		case sliceNode:
			f.node.evolve(f.id, fact, at, !touch)
		case sliceMemory:
			f.memory.evolve(f.id, fact, at, !touch)
		case sliceExperience:
			f.experience.evolve(f.id, fact, at, true)
		case sliceDesk:
			f.desk.evolve(f.id, fact, at, true)
		case sliceMembers:
			f.members.evolve(f.id, fact, at, true)
		case sliceBox:
			f.box.evolve(f.id, fact, at, true)
		}
	}
}

// forget empties every slice: the fragment is as if it had never been seen.
func (f *fragment) forget() {
	*f = fragment{id: f.id, changed: true, dueBefore: f.dueBefore, gone: true, batch: f.batch}
	f.box.get()
	f.box.changed = true
}
