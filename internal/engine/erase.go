package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/identify"
)

// An erasure goes in steps that may be cut off anywhere. First a plan is made durable, without a word about the person:
// ids, sequences and keyed hashes. Then one chunk makes it true for everybody who asks. Then every place is cleaned. A
// workspace that finds a plan when it is opened does the rest of it, or drops it when its chunk was never written.

// planName is the name of the file that holds the plan of an erasure under way.
const planName = "erasing"

// Erasure is the plan of one erasure.
type Erasure struct {
	Person      orrery.PersonID     `json:"person"`
	Fragments   []orrery.FragmentID `json:"fragments"` // sorted
	Hashes      []string            `json:"hashes"`    // lines of the register
	Chunks      []orrery.Seq        `json:"chunks"`    // that hold the person, up to Upto
	Upto        orrery.Seq          `json:"upto"`      // later chunks are looked through
	Cases       []orrery.CaseID     `json:"cases"`
	Quarantined []uint64            `json:"quarantined"`
	Request     string              `json:"request"`
	Entries     int                 `json:"entries"` // of their timeline
}

// Erase is whom to erase, and how.
type Erase struct {
	Fragment orrery.FragmentID
	Request  string // the brand's own reference of the request
	By       orrery.Actor
	// Quarantined finds the events in quarantine that name any of these values; nil finds none.
	Quarantined func(ctx context.Context, values []string) ([]uint64, error)
	// Elsewhere cleans the places that the engine does not keep, after the chunk of the erasure: lists, audience files.
	Elsewhere func(ctx context.Context, e *Erasure, at orrery.Seq) ([]Cleaned, error)
}

// Receipt says what was erased where. It names nobody.
type Receipt struct {
	Person   orrery.PersonID `json:"person"`
	Request  string          `json:"request,omitempty"`
	Seq      orrery.Seq      `json:"seq"` // the chunk that made it true
	Began    orrery.Instant  `json:"began"`
	Ended    orrery.Instant  `json:"ended"`
	Cleaned  []Cleaned       `json:"cleaned"`
	Finished bool            `json:"finished"` // after a crash: the rest of an erasure that had begun
}

// Cleaned is one place.
type Cleaned struct {
	Store string         `json:"store"`
	What  string         `json:"what"`
	Count int            `json:"count"`
	At    orrery.Instant `json:"at"`
}

// Erase forgets a person: at once for everybody who asks, and before it returns also in every file; also where a touch of
// somebody else names one of their identifiers. What cannot be found is what others wrote about them in their own words.
func (w *Workspace) Erase(ctx context.Context, c Erase) (*Receipt, error) {
	w.erasing.Lock()
	defer w.erasing.Unlock()
	if c.By.Trust < orrery.Staff {
		return nil, orrery.Denied("erase.denied", "only a person at the brand may erase somebody")
	}
	began := w.clock()
	var plan *Erasure
	var seq orrery.Seq
	for try := 1; ; try++ {
		var err error
		if plan, err = w.planErasure(ctx, &c); err != nil {
			return nil, err
		}
		if err := w.savePlan(plan); err != nil {
			return nil, err
		}
		_, seq, err = w.Do(ctx, forgetPerson{fragments: plan.Fragments, cases: plan.Cases, quarantined: plan.Quarantined, request: c.Request, by: c.By})
		if err == nil {
			break
		}
		if orrery.KindOf(err) == orrery.KindConflict && try < 5 {
			continue
		}
		if orrery.KindOf(err) != orrery.KindUnavailable { // it may still become true: then the plan is needed
			err = errors.Join(err, w.dropPlan())
		}
		return nil, err
	}
	return w.clean(context.WithoutCancel(ctx), plan, seq, began, c.Elsewhere)
}

// FinishErasure does the rest of an erasure that a crash cut off; nil when there is none.
func (w *Workspace) FinishErasure(ctx context.Context, elsewhere func(context.Context, *Erasure, orrery.Seq) ([]Cleaned, error)) (*Receipt, error) {
	w.erasing.Lock()
	defer w.erasing.Unlock()
	plan, err := w.loadPlan()
	if plan == nil || err != nil {
		return nil, err
	}
	seq, err := w.findErasure(ctx, plan)
	if err != nil {
		return nil, err
	}
	if seq == 0 {
		return nil, w.dropPlan()
	}
	receipt, err := w.clean(ctx, plan, seq, w.clock(), elsewhere)
	if receipt != nil {
		receipt.Finished = true
	}
	return receipt, err
}

// planErasure reads where the person is.
func (w *Workspace) planErasure(ctx context.Context, c *Erase) (*Erasure, error) {
	plan := &Erasure{Request: c.Request}
	var values []string
	now := w.clock()
	err := w.read(func(s *snapshot) error {
		n := s.Node(c.Fragment)
		if n == nil {
			return orrery.NotFound("person.unknown", "nobody is known by that identifier")
		}
		plan.Person, plan.Upto = n.Person, s.state.at.seq
		plan.Fragments = slices.Clone(identify.Fragments(s, n.Person))
		slices.Sort(plan.Fragments)
		for _, id := range plan.Fragments {
			if node := s.Node(id); node != nil && node.Identifier.Namespace != orrery.SliceID {
				i := node.Identifier
				plan.Hashes = append(plan.Hashes, registerLine{w.keys.Erasure(string(i.Namespace), i.Value), id, now}.String())
				values = append(values, i.Value)
			}
			if err := plan.readTimeline(s.state, id); err != nil {
				return err
			}
			if node := s.Node(id); node != nil {
				if err := plan.readOthers(s, node); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if c.Quarantined != nil {
		if plan.Quarantined, err = c.Quarantined(ctx, values); err != nil {
			return nil, fmt.Errorf("looking through the quarantine: %w", err)
		}
		for _, number := range plan.Quarantined {
			plan.Chunks = append(plan.Chunks, orrery.SeqOf(number))
		}
	}
	slices.Sort(plan.Chunks)
	plan.Chunks = slices.Compact(plan.Chunks)
	slices.Sort(plan.Cases)
	plan.Cases = slices.Compact(plan.Cases)
	return plan, nil
}

// readTimeline gathers the chunks and cases of one fragment. A case leads to the message that opened it, in which
// somebody else may have named the person.
func (e *Erasure) readTimeline(s *state, id orrery.FragmentID) error {
	entries, err := s.entries(id, Cursor{}, maxEntries)
	if err != nil {
		return err
	}
	e.Entries += len(entries)
	for _, f := range entries {
		e.Chunks = append(e.Chunks, f.At.Seq)
		c := caseIn(f.Fact)
		if c == nil {
			continue
		}
		e.Cases = append(e.Cases, c.ID)
		if c.Touch != 0 {
			e.Chunks = append(e.Chunks, orrery.SeqOf(c.Touch))
		}
	}
	return nil
}

// maxEntries is more than any timeline has.
const maxEntries = 1 << 40

func caseIn(f orrery.Fact) *orrery.Case {
	switch f := f.(type) {
	case *orrery.CaseOpened:
		return &f.Case
	case *orrery.CaseChanged:
		return &f.Case
	}
	return nil
}

// findErasure is the chunk that made a planned erasure true; 0 when it was never written.
func (w *Workspace) findErasure(ctx context.Context, plan *Erasure) (found orrery.Seq, err error) {
	err = w.ReadLog(ctx, plan.Upto, func(b Batch) error {
		for _, f := range b.Facts {
			if e, ok := f.Fact.(*orrery.PersonErased); ok && found == 0 && slices.Equal(e.Fragments, plan.Fragments) {
				found = b.Seq
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("looking for an erasure that was cut off: %w", err)
	}
	return found, nil
}

func (w *Workspace) planPath() string { return filepath.Join(w.options.Dir, planName) }

// savePlan writes the plan durably.
func (w *Workspace) savePlan(plan *Erasure) error {
	b, err := json.Marshal(plan)
	if err != nil {
		return fmt.Errorf("encoding the plan of an erasure: %w", err)
	}
	f, err := os.OpenFile(w.planPath()+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("writing the plan of an erasure: %w", err)
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(w.planPath()+".new", w.planPath())
	}
	if err == nil {
		err = syncDirectory(w.options.Dir)
	}
	if err != nil {
		return fmt.Errorf("writing the plan of an erasure: %w", err)
	}
	return nil
}

func (w *Workspace) loadPlan() (*Erasure, error) {
	b, err := os.ReadFile(w.planPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the plan of an erasure: %w", err)
	}
	var plan Erasure
	if err := json.Unmarshal(b, &plan); err != nil {
		return nil, fmt.Errorf("reading the plan of an erasure: %w", err)
	}
	return &plan, nil
}

func (w *Workspace) dropPlan() error {
	if err := os.Remove(w.planPath()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("ending an erasure: %w", err)
	}
	return syncDirectory(w.options.Dir)
}

func syncDirectory(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("syncing a directory: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("syncing a directory: %w", err)
	}
	return nil
}
