package effect_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/engine"
)

func outcomes(list []*orrery.EffectAnswered) (out []orrery.Outcome) {
	for _, a := range list {
		out = append(out, a.Outcome)
	}
	return out
}

// sameKey fails when a receiver could take two deliveries for two messages.
func (h *house) sameKey(r *receiver, n int) {
	h.Helper()
	got := r.deliveries()
	if len(got) != n {
		h.Errorf("the receiver got %d requests, %d are expected: %v", len(got), n, got)
	}
	for _, d := range got {
		if d.id == "" || d.id != got[0].id {
			h.Errorf("attempts of one message come under the keys %q and %q: the receiver cannot tell that they are one", got[0].id, d.id)
		}
	}
}

func TestAMessageReachesItsReceiverWithWhomItIsForAndIsRecorded(t *testing.T) {
	h := newHouse(t)
	r := newReceiver(t, nil)
	h.prepare = func(_ *orrery.Intent, fields map[string]any) { fields["link"] = "made at the last moment" }
	h.workers.Set("mailer", outletTo(r))
	h.touch(orrery.Touch{Kind: orrery.Identify, Identifiers: append(named("ann"), orrery.Identifier{Namespace: orrery.Email, Value: "ann@example.com"})})
	in := h.offer("ann", orrery.Service, "email").Intent
	a := h.answers(1)[0]
	if a.Outcome != orrery.Accepted || a.Intent != in.ID || a.Attempt != 1 || a.Overtaken {
		t.Errorf("the log should say that the first attempt was accepted: %+v", a)
	}
	got := r.deliveries()
	if len(got) != 1 || got[0].kind != "message.send" || got[0].id != "test_"+a.Effect.String() {
		t.Fatalf("one message under the effect's key is expected: %+v", got)
	}
	data := got[0].data
	if data["intent"] != in.ID.String() || data["class"] != "service" || data["link"] != "made at the last moment" {
		t.Errorf("the receiver should learn what it is and get what was prepared: %v", data)
	}
	if diff := cmp.Diff(map[string]any{"text": "hello"}, data["content"]); diff != "" {
		t.Errorf("the content is another one (-offered +delivered):\n%s", diff)
	}
	values := map[any]bool{}
	for _, i := range data["to"].([]any) {
		values[i.(map[string]any)["value"]] = true
	}
	if !values["ann"] || !values["ann@example.com"] {
		t.Errorf("the receiver should know ann by both her identifiers: %v", data["to"])
	}
}

func TestAFailedAttemptIsMadeAgainAfterItsPauseUnderTheSameKey(t *testing.T) {
	h := newHouse(t)
	r := newReceiver(t, func(n int, w http.ResponseWriter, _ delivery) {
		switch n {
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	h.workers.Set("mailer", outletTo(r))
	h.consent("ann")
	h.offer("ann", orrery.Service, "email")
	answers := h.answers(3)
	if diff := cmp.Diff([]orrery.Outcome{orrery.RetryLater, orrery.RetryLater, orrery.Accepted}, outcomes(answers)); diff != "" {
		t.Errorf("outcomes (-should be +are):\n%s", diff)
	}
	released := facts(h, "three releases", func(l []*orrery.EffectReleased) bool { return len(l) == 3 })
	for i, x := range released {
		if x.Attempt != i+1 || answers[i].Attempt != i+1 {
			t.Errorf("the %d. attempt is released as %d and answered as %d", i+1, x.Attempt, answers[i].Attempt)
		}
	}
	var at []orrery.Instant // of each answer and release, in the order of the log
	err := h.w.ReadLog(context.Background(), 0, func(b engine.Batch) error {
		for _, f := range b.Facts {
			switch f.Fact.(type) {
			case *orrery.EffectReleased, *orrery.EffectAnswered:
				at = append(at, b.Time)
			}
		}
		return nil
	})
	if err != nil || len(at) != 6 {
		t.Fatalf("three attempts are three releases and three answers: %v (%v)", at, err)
	}
	if asked := at[3].Add(900); answers[1].NotBefore < asked || at[4] < answers[1].NotBefore {
		t.Errorf("the receiver asked for a pause of a second at %s; the next attempt was due %s and began %s", at[3], answers[1].NotBefore, at[4])
	}
	h.sameKey(r, 3)
}

func TestWhatWasTriedAsOftenAsAllowedIsADeadLetterUntilSomebodyReplaysIt(t *testing.T) {
	h := newHouse(t)
	r := newReceiver(t, func(n int, w http.ResponseWriter, _ delivery) {
		if n <= 3 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	h.workers.Set("mailer", outletTo(r))
	h.consent("ann")
	h.offer("ann", orrery.Service, "email")
	dead := h.answers(3)
	if diff := cmp.Diff([]orrery.Outcome{orrery.RetryLater, orrery.RetryLater, orrery.OutcomeDead}, outcomes(dead)); diff != "" {
		t.Fatalf("outcomes (-should be +are):\n%s", diff)
	}
	if n := h.w.Depth("mailer"); n != 0 {
		t.Errorf("%d things still wait for a receiver that was given up", n)
	}
	if _, _, err := h.w.Do(context.Background(), engine.Redeliver{Redeliver: act.Redeliver{Fragment: dead[2].Fragment, Effect: dead[2].Effect}}); err != nil {
		t.Fatal(err)
	}
	if last := h.answers(4)[3]; last.Outcome != orrery.Accepted {
		t.Errorf("the receiver is well again, and the replay ended as %s", last.Outcome)
	}
	h.sameKey(r, 4)
}

func TestARefusalIsForGood(t *testing.T) {
	h := newHouse(t)
	r := newReceiver(t, status(http.StatusUnprocessableEntity))
	h.workers.Set("mailer", outletTo(r))
	h.consent("ann")
	in := h.offer("ann", orrery.Service, "email").Intent
	changes := facts(h, "the message should fail", func(l []*orrery.IntentChanged) bool { return len(l) > 0 })
	if changes[0].Intent != in.ID || changes[0].State != orrery.IntentFailed || changes[0].Detail == "" {
		t.Errorf("refused with 422, the message should have failed and say why: %+v", changes[0])
	}
	h.sameKey(r, 1)
}

func TestAnAttemptWithoutAnAnswerIsUnknownAndIsMadeAgain(t *testing.T) {
	h := newHouse(t)
	r := newReceiver(t, func(n int, w http.ResponseWriter, _ delivery) {
		if n == 1 {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			conn.Close() // taken, and nobody will ever know
		}
	})
	h.workers.Set("mailer", outletTo(r))
	h.consent("ann")
	h.offer("ann", orrery.Service, "email")
	if diff := cmp.Diff([]orrery.Outcome{orrery.Unknown, orrery.Accepted}, outcomes(h.answers(2))); diff != "" {
		t.Errorf("outcomes (-should be +are):\n%s", diff)
	}
	h.sameKey(r, 2)
}

func TestAReceiverThatHangsHoldsUpNoOther(t *testing.T) {
	h := newHouse(t)
	stuck, free := make(chan struct{}), make(chan struct{})
	slow := newReceiver(t, func(n int, w http.ResponseWriter, _ delivery) {
		if n == 1 {
			close(stuck)
		}
		<-free
	})
	quick := newReceiver(t, nil)
	h.workers.Set("mailer", outletTo(slow))
	h.workers.Set("crm", outletTo(quick))
	h.consent("ann")
	h.offer("ann", orrery.Service, "email")
	<-stuck
	for range 20 {
		h.offer("ann", orrery.Service, "chat")
	}
	for _, a := range h.answers(20) {
		if a.Outcome != orrery.Accepted {
			t.Errorf("a receiver that is well ended as %s while another hangs", a.Outcome)
		}
	}
	if n := len(slow.deliveries()); n != 1 {
		t.Errorf("the receiver that hangs got %d requests of one message", n)
	}
	close(free)
	h.answers(21)
}

func TestMessagesGoOnAfterARestartUnderTheSameKey(t *testing.T) {
	h := newHouse(t)
	reached := make(chan struct{})
	r := newReceiver(t, func(n int, w http.ResponseWriter, _ delivery) {
		if n == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			close(reached)
		}
	})
	slow := outletTo(r)
	slow.pause = 50
	h.workers.Set("mailer", slow)
	h.consent("ann")
	h.offer("ann", orrery.Service, "email")
	<-reached
	h.close() // perhaps before the answer is in the log: then the attempt is made again
	h.open()
	h.workers.Set("mailer", outletTo(r))
	accepted := facts(h, "the message should arrive", func(l []*orrery.EffectAnswered) bool {
		return len(l) > 0 && l[len(l)-1].Outcome == orrery.Accepted
	})
	h.sameKey(r, 2)
	h.close()
	h.open()
	h.workers.Set("mailer", outletTo(r))
	h.offer("ann", orrery.Service, "email")
	h.answers(len(accepted) + 1)
	if got := r.deliveries(); len(got) != 3 || got[2].id == got[0].id {
		t.Errorf("what was accepted is not sent again, and another message has a key of its own: %v", got)
	}
}
