package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/decide"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/identify"
	"github.com/orrery-cxm/orrery/internal/protect"
	"github.com/orrery-cxm/orrery/internal/remember"
	"github.com/orrery-cxm/orrery/internal/rule"
)

// snapshot reads the published state at one sequence: the blobs are taken under the lock, decoding is the reader's.
type snapshot struct {
	state     *state
	fragments map[orrery.FragmentID]*fragment
	err       error
}

func (s *snapshot) fragment(id orrery.FragmentID) *fragment {
	if f, ok := s.fragments[id]; ok {
		return f
	}
	blob, err := s.state.blob(id)
	f := &fragment{id: id}
	if err == nil {
		var decoded *fragment
		if decoded, err = decodeFragment(id, blob); err == nil {
			f = decoded
		}
	}
	if err != nil && s.err == nil {
		s.err = err
	}
	s.fragments[id] = f
	return f
}

func (s *snapshot) Node(id orrery.FragmentID) *identify.Node {
	f := s.fragment(id)
	if !f.seen || f.node.empty() {
		return nil
	}
	if n := f.node.get(); n.ID != 0 {
		return n
	}
	return nil
}

func (s *snapshot) FragmentsOf(person orrery.PersonID) []orrery.FragmentID {
	return identify.Fragments(s, person)
}

func (s *snapshot) Memory(id orrery.FragmentID) *remember.Memory { return s.fragment(id).memory.get() }
func (s *snapshot) Experience(id orrery.FragmentID) *protect.Experience {
	return s.fragment(id).experience.get()
}
func (s *snapshot) Desk(id orrery.FragmentID) *desk.Desk { return s.fragment(id).desk.get() }
func (s *snapshot) Box(id orrery.FragmentID) *act.Box    { return s.fragment(id).box.get() }
func (s *snapshot) Members(id orrery.FragmentID) *decide.Members {
	return s.fragment(id).members.get()
}

func (s *snapshot) Case(id orrery.CaseID) *orrery.Case {
	blob, err := s.state.caseBlob(id)
	if err == nil && blob != nil {
		var c *orrery.Case
		if c, err = decodeCase(blob); err == nil {
			return c
		}
	}
	if err != nil && s.err == nil {
		s.err = err
	}
	return nil
}

// read calls f with the published state, which does not change during the call.
func (w *Workspace) read(f func(*snapshot) error) error {
	s := &snapshot{state: w.core.state, fragments: map[orrery.FragmentID]*fragment{}}
	w.core.state.mu.RLock()
	defer w.core.state.mu.RUnlock()
	if err := f(s); err != nil {
		return err
	}
	if s.err != nil {
		return fmt.Errorf("reading state: %w", s.err)
	}
	return nil
}

// Person is everything known of one person, combined over their fragments, at one sequence.
type Person struct {
	ID         orrery.PersonID
	Seq        orrery.Seq
	Fragments  []*identify.Node
	Known      remember.Known
	Experience *protect.Experience
	Desk       *desk.Desk
	Audiences  []decide.Membership
	Pushes     []act.Push
	Waiting    []act.Waiting
	Mood       protect.Mood
}

// Find is the fragment of an identifier, whether or not it was ever seen.
func (w *Workspace) Find(ns orrery.Namespace, value string) orrery.FragmentID {
	id := orrery.FragmentID(w.keys.Identifier(string(ns), value))
	_ = w.read(func(s *snapshot) error {
		for n := s.Node(id); n != nil && (n.Identifier.Namespace != ns || n.Identifier.Value != value); n = s.Node(id) {
			id++
		}
		return nil
	})
	return id
}

// Person reads the person who holds a fragment; the answer is shared with other readers and must not be changed. after is the sequence that the answer must at least show: the call waits
// for it. It fails with an *orrery.Error of kind not found when the fragment was never seen.
func (w *Workspace) Person(ctx context.Context, id orrery.FragmentID, after orrery.Seq) (*Person, error) {
	if err := w.Wait(ctx, after); err != nil {
		return nil, fmt.Errorf("waiting for chunk %d: %w", after, err)
	}
	var p *Person
	now := w.clock()
	err := w.read(func(s *snapshot) error {
		n := s.Node(id)
		if n == nil {
			return orrery.NotFound("person.unknown", "nobody is known by that identifier")
		}
		if known := w.readPeople.get(s.state, n.Person); known != nil {
			again := *known
			again.Mood, _ = again.Experience.Mood(&w.Policy().Protection, now)
			p = &again
		} else {
			p = s.person(w.Policy(), n.Person, now)
			if s.err == nil {
				w.readPeople.put(s.state, p)
			}
		}
		p.Seq = s.state.at.seq
		return nil
	})
	return p, err
}

// Orders are the orders in detail of the person who holds a fragment, by source and id.
func (w *Workspace) Orders(id orrery.FragmentID) (orders []remember.Order, err error) {
	err = w.read(func(s *snapshot) error {
		n := s.Node(id)
		if n == nil {
			return orrery.NotFound("person.unknown", "nobody is known by that identifier")
		}
		newSubject(s, w.Policy(), 0, n.Person).memory.EachOrder(func(o *remember.Order) { orders = append(orders, *o) })
		return nil
	})
	return orders, err
}

func (s *snapshot) person(policy *Policy, id orrery.PersonID, now orrery.Instant) *Person {
	p := &Person{ID: id}
	fragments := s.FragmentsOf(id)
	var memory remember.Together
	var desks []*desk.Desk
	for _, f := range fragments {
		if n := s.Node(f); n != nil {
			p.Fragments = append(p.Fragments, n)
		}
		memory.Parts = append(memory.Parts, s.Memory(f))
		desks = append(desks, s.Desk(f))
		p.Pushes = append(p.Pushes, s.Box(f).Pushes...)
		p.Waiting = append(p.Waiting, s.Box(f).Intents...)
	}
	p.Known = memory.Known()
	p.Desk = desk.Combine(desks)
	p.Experience = experience(s, fragments)
	p.Audiences = s.Members(id).In
	p.Mood, _ = p.Experience.Mood(&policy.Protection, now)
	return p
}

// Ask is the gate's answer for an intent now, without offering it.
func (w *Workspace) Ask(ctx context.Context, in *orrery.Intent) (orrery.Answer, error) {
	var answer orrery.Answer
	now := w.clock()
	err := w.read(func(s *snapshot) error {
		n := s.Node(in.Fragment)
		if n == nil {
			return orrery.NotFound("person.unknown", "nobody is known by that identifier")
		}
		answer = ask(w.Policy(), s, now, n.Person, in)
		return nil
	})
	return answer, err
}

// ExplainIdentity says why two fragments are one person, or what keeps them apart.
func (w *Workspace) ExplainIdentity(ctx context.Context, a, b orrery.FragmentID) (identify.Chain, error) {
	var chain identify.Chain
	err := w.read(func(s *snapshot) error {
		var err error
		chain, err = identify.Explain(s, &w.Policy().Identity, a, b)
		return err
	})
	return chain, err
}

// ExplainAudience says, condition by condition, why the person is in an audience or not.
func (w *Workspace) ExplainAudience(ctx context.Context, person orrery.FragmentID, name orrery.AudienceName) ([]rule.Term, error) {
	program := w.Policy().plan.Program(name)
	if program == nil {
		return nil, orrery.NotFound("audience.unknown", fmt.Sprintf("there is no audience %q with a rule", name))
	}
	var terms []rule.Term
	now := w.clock()
	err := w.read(func(s *snapshot) error {
		n := s.Node(person)
		if n == nil {
			return orrery.NotFound("person.unknown", "nobody is known by that identifier")
		}
		terms = program.Explain(newSubject(s, w.Policy(), now, n.Person), now)
		return nil
	})
	return terms, err
}

// Case reads a case.
func (w *Workspace) Case(id orrery.CaseID) (*orrery.Case, error) {
	var c *orrery.Case
	err := w.read(func(s *snapshot) error {
		if c = s.Case(id); c == nil && s.err == nil {
			return orrery.NotFound("case.unknown", fmt.Sprintf("there is no case %s", id))
		}
		return nil
	})
	return c, err
}

// Account reads a company or household.
func (w *Workspace) Account(id orrery.AccountID) (*Account, error) {
	var a Account
	err := w.read(func(s *snapshot) error {
		blob, err := s.state.accountBlob(id)
		if err != nil {
			return err
		}
		if blob == nil {
			return orrery.NotFound("account.unknown", fmt.Sprintf("there is no account %q", id))
		}
		return decodeRare.Unmarshal(blob, &a)
	})
	return &a, err
}

// Policy is the policy in force.
func (w *Workspace) Policy() *Policy { return w.policy.Load() }

// Audiences lists the audiences of the policy in force.
func (p *Policy) AudienceList() []decide.Audience { return slices.Clone(p.Audiences) }

// Alarms lists what operators should look at.
func (w *Workspace) Alarms() []Alarm { return w.core.alarms.list() }

// Take hands out at most n items that wait for a destination and are due, each until Done gives it back. next is when
// the earliest of the others is due; 0 for none.
func (w *Workspace) Take(d orrery.DestinationName, n int) (items []Item, next orrery.Instant) {
	return w.core.outbox.take(d, w.clock(), n)
}

// Done gives an item back after an attempt.
func (w *Workspace) Done(i *Item) { w.core.outbox.done(i) }

// Bell rings when something may be due for a destination.
func (w *Workspace) Bell(d orrery.DestinationName) <-chan struct{} {
	w.core.outbox.mu.Lock()
	defer w.core.outbox.mu.Unlock()
	return w.core.outbox.bellOf(d)
}

// Depth counts what waits for a destination.
func (w *Workspace) Depth(d orrery.DestinationName) int { return w.core.outbox.depth(d) }
