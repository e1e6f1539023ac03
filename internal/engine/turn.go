package engine

import (
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/decide"
	"github.com/orrery-cxm/orrery/internal/dedupe"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/identify"
	"github.com/orrery-cxm/orrery/internal/protect"
	"github.com/orrery-cxm/orrery/internal/remember"
	"github.com/orrery-cxm/orrery/internal/rule"
)

// maxDepth is how far facts may cause further facts within one input: a touch opens a case, which places a hold, which
// ends a membership, which asks for a removal, of which a subscriber is told.
const maxDepth = 8

// batch is the work on one chunk: the facts so far and the state as it would be with them. Nothing of it is visible
// before the chunk is durable, and all of it is thrown away when the chunk is not.
//
// It is the turn that the domain packages see: it satisfies the ports that each of them declares.
type batch struct {
	core      *core
	now       orrery.Instant
	stamp     orrery.Stamp // of the next fact
	chunk     *chunkWriter
	facts     []batchFact
	touched   []*fragment // in the order of their first use
	number    uint64      // of the batch: fragments that carry it are in touched
	published bool
	cases     map[orrery.CaseID]*orrery.Case
	accounts  map[orrery.AccountID]*Account
	queue     []queued
	changes   map[orrery.PersonID]*decide.Changes
	order     []orrery.PersonID                    // keys of changes, in the order of their first change
	affected  map[orrery.TouchID]orrery.FragmentID // of messages in this batch: who was wronged
	intents   map[orrery.IntentID]*orrery.Intent   // that ended in this batch
	policy    *Policy                              // as changed by this batch
	breakers  *identify.Breakers
	depth     int
	reach     *orrery.Reach // of the input at hand
	subjects  []orrery.FragmentID
	subject   subject      // of the person being settled
	mentions  []mention    // of people in touches of others
	addedKeys []dedupe.Key // taken back when the chunk does not become durable
	whole     whole
	lately    [16]*fragment // those used last, by the end of their ids: an input asks for the same few many times
}

// batchFact is a fact of the chunk being made, with where its body lies in the chunk.
type batchFact struct {
	at         orrery.Stamp
	fact       orrery.Fact
	start, end int
	body       []byte // set instead when the fact was read from the log
}

type queued struct {
	at    orrery.Stamp
	fact  orrery.Fact
	depth int
}

// Hears says whether a destination may hear of what the input at hand causes.
func (b *batch) Hears(d orrery.DestinationName) bool { return b.reach.Hears(d) }

// Now is the chunk time.
func (b *batch) Now() orrery.Instant { return b.now }

// NextID is the id with which something born by the next fact is born.
func (b *batch) NextID() uint64 { return b.stamp.ID() }

// reserve takes the place of a fact that will be emitted later.
func (b *batch) reserve() orrery.Stamp {
	at := b.stamp
	b.stamp.Index++
	return at
}

// Emit appends a fact and folds it at once.
func (b *batch) Emit(f orrery.Fact) orrery.Stamp {
	return b.emitAt(b.reserve(), f)
}

func (b *batch) emitAt(at orrery.Stamp, f orrery.Fact) orrery.Stamp {
	if b.stamp.Index > orrery.MaxIndex {
		panic(fmt.Sprintf("engine: more than %d facts in one chunk", orrery.MaxIndex))
	}
	start, end, err := b.chunk.add(at, f)
	if err != nil {
		panic("engine: " + err.Error()) // plain structs always encode
	}
	b.facts = append(b.facts, batchFact{at: at, fact: f, start: start, end: end})
	b.fold(at, f)
	b.note(f)
	b.queue = append(b.queue, queued{at: at, fact: f, depth: b.depth + 1})
	return at
}

// fold changes every entity that the fact names.
func (b *batch) fold(at orrery.Stamp, f orrery.Fact) {
	if change, ok := f.(*orrery.IntentChanged); ok {
		b.intents[change.Intent] = b.Intent(change.Intent) // reactions may ask for it after it has ended
	}
	b.whole.known = b.whole.known && !movesFragments(f)
	b.subjects = subjectsOf(b.subjects[:0], f)
	for _, id := range b.subjects {
		b.fragment(id).evolve(f, at)
	}
	switch f := f.(type) {
	case *orrery.CaseOpened:
		c := f.Case
		b.cases[c.ID] = &c
	case *orrery.CaseChanged:
		c := f.Case
		b.cases[c.ID] = &c
	case *orrery.AccountChanged:
		b.account(f.Account).evolve(f)
	case *orrery.SourceBroken:
		b.breakers.Evolve(f)
	}
}

// note remembers what changed about which person, for the packages that settle at the end of an input.
func (b *batch) note(f orrery.Fact) {
	switch f := f.(type) {
	case *orrery.TouchRecorded:
		c := b.change(f.Person)
		c.Touched(&f.Touch, remember.EventName(&f.Touch), remember.PageName(&f.Touch))
		c.Due = c.Due || !plain(&f.Touch)
	case *orrery.FragmentAssigned:
		b.change(f.Person).All = true
		if f.Before != 0 && f.Before != f.Person {
			b.change(f.Before).All = true
		}
	case *orrery.ViewsWithdrawn:
		b.change(b.PersonOf(f.Fragment)).All = true
	case *orrery.ViewsRestored:
		b.change(b.PersonOf(f.Fragment)).All = true
	case *orrery.CaseOpened, *orrery.CaseChanged, *orrery.HoldPlaced, *orrery.HoldChanged, *orrery.HoldReleased, *orrery.ApologyDue,
		*orrery.ApologyPaid, *orrery.LifeNoted, *orrery.LifeChanged, *orrery.ConsentChanged, *orrery.SignalsRevised, *orrery.EffectAnswered:
		for _, id := range subjectsOf(nil, f) {
			if person := b.PersonOf(id); person != 0 { // nobody: a subscriber heard of an erasure, or of the brand
				b.change(person).State = true
			}
		}
	case *orrery.IntentOffered:
		b.change(b.PersonOf(f.Intent.Fragment)).Due = true
	case *orrery.IntentChanged:
		b.change(b.PersonOf(f.Fragment)).State = true // what ended or went back makes room under the caps for others
	}
}

func (b *batch) change(person orrery.PersonID) *decide.Changes {
	c, ok := b.changes[person]
	if !ok {
		c = b.core.newChanges()
		b.changes[person] = c
		b.order = append(b.order, person)
	}
	return c
}

// fragment is the state of a fragment in this batch: as an earlier batch left it, or loaded.
func (b *batch) fragment(id orrery.FragmentID) *fragment {
	place := &b.lately[uint64(id)%uint64(len(b.lately))]
	if f := *place; f != nil && f.id == id && f.batch == b.number {
		return f
	}
	f := b.load(id)
	*place = f
	return f
}

func (b *batch) load(id orrery.FragmentID) *fragment {
	f := b.core.hot[id]
	if f != nil && f.batch == b.number {
		return f
	}
	if f == nil {
		blob, err := b.core.state.blobInLoop(id)
		if err != nil {
			panic(stateError{err})
		}
		if f, err = decodeFragment(id, blob); err != nil {
			panic(stateError{err})
		}
		b.core.hot[id] = f
	}
	f.batch = b.number
	b.touched = append(b.touched, f)
	return f
}

// stateError is a failure to read state while a batch is worked on. It goes through the domain packages as a panic,
// since they know no I/O, and is caught by the loop, which fails the batch and reloads.
type stateError struct{ err error }

// FragmentOf is the id of the fragment of an identifier, whether or not it was seen. Two identifiers whose keyed hashes
// collide get different ids: the later one is moved up.
func (b *batch) FragmentOf(ns orrery.Namespace, value string) orrery.FragmentID {
	id := orrery.FragmentID(b.core.keys.Identifier(string(ns), value))
	for {
		node := b.Node(id)
		if node == nil || (node.Identifier.Namespace == ns && node.Identifier.Value == value) {
			return id
		}
		id++
		if id == 0 {
			id = 1
		}
	}
}

// Node is identify's part, nil for a fragment never seen.
func (b *batch) Node(id orrery.FragmentID) *identify.Node {
	f := b.fragment(id)
	if !f.seen || f.node.empty() {
		return nil
	}
	n := f.node.get()
	if n.ID == 0 {
		return nil
	}
	return n
}

// PersonOf is the person who holds a fragment, 0 when it was never seen.
func (b *batch) PersonOf(id orrery.FragmentID) orrery.PersonID {
	if n := b.Node(id); n != nil {
		return n.Person
	}
	return 0
}

// FragmentsOf lists the fragments of a person, oldest first. The list is only to be read.
func (b *batch) FragmentsOf(person orrery.PersonID) []orrery.FragmentID {
	if !b.whole.known || b.whole.person != person {
		b.whole = whole{person: person, known: true, fragments: identify.Fragments(b, person)}
	}
	return b.whole.fragments
}

// whole is who was asked for last with all their fragments: an input asks for the same person many times.
type whole struct {
	person    orrery.PersonID
	known     bool // until a fact changes who is whom
	fragments []orrery.FragmentID
}

// Memory is remember's part.
func (b *batch) Memory(id orrery.FragmentID) *remember.Memory { return b.fragment(id).memory.get() }

// Experience is protect's part.
func (b *batch) Experience(id orrery.FragmentID) *protect.Experience {
	return b.fragment(id).experience.get()
}

// Desk is desk's part.
func (b *batch) Desk(id orrery.FragmentID) *desk.Desk { return b.fragment(id).desk.get() }

// Members is decide's part.
func (b *batch) Members(id orrery.FragmentID) *decide.Members { return b.fragment(id).members.get() }

// Box is act's part.
func (b *batch) Box(id orrery.FragmentID) *act.Box { return b.fragment(id).box.get() }

// Case is a case, nil when there is none of that id.
func (b *batch) Case(id orrery.CaseID) *orrery.Case {
	if c, ok := b.cases[id]; ok {
		return c
	}
	blob, err := b.core.state.caseBlob(id)
	if err != nil {
		panic(stateError{err})
	}
	if blob == nil {
		return nil
	}
	var c orrery.Case
	if err := cbor.Unmarshal(blob, &c); err != nil {
		panic(stateError{fmt.Errorf("reading %s: %w", id, err)})
	}
	b.cases[id] = &c
	return &c
}

// Affected is the person wronged according to a message of this batch, 0 for none named.
func (b *batch) Affected(touch orrery.TouchID) orrery.FragmentID { return b.affected[touch] }

// Intent is an intent as it was offered, without its content, as long as it waits or ended in this batch; of one that may
// still bounce, what matters for that; else nil.
func (b *batch) Intent(id orrery.IntentID) *orrery.Intent {
	if in, ok := b.intents[id]; ok {
		return in
	}
	for _, f := range b.touched {
		if f.box.empty() {
			continue
		}
		if w := f.box.get().Waiting(id); w != nil {
			in := w.Intent
			return &in
		}
		if x := f.box.get().Arrived(id); x != nil {
			return &orrery.Intent{ID: id, Fragment: f.id, Class: x.Class, Case: x.Case}
		}
	}
	return nil
}

// Ask is the gate's answer for an intent to a person.
func (b *batch) Ask(person orrery.PersonID, in *orrery.Intent) orrery.Answer {
	return ask(b.policy, b, b.now, person, in)
}

// MayAdvertise is the gate's answer for keeping the person in advertising audiences.
func (b *batch) MayAdvertise(person orrery.PersonID) orrery.Answer {
	return ask(b.policy, b, b.now, person, &orrery.Intent{Class: orrery.Advertisement, Channel: "ads"})
}

// ConsentsToAds says whether the person granted advertising.
func (b *batch) ConsentsToAds(person orrery.PersonID) bool {
	return experience(b, b.FragmentsOf(person)).Standing(orrery.Advertising, "ads").Granted()
}

// Subject answers what a rule may ask about the person.
func (b *batch) Subject(person orrery.PersonID) rule.Subject {
	b.subject.reset(b, b.policy, b.now, person)
	return &b.subject
}

// Alarm tells the operators of something that must not pass unseen.
func (b *batch) Alarm(code, detail string) { b.core.alarms.raise(code, detail) }

// account is a company or household in this batch, empty when it was never seen.
func (b *batch) account(id orrery.AccountID) *Account {
	if a, ok := b.accounts[id]; ok {
		return a
	}
	blob, err := b.core.state.accountBlob(id)
	if err != nil {
		panic(stateError{err})
	}
	a := &Account{ID: id}
	if blob != nil {
		if err := cbor.Unmarshal(blob, a); err != nil {
			panic(stateError{fmt.Errorf("reading account %s: %w", id, err)})
		}
	}
	b.accounts[id] = a
	return a
}
