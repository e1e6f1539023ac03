package desk

import (
	"cmp"
	"slices"

	"github.com/orrery-cxm/orrery"
)

// Desk is one fragment's slice of the cases it reports or is affected by, or, out of [Combine], a whole person's. Lists
// are sorted by id and bounded; the zero value is somebody who never complained.
type Desk struct {
	Cases   []Line    // open, resolved, and those lately ended
	Reviews []Review  // open questions to a person at the brand about this fragment, and those lately closed
	Recent  []Message // the last messages, in case a review or a later look makes a case of one
}

// Line is one case as its person's desk sees it.
type Line struct {
	Case     orrery.Case
	Thread   string         // conversation in which it was reported; known to the reporter's desk only
	Resolved orrery.Instant // when it was last resolved; 0 while open
	AskedAt  orrery.Instant // when satisfaction was last asked
	Reports  int            // how often it was reported again
}

// Ended says that nothing more is to be done about it.
func (l *Line) Ended() bool {
	return l.Case.Status == orrery.CaseSatisfied || l.Case.Status == orrery.CaseDismissed
}

// Review is one question to a person at the brand. A closed one is kept until the next is opened, so that whoever
// reacts to its closing can see what it was about.
type Review struct {
	ID     orrery.ReviewID
	About  string // complaint, life.bereavement, escalation, apology_bounced
	At     orrery.Instant
	Life   orrery.LifeID
	Case   orrery.CaseID
	Answer string // "" while open; yes, no, expired
	Message
}

// Message is what must be known of a touch to make a case of it later.
type Message struct {
	Touch    orrery.TouchID
	Thread   string
	Order    string
	Product  string
	Channel  orrery.Channel
	Title    string
	Verified bool
	Public   bool // said in public
}

// How much is kept, and for how long. These are part of the fold: changing one changes what replay yields.
const (
	keepEnded = 90 * orrery.Day
	maxEnded  = 32
	maxRecent = 2
	maxTitle  = 120 // bytes
)

// Empty says that nothing is known.
func (d *Desk) Empty() bool { return len(d.Cases) == 0 && len(d.Reviews) == 0 && len(d.Recent) == 0 }

// Line is the line of a case, or nil.
func (d *Desk) Line(id orrery.CaseID) *Line {
	i, ok := slices.BinarySearchFunc(d.Cases, id, func(l Line, id orrery.CaseID) int { return cmp.Compare(l.Case.ID, id) })
	if !ok {
		return nil
	}
	return &d.Cases[i]
}

// Open lists the cases that are open or wait for the person's answer.
func (d *Desk) Open() []Line {
	var out []Line
	for _, l := range d.Cases {
		if !l.Ended() {
			out = append(out, l)
		}
	}
	return out
}

// Evolve folds one fact that names fragment self. It looks at nothing but its arguments.
func (d *Desk) Evolve(self orrery.FragmentID, f orrery.Fact, at orrery.Stamp) {
	switch f := f.(type) {
	case *orrery.TouchRecorded:
		if f.Anchor == self && !f.Touch.Historical {
			d.hear(&f.Touch, orrery.TouchID(at.ID()))
		}
	case *orrery.CaseOpened:
		d.forget(at.Time)
		d.put(Line{Case: f.Case, Thread: d.message(f.Case.Touch).Thread})
	case *orrery.CaseChanged:
		d.change(f, at.Time)
	case *orrery.ReviewOpened:
		d.Reviews = slices.DeleteFunc(d.Reviews, func(r Review) bool { return r.Answer != "" })
		m := d.message(f.Touch)
		m.Touch = f.Touch
		d.Reviews = append(d.Reviews, Review{ID: f.Review, About: f.About, At: at.Time, Life: f.Life, Case: f.Case, Message: m})
		slices.SortFunc(d.Reviews, byReview)
	case *orrery.ReviewClosed:
		for i := range d.Reviews {
			if d.Reviews[i].ID == f.Review {
				d.Reviews[i].Answer = f.Answer
			}
		}
	case *orrery.PersonErased:
		*d = Desk{}
	}
}

func (d *Desk) hear(t *orrery.Touch, id orrery.TouchID) {
	m := messageOf(t, id)
	if m.Touch == 0 {
		return
	}
	d.Recent = append(d.Recent, m)
	if len(d.Recent) > maxRecent {
		d.Recent = slices.Delete(d.Recent, 0, len(d.Recent)-maxRecent)
	}
}

// messageOf is what to know of a touch in which a person said something; without Touch when they did not.
func messageOf(t *orrery.Touch, id orrery.TouchID) Message {
	m := Message{Touch: id, Product: t.Product, Channel: t.Channel, Verified: t.Trust != orrery.Public}
	switch {
	case t.Message != nil:
		m.Thread, m.Order, m.Title, m.Public = t.Message.Thread, t.Message.Order, cut(t.Message.Subject), t.Message.Public
	case t.Survey != nil:
		m.Verified = m.Verified || t.Survey.Verified
	default:
		return Message{}
	}
	return m
}

// cut shortens a title to whole characters.
func cut(s string) string {
	if len(s) <= maxTitle {
		return s
	}
	s = s[:maxTitle]
	for len(s) > 0 && s[len(s)-1]&0xc0 == 0x80 {
		s = s[:len(s)-1]
	}
	if len(s) > 0 && s[len(s)-1] >= 0xc0 {
		s = s[:len(s)-1]
	}
	return s
}

// message is what is remembered of a touch, or nothing.
func (d *Desk) message(id orrery.TouchID) Message {
	for _, m := range d.Recent {
		if m.Touch == id && id != 0 {
			return m
		}
	}
	for _, r := range d.Reviews {
		if r.Touch == id && id != 0 {
			return r.Message
		}
	}
	return Message{}
}

func (d *Desk) change(f *orrery.CaseChanged, now orrery.Instant) {
	d.forget(now)
	line := Line{Case: f.Case}
	if l := d.Line(f.Case.ID); l != nil {
		line = *l
		line.Case = f.Case
	}
	switch f.Change {
	case Resolved:
		line.Resolved, line.AskedAt = now, 0
	case Reopened, Unsatisfied:
		line.Resolved, line.AskedAt = 0, 0
	case Asked, Reminded:
		line.AskedAt = now
	case ReportedAgain:
		line.Reports++
	}
	d.put(line)
}

func (d *Desk) put(l Line) {
	i, found := slices.BinarySearchFunc(d.Cases, l, byCase)
	if found {
		d.Cases[i] = l
	} else {
		d.Cases = slices.Insert(d.Cases, i, l)
	}
	d.Cases = boundEnded(d.Cases)
}

// forget drops cases that ended long ago; the case itself is kept by the engine.
func (d *Desk) forget(now orrery.Instant) {
	d.Cases = slices.DeleteFunc(d.Cases, func(l Line) bool { return l.Ended() && l.Case.ChangedAt.Add(keepEnded) < now })
}

func boundEnded(ls []Line) []Line {
	ended := 0
	for i := range ls {
		if ls[i].Ended() {
			ended++
		}
	}
	if ended <= maxEnded {
		return ls
	}
	drop := ended - maxEnded
	out := make([]Line, 0, len(ls)-drop)
	for _, l := range ls { // sorted by id, which is by age
		if l.Ended() && drop > 0 {
			drop--
			continue
		}
		out = append(out, l)
	}
	return out
}

func byCase(a, b Line) int     { return cmp.Compare(a.Case.ID, b.Case.ID) }
func byReview(a, b Review) int { return cmp.Compare(a.ID, b.ID) }
func byTouch(a, b Message) int { return cmp.Compare(a.Touch, b.Touch) }
