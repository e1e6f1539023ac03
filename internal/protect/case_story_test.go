package protect_test

import (
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/protect"
)

const (
	ana    orrery.FragmentID = 11
	mother orrery.FragmentID = 12
	ben    orrery.FragmentID = 13
)

var wishes = []orrery.Class{orrery.Commercial, orrery.SurveyClass, orrery.Favour, orrery.Advertisement}

func TestAComplaintHoldsEverythingTheBrandWantsUntilSolvedAnsweredAndRested(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	for _, c := range wishes {
		w.expect(ana, c, protect.GateClear)
	}
	id := w.complain(ana)
	for _, c := range wishes {
		w.expect(ana, c, protect.GateCaseOpen)
	}
	w.expect(ana, orrery.Recovery, protect.GateClear)
	w.expect(ana, orrery.Service, protect.GateAlways)

	w.must(w.order(desk.ReplyInCase{Case: id, Apology: true, By: agent}))
	w.expect(ana, orrery.Commercial, protect.GateCaseOpen)
	w.must(w.order(desk.ResolveCase{Case: id, By: agent}))
	w.expect(ana, orrery.Commercial, protect.GateCaseUnconfirmed)
	w.pass(60 * orrery.Day)
	w.expect(ana, orrery.Commercial, protect.GateCaseUnconfirmed) // silence never releases

	w.must(w.order(desk.ConfirmSatisfied{Case: id, By: agent}))
	for _, c := range wishes {
		w.expect(ana, c, protect.GateRest)
	}
	w.pass(7*orrery.Day - 1)
	w.expect(ana, orrery.Commercial, protect.GateRest)
	w.pass(1)
	for _, c := range wishes {
		w.expect(ana, c, protect.GateClear)
	}
	if r := facts[*orrery.HoldReleased](w); len(r) != 1 || r[0].Reason != "satisfied_and_rested" {
		t.Fatalf("released %+v, expected one hold as satisfied_and_rested", r)
	}
	w.replayed(t)
}

func TestRestGrowsWithSeverityAndFollowsItsCorrection(t *testing.T) {
	for severity, days := range map[orrery.Severity]orrery.Span{orrery.Low: 7, orrery.Medium: 14, orrery.High: 30} {
		w := newWorld(t)
		w.consents(ana)
		w.must(w.order(desk.OpenCase{Reporter: ana, Severity: severity, By: agent}))
		id := w.onlyCase(ana)
		w.must(w.order(desk.ReplyInCase{Case: id, Apology: true, By: agent}))
		w.must(w.order(desk.ResolveCase{Case: id, By: agent}))
		w.must(w.order(desk.ConfirmSatisfied{Case: id, By: agent}))
		if a := w.ask(ana, orrery.Commercial); a.Until != w.now.Add(days*orrery.Day) {
			t.Errorf("after a %s case the gate holds until %v, expected %v days", severity, a.Until, days)
		}
		w.pass(orrery.Day)
		w.must(w.order(desk.SetSeverity{Case: id, Severity: orrery.Medium, By: agent}))
		want := w.now.Add(13 * orrery.Day)
		if a := w.ask(ana, orrery.Commercial); a.Until != want {
			t.Errorf("a %s case judged medium after a day of rest holds until %v, expected %v", severity, a.Until, want)
		}
	}
}

func TestAnApologyIsDueBeforeAnythingElseEvenAfterTheRest(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	id := w.complain(ana)
	w.must(w.order(desk.ResolveCase{Case: id, By: agent}))
	w.must(w.order(desk.ConfirmSatisfied{Case: id, By: agent}))
	w.pass(8 * orrery.Day)
	a := w.ask(ana, orrery.Commercial)
	if a.Reason != protect.GateApologyDue || a.Replace != orrery.Recovery {
		t.Fatalf("with an apology unpaid, an offer is answered %s (rather %q), expected apology_due and a recovery instead", a.Reason, a.Replace)
	}
	w.recovery(ana, 0, orrery.Accepted)
	w.expect(ana, orrery.Commercial, protect.GateClear)
}

// recovery offers an apology and has its channel answer.
func (w *world) recovery(f orrery.FragmentID, c orrery.CaseID, outcomes ...orrery.Outcome) orrery.IntentID {
	id := orrery.IntentID(w.NextID())
	w.Emit(&orrery.IntentOffered{Intent: orrery.Intent{ID: id, Fragment: f, Class: orrery.Recovery, Channel: "email", Case: c, At: w.now, By: agent}, State: orrery.IntentQueued})
	w.settle()
	for _, o := range outcomes {
		w.Emit(&orrery.EffectAnswered{Effect: 1, Intent: id, Fragment: f, Outcome: o})
		w.settle()
	}
	return id
}

func TestABouncedApologyIsDueAgainAndAPersonLooks(t *testing.T) {
	w := newWorld(t)
	id := w.complain(ana)
	in := w.recovery(ana, id, orrery.Accepted)
	if paid := facts[*orrery.ApologyPaid](w); len(paid) != 1 || paid[0].Intent != in {
		t.Fatalf("an accepted recovery message paid %d apologies, expected one", len(paid))
	}
	w.Emit(&orrery.EffectAnswered{Effect: 1, Intent: in, Fragment: ana, Outcome: orrery.Rejected})
	w.Emit(&orrery.IntentChanged{Intent: in, Fragment: ana, State: orrery.IntentFailed})
	w.settle()
	due := facts[*orrery.ApologyDue](w)
	if len(due) != 2 || !due[1].Again {
		t.Fatalf("after a bounce %d apologies were due in all, expected the second one again", len(due))
	}
	n := 0
	for _, r := range facts[*orrery.ReviewOpened](w) {
		if r.About == "apology_bounced" && r.Case == id {
			n++
		}
	}
	if n != 1 {
		t.Fatalf("a bounced apology asked a person %d times, expected once", n)
	}
	w.recovery(ana, id, orrery.Accepted)
	if e := protect.PersonView(w, ana); e.Apologies[0].Due() {
		t.Fatal("the second apology arrived, but one is still due")
	}
}

func TestAnUnansweredOrRetriedRecoveryPaysNothing(t *testing.T) {
	w := newWorld(t)
	id := w.complain(ana)
	w.recovery(ana, id, orrery.Unknown, orrery.RetryLater, orrery.OutcomeStale)
	if n := len(facts[*orrery.ApologyPaid](w)); n != 0 {
		t.Fatalf("a recovery message that nobody took paid %d apologies", n)
	}
}

func TestAffectedAndReporterAreBothHeldAndEachOwedAnApology(t *testing.T) {
	w := newWorld(t)
	w.consents(ana, mother)
	w.affected[orrery.TouchID(w.NextID())] = mother
	id := w.complain(ana)
	if c := w.cases[id]; c.Reporter != ana || c.Affected != mother {
		t.Fatalf("the case names reporter %d and affected %d, expected %d and %d", c.Reporter, c.Affected, ana, mother)
	}
	for _, who := range []orrery.FragmentID{ana, mother} {
		w.expect(who, orrery.Advertisement, protect.GateCaseOpen)
	}
	w.must(w.order(desk.ReplyInCase{Case: id, Apology: true, By: agent}))
	if w.exp[ana].Apologies[0].Due() || !w.exp[mother].Apologies[0].Due() {
		t.Fatal("an apology to the reporter pays what the reporter is owed, and nothing of what the affected person is")
	}
	w.must(w.order(desk.ReplyInCase{Case: id, Apology: true, To: mother, By: agent}))
	w.must(w.order(desk.ResolveCase{Case: id, By: agent}))
	w.must(w.order(desk.ConfirmSatisfied{Case: id, By: agent}))
	w.pass(8 * orrery.Day)
	for _, who := range []orrery.FragmentID{ana, mother} {
		w.expect(who, orrery.Advertisement, protect.GateClear)
	}
}

func TestNotAComplaintReleasesItsOwnHoldsAtOnceAndNoOthers(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	w.must(w.order(desk.OpenCase{Reporter: ana, Product: "kettle", By: agent}))
	first := w.onlyCase(ana)
	w.must(w.order(desk.DismissCase{Case: first, By: agent}))
	for _, c := range wishes {
		w.expect(ana, c, protect.GateClear)
	}
	w.must(w.order(desk.OpenCase{Reporter: ana, Product: "kettle", By: agent}))
	w.must(w.order(desk.OpenCase{Reporter: ana, Product: "toaster", By: agent}))
	open := desk.View(w, ana).Open()
	if len(open) != 2 {
		t.Fatalf("two products made %d cases, expected 2", len(open))
	}
	w.must(w.order(desk.DismissCase{Case: open[0].Case.ID, By: agent}))
	w.expect(ana, orrery.Commercial, protect.GateCaseOpen)
}

func TestTwoCasesMustBothClear(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	w.must(w.order(desk.OpenCase{Reporter: ana, Product: "kettle", By: agent}))
	w.must(w.order(desk.OpenCase{Reporter: ana, Product: "toaster", By: agent}))
	for _, l := range desk.View(w, ana).Open() {
		w.expect(ana, orrery.Commercial, protect.GateCaseOpen)
		w.must(w.order(desk.ReplyInCase{Case: l.Case.ID, Apology: true, By: agent}))
		w.must(w.order(desk.ResolveCase{Case: l.Case.ID, By: agent}))
		w.must(w.order(desk.ConfirmSatisfied{Case: l.Case.ID, By: agent}))
		w.pass(30 * orrery.Day)
	}
	w.expect(ana, orrery.Commercial, protect.GateClear)
}

func TestReopeningHoldsAgainAndOwesAgainAlsoAfterTheRest(t *testing.T) {
	for _, wait := range []orrery.Span{0, orrery.Day, 20 * orrery.Day} {
		w := newWorld(t)
		w.consents(ana)
		w.must(w.order(desk.OpenCase{Reporter: ana, Product: "kettle", By: agent}))
		id := w.onlyCase(ana)
		w.must(w.order(desk.ReplyInCase{Case: id, Apology: true, By: agent}))
		w.must(w.order(desk.ResolveCase{Case: id, By: agent}))
		w.must(w.order(desk.ConfirmSatisfied{Case: id, By: agent}))
		w.pass(wait)
		w.must(w.order(desk.ReopenCase{Case: id, By: agent}))
		w.expect(ana, orrery.Commercial, protect.GateCaseOpen)
		if !w.exp[ana].Apologies[0].Due() {
			t.Errorf("reopened %v after it was settled, the case owes no new apology", wait)
		}
		w.pass(60 * orrery.Day)
		w.expect(ana, orrery.Commercial, protect.GateCaseOpen)
	}
}

func TestTheProductOutlastsThePerson(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	w.must(w.order(desk.OpenCase{Reporter: ana, Product: "kettle", By: agent}))
	id := w.onlyCase(ana)
	w.must(w.order(desk.ReplyInCase{Case: id, Apology: true, By: agent}))
	w.must(w.order(desk.ResolveCase{Case: id, By: agent}))
	w.must(w.order(desk.ConfirmSatisfied{Case: id, By: agent}))
	w.pass(30 * orrery.Day)
	offer := func(product string) string {
		return protect.Ask(w.protect, w.exp[ana], protect.Question{Now: w.now, Class: orrery.Commercial, Channel: "email", Product: product, Known: true}).Reason
	}
	if offer("toaster") != protect.GateClear || offer("kettle") != protect.GateProductHold {
		t.Fatalf("30 days later the toaster is answered %s and the kettle %s, expected clear and product_hold", offer("toaster"), offer("kettle"))
	}
	w.pass(60 * orrery.Day)
	if offer("kettle") != protect.GateClear {
		t.Fatalf("90 days later the kettle is answered %s, expected clear", offer("kettle"))
	}
}

func TestViewsOfTheProductBeforeTheComplaintAreWithdrawnOnEveryFragment(t *testing.T) {
	w := newWorld(t)
	w.see(ana, ben)
	w.person[ben] = ana // ben is what ana's browser is known by
	w.must(w.order(desk.OpenCase{Reporter: ana, Product: "kettle", By: agent}))
	got := map[orrery.FragmentID]bool{}
	for _, v := range facts[*orrery.ViewsWithdrawn](w) {
		got[v.Fragment] = true
		if v.Product != "kettle" || v.To != w.now || v.From != w.now.Add(-14*orrery.Day) {
			t.Errorf("views of %q from %v to %v were withdrawn, expected the kettle's of the 14 days before %v", v.Product, v.From, v.To, w.now)
		}
	}
	if !got[ana] || !got[ben] {
		t.Fatalf("views were withdrawn on %v, expected on both fragments", got)
	}
}

func TestAnUnhappyAnswerHoldsAndAVerifiedHappyOneStartsTheRest(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	id := w.complain(ana)
	w.must(w.order(desk.ReplyInCase{Case: id, Apology: true, By: agent}))
	answer := func(score int, trust orrery.Trust, verified bool) {
		w.touch(ana, orrery.Touch{Kind: orrery.SurveyTouch, Trust: trust, Channel: "web",
			Survey: &orrery.SurveyAnswer{Survey: desk.CaseSatisfaction, Case: id, Score: score, Scale: 5, Verified: verified}})
	}
	answer(5, orrery.Server, true) // before it is resolved: no end
	w.expect(ana, orrery.Commercial, protect.GateCaseOpen)
	w.must(w.order(desk.ResolveCase{Case: id, By: agent}))
	answer(5, orrery.Public, false)
	w.expect(ana, orrery.Commercial, protect.GateCaseUnconfirmed)
	answer(3, orrery.Public, true)
	w.expect(ana, orrery.Commercial, protect.GateCaseUnconfirmed)
	answer(1, orrery.Public, false)
	w.expect(ana, orrery.Commercial, protect.GateCaseOpen)
	w.must(w.order(desk.ReplyInCase{Case: id, Apology: true, By: agent}))
	w.must(w.order(desk.ResolveCase{Case: id, By: agent}))
	answer(4, orrery.Public, true)
	w.expect(ana, orrery.Commercial, protect.GateRest)
	answer(2, orrery.Server, true)
	w.expect(ana, orrery.Commercial, protect.GateCaseOpen)
	if n := len(w.cases); n != 1 {
		t.Fatalf("answers about one case made %d cases", n)
	}
}

func TestATextThatMayBeAComplaintHoldsSoftlyForAtMostTwoDays(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	w.touch(ana, message(500))
	w.expect(ana, orrery.Commercial, protect.GateSoftHold)
	if len(w.cases) != 0 {
		t.Fatal("a text that only may be a complaint opened a case")
	}
	w.pass(48*orrery.Hour - 1)
	w.expect(ana, orrery.Commercial, protect.GateSoftHold)
	w.pass(1)
	w.expect(ana, orrery.Commercial, protect.GateClear)
}

func TestNoReleasesASoftHoldAtOnceAndYesOpensTheCase(t *testing.T) {
	for _, yes := range []bool{false, true} {
		w := newWorld(t)
		w.consents(ana)
		touch := w.touch(ana, orrery.Touch{Kind: orrery.MessageTouch, Product: "kettle", Channel: "chat",
			Message: &orrery.Message{Text: "...", Thread: "t1"}, Signals: &orrery.Signals{Intents: []orrery.Label{label(orrery.IntentComplaint, 500)}}})
		review := facts[*orrery.ReviewOpened](w)[0]
		if err := w.order(desk.AnswerReview{Fragment: ana, Review: review.Review, Yes: yes, By: orrery.Actor{Name: "shop", Trust: orrery.Server}}); orrery.KindOf(err) != orrery.KindDenied {
			t.Fatalf("a key that is nobody's answered a review: %v", err)
		}
		w.must(w.order(desk.AnswerReview{Fragment: ana, Review: review.Review, Yes: yes, By: agent}))
		for _, h := range w.exp[ana].Holds {
			if h.Kind == orrery.HoldSoft {
				t.Errorf("answered %v, the soft hold is still there", yes)
			}
		}
		if !yes {
			w.expect(ana, orrery.Commercial, protect.GateClear)
			continue
		}
		w.expect(ana, orrery.Commercial, protect.GateCaseOpen)
		c := w.cases[w.onlyCase(ana)]
		if c.Touch != touch || c.Product != "kettle" || c.Channel != "chat" {
			t.Errorf("the case made of a review names touch %v, product %q, channel %q, expected those of the text", c.Touch, c.Product, c.Channel)
		}
	}
}

func TestHistoryStartsNothingButItsRefusalsCount(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	old := message(950)
	old.Historical, old.At = true, w.now.Add(-400*orrery.Day)
	old.Signals.Life = []orrery.Label{{Name: "bereavement", Confidence: 950, Who: "self"}}
	old.Consents = []orrery.ConsentClaim{{Purpose: orrery.Marketing, Channel: "email", Answer: orrery.Refused}}
	w.touch(ana, old)
	w.expect(ana, orrery.Commercial, protect.GateRefused)
	if e := w.exp[ana]; len(w.cases) != 0 || len(e.Holds) != 0 || len(e.Signals) != 0 || len(e.Life) != 0 {
		t.Fatalf("a message of last year started something: %d cases, %d holds, %d signals, %d events", len(w.cases), len(e.Holds), len(e.Signals), len(e.Life))
	}
}

func TestOnlyAPersonsCorrectionTakesBackWhatATextCaused(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	touch := w.touch(ana, message(900))
	model := orrery.Actor{Name: "onnx/3", Trust: orrery.Internal}
	none := orrery.Signals{Revision: 2, Polarity: orrery.Positive, Confidence: 900}
	w.Emit(&orrery.SignalsRevised{Touch: touch, Fragment: ana, Signals: none, By: model})
	w.settle()
	w.expect(ana, orrery.Commercial, protect.GateCaseOpen)
	w.Emit(&orrery.SignalsRevised{Touch: touch, Fragment: ana, Signals: none, By: agent})
	w.settle()
	w.expect(ana, orrery.Commercial, protect.GateClear)
	for _, s := range w.exp[ana].Signals {
		if !s.Done {
			t.Errorf("signal %s is still open after a person said that it is none", s.Name)
		}
	}
	w.Emit(&orrery.SignalsRevised{Touch: touch, Fragment: ana, Signals: *message(990).Signals, By: model})
	w.settle()
	w.expect(ana, orrery.Commercial, protect.GateClear) // what a person dismissed, a model does not bring back
}

func TestALaterModelMayAddAHold(t *testing.T) {
	w := newWorld(t)
	w.consents(ana)
	touch := w.touch(ana, message(100))
	w.expect(ana, orrery.Commercial, protect.GateClear)
	w.Emit(&orrery.SignalsRevised{Touch: touch, Fragment: ana, Signals: *message(800).Signals, By: orrery.Actor{Name: "onnx/3", Trust: orrery.Internal}})
	w.settle()
	w.expect(ana, orrery.Commercial, protect.GateCaseOpen)
}
