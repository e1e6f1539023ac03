package act_test

import (
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
)

// arrive sends a message and lets its channel accept it.
func (w *world) arrive(in orrery.Intent) (orrery.IntentID, orrery.EffectID) {
	w.Helper()
	id := w.offer(in)
	e := w.effect(id)
	if _, err := w.release(e); err != nil {
		w.Fatal(err)
	}
	w.answered(e, 1, orrery.Accepted)
	w.wants(id, orrery.IntentAccepted, "its channel took it")
	return id, e
}

// bounce is told under another fragment of the person than the message was for.
func (w *world) bounce(id orrery.IntentID) error {
	return act.Bounced{Fragment: 2, Intent: id, Detail: "no such mailbox"}.Handle(w, w.policy)
}

func TestAMessageThatItsChannelAcceptedMayStillBounce(t *testing.T) {
	for name, tell := range map[string]func(*world, orrery.IntentID, orrery.EffectID) error{
		"told by the intent": func(w *world, id orrery.IntentID, _ orrery.EffectID) error { return w.bounce(id) },
		"told by the worker": func(w *world, _ orrery.IntentID, e orrery.EffectID) error {
			return act.Answered{Fragment: 1, Effect: e, Attempt: 1, Outcome: orrery.Rejected, Detail: "no such mailbox"}.Handle(w, w.policy)
		},
	} {
		w := newWorld(t)
		id, e := w.arrive(orrery.Intent{Class: orrery.Recovery, Case: 7})
		if err := tell(w, id, e); err != nil {
			t.Fatalf("%s: a bounce is refused: %v", name, err)
		}
		w.wants(id, orrery.IntentFailed, name)
		answers := found[*orrery.EffectAnswered](w)
		if last := answers[len(answers)-1]; last.Outcome != orrery.Rejected || last.Intent != id || last.Effect != e || last.Attempt != 1 || last.Detail != "no such mailbox" {
			t.Errorf("%s: the log should say which attempt was rejected and why; it says %+v", name, last)
		}
		w.refused(tell(w, id, e), map[string]orrery.ErrorKind{"told by the intent": orrery.KindNotFound, "told by the worker": orrery.KindConflict}[name], "a message bounces once")
	}
}

func TestABounceThatOvertakesTheAnswerOfItsAttemptIsThatAnswer(t *testing.T) {
	w := newWorld(t)
	id := w.offer(orrery.Intent{})
	w.refused(w.bounce(id), orrery.KindNotFound, "what nobody sent cannot bounce")
	e := w.effect(id)
	if _, err := w.release(e); err != nil {
		t.Fatal(err)
	}
	if err := w.bounce(id); err != nil {
		t.Fatal(err)
	}
	w.wants(id, orrery.IntentFailed, "it bounced while its acceptance was on the way")
	w.refused(act.Answered{Fragment: 1, Effect: e, Attempt: 1, Outcome: orrery.Accepted}.Handle(w, w.policy), orrery.KindConflict, "the acceptance comes late")
	w.wants(id, orrery.IntentFailed, "a late acceptance changes nothing")
}

func TestOnlyARejectionReopensWhatWasAccepted(t *testing.T) {
	for _, o := range []orrery.Outcome{orrery.Accepted, orrery.Unknown, orrery.RetryLater, orrery.OutcomeStale, orrery.OutcomeDead} {
		w := newWorld(t)
		id, e := w.arrive(orrery.Intent{})
		w.refused(act.Answered{Fragment: 1, Effect: e, Attempt: 2, Outcome: o}.Handle(w, w.policy), orrery.KindConflict, "the message was accepted, and now "+o.String())
		w.wants(id, orrery.IntentAccepted, "it was accepted")
	}
}

func TestAcceptedMessagesAreRememberedForABoundedTimeAndNumber(t *testing.T) {
	w := newWorld(t)
	sorry, _ := w.arrive(orrery.Intent{Class: orrery.Recovery})
	for range act.MaxArrived + 5 {
		w.now++
		w.arrive(orrery.Intent{})
	}
	if n := len(w.Box(1).Accepted); n != act.MaxArrived {
		t.Errorf("%d accepted messages are kept; the limit is %d", n, act.MaxArrived)
	}
	if w.Box(1).Arrived(sorry) == nil {
		t.Error("an apology is forgotten before offers are: its bounce would go unheard")
	}
	w.now = w.now.Add(act.KeepArrived + 1)
	last, _ := w.arrive(orrery.Intent{})
	if got := w.Box(1).Accepted; len(got) != 1 || got[0].Intent != last {
		t.Errorf("after %s only the last message may bounce; kept are %v", act.KeepArrived, got)
	}
	w.refused(w.bounce(sorry), orrery.KindNotFound, "a bounce after its time")
}

func TestAMessageNamesOnlyACaseThatConcernsItsPerson(t *testing.T) {
	for _, class := range []orrery.Class{orrery.Recovery, orrery.CaseSurvey, orrery.Service, orrery.Commercial} {
		w := newWorld(t)
		offer := func(c orrery.CaseID) error {
			_, err := act.Offer{Intent: orrery.Intent{Fragment: 1, Class: class, Channel: "email", Case: c}}.Handle(w, w.policy)
			return err
		}
		w.refused(offer(8), orrery.KindInvalid, "the case of another person")
		w.refused(offer(99), orrery.KindNotFound, "a case that nobody knows")
		if len(w.log) != 0 {
			t.Fatalf("refused offers leave no facts; there are %d", len(w.log))
		}
		for c, why := range map[orrery.CaseID]string{7: "another fragment of the person reported it", 9: "it was done to the person", 0: "no case"} {
			if err := offer(c); err != nil {
				t.Errorf("%s, %s: refused: %v", class, why, err)
			}
		}
	}
}
