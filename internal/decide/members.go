package decide

import (
	"fmt"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// Members is decide's slice of state: the audiences that the person whom this fragment represents is in.
type Members struct {
	In []Membership // by audience
}

// Membership is one audience the person is in, since when.
type Membership struct {
	Audience orrery.AudienceName
	Since    orrery.Instant
}

// Has says whether the person is in the audience.
func (m *Members) Has(name orrery.AudienceName) bool {
	_, ok := m.find(name)
	return ok
}

func (m *Members) find(name orrery.AudienceName) (int, bool) {
	return slices.BinarySearchFunc(m.In, name, func(a Membership, n orrery.AudienceName) int {
		return strings.Compare(string(a.Audience), string(n))
	})
}

// Evolve folds one fact.
func (m *Members) Evolve(self orrery.FragmentID, f orrery.Fact, at orrery.Stamp) {
	change, ok := f.(*orrery.AudienceChanged)
	if !ok || change.Fragment != self {
		return
	}
	i, in := m.find(change.Audience)
	switch {
	case change.In && !in:
		m.In = slices.Insert(m.In, i, Membership{Audience: change.Audience, Since: at.Time})
	case !change.In && in:
		m.In = slices.Delete(m.In, i, i+1)
	}
}

// AppendTo writes the memberships; none write nothing.
func (m *Members) AppendTo(w *wire.Writer) {
	if len(m.In) == 0 {
		return
	}
	w.Uint(uint64(len(m.In)))
	for i := range m.In {
		w.String(string(m.In[i].Audience))
		w.Int(int64(m.In[i].Since))
	}
}

// Read reads what AppendTo wrote.
func (m *Members) Read(r *wire.Reader) error {
	*m = Members{}
	if r.Len() == 0 {
		return r.Err()
	}
	if n := r.Count(); n > 0 {
		m.In = make([]Membership, n)
		for i := range m.In {
			m.In[i] = Membership{Audience: orrery.AudienceName(r.String()), Since: orrery.Instant(r.Int())}
		}
	}
	if err := r.Err(); err != nil {
		return fmt.Errorf("reading memberships: %w", err)
	}
	return nil
}
