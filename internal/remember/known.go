package remember

import (
	"cmp"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// Known is what is known of a person over their fragments, as readers are told it: without the times of events and
// without orders one by one. Its lists are not changed by anybody.
type Known struct {
	Touches   uint64
	First     orrery.Instant
	Last      orrery.Instant
	Channel   orrery.Channel
	Locale    string
	Zone      string
	Traits    []Trait   // by name
	Events    []Counted // by name
	Accounts  []orrery.AccountID
	Orders    int64 // that count
	Minor     int64 // their sum
	LastOrder orrery.Instant
}

// Counted is how often something with one name happened, and when first and last.
type Counted struct {
	Name  string
	Total uint64
	First orrery.Instant
	Last  orrery.Instant
}

// Trait is the trait of that name.
func (k *Known) Trait(name string) (Trait, bool) {
	i, ok := slices.BinarySearchFunc(k.Traits, name, func(t Trait, n string) int { return strings.Compare(t.Name, n) })
	if !ok {
		return Trait{}, false
	}
	return k.Traits[i], true
}

// Known says what is known, as [Combine] would, at a fraction of its cost.
func (g *Together) Known() Known {
	k := Known{Touches: g.Touches(), First: g.First(), Locale: g.Locale(), Zone: g.Zone(), LastOrder: g.LastOrder()}
	if m := g.Last(); m != nil {
		k.Last, k.Channel = m.Last, m.Channel
	}
	k.Orders, k.Minor = g.Spent()
	traits, events, accounts := 0, 0, 0
	for _, p := range g.Parts {
		traits, events, accounts = traits+len(p.Traits()), events+len(p.Events), accounts+len(p.Accounts)
	}
	k.Traits, k.Events = make([]Trait, 0, traits), make([]Counted, 0, events)
	for _, p := range g.Parts {
		k.Traits = append(k.Traits, p.Traits()...)
		for i := range p.Events {
			e := &p.Events[i]
			k.Events = append(k.Events, Counted{e.Name, e.Total, e.First, e.Last})
		}
		k.Accounts = append(k.Accounts, p.Accounts...)
	}
	if len(g.Parts) > 1 {
		k.Traits = fold(k.Traits, func(a, b *Trait) int { return strings.Compare(a.Name, b.Name) }, func(a, b Trait) Trait { return laterTrait(a, b) })
		k.Events = fold(k.Events, func(a, b *Counted) int { return strings.Compare(a.Name, b.Name) }, func(a, b Counted) Counted {
			return Counted{a.Name, a.Total + b.Total, min(a.First, b.First), max(a.Last, b.Last)}
		})
		slices.Sort(k.Accounts)
		k.Accounts = slices.Compact(k.Accounts)
	}
	return k
}

// fold sorts a list in place and makes one of items that compare equal.
func fold[T any](list []T, compare func(a, b *T) int, both func(a, b T) T) []T {
	slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(compare(&a, &b), 0) })
	n := 0
	for i := range list {
		if n > 0 && compare(&list[n-1], &list[i]) == 0 {
			list[n-1] = both(list[n-1], list[i])
			continue
		}
		list[n] = list[i]
		n++
	}
	return list[:n]
}
