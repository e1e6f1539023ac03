package protect

import (
	"strings"

	"github.com/orrery-cxm/orrery"
)

const (
	prefixRisk = "risk."
	prefixLife = "life."
)

// raise lists what was understood and waits for somebody to act on it.
func raise(t Turn, p *Policy, f orrery.FragmentID, touch orrery.TouchID, s *orrery.Signals, text bool) {
	due := p.SignalDue
	if text {
		for _, i := range []struct {
			name string
			in   orrery.Span
		}{
			{orrery.IntentComplaint, due.Complaint}, {orrery.IntentCancellation, due.Cancellation},
			{orrery.IntentPurchase, due.Purchase}, {orrery.IntentQuestion, due.Question},
		} {
			if l := s.Intent(i.name); l != nil && l.Confidence >= p.SignalFrom {
				raiseOne(t, f, touch, i.name, i.in)
			}
		}
		for _, l := range s.Risks {
			if l.Confidence >= p.SignalFrom {
				raiseOne(t, f, touch, prefixRisk+l.Name, due.Risk)
			}
		}
	}
	if len(s.Life) == 0 {
		return
	}
	for _, l := range copyOf(PersonView(t, f).Life) {
		if l.Touch == touch && l.Gone == "" && l.Certainty < orrery.Verified { // noted just now, from this touch
			raiseOne(t, f, touch, aboutLife(l.Kind), due.Life)
		}
	}
}

func raiseOne(t Turn, f orrery.FragmentID, touch orrery.TouchID, name string, in orrery.Span) {
	e := t.Experience(f)
	open, oldest := 0, Signal{}
	if e != nil {
		for _, s := range e.Signals {
			if s.Touch == touch && s.Name == name {
				return
			}
			if !s.Done {
				if open++; oldest.Touch == 0 || s.Due < oldest.Due {
					oldest = s
				}
			}
		}
	}
	if open >= maxSignals {
		t.Emit(&orrery.SignalActed{Fragment: f, Touch: oldest.Touch, Signal: oldest.Name, Missed: true})
	}
	t.Emit(&orrery.SignalRaised{Fragment: f, Touch: touch, Signal: name, Due: t.Now().Add(in)})
}

// actedBy ends the open signals of a person that which names: by is the id of what acted.
func actedBy(t Turn, f orrery.FragmentID, by string, which func(Signal) bool) {
	for _, who := range fragments(t, f) {
		e := t.Experience(who)
		if e == nil {
			continue
		}
		for _, s := range copyOf(e.Signals) {
			if !s.Done && which(s) {
				t.Emit(&orrery.SignalActed{Fragment: who, Touch: s.Touch, Signal: s.Name, By: by})
			}
		}
	}
}

// caseSignal: a case acts on it. replySignal: an answer does.
func caseSignal(name string) bool {
	return name == orrery.IntentComplaint || name == orrery.IntentCancellation || strings.HasPrefix(name, prefixRisk)
}

func replySignal(name string) bool {
	return name == orrery.IntentQuestion || name == orrery.IntentCancellation || name == orrery.IntentPurchase
}

// says that corrected signals still hold what a signal was raised for.
func says(s *orrery.Signals, name string) bool {
	if kind, ok := strings.CutPrefix(name, prefixLife); ok {
		return hasLabel(s.Life, kind)
	}
	if risk, ok := strings.CutPrefix(name, prefixRisk); ok {
		return hasLabel(s.Risks, risk)
	}
	return hasLabel(s.Intents, name)
}

// relevant says that something sent acts on a signal: it speaks of the event, has the signal as its theme, or is the
// service the person asked for.
func relevant(class orrery.Class, theme string, life orrery.LifeKind, s Signal) bool {
	switch {
	case life != "" && s.Name == aboutLife(life):
		return true
	case theme != "" && (s.Name == theme || s.Name == prefixLife+theme):
		return true
	case class == orrery.Service:
		return replySignal(s.Name)
	case class == orrery.Recovery:
		return caseSignal(s.Name)
	}
	return false
}
