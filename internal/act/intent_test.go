package act_test

import (
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
)

func TestTheGateDecidesWhatBecomesOfAnOffer(t *testing.T) {
	for verdict, state := range map[orrery.Verdict]orrery.IntentState{orrery.Allow: orrery.IntentQueued, orrery.HoldIt: orrery.IntentHeld,
		orrery.Replace: orrery.IntentReplaced, orrery.Drop: orrery.IntentDropped} {
		w := newWorld(t)
		w.gate = says(verdict, "because")
		id := w.offer(orrery.Intent{Content: `{"text":"hello"}`})
		w.wants(id, state, "the gate says "+verdict.String())
		if n := len(found[*orrery.EffectRequested](w)); (n == 1) != (verdict == orrery.Allow) {
			t.Errorf("the gate says %s, and %d effects are asked for", verdict, n)
		}
		if x := w.Box(1).Waiting(id); x != nil && x.Intent.Content != "" {
			t.Error("the content stays in the log; the box should not hold it")
		}
	}
}

func TestOffersThatCannotBeRightAreRefused(t *testing.T) {
	w := newWorld(t)
	for why, in := range map[string]orrery.Intent{
		"no such class":         {Class: "spam", Channel: "email"},
		"advertising is state":  {Class: orrery.Advertisement, Channel: "email"},
		"no channel":            {Class: orrery.Service},
		"nobody delivers":       {Class: orrery.Service, Channel: "pigeon"},
		"too long":              {Class: orrery.Service, Channel: "email", Content: strings.Repeat("x", act.MaxContent+1)},
		"its time is over":      {Class: orrery.Service, Channel: "email", UsefulUntil: noon},
		"its time is long over": {Class: orrery.Service, Channel: "email", UsefulUntil: 5},
	} {
		in.Fragment = 1
		_, err := act.Offer{Intent: in}.Handle(w, w.policy)
		w.refused(err, orrery.KindInvalid, why)
	}
	if len(w.log) != 0 {
		t.Errorf("refused offers leave no facts; there are %d", len(w.log))
	}
}

func TestAKeyThatWasOfferedBeforeIsAConflictWhateverBecameOfIt(t *testing.T) {
	for _, v := range []orrery.Verdict{orrery.Allow, orrery.HoldIt, orrery.Drop} {
		w := newWorld(t)
		w.gate = says(v, "because")
		w.offer(orrery.Intent{Key: "k1"})
		_, err := act.Offer{Intent: orrery.Intent{Key: "k1", Fragment: 1, Class: orrery.Commercial, Channel: "email"}}.Handle(w, w.policy)
		w.refused(err, orrery.KindConflict, "the key was offered before")
	}
}

func TestOneFragmentKeepsABoundedNumberOfHeldIntentsAndKeys(t *testing.T) {
	w := newWorld(t)
	w.gate = says(orrery.HoldIt, "gate.case_open")
	for range act.MaxHeld {
		w.offer(orrery.Intent{})
	}
	last := w.offer(orrery.Intent{})
	w.wants(last, orrery.IntentDropped, "one more than may be held")
	offered := found[*orrery.IntentOffered](w)
	if r := offered[len(offered)-1].Answer.Reason; r != "act.too_many_held" {
		t.Errorf("the reason should say that too many are held; it is %q", r)
	}
	w = newWorld(t)
	w.gate = says(orrery.Drop, "x")
	for i := range act.MaxKeys + 5 {
		w.offer(orrery.Intent{Key: string(rune('a' + i))})
	}
	if n := len(w.Box(1).Offered); n != act.MaxKeys {
		t.Errorf("%d keys are kept; the limit is %d", n, act.MaxKeys)
	}
}

func TestTheGateIsAskedAgainWhenAnAttemptBegins(t *testing.T) {
	for verdict, state := range map[orrery.Verdict]orrery.IntentState{orrery.HoldIt: orrery.IntentHeld, orrery.Replace: orrery.IntentReplaced, orrery.Drop: orrery.IntentDropped} {
		w := newWorld(t)
		id := w.offer(orrery.Intent{})
		e := w.effect(id)
		w.gate = says(verdict, "gate.case_open")
		_, err := w.release(e)
		w.refused(err, orrery.KindConflict, "the gate says "+verdict.String())
		w.wants(id, state, "the gate says "+verdict.String())
		if n := len(found[*orrery.EffectReleased](w)); n != 0 {
			t.Errorf("%d attempts began though the gate says %s", n, verdict)
		}
	}
}

func TestAHeldIntentGoesWhenTheGateLetsItUnderTheSameKey(t *testing.T) {
	w := newWorld(t)
	id := w.offer(orrery.Intent{})
	e := w.effect(id)
	if _, err := w.release(e); err != nil {
		t.Fatal(err)
	}
	w.answered(e, 1, orrery.Unknown) // it may have arrived
	w.gate = says(orrery.HoldIt, "gate.case_open")
	if _, err := w.release(e); err == nil {
		t.Fatal("the gate says hold: no attempt may begin")
	}
	act.Settle(w, w.policy, 1)
	w.wants(id, orrery.IntentHeld, "the case is open")
	w.now, w.gate = w.now.Add(orrery.Hour), allow
	act.Settle(w, w.policy, 1)
	w.wants(id, orrery.IntentQueued, "the case is over")
	if again := w.effect(id); again != e {
		t.Errorf("the receiver knows the message by %s; it would come again as %s", e, again)
	}
	r, err := w.release(e)
	if err != nil || r.Attempt != 2 {
		t.Errorf("the second attempt should begin: %+v (%v)", r, err)
	}
}

func TestAMessageThatWasOvertakenComesAgainUnderTheSameKey(t *testing.T) {
	w := newWorld(t)
	id := w.offer(orrery.Intent{})
	e := w.effect(id)
	if _, err := w.release(e); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(orrery.Minute)
	w.answered(e, 1, orrery.OutcomeStale)
	w.wants(id, orrery.IntentQueued, "it was overtaken before it was written")
	if again := w.effect(id); again != e {
		t.Errorf("the receiver may know the message by %s; it would come again as %s", e, again)
	}
	if r, err := w.release(e); err != nil || r.Attempt != 2 {
		t.Errorf("the second attempt should begin: %+v (%v)", r, err)
	}
}

func TestAnAnswerThatComesAfterAHoldDoesNotLetTheIntentGo(t *testing.T) {
	w := newWorld(t)
	id := w.offer(orrery.Intent{})
	e := w.effect(id)
	w.gate = says(orrery.HoldIt, "gate.case_open")
	_, _ = w.release(e)
	w.answered(e, 1, orrery.RetryLater)
	w.wants(id, orrery.IntentHeld, "a late answer of an earlier attempt")
}

func TestHeldIntentsAreAskedAgainButOnlyNewAnswersAreFacts(t *testing.T) {
	w := newWorld(t)
	w.gate = says(orrery.HoldIt, "gate.case_open")
	id := w.offer(orrery.Intent{Fragment: 2})
	before, asked := len(w.log), w.asked
	act.Settle(w, w.policy, 1)
	if len(w.log) != before || w.asked != asked+1 {
		t.Errorf("the same answer is no news: %d facts more, asked %d times", len(w.log)-before, w.asked-asked)
	}
	w.gate = says(orrery.HoldIt, "gate.resting")
	act.Settle(w, w.policy, 1)
	if x := w.Box(2).Waiting(id); x == nil || x.Answer.Reason != "gate.resting" {
		t.Errorf("the new reason should be kept: %+v", x)
	}
}

func TestImportantIntentsAreAskedFirst(t *testing.T) {
	w := newWorld(t)
	w.gate = says(orrery.HoldIt, "gate.case_open")
	low, high := w.offer(orrery.Intent{Priority: 1}), w.offer(orrery.Intent{Priority: 9})
	once := true
	w.gate = func(*orrery.Intent) orrery.Answer { // a cap of one
		if once {
			once = false
			return orrery.Answer{Verdict: orrery.Allow}
		}
		return orrery.Answer{Verdict: orrery.HoldIt, Reason: "gate.cap"}
	}
	act.Settle(w, w.policy, 1)
	w.wants(high, orrery.IntentQueued, "the more important one goes first")
	w.wants(low, orrery.IntentHeld, "the cap is reached")
}

func TestWhatWaitsExpiresWhenItIsNoLongerUseful(t *testing.T) {
	until := noon.Add(orrery.Hour)
	ways := map[string]func(*world) orrery.IntentID{
		"held": func(w *world) orrery.IntentID {
			w.gate = says(orrery.HoldIt, "gate.case_open")
			return w.offer(orrery.Intent{UsefulUntil: until})
		},
		"queued": func(w *world) orrery.IntentID { return w.offer(orrery.Intent{UsefulUntil: until}) },
		"dead": func(w *world) orrery.IntentID {
			id := w.offer(orrery.Intent{UsefulUntil: until})
			w.answered(w.effect(id), 1, orrery.OutcomeDead)
			return id
		},
		"to be tried again": func(w *world) orrery.IntentID {
			id := w.offer(orrery.Intent{UsefulUntil: until})
			_, _ = w.release(w.effect(id))
			w.answered(w.effect(id), 1, orrery.RetryLater)
			return id
		},
	}
	for name, way := range ways {
		w := newWorld(t)
		id := way(w)
		if due := act.Due(w.Box(1), w.now); due != until {
			t.Errorf("%s: it expires at %s; it is due at %q", name, until, due)
		}
		w.now = until - 1
		act.Settle(w, w.policy, 1)
		if w.state(id) == orrery.IntentExpired {
			t.Errorf("%s: expired too early", name)
		}
		w.now = until
		act.Settle(w, w.policy, 1)
		w.wants(id, orrery.IntentExpired, name)
		if due := act.Due(w.Box(1), w.now); due != 0 {
			t.Errorf("%s: nothing waits any more, but something is due at %s", name, due)
		}
	}
}

func TestAnAttemptUnderWayIsNotExpiredUnderItsHands(t *testing.T) {
	w := newWorld(t)
	id := w.offer(orrery.Intent{UsefulUntil: noon.Add(orrery.Minute)})
	e := w.effect(id)
	if _, err := w.release(e); err != nil {
		t.Fatal(err)
	}
	w.now = noon.Add(orrery.Hour)
	act.Settle(w, w.policy, 1)
	if due := act.Due(w.Box(1), w.now); due != 0 {
		t.Errorf("nothing can change by time alone while the attempt goes on; due is %s", due)
	}
	w.answered(e, 1, orrery.Accepted)
	w.wants(id, orrery.IntentAccepted, "the channel took it")
	w = newWorld(t)
	id = w.offer(orrery.Intent{UsefulUntil: noon.Add(orrery.Minute)})
	w.now = noon.Add(orrery.Hour)
	_, err := w.release(w.effect(id))
	w.refused(err, orrery.KindConflict, "too late")
	w.wants(id, orrery.IntentExpired, "a worker came too late")
}

func TestAHeldIntentIsDueWhenItsAnswerMayChange(t *testing.T) {
	w := newWorld(t)
	w.gate = func(*orrery.Intent) orrery.Answer {
		return orrery.Answer{Verdict: orrery.HoldIt, Reason: "gate.quiet_hours", Until: noon.Add(8 * orrery.Hour)}
	}
	w.offer(orrery.Intent{UsefulUntil: noon.Add(orrery.Day)})
	if due := act.Due(w.Box(1), w.now); due != noon.Add(8*orrery.Hour) {
		t.Errorf("the quiet hours end in 8 h; due is %s", due)
	}
}

func TestOutcomesSayWhatBecomesOfAnIntent(t *testing.T) {
	for outcome, want := range map[orrery.Outcome]orrery.IntentState{orrery.Accepted: orrery.IntentAccepted, orrery.Rejected: orrery.IntentFailed,
		orrery.RetryLater: orrery.IntentQueued, orrery.Unknown: orrery.IntentQueued} {
		w := newWorld(t)
		id := w.offer(orrery.Intent{})
		e := w.effect(id)
		_, _ = w.release(e)
		w.wants(id, orrery.IntentReleased, "an attempt began")
		w.answered(e, 1, outcome)
		w.wants(id, want, "the outcome is "+outcome.String())
		x := w.Box(1).Waiting(id)
		if want == orrery.IntentQueued && (x.Effect != e || x.Attempts != 1 || x.NotBefore != noon.Add(orrery.Minute)) {
			t.Errorf("%s: the next attempt comes in a minute under the same key: %+v", outcome, x)
		}
		if want != orrery.IntentQueued {
			err := act.Answered{Fragment: 1, Effect: e, Outcome: orrery.Accepted}.Handle(w, w.policy)
			w.refused(err, orrery.KindConflict, "the effect is over")
		}
	}
}

func TestADeadLetterIsKeptAndDeliveredAgainUnderTheSameKey(t *testing.T) {
	w := newWorld(t)
	id := w.offer(orrery.Intent{})
	e := w.effect(id)
	_, _ = w.release(e)
	w.answered(e, 1, orrery.OutcomeDead)
	if x := w.Box(1).Waiting(id); x == nil || !x.Dead {
		t.Fatalf("a message that was tried as often as allowed is kept: %+v", x)
	}
	_, err := w.release(e)
	w.refused(err, orrery.KindConflict, "a dead letter is not tried by itself")
	act.Settle(w, w.policy, 1)
	if err := (act.Redeliver{Fragment: 1, Effect: e}).Handle(dictated{w}, w.policy); err != nil {
		t.Fatal(err)
	}
	w.wants(id, orrery.IntentQueued, "a person asked for it")
	if again := w.effect(id); again != e {
		t.Errorf("the key was %s and is %s", e, again)
	}
	w.gate = says(orrery.Drop, "gate.no_consent")
	_, err = w.release(e)
	w.refused(err, orrery.KindConflict, "the gate is asked for redelivered letters too")
	w.refused(act.Redeliver{Fragment: 1, Effect: e}.Handle(w, w.policy), orrery.KindNotFound, "it is no dead letter any more")
}

// dictated marks what a person asked for: it is queued without the gate, which is asked when it is released.
type dictated struct{ *world }

func (d dictated) Emit(f orrery.Fact) orrery.Stamp {
	if e, ok := f.(*orrery.EffectRequested); ok {
		d.allows[e.Effect.Intent] = d.now
	}
	return d.world.Emit(f)
}

func TestWhatWasOvertakenBeforeItWasSentIsAskedAnew(t *testing.T) {
	for verdict, state := range map[orrery.Verdict]orrery.IntentState{orrery.Allow: orrery.IntentQueued, orrery.HoldIt: orrery.IntentHeld, orrery.Drop: orrery.IntentDropped} {
		w := newWorld(t)
		id := w.offer(orrery.Intent{})
		e := w.effect(id)
		_, _ = w.release(e)
		w.now, w.gate = w.now+1, says(verdict, "since")
		w.answered(e, 1, orrery.OutcomeStale)
		w.wants(id, state, "overtaken, and the gate says "+verdict.String())
		if verdict == orrery.Allow && w.effect(id) != e {
			t.Error("it goes under another key")
		}
	}
}

func TestWhatExpiresMakesRoomForWhatIsHeldInTheSameTurn(t *testing.T) {
	w := newWorld(t)
	room := func(in *orrery.Intent) orrery.Answer { // a cap of one: whatever is queued takes the place
		for _, other := range w.Box(1).Intents {
			if other.Intent.ID != in.ID && other.State == orrery.IntentQueued {
				return orrery.Answer{Verdict: orrery.HoldIt, Reason: "gate.cap", Until: noon.Add(orrery.Day)}
			}
		}
		return orrery.Answer{Verdict: orrery.Allow}
	}
	w.gate = room
	first := w.offer(orrery.Intent{UsefulUntil: noon.Add(orrery.Hour)})
	second := w.offer(orrery.Intent{Priority: 9}) // asked before the first is looked at, were they taken in one pass
	w.wants(second, orrery.IntentHeld, "the first takes the place")
	w.now = noon.Add(orrery.Hour)
	act.Settle(w, w.policy, 1)
	w.wants(first, orrery.IntentExpired, "it is no longer useful")
	w.wants(second, orrery.IntentQueued, "the place is free")
}
