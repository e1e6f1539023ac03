package engine

import (
	"github.com/orrery-cxm/orrery"
)

// Which slices a fact concerns.
type sliceName uint8

const (
	sliceNode sliceName = iota
	sliceMemory
	sliceExperience
	sliceDesk
	sliceMembers
	sliceBox
)

var (
	onMove       = []sliceName{sliceNode, sliceExperience}
	onNode       = []sliceName{sliceNode}
	onMembers    = []sliceName{sliceMembers}
	onBox        = []sliceName{sliceBox}
	onExperience = []sliceName{sliceExperience}
	onMemory     = []sliceName{sliceMemory}
	onPlainTouch = []sliceName{sliceMemory}
	onTalk       = []sliceName{sliceMemory, sliceExperience, sliceDesk}
	onCare       = []sliceName{sliceExperience, sliceDesk}
	onOutbound   = []sliceName{sliceExperience, sliceBox}
	onWithdrawal = []sliceName{sliceMemory, sliceExperience}
	onNothing    = []sliceName{}
)

// plain says that only remember folds the touch.
func plain(t *orrery.Touch) bool {
	return t.Message == nil && t.Survey == nil && t.Signals == nil && t.Sent == nil && len(t.Consents) == 0
}

// movesFragments says that a fact may change which fragments a person has, or their order.
func movesFragments(f orrery.Fact) bool {
	if _, gone := f.(*orrery.PersonErased); gone {
		return true
	}
	s := slicesOf(f)
	return len(s) > 0 && s[0] == sliceNode
}

// slicesOf says which packages fold a fact.
func slicesOf(f orrery.Fact) []sliceName {
	switch f := f.(type) {
	case *orrery.TouchRecorded:
		if plain(&f.Touch) {
			return onPlainTouch
		}
		return onTalk
	case *orrery.FragmentAssigned:
		if f.Before != 0 && f.Before != f.Person {
			return onMove
		}
		return onNode
	case *orrery.FragmentSeen, *orrery.EvidenceAccepted, *orrery.LinkDecided, *orrery.FragmentShared, *orrery.EvidenceQuarantined:
		return onNode
	case *orrery.AudienceChanged:
		return onMembers
	case *orrery.PushRequested, *orrery.PushAnswered, *orrery.EffectRequested, *orrery.EffectReleased:
		return onBox
	case *orrery.IntentOffered, *orrery.IntentChanged, *orrery.EffectAnswered:
		return onOutbound
	case *orrery.CaseOpened, *orrery.CaseChanged, *orrery.SignalsRevised, *orrery.ReviewOpened, *orrery.ReviewClosed:
		return onCare
	case *orrery.ConsentChanged, *orrery.HoldPlaced, *orrery.HoldChanged, *orrery.HoldReleased, *orrery.ApologyDue, *orrery.ApologyPaid,
		*orrery.LifeNoted, *orrery.LifeChanged, *orrery.ConflictFound, *orrery.SignalRaised, *orrery.SignalActed:
		return onExperience
	case *orrery.ViewsWithdrawn:
		return onWithdrawal
	case *orrery.AccountChanged, *orrery.ViewsRestored:
		return onMemory
	}
	return onNothing
}

// subjectsOf appends the fragments that a fact changes.
func subjectsOf(dst []orrery.FragmentID, f orrery.Fact) []orrery.FragmentID {
	add := func(ids ...orrery.FragmentID) {
		for i, id := range ids {
			if id == 0 {
				continue
			}
			repeated := false
			for _, before := range ids[:i] {
				repeated = repeated || before == id
			}
			if !repeated {
				dst = append(dst, id)
			}
		}
	}
	switch f := f.(type) {
	case *orrery.TouchRecorded:
		add(f.Anchor)
	case *orrery.FragmentSeen:
		add(f.Fragment, f.Owner, f.Device)
	case *orrery.PersonErased:
		dst = append(dst, f.Fragments...)
	case *orrery.EvidenceAccepted:
		add(f.A, f.B)
	case *orrery.EvidenceQuarantined:
		add(f.A, f.B)
	case *orrery.LinkDecided:
		add(f.A, f.B)
	case *orrery.FragmentAssigned:
		add(f.Fragment, f.Person, f.Before)
	case *orrery.FragmentShared:
		add(f.Fragment)
	case *orrery.SignalsRevised:
		add(f.Fragment)
	case *orrery.ConsentChanged:
		add(f.Fragment)
	case *orrery.CaseOpened:
		add(f.Case.Reporter, f.Case.Affected)
	case *orrery.CaseChanged:
		add(f.Case.Reporter, f.Case.Affected)
	case *orrery.HoldPlaced:
		add(f.Hold.Fragment)
	case *orrery.HoldChanged:
		add(f.Hold.Fragment)
	case *orrery.HoldReleased:
		add(f.Fragment)
	case *orrery.ApologyDue:
		add(f.Fragment)
	case *orrery.ApologyPaid:
		add(f.Fragment)
	case *orrery.LifeNoted:
		add(f.Event.Fragment)
	case *orrery.LifeChanged:
		add(f.Event.Fragment)
	case *orrery.ViewsWithdrawn:
		add(f.Fragment)
	case *orrery.ViewsRestored:
		add(f.Fragment)
	case *orrery.AudienceChanged:
		add(f.Fragment)
	case *orrery.PushRequested:
		add(f.Fragment)
	case *orrery.PushAnswered:
		add(f.Fragment)
	case *orrery.IntentOffered:
		add(f.Intent.Fragment)
	case *orrery.IntentChanged:
		add(f.Fragment)
	case *orrery.EffectRequested:
		add(f.Effect.Person)
	case *orrery.EffectReleased:
		add(f.Fragment)
	case *orrery.EffectAnswered:
		add(f.Fragment)
	case *orrery.ConflictFound:
		add(f.Fragment)
	case *orrery.SignalRaised:
		add(f.Fragment)
	case *orrery.SignalActed:
		add(f.Fragment)
	case *orrery.ReviewOpened:
		add(f.Fragment)
	case *orrery.ReviewClosed:
		add(f.Fragment)
	case *orrery.AccountChanged:
		add(f.Fragment)
	case *orrery.AlertRaised:
		add(examplesOf(f.Alert.Examples)...)
	case *orrery.AlertChanged:
		add(examplesOf(f.Alert.Examples)...)
	case *orrery.TopicEmerged:
		add(examplesOf(f.Topic.Examples)...)
	}
	return dst
}

// examplesOf names whose messages stand for an alert or a topic: it is in their timelines, and goes out of it with them.
func examplesOf(list []orrery.Example) []orrery.FragmentID {
	out := make([]orrery.FragmentID, len(list))
	for i := range list {
		out[i] = list[i].Fragment
	}
	return out
}
