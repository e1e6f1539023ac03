package view

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/engine"
)

var update = flag.Bool("update", false, "write the golden files")

var _ Source = (*engine.Workspace)(nil)

const testPolicy = `
audiences:
  - name: runners
    rule: count("Product Viewed", "14d") >= 2
    advertising: true
destinations:
  - name: ads
    kind: csv
    platform: meta
  - name: mailer
    kind: webhook
    url: https://mail.example/hook
    secrets: [MAILER_SECRET]
lists:
  - code: X-01
    destination: ads
    audience: runners
channels:
  - channel: email
    destination: mailer
`

// house is a real workspace with a clock that the test moves.
type house struct {
	*testing.T
	w    *engine.Workspace
	dir  string
	now  atomic.Int64 // milliseconds; the loop reads it too
	next int
}

func newHouse(t *testing.T) *house {
	h := &house{T: t, dir: t.TempDir()}
	h.now.Store(int64(epoch))
	h.open()
	t.Cleanup(func() { h.w.Kill() })
	return h
}

func (h *house) open() {
	h.Helper()
	policy, err := engine.ParsePolicy(testPolicy)
	if err != nil {
		h.Fatal(err)
	}
	h.w, err = engine.Open(context.Background(), engine.Options{Dir: h.dir, Workspace: "test", Policy: policy,
		Now: func() time.Time { return h.moment().Time() }, Elapsed: func() time.Duration { return h.moment().Time().Sub(epoch.Time()) }})
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) moment() orrery.Instant { return orrery.Instant(h.now.Load()) }

func (h *house) touch(t orrery.Touch) orrery.Seq {
	h.Helper()
	h.next++
	t.MessageID, t.Source, t.Trust = fmt.Sprintf("m%d", h.next), "shop", orrery.Server
	t.Received = h.moment()
	t.At = t.Received
	results, err := h.w.Submit(context.Background(), []engine.Input{{Touch: &t}})
	if err != nil {
		h.Fatal(err)
	}
	if results[0].Err != nil {
		h.Fatal(results[0].Err)
	}
	return results[0].Seq
}

func (h *house) do(c engine.Command) orrery.Seq {
	h.Helper()
	_, seq, err := h.w.Do(context.Background(), c)
	if err != nil {
		h.Fatal(err)
	}
	return seq
}

// day is a day in which ann and others shop, complain, are offered things and are put right.
func (h *house) day() {
	h.Helper()
	user := func(id string) []orrery.Identifier {
		return []orrery.Identifier{{Namespace: orrery.UserID, Value: id, Proven: true}}
	}
	for _, who := range []string{"ann", "bob", "cem"} {
		h.touch(orrery.Touch{Kind: orrery.Identify, Identifiers: user(who), Traits: []orrery.Trait{{Name: "name", Value: `"` + who + ` Smith"`}},
			Consents: []orrery.ConsentClaim{{Purpose: orrery.Advertising, Channel: orrery.AnyChannel, Answer: orrery.Granted, How: "form"},
				{Purpose: orrery.Marketing, Channel: orrery.AnyChannel, Answer: orrery.Granted, How: "form"}}})
		for i := range 3 {
			h.touch(orrery.Touch{Kind: orrery.Track, Name: "Product Viewed", Identifiers: user(who), Product: fmt.Sprintf("shoe-%d", i), Channel: "web"})
		}
	}
	h.touch(orrery.Touch{Kind: orrery.MessageTouch, Identifiers: user("ann"), Channel: "email",
		Message: &orrery.Message{Text: "It broke again and nobody answers", Subject: "Broken Shoe"},
		Signals: &orrery.Signals{Engine: "test", Language: "en", Polarity: orrery.Negative, Confidence: 950,
			Intents: []orrery.Label{{Name: orrery.IntentComplaint, Confidence: 950}}}})
	items, _ := h.w.Take("ads", 10)
	for i := range items {
		x := &items[i]
		h.do(engine.PushOutcome{PushOutcome: act.PushOutcome{Fragment: x.Fragment, Destination: "ads", List: x.List, Push: x.Push, Version: x.Version,
			Outcome: orrery.Accepted}})
		h.w.Done(x)
	}
	for _, who := range []string{"ann", "bob"} {
		h.do(engine.Offer{Offer: act.Offer{Intent: orrery.Intent{Fragment: h.w.Find(orrery.UserID, who), Class: orrery.Commercial, Channel: "email",
			Theme: "sale", Content: `{"text":"Buy!"}`, By: orrery.Actor{Name: "shop", Trust: orrery.Server}}}})
	}
	h.do(engine.Quarantine{Source: "shop", Code: "collect.bad", Say: "no type", Body: []byte(`{"x":1}`)})
	staff := orrery.Actor{Name: "agent", Trust: orrery.Staff}
	p, err := h.w.Person(context.Background(), h.w.Find(orrery.UserID, "ann"), 0)
	if err != nil {
		h.Fatal(err)
	}
	if open := p.Desk.Open(); len(open) > 0 {
		id := open[0].Case.ID
		h.do(engine.Care{Command: desk.ReplyInCase{Case: id, Apology: true, By: staff}})
		h.do(engine.Care{Command: desk.ResolveCase{Case: id, By: staff}})
		h.do(engine.Care{Command: desk.ConfirmSatisfied{Case: id, By: staff}})
	}
	h.now.Add(int64(9 * orrery.Day))
	h.do(engine.Look{Fragment: h.w.Find(orrery.UserID, "ann")})
}

func TestTheListsShowWhatAWorkspaceDid(t *testing.T) {
	h := newHouse(t)
	f := follow(t, h.dir, h.w)
	defer f.stop(t)
	h.day()
	f.reach(t, h.w.Seq())
	ctx := context.Background()

	cases := must[List[orrery.Case]](t)(f.Cases(ctx, CaseFilter{}))
	if len(cases.Items) != 1 || cases.Items[0].Status != orrery.CaseSatisfied || cases.Items[0].Reporter != h.w.Find(orrery.UserID, "ann") {
		t.Errorf("one satisfied case of ann is expected, got %+v", cases.Items)
	}
	if cases.Seq != h.w.Seq() {
		t.Errorf("the list is true at chunk %d, but says %d", h.w.Seq(), cases.Seq)
	}
	if c := must[orrery.Case](t)(func() (orrery.Case, error) { c, err := h.w.Case(cases.Items[0].ID); return *c, err }()); cmp.Diff(c, cases.Items[0]) != "" {
		t.Errorf("list and engine disagree about the case: %s", cmp.Diff(c, cases.Items[0]))
	}
	holds := must[List[Hold]](t)(f.Holds(ctx, HoldFilter{Past: true}))
	p := must[*engine.Person](t)(h.w.Person(ctx, h.w.Find(orrery.UserID, "ann"), 0))
	inForce := must[List[Hold]](t)(f.Holds(ctx, HoldFilter{Fragments: []orrery.FragmentID{p.ID}}))
	if len(inForce.Items) != len(p.Experience.Holds) || len(holds.Items) == 0 {
		t.Errorf("ann has %d holds in force, the list says %d; %d ever", len(p.Experience.Holds), len(inForce.Items), len(holds.Items))
	}
	intents := must[List[Intent]](t)(f.Intents(ctx, IntentFilter{Theme: "sale"}))
	if len(intents.Items) != 2 || intents.Items[0].State != orrery.IntentQueued || !intents.Items[1].Held {
		t.Errorf("bob's offer was queued and ann's held, got %+v", intents.Items)
	}
	counts := must[Counts](t)(f.AudienceCounts(ctx))
	members := must[List[Member]](t)(f.Members(ctx, MemberFilter{Audience: "runners"}))
	if counts.Of("runners") != int64(len(members.Items)) || len(members.Items) < 2 {
		t.Errorf("runners should have bob and cem at least: %d counted, %d listed", counts.Of("runners"), len(members.Items))
	}
	destinations := must[List[Destination]](t)(f.Destinations(ctx, h.moment()))
	depths := map[orrery.DestinationName]int64{}
	for _, d := range destinations.Items {
		depths[d.Name] = d.Waiting
	}
	for _, d := range []orrery.DestinationName{"ads", "mailer"} {
		if depths[d] != int64(h.w.Depth(d)) {
			t.Errorf("%d things wait for %s, the list says %d", h.w.Depth(d), d, depths[d])
		}
	}
	if n := must[Counts](t)(f.QuarantineCounts(ctx)).Of("collect.bad"); n != 1 {
		t.Errorf("one event is in quarantine, counted %d", n)
	}
}

func TestAKilledFollowerGoesOnWhereItWas(t *testing.T) {
	h := newHouse(t)
	f := follow(t, h.dir, h.w)
	h.day()
	f.reach(t, h.w.Seq())
	f.stop(t)
	h.day() // nobody follows
	h.w.Kill()
	h.open()
	f = follow(t, h.dir, h.w)
	defer f.stop(t)
	h.day()
	f.reach(t, h.w.Seq())
	if diff := cmp.Diff(rebuilt(t, t.TempDir(), h.w), f.dump(t)); diff != "" {
		t.Errorf("lists that were followed differ from lists built anew (-anew +followed):\n%s", diff)
	}
}

func TestAFollowerThatFallsBehindReadsTheLog(t *testing.T) {
	s := newTape("a")
	f := follow(t, t.TempDir(), s, func(o *Options) { o.Buffer = 1 })
	defer f.stop(t)
	f.files.RLock() // a scrub cannot finish, so the follower stands still
	first := s.put(&orrery.PersonErased{Fragments: []orrery.FragmentID{1 << 60}})
	for range 50 {
		s.put(opened(s.next(0), 7, 0))
	}
	f.files.RUnlock()
	f.reach(t, s.Seq())
	if n := must[Counts](t)(f.CaseCounts(context.Background())).Of("open"); n != 50 {
		t.Errorf("50 cases were opened after chunk %d, the list has %d", first, n)
	}
	if diff := cmp.Diff(rebuilt(t, t.TempDir(), s), f.dump(t)); diff != "" {
		t.Errorf("after falling behind the lists are wrong (-anew +followed):\n%s", diff)
	}
}

func TestAChunkThatNobodyAnnouncedIsFetchedFromTheLog(t *testing.T) {
	s := newTape("a")
	f := follow(t, t.TempDir(), s)
	defer f.stop(t)
	s.put(opened(s.next(0), 1, 0))
	f.reach(t, 1)
	s.slip(opened(s.next(0), 2, 0))
	s.put(opened(s.next(0), 3, 0))
	f.reach(t, 3)
	if n := must[Counts](t)(f.CaseCounts(context.Background())).Of("open"); n != 3 {
		t.Errorf("three cases were opened, one without notice; the list has %d", n)
	}
}

func TestListsOfAnotherHistoryAreBuiltAnew(t *testing.T) {
	for name, other := range map[string]func() *tape{
		"another log": func() *tape { return filled("b", 1, 5) },
		"a restored log": func() *tape {
			s := filled("a", 1, 1)
			s.incarnation = 2
			for range 4 {
				s.put(opened(s.next(0), 9, 0))
			}
			return s
		},
		"a shorter log": func() *tape { return filled("a", 1, 2) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := filled("a", 1, 3)
			f := follow(t, dir, s)
			f.reach(t, 3)
			f.stop(t)
			o := other()
			o.gate = make(chan struct{})
			f = follow(t, dir, o)
			defer f.stop(t)
			if at := must[List[orrery.Case]](t)(f.Cases(context.Background(), CaseFilter{})); f.Seq() != 0 || at.Seq != 0 || len(at.Items) != 0 {
				t.Errorf("lists of another history are shown, as of chunk %d: %+v", at.Seq, at.Items)
			}
			close(o.gate)
			o.put(opened(o.next(0), 4, 0))
			f.reach(t, o.Seq())
			if diff := cmp.Diff(rebuilt(t, t.TempDir(), o), f.dump(t)); diff != "" {
				t.Errorf("the lists still hold something of the other history (-anew +kept):\n%s", diff)
			}
		})
	}
}

func filled(salt string, incarnation uint16, n int) *tape {
	s := newTape(salt)
	s.incarnation = incarnation
	for i := range n {
		s.put(opened(s.next(0), orrery.FragmentID(i+1), 0))
	}
	return s
}

func TestAForeignOrDamagedFileIsBuiltAnew(t *testing.T) {
	s := filled("a", 1, 3)
	want := rebuilt(t, t.TempDir(), s)
	for name, spoil := range map[string]func(dir string){
		"another version": func(dir string) {
			db, err := openDatabase(context.Background(), dir)
			if err == nil {
				_, err = db.write.ExecContext(context.Background(), "PRAGMA user_version = 99")
				err = errors.Join(err, db.close())
			}
			if err != nil {
				t.Fatal(err)
			}
		},
		"no database": func(dir string) {
			if err := os.WriteFile(filepath.Join(dir, fileName), []byte("this is no database, and it is long enough to look like one to nobody"), 0o600); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			f := follow(t, dir, s)
			f.reach(t, 3)
			f.stop(t)
			spoil(dir)
			f = follow(t, dir, s)
			defer f.stop(t)
			f.reach(t, 3)
			if diff := cmp.Diff(want, f.dump(t)); diff != "" {
				t.Errorf("the lists should be as new (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAFailureIsShownAndTriedAgain(t *testing.T) {
	s := filled("a", 1, 3)
	s.fail = errors.New("the disk is on holiday")
	f := follow(t, t.TempDir(), s)
	defer f.stop(t)
	f.reach(t, 3)
	if s.reads < 2 {
		t.Errorf("the log was read %d times; after a failure it must be read again", s.reads)
	}
	if l := f.Lag(); l.Err != nil || l.Behind != 0 || l.Seq != 3 {
		t.Errorf("everything is well again, but the lag says %+v", l)
	}
}

func TestWaitingEndsWithItsContextAndWithTheFollower(t *testing.T) {
	f := follow(t, t.TempDir(), newTape("a"))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := f.Wait(ctx, 5); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting for what never comes should end with the context, got %v", err)
	}
	f.stop(t)
	if err := f.Wait(context.Background(), 5); orrery.KindOf(err) != orrery.KindUnavailable {
		t.Errorf("waiting at a closed follower should be refused, got %v", err)
	}
	if _, err := f.Cases(context.Background(), CaseFilter{}); orrery.KindOf(err) != orrery.KindUnavailable {
		t.Errorf("a closed follower lists nothing, got %v", err)
	}
}

func TestTheSchemaIsTheOneOfItsVersion(t *testing.T) {
	f := follow(t, t.TempDir(), newTape("a"))
	defer f.stop(t)
	got := fmt.Sprintf("-- version %d\n", schemaVersion)
	rows, err := f.db.read.Query("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		got += s + ";\n"
	}
	golden := filepath.Join("testdata", "schema.sql")
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(golden, []byte(got), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the schema changed: raise schemaVersion, then run the test with -update (-golden +now):\n%s", diff)
	}
}

// opened is a case opened by a reporter.
func opened(id uint64, reporter, affected orrery.FragmentID) *orrery.CaseOpened {
	return &orrery.CaseOpened{Case: orrery.Case{ID: orrery.CaseID(id), Reporter: reporter, Affected: affected, Status: orrery.CaseOpen,
		Severity: orrery.Medium, Title: fmt.Sprintf("Title of %d", reporter), OpenedAt: epoch, ChangedAt: epoch, Theme: "complaint"}}
}
