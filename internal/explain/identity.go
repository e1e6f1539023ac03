package explain

import (
	"context"
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/identify"
)

// Identity says why two identifiers are one person, by the shortest chain of evidence, or what keeps them apart.
// Identifiers of a third person on the way are shown by their ids only.
func Identity(ctx context.Context, w Source, x, y orrery.FragmentID) (*Answer, error) {
	chain, err := w.ExplainIdentity(ctx, x, y)
	if err != nil {
		return nil, err
	}
	s, err := newScene(ctx, w, x)
	if err != nil {
		return nil, err
	}
	other, err := w.Person(ctx, y, 0)
	if err != nil {
		return nil, err
	}
	s.know(other)
	a := &Answer{Question: "identity", Subject: x.String(), Verdict: "two", Args: args{"a": s.name(x), "b": s.name(y)}, Seq: s.person.Seq}
	if chain.Same {
		a.Verdict = "one"
	}
	if x == y {
		a.Lines = append(a.Lines, Line{Code: "line.same"})
	}
	for i := range chain.Steps {
		a.Lines = append(a.Lines, s.ofStep(&chain.Steps[i]))
	}
	for i := range chain.Obstacles {
		a.Lines = append(a.Lines, s.ofObstacle(&chain.Obstacles[i]))
	}
	return a, nil
}

func (s *scene) ofStep(step *identify.Step) Line {
	a := args{}
	s.pair(a, step.From, step.To)
	a.set("evidence", step.Kind)
	a.text("source", string(step.Source))
	l := Line{At: step.At, Code: "line.step", Args: a}
	for _, id := range []string{idOf(step.Link), s.ownTouch(step.From, step.Touch)} {
		if id != "" {
			l.Facts = append(l.Facts, id)
		}
	}
	return l
}

func (s *scene) ofObstacle(o *identify.Obstacle) Line {
	a := args{"obstacle": o.Why}
	if o.A != 0 && o.B == 0 {
		a["identifier"] = s.name(o.A)
	}
	if o.A != 0 && o.B != 0 {
		s.pair(a, o.A, o.B)
	}
	if o.Limit.Count != 0 {
		a["limit"] = fmt.Sprint(o.Limit.Count)
		if o.Namespace != "" {
			a["limit"] += " " + string(o.Namespace)
		}
	}
	l := Line{Code: "line.obstacle", Args: a}
	if o.Link != 0 {
		l.Facts = []string{o.Link.String()}
	}
	return l
}
