package engine_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// send submits one touch and returns what became of it, also when it is refused.
func (h *house) send(id string, who ...orrery.Identifier) engine.Result {
	h.Helper()
	now := orrery.InstantOf(h.wall())
	results, err := h.w.Submit(context.Background(), []engine.Input{{Touch: &orrery.Touch{Kind: orrery.Page, Name: "Home", MessageID: id, Source: "shop",
		Trust: orrery.Server, At: now, Received: now, Identifiers: who}}})
	if err != nil {
		h.Fatal(err)
	}
	return results[0]
}

func TestAnEventThatWasSetAsideIsADuplicateForSevenDaysAcrossRestarts(t *testing.T) {
	h := newHouse(t)
	nobody := orrery.Identifier{Namespace: orrery.UserID, Value: "undefined"}
	if r := h.send("q1", nobody); r.Err == nil {
		t.Fatal("an event of nobody should be refused and set aside")
	}
	h.do(engine.Quarantine{Source: "shop", MessageID: "q2", Code: "collect.bad"}) // never decoded: its corrected form may use the same id
	expect := func(when string) {
		t.Helper()
		if r := h.send("q1", nobody); !r.Duplicate {
			t.Errorf("%s: sent again, the event is set aside a second time (%v)", when, r.Err)
		}
	}
	expect("at once")
	h.w.Kill()
	h.open()
	expect("after a crash")
	if err := h.w.Close(); err != nil { // the checkpoint has it now; without the files of ids the log must tell
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(h.dir, "dedupe")); err != nil {
		t.Fatal(err)
	}
	h.open()
	expect("after the files of message ids were lost")
	if r := h.send("q2", user("ann")...); r.Duplicate || r.Err != nil {
		t.Errorf("what was never taken is no duplicate: %+v", r)
	}
}

func TestAWorkspaceMayBeClosedAndKilledAnyNumberOfTimes(t *testing.T) {
	end := map[string]func(h *house){
		"close": func(h *house) {
			if err := h.w.Close(); err != nil {
				h.Errorf("closing again fails: %v", err)
			}
		},
		"kill": func(h *house) { h.w.Kill() },
	}
	for _, order := range [][]string{{"close", "close"}, {"kill", "kill"}, {"close", "kill"}, {"kill", "close"}, {"close", "kill", "close"}} {
		h := newHouse(t)
		h.touch(view("ann", "shoe"))
		for _, how := range order {
			end[how](h)
		}
		h.open()
		if n := h.person("ann").Known.Touches; n != 1 {
			t.Errorf("%v: ann has %d touches, one was recorded", order, n)
		}
	}
}
