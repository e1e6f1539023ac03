package protect

import (
	"slices"

	"github.com/orrery-cxm/orrery"
)

// Experience is one fragment's slice of the experience state, or, out of [Combine], a whole person's. Every list is
// sorted by its key and bounded; the zero value is somebody about whom nothing is known.
type Experience struct {
	Consents  []Consent     // by purpose and channel
	Holds     []orrery.Hold // in force, by id
	Apologies []Apology     // due or lately paid, by case
	Life      []Life        // known, and those lately gone, by id
	Reviews   []Review      // open, and those lately closed, by id
	Marks     []Mark        // what moved the mood, oldest first
	Sent      []Sent        // what went, waits or is held, oldest first
	Signals   []Signal      // raised and not yet acted on, by touch and name
	Clashes   []Clash       // conflicts lately found, by the later one's id
	Moves     []Move        // how this fragment changed persons, oldest first; never combined
	Left      []Left        // who last left the person this fragment stands for; never combined
	Shares    []Share       // to whom holds of a case were shared out at a split; never combined
}

// Apology is one apology owed, or lately paid: a bounce within [keepPaid] makes it due again.
type Apology struct {
	Case  orrery.CaseID
	Since orrery.Instant
	Again bool            // a bounce made it due again
	Paid  orrery.Instant  // 0: still due
	By    orrery.IntentID // the recovery message that paid it; 0: a person's reply
}

// Due says that it is still owed.
func (a Apology) Due() bool { return a.Paid == 0 }

// Life is one event in the person's life. Gone events are kept for a while so that an unchanged profile does not bring
// them back.
type Life struct {
	orrery.LifeEvent
	Gone string // "" while it counts; rejected, expired
}

// Review is one question to a person at the brand. A closed one is kept until the next is opened, so that whoever
// reacts to its closing can still see what it was about.
type Review struct {
	ID     orrery.ReviewID
	About  string // complaint, life.bereavement, escalation, apology_bounced
	Touch  orrery.TouchID
	Life   orrery.LifeID
	Case   orrery.CaseID
	Answer string // "" while open; yes, no, expired
}

// Signal is something understood that somebody should act on.
type Signal struct {
	Touch orrery.TouchID
	Name  string // complaint, question, risk.injury, life.engagement
	Due   orrery.Instant
	Done  bool // acted on or missed; kept for a while so that a later revision does not raise it again
}

// Clash is a conflict already reported.
type Clash struct {
	First, Second string
	At            orrery.Instant
}

// Move is one change of the person this fragment belongs to.
type Move struct {
	Order          uint64 // id of the fact
	Before, Person orrery.PersonID
}

// Left is a fragment that left the person whom this fragment stands for, at the last moment at which any did.
type Left struct {
	Fragment orrery.FragmentID
	At       orrery.Instant
}

// How much is kept, and for how long. These are part of the fold: changing one changes what replay yields.
const (
	keepPaid     = 30 * orrery.Day  // a bounce may still come back
	keepGone     = 400 * orrery.Day // a profile may still say so
	keepSent     = 35 * orrery.Day  // the longest window of a cap or conflict
	keepClash    = 35 * orrery.Day
	maxPaid      = 16
	maxGone      = 16
	maxMarks     = 8
	maxSent      = 64  // counted sends; a cap's limit is below it
	maxWaiting   = 256 // held intents: act holds at most 200 a person
	maxSignals   = 64
	maxClashes   = 16
	maxMoves     = 8
	maxLeft      = 64
	maxDone      = 16
	maxViewFacts = 32
)

// Empty says that nothing is known.
func (e *Experience) Empty() bool {
	return len(e.Consents) == 0 && len(e.Holds) == 0 && len(e.Apologies) == 0 && len(e.Life) == 0 && len(e.Reviews) == 0 &&
		len(e.Marks) == 0 && len(e.Sent) == 0 && len(e.Signals) == 0 && len(e.Clashes) == 0 && len(e.Moves) == 0 && len(e.Left) == 0 && len(e.Shares) == 0
}

// Evolve folds one fact that names fragment self. It looks at nothing but its arguments.
func (e *Experience) Evolve(self orrery.FragmentID, f orrery.Fact, at orrery.Stamp) {
	switch f := f.(type) {
	case *orrery.TouchRecorded:
		if f.Anchor == self {
			e.evolveTouch(&f.Touch, at)
		}
	case *orrery.SignalsRevised:
		e.mark(Mark{ID: f.Touch, At: at.Time, Points: moodPoints(&f.Signals)}, true)
	case *orrery.ConsentChanged:
		e.evolveConsent(f, at)
	case *orrery.CaseChanged:
		e.evolveCase(f, at)
	case *orrery.HoldPlaced:
		if f.Hold.Fragment == self {
			e.putHold(f.Hold)
		}
	case *orrery.HoldChanged:
		if f.Hold.Fragment == self {
			e.putHold(f.Hold)
		}
		if f.Change == changeShared {
			e.share(f)
		}
	case *orrery.HoldReleased:
		e.Holds = slices.DeleteFunc(e.Holds, func(h orrery.Hold) bool { return h.ID == f.Hold })
	case *orrery.ApologyDue:
		e.putApology(Apology{Case: f.Case, Since: f.Since, Again: f.Again}, at.Time)
	case *orrery.ApologyPaid:
		e.payApology(f, at.Time)
	case *orrery.LifeNoted:
		e.putLife(Life{LifeEvent: f.Event}, at.Time)
	case *orrery.LifeChanged:
		l := Life{LifeEvent: f.Event}
		if f.Change == LifeRejected || f.Change == LifeExpired {
			l.Gone = f.Change
		}
		e.putLife(l, at.Time)
	case *orrery.ReviewOpened:
		e.openReview(f)
	case *orrery.ReviewClosed:
		e.closeReview(f)
	case *orrery.IntentOffered:
		e.offered(f, at)
	case *orrery.IntentChanged:
		e.intentChanged(f, at)
	case *orrery.SignalRaised:
		e.putSignal(Signal{Touch: f.Touch, Name: f.Signal, Due: f.Due})
	case *orrery.SignalActed:
		e.endSignal(f)
	case *orrery.ConflictFound:
		e.putClash(Clash{First: f.First, Second: f.Second, At: at.Time})
	case *orrery.FragmentAssigned:
		e.moved(self, f, at)
	case *orrery.PersonErased:
		*e = Experience{}
	}
}

func (e *Experience) evolveTouch(t *orrery.Touch, at orrery.Stamp) {
	if t.Kind == orrery.SentTouch && t.Sent != nil {
		e.sentElsewhere(t, at)
	}
	if points := moodOfTouch(t); points != 0 {
		when := at.Time
		if t.Historical {
			when = t.At
		}
		e.mark(Mark{ID: orrery.TouchID(at.ID()), At: when, Points: points}, false)
	}
}

// evolveCase forgets the apology of a case that was none.
func (e *Experience) evolveCase(f *orrery.CaseChanged, at orrery.Stamp) {
	if f.Change == changeDismissed {
		e.Apologies = slices.DeleteFunc(e.Apologies, func(a Apology) bool { return a.Case == f.Case.ID })
	}
}

func (e *Experience) putHold(h orrery.Hold) {
	e.Holds = put(e.Holds, h, func(a, b orrery.Hold) int { return compare(a.ID, b.ID) })
}

func (e *Experience) putApology(a Apology, now orrery.Instant) {
	e.Apologies = slices.DeleteFunc(e.Apologies, func(x Apology) bool { return !x.Due() && x.Paid.Add(keepPaid) < now })
	e.Apologies = put(e.Apologies, a, byCase)
	e.Apologies = boundPaid(e.Apologies)
}

func (e *Experience) payApology(f *orrery.ApologyPaid, now orrery.Instant) {
	for i := range e.Apologies {
		if a := &e.Apologies[i]; a.Case == f.Case && a.Due() {
			a.Paid, a.By = now, f.Intent
		}
	}
	e.Apologies = boundPaid(e.Apologies)
}

func (e *Experience) putLife(l Life, now orrery.Instant) {
	e.Life = slices.DeleteFunc(e.Life, func(x Life) bool { return x.Gone != "" && x.At.Add(keepGone) < now })
	e.Life = boundGone(put(e.Life, l, byLife))
}

func (e *Experience) openReview(f *orrery.ReviewOpened) {
	e.Reviews = slices.DeleteFunc(e.Reviews, func(r Review) bool { return r.Answer != "" })
	e.Reviews = put(e.Reviews, Review{ID: f.Review, About: f.About, Touch: f.Touch, Life: f.Life, Case: f.Case}, byReview)
}

func (e *Experience) closeReview(f *orrery.ReviewClosed) {
	for i := range e.Reviews {
		if e.Reviews[i].ID == f.Review {
			e.Reviews[i].Answer = f.Answer
		}
	}
}

func (e *Experience) putSignal(s Signal) {
	e.Signals = put(e.Signals, s, bySignal)
}

func (e *Experience) endSignal(f *orrery.SignalActed) {
	for i := range e.Signals {
		if s := &e.Signals[i]; s.Touch == f.Touch && s.Name == f.Signal {
			s.Done = true
		}
	}
	e.Signals = boundDone(e.Signals)
}

func (e *Experience) putClash(c Clash) {
	e.Clashes = slices.DeleteFunc(e.Clashes, func(x Clash) bool { return x.At.Add(keepClash) < c.At })
	e.Clashes = newest(put(e.Clashes, c, byClash), maxClashes, byClashTime)
}

// moved keeps how this fragment changed persons, and, on the fragment that gave the person their id, who left it at the
// same moment: both are needed to say who was joined with whom when a hold was placed.
func (e *Experience) moved(self orrery.FragmentID, f *orrery.FragmentAssigned, at orrery.Stamp) {
	if f.Before == 0 || f.Before == f.Person {
		return // first seen: there was no person before
	}
	if self == f.Fragment {
		e.Moves = append(e.Moves, Move{Order: at.ID(), Before: f.Before, Person: f.Person})
		if len(e.Moves) > maxMoves {
			e.Moves = slices.Delete(e.Moves, 0, len(e.Moves)-maxMoves)
		}
	}
	if self == f.Before && self != f.Fragment && leaves(f.Reason) {
		e.Left = slices.DeleteFunc(e.Left, func(l Left) bool { return l.At != at.Time })
		e.Left = newest(put(e.Left, Left{Fragment: f.Fragment, At: at.Time}, byLeft), maxLeft, byLeft)
	}
}

// leaves says that an assignment takes a fragment out of a person.
func leaves(reason string) bool { return reason == "split" || reason == "shared" }
