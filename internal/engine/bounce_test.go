package engine_test

import (
	"context"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// deliver offers a message and lets the mailer accept it.
func (h *house) deliver(in orrery.Intent) orrery.IntentID {
	h.Helper()
	id := h.do(engine.Offer{Offer: act.Offer{Intent: in}}).(*orrery.IntentOffered).Intent.ID
	items, _ := h.w.Take("mailer", 1)
	if len(items) != 1 {
		h.Fatalf("%d messages wait for the mailer, one is expected", len(items))
	}
	released := h.do(engine.Release{Release: act.Release{Fragment: items[0].Fragment, Effect: items[0].Effect}}).(*orrery.EffectReleased)
	h.do(engine.Answered{Answered: act.Answered{Fragment: items[0].Fragment, Effect: items[0].Effect, Attempt: released.Attempt, Outcome: orrery.Accepted}})
	h.w.Done(&items[0])
	return id
}

func TestAnApologyThatBouncesAfterItWasAcceptedIsDueAgain(t *testing.T) {
	h := newHouse(t)
	h.touch(consent("ann"))
	h.touch(complaint("ann"))
	ann := h.person("ann")
	c := ann.Desk.Open()[0].Case
	sorry := h.deliver(orrery.Intent{Fragment: ann.ID, Class: orrery.Recovery, Channel: "email", Case: c.ID})
	if a := h.person("ann").Experience.Apologies; len(a) != 1 || a[0].Due() {
		t.Fatalf("the apology was accepted and should be paid: %+v", a)
	}
	h.w.Kill()
	h.open() // the bounce comes after a restart
	h.do(engine.Bounced{Bounced: act.Bounced{Fragment: ann.ID, Intent: sorry, Detail: "mailbox unknown"}})
	p := h.person("ann")
	if a := p.Experience.Apologies; len(a) != 1 || !a[0].Due() || !a[0].Again {
		t.Errorf("the apology did not arrive, so it is due again; the state says %+v", a)
	}
	asked := 0
	for _, r := range p.Experience.Reviews {
		if r.About == "apology_bounced" && r.Case == c.ID && r.Answer == "" {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("a person should look at the bounce once; %d reviews are open: %+v", asked, p.Experience.Reviews)
	}
	v, err := h.w.Verify(context.Background())
	if err != nil || len(v.Differences) > 0 {
		t.Errorf("the state is not what the log folds to: %v (%v)", v, err)
	}
}

func TestAnOfferThatNamesACaseOfAnotherPersonIsRefused(t *testing.T) {
	h := newHouse(t)
	h.touch(consent("ann"))
	h.touch(consent("bob"))
	h.touch(complaint("ann"))
	c := h.person("ann").Desk.Open()[0].Case.ID
	for _, class := range []orrery.Class{orrery.Recovery, orrery.CaseSurvey} {
		for c, kind := range map[orrery.CaseID]orrery.ErrorKind{c: orrery.KindInvalid, 12345: orrery.KindNotFound} {
			_, _, err := h.w.Do(context.Background(), engine.Offer{Offer: act.Offer{Intent: orrery.Intent{Fragment: h.person("bob").ID, Class: class, Channel: "email", Case: c}}})
			if err == nil || orrery.KindOf(err) != kind {
				t.Errorf("a %s to bob about case %s: %v; a refusal of kind %s is expected", class, c, err, kind)
			}
		}
	}
}
