package desk

import "github.com/orrery-cxm/orrery"

// Turn is what desk asks of the engine while one input is worked on. State reached through it is read-only; Emit folds
// the fact at once, so state must be read again after it.
type Turn interface {
	Now() orrery.Instant
	Emit(f orrery.Fact) orrery.Stamp
	NextID() uint64
	PersonOf(orrery.FragmentID) orrery.PersonID
	FragmentsOf(orrery.PersonID) []orrery.FragmentID
	Desk(orrery.FragmentID) *Desk
	Case(orrery.CaseID) *orrery.Case           // nil when unknown
	Affected(orrery.TouchID) orrery.FragmentID // who was wronged according to a touch of this turn; 0: its author
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

// View combines the desks of every fragment of f's person.
func View(t Turn, f orrery.FragmentID) *Desk {
	var ds []*Desk
	for _, f := range fragments(t, f) {
		if d := t.Desk(f); d != nil {
			ds = append(ds, d)
		}
	}
	return Combine(ds)
}

// same says that two fragments belong to one person.
func same(t Turn, a, b orrery.FragmentID) bool {
	return a == b || (t.PersonOf(a) != 0 && t.PersonOf(a) == t.PersonOf(b))
}
