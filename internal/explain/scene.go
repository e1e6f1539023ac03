package explain

import (
	"context"
	"fmt"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// scene is one person being explained.
type scene struct {
	ctx    context.Context
	w      Source
	person *engine.Person
	names  map[orrery.FragmentID]string // of the fragments that may be shown by name: the person's own
	joins  []window
	guests bool            // those who were joined and left are known
	shown  map[string]bool // evidence that has been told already
}

func newScene(ctx context.Context, w Source, id orrery.FragmentID) (*scene, error) {
	p, err := w.Person(ctx, id, 0)
	if err != nil {
		return nil, err
	}
	s := &scene{ctx: ctx, w: w, person: p, names: map[orrery.FragmentID]string{}, shown: map[string]bool{}}
	s.know(p)
	return s, nil
}

func (s *scene) know(p *engine.Person) {
	for _, n := range p.Fragments {
		s.names[n.ID] = n.ID.String()
		if n.Identifier.Namespace != orrery.SliceID {
			s.names[n.ID] = string(n.Identifier.Namespace) + ":" + n.Identifier.Value
		}
	}
}

// mine says that a fragment belongs to the person.
func (s *scene) mine(id orrery.FragmentID) bool { return s.names[id] != "" }

// name is an identifier as it may be shown: in full when it is the person's own, else only its id.
func (s *scene) name(id orrery.FragmentID) string {
	if n := s.names[id]; n != "" {
		return n
	}
	return id.String()
}

// ownTouch is the id of a touch that may be shown: one that the person made.
func (s *scene) ownTouch(hint orrery.FragmentID, id orrery.TouchID) string {
	if id == 0 || !s.mine(hint) {
		return ""
	}
	f, err := s.w.Born(s.ctx, uint64(id))
	if err != nil {
		return ""
	}
	if t, ok := f.Fact.(*orrery.TouchRecorded); !ok || !s.mine(t.Anchor) {
		return ""
	}
	return id.String()
}

// concerns says that a fact is about the person, not only about somebody else in the same matter.
func (s *scene) concerns(f orrery.Fact) bool {
	for _, id := range engine.Subjects(f) {
		if s.mine(id) {
			return true
		}
	}
	return false
}

// How far back an explanation reads.
const (
	pageSize   = 500
	maxEntries = 200_000
)

// history reads the person's timeline from the newest entry back to a chunk, and returns what keep wants, oldest first.
// On the way it learns when the person was joined with somebody from whom they have been separated since.
func (s *scene) history(from orrery.Seq, most int, keep func(engine.Fact) bool) (entries []engine.Fact, dropped int, err error) {
	if err := s.learnGuests(); err != nil {
		return nil, 0, err
	}
	var cursor engine.Cursor
	splits := map[orrery.FragmentID]orrery.Seq{}
	for read := 0; read < maxEntries; {
		page, more, err := s.w.Timeline(s.person.ID, cursor, pageSize)
		if err != nil {
			return nil, 0, err
		}
		for _, e := range page {
			read++
			if m, ok := e.Fact.(*orrery.FragmentAssigned); ok {
				s.learnJoin(splits, m, e.At.Seq)
			}
			if e.At.Seq < from || !keep(e) {
				continue
			}
			if len(entries) >= most {
				dropped++
				continue
			}
			entries = append(entries, e)
		}
		if more == (engine.Cursor{}) || (len(page) > 0 && page[len(page)-1].At.Seq < from && len(splits) == 0) {
			break
		}
		cursor = more
	}
	for i, j := 0, len(entries)-1; i < j; i, j = i+1, j-1 {
		entries[i], entries[j] = entries[j], entries[i]
	}
	return entries, dropped, nil
}

// evidence tells, for each id that decided an answer, what it is, where it came from and who did it; each once.
func (s *scene) evidence(ids []string) []Line {
	var out []Line
	for _, id := range ids {
		if s.shown[id] {
			continue
		}
		s.shown[id] = true
		out = append(out, s.proof(id)...)
	}
	return out
}

// proof is what stands behind one id of evidence.
func (s *scene) proof(id string) []Line {
	born, known, err := s.born(id)
	switch {
	case !known:
		return []Line{{Code: "line.said", Args: args{"by": id}}}
	case err != nil:
		return []Line{{Code: "line.gone", Facts: []string{id}}}
	case !s.concerns(born.Fact):
		return []Line{{Code: "line.withheld"}}
	}
	l := s.lineOf(born)
	switch f := born.Fact.(type) {
	case *orrery.HoldPlaced:
		l.Code = "line.hold"
		out := []Line{l}
		if f.Hold.Case != 0 {
			out = append(out, s.evidence([]string{f.Hold.Case.String()})...)
		}
		if touch := s.ownTouch(f.Hold.Fragment, f.Hold.Touch); touch != "" {
			out = append(out, s.evidence([]string{touch})...)
		}
		return out
	case *orrery.CaseOpened:
		l.Code = "line.case"
		return s.behind(l, f.Case.Reporter, f.Case.Touch)
	case *orrery.LifeNoted:
		l.Code = "line.life"
		return s.behind(l, f.Event.Fragment, f.Event.Touch)
	case *orrery.TouchRecorded:
		l.Code = "line.touch"
		if f.Touch.Sent != nil {
			l.Code = "line.sent"
		}
	case *orrery.IntentOffered:
		l.Code = "line.sent"
		for _, name := range []string{"gate", "reason", "until", "replace"} {
			delete(l.Args, name) // its own story is another question
		}
		l.Facts = []string{id}
	}
	return []Line{l}
}

// behind adds the touch from which something came.
func (s *scene) behind(l Line, fragment orrery.FragmentID, touch orrery.TouchID) []Line {
	if own := s.ownTouch(fragment, touch); own != "" {
		return append([]Line{l}, s.evidence([]string{own})...)
	}
	return []Line{l}
}

// born reads the fact behind an id as people see it; known is false when the text is no id of something born in the log.
func (s *scene) born(id string) (f engine.Fact, known bool, err error) {
	n, ok := number(id)
	if !ok {
		return engine.Fact{}, false, nil
	}
	f, err = s.w.Born(s.ctx, n)
	return f, true, err
}

// number is what is behind an id of something born in the log.
func number(id string) (uint64, bool) {
	var n uint64
	var err error
	switch prefix, _, _ := strings.Cut(id, "_"); prefix {
	case "tch":
		n, err = parsed[orrery.TouchID](id)
	case "cas":
		n, err = parsed[orrery.CaseID](id)
	case "hld":
		n, err = parsed[orrery.HoldID](id)
	case "lif":
		n, err = parsed[orrery.LifeID](id)
	case "int":
		n, err = parsed[orrery.IntentID](id)
	default:
		return 0, false
	}
	return n, err == nil
}

func parsed[T ~uint64, P interface {
	*T
	UnmarshalText([]byte) error
}](text string) (uint64, error) {
	var id T
	if err := P(&id).UnmarshalText([]byte(text)); err != nil {
		return 0, fmt.Errorf("reading an id: %w", err)
	}
	return uint64(id), nil
}
