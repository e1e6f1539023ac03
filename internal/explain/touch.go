package explain

import (
	"context"
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// Touch says what one touch brought about for the person who made it: as whom they were recognised, what was understood,
// and every case, hold, removal and conflict that followed in the same commit.
func Touch(ctx context.Context, w Source, id orrery.TouchID) (*Answer, error) {
	facts, err := w.Chunk(ctx, orrery.SeqOf(id))
	if err != nil && !unknown(err) {
		return nil, fmt.Errorf("reading %s: %w", id, err)
	}
	at := -1
	for i := range facts {
		if _, ok := facts[i].Fact.(*orrery.TouchRecorded); ok && facts[i].At.ID() == uint64(id) {
			at = i
		}
	}
	if at < 0 {
		return nil, orrery.NotFound("touch.unknown", fmt.Sprintf("there is no touch %s", id))
	}
	recorded := facts[at].Fact.(*orrery.TouchRecorded)
	s, err := newScene(ctx, w, recorded.Anchor)
	if err != nil {
		return nil, err
	}
	if _, _, err := s.history(facts[at].At.Seq, 0, func(engine.Fact) bool { return false }); err != nil {
		return nil, fmt.Errorf("reading the timeline behind %s: %w", id, err)
	}
	a := &Answer{Question: "touch", Subject: id.String(), Verdict: "recorded", Seq: s.person.Seq}
	first := s.lineOf(facts[at])
	first.Args["person"] = s.person.ID.String()
	a.Lines = append(a.Lines, first)
	a.Lines = append(a.Lines, s.carried(&recorded.Touch)...)
	a.Lines = append(a.Lines, understood(recorded.Touch.Signals)...)
	withheld := false
	for _, e := range causedBy(id, facts, at) {
		if !s.concerns(e.Fact) {
			withheld = true
			continue
		}
		a.Lines = append(a.Lines, s.lineOf(e))
	}
	if withheld {
		a.Lines = append(a.Lines, Line{Code: "line.withheld"})
	}
	return a, nil
}

// carried tells which identifiers the touch came with, and which of them were not counted to the person.
func (s *scene) carried(t *orrery.Touch) []Line {
	own := map[string]bool{}
	for _, n := range s.person.Fragments {
		own[string(n.Identifier.Namespace)+":"+n.Identifier.Value] = true
	}
	out := []Line{{Code: "line.identifiers", Args: args{"n": fmt.Sprint(len(t.Identifiers))}}}
	for _, id := range t.Identifiers {
		name := string(id.Namespace) + ":" + id.Value
		if !own[name] {
			out = append(out, Line{Code: "line.unrecognised"}) // whose it is, is not for this answer
			continue
		}
		l := Line{Code: "line.identifier", Args: args{"identifier": name, "proof": "unproven"}}
		if id.Proven {
			l.Args["proof"] = "proven"
		}
		out = append(out, l)
	}
	return out
}

// understood tells what was heard in a text, how surely, and by which words.
func understood(sig *orrery.Signals) []Line {
	if sig == nil {
		return nil
	}
	first := Line{Code: "line.understood", Args: args{}}
	ofSignals(first.Args, sig)
	out := []Line{first}
	for _, labels := range [][]orrery.Label{sig.Intents, sig.Emotions, sig.Risks, sig.Urgency, sig.Aspects} {
		for _, l := range labels {
			out = append(out, labelled("signal", l))
		}
	}
	for _, l := range sig.Life {
		out = append(out, labelled("life", l))
	}
	for _, head := range sig.Abstained {
		out = append(out, Line{Code: "line.open", Args: args{"label": head}})
	}
	return out
}

func labelled(name string, l orrery.Label) Line {
	a := args{name: l.Name}
	a.text("confidence", percent(l.Confidence))
	for i, word := range l.Evidence {
		if i > 0 {
			word = ", " + word
		}
		a["words"] += word
	}
	return Line{Code: "line.label", Args: a}
}

// causedBy lists the facts of a chunk that a touch brought about: those that name it, those that name what it caused, and
// the memberships that followed from it before the next touch came.
func causedBy(id orrery.TouchID, facts []engine.Fact, at int) []engine.Fact {
	caused := map[string]bool{id.String(): true}
	recorded := facts[at].Fact.(*orrery.TouchRecorded)
	next := len(facts)
	for i := at + 1; i < len(facts); i++ {
		if _, ok := facts[i].Fact.(*orrery.TouchRecorded); ok {
			next = i
			break
		}
	}
	var out []engine.Fact
	for i, e := range facts {
		if i == at {
			continue
		}
		names, born := causesOf(e)
		follows := false
		for _, n := range names {
			follows = follows || (n != "" && caused[n])
		}
		if i > at && i < next {
			switch f := e.Fact.(type) {
			case *orrery.AudienceChanged:
				follows = follows || f.Fragment == recorded.Person
			case *orrery.PushRequested:
				follows = follows || f.Fragment == recorded.Person
			}
		}
		if !follows {
			continue
		}
		if born != "" {
			caused[born] = true
		}
		out = append(out, e)
	}
	return out
}

// causesOf lists the ids that a fact names as its cause or subject, and the id that is born with it.
func causesOf(e engine.Fact) (names []string, born string) {
	switch f := e.Fact.(type) {
	case *orrery.EvidenceAccepted:
		return []string{idOf(f.Touch)}, ""
	case *orrery.EvidenceQuarantined:
		return []string{idOf(f.Touch)}, ""
	case *orrery.FragmentAssigned:
		return []string{idOf(f.Cause)}, ""
	case *orrery.ConsentChanged:
		return []string{idOf(f.Touch)}, ""
	case *orrery.CaseOpened:
		return []string{idOf(f.Case.Touch)}, idOf(f.Case.ID)
	case *orrery.CaseChanged:
		return []string{idOf(f.Case.ID), f.Note}, ""
	case *orrery.HoldPlaced:
		return []string{idOf(f.Hold.Touch), idOf(f.Hold.Case), idOf(f.Hold.Life)}, idOf(f.Hold.ID)
	case *orrery.HoldChanged:
		return []string{idOf(f.Hold.ID), idOf(f.Hold.Case), idOf(f.Hold.Touch)}, ""
	case *orrery.HoldReleased:
		return []string{idOf(f.Hold)}, ""
	case *orrery.ApologyDue:
		return []string{idOf(f.Case)}, ""
	case *orrery.ViewsWithdrawn:
		return []string{idOf(f.Case)}, ""
	case *orrery.ViewsRestored:
		return []string{idOf(f.Case)}, ""
	case *orrery.LifeNoted:
		return []string{idOf(f.Event.Touch)}, idOf(f.Event.ID)
	case *orrery.SignalRaised:
		return []string{idOf(f.Touch)}, ""
	case *orrery.SignalActed:
		return []string{idOf(f.Touch), f.By}, ""
	case *orrery.ReviewOpened:
		return []string{idOf(f.Touch), idOf(f.Life), idOf(f.Case)}, idOf(f.Review)
	case *orrery.ConflictFound:
		return []string{f.First, f.Second}, ""
	case *orrery.AudienceChanged:
		return []string{f.Evidence}, ""
	case *orrery.PushRequested:
		return []string{f.Cause}, ""
	case *orrery.IntentOffered:
		return append([]string{idOf(f.Intent.Case)}, f.Answer.Evidence...), idOf(f.Intent.ID)
	case *orrery.IntentChanged:
		return f.Answer.Evidence, ""
	}
	return nil, ""
}
