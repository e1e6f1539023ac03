package explain

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// Person says why a person is held now, in the order in which the gate asks: each hold with what it came from, an apology
// due, what the gate says about offers and advertising, and what waits.
func Person(ctx context.Context, w Source, id orrery.FragmentID) (*Answer, error) {
	s, err := newScene(ctx, w, id)
	if err != nil {
		return nil, err
	}
	if _, _, err := s.history(0, 0, func(engine.Fact) bool { return false }); err != nil {
		return nil, fmt.Errorf("reading the timeline of %s: %w", s.person.ID, err)
	}
	a := &Answer{Question: "person", Subject: s.person.ID.String(), Verdict: "free", Seq: s.person.Seq}
	holds := slices.Clone(s.person.Experience.Holds)
	slices.SortStableFunc(holds, func(x, y orrery.Hold) int {
		return cmp.Or(cmp.Compare(holdOrder(x.Kind), holdOrder(y.Kind)), cmp.Compare(x.ID, y.ID))
	})
	for i := range holds {
		a.Verdict = "held"
		a.Lines = append(a.Lines, s.inForce(&holds[i])...)
	}
	for _, due := range s.person.Experience.Apologies {
		if due.Due() {
			a.Verdict = "held"
			a.Lines = append(a.Lines, Line{At: due.Since, Code: "line.apology", Facts: []string{due.Case.String()}})
		}
	}
	for _, q := range []struct {
		code    string
		class   orrery.Class
		channel orrery.Channel
	}{{"line.commercial", orrery.Commercial, "email"}, {"line.advertising", orrery.Advertisement, "ads"}} {
		lines, err := s.asked(q.code, q.class, q.channel)
		if err != nil {
			return nil, err
		}
		a.Lines = append(a.Lines, lines...)
	}
	if n := len(s.person.Waiting); n > 0 {
		l := Line{Code: "line.waiting", Args: args{"n": fmt.Sprint(n)}}
		for i := range s.person.Waiting[:min(n, 20)] {
			l.Facts = append(l.Facts, s.person.Waiting[i].Intent.ID.String())
		}
		a.Lines = append(a.Lines, l)
	}
	return a, nil
}

// inForce tells a hold as it stands now, and what it came from.
func (s *scene) inForce(h *orrery.Hold) []Line {
	l := Line{At: h.Since, Code: "line.holds", Args: args{}}
	ofHold(l.Args, h)
	for _, id := range s.holdIDs(h) {
		if id != "" {
			l.Facts = append(l.Facts, id)
		}
	}
	s.shown[h.ID.String()] = true
	if s.whileJoined(orrery.Stamp{Seq: orrery.SeqOf(h.ID)}) {
		l.Args["joined"] = "joined"
	}
	out := []Line{l}
	if h.Case != 0 {
		out = append(out, s.evidence([]string{h.Case.String()})...)
	}
	if h.Life != 0 {
		out = append(out, s.evidence([]string{h.Life.String()})...)
	}
	if touch := s.ownTouch(h.Fragment, h.Touch); touch != "" {
		out = append(out, s.evidence([]string{touch})...)
	}
	return out
}

// holdOrder is the place of a kind of hold in the order in which the gate asks.
func holdOrder(k orrery.HoldKind) int {
	return slices.Index([]orrery.HoldKind{orrery.HoldLegal, orrery.HoldLife, orrery.HoldCase, orrery.HoldSoft, orrery.HoldManual,
		orrery.HoldProduct, orrery.HoldRest}, k)
}
