package desk_test

import (
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// world is a small engine for tests: it folds what is emitted at once and lets the desk react.
type world struct {
	t        fataler
	now      orrery.Instant
	seq      orrery.Seq
	index    uint32
	person   map[orrery.FragmentID]orrery.PersonID
	desks    map[orrery.FragmentID]*desk.Desk
	cases    map[orrery.CaseID]*orrery.Case
	affected map[orrery.TouchID]orrery.FragmentID
	log      []logged
	queue    []logged
	policy   *desk.Policy
}

type logged struct {
	fact orrery.Fact
	at   orrery.Stamp
}

type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

const (
	noon orrery.Instant    = 1_780_315_200_000
	ana  orrery.FragmentID = 11
	mum  orrery.FragmentID = 12
)

var (
	agent = orrery.Actor{Name: "maya", Trust: orrery.Staff}
	shop  = orrery.Actor{Name: "shop", Trust: orrery.Server}
	site  = orrery.Actor{Name: "site", Trust: orrery.Public}
)

func newWorld(t fataler) *world {
	w := &world{t: t, now: noon, seq: 1, person: map[orrery.FragmentID]orrery.PersonID{}, desks: map[orrery.FragmentID]*desk.Desk{},
		cases: map[orrery.CaseID]*orrery.Case{}, affected: map[orrery.TouchID]orrery.FragmentID{}, policy: desk.DefaultPolicy()}
	w.see(ana, mum)
	return w
}

func (w *world) see(fs ...orrery.FragmentID) {
	for _, f := range fs {
		if w.desks[f] == nil {
			w.person[f], w.desks[f] = f, &desk.Desk{}
		}
	}
}

func (w *world) Now() orrery.Instant                             { return w.now }
func (w *world) NextID() uint64                                  { return orrery.Stamp{Seq: w.seq, Index: w.index}.ID() }
func (w *world) PersonOf(f orrery.FragmentID) orrery.PersonID    { return w.person[f] }
func (w *world) Desk(f orrery.FragmentID) *desk.Desk             { return w.desks[f] }
func (w *world) Case(id orrery.CaseID) *orrery.Case              { return w.cases[id] }
func (w *world) Affected(touch orrery.TouchID) orrery.FragmentID { return w.affected[touch] }
func (w *world) FragmentsOf(p orrery.PersonID) []orrery.FragmentID {
	var out []orrery.FragmentID
	for f, q := range w.person {
		if q == p {
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return out
}

func (w *world) Emit(f orrery.Fact) orrery.Stamp {
	l := logged{f, orrery.Stamp{Seq: w.seq, Index: w.index, Time: w.now}}
	w.index++
	w.fold(l)
	w.log, w.queue = append(w.log, l), append(w.queue, l)
	return l.at
}

func (w *world) fold(l logged) {
	var fs []orrery.FragmentID
	switch f := l.fact.(type) {
	case *orrery.TouchRecorded:
		fs = append(fs, f.Anchor)
	case *orrery.SignalsRevised:
		fs = append(fs, f.Fragment)
	case *orrery.ReviewOpened:
		fs = append(fs, f.Fragment)
	case *orrery.ReviewClosed:
		fs = append(fs, f.Fragment)
	case *orrery.CaseOpened:
		c := f.Case
		w.cases[c.ID] = &c
		fs = append(fs, c.Reporter, c.Affected)
	case *orrery.CaseChanged:
		c := f.Case
		w.cases[c.ID] = &c
		fs = append(fs, c.Reporter, c.Affected)
	}
	for _, f := range fs {
		if f != 0 {
			w.see(f)
			w.desks[f].Evolve(f, l.fact, l.at)
		}
	}
}

func (w *world) settle() {
	for len(w.queue) > 0 {
		l := w.queue[0]
		w.queue = w.queue[1:]
		desk.React(w, w.policy, l.fact, l.at)
	}
	w.seq, w.index = w.seq+1, 0
}

func (w *world) touch(f orrery.FragmentID, t orrery.Touch) orrery.TouchID {
	if t.Trust == 0 {
		t.Trust = orrery.Server
	}
	at := w.Emit(&orrery.TouchRecorded{Anchor: f, Person: w.person[f], Touch: t})
	w.settle()
	return orrery.TouchID(at.ID())
}

func (w *world) order(c desk.Command) error {
	err := desk.Handle(w, w.policy, c)
	w.settle()
	return err
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("a command that should succeed was refused: %v", err)
	}
}

// pass lets time go by, waking whoever is due on the way.
func (w *world) pass(d orrery.Span) {
	for end := w.now.Add(d); ; {
		var due orrery.Instant
		var who orrery.FragmentID
		for f, d := range w.desks {
			if at := desk.Due(w.policy, d); at != 0 && (due == 0 || at < due || at == due && f < who) {
				due, who = at, f
			}
		}
		if due == 0 || due > end {
			w.now = end
			return
		}
		w.now = max(w.now, due)
		desk.Wake(w, w.policy, w.person[who])
		w.settle()
	}
}

type told struct {
	touch   orrery.Touch
	signals *orrery.Signals
}

// complaint is a message that we are this sure is one.
func complaint(c orrery.Confidence) *told {
	s := &orrery.Signals{Intents: []orrery.Label{{Name: orrery.IntentComplaint, Confidence: c}}}
	return &told{orrery.Touch{Kind: orrery.MessageTouch, Channel: "email", Message: &orrery.Message{Text: "..."}, Signals: s}, s}
}

func (t *told) about(product, order, thread string) *told {
	t.touch.Product, t.touch.Message.Order, t.touch.Message.Thread = product, order, thread
	return t
}

func (w *world) only() *orrery.Case {
	w.t.Helper()
	if len(w.cases) != 1 {
		w.t.Fatalf("there are %d cases, expected one", len(w.cases))
	}
	for _, c := range w.cases {
		return c
	}
	return nil
}

func (w *world) changes() []string {
	var out []string
	for _, l := range w.log {
		if c, ok := l.fact.(*orrery.CaseChanged); ok {
			out = append(out, c.Change)
		}
	}
	return out
}

func (w *world) reviews(about string) int {
	n := 0
	for _, l := range w.log {
		if r, ok := l.fact.(*orrery.ReviewOpened); ok && r.About == about {
			n++
		}
	}
	return n
}

func encode(d *desk.Desk) string {
	var w wire.Writer
	d.AppendTo(&w)
	return string(w.B)
}

func (w *world) replayed() {
	w.t.Helper()
	r := newWorld(w.t)
	for _, l := range w.log {
		r.fold(l)
	}
	for f, d := range w.desks {
		r.see(f)
		if encode(r.desks[f]) != encode(d) {
			w.t.Fatalf("the desk of fragment %d is different after a replay of the log", f)
		}
	}
}
