package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/engine"
)

var staff = orrery.Actor{Name: "test", Trust: orrery.Staff}

func (h *house) erase(id string) *engine.Receipt {
	h.Helper()
	r, err := h.w.Erase(context.Background(), engine.Erase{Fragment: h.w.Find(orrery.UserID, id), By: staff})
	if err != nil {
		h.Fatal(err)
	}
	return r
}

func (h *house) verify() {
	h.Helper()
	v, err := h.w.Verify(context.Background())
	if err != nil || len(v.Differences) > 0 {
		h.Errorf("state and log differ: %v %+v", err, v)
	}
}

// hookPolicy sends one list by webhook.
const hookPolicy = `
audiences:
  - name: runners
    rule: count("Product Viewed", "14d") >= 1
    advertising: true
destinations:
  - name: hook
    kind: webhook
    url: https://hook.example/x
    secrets: [HOOK]
lists:
  - code: X-01
    destination: hook
    audience: runners
`

func TestTheRemovalOfAnErasedPersonOutlivesThemUntilTheDestinationHasTakenIt(t *testing.T) {
	h := newHouse(t)
	h.do(engine.ApplyPolicy{Text: hookPolicy, By: staff})
	h.touch(consent("ann"))
	h.touch(view("ann", "kettle"))
	ann := h.w.Find(orrery.UserID, "ann")
	outcome := func(p *act.Push, o orrery.Outcome) {
		h.do(engine.PushOutcome{PushOutcome: act.PushOutcome{Fragment: ann, Destination: "hook", List: "X-01", Push: p.Desired, Version: p.Version, Outcome: o}})
	}
	added, _, err := h.w.Desired(ann, "hook", "X-01")
	if err != nil || added == nil || added.Desired != orrery.PushAdd {
		t.Fatalf("the test needs a person in the list: %v %+v", err, added)
	}
	outcome(added, orrery.Accepted)
	h.erase("ann")
	removal, who, err := h.w.Desired(ann, "hook", "X-01")
	if err != nil || removal == nil || removal.Desired != orrery.PushRemove || !removal.Pending() || removal.Version <= added.Version {
		t.Fatalf("after the erasure the list is to hold %+v (%v), want a removal that waits", removal, err)
	}
	if who != nil {
		t.Errorf("the removal still says who it is: %+v", who)
	}
	if h.w.Depth("hook") != 1 {
		t.Errorf("%d removals wait for the destination, want 1", h.w.Depth("hook"))
	}
	h.verify()
	outcome(removal, orrery.Accepted)
	if left, _, err := h.w.Desired(ann, "hook", "X-01"); err != nil || left != nil {
		t.Errorf("once the destination has taken the removal %+v is left of the person (%v)", left, err)
	}
	h.verify()
}

func TestAnErasureSurvivesACrashRightAfterItsChunk(t *testing.T) {
	h := newHouse(t)
	h.touch(consent("ann"))
	h.touch(complaint("ann"))
	for i := range 20 {
		h.touch(view(fmt.Sprint("n", i), "kettle"))
	}
	plan := filepath.Join(h.dir, "erasing")
	cut := errors.New("the power fails")
	_, err := h.w.Erase(context.Background(), engine.Erase{Fragment: h.w.Find(orrery.UserID, "ann"), By: staff,
		Elsewhere: func(context.Context, *engine.Erasure, orrery.Seq) ([]engine.Cleaned, error) { return nil, cut }})
	if !errors.Is(err, cut) {
		t.Fatal(err)
	}
	text, err := os.ReadFile(plan)
	if err != nil || strings.Contains(string(text), "ann") {
		t.Errorf("the plan of the erasure names the person, or is gone: %v %s", err, text)
	}
	h.w.Kill()
	h.open()
	r, err := h.w.FinishErasure(context.Background(), nil)
	if err != nil || r == nil || !r.Finished {
		t.Fatalf("the erasure is not finished after a crash: %v %+v", err, r)
	}
	if _, err := os.Stat(plan); err == nil {
		t.Error("the plan is still there")
	}
	h.verify()
	h.w.Kill()
	h.open()
	if r, err := h.w.FinishErasure(context.Background(), nil); err != nil || r != nil {
		t.Errorf("there is something to finish twice: %v %+v", err, r)
	}
	h.verify()
}

func TestAnErasureThatNeverHappenedIsForgotten(t *testing.T) {
	h := newHouse(t)
	h.touch(consent("ann"))
	plan := fmt.Sprintf(`{"person":%q,"fragments":[%q],"hashes":[],"chunks":[1],"upto":%d,"cases":[],"quarantined":[],"request":"","entries":1}`,
		h.person("ann").ID, h.person("ann").ID, h.w.Seq())
	if err := os.WriteFile(filepath.Join(h.dir, "erasing"), []byte(plan), 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := h.w.FinishErasure(context.Background(), nil); err != nil || r != nil {
		t.Fatalf("an erasure whose chunk was never written is carried out: %v %+v", err, r)
	}
	h.person("ann")
	h.verify()
}

func TestOnlyStaffMayEraseAndOnlyWhoIsKnown(t *testing.T) {
	h := newHouse(t)
	h.touch(consent("ann"))
	for _, c := range []struct {
		id   string
		by   orrery.Actor
		kind orrery.ErrorKind
	}{{"ann", orrery.Actor{Name: "page", Trust: orrery.Public}, orrery.KindDenied}, {"bob", staff, orrery.KindNotFound}} {
		_, err := h.w.Erase(context.Background(), engine.Erase{Fragment: h.w.Find(orrery.UserID, c.id), By: c.by})
		if orrery.KindOf(err) != c.kind {
			t.Errorf("erasing %s by %s: %v, want %s", c.id, c.by.Trust, err, c.kind)
		}
		if _, err := os.Stat(filepath.Join(h.dir, "erasing")); err == nil {
			t.Error("a refused erasure leaves a plan behind")
		}
	}
	h.person("ann")
}

func TestADamagedRegisterIsRefusedAndATornLineIsNot(t *testing.T) {
	h := newHouse(t)
	h.touch(consent("ann"))
	h.erase("ann")
	path := filepath.Join(h.dir, engine.RegisterName)
	whole, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(whole), "ann") {
		t.Fatalf("the register names somebody, or is not there: %v %s", err, whole)
	}
	n, err := engine.CheckRegister(path)
	if err != nil || n == 0 {
		t.Fatalf("the register holds %d identifiers: %v", n, err)
	}
	other := filepath.Join(t.TempDir(), "register")
	check := func(text string) (int, error) {
		if err := os.WriteFile(other, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return engine.CheckRegister(other)
	}
	if m, err := check(string(whole) + "00ff 12"); err != nil || m != n {
		t.Errorf("a line that a crash cut off makes the register %d, %v; want %d", m, err, n)
	}
	for _, text := range []string{"x\n", string(whole) + "00ff per_0000000000001 2026-11-24T10:00:00Z\n", strings.Replace(string(whole), "per_", "cas_", 1)} {
		if _, err := check(text); err == nil {
			t.Errorf("a damaged register is taken: %.80q", text)
		}
	}
}

// BenchmarkErase erases one person after another among many, of twenty touches each.
func BenchmarkErase(b *testing.B) {
	for _, people := range []int{20_000, 200_000} {
		b.Run(fmt.Sprint(people), func(b *testing.B) {
			w, err := engine.Open(context.Background(), engine.Options{Dir: b.TempDir(), Workspace: "test"})
			if err != nil {
				b.Fatal(err)
			}
			defer w.Close()
			now, n := w.Clock(), 0
			for round := range 20 {
				inputs := make([]engine.Input, 0, 1000)
				for i := range people {
					id := fmt.Sprint("p", i)
					n++
					t := &orrery.Touch{Kind: orrery.Track, Name: "Product Viewed", Identifiers: []orrery.Identifier{{Namespace: orrery.UserID, Value: id, Proven: true}, {Namespace: orrery.AnonymousID, Value: "anonymous-" + id}},
						MessageID: fmt.Sprint(n), Source: "shop", Trust: orrery.Server, At: now, Received: now, Product: fmt.Sprint(round), Channel: "web"}
					if inputs = append(inputs, engine.Input{Touch: t}); len(inputs) == cap(inputs) || i == people-1 {
						if _, err := w.Submit(context.Background(), inputs); err != nil {
							b.Fatal(err)
						}
						inputs = inputs[:0]
					}
				}
			}
			i := 0
			for b.Loop() {
				if _, err := w.Erase(context.Background(), engine.Erase{Fragment: w.Find(orrery.UserID, fmt.Sprint("p", i)), By: staff}); err != nil {
					b.Fatal(err)
				}
				i++
			}
		})
	}
}
