package protect

import (
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// Sections of an encoded Experience, in the order they are written. An absent section is an empty list.
const (
	hasConsents = 1 << iota
	hasHolds
	hasApologies
	hasLife
	hasReviews
	hasMarks
	hasSent
	hasSignals
	hasClashes
	hasMoves
	hasLeft
	hasShares
	hasAll = 1<<iota - 1
)

// AppendTo writes e canonically: equal states give equal bytes, an empty one none.
func (e *Experience) AppendTo(w *wire.Writer) {
	if e.Empty() {
		return
	}
	mask := uint64(0)
	for i, n := range []int{len(e.Consents), len(e.Holds), len(e.Apologies), len(e.Life), len(e.Reviews), len(e.Marks),
		len(e.Sent), len(e.Signals), len(e.Clashes), len(e.Moves), len(e.Left), len(e.Shares)} {
		if n > 0 {
			mask |= 1 << i
		}
	}
	w.Uint(mask)
	list(w, e.Consents, appendConsent)
	list(w, e.Holds, appendHold)
	list(w, e.Apologies, appendApology)
	list(w, e.Life, appendLife)
	list(w, e.Reviews, appendReview)
	list(w, e.Marks, appendMark)
	list(w, e.Sent, appendSent)
	list(w, e.Signals, appendSignal)
	list(w, e.Clashes, appendClash)
	list(w, e.Moves, appendMove)
	list(w, e.Left, appendLeft)
	list(w, e.Shares, appendShare)
}

// Read replaces e by what AppendTo wrote. Strings share the memory of the bytes. On an error e is empty.
func (e *Experience) Read(r *wire.Reader) error {
	*e = Experience{}
	if r.Len() == 0 {
		return r.Err()
	}
	mask := r.Uint()
	if mask > hasAll {
		return fmt.Errorf("read experience: sections %b are not known: %w", mask, wire.ErrCorrupt)
	}
	if mask&hasConsents != 0 {
		e.Consents = read(r, readConsent)
	}
	if mask&hasHolds != 0 {
		e.Holds = read(r, readHold)
	}
	if mask&hasApologies != 0 {
		e.Apologies = read(r, readApology)
	}
	if mask&hasLife != 0 {
		e.Life = read(r, readLife)
	}
	if mask&hasReviews != 0 {
		e.Reviews = read(r, readReview)
	}
	if mask&hasMarks != 0 {
		e.Marks = read(r, readMark)
	}
	if mask&hasSent != 0 {
		e.Sent = read(r, readSent)
	}
	if mask&hasSignals != 0 {
		e.Signals = read(r, readSignal)
	}
	if mask&hasClashes != 0 {
		e.Clashes = read(r, readClash)
	}
	if mask&hasMoves != 0 {
		e.Moves = read(r, readMove)
	}
	if mask&hasLeft != 0 {
		e.Left = read(r, readLeft)
	}
	if mask&hasShares != 0 {
		e.Shares = read(r, readShare)
	}
	if err := r.Err(); err != nil {
		*e = Experience{}
		return fmt.Errorf("read experience: %w", err)
	}
	return nil
}

func list[T any](w *wire.Writer, items []T, one func(*wire.Writer, *T)) {
	if len(items) == 0 {
		return
	}
	w.Uint(uint64(len(items)))
	for i := range items {
		one(w, &items[i])
	}
}

func read[T any](r *wire.Reader, one func(*wire.Reader, *T)) []T {
	n := r.Count()
	if n == 0 {
		return nil
	}
	items := make([]T, 0, min(n, 512))
	for range n {
		var v T
		one(r, &v)
		if r.Err() != nil {
			return nil
		}
		items = append(items, v)
	}
	return items
}

func appendConsent(w *wire.Writer, c *Consent) {
	w.String(string(c.Purpose))
	w.String(string(c.Channel))
	for _, s := range []*Said{&c.Refused, &c.Granted, &c.Unproven} {
		w.Uint(s.Order)
		if s.Never() {
			continue
		}
		w.Int(int64(s.Since))
		w.String(s.How)
		w.String(string(s.Source))
		w.Uint(uint64(s.Touch))
		w.String(s.By)
	}
}

func readConsent(r *wire.Reader, c *Consent) {
	c.Purpose, c.Channel = orrery.Purpose(r.String()), orrery.Channel(r.String())
	for _, s := range []*Said{&c.Refused, &c.Granted, &c.Unproven} {
		if s.Order = r.Uint(); s.Never() {
			continue
		}
		s.Since, s.How, s.Source = orrery.Instant(r.Int()), r.String(), orrery.SourceName(r.String())
		s.Touch, s.By = orrery.TouchID(r.Uint()), r.String()
	}
}

func appendHold(w *wire.Writer, h *orrery.Hold) {
	w.Uint(uint64(h.ID))
	w.String(string(h.Kind))
	w.Fixed(uint64(h.Fragment))
	w.Int(int64(h.Since))
	w.Int(int64(h.Until))
	w.Uint(uint64(h.Case))
	w.Uint(uint64(h.Life))
	w.String(h.Product)
	w.Uint(uint64(h.Touch))
	w.String(h.By)
	w.String(h.Reason)
}

func readHold(r *wire.Reader, h *orrery.Hold) {
	h.ID, h.Kind, h.Fragment = orrery.HoldID(r.Uint()), orrery.HoldKind(r.String()), orrery.FragmentID(r.Fixed())
	h.Since, h.Until = orrery.Instant(r.Int()), orrery.Instant(r.Int())
	h.Case, h.Life, h.Product = orrery.CaseID(r.Uint()), orrery.LifeID(r.Uint()), r.String()
	h.Touch, h.By, h.Reason = orrery.TouchID(r.Uint()), r.String(), r.String()
}

func appendApology(w *wire.Writer, a *Apology) {
	w.Uint(uint64(a.Case))
	w.Int(int64(a.Since))
	w.Bool(a.Again)
	w.Int(int64(a.Paid))
	w.Uint(uint64(a.By))
}

func readApology(r *wire.Reader, a *Apology) {
	a.Case, a.Since, a.Again = orrery.CaseID(r.Uint()), orrery.Instant(r.Int()), r.Bool()
	a.Paid, a.By = orrery.Instant(r.Int()), orrery.IntentID(r.Uint())
}

func appendLife(w *wire.Writer, l *Life) {
	w.Uint(uint64(l.ID))
	w.String(string(l.Kind))
	w.Uint(uint64(l.Certainty))
	w.Bool(l.Sensitive)
	w.String(l.Who)
	w.Fixed(uint64(l.Fragment))
	w.Uint(uint64(l.Touch))
	w.String(l.Source)
	w.Bool(l.Public)
	w.Int(int64(l.At))
	w.Int(int64(l.Expires))
	w.Uint(uint64(l.Confidence))
	w.String(l.Gone)
}

func readLife(r *wire.Reader, l *Life) {
	l.ID, l.Kind, l.Certainty = orrery.LifeID(r.Uint()), orrery.LifeKind(r.String()), orrery.Certainty(r.Uint())
	l.Sensitive, l.Who, l.Fragment = r.Bool(), r.String(), orrery.FragmentID(r.Fixed())
	l.Touch, l.Source, l.Public = orrery.TouchID(r.Uint()), r.String(), r.Bool()
	l.At, l.Expires = orrery.Instant(r.Int()), orrery.Instant(r.Int())
	l.Confidence, l.Gone = orrery.Confidence(r.Uint()), r.String()
}

func appendReview(w *wire.Writer, v *Review) {
	w.Uint(uint64(v.ID))
	w.String(v.About)
	w.Uint(uint64(v.Touch))
	w.Uint(uint64(v.Life))
	w.Uint(uint64(v.Case))
	w.String(v.Answer)
}

func readReview(r *wire.Reader, v *Review) {
	v.ID, v.About, v.Touch = orrery.ReviewID(r.Uint()), r.String(), orrery.TouchID(r.Uint())
	v.Life, v.Case, v.Answer = orrery.LifeID(r.Uint()), orrery.CaseID(r.Uint()), r.String()
}

func appendMark(w *wire.Writer, m *Mark) {
	w.Uint(uint64(m.ID))
	w.Int(int64(m.At))
	w.Int(int64(m.Points))
}

func readMark(r *wire.Reader, m *Mark) {
	m.ID, m.At, m.Points = orrery.TouchID(r.Uint()), orrery.Instant(r.Int()), int(r.Int())
}

func appendSent(w *wire.Writer, s *Sent) {
	w.Uint(s.ID)
	w.Bool(s.Foreign)
	w.Int(int64(s.At))
	w.String(string(s.Class))
	w.String(string(s.Channel))
	w.String(s.Theme)
	w.String(s.Stance)
	w.String(s.Team)
	w.String(s.Market)
	w.String(s.Product)
	w.String(string(s.Life))
	w.Uint(uint64(s.Case))
	w.Uint(uint64(s.State))
}

func readSent(r *wire.Reader, s *Sent) {
	s.ID, s.Foreign, s.At = r.Uint(), r.Bool(), orrery.Instant(r.Int())
	s.Class, s.Channel = orrery.Class(r.String()), orrery.Channel(r.String())
	s.Theme, s.Stance, s.Team, s.Market = r.String(), r.String(), r.String(), r.String()
	s.Product, s.Life = r.String(), orrery.LifeKind(r.String())
	s.Case, s.State = orrery.CaseID(r.Uint()), orrery.IntentState(r.Uint())
}

func appendSignal(w *wire.Writer, s *Signal) {
	w.Uint(uint64(s.Touch))
	w.String(s.Name)
	w.Int(int64(s.Due))
	w.Bool(s.Done)
}

func readSignal(r *wire.Reader, s *Signal) {
	s.Touch, s.Name, s.Due, s.Done = orrery.TouchID(r.Uint()), r.String(), orrery.Instant(r.Int()), r.Bool()
}

func appendClash(w *wire.Writer, c *Clash) {
	w.String(c.First)
	w.String(c.Second)
	w.Int(int64(c.At))
}

func readClash(r *wire.Reader, c *Clash) {
	c.First, c.Second, c.At = r.String(), r.String(), orrery.Instant(r.Int())
}

func appendMove(w *wire.Writer, m *Move) {
	w.Uint(m.Order)
	w.Fixed(uint64(m.Before))
	w.Fixed(uint64(m.Person))
}

func readMove(r *wire.Reader, m *Move) {
	m.Order = r.Uint()
	m.Before, m.Person = orrery.PersonID(r.Fixed()), orrery.PersonID(r.Fixed())
}

func appendLeft(w *wire.Writer, l *Left) {
	w.Fixed(uint64(l.Fragment))
	w.Int(int64(l.At))
}

func readLeft(r *wire.Reader, l *Left) {
	l.Fragment, l.At = orrery.FragmentID(r.Fixed()), orrery.Instant(r.Int())
}

func appendShare(w *wire.Writer, s *Share) {
	w.Uint(uint64(s.Case))
	w.Fixed(uint64(s.To))
}

func readShare(r *wire.Reader, s *Share) {
	s.Case, s.To = orrery.CaseID(r.Uint()), orrery.FragmentID(r.Fixed())
}
