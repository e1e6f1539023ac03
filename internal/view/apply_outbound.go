package view

import (
	"strings"

	"github.com/orrery-cxm/orrery"
)

// reasonRepeats is the gate's reason for what another team has just said; reasonGate begins every reason of the gate.
const (
	reasonRepeats = "gate.repeat"
	reasonGate    = "gate."
)

// outbound applies what goes, or would go, to the outside: intents, the ledger and the members of audiences.
func (a *applier) outbound(at orrery.Stamp, f orrery.Fact) bool {
	switch f := f.(type) {
	case *orrery.IntentOffered:
		a.offered(at, f)
	case *orrery.IntentChanged:
		a.intentChanged(at, f)
	case *orrery.EffectRequested:
		a.effectRequested(at, &f.Effect)
	case *orrery.EffectReleased:
		a.exec("UPDATE ledger SET released_at = ?, attempts = ? WHERE effect = ? AND effect <> 0", at.Time, f.Attempt, num(f.Effect))
		if f.Intent != 0 {
			a.exec("UPDATE intents SET state = ?, attempts = ?, changed_at = ? WHERE id = ?", orrery.IntentReleased, f.Attempt, at.Time, num(f.Intent))
		}
	case *orrery.EffectAnswered:
		a.effectAnswered(at, f)
	case *orrery.PushRequested:
		a.pushRequested(at, f)
	case *orrery.PushAnswered:
		a.pushAnswered(at, f)
	case *orrery.AudienceChanged:
		if f.In {
			a.exec("INSERT INTO members VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", num(f.Fragment), string(f.Audience), num(at.ID()), at.Time, f.Reason)
		} else {
			a.exec("DELETE FROM members WHERE fragment = ? AND audience = ?", num(f.Fragment), string(f.Audience))
		}
	default:
		return false
	}
	return true
}

func (a *applier) offered(at orrery.Stamp, f *orrery.IntentOffered) {
	in, g := &f.Intent, &f.Answer
	a.exec(`INSERT INTO intents (id, key, fragment, class, channel, destination, theme, stance, team, market, product, life, case_id,
		useful_until, at, by, trust, priority, state, verdict, reason, until, evidence, replace_with, policy, changed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		num(in.ID), in.Key, num(in.Fragment), string(in.Class), string(in.Channel), in.Destination, in.Theme, in.Stance, in.Team, in.Market,
		in.Product, string(in.Life), num(in.Case), in.UsefulUntil, in.At, in.By.Name, in.By.Trust, in.Priority, f.State, g.Verdict, g.Reason,
		g.Until, strings.Join(g.Evidence, "\n"), string(g.Replace), g.Policy, at.Time)
	a.remark(at, in.ID, in.Fragment, f.State, g.Reason)
}

// remark counts, once for an intent, that it was held, and that it repeated another.
func (a *applier) remark(at orrery.Stamp, id orrery.IntentID, fragment orrery.FragmentID, state orrery.IntentState, reason string) {
	if state == orrery.IntentHeld && a.exec("UPDATE intents SET held = 1 WHERE id = ? AND held = 0", num(id)) > 0 {
		a.today(at, fragment, OffersHeld)
	}
	if reason == reasonRepeats && a.exec("UPDATE intents SET repeated = 1 WHERE id = ? AND repeated = 0", num(id)) > 0 {
		a.today(at, fragment, RepeatsStopped)
	}
}

func (a *applier) intentChanged(at orrery.Stamp, f *orrery.IntentChanged) {
	g := &f.Answer
	a.exec(`UPDATE intents SET state = ?, verdict = ?, reason = ?, until = ?, evidence = ?, replace_with = ?, policy = ?, detail = ?, changed_at = ?
		WHERE id = ?`, f.State, g.Verdict, g.Reason, g.Until, strings.Join(g.Evidence, "\n"), string(g.Replace), g.Policy, f.Detail, at.Time, num(f.Intent))
	switch f.State {
	case orrery.IntentHeld, orrery.IntentReplaced, orrery.IntentDropped, orrery.IntentExpired, orrery.IntentAccepted, orrery.IntentFailed:
		// Whatever still waited for its sake is over.
		a.exec("UPDATE ledger SET superseded_at = ? WHERE intent = ? AND intent <> 0 AND live <> 0", at.Time, num(f.Intent))
		a.remark(at, f.Intent, f.Fragment, f.State, g.Reason)
	}
}

const requestLedger = `INSERT INTO ledger (id, kind, fragment, destination, list, type, push, version, effect, intent, reason, cause, requested_at,
	attempts, not_before) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`

// effectRequested writes a line for a new effect; one that is asked for again, from the dead letters, gets its old line.
func (a *applier) effectRequested(at orrery.Stamp, e *orrery.Effect) {
	again := a.exec(`UPDATE ledger SET outcome = 0, detail = '', requested_at = ?, attempts = ?, not_before = ?, superseded_at = 0, failed_at = 0
		WHERE effect = ? AND effect <> 0`, e.RequestedAt, e.Attempts, e.NotBefore, num(e.ID))
	if again == 0 {
		a.exec(requestLedger, num(at.ID()), e.Kind, num(e.Person), string(e.Destination), string(e.Audience), e.Type, e.Push, num(e.Version),
			num(e.ID), num(e.Intent), e.Reason, "", e.RequestedAt, e.Attempts, e.NotBefore)
	}
	if e.Intent != 0 {
		a.exec("UPDATE intents SET effect = ?, outcome = 0, attempts = ? WHERE id = ?", num(e.ID), e.Attempts, num(e.Intent))
	}
}

func (a *applier) effectAnswered(at orrery.Stamp, f *orrery.EffectAnswered) {
	accepted, failed := moments(at, f.Outcome)
	a.exec(`UPDATE ledger SET outcome = ?, detail = ?, not_before = ?, overtaken = max(overtaken, ?), attempts = max(attempts, ?),
		accepted_at = CASE WHEN ? <> 0 THEN ? ELSE accepted_at END, failed_at = ? WHERE effect = ? AND effect <> 0`,
		f.Outcome, f.Detail, f.NotBefore, f.Overtaken, f.Attempt, accepted, accepted, failed, num(f.Effect))
	if f.Intent == 0 {
		return
	}
	a.exec("UPDATE intents SET outcome = ?, detail = ?, overtaken = max(overtaken, ?), attempts = max(attempts, ?), changed_at = ? WHERE id = ?",
		f.Outcome, f.Detail, f.Overtaken, f.Attempt, at.Time, num(f.Intent))
	if f.Outcome == orrery.RetryLater || f.Outcome == orrery.Unknown {
		a.exec("UPDATE intents SET state = ? WHERE id = ?", orrery.IntentQueued, num(f.Intent))
	}
}

// moments says when an attempt was accepted, or failed.
func moments(at orrery.Stamp, o orrery.Outcome) (accepted, failed orrery.Instant) {
	switch o {
	case orrery.Accepted:
		return at.Time, 0
	case orrery.OutcomeStale:
		return 0, 0
	}
	return 0, at.Time
}

func (a *applier) pushRequested(at orrery.Stamp, f *orrery.PushRequested) {
	if f.Version > 1 {
		a.exec("UPDATE ledger SET superseded_at = ? WHERE fragment = ? AND destination = ? AND list = ? AND kind = 2 AND version < ? AND live <> 0",
			at.Time, num(f.Fragment), string(f.Destination), string(f.Audience), num(f.Version))
	}
	a.exec(requestLedger, num(at.ID()), orrery.EffectPush, num(f.Fragment), string(f.Destination), string(f.Audience), "audience."+f.Push.String(),
		f.Push, num(f.Version), 0, 0, f.Reason, f.Cause, at.Time, 0, 0)
	if f.Push == orrery.PushRemove && strings.HasPrefix(f.Reason, reasonGate) {
		a.today(at, f.Fragment, AdvertsWithdrawn)
	}
}

func (a *applier) pushAnswered(at orrery.Stamp, f *orrery.PushAnswered) {
	accepted, failed := moments(at, f.Outcome)
	a.exec(`UPDATE ledger SET outcome = ?, detail = ?, not_before = ?, attempts = attempts + 1,
		accepted_at = CASE WHEN ? <> 0 THEN ? ELSE accepted_at END, failed_at = ?
		WHERE fragment = ? AND destination = ? AND list = ? AND version = ? AND kind = 2`, f.Outcome, f.Detail, f.NotBefore, accepted, accepted,
		failed, num(f.Fragment), string(f.Destination), string(f.Audience), num(f.Version))
}
