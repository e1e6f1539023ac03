package protect

import "github.com/orrery-cxm/orrery"

// Turn is what protect asks of the engine while one input is worked on. State reached through it is read-only; Emit
// folds the fact at once, so state must be read again after it.
type Turn interface {
	Now() orrery.Instant
	Emit(f orrery.Fact) orrery.Stamp
	NextID() uint64
	PersonOf(orrery.FragmentID) orrery.PersonID
	FragmentsOf(orrery.PersonID) []orrery.FragmentID
	Experience(orrery.FragmentID) *Experience
	Intent(orrery.IntentID) *orrery.Intent // nil when unknown
}

// PersonView combines the experience of every fragment of the person who holds f now. For a fragment never seen it is
// empty, never nil.
func PersonView(t Turn, f orrery.FragmentID) *Experience {
	fs := fragments(t, f)
	if len(fs) == 1 {
		if e := t.Experience(fs[0]); e != nil {
			return e
		}
		return &Experience{}
	}
	es := make([]*Experience, 0, len(fs))
	for _, f := range fs {
		if e := t.Experience(f); e != nil {
			es = append(es, e)
		}
	}
	return Combine(es)
}

// fragments lists the fragments of f's person, f alone when nobody holds it yet.
func fragments(t Turn, f orrery.FragmentID) []orrery.FragmentID {
	if person := t.PersonOf(f); person != 0 {
		if fs := t.FragmentsOf(person); len(fs) > 0 {
			return fs
		}
	}
	return []orrery.FragmentID{f}
}
