package engine

import (
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// Account is a company or household that people belong to.
type Account struct {
	ID      orrery.AccountID    `cbor:"1,keyasint" json:"id"`
	Traits  []orrery.Trait      `cbor:"2,keyasint,omitempty" json:"traits,omitempty"`
	Members []orrery.FragmentID `cbor:"3,keyasint,omitempty" json:"members,omitempty"` // fragments, sorted
}

// maxAccountMembers bounds the list of members that an account keeps itself.
const maxAccountMembers = 10000

func (a *Account) evolve(f *orrery.AccountChanged) {
	a.ID = f.Account
	if f.Fragment != 0 {
		if i, ok := slices.BinarySearch(a.Members, f.Fragment); !ok && len(a.Members) < maxAccountMembers {
			a.Members = slices.Insert(a.Members, i, f.Fragment)
		}
	}
	for _, t := range f.Traits {
		i, ok := slices.BinarySearchFunc(a.Traits, t.Name, func(x orrery.Trait, n string) int { return strings.Compare(x.Name, n) })
		if ok {
			a.Traits[i] = t
		} else {
			a.Traits = slices.Insert(a.Traits, i, t)
		}
	}
}

func (a *Account) equal(o *Account) bool {
	return slices.Equal(a.Members, o.Members) && slices.Equal(a.Traits, o.Traits)
}
