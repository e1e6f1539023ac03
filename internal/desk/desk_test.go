package desk_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/desk"
)

func TestHowSureWeAreDecidesBetweenACaseAQuestionAndNothing(t *testing.T) {
	for _, c := range []struct {
		confidence     orrery.Confidence
		cases, reviews int
	}{{449, 0, 0}, {450, 0, 1}, {699, 0, 1}, {700, 1, 0}} {
		w := newWorld(t)
		w.touch(ana, complaint(c.confidence).touch)
		if len(w.cases) != c.cases || w.reviews(desk.AboutComplaint) != c.reviews {
			t.Errorf("a text of %d thousandths made %d cases and %d questions, expected %d and %d", c.confidence, len(w.cases), w.reviews(desk.AboutComplaint), c.cases, c.reviews)
		}
	}
}

func TestACaseSaysWhatTheComplaintSaid(t *testing.T) {
	w := newWorld(t)
	m := complaint(900).about("kettle", "o1", "t1")
	m.touch.Message.Subject = "Broken again"
	w.affected[orrery.TouchID(w.NextID())] = mum
	touch := w.touch(ana, m.touch)
	want := &orrery.Case{ID: w.only().ID, Reporter: ana, Affected: mum, Touch: touch, Status: orrery.CaseOpen, Severity: orrery.Low, Product: "kettle", Order: "o1",
		Channel: "email", Title: "Broken again", Verified: true, OpenedAt: noon, ChangedAt: noon, Theme: desk.ThemeComplaint}
	if d := cmp.Diff(want, w.only()); d != "" {
		t.Fatalf("the case differs (-expected +opened):\n%s", d)
	}
}

func TestOneMatterIsOneCaseHoweverOftenItIsReported(t *testing.T) {
	for name, c := range map[string]struct {
		first, second *told
		cases         int
	}{
		"same order":            {complaint(900).about("kettle", "o1", ""), complaint(900).about("", "o1", "t9"), 1},
		"same thread":           {complaint(900).about("", "", "t1"), complaint(900).about("kettle", "", "t1"), 1},
		"same product":          {complaint(900).about("kettle", "", "t1"), complaint(900).about("kettle", "", "t2"), 1},
		"names nothing":         {complaint(900).about("kettle", "o1", ""), complaint(900), 1},
		"first named nothing":   {complaint(900), complaint(900).about("kettle", "", ""), 1},
		"another product":       {complaint(900).about("kettle", "", ""), complaint(900).about("toaster", "", ""), 2},
		"another order":         {complaint(900).about("", "o1", ""), complaint(900).about("", "o2", ""), 2},
		"another thread, order": {complaint(900).about("", "o1", "t1"), complaint(900).about("", "", "t2"), 2},
	} {
		w := newWorld(t)
		w.touch(ana, c.first.touch)
		w.pass(orrery.Day)
		w.touch(ana, c.second.touch)
		if len(w.cases) != c.cases {
			t.Errorf("%s: two complaints made %d cases, expected %d", name, len(w.cases), c.cases)
		}
		if c.cases == 1 && !slices.Equal(w.changes(), []string{desk.ReportedAgain}) {
			t.Errorf("%s: the case changed by %v, expected reported_again", name, w.changes())
		}
		w.replayed()
	}
}

func TestTheMergeWindowEnds(t *testing.T) {
	w := newWorld(t)
	w.touch(ana, complaint(900).about("kettle", "", "").touch)
	w.pass(14*orrery.Day + 1)
	w.touch(ana, complaint(900).about("kettle", "", "").touch)
	if len(w.cases) != 2 {
		t.Fatalf("a complaint after the window made %d cases in all, expected 2", len(w.cases))
	}
}

func TestTheAffectedPersonsOwnReportJoinsTheCase(t *testing.T) {
	w := newWorld(t)
	w.affected[orrery.TouchID(w.NextID())] = mum
	w.touch(ana, complaint(900).about("line", "", "").touch)
	w.touch(mum, complaint(900).about("line", "", "").touch)
	if c := w.only(); c.Reporter != ana || c.Affected != mum {
		t.Fatalf("the case now names %d and %d", c.Reporter, c.Affected)
	}
}

func TestSomebodyWhoIsBothReporterAndAffectedIsNamedOnce(t *testing.T) {
	w := newWorld(t)
	w.person[mum] = ana
	w.affected[orrery.TouchID(w.NextID())] = mum
	w.touch(ana, complaint(900).touch)
	if c := w.only(); c.Affected != 0 {
		t.Fatalf("the case names the reporter as affected too: %d", c.Affected)
	}
}

func TestSeverityFollowsTheRules(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*told)
		want   orrery.Severity
	}{
		"plain":          {func(m *told) {}, orrery.Low},
		"angry":          {func(m *told) { m.signals.Emotions = []orrery.Label{{Name: "anger", Confidence: 600}} }, orrery.Medium},
		"a little angry": {func(m *told) { m.signals.Emotions = []orrery.Label{{Name: "anger", Confidence: 599}} }, orrery.Low},
		"in public":      {func(m *told) { m.touch.Message.Public = true }, orrery.Medium},
		"about to leave": {func(m *told) {
			m.signals.Intents = append(m.signals.Intents, orrery.Label{Name: "cancellation", Confidence: 700})
		}, orrery.Medium},
		"press":                {func(m *told) { m.signals.Risks = []orrery.Label{{Name: "press", Confidence: 700}} }, orrery.Medium},
		"somebody was hurt":    {func(m *told) { m.signals.Risks = []orrery.Label{{Name: "injury", Confidence: 500}} }, orrery.High},
		"somebody may be hurt": {func(m *told) { m.signals.Risks = []orrery.Label{{Name: "injury", Confidence: 499}} }, orrery.Low},
		"angry, and in public": {func(m *told) {
			m.touch.Message.Public = true
			m.signals.Emotions = []orrery.Label{{Name: "anger", Confidence: 900}}
		}, orrery.High},
	} {
		w := newWorld(t)
		m := complaint(900)
		c.change(m)
		w.touch(ana, m.touch)
		if got := w.only().Severity; got != c.want {
			t.Errorf("%s: a case of severity %s, expected %s", name, got, c.want)
		}
	}
	w := newWorld(t)
	w.touch(ana, complaint(900).about("kettle", "", "").touch)
	w.touch(ana, complaint(900).about("toaster", "", "").touch)
	w.touch(ana, complaint(900).about("kettle", "", "").touch)
	var got []orrery.Severity
	for _, l := range desk.View(w, ana).Open() {
		got = append(got, l.Case.Severity)
	}
	if !slices.Equal(got, []orrery.Severity{orrery.Medium, orrery.Medium}) {
		t.Errorf("a second case and a repeated one have severities %v, expected medium both", got)
	}
}

func TestPublicComplaintsAreHeardUnverifiedAndLimited(t *testing.T) {
	w := newWorld(t)
	say := func(product string) {
		m := complaint(900).about(product, "", "")
		m.touch.Trust = orrery.Public
		w.touch(ana, m.touch)
	}
	for _, product := range []string{"a", "b", "c", "d"} {
		say(product)
	}
	if len(w.cases) != 3 || w.reviews(desk.AboutComplaint) != 1 {
		t.Fatalf("four public complaints made %d cases and %d questions, expected 3 and 1", len(w.cases), w.reviews(desk.AboutComplaint))
	}
	for _, c := range w.cases {
		if c.Verified {
			t.Error("a complaint by a public key made a verified case")
		}
	}
	say("a") // no new case, so no limit
	if n := len(w.changes()); n != 1 {
		t.Errorf("a repeated report made %d changes, expected one", n)
	}
	w.touch(ana, complaint(900).about("e", "", "").touch)
	if len(w.cases) != 4 {
		t.Error("a complaint by a secret key was limited")
	}
	w.pass(orrery.Day)
	say("f")
	if len(w.cases) != 5 {
		t.Error("a day later a public complaint is still limited")
	}
}

func TestTheAffectedPersonIsLimitedToo(t *testing.T) {
	w := newWorld(t)
	for i := range 5 {
		m := complaint(900)
		m.touch.Trust = orrery.Public
		stranger := orrery.FragmentID(100 + i)
		w.see(stranger)
		w.affected[orrery.TouchID(w.NextID())] = mum
		m.about("p"+string(rune('a'+i)), "", "")
		w.touch(stranger, m.touch)
	}
	if len(w.cases) != 3 {
		t.Fatalf("five strangers with a public key made %d cases about one person, expected 3", len(w.cases))
	}
}

func TestTimeAsksRemindsAndEscalatesButNeverEndsACase(t *testing.T) {
	w := newWorld(t)
	w.touch(ana, complaint(900).touch)
	id := w.only().ID
	w.pass(30 * orrery.Day)
	if len(w.changes()) != 0 {
		t.Fatalf("an open case changed by itself: %v", w.changes())
	}
	w.must(w.order(desk.ResolveCase{Case: id, By: agent}))
	for _, step := range []struct {
		after orrery.Span
		want  []string
	}{
		{orrery.Hour - 1, []string{"resolved"}},
		{1, []string{"resolved", "asked"}},
		{3*orrery.Day - 1, []string{"resolved", "asked"}},
		{1, []string{"resolved", "asked", "reminded"}},
		{4*orrery.Day - orrery.Hour - 1, []string{"resolved", "asked", "reminded"}},
		{1, []string{"resolved", "asked", "reminded", "escalated"}},
		{400 * orrery.Day, []string{"resolved", "asked", "reminded", "escalated"}},
	} {
		w.pass(step.after)
		if d := cmp.Diff(step.want, w.changes()); d != "" {
			t.Fatalf("%v after the step before, the case has (-expected +got):\n%s", step.after, d)
		}
	}
	c := w.only()
	if c.Status != orrery.CaseResolved || c.Asked != 2 || !c.Escalated || w.reviews(desk.AboutEscalation) != 1 {
		t.Fatalf("in the end the case is %s, asked %d times, escalated %v with %d reviews", c.Status, c.Asked, c.Escalated, w.reviews(desk.AboutEscalation))
	}
	w.must(w.order(desk.ConfirmSatisfied{Case: id, By: agent}))
	w.replayed()
}

func TestASleepingTimerAsksOnceAndStillReminds(t *testing.T) {
	w := newWorld(t)
	w.affected[orrery.TouchID(w.NextID())] = mum
	w.touch(ana, complaint(900).touch)
	w.must(w.order(desk.ResolveCase{Case: w.only().ID, By: agent}))
	w.now = w.now.Add(5 * orrery.Day)
	for _, who := range []orrery.FragmentID{mum, ana} { // whoever of the two is woken first
		desk.Wake(w, w.policy, who)
		w.settle()
	}
	if d := cmp.Diff([]string{"resolved", "asked"}, w.changes()); d != "" {
		t.Fatalf("five days late (-expected +got):\n%s", d)
	}
}

func TestAReopenedCaseIsAskedAnew(t *testing.T) {
	w := newWorld(t)
	w.touch(ana, complaint(900).about("kettle", "", "").touch)
	id := w.only().ID
	w.must(w.order(desk.ResolveCase{Case: id, By: agent}))
	w.pass(2 * orrery.Hour)
	w.touch(ana, complaint(900).about("kettle", "", "").touch)
	if c := w.only(); c.Status != orrery.CaseOpen || c.Asked != 0 {
		t.Fatalf("reported again after it was resolved, the case is %s and asked %d times, expected open and none", c.Status, c.Asked)
	}
	w.must(w.order(desk.ResolveCase{Case: id, By: agent}))
	if got := desk.View(w, ana).Resolved(id); got != w.now {
		t.Fatalf("the desk says that it was resolved at %v, expected now", got)
	}
	w.pass(2 * orrery.Hour)
	if d := cmp.Diff([]string{"resolved", "asked", "reopened", "resolved", "asked"}, w.changes()); d != "" {
		t.Fatalf("changes (-expected +got):\n%s", d)
	}
}

func TestAnUnhappyAnswerToAnySurveyIsAComplaint(t *testing.T) {
	for name, c := range map[string]struct {
		answer   orrery.SurveyAnswer
		trust    orrery.Trust
		cases    int
		verified bool
	}{
		"server, lowest":     {orrery.SurveyAnswer{Survey: "nps", Score: 1, Scale: 10}, orrery.Server, 1, true},
		"token, low":         {orrery.SurveyAnswer{Survey: "csat", Score: 2, Scale: 5, Verified: true}, orrery.Public, 1, true},
		"public, low":        {orrery.SurveyAnswer{Survey: "csat", Score: 2, Scale: 5}, orrery.Public, 1, false},
		"middling":           {orrery.SurveyAnswer{Survey: "csat", Score: 3, Scale: 5}, orrery.Server, 0, false},
		"happy":              {orrery.SurveyAnswer{Survey: "csat", Score: 5, Scale: 5}, orrery.Server, 0, false},
		"about no such case": {orrery.SurveyAnswer{Survey: desk.CaseSatisfaction, Case: 99, Score: 1, Scale: 5}, orrery.Server, 1, true},
	} {
		w := newWorld(t)
		w.touch(ana, orrery.Touch{Kind: orrery.SurveyTouch, Trust: c.trust, Survey: &c.answer})
		if len(w.cases) != c.cases {
			t.Errorf("%s: %d cases, expected %d", name, len(w.cases), c.cases)
		}
		for _, k := range w.cases {
			if k.Verified != c.verified || k.Theme != desk.ThemeUnhappy {
				t.Errorf("%s: the case is verified %v and comes from %s, expected %v and unhappy_answer", name, k.Verified, k.Theme, c.verified)
			}
		}
	}
}

func TestAnAnswerEndsOnlyTheAnswerersOwnResolvedCase(t *testing.T) {
	happy := func(w *world, who orrery.FragmentID, comment orrery.Confidence) {
		m := orrery.Touch{Kind: orrery.SurveyTouch, Survey: &orrery.SurveyAnswer{Survey: desk.CaseSatisfaction, Case: w.only().ID, Score: 5, Scale: 5, Verified: true}}
		if comment > 0 {
			m.Signals = complaint(comment).signals
		}
		w.touch(who, m)
	}
	w := newWorld(t)
	w.touch(ana, complaint(900).touch)
	w.must(w.order(desk.ResolveCase{Case: w.only().ID, By: agent}))
	happy(w, mum, 0)
	if s := w.only().Status; s != orrery.CaseResolved {
		t.Fatalf("somebody else's answer made the case %s", s)
	}
	happy(w, ana, 900)
	if s := w.only().Status; s != orrery.CaseOpen {
		t.Fatalf("five stars with a complaint beside them made the case %s, expected open again", s)
	}
	w.must(w.order(desk.ResolveCase{Case: w.only().ID, By: agent}))
	happy(w, ana, 0)
	if s := w.only().Status; s != orrery.CaseSatisfied {
		t.Fatalf("a happy answer made the case %s, expected satisfied", s)
	}
}

func TestEveryCommandSaysWhoMayAndWhenItMakesSense(t *testing.T) {
	w := newWorld(t)
	w.must(w.order(desk.OpenCase{Reporter: ana, By: shop}))
	id := w.only().ID
	refused := func(what string, kind orrery.ErrorKind, c desk.Command) {
		t.Helper()
		before := len(w.log)
		if err := w.order(c); err == nil || orrery.KindOf(err) != kind {
			t.Errorf("%s was answered %v, expected a refusal as %s", what, err, kind)
		}
		if len(w.log) != before {
			t.Errorf("%s was refused but changed something", what)
		}
	}
	refused("a public key opening a case", orrery.KindDenied, desk.OpenCase{Reporter: ana, By: site})
	refused("a case of nobody", orrery.KindInvalid, desk.OpenCase{By: shop})
	refused("a severity that is none", orrery.KindInvalid, desk.OpenCase{Reporter: ana, Severity: 9, By: shop})
	for what, c := range map[string]desk.Command{
		"resolving": desk.ResolveCase{Case: id, By: shop}, "reopening": desk.ReopenCase{Case: id, By: shop}, "dismissing": desk.DismissCase{Case: id, By: shop},
		"judging": desk.SetSeverity{Case: id, Severity: orrery.High, By: shop}, "confirming": desk.ConfirmSatisfied{Case: id, By: shop},
		"replying": desk.ReplyInCase{Case: id, By: shop}, "answering": desk.AnswerReview{Fragment: ana, Review: 1, By: shop}, "naming": desk.SetProduct{Case: id, Product: "x", By: shop},
	} {
		refused("a key "+what, orrery.KindDenied, c)
	}
	refused("resolving what is not", orrery.KindNotFound, desk.ResolveCase{Case: 99, By: agent})
	refused("reopening what is open", orrery.KindConflict, desk.ReopenCase{Case: id, By: agent})
	refused("confirming what is open", orrery.KindConflict, desk.ConfirmSatisfied{Case: id, By: agent})
	refused("replying to a stranger", orrery.KindInvalid, desk.ReplyInCase{Case: id, To: mum, By: agent})
	refused("answering no question", orrery.KindNotFound, desk.AnswerReview{Fragment: ana, Review: 1, By: agent})
	refused("naming no product", orrery.KindInvalid, desk.SetProduct{Case: id, By: agent})
	w.must(w.order(desk.SetProduct{Case: id, Product: "kettle", By: agent}))
	refused("naming another product", orrery.KindConflict, desk.SetProduct{Case: id, Product: "toaster", By: agent})
	w.must(w.order(desk.DismissCase{Case: id, By: agent}))
	refused("dismissing twice", orrery.KindConflict, desk.DismissCase{Case: id, By: agent})
	refused("resolving what is dismissed", orrery.KindConflict, desk.ResolveCase{Case: id, By: agent})
}

func TestAReviewIsAskedOnceAnsweredOnceAndLapses(t *testing.T) {
	w := newWorld(t)
	touch := w.touch(ana, complaint(500).touch)
	w.Emit(&orrery.SignalsRevised{Touch: touch, Fragment: ana, Signals: *complaint(600).signals, By: orrery.Actor{Name: "model", Trust: orrery.Internal}})
	w.settle()
	if n := w.reviews(desk.AboutComplaint); n != 1 {
		t.Fatalf("one text was put before a person %d times", n)
	}
	id := w.desks[ana].Reviews[0].ID
	w.pass(7 * orrery.Day)
	if got := w.desks[ana].Reviews[0].Answer; got != desk.Expired {
		t.Fatalf("after a week the question is %q, expected expired", got)
	}
	if err := w.order(desk.AnswerReview{Fragment: ana, Review: id, Yes: true, By: agent}); orrery.KindOf(err) != orrery.KindConflict {
		t.Fatalf("an expired question was answered: %v", err)
	}
}

func TestACorrectionDismissesOnlyACaseThatNothingElseReported(t *testing.T) {
	for _, again := range []bool{false, true} {
		w := newWorld(t)
		touch := w.touch(ana, complaint(900).touch)
		if again {
			w.touch(ana, complaint(900).touch)
		}
		w.Emit(&orrery.SignalsRevised{Touch: touch, Fragment: ana, Signals: orrery.Signals{Revision: 2}, By: agent})
		w.settle()
		want := orrery.CaseDismissed
		if again {
			want = orrery.CaseOpen
		}
		if got := w.only().Status; got != want {
			t.Errorf("corrected, and reported again %v: the case is %s, expected %s", again, got, want)
		}
	}
}

func TestOnlyAReportThatNamesAnEndedMatterOpensItAgain(t *testing.T) {
	for name, c := range map[string]struct {
		end    func(*world, orrery.CaseID)
		report *told
		cases  int
	}{
		"satisfied, and named":     {satisfy, complaint(900).about("kettle", "", ""), 1},
		"satisfied, and not named": {satisfy, complaint(900), 2},
		"dismissed, and named":     {func(w *world, id orrery.CaseID) { w.must(w.order(desk.DismissCase{Case: id, By: agent})) }, complaint(900).about("kettle", "", ""), 2},
	} {
		w := newWorld(t)
		w.touch(ana, complaint(900).about("kettle", "", "").touch)
		c.end(w, w.only().ID)
		w.touch(ana, c.report.touch)
		if len(w.cases) != c.cases {
			t.Errorf("%s: %d cases, expected %d", name, len(w.cases), c.cases)
		}
		if open := desk.View(w, ana).Open(); len(open) != 1 {
			t.Errorf("%s: %d cases are open, expected one", name, len(open))
		}
	}
}

func satisfy(w *world, id orrery.CaseID) {
	w.must(w.order(desk.ResolveCase{Case: id, By: agent}))
	w.must(w.order(desk.ConfirmSatisfied{Case: id, By: agent}))
}

func TestALaterModelStartsNothingOutOfHistory(t *testing.T) {
	w := newWorld(t)
	old := complaint(100)
	old.touch.Historical = true
	touch := w.touch(ana, old.touch)
	revise := func(by orrery.Actor) {
		w.Emit(&orrery.SignalsRevised{Touch: touch, Fragment: ana, Signals: *complaint(950).signals, By: by})
		w.settle()
	}
	revise(orrery.Actor{Name: "model", Trust: orrery.Internal})
	if len(w.cases) != 0 {
		t.Fatal("a model's second look at last year's message opened a case")
	}
	revise(agent)
	revise(agent)
	if len(w.cases) != 1 {
		t.Fatalf("a person who says that it is a complaint, twice, made %d cases, expected one", len(w.cases))
	}
}
