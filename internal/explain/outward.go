package explain

import (
	"github.com/orrery-cxm/orrery"
)

// outward says what a fact about audiences, lists and messages is about.
func outward(a args, f orrery.Fact) []string {
	switch f := f.(type) {
	case *orrery.IntentOffered:
		a.text("class", string(f.Intent.Class))
		a.text("channel", string(f.Intent.Channel))
		a.text("theme", f.Intent.Theme)
		a.text("team", f.Intent.Team)
		a.text("product", f.Intent.Product)
		a.text("for", f.Intent.By.Name)
		ofAnswer(a, f.Answer)
		return append([]string{idOf(f.Intent.ID), idOf(f.Intent.Case)}, f.Answer.Evidence...)
	case *orrery.IntentChanged:
		a.set("state", f.State)
		a.text("detail", f.Detail)
		if tells(f.State) {
			ofAnswer(a, f.Answer)
			return append([]string{idOf(f.Intent)}, f.Answer.Evidence...)
		}
		return []string{idOf(f.Intent)}
	case *orrery.EffectRequested:
		a.text("destination", string(f.Effect.Destination))
		a.set("next", f.Effect.NotBefore)
		return []string{idOf(f.Effect.ID), idOf(f.Effect.Intent)}
	case *orrery.EffectReleased:
		a.text("attempt", count(uint64(f.Attempt)))
		return []string{idOf(f.Effect), idOf(f.Intent)}
	case *orrery.EffectAnswered:
		a.text("attempt", count(uint64(f.Attempt)))
		a.set("outcome", f.Outcome)
		a.text("detail", f.Detail)
		a.set("next", f.NotBefore)
		if f.Overtaken {
			a["overtaken"] = "overtaken"
		}
		return []string{idOf(f.Effect), idOf(f.Intent)}
	case *orrery.AudienceChanged:
		a.text("audience", string(f.Audience))
		a["membership"] = "out"
		if f.In {
			a["membership"] = "in"
		}
		a.text("reason", f.Reason)
		return []string{f.Evidence}
	case *orrery.PushRequested:
		a.text("destination", string(f.Destination))
		a.text("list", string(f.Audience))
		a.set("push", f.Push)
		a.text("version", count(f.Version))
		a.text("reason", f.Reason)
		return []string{f.Cause}
	case *orrery.PushAnswered:
		a.text("destination", string(f.Destination))
		a.text("list", string(f.Audience))
		a.set("push", f.Push)
		a.text("version", count(f.Version))
		a.set("outcome", f.Outcome)
		a.text("detail", f.Detail)
		a.set("requested", f.RequestedAt)
		a.set("next", f.NotBefore)
	}
	return nil
}

// tells says that the gate's answer in such a change is the reason for it; in the others it is the answer of before.
func tells(s orrery.IntentState) bool {
	switch s {
	case orrery.IntentHeld, orrery.IntentQueued, orrery.IntentReplaced, orrery.IntentDropped:
		return true
	}
	return false
}

// identity says what a fact about who is who is about, or a fact of no person.
func (s *scene) identity(a args, f orrery.Fact, at orrery.Stamp) []string {
	switch f := f.(type) {
	case *orrery.TouchRecorded:
		t := &f.Touch
		a.set("touch", t.Kind)
		a.text("channel", string(t.Channel))
		a.text("product", t.Product)
		a.text("source", string(t.Source))
		if t.Sent != nil {
			a.text("class", string(t.Sent.Class))
			a.text("theme", t.Sent.Theme)
			a.text("team", t.Sent.Team)
		}
		if t.Historical {
			a["mark"] = "historical"
		}
		return []string{idOf(orrery.TouchID(at.ID()))}
	case *orrery.FragmentSeen:
		a.text("identifier", s.name(f.Fragment))
		a.text("source", string(f.Source))
	case *orrery.EvidenceAccepted:
		s.pair(a, f.A, f.B)
		a.set("evidence", f.Evidence.Kind)
		a.text("source", string(f.Source))
		return []string{idOf(f.Link), s.ownTouch(f.A, f.Touch)}
	case *orrery.EvidenceQuarantined:
		s.pair(a, f.A, f.B)
		a.text("breaker", f.Breaker)
		a.text("source", string(f.Source))
		return []string{idOf(f.Link), s.ownTouch(f.A, f.Touch)}
	case *orrery.LinkDecided:
		s.pair(a, f.A, f.B)
		switch {
		case f.Undo:
			a["decision"] = "undone"
		case f.Same:
			a["decision"] = "same"
		default:
			a["decision"] = "apart"
		}
		a.text("by", f.By.Name)
		return []string{idOf(f.Link)}
	case *orrery.FragmentAssigned:
		a.text("identifier", s.name(f.Fragment))
		a.text("assigned", f.Reason)
		return []string{s.ownTouch(f.Fragment, f.Cause)}
	case *orrery.FragmentShared:
		a.text("identifier", s.name(f.Fragment))
		a["sharing"] = "no"
		if f.Shared {
			a["sharing"] = "yes"
		}
	}
	return nil
}

func (s *scene) pair(a args, x, y orrery.FragmentID) {
	a["a"], a["b"] = s.name(x), s.name(y)
}
