package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/log"
)

// judge reads the log as it grows and keeps, in the plainest way, what must hold by the design. It asks the packages
// under test nothing.
type judge struct {
	seq    orrery.Seq
	hash   log.Hash
	time   orrery.Instant
	ending bool

	person    map[orrery.FragmentID]orrery.PersonID
	members   map[orrery.PersonID][]orrery.FragmentID
	names     map[orrery.FragmentID]orrery.Identifier
	fragments []orrery.FragmentID // in the order of first sight
	byName    map[orrery.Identifier]orrery.FragmentID
	touches   map[orrery.TouchID]*orrery.TouchRecorded
	counted   map[orrery.FragmentID]uint64
	messages  map[messageKey]int
	set       map[messageKey]bool // set aside in the quarantine
	links     []decided
	decisions []decided
	busy      map[orrery.PersonID]int64 // the last day on which something happened
	days      int
	facts     int
	kinds     map[orrery.FactKind]int

	protection
	outbound
	audiences
}

type decided struct {
	link orrery.LinkID
	of   orrery.FragmentID
}

func newJudge() *judge {
	j := &judge{person: map[orrery.FragmentID]orrery.PersonID{}, members: map[orrery.PersonID][]orrery.FragmentID{},
		names: map[orrery.FragmentID]orrery.Identifier{}, byName: map[orrery.Identifier]orrery.FragmentID{},
		touches: map[orrery.TouchID]*orrery.TouchRecorded{}, counted: map[orrery.FragmentID]uint64{}, messages: map[messageKey]int{},
		set: map[messageKey]bool{}, busy: map[orrery.PersonID]int64{}, kinds: map[orrery.FactKind]int{}}
	j.protection = newProtection()
	j.outbound = newOutbound()
	j.audiences = newAudiences()
	return j
}

// catchUp reads what the log holds by now. What was read once must be there for ever, and what readers see must be in
// the log.
func (j *judge) catchUp(w *engine.Workspace) {
	if seq := w.Seq(); seq < j.seq {
		broken("the log ends at chunk %d although chunk %d was there: something acknowledged is lost", seq, j.seq)
	}
	from := j.seq
	if from > 0 {
		from--
	}
	err := w.ReadLog(context.Background(), from, func(b engine.Batch) error {
		if b.Seq == j.seq {
			if b.Hash != j.hash {
				broken("chunk %d is another one than before", b.Seq)
			}
			return nil
		}
		j.chunk(&b)
		return nil
	})
	if err != nil {
		broken("reading the log: %v", err)
	}
	if j.seq != w.Seq() {
		broken("readers see chunk %d, the log ends at %d", w.Seq(), j.seq)
	}
}

func (j *judge) chunk(b *engine.Batch) {
	if b.Seq != j.seq+1 {
		broken("chunk %d comes after %d", b.Seq, j.seq)
	}
	if b.Time < j.time {
		broken("chunk time goes back from %v to %v", j.time, b.Time)
	}
	j.seq, j.hash, j.time = b.Seq, b.Hash, b.Time
	changed := map[orrery.FragmentID]bool{}
	for i := range b.Facts {
		j.facts++
		j.kinds[b.Facts[i].Fact.Kind()]++
		j.fact(b.Facts[i].Fact, b.Facts[i].At, changed)
	}
	j.bouncesCount()
	for f := range changed {
		j.afterChunk(f)
	}
}

// fact folds one fact and judges it by what was known before it.
func (j *judge) fact(f orrery.Fact, at orrery.Stamp, changed map[orrery.FragmentID]bool) {
	note := func(id orrery.FragmentID) {
		if id == 0 {
			return
		}
		changed[id] = true
		if p, day := j.person[id], int64(at.Time)/int64(orrery.Day); p != 0 && j.busy[p] < day {
			j.busy[p] = day
			j.days++
		}
	}
	switch f := f.(type) {
	case *orrery.FragmentSeen:
		if _, known := j.names[f.Fragment]; known {
			return // seen at an earlier moment, or proven now
		}
		j.names[f.Fragment] = f.Identifier
		j.byName[orrery.Identifier{Namespace: f.Identifier.Namespace, Value: f.Identifier.Value}] = f.Fragment
		j.fragments = append(j.fragments, f.Fragment)
	case *orrery.FragmentAssigned:
		j.assigned(f)
		note(f.Fragment)
		note(f.Person)
		note(f.Before)
	case *orrery.EvidenceAccepted:
		j.links = append(j.links, decided{f.Link, f.A})
	case *orrery.LinkDecided:
		j.decisions = append(j.decisions, decided{f.Link, f.A})
	case *orrery.TouchRecorded:
		j.touches[orrery.TouchID(at.ID())] = f
		j.counted[f.Anchor]++
		if f.Touch.MessageID != "" {
			k := messageKey{f.Touch.Source, f.Touch.MessageID}
			if j.messages[k]++; j.messages[k] > 1 {
				broken("message %s of %s counts a second time in chunk %d", k.id, k.source, at.Seq)
			}
		}
		note(f.Anchor)
	case *orrery.InputQuarantined:
		if f.Code == "engine.quarantined" {
			broken("an input made the engine panic: %s", f.Say)
		}
		j.set[messageKey{f.Source, f.MessageID}] = true
	case *orrery.PolicyApplied:
		j.applied(f)
	}
	j.protect(f, at, note)
	j.sent(f, at, note)
	j.listed(f, at, note)
}

func (j *judge) assigned(f *orrery.FragmentAssigned) {
	before := j.person[f.Fragment]
	if before != f.Before {
		broken("fragment %s is said to leave %s but was with %s", f.Fragment, f.Before, before)
	}
	if before != 0 {
		j.members[before] = slices.DeleteFunc(j.members[before], func(x orrery.FragmentID) bool { return x == f.Fragment })
	}
	j.person[f.Fragment] = f.Person
	j.members[f.Person] = append(j.members[f.Person], f.Fragment)
}

// together are the fragments of the person who holds a fragment.
func (j *judge) together(f orrery.FragmentID) []orrery.FragmentID { return j.members[j.person[f]] }

func (j *judge) known(f orrery.FragmentID) bool {
	for _, x := range j.together(f) {
		switch j.names[x].Namespace {
		case orrery.UserID, orrery.Email, orrery.Phone, orrery.Handle:
			return true
		}
	}
	return false
}

func one[T any](r *rand.Rand, list []T) (x T) {
	if len(list) > 0 {
		x = list[r.IntN(len(list))]
	}
	return x
}

func (j *judge) anybody(r *rand.Rand) orrery.FragmentID { return one(r, j.fragments) }

func (j *judge) twoOfOne(r *rand.Rand) (a, b orrery.FragmentID) {
	a = j.anybody(r)
	if list := j.together(a); len(list) > 1 {
		for b = a; b == a; {
			b = one(r, list)
		}
		return a, b
	}
	return 0, 0
}

func (j *judge) anyLink(r *rand.Rand) (orrery.LinkID, orrery.FragmentID) {
	d := one(r, j.links)
	return d.link, d.of
}

func (j *judge) anyDecision(r *rand.Rand) (orrery.LinkID, orrery.FragmentID) {
	d := one(r, j.decisions)
	return d.link, d.of
}

func sortedKeys[K ~uint64, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// told describes what was said and what holds for a person, for failure messages.
func (j *judge) told(f orrery.FragmentID) string {
	s := ""
	for _, x := range j.together(f) {
		s += fmt.Sprintf("%s %v sayings %+v holds %v\n", x, j.names[x], j.sayings[x], j.heldBy[x])
	}
	return s
}
