package explain_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/explain"
	"github.com/orrery-cxm/orrery/internal/identify"
	"github.com/orrery-cxm/orrery/internal/protect"
)

var (
	ctx   = context.Background()
	staff = orrery.Actor{Name: "agent", Trust: orrery.Staff}
)

const month = 30 * 24 * time.Hour

func (h *house) intent(id orrery.IntentID) *explain.Answer {
	h.Helper()
	a, err := explain.Intent(ctx, h.w, id)
	if err != nil {
		h.Fatal(err)
	}
	return a
}

func TestMonthsLaterAHeldMessageIsExplainedFromTheComplaintToItsAcceptance(t *testing.T) {
	h := newHouse(t)
	h.touch(consent("ann"))
	h.touch(complaint("ann"))
	id := h.offer("ann", orrery.Intent{Theme: "spring", Team: "shoes"})
	h.says(h.intent(id), "held", "A case is open: first it is put right.", "The person wrote something.", "It was offered by crm.")
	c := h.person("ann").Desk.Open()[0].Case
	h.do(engine.Care{Command: desk.ReplyInCase{Case: c.ID, Apology: true, By: staff}})
	h.later(time.Hour)
	h.do(engine.Care{Command: desk.ResolveCase{Case: c.ID, By: staff}})
	h.later(time.Hour)
	h.do(engine.Care{Command: desk.ConfirmSatisfied{Case: c.ID, By: staff}})
	h.later(2 * month)
	h.attempt(orrery.Accepted, "250 OK", 0, false)
	h.later(5 * month)
	a := h.intent(id)
	h.says(a, "accepted", "The person is satisfied.", "the rest has passed", "That does not say that it was read.")
	h.golden("held_then_sent", a)
}

func TestAMessageThatNobodyAgreedToIsExplainedAsDropped(t *testing.T) {
	h := newHouse(t)
	h.touch(view("bob", "shoe-1"))
	a := h.intent(h.offer("bob", orrery.Intent{}))
	h.says(a, "dropped", "The person has not agreed to this.")
	h.golden("dropped", a)
}

func TestAMessageThatOutlivedItsUseIsExplainedAsExpired(t *testing.T) {
	h := newHouse(t)
	h.touch(consent("ann"))
	h.touch(complaint("ann"))
	id := h.offer("ann", orrery.Intent{UsefulUntil: orrery.InstantOf(h.now.Add(48 * time.Hour))})
	h.later(month)
	a := h.intent(id)
	h.says(a, "expired", "It was no longer of use and was not sent.", "A case is open")
	h.golden("expired", a)
}

func TestARefusedMessageIsExplainedWithWhatTheChannelSaid(t *testing.T) {
	h := newHouse(t)
	h.touch(consent("ann"))
	id := h.offer("ann", orrery.Intent{})
	h.attempt(orrery.Rejected, "550 no such mailbox", 0, false)
	a := h.intent(id)
	h.says(a, "failed", "550 no such mailbox", "refused it for good")
	h.golden("rejected", a)
}

func TestAMessageWithoutAnAnswerIsUnknownAndLaterDead(t *testing.T) {
	h := newHouse(t)
	h.touch(consent("ann"))
	id := h.offer("ann", orrery.Intent{})
	h.attempt(orrery.Unknown, "timeout", orrery.InstantOf(h.now.Add(time.Hour)), false)
	h.says(h.intent(id), "unknown", "it may or may not have happened")
	h.later(2 * time.Hour)
	h.attempt(orrery.OutcomeDead, "timeout", 0, false)
	a := h.intent(id)
	h.says(a, "dead", "It is attempt number 2.", "can be tried again by hand")
	h.golden("dead", a)
}

func TestAHoldThatOvertookAnAttemptIsTold(t *testing.T) {
	h := newHouse(t)
	h.touch(consent("ann"))
	id := h.offer("ann", orrery.Intent{})
	items, _ := h.w.Take("mailer", 1)
	f := h.do(engine.Release{Release: act.Release{Fragment: items[0].Fragment, Effect: items[0].Effect}}).(*orrery.EffectReleased)
	h.touch(complaint("ann"))
	h.do(engine.Answered{Answered: act.Answered{Fragment: items[0].Fragment, Effect: items[0].Effect, Attempt: f.Attempt,
		Outcome: orrery.OutcomeStale, Overtaken: true}})
	a := h.intent(id)
	h.says(a, "held", "A hold came after this attempt had begun.", "A case is open")
	h.golden("overtaken", a)
}

func TestWhatHappenedWhileJoinedIsMarkedAfterASplit(t *testing.T) {
	h := newHouse(t)
	h.touch(consent("ann"))
	h.touch(consent("eve"))
	h.touch(orrery.Touch{Kind: orrery.Identify, Identifiers: []orrery.Identifier{{Namespace: orrery.Email, Value: "ann@example.com", Proven: true}}})
	mail := h.w.Find(orrery.Email, "ann@example.com")
	before := h.offer("ann", orrery.Intent{Theme: "before"})
	h.do(engine.Identity{Command: identify.Join{A: h.id("ann"), B: mail, By: staff}})
	h.touch(complaint("ann"))
	during := h.offer("ann", orrery.Intent{Theme: "during"})
	h.later(24 * time.Hour)
	h.do(engine.Identity{Command: identify.Unlink{A: h.id("ann"), B: mail, By: staff, Why: "two persons"}})
	h.later(3 * month)
	after := h.offer("ann", orrery.Intent{Theme: "after"})
	const joined = "they have been separated since"
	for id, want := range map[orrery.IntentID]bool{before: false, during: true, after: false} {
		if a := h.intent(id); (a.Lines[0].Args["joined"] != "") != want {
			t.Errorf("offered while joined: %v expected:\n%s", want, strings.Join(a.Sentences("en"), "\n"))
		}
	}
	a := h.intent(during)
	h.says(a, "held", joined)
	h.golden("while_joined", a)
	p, err := explain.Identity(ctx, h.w, h.id("ann"), mail)
	if err != nil {
		t.Fatal(err)
	}
	h.says(p, "two", "Somebody decided that they are two persons.")
	h.golden("kept_apart", p)
}

func TestOneTouchIsExplainedWithAllThatFollowed(t *testing.T) {
	h := newHouse(t)
	h.touch(consent("ann"))
	h.touch(view("ann", "shoe-1"))
	h.touch(view("ann", "shoe-2"))
	id := h.touch(complaint("ann"))
	h.later(4 * month)
	a, err := explain.Touch(ctx, h.w, id)
	if err != nil {
		t.Fatal(err)
	}
	h.says(a, "recorded", "The touch carried one identifier.", "user_id:ann", "We are 95 % sure.", "broke again", "A case was opened.",
		"A hold was placed.", "An apology became due.", "The person left it.", "A change of a list was requested.", "The person is to be taken off it.")
	h.golden("touch", a)
}

func TestAMembershipIsExplainedWithWhatTheDestinationSaid(t *testing.T) {
	h := newHouse(t)
	h.touch(consent("ann"))
	h.touch(view("ann", "shoe-1"))
	h.touch(view("ann", "shoe-2"))
	push := func(o orrery.Outcome) {
		items, _ := h.w.Take("ads", 1)
		h.now = h.now.Add(time.Minute)
		h.do(engine.PushOutcome{PushOutcome: act.PushOutcome{Fragment: items[0].Fragment, Destination: "ads", List: items[0].List,
			Push: items[0].Push, Version: items[0].Version, Outcome: o}})
		h.w.Done(&items[0])
	}
	push(orrery.Accepted)
	h.touch(complaint("ann"))
	ask := func() *explain.Answer {
		a, err := explain.Membership(ctx, h.w, h.id("ann"), "runners")
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	h.says(ask(), "out", "There is no answer yet.", "A condition of the audience is fulfilled.", "The gate holds it.")
	push(orrery.Unknown)
	a := ask()
	h.says(a, "out", "There was no answer: it may or may not have happened.", "The destination accepted it.")
	h.golden("membership", a)
	p, err := explain.Push(ctx, h.w, h.id("ann"), "ads", "X-01")
	if err != nil {
		t.Fatal(err)
	}
	h.says(p, "unknown", "The person is to be taken off it.")
	h.golden("push", p)
}

func TestAPersonIsToldWhyTheyAreHeld(t *testing.T) {
	h := newHouse(t)
	h.touch(consent("ann"))
	a, err := explain.Person(ctx, h.w, h.id("ann"))
	if err != nil {
		t.Fatal(err)
	}
	h.says(a, "free", "Nothing stands against it.")
	h.touch(complaint("ann"))
	h.offer("ann", orrery.Intent{})
	h.do(engine.Protect{Command: protect.NoteLife{Fragment: h.id("ann"), Event: orrery.Bereavement, Who: "family", By: staff}})
	if a, err = explain.Person(ctx, h.w, h.id("ann")); err != nil {
		t.Fatal(err)
	}
	h.says(a, "held", "It is about a death.", "A case is open.", "An apology is due before anything else.", "One message waits for this person.")
	h.golden("person", a)
}

func TestTheAffectedPersonSeesNothingOfTheReporter(t *testing.T) {
	h := newHouse(t)
	h.touch(consent("mother"))
	h.touch(consent("son"))
	c := complaint("son")
	c.Message.Affected = user("mother")
	c.Channel = "chat"
	written := h.touch(c)
	offered := h.offer("mother", orrery.Intent{})
	about := func(a *explain.Answer, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(a.Sentences("en"), "\n")
	}
	for what, text := range map[string]string{
		"message": about(explain.Intent(ctx, h.w, offered)), "person": about(explain.Person(ctx, h.w, h.id("mother"))),
	} {
		for _, secret := range []string{written.String(), "son", h.id("son").String(), "wrote", "chat", "broke"} {
			if strings.Contains(strings.ReplaceAll(text, "person", ""), secret) {
				t.Errorf("%s: the mother's explanation shows %q of her son:\n%s", what, secret, text)
			}
		}
		if !strings.Contains(text, "A case is open") {
			t.Errorf("%s: the mother's explanation should say that a case is open:\n%s", what, text)
		}
	}
	text := about(explain.Touch(ctx, h.w, written))
	if strings.Contains(text, "mother") || strings.Contains(text, h.id("mother").String()) || !strings.Contains(text, "Something about another person") {
		t.Errorf("the son's touch shows his mother, or hides that something is not shown:\n%s", text)
	}
}

func TestTwoIdentifiersAreExplainedByTheTouchThatBroughtThem(t *testing.T) {
	h := newHouse(t)
	h.touch(orrery.Touch{Kind: orrery.Identify, Identifiers: append(user("ann"), orrery.Identifier{Namespace: orrery.Email, Value: "ann@example.com", Proven: true})})
	h.touch(consent("eve"))
	a, err := explain.Identity(ctx, h.w, h.id("ann"), h.w.Find(orrery.Email, "ann@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	h.says(a, "one", "email:ann@example.com", "Both came with one touch.")
	h.golden("one_person", a)
	if a, err = explain.Identity(ctx, h.w, h.id("ann"), h.id("eve")); err != nil {
		t.Fatal(err)
	}
	h.says(a, "two", "Nothing connects them.")
}

func TestWhatDoesNotExistIsNotFound(t *testing.T) {
	h := newHouse(t)
	touch := h.touch(view("ann", "shoe"))
	for what, err := range map[string]error{
		"message":          second(explain.Intent(ctx, h.w, 12345<<14)),
		"touch as message": second(explain.Intent(ctx, h.w, orrery.IntentID(touch))),
		"touch":            second(explain.Touch(ctx, h.w, touch+1)),
		"effect":           second(explain.Effect(ctx, h.w, orrery.EffectID(touch))),
		"person":           second(explain.Person(ctx, h.w, h.id("nobody"))),
		"audience":         second(explain.Membership(ctx, h.w, h.id("ann"), "nothing")),
		"identifier":       second(explain.Identity(ctx, h.w, h.id("ann"), h.id("nobody"))),
	} {
		if orrery.KindOf(err) != orrery.KindNotFound {
			t.Errorf("an unknown %s should not be found; it is answered with %v", what, err)
		}
	}
}

func second(_ *explain.Answer, err error) error { return err }
