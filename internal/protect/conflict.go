package protect

import (
	"github.com/orrery-cxm/orrery"
)

type clash uint8

const (
	noClash clash = iota
	repeats
	contradicts
)

// clashOf compares an earlier send with a theme: the same theme from another team or market repeats, and contradicts
// when both take a stance and the stances differ.
func clashOf(s *Sent, theme, stance, team, market string) clash {
	if theme == "" || s.Theme != theme || (s.Team == team && s.Market == market) {
		return noClash
	}
	if s.Stance != "" && stance != "" && s.Stance != stance {
		return contradicts
	}
	return repeats
}

// outgoing is one thing just sent, queued, or held back because of a conflict.
type outgoing struct {
	Fragment                    orrery.FragmentID
	ID                          uint64
	Foreign                     bool
	Theme, Stance, Team, Market string
}

// detect reports the strongest conflict of an outgoing thing with what went before it inside the window.
func detect(t Turn, p *Policy, o outgoing) {
	if o.Theme == "" {
		return
	}
	e, now := PersonView(t, o.Fragment), t.Now()
	var worst *Sent
	kind := noClash
	for i := len(e.Sent) - 1; i >= 0; i-- {
		s := &e.Sent[i]
		if s.At.Add(p.Conflict.Window) <= now {
			break
		}
		if !s.Counts() || (s.ID == o.ID && s.Foreign == o.Foreign) {
			continue
		}
		if c := clashOf(s, o.Theme, o.Stance, o.Team, o.Market); c > kind {
			kind, worst = c, s
		}
	}
	if worst == nil {
		return
	}
	self := Sent{ID: o.ID, Foreign: o.Foreign}
	first, second := worst.Ref(), self.Ref()
	for _, c := range e.Clashes {
		if (c.First == first && c.Second == second) || (c.First == second && c.Second == first) {
			return
		}
	}
	t.Emit(&orrery.ConflictFound{Fragment: o.Fragment, Theme: o.Theme, First: first, Second: second, Contra: kind == contradicts,
		Teams: teams(worst.Team, o.Team)})
}

func teams(a, b string) []string {
	var out []string
	for _, v := range []string{a, b} {
		if v != "" && (len(out) == 0 || out[0] != v) {
			out = append(out, v)
		}
	}
	return out
}

func foreignSent(t Turn, p *Policy, f *orrery.TouchRecorded, touch orrery.TouchID) {
	m := f.Touch.Sent
	detect(t, p, outgoing{Fragment: f.Anchor, ID: uint64(touch), Foreign: true, Theme: m.Theme, Stance: m.Stance, Team: m.Team, Market: m.Market})
	actedBy(t, f.Anchor, touch.String(), func(s Signal) bool { return relevant(m.Class, m.Theme, "", s) })
}

func intentOffered(t Turn, p *Policy, f *orrery.IntentOffered) {
	if counts(f.State) || conflicting(f.Answer.Reason) {
		detect(t, p, outgoingOf(&f.Intent))
	}
}

func intentMoved(t Turn, p *Policy, f *orrery.IntentChanged) {
	in := t.Intent(f.Intent)
	if in == nil {
		return
	}
	switch {
	case f.State == orrery.IntentFailed:
		recoveryAnswered(t, f.Intent, f.Fragment, orrery.Rejected)
	case f.State == orrery.IntentQueued || conflicting(f.Answer.Reason):
		detect(t, p, outgoingOf(in))
	case f.State == orrery.IntentAccepted:
		detect(t, p, outgoingOf(in))
		actedBy(t, f.Fragment, f.Intent.String(), func(s Signal) bool { return relevant(in.Class, in.Theme, in.Life, s) })
	}
}

func conflicting(reason string) bool { return reason == GateContradicts || reason == GateRepeats }

func outgoingOf(in *orrery.Intent) outgoing {
	return outgoing{Fragment: in.Fragment, ID: uint64(in.ID), Theme: in.Theme, Stance: in.Stance, Team: in.Team, Market: in.Market}
}
