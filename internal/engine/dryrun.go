package engine

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/decide"
	"github.com/orrery-cxm/orrery/internal/rule"
)

// DryRun is what a policy would change, compared with the state as it is.
type DryRun struct {
	Seq       orrery.Seq      `json:"seq"`
	People    int             `json:"people"`
	Audiences []AudienceTrial `json:"audiences"`
	Gate      []GateTrial     `json:"gate"`
	Alarms    []Alarm         `json:"alarms"` // rules that failed or were too costly for somebody
}

// AudienceTrial is one audience before and after.
type AudienceTrial struct {
	Name  orrery.AudienceName `json:"name"`
	Now   int                 `json:"now"`
	Then  int                 `json:"then"`
	Enter int                 `json:"enter"`
	Leave int                 `json:"leave"`
}

// GateTrial counts the waiting messages whose answer would change in one way.
type GateTrial struct {
	From     string            `json:"from"` // verdict and reason: "hold gate.rest"
	To       string            `json:"to"`
	Count    int               `json:"count"`
	Examples []orrery.IntentID `json:"examples"` // at most 5
}

// DryRun evaluates a policy for everybody without applying it. It reads a frozen view of the state, holds one person at
// a time in memory, and tells progress how many it has looked at.
func (w *Workspace) DryRun(ctx context.Context, p *Policy, progress func(people int)) (*DryRun, error) {
	w.erasing.Lock()
	defer w.erasing.Unlock()
	view, err := w.freezeView(ctx)
	if err != nil {
		return nil, err
	}
	defer view.close()
	t := &trial{policy: p, now: w.clock(), people: snapshot{state: view.state}, counts: map[orrery.AudienceName]*AudienceTrial{},
		gate: map[[2]string]*GateTrial{}, alarms: &alarms{}}
	for _, a := range p.Audiences {
		t.count(a.Name)
	}
	out := &DryRun{Seq: view.at.seq}
	err = view.store.scan([]byte{keyFragment}, nil, func(key, _ []byte) (bool, error) {
		id := orrery.FragmentID(binary.BigEndian.Uint64(key[1:]))
		t.people.fragments = map[orrery.FragmentID]*fragment{}
		if n := t.people.Node(id); n != nil && n.Person == id {
			t.person(id)
			if out.People++; out.People%10000 == 0 && progress != nil {
				progress(out.People)
			}
		}
		return ctx.Err() == nil, t.people.err
	})
	if err = cmp.Or(err, ctx.Err()); err != nil {
		return nil, fmt.Errorf("trying a policy: %w", err)
	}
	out.Audiences, out.Gate, out.Alarms = t.audiences(), t.answers(), t.alarms.list()
	return out, nil
}

// frozenView is the state at one sequence, while the workspace goes on.
type frozenView struct {
	store *store
	state *state
	at    position
	view  *pebble.Snapshot
}

func (v *frozenView) close() { _ = v.view.Close() } // read only

// freezeView brings everything published to disk and takes a view of it.
func (w *Workspace) freezeView(ctx context.Context) (*frozenView, error) {
	if err := w.Checkpoint(ctx); err != nil {
		return nil, err
	}
	w.core.state.mu.RLock()
	view := w.core.state.store.db.NewSnapshot()
	w.core.state.mu.RUnlock()
	v := &frozenView{store: &store{reader: view}, view: view}
	var err error
	if v.at, err = v.store.position(); err != nil {
		v.close()
		return nil, err
	}
	v.state = newState(v.store, v.at, 8<<20)
	v.state.register = w.register
	return v, nil
}

// Checkpoint writes everything published to the checkpoint and returns when it is on disk.
func (w *Workspace) Checkpoint(ctx context.Context) error {
	done := make(chan error, 1)
	select {
	case w.checkpointNow <- done:
		if err := <-done; err != nil {
			return fmt.Errorf("writing a checkpoint: %w", err)
		}
		return nil
	case <-w.loopDone:
		return nil // closed with a checkpoint, or driven by hand
	case <-ctx.Done():
		return ctx.Err()
	}
}

// trial is a turn that changes nothing: decide tells it what would change.
type trial struct {
	policy *Policy
	now    orrery.Instant
	people snapshot
	counts map[orrery.AudienceName]*AudienceTrial
	gate   map[[2]string]*GateTrial
	alarms *alarms
}

var _ decide.Turn = (*trial)(nil)

func (t *trial) count(name orrery.AudienceName) *AudienceTrial {
	c := t.counts[name]
	if c == nil {
		c = &AudienceTrial{Name: name}
		t.counts[name] = c
	}
	return c
}

func (t *trial) person(id orrery.PersonID) {
	for _, m := range t.people.Members(id).In {
		c := t.count(m.Audience)
		c.Now++
		c.Then++
	}
	decide.Settle(t, t.policy.plan, id, &decide.Changes{All: true})
	for _, f := range t.people.Node(id).Members {
		waiting := t.people.Box(f).Intents
		for i := range waiting {
			w := &waiting[i]
			if w.State != orrery.IntentHeld && w.State != orrery.IntentQueued {
				continue
			}
			answer := ask(t.policy, &t.people, t.now, id, &w.Intent)
			from, to := showAnswer(w.Answer), showAnswer(answer)
			if from == to {
				continue
			}
			g := t.gate[[2]string{from, to}]
			if g == nil {
				g = &GateTrial{From: from, To: to}
				t.gate[[2]string{from, to}] = g
			}
			if g.Count++; len(g.Examples) < 5 {
				g.Examples = append(g.Examples, w.Intent.ID)
			}
		}
	}
}

func showAnswer(a orrery.Answer) string {
	if a.Reason == "" {
		return a.Verdict.String()
	}
	return a.Verdict.String() + " " + a.Reason
}

func (t *trial) audiences() []AudienceTrial {
	out := make([]AudienceTrial, 0, len(t.counts))
	for _, c := range t.counts {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b AudienceTrial) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func (t *trial) answers() []GateTrial {
	out := make([]GateTrial, 0, len(t.gate))
	for _, g := range t.gate {
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b GateTrial) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return out
}

// Now is the moment of the trial.
func (t *trial) Now() orrery.Instant { return t.now }

// Emit counts what would change and keeps nothing.
func (t *trial) Emit(f orrery.Fact) orrery.Stamp {
	if change, ok := f.(*orrery.AudienceChanged); ok {
		c := t.count(change.Audience)
		if change.In {
			c.Enter++
			c.Then++
		} else {
			c.Leave++
			c.Then--
		}
	}
	return orrery.Stamp{}
}

// PersonOf is the person who holds a fragment.
func (t *trial) PersonOf(id orrery.FragmentID) orrery.PersonID {
	if n := t.people.Node(id); n != nil {
		return n.Person
	}
	return 0
}

// Members is the person's memberships as they are.
func (t *trial) Members(id orrery.FragmentID) *decide.Members { return t.people.Members(id) }

// Subject answers rules about the person.
func (t *trial) Subject(person orrery.PersonID) rule.Subject {
	return newSubject(&t.people, t.policy, t.now, person)
}

// MayAdvertise is what the gate would say.
func (t *trial) MayAdvertise(person orrery.PersonID) orrery.Answer {
	return ask(t.policy, &t.people, t.now, person, &orrery.Intent{Class: orrery.Advertisement, Channel: "ads"})
}

// ConsentsToAds says whether the person granted advertising.
func (t *trial) ConsentsToAds(person orrery.PersonID) bool {
	return experience(&t.people, t.people.Node(person).Members).Standing(orrery.Advertising, "ads").Granted()
}

// Alarm gathers rules that fail.
func (t *trial) Alarm(code, detail string) { t.alarms.raise(code, detail) }
