package engine

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
)

// open opens a workspace with a clock that stands still.
func open(t *testing.T, dir string) *Workspace {
	t.Helper()
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	w, err := Open(context.Background(), Options{Dir: dir, Workspace: "test", Now: func() time.Time { return now }, Elapsed: func() time.Duration { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if !w.killed.Load() {
			w.Kill()
		}
	})
	return w
}

func page(user, id string) Input {
	return Input{Touch: &orrery.Touch{Kind: orrery.Page, Name: "Home", MessageID: id, Source: "shop", Trust: orrery.Server, At: 1_780_000_000_000, Received: 1_780_000_000_000,
		Identifiers: []orrery.Identifier{{Namespace: orrery.UserID, Value: user, Proven: true}}}}
}

// with is a command made of a function.
type with func(b *batch) (any, error)

func (f with) run(b *batch) (any, error) { return f(b) }

func TestAnInputThatMakesAPackagePanicIsSetAsideAndTheOthersAreKept(t *testing.T) {
	w := open(t, t.TempDir())
	bad := page("eve", "m2")
	bad.Touch.Identifiers = nil // the decoder never lets this through
	inputs := []Input{page("ann", "m1"), {Command: with(func(b *batch) (any, error) {
		b.Emit(&orrery.ApologyDue{Fragment: 5, Since: 1}) // what it has done so far is taken back
		panic("a fault of ours")
	})}, bad, page("bob", "m3")}
	results, err := w.Submit(context.Background(), inputs)
	if err != nil {
		t.Fatal(err)
	}
	if results[0].Err != nil || results[3].Err != nil || results[0].Person == 0 || results[3].Person == 0 {
		t.Errorf("the good ones are kept: %v, %v", results[0].Err, results[3].Err)
	}
	for _, i := range []int{1, 2} {
		if results[i].Err == nil {
			t.Errorf("input %d is refused", i)
		}
	}
	if e := new(orrery.Error); !errors.As(results[1].Err, &e) || e.Code != "engine.quarantined" || e.Say == "a fault of ours" {
		t.Errorf("the caller hears that it was set aside and nothing of the inside: %v", results[1].Err)
	}
	if _, err := w.Person(context.Background(), 5, 0); orrery.KindOf(err) != orrery.KindNotFound {
		t.Errorf("what the culprit did must not stand: %v", err)
	}
	again, err := w.Submit(context.Background(), []Input{page("bob", "m3"), page("ann", "m4")})
	if err != nil || !again[0].Duplicate || again[1].Duplicate {
		t.Errorf("the workspace goes on and knows what it took: %+v (%v)", again, err)
	}
}

func TestIdentifiersWhoseHashesCollideStayApart(t *testing.T) {
	dir := t.TempDir()
	w := open(t, dir)
	hash := orrery.FragmentID(w.keys.Identifier("user_id", "ann"))
	squatter := orrery.Identifier{Namespace: orrery.UserID, Value: "squatter"}
	_, _, err := w.Do(context.Background(), with(func(b *batch) (any, error) { // somebody else's identifier has ann's hash
		b.Emit(&orrery.FragmentSeen{Fragment: hash, Identifier: squatter, At: 1, Source: "shop"})
		b.Emit(&orrery.FragmentAssigned{Fragment: hash, Person: hash, Reason: "seen"})
		return nil, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	results, err := w.Submit(context.Background(), []Input{page("ann", "m1")})
	if err != nil {
		t.Fatal(err)
	}
	if results[0].Person != hash+1 {
		t.Errorf("ann gets the next id, %s; she got %s", hash+1, results[0].Person)
	}
	for range 2 {
		if got := w.Find(orrery.UserID, "ann"); got != hash+1 {
			t.Errorf("ann is found at %s, not at %s", got, hash+1)
		}
		p, err := w.Person(context.Background(), hash, 0)
		if err != nil || p.Known.Touches != 0 || p.Fragments[0].Identifier.Value != "squatter" {
			t.Errorf("the other person saw nothing of ann: %+v (%v)", p, err)
		}
		w.Kill()
		w = open(t, dir)
	}
}

func TestWhenTooMuchWaitsASourceIsToldToComeBack(t *testing.T) {
	q := &waiting{bell: make(chan struct{}, 1)}
	if err := q.add(&request{inputs: make([]Input, maxWaitingInputs+5)}); err != nil {
		t.Fatalf("an empty queue takes anything: %v", err)
	}
	err := q.add(&request{inputs: make([]Input, 1)})
	var e *orrery.Error
	if !errors.As(err, &e) || e.Kind != orrery.KindLimited || e.RetryAfter == 0 {
		t.Fatalf("a full queue says come back, and when: %v", err)
	}
	if got := q.take(10); len(got) != 1 {
		t.Fatalf("at least one request is taken: %d", len(got))
	}
	if err := q.add(&request{inputs: make([]Input, 1), bytes: maxWaitingBytes}); err != nil {
		t.Fatalf("there is room again: %v", err)
	}
	if err := q.add(&request{inputs: make([]Input, 1), bytes: 1}); orrery.KindOf(err) != orrery.KindLimited {
		t.Fatalf("too many bytes wait: %v", err)
	}
	q.closed = true
	if err := q.add(&request{inputs: make([]Input, 1)}); orrery.KindOf(err) != orrery.KindUnavailable {
		t.Fatalf("a closed queue takes nothing: %v", err)
	}
}

func TestAReadMayWaitForItsOwnWrite(t *testing.T) {
	w := open(t, t.TempDir())
	results, err := w.Submit(context.Background(), []Input{page("ann", "m1")})
	if err != nil {
		t.Fatal(err)
	}
	if p, err := w.Person(context.Background(), results[0].Person, results[0].Seq); err != nil || p.Seq < results[0].Seq {
		t.Errorf("the person is shown at the write or later: %+v (%v)", p, err)
	}
	got := make(chan orrery.Seq)
	go func() {
		p, err := w.Person(context.Background(), results[0].Person, results[0].Seq+1)
		if err != nil {
			t.Error(err)
		}
		got <- p.Seq
	}()
	if _, err := w.Submit(context.Background(), []Input{page("ann", "m2")}); err != nil {
		t.Fatal(err)
	}
	if seq := <-got; seq != results[0].Seq+1 {
		t.Errorf("a read that waits for chunk %d shows chunk %d", results[0].Seq+1, seq)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := w.Person(ctx, results[0].Person, 1000); !errors.Is(err, context.Canceled) {
		t.Errorf("a read that waits in vain ends with its context: %v", err)
	}
}

// history reads a timeline page by page.
func history(t *testing.T, w *Workspace, id orrery.FragmentID, limit int) (all []string) {
	t.Helper()
	var from Cursor
	for range 10_000 {
		entries, more, err := w.Timeline(id, from, limit)
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) > limit {
			t.Fatalf("a page of %d holds %d entries", limit, len(entries))
		}
		for _, e := range entries {
			all = append(all, fmt.Sprintf("%d.%d %T", e.At.Seq, e.At.Index, e.Fact))
		}
		if more == (Cursor{}) {
			return all
		}
		from = more
	}
	t.Fatal("the timeline does not end")
	return nil
}

func TestATimelineIsEverythingThatHappenedNewestFirst(t *testing.T) {
	dir := t.TempDir()
	w := open(t, dir)
	number := 0
	live := func(chunks int) {
		for range chunks {
			var inputs []Input
			for range 3 {
				number++
				in := page("ann", fmt.Sprint("m", number))
				in.Touch.Identifiers = append(in.Touch.Identifiers, orrery.Identifier{Namespace: orrery.AnonymousID, Value: fmt.Sprint("a", number%3)})
				if number%2 == 0 { // some without the login, so that several fragments have entries of their own
					in.Touch.Identifiers = in.Touch.Identifiers[1:]
				}
				inputs = append(inputs, in, page("bob", fmt.Sprint("b", number)))
			}
			if _, err := w.Submit(context.Background(), inputs); err != nil {
				t.Fatal(err)
			}
		}
	}
	check := func(when string) {
		t.Helper()
		ann := w.Find(orrery.UserID, "ann")
		var want []string
		fragments := map[orrery.FragmentID]bool{}
		p, err := w.Person(context.Background(), ann, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range p.Fragments {
			fragments[n.ID] = true
		}
		err = w.ReadLog(context.Background(), 0, func(b Batch) error {
			places := map[uint32]string{}
			most := uint32(0)
			for _, f := range b.Facts {
				for _, id := range subjectsOf(nil, f.Fact) {
					if fragments[id] {
						places[f.At.Index] = fmt.Sprintf("%d.%d %T", f.At.Seq, f.At.Index, f.Fact)
						most = max(most, f.At.Index)
					}
				}
			}
			for i := uint32(0); i <= most; i++ {
				if line, ok := places[i]; ok {
					want = append(want, line)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(fragments) < 3 || len(want) < 20 {
			t.Fatalf("%s: %d fragments with %d facts are too few to test with", when, len(fragments), len(want))
		}
		for _, limit := range []int{1, 2, 7, 500} {
			got := history(t, w, ann, limit)
			if len(got) != len(want) {
				t.Errorf("%s, %d a page: %d facts happened, %d are told", when, limit, len(want), len(got))
				continue
			}
			for i := range got {
				if got[i] != want[len(want)-1-i] {
					t.Errorf("%s, %d a page: entry %d is %s, not %s", when, limit, i, got[i], want[len(want)-1-i])
					break
				}
			}
		}
	}
	live(6)
	check("nothing on disk")
	if err := w.Checkpoint(context.Background()); err != nil {
		t.Fatal(err)
	}
	check("all on disk")
	live(4)
	check("some on disk")
	w.Kill()
	w = open(t, dir)
	check("after a crash")
	live(2)
	if err := w.Checkpoint(context.Background()); err != nil {
		t.Fatal(err)
	}
	check("on several pages")
	if _, _, err := w.Timeline(12345, Cursor{}, 10); orrery.KindOf(err) != orrery.KindNotFound {
		t.Errorf("nobody has that id: %v", err)
	}
}
