package protect

import (
	"cmp"
	"slices"

	"github.com/orrery-cxm/orrery"
)

// Sent is one outbound thing: ours, or another tool's of the brand. It counts for caps and conflicts from the moment it
// is queued, and no longer once it has failed, was dropped, replaced or has expired.
type Sent struct {
	ID      uint64 // of the intent, or of the touch when Foreign
	Foreign bool
	At      orrery.Instant // when it was queued, then when it was accepted; held: when it was offered
	Class   orrery.Class
	Channel orrery.Channel
	Theme   string
	Stance  string
	Team    string
	Market  string
	Product string
	Life    orrery.LifeKind
	Case    orrery.CaseID
	State   orrery.IntentState
}

// Ref is the id as people see it.
func (s *Sent) Ref() string {
	if s.Foreign {
		return orrery.TouchID(s.ID).String()
	}
	return orrery.IntentID(s.ID).String()
}

// Counts says that it went, is about to go, or may have gone.
func (s *Sent) Counts() bool { return counts(s.State) }

func counts(s orrery.IntentState) bool {
	switch s {
	case orrery.IntentQueued, orrery.IntentReleased, orrery.IntentAccepted, orrery.IntentUnknown:
		return true
	}
	return false
}

func (e *Experience) sentElsewhere(t *orrery.Touch, at orrery.Stamp) {
	when := at.Time
	if t.Historical {
		if when = t.At; when.Add(keepSent) < at.Time {
			return
		}
	}
	e.putSent(Sent{
		ID: at.ID(), Foreign: true, At: when, Class: t.Sent.Class, Channel: t.Channel, Theme: t.Sent.Theme, Stance: t.Sent.Stance,
		Team: t.Sent.Team, Market: t.Sent.Market, Product: t.Product, State: orrery.IntentAccepted,
	}, at.Time)
}

func (e *Experience) offered(f *orrery.IntentOffered, at orrery.Stamp) {
	if f.State != orrery.IntentHeld && !counts(f.State) {
		return
	}
	i := &f.Intent
	e.putSent(Sent{
		ID: uint64(i.ID), At: at.Time, Class: i.Class, Channel: i.Channel, Theme: i.Theme, Stance: i.Stance, Team: i.Team,
		Market: i.Market, Product: i.Product, Life: i.Life, Case: i.Case, State: f.State,
	}, at.Time)
}

func (e *Experience) intentChanged(f *orrery.IntentChanged, at orrery.Stamp) {
	i := slices.IndexFunc(e.Sent, func(s Sent) bool { return !s.Foreign && s.ID == uint64(f.Intent) })
	if i < 0 {
		return
	}
	s := e.Sent[i]
	e.Sent = slices.Delete(e.Sent, i, i+1)
	if f.State != orrery.IntentHeld && !counts(f.State) {
		return
	}
	if counts(f.State) && (!s.Counts() || f.State == orrery.IntentAccepted) {
		s.At = at.Time
	}
	s.State = f.State
	e.putSent(s, at.Time)
}

func (e *Experience) putSent(s Sent, now orrery.Instant) {
	e.Sent = slices.DeleteFunc(e.Sent, func(x Sent) bool { return x.Counts() && x.At.Add(keepSent) < now })
	e.Sent = boundSent(put(e.Sent, s, bySent))
}

func boundSent(list []Sent) []Sent {
	list = bound(list, maxSent, func(s Sent) bool { return s.Counts() }, bySent)
	return bound(list, maxWaiting, func(s Sent) bool { return !s.Counts() }, bySent)
}

// bySent orders by time, then id: the key of the list, so it must not change without moving the element.
func bySent(a, b Sent) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID)) }
