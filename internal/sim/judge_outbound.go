package sim

import (
	"github.com/orrery-cxm/orrery"
)

// outbound is the judge's own idea of what waits to go out, and of what went.
type outbound struct {
	intents map[orrery.IntentID]*intentFate
	effects map[orrery.EffectID]orrery.IntentID
	notices map[orrery.EffectID]bool // not yet answered for good
	arrived []orrery.IntentID        // that a channel accepted; each may bounce
}

type intentFate struct {
	orrery.Intent
	state orrery.IntentState
	dead  bool
}

func newOutbound() outbound {
	return outbound{intents: map[orrery.IntentID]*intentFate{}, effects: map[orrery.EffectID]orrery.IntentID{}, notices: map[orrery.EffectID]bool{}}
}

func wanted(c orrery.Class) bool {
	return c == orrery.Commercial || c == orrery.SurveyClass || c == orrery.Favour
}

// mayLeave judges an intent that is let go, by what is in force at this place of the log.
func (j *judge) mayLeave(in *orrery.Intent, doing string) {
	if wanted(in.Class) {
		if why := j.bars(in.Fragment, in.Product); why != "" {
			broken("a %s message (%s) to %s is %s although there is %s", in.Class, in.ID, in.Fragment, doing, why)
		}
	}
	if (in.Class == orrery.Commercial || in.Class == orrery.Favour) && !j.consents(in.Fragment, orrery.Marketing, in.Channel) {
		broken("a %s message (%s) to %s is %s without consent", in.Class, in.ID, in.Fragment, doing)
	}
	if (in.Class == orrery.Recovery || in.Class == orrery.CaseSurvey) && j.restricted(in.Fragment) {
		broken("a %s message (%s) to %s is %s although processing is restricted", in.Class, in.ID, in.Fragment, doing)
	}
	if in.Class == orrery.CaseSurvey {
		if c := j.cases[in.Case]; c.Status != orrery.CaseResolved {
			broken("a question (%s) about case %s, which is %s, is %s", in.ID, in.Case, c.Status, doing)
		}
	}
}

func (j *judge) sent(f orrery.Fact, at orrery.Stamp, note func(orrery.FragmentID)) {
	switch f := f.(type) {
	case *orrery.IntentOffered:
		if j.intents[f.Intent.ID] != nil {
			broken("intent %s is offered twice", f.Intent.ID)
		}
		fate := &intentFate{Intent: f.Intent, state: f.State}
		j.intents[f.Intent.ID] = fate
		if f.State == orrery.IntentQueued {
			j.mayLeave(&fate.Intent, "queued")
		}
		j.hasReason(f.State, &f.Answer, "", f.Intent.ID)
		note(f.Intent.Fragment)
	case *orrery.IntentChanged:
		fate := j.intents[f.Intent]
		switch {
		case fate == nil:
			broken("intent %s changes but was never offered", f.Intent)
		case fate.state == orrery.IntentAccepted && f.State == orrery.IntentFailed: // it bounced
		case over(fate.state):
			broken("intent %s was %s and becomes %s", f.Intent, fate.state, f.State)
		case f.State == orrery.IntentQueued && fate.state == orrery.IntentHeld:
			j.mayLeave(&fate.Intent, "queued")
		}
		if f.State == orrery.IntentAccepted {
			j.arrived = append(j.arrived, f.Intent)
		}
		fate.state, fate.dead = f.State, false
		j.hasReason(f.State, &f.Answer, f.Detail, f.Intent)
		note(f.Fragment)
	case *orrery.EffectRequested:
		if f.Effect.Kind == orrery.EffectMessage {
			j.effects[f.Effect.ID] = f.Effect.Intent
			if fate := j.intents[f.Effect.Intent]; fate == nil || fate.state != orrery.IntentQueued && !fate.dead {
				broken("effect %s is asked for an intent that is not queued", f.Effect.ID)
			}
		}
		if f.Effect.Kind == orrery.EffectNotice {
			j.notices[f.Effect.ID] = true
		}
		note(f.Effect.Person)
	case *orrery.EffectReleased:
		if f.Intent != 0 {
			fate := j.intents[f.Intent]
			if fate == nil || j.effects[f.Effect] != f.Intent {
				broken("effect %s is released but was never asked for", f.Effect)
			}
			if over(fate.state) || fate.state == orrery.IntentHeld {
				broken("effect %s is released although its intent is %s", f.Effect, fate.state)
			}
			if fate.UsefulUntil != 0 && fate.UsefulUntil <= at.Time {
				broken("effect %s is released after its message was of any use", f.Effect)
			}
			j.mayLeave(&fate.Intent, "released")
			fate.state = orrery.IntentReleased
		}
		note(f.Fragment)
	case *orrery.EffectAnswered:
		if f.Outcome != orrery.RetryLater && f.Outcome != orrery.Unknown {
			delete(j.notices, f.Effect)
		}
		if fate := j.intents[f.Intent]; fate != nil {
			switch f.Outcome {
			case orrery.RetryLater, orrery.Unknown:
				fate.state = orrery.IntentQueued
			case orrery.OutcomeDead:
				fate.dead = true
			}
		}
		note(f.Fragment)
	}
}

// hasReason: nothing that was held ends without saying why.
func (j *judge) hasReason(s orrery.IntentState, a *orrery.Answer, detail string, id orrery.IntentID) {
	switch s {
	case orrery.IntentDropped, orrery.IntentReplaced, orrery.IntentHeld:
		if a.Reason == "" && detail == "" {
			broken("intent %s is %s without a reason", id, s)
		}
	}
}

func over(s orrery.IntentState) bool {
	switch s {
	case orrery.IntentAccepted, orrery.IntentFailed, orrery.IntentReplaced, orrery.IntentDropped, orrery.IntentExpired:
		return true
	}
	return false
}
