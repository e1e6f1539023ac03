package protect_test

import (
	"maps"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/protect"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// world is a small engine for tests: it folds what is emitted at once, and gives every fact to desk and protect in the
// order of the real one.
type world struct {
	t        fataler
	now      orrery.Instant
	seq      orrery.Seq
	index    uint32
	person   map[orrery.FragmentID]orrery.PersonID
	exp      map[orrery.FragmentID]*protect.Experience
	desks    map[orrery.FragmentID]*desk.Desk
	cases    map[orrery.CaseID]*orrery.Case
	intents  map[orrery.IntentID]*orrery.Intent
	affected map[orrery.TouchID]orrery.FragmentID
	log      []logged
	queue    []logged
	protect  *protect.Policy
	desk     *desk.Policy
}

type logged struct {
	fact orrery.Fact
	at   orrery.Stamp
}

type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

const noon orrery.Instant = 1_780_315_200_000

func newWorld(t fataler) *world {
	return &world{
		t: t, now: noon, seq: 1,
		person: map[orrery.FragmentID]orrery.PersonID{}, exp: map[orrery.FragmentID]*protect.Experience{},
		desks: map[orrery.FragmentID]*desk.Desk{}, cases: map[orrery.CaseID]*orrery.Case{},
		intents: map[orrery.IntentID]*orrery.Intent{}, affected: map[orrery.TouchID]orrery.FragmentID{},
		protect: protect.DefaultPolicy(), desk: desk.DefaultPolicy(),
	}
}

func (w *world) Now() orrery.Instant { return w.now }
func (w *world) NextID() uint64      { return orrery.Stamp{Seq: w.seq, Index: w.index}.ID() }
func (w *world) PersonOf(f orrery.FragmentID) orrery.PersonID {
	return w.person[f]
}

func (w *world) FragmentsOf(p orrery.PersonID) []orrery.FragmentID {
	if holder := w.person[p]; holder != 0 {
		p = holder
	}
	var out []orrery.FragmentID
	for f, q := range w.person {
		if q == p {
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return out
}

func (w *world) Experience(f orrery.FragmentID) *protect.Experience { return w.exp[f] }
func (w *world) Desk(f orrery.FragmentID) *desk.Desk                { return w.desks[f] }
func (w *world) Case(id orrery.CaseID) *orrery.Case                 { return w.cases[id] }
func (w *world) Intent(id orrery.IntentID) *orrery.Intent           { return w.intents[id] }
func (w *world) Affected(id orrery.TouchID) orrery.FragmentID       { return w.affected[id] }

func (w *world) see(fs ...orrery.FragmentID) {
	for _, f := range fs {
		if f != 0 && w.person[f] == 0 {
			w.person[f], w.exp[f], w.desks[f] = f, &protect.Experience{}, &desk.Desk{}
		}
	}
}

func (w *world) Emit(f orrery.Fact) orrery.Stamp {
	at := orrery.Stamp{Seq: w.seq, Index: w.index, Time: w.now}
	w.index++
	if w.index > 2000 {
		w.t.Fatalf("one input led to more than 2000 facts: the packages answer each other without end")
	}
	w.fold(f, at)
	l := logged{f, at}
	w.log, w.queue = append(w.log, l), append(w.queue, l)
	return at
}

func (w *world) fold(f orrery.Fact, at orrery.Stamp) {
	switch f := f.(type) {
	case *orrery.FragmentAssigned:
		w.person[f.Fragment] = f.Person
	case *orrery.CaseOpened:
		c := f.Case
		w.cases[c.ID] = &c
	case *orrery.CaseChanged:
		c := f.Case
		w.cases[c.ID] = &c
	case *orrery.IntentOffered:
		in := f.Intent
		w.intents[in.ID] = &in
	}
	for _, s := range subjects(f) {
		w.see(s)
		w.exp[s].Evolve(s, f, at)
		w.desks[s].Evolve(s, f, at)
	}
}

func subjects(f orrery.Fact) []orrery.FragmentID {
	var fs []orrery.FragmentID
	switch f := f.(type) {
	case *orrery.TouchRecorded:
		fs = append(fs, f.Anchor)
	case *orrery.SignalsRevised:
		fs = append(fs, f.Fragment)
	case *orrery.ConsentChanged:
		fs = append(fs, f.Fragment)
	case *orrery.CaseOpened:
		fs = append(fs, f.Case.Reporter, f.Case.Affected)
	case *orrery.CaseChanged:
		fs = append(fs, f.Case.Reporter, f.Case.Affected)
	case *orrery.HoldPlaced:
		fs = append(fs, f.Hold.Fragment)
	case *orrery.HoldChanged:
		fs = append(fs, f.Hold.Fragment)
	case *orrery.HoldReleased:
		fs = append(fs, f.Fragment)
	case *orrery.ApologyDue:
		fs = append(fs, f.Fragment)
	case *orrery.ApologyPaid:
		fs = append(fs, f.Fragment)
	case *orrery.LifeNoted:
		fs = append(fs, f.Event.Fragment)
	case *orrery.LifeChanged:
		fs = append(fs, f.Event.Fragment)
	case *orrery.IntentOffered:
		fs = append(fs, f.Intent.Fragment)
	case *orrery.IntentChanged:
		fs = append(fs, f.Fragment)
	case *orrery.EffectAnswered:
		fs = append(fs, f.Fragment)
	case *orrery.ConflictFound:
		fs = append(fs, f.Fragment)
	case *orrery.SignalRaised:
		fs = append(fs, f.Fragment)
	case *orrery.SignalActed:
		fs = append(fs, f.Fragment)
	case *orrery.ReviewOpened:
		fs = append(fs, f.Fragment)
	case *orrery.ReviewClosed:
		fs = append(fs, f.Fragment)
	case *orrery.FragmentAssigned:
		fs = append(fs, f.Fragment, f.Person, f.Before)
	case *orrery.PersonErased:
		fs = append(fs, f.Fragments...)
	}
	slices.Sort(fs)
	return slices.DeleteFunc(slices.Compact(fs), func(f orrery.FragmentID) bool { return f == 0 })
}

// settle lets the packages react until nothing is left, and closes the chunk.
func (w *world) settle() {
	for len(w.queue) > 0 {
		l := w.queue[0]
		w.queue = w.queue[1:]
		desk.React(w, w.desk, l.fact, l.at)
		protect.React(w, w.protect, l.fact, l.at)
	}
	w.seq, w.index = w.seq+1, 0
}

func (w *world) touch(f orrery.FragmentID, t orrery.Touch) orrery.TouchID {
	w.see(f)
	if t.Trust == 0 {
		t.Trust = orrery.Server
	}
	if t.At == 0 {
		t.At = w.now
	}
	at := w.Emit(&orrery.TouchRecorded{Anchor: f, Person: w.person[f], Touch: t})
	w.settle()
	return orrery.TouchID(at.ID())
}

func (w *world) order(c desk.Command) error {
	err := desk.Handle(w, w.desk, c)
	w.settle()
	return err
}

func (w *world) command(c protect.Command) error {
	err := protect.Handle(w, w.protect, c)
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
	end := w.now.Add(d)
	for range 10_000 {
		due, who := w.due()
		if due == 0 || due > end {
			w.now = end
			return
		}
		w.now = max(w.now, due)
		before := len(w.log)
		desk.Wake(w, w.desk, who)
		protect.Wake(w, w.protect, who)
		w.settle()
		if again, same := w.due(); len(w.log) == before && same == who && again != 0 && again <= w.now {
			w.t.Fatalf("somebody was due at %v, but waking them did nothing and they are still due", due)
		}
	}
	w.t.Fatalf("ten thousand wakes in %v", d)
}

func (w *world) due() (orrery.Instant, orrery.PersonID) {
	var due orrery.Instant
	var who orrery.PersonID
	for _, p := range w.people() {
		for _, at := range []orrery.Instant{protect.Due(w.protect, protect.PersonView(w, p), w.now), desk.Due(w.desk, desk.View(w, p))} {
			if at != 0 && (due == 0 || at < due) {
				due, who = at, p
			}
		}
	}
	return due, who
}

func (w *world) people() []orrery.PersonID {
	ps := slices.Collect(maps.Values(w.person))
	slices.Sort(ps)
	return slices.Compact(ps)
}

// ask is the gate's answer for a message of this class to f's person, by e-mail.
func (w *world) ask(f orrery.FragmentID, c orrery.Class) orrery.Answer {
	q := protect.Question{Now: w.now, Class: c, Channel: "email", Known: true}
	if c == orrery.Advertisement {
		q.Channel = "ads"
	}
	return protect.Ask(w.protect, protect.PersonView(w, f), q)
}

// consents lets the person agree to everything, so that only their state can bar.
func (w *world) consents(fs ...orrery.FragmentID) {
	for _, f := range fs {
		w.see(f)
		w.must(w.command(protect.SetConsent{Fragment: f, By: orrery.Actor{Name: "form", Trust: orrery.Server},
			Claim: orrery.ConsentClaim{Purpose: orrery.AnyPurpose, Channel: orrery.AnyChannel, Answer: orrery.Granted}}))
	}
}

var agent = orrery.Actor{Name: "maya", Trust: orrery.Staff}

func label(name string, c orrery.Confidence) orrery.Label {
	return orrery.Label{Name: name, Confidence: c}
}

func message(complaint orrery.Confidence) orrery.Touch {
	return orrery.Touch{Kind: orrery.MessageTouch, Channel: "email", Message: &orrery.Message{Text: "..."},
		Signals: &orrery.Signals{Polarity: orrery.Negative, Confidence: complaint, Intents: []orrery.Label{label(orrery.IntentComplaint, complaint)}}}
}

func (w *world) complain(f orrery.FragmentID) orrery.CaseID {
	w.t.Helper()
	w.touch(f, message(900))
	return w.onlyCase(f)
}

func (w *world) onlyCase(f orrery.FragmentID) orrery.CaseID {
	w.t.Helper()
	open := desk.View(w, f).Open()
	if len(open) != 1 {
		w.t.Fatalf("%d cases are open, expected one", len(open))
	}
	return open[0].Case.ID
}

func facts[T orrery.Fact](w *world) []T {
	var out []T
	for _, l := range w.log {
		if f, ok := l.fact.(T); ok {
			out = append(out, f)
		}
	}
	return out
}

func (w *world) expect(f orrery.FragmentID, c orrery.Class, reason string) {
	w.t.Helper()
	if a := w.ask(f, c); a.Reason != reason {
		w.t.Fatalf("%s for person %d is answered %s %s, expected %s", c, f, a.Verdict, a.Reason, reason)
	}
}

func encode(e interface{ AppendTo(*wire.Writer) }) string {
	var w wire.Writer
	e.AppendTo(&w)
	return string(w.B)
}

// replayed folds the log anew and compares it with what was lived.
func (w *world) replayed(t fataler) {
	t.Helper()
	r := newWorld(t)
	for _, l := range w.log {
		r.fold(l.fact, l.at)
	}
	for f := range w.exp {
		r.see(f)
		if encode(r.exp[f]) != encode(w.exp[f]) || encode(r.desks[f]) != encode(w.desks[f]) {
			t.Fatalf("fragment %d is different after a replay of the log", f)
		}
	}
}
