package view

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
)

// lists is a follower of a log that the test writes.
type lists struct {
	*testing.T
	*Follower
	s   *tape
	ctx context.Context
}

func newLists(t *testing.T) *lists {
	s := newTape("a")
	l := &lists{T: t, s: s, ctx: context.Background(), Follower: follow(t, t.TempDir(), s)}
	t.Cleanup(func() { l.stop(t) })
	return l
}

func (l *lists) put(facts ...orrery.Fact) {
	l.Helper()
	l.reach(l.T, l.s.put(facts...))
}

func (l *lists) ledger(by LedgerFilter) []Entry {
	l.Helper()
	return must[List[Entry]](l.T)(l.Ledger(l.ctx, by)).Items
}

func TestPagesCoverAListOnceNewestFirst(t *testing.T) {
	l := newLists(t)
	var want []orrery.CaseID
	for i := range 23 {
		id := l.s.next(0)
		l.put(opened(id, orrery.FragmentID(i), 0))
		want = append(want, orrery.CaseID(id))
	}
	slices.Reverse(want)
	var got []orrery.CaseID
	by := CaseFilter{Page: Page{Limit: 5}}
	for pages := 1; ; pages++ {
		list := must[List[orrery.Case]](t)(l.Cases(l.ctx, by))
		for _, c := range list.Items {
			got = append(got, c.ID)
		}
		if len(got) == 10 { // what is opened meanwhile does not disturb the pages
			l.put(opened(l.s.next(0), 99, 0))
		}
		if list.Next == "" {
			if pages != 5 {
				t.Errorf("23 cases in fives are 5 pages, got %d", pages)
			}
			break
		}
		by.After = list.Next
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the pages do not cover the list (-want +got):\n%s", diff)
	}
}

func TestBadPagesAreRefused(t *testing.T) {
	l := newLists(t)
	for _, p := range []Page{{Limit: -1}, {Limit: MaxLimit + 1}, {After: "1.2"}, {After: "not!"}} {
		if _, err := l.Cases(l.ctx, CaseFilter{Page: p}); orrery.KindOf(err) != orrery.KindInvalid {
			t.Errorf("page %+v should be refused, got %v", p, err)
		}
	}
	if _, err := l.Members(l.ctx, MemberFilter{}); orrery.KindOf(err) != orrery.KindInvalid {
		t.Errorf("members of nothing should be refused, got %v", err)
	}
}

func TestCasesAreFoundByEveryFilter(t *testing.T) {
	l := newLists(t)
	one, two := opened(l.s.next(0), 1, 2), opened(l.s.next(1), 3, 0)
	one.Case.Product, one.Case.Title, one.Case.Escalated, one.Case.Severity = "shoe", "GROSSER Ärger mit 100%", true, orrery.High
	two.Case.OpenedAt, two.Case.ChangedAt, two.Case.Status = epoch.Add(orrery.Day), epoch.Add(2*orrery.Day), orrery.CaseResolved
	l.put(one, two)
	yes, no := true, false
	for name, c := range map[string]struct {
		by   CaseFilter
		want []orrery.CaseID
	}{
		"all":             {CaseFilter{}, []orrery.CaseID{two.Case.ID, one.Case.ID}},
		"status":          {CaseFilter{Status: []orrery.CaseStatus{orrery.CaseOpen, orrery.CaseDismissed}}, []orrery.CaseID{one.Case.ID}},
		"severity":        {CaseFilter{Severity: []orrery.Severity{orrery.High}}, []orrery.CaseID{one.Case.ID}},
		"reporter":        {CaseFilter{Fragments: []orrery.FragmentID{9, 3}}, []orrery.CaseID{two.Case.ID}},
		"affected":        {CaseFilter{Fragments: []orrery.FragmentID{2}}, []orrery.CaseID{one.Case.ID}},
		"product":         {CaseFilter{Product: "shoe"}, []orrery.CaseID{one.Case.ID}},
		"title":           {CaseFilter{Title: "ärger MIT 100%"}, []orrery.CaseID{one.Case.ID}},
		"escalated":       {CaseFilter{Escalated: &yes}, []orrery.CaseID{one.Case.ID}},
		"not escalated":   {CaseFilter{Escalated: &no}, []orrery.CaseID{two.Case.ID}},
		"opened since":    {CaseFilter{OpenedSince: epoch.Add(1)}, []orrery.CaseID{two.Case.ID}},
		"opened until":    {CaseFilter{OpenedUntil: epoch.Add(orrery.Day)}, []orrery.CaseID{one.Case.ID}},
		"changed since":   {CaseFilter{ChangedSince: epoch.Add(2 * orrery.Day)}, []orrery.CaseID{two.Case.ID}},
		"changed until":   {CaseFilter{ChangedUntil: epoch.Add(2 * orrery.Day)}, []orrery.CaseID{one.Case.ID}},
		"reporter and no": {CaseFilter{Fragments: []orrery.FragmentID{1, 3}, Product: "boot"}, nil},
	} {
		var got []orrery.CaseID
		for _, c := range must[List[orrery.Case]](t)(l.Cases(l.ctx, c.by)).Items {
			got = append(got, c.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("by %s: want %v, got %v", name, c.want, got)
		}
	}
}

func TestAHoldHasAPastAndAHistory(t *testing.T) {
	l := newLists(t)
	h := orrery.Hold{ID: orrery.HoldID(l.s.next(0)), Kind: orrery.HoldCase, Fragment: 1, Since: epoch, Case: 77, Reason: "hold.case_open"}
	l.put(&orrery.HoldPlaced{Hold: h})
	h.Kind, h.Until = orrery.HoldRest, epoch.Add(7*orrery.Day)
	l.put(&orrery.HoldChanged{Hold: h, Change: "rest", By: "agent"})
	in := must[List[Hold]](t)(l.Holds(l.ctx, HoldFilter{Kinds: []orrery.HoldKind{orrery.HoldRest}, Case: 77, Fragments: []orrery.FragmentID{1}, EndsBefore: epoch.Add(8 * orrery.Day)})).Items
	if len(in) != 1 || in[0].Hold != h || in[0].ReleasedAt != 0 {
		t.Fatalf("the hold should be in force as it stands now: %+v", in)
	}
	if early := must[List[Hold]](t)(l.Holds(l.ctx, HoldFilter{EndsBefore: epoch.Add(7 * orrery.Day)})).Items; len(early) != 0 {
		t.Errorf("no hold ends before then: %+v", early)
	}
	l.put(&orrery.HoldReleased{Hold: h.ID, Was: h.Kind, Fragment: 1, Reason: "satisfied_and_rested"})
	if in := must[List[Hold]](t)(l.Holds(l.ctx, HoldFilter{})).Items; len(in) != 0 {
		t.Errorf("a released hold is not in force: %+v", in)
	}
	past := must[List[Hold]](t)(l.Holds(l.ctx, HoldFilter{Past: true})).Items
	if len(past) != 1 || past[0].Released != "satisfied_and_rested" || past[0].ReleasedAt != l.s.chunks[2].Time {
		t.Errorf("the past should show why and when it was released: %+v", past)
	}
	var what []string
	for _, x := range must[List[HoldLine]](t)(l.HoldHistory(l.ctx, HoldHistoryFilter{Hold: h.ID})).Items {
		what = append(what, x.What+" "+string(x.Kind))
	}
	if diff := cmp.Diff([]string{"released rest", "rest rest", "placed case"}, what); diff != "" {
		t.Errorf("the history of the hold (-want +got):\n%s", diff)
	}
}

func TestAPushIsOnlyRequestedUntilItIsAccepted(t *testing.T) {
	l := newLists(t)
	request := func(version uint64, kind orrery.PushKind, reason string) {
		l.put(&orrery.PushRequested{Fragment: 5, Destination: "ads", Audience: "X-01", Push: kind, Version: version, Reason: reason, Cause: "hld_1"})
	}
	answer := func(version uint64, o orrery.Outcome) {
		l.put(&orrery.PushAnswered{Fragment: 5, Destination: "ads", Audience: "X-01", Version: version, Outcome: o, Detail: "said so", NotBefore: 99})
	}
	request(1, orrery.PushAdd, "rule")
	got := l.ledger(LedgerFilter{Destination: "ads", Outcomes: []orrery.Outcome{Requested}, Waiting: true})
	if len(got) != 1 || got[0].Type != "audience.add" || got[0].AcceptedAt != 0 || got[0].RequestedAt == 0 || got[0].Cause != "hld_1" {
		t.Fatalf("the push waits, requested: %+v", got)
	}
	answer(1, orrery.RetryLater)
	if got := l.ledger(LedgerFilter{Waiting: true}); len(got) != 1 || got[0].Outcome != orrery.RetryLater || got[0].Attempts != 1 || got[0].NotBefore != 99 || got[0].FailedAt == 0 {
		t.Fatalf("the push waits for its next attempt: %+v", got)
	}
	request(2, orrery.PushRemove, "gate.case_open")
	if got := l.ledger(LedgerFilter{Waiting: true}); len(got) != 1 || got[0].Version != 2 {
		t.Fatalf("the removal takes the place of the addition: %+v", got)
	}
	answer(2, orrery.OutcomeDead)
	dead := must[List[Entry]](t)(l.DeadLetters(l.ctx, DeadLetterFilter{Destination: "ads", Fragments: []orrery.FragmentID{5}})).Items
	if len(dead) != 1 || dead[0].Version != 2 || dead[0].Detail != "said so" {
		t.Fatalf("the removal lies among the dead letters: %+v", dead)
	}
	d := must[List[Destination]](t)(l.Destinations(l.ctx, dead[0].FailedAt.Add(orrery.Minute))).Items
	if len(d) != 1 || d[0].Dead != 1 || d[0].Waiting != 0 || d[0].Failing != 1 || d[0].LastAccepted != 0 {
		t.Errorf("the destination is failing: %+v", d)
	}
	request(3, orrery.PushRemove, "gate.case_open") // sent again by hand
	if dead := must[List[Entry]](t)(l.DeadLetters(l.ctx, DeadLetterFilter{})).Items; len(dead) != 0 {
		t.Errorf("asked for again, it is no dead letter any more: %+v", dead)
	}
	answer(3, orrery.Accepted)
	answer(1, orrery.Accepted) // late: it says what the destination once held
	all := l.ledger(LedgerFilter{Fragments: []orrery.FragmentID{5}, List: "X-01", Kinds: []orrery.EffectKind{orrery.EffectPush}})
	if len(all) != 3 || all[0].AcceptedAt == 0 || all[1].SupersededAt == 0 || all[2].AcceptedAt == 0 || all[2].SupersededAt == 0 {
		t.Errorf("every version has its line: %+v", all)
	}
	if n := must[List[Destination]](t)(l.Destinations(l.ctx, epoch)).Items[0]; n.LastAccepted != l.s.chunks[len(l.s.chunks)-1].Time || n.Waiting != 0 {
		t.Errorf("the destination accepted last at %s: %+v", l.s.chunks[len(l.s.chunks)-1].Time, n)
	}
	days := must[List[Day]](t)(l.Daily(l.ctx, epoch, epoch.Add(orrery.Day))).Items
	if len(days) != 1 || days[0].Name != AdvertsWithdrawn || days[0].N != 2 || days[0].Day.Time().Hour() != 0 {
		t.Errorf("two removals were asked for because the gate said so: %+v", days)
	}
}

func TestAMessageIsFollowedFromItsOfferToItsEnd(t *testing.T) {
	l := newLists(t)
	id := orrery.IntentID(l.s.next(0))
	intent := orrery.Intent{ID: id, Fragment: 4, Class: orrery.Commercial, Channel: "email", Destination: "mailer", Theme: "sale", Content: "not kept", At: epoch,
		By: orrery.Actor{Name: "shop", Trust: orrery.Server}, Team: "north"}
	held := orrery.Answer{Verdict: orrery.HoldIt, Reason: "gate.case_open", Evidence: []string{"hld_1", "cas_2"}, Policy: 3}
	l.put(&orrery.IntentOffered{Intent: intent, Answer: held, State: orrery.IntentHeld})
	get := func() Intent {
		t.Helper()
		got := must[List[Intent]](t)(l.Intents(l.ctx, IntentFilter{Fragments: []orrery.FragmentID{4}, Theme: "sale", Team: "north", Channel: "email",
			Destination: "mailer", Classes: []orrery.Class{orrery.Commercial}})).Items
		if len(got) != 1 {
			t.Fatalf("one intent is expected: %+v", got)
		}
		return got[0]
	}
	want := Intent{Intent: intent, State: orrery.IntentHeld, Answer: held, ChangedAt: l.s.chunks[0].Time, Held: true}
	want.Content = ""
	if diff := cmp.Diff(want, get()); diff != "" {
		t.Fatalf("the offer was held (-want +got):\n%s", diff)
	}
	allow := orrery.Answer{Verdict: orrery.Allow, Reason: "gate.clear"}
	first := orrery.EffectID(l.s.next(1))
	l.put(&orrery.IntentChanged{Intent: id, Fragment: 4, State: orrery.IntentQueued, Answer: allow},
		&orrery.EffectRequested{Effect: orrery.Effect{ID: first, Kind: orrery.EffectMessage, Destination: "mailer", Person: 4, Type: "message.send", Intent: id, RequestedAt: epoch}})
	l.put(&orrery.EffectReleased{Effect: first, Intent: id, Fragment: 4, Attempt: 1})
	if x := get(); x.State != orrery.IntentReleased || x.Attempts != 1 || x.Effect != first {
		t.Errorf("the attempt has begun: %+v", x)
	}
	l.put(&orrery.EffectAnswered{Effect: first, Intent: id, Fragment: 4, Attempt: 1, Outcome: orrery.RetryLater, Detail: "busy"})
	if x := get(); x.State != orrery.IntentQueued || x.Outcome != orrery.RetryLater || x.Detail != "busy" {
		t.Errorf("it waits for the next attempt: %+v", x)
	}
	l.put(&orrery.IntentChanged{Intent: id, Fragment: 4, State: orrery.IntentHeld, Answer: held}) // a hold came; the effect is over
	if waiting := l.ledger(LedgerFilter{Waiting: true}); len(waiting) != 0 {
		t.Errorf("held again, nothing waits for the destination: %+v", waiting)
	}
	second := orrery.EffectID(l.s.next(1))
	l.put(&orrery.IntentChanged{Intent: id, Fragment: 4, State: orrery.IntentQueued, Answer: allow},
		&orrery.EffectRequested{Effect: orrery.Effect{ID: second, Kind: orrery.EffectMessage, Destination: "mailer", Person: 4, Type: "message.send", Intent: id, RequestedAt: epoch}})
	l.put(&orrery.EffectAnswered{Effect: second, Intent: id, Fragment: 4, Attempt: 5, Outcome: orrery.OutcomeDead})
	if dead := must[List[Entry]](t)(l.DeadLetters(l.ctx, DeadLetterFilter{})).Items; len(dead) != 1 || dead[0].Effect != second {
		t.Fatalf("the message is a dead letter: %+v", dead)
	}
	l.put(&orrery.EffectRequested{Effect: orrery.Effect{ID: second, Kind: orrery.EffectMessage, Destination: "mailer", Person: 4, Type: "message.send", Intent: id, RequestedAt: epoch.Add(9)}},
		&orrery.IntentChanged{Intent: id, Fragment: 4, State: orrery.IntentQueued, Answer: allow})
	if waiting := l.ledger(LedgerFilter{Waiting: true, Intent: id}); len(waiting) != 1 || waiting[0].RequestedAt != epoch.Add(9) || waiting[0].Outcome != Requested {
		t.Errorf("sent again by hand, it waits under its old id: %+v", waiting)
	}
	l.put(&orrery.EffectAnswered{Effect: second, Intent: id, Fragment: 4, Attempt: 1, Outcome: orrery.Accepted, Overtaken: true},
		&orrery.IntentChanged{Intent: id, Fragment: 4, State: orrery.IntentAccepted, Answer: allow})
	if x := get(); x.State != orrery.IntentAccepted || !x.Overtaken || x.Outcome != orrery.Accepted || !x.Held {
		t.Errorf("it was accepted, though a hold overtook it: %+v", x)
	}
	entries := l.ledger(LedgerFilter{Intent: id})
	if len(entries) != 2 || entries[0].AcceptedAt == 0 || entries[0].SupersededAt != 0 || entries[1].SupersededAt == 0 {
		t.Errorf("two efforts, the second accepted: %+v", entries)
	}
	if c := must[Counts](t)(l.IntentCounts(l.ctx)); c.Of("accepted") != 1 || len(c.Counts) != 1 {
		t.Errorf("one intent, accepted: %+v", c)
	}
	days := must[List[Day]](t)(l.Daily(l.ctx, epoch, epoch.Add(orrery.Day))).Items
	if len(days) != 1 || days[0].Name != OffersHeld || days[0].N != 1 {
		t.Errorf("held twice, an offer counts once: %+v", days)
	}
}

func TestMissedSignalsComeFirst(t *testing.T) {
	l := newLists(t)
	raise := func(touch orrery.TouchID, name string) {
		l.put(&orrery.SignalRaised{Fragment: 1, Touch: touch, Signal: name, Due: epoch})
	}
	raise(1, "complaint")
	raise(2, "question")
	raise(3, "question")
	raise(4, "complaint")
	l.put(&orrery.SignalActed{Fragment: 1, Touch: 2, Signal: "question", Missed: true}, &orrery.SignalActed{Fragment: 1, Touch: 4, Signal: "complaint", By: "cas_1"})
	var got []orrery.TouchID
	by := SignalFilter{Page: Page{Limit: 1}}
	for {
		list := must[List[Signal]](t)(l.Signals(l.ctx, by))
		for _, s := range list.Items {
			got = append(got, s.Touch)
		}
		if by.After = list.Next; by.After == "" {
			break
		}
	}
	if diff := cmp.Diff([]orrery.TouchID{2, 3, 1}, got); diff != "" {
		t.Errorf("missed first, then the newest that wait (-want +got):\n%s", diff)
	}
	want := []SignalCount{{Signal: "complaint", Waiting: 1, Acted: 1}, {Signal: "question", Waiting: 1, Missed: 1}}
	if diff := cmp.Diff(want, must[List[SignalCount]](t)(l.SignalCounts(l.ctx)).Items); diff != "" {
		t.Errorf("counts of signals (-want +got):\n%s", diff)
	}
	if acted := must[List[Signal]](t)(l.Signals(l.ctx, SignalFilter{Acted: true})).Items; len(acted) != 1 || acted[0].By != "cas_1" || acted[0].State != "acted" {
		t.Errorf("the complaint was acted upon: %+v", acted)
	}
}

func TestWhatIsOwedNotedAndToBeLookedAt(t *testing.T) {
	l := newLists(t)
	l.put(&orrery.ApologyDue{Fragment: 1, Case: 7, Since: epoch}, &orrery.ApologyDue{Fragment: 2, Case: 8, Since: epoch},
		&orrery.ReviewOpened{Review: 5, Fragment: 1, About: "life.bereavement", Life: 6},
		&orrery.LifeNoted{Event: orrery.LifeEvent{ID: 6, Kind: orrery.Bereavement, Certainty: orrery.Inferred, Sensitive: true, Fragment: 1, At: epoch}},
		&orrery.ConflictFound{Fragment: 3, Theme: "sale", First: "a", Second: "b", Contra: true, Teams: []string{"north", "south"}})
	due := func(paid bool) []Apology {
		return must[List[Apology]](t)(l.Apologies(l.ctx, ApologyFilter{Paid: paid})).Items
	}
	l.put(&orrery.ApologyPaid{Fragment: 1, Case: 7, Intent: 3, By: orrery.Actor{Name: "agent"}})
	if a := due(false); len(a) != 1 || a[0].Case != 8 || len(due(true)) != 1 || due(true)[0].By != "agent" {
		t.Errorf("one apology is owed, one paid: %+v, %+v", a, due(true))
	}
	l.put(&orrery.ApologyDue{Fragment: 1, Case: 7, Since: epoch, Again: true})
	if a := due(false); len(a) != 2 || !a[1].Again || a[1].Intent != 0 {
		t.Errorf("bounced, the apology is owed again: %+v", a)
	}
	c := opened(l.s.next(0), 2, 0).Case
	c.ID, c.Status = 8, orrery.CaseDismissed
	l.put(&orrery.CaseOpened{Case: c}, &orrery.CaseChanged{Case: c, Change: "dismissed"})
	if a := due(false); len(a) != 1 || a[0].Case != 7 {
		t.Errorf("of a dismissed case nothing is owed: %+v", a)
	}
	if r := must[List[Review]](t)(l.Reviews(l.ctx, ReviewFilter{About: "life.bereavement"})).Items; len(r) != 1 || r[0].Life != 6 {
		t.Errorf("one review is open: %+v", r)
	}
	l.put(&orrery.ReviewClosed{Review: 5, Fragment: 1, Answer: "yes", By: orrery.Actor{Name: "agent"}},
		&orrery.LifeChanged{Change: "confirmed", Event: orrery.LifeEvent{ID: 6, Kind: orrery.Bereavement, Certainty: orrery.Verified, Sensitive: true, Fragment: 1, At: epoch}})
	if r := must[List[Review]](t)(l.Reviews(l.ctx, ReviewFilter{Closed: true})).Items; len(r) != 1 || r[0].Answer != "yes" || r[0].By != "agent" {
		t.Errorf("the review is closed: %+v", r)
	}
	yes := true
	life := must[List[LifeEvent]](t)(l.Life(l.ctx, LifeFilter{Kinds: []orrery.LifeKind{orrery.Bereavement}, Certainty: []orrery.Certainty{orrery.Verified},
		States: []string{"confirmed"}, Sensitive: &yes})).Items
	if len(life) != 1 || life[0].ID != 6 {
		t.Errorf("the event is confirmed: %+v", life)
	}
	conflicts := must[List[Conflict]](t)(l.Conflicts(l.ctx, ConflictFilter{Contradicts: &yes, Theme: "sale"})).Items
	if len(conflicts) != 1 || !slices.Equal(conflicts[0].Teams, []string{"north", "south"}) {
		t.Errorf("one contradiction: %+v", conflicts)
	}
}
