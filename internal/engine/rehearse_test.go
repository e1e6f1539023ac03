package engine_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/protect"
)

func (h *house) rehearse(policy string, span orrery.Span) *engine.Rehearsal {
	h.Helper()
	p, err := engine.ParsePolicy(policy)
	if err != nil {
		h.Fatal(err)
	}
	last := 0
	r, err := h.w.Rehearse(context.Background(), p, span, func(percent int) {
		if percent <= last || percent > 100 {
			h.Errorf("progress goes from %d to %d percent", last, percent)
		}
		last = percent
	})
	if err != nil {
		h.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(h.dir, "verify-*")); len(left) > 0 {
		h.Errorf("the rehearsal leaves %v behind", left)
	}
	return r
}

// rule is the line of a rule in a rehearsal; empty when nothing differed.
func rule(r *engine.Rehearsal, name string) engine.RuleTrial {
	for _, x := range r.Rules {
		if strings.HasPrefix(x.Rule, name) {
			return x
		}
	}
	return engine.RuleTrial{}
}

// days of a shop: ann complains and is satisfied a day later, bob and others look at shoes, offers go out every day.
func (h *house) days(n int) (offers []orrery.IntentID) {
	staff := orrery.Actor{Name: "agent", Trust: orrery.Staff}
	for _, who := range []string{"ann", "bob"} {
		h.touch(view(who, "shoe"))
		h.do(engine.Protect{Command: protect.SetConsent{Fragment: h.w.Find(orrery.UserID, who), Claim: orrery.ConsentClaim{Purpose: orrery.Marketing, Channel: "email", Answer: orrery.Granted}, By: staff}})
	}
	for day := range n {
		h.touch(view("bob", "shoe"))
		switch day {
		case 1:
			h.touch(complaint("ann"))
		case 2:
			c := h.person("ann").Desk.Open()[0].Case.ID
			h.do(engine.Care{Command: desk.ReplyInCase{Case: c, Apology: true, By: staff}})
			h.do(engine.Care{Command: desk.ResolveCase{Case: c, By: staff}})
			h.do(engine.Care{Command: desk.ConfirmSatisfied{Case: c, By: staff}})
		}
		f := h.do(engine.Offer{Offer: act.Offer{Intent: orrery.Intent{Fragment: h.w.Find(orrery.UserID, "ann"), Class: orrery.Commercial, Channel: "email",
			Theme: fmt.Sprintf("day %d", day), UsefulUntil: orrery.InstantOf(h.wall()).Add(12 * orrery.Hour), By: staff}}}).(*orrery.IntentOffered)
		offers = append(offers, f.Intent.ID)
		h.pass(24 * time.Hour)
		h.do(engine.Look{Fragment: h.w.Find(orrery.UserID, "ann")})
	}
	return offers
}

func TestAPolicyThatChangesNothingRehearsesWithoutADifference(t *testing.T) {
	h := newHouse(t)
	h.days(12)
	before, _ := os.ReadDir(h.dir)
	r := h.rehearse(testPolicy, 7*orrery.Day)
	if len(r.Rules) != 0 || len(r.Messages) != 0 {
		t.Errorf("the policy in force differs from itself: %+v, %+v", r.Rules, r.Messages)
	}
	if r.Inputs < 14 || r.Offered < 7 {
		t.Errorf("seven days hold a look and an offer each; only %d inputs were played, %d messages compared", r.Inputs, r.Offered)
	}
	if len(r.LeftOut) != 0 {
		t.Errorf("all of this can be played again, and yet was left out: %+v", r.LeftOut)
	}
	after, _ := os.ReadDir(h.dir)
	if len(before) != len(after) {
		t.Errorf("the directory held %d entries and holds %d", len(before), len(after))
	}
	if v, err := h.w.Verify(context.Background()); err != nil || len(v.Differences) > 0 {
		t.Errorf("the rehearsal changed the workspace: %v %v", err, v)
	}
}

func TestARehearsalSaysWhichMessagesAShorterRestWouldHaveSent(t *testing.T) {
	h := newHouse(t)
	offers := h.days(14)
	r := h.rehearse(testPolicy+"\nprotection:\n  rest:\n    low: 1d\n    medium: 1d\n    high: 1d\n", 30*orrery.Day)
	if len(r.Messages) == 0 {
		t.Fatalf("with a rest of a day instead of a week, messages would have gone out: %+v", r)
	}
	m := r.Messages[0]
	if !strings.HasPrefix(m.From, "dropped") || m.To != "accepted" || m.Count < 3 || !slices.Contains(offers, m.Examples[0]) {
		t.Errorf("at least three offers were of no use after the rest and would have gone out: %+v; the offers were %v", r.Messages, offers)
	}
	if x := rule(r, "hold rest ended"); x.OnlyBefore != 1 || x.OnlyAfter != 1 || len(x.Examples) != 1 || x.Examples[0] != h.person("ann").ID {
		t.Errorf("ann's rest ends on another day: %+v in %+v", x, r.Rules)
	}
	if x := rule(r, "audience"); x.Rule != "" && !strings.Contains(x.Rule, "runners") {
		t.Errorf("no audience of this policy changes by that: %+v", x)
	}
	if len(r.LeftOut) != 0 {
		t.Errorf("nothing had to be left out, and yet: %+v", r.LeftOut)
	}
}

func TestARehearsalBeginsWithTheStateOfThen(t *testing.T) {
	h := newHouse(t)
	h.touch(view("bob", "shoe")) // weeks before the span
	h.pass(5 * 24 * time.Hour)
	h.touch(view("bob", "shoe"))
	h.touch(view("eve", "shoe"))
	r := h.rehearse(testPolicy+"\nprotection:\n  ads_need_consent: false\n", 3*orrery.Day)
	if x := rule(r, "audience runners entered"); x.Before != 0 || x.After != 1 || x.Examples[0] != h.person("bob").ID {
		t.Errorf("with the look of five days ago, bob alone would have entered: %+v in %+v", x, r)
	}
}

func TestARehearsalFollowsACaseThatOnlyOnePolicyOpens(t *testing.T) {
	h := newHouse(t)
	h.days(5)
	r := h.rehearse(testPolicy+"\ncases:\n  complaint_certain: 1000\n  complaint_maybe: 1000\n", 30*orrery.Day)
	if x := rule(r, "case opened"); x.Before != 1 || x.After != 0 {
		t.Errorf("nothing is certain enough for this policy: %+v in %+v", x, r.Rules)
	}
	if x := rule(r, "hold case placed"); x.Before != 1 || x.After != 0 {
		t.Errorf("without a case there is no hold: %+v", x)
	}
	if len(r.LeftOut) != 1 || r.LeftOut[0].Count != 3 || !strings.Contains(r.LeftOut[0].What, "on trial") {
		t.Errorf("an answer, a solution and a satisfaction are about a case that this policy does not open: %+v", r.LeftOut)
	}
}
