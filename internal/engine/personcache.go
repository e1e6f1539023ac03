package engine

import (
	"sync"
	"unsafe"

	"github.com/orrery-cxm/orrery"
)

// personCache keeps people as they were read last. Blobs never change in place, so a person is still the same exactly
// when each of their fragments has the very blob that was read: nothing has to be invalidated.
type personCache struct {
	mu     sync.Mutex
	people map[orrery.PersonID]*readPerson
}

// maxReadPeople bounds the cache; who is left out is read anew.
const maxReadPeople = 2048

// readPerson is a person with the blobs they were read from. What it holds is shared by readers and never changed.
type readPerson struct {
	person *Person
	ids    []orrery.FragmentID
	blobs  []*byte
}

func identityOf(blob []byte) *byte { return unsafe.SliceData(blob) }

// get is the person when nothing of them changed since they were read; nil otherwise. The caller holds the read lock.
func (c *personCache) get(s *state, id orrery.PersonID) *Person {
	c.mu.Lock()
	r := c.people[id]
	c.mu.Unlock()
	if r == nil {
		return nil
	}
	for i, fragment := range r.ids {
		blob, err := s.blob(fragment)
		if err != nil || identityOf(blob) != r.blobs[i] {
			return nil
		}
	}
	return r.person
}

// put keeps a person who was just read. The caller holds the read lock.
func (c *personCache) put(s *state, p *Person) {
	r := &readPerson{person: p}
	for _, n := range p.Fragments {
		blob, err := s.blob(n.ID)
		if err != nil {
			return
		}
		r.ids, r.blobs = append(r.ids, n.ID), append(r.blobs, identityOf(blob))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.people == nil {
		c.people = map[orrery.PersonID]*readPerson{}
	}
	for victim := range c.people {
		if len(c.people) < maxReadPeople {
			break
		}
		delete(c.people, victim)
	}
	c.people[p.ID] = r
}
