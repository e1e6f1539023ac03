package engine

import (
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/identify"
	"github.com/orrery-cxm/orrery/internal/protect"
)

// Care carries out a command of the desk.
type Care struct{ Command desk.Command }

func (c Care) run(b *batch) (any, error) { return nil, desk.Handle(b, &b.policy.Cases, c.Command) }

// Protect carries out a command about consent, holds and life events.
type Protect struct{ Command protect.Command }

func (c Protect) run(b *batch) (any, error) {
	return nil, protect.Handle(b, &b.policy.Protection, c.Command)
}

// Identity carries out a command about who is who.
type Identity struct{ Command identify.Command }

func (c Identity) run(b *batch) (any, error) {
	return nil, identify.Handle(b, &b.policy.Identity, c.Command)
}

// Offer puts an outbound intent to the gate. Its answer is the *orrery.IntentOffered.
type Offer struct{ act.Offer }

func (c Offer) run(b *batch) (any, error) {
	if b.PersonOf(c.Intent.Fragment) == 0 {
		return nil, orrery.NotFound("person.unknown", "nobody is known by that identifier")
	}
	f, err := c.Offer.Handle(b, &b.policy.Policy)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Release asks whether an attempt may begin. Its answer is the *orrery.EffectReleased. While effects are paused after a
// restore, nothing is released.
type Release struct{ act.Release }

func (c Release) run(b *batch) (any, error) {
	if b.core.paused {
		return nil, orrery.Conflict("effect.paused", "effects are paused after a restore: resume them when everything was checked")
	}
	f, err := c.Release.Handle(b, &b.policy.Policy)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Answered records how an attempt ended.
type Answered struct{ act.Answered }

func (c Answered) run(b *batch) (any, error) {
	err := c.Answered.Handle(b, &b.policy.Policy)
	if err == nil {
		b.forgetRemovals(c.Fragment)
	}
	return nil, err
}

// Bounced records that a message which a channel had accepted did not arrive after all.
type Bounced struct{ act.Bounced }

func (c Bounced) run(b *batch) (any, error) { return nil, c.Bounced.Handle(b, &b.policy.Policy) }

// PushOutcome records what a destination said about a membership.
type PushOutcome struct{ act.PushOutcome }

func (c PushOutcome) run(b *batch) (any, error) {
	err := c.PushOutcome.Handle(b, &b.policy.Policy)
	if err == nil {
		b.forgetRemovals(c.Fragment)
	}
	return nil, err
}

// Redeliver queues a dead letter again.
type Redeliver struct{ act.Redeliver }

func (c Redeliver) run(b *batch) (any, error) { return nil, c.Redeliver.Handle(b, &b.policy.Policy) }

// Repush asks again for a membership that was given up.
type Repush struct{ act.Repush }

func (c Repush) run(b *batch) (any, error) { return nil, c.Repush.Handle(b, &b.policy.Policy) }

// CorrectSignals replaces what was understood of a touch by what a person says. Its correction wins.
type CorrectSignals struct {
	Touch    orrery.TouchID
	Fragment orrery.FragmentID
	Signals  orrery.Signals
	By       orrery.Actor
}

func (c CorrectSignals) run(b *batch) (any, error) {
	if c.By.Trust < orrery.Server {
		return nil, orrery.Denied("signals.denied", "a public key may not correct what was understood")
	}
	if b.PersonOf(c.Fragment) == 0 {
		return nil, orrery.NotFound("person.unknown", "nobody is known by that identifier")
	}
	b.Emit(&orrery.SignalsRevised{Touch: c.Touch, Fragment: c.Fragment, Signals: c.Signals, By: c.By})
	return nil, nil
}

// ApplyPolicy puts a policy in force. Its answer is the new version.
type ApplyPolicy struct {
	Text string
	By   orrery.Actor
}

func (c ApplyPolicy) run(b *batch) (any, error) {
	p, err := ParsePolicy(c.Text)
	if err != nil {
		return nil, err
	}
	p.Version = b.policy.Version + 1
	b.Emit(&orrery.PolicyApplied{Version: p.Version, Text: c.Text, By: c.By})
	b.policy = p
	// Everybody is looked at again in bounded slices; until then the gate already asks the new policy.
	b.Emit(&orrery.BackfillMoved{Name: backfillPolicy, Policy: p.Version})
	return p.Version, nil
}

// beginIncarnation opens a new workspace, or a restored one.
type beginIncarnation struct {
	incarnation uint16
	restored    bool
}

func (c beginIncarnation) run(b *batch) (any, error) {
	b.Emit(&orrery.IncarnationBegan{Incarnation: c.incarnation, Restored: c.restored})
	return nil, nil
}

// ResumeEffects lets effects go out again after a restore.
type ResumeEffects struct{ By orrery.Actor }

func (c ResumeEffects) run(b *batch) (any, error) {
	if c.By.Trust < orrery.Staff {
		return nil, orrery.Denied("effects.denied", "only a person at the brand may resume effects")
	}
	b.Emit(&orrery.IncarnationBegan{Incarnation: b.core.incarnation, Restored: true, Resumed: true})
	return nil, nil
}

// clockJumped freezes timers.
type clockJumped struct{ by orrery.Span }

func (c clockJumped) run(b *batch) (any, error) {
	b.Emit(&orrery.ClockJumped{By: c.by, Frozen: true})
	return nil, nil
}

// ResumeTimers lets timers run again after a clock jump.
type ResumeTimers struct{ By orrery.Actor }

func (c ResumeTimers) run(b *batch) (any, error) {
	if c.By.Trust < orrery.Staff {
		return nil, orrery.Denied("timers.denied", "only a person at the brand may resume timers")
	}
	b.Emit(&orrery.ClockJumped{Frozen: false})
	return nil, nil
}

// Look brings one person up to date as if their timer had rung.
type Look struct{ Fragment orrery.FragmentID }

func (c Look) run(b *batch) (any, error) {
	person := b.PersonOf(c.Fragment)
	if person == 0 {
		return nil, orrery.NotFound("person.unknown", fmt.Sprintf("%s is nobody we know", c.Fragment))
	}
	b.look(person)
	b.change(person).All = true
	return nil, nil
}
