package engine_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/identify"
)

// gossip is a workspace in which others name ann: bob in a message that is no complaint, a page that claims to be her, and
// eve, at whose device she once was.
func (h *house) gossip() {
	h.touch(view("ann", "kettle"))
	for i := range 3 {
		h.touch(orrery.Touch{Kind: orrery.MessageTouch, Identifiers: user("bob"), Channel: "email",
			Message: &orrery.Message{Text: fmt.Sprint("Thank you, number ", i), Affected: []orrery.Identifier{{Namespace: orrery.UserID, Value: "ann"}}}})
		h.touch(orrery.Touch{Kind: orrery.Track, Name: "Played", Channel: "web", Source: "website", Trust: orrery.Public,
			Identifiers: []orrery.Identifier{{Namespace: orrery.AnonymousID, Value: "page"}, {Namespace: orrery.UserID, Value: "ann"}}})
		h.touch(orrery.Touch{Kind: orrery.Track, Name: "Played", Channel: "web",
			Identifiers: []orrery.Identifier{{Namespace: orrery.UserID, Value: "eve", Proven: true}, {Namespace: orrery.Email, Value: "ann@example.com"}}})
		h.touch(view("cyn", "kettle")) // nobody's touches stand in one chunk
	}
	eve, mail := h.w.Find(orrery.UserID, "eve"), h.w.Find(orrery.Email, "ann@example.com")
	h.do(engine.Identity{Command: identify.Unlink{A: eve, B: mail, By: staff}})
	h.do(engine.Identity{Command: identify.Join{A: h.w.Find(orrery.UserID, "ann"), B: mail, By: staff}})
}

// named counts the touches in the log that carry a value as an identifier.
func (h *house) named(values ...string) int {
	h.Helper()
	n := 0
	err := h.w.ReadLog(context.Background(), 0, func(b engine.Batch) error {
		for _, f := range b.Facts {
			t, ok := f.Fact.(*orrery.TouchRecorded)
			if !ok {
				continue
			}
			ids := append(append([]orrery.Identifier(nil), t.Touch.Identifiers...), t.Touch.Alias...)
			if t.Touch.Message != nil {
				ids = append(ids, t.Touch.Message.Affected...)
			}
			for _, id := range ids {
				for _, v := range values {
					if id.Value == v {
						n++
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		h.Fatal(err)
	}
	return n
}

func TestAnErasureFindsThePersonInTouchesOfOthers(t *testing.T) {
	for _, way := range []string{"at once", "after a checkpoint", "after the state was built again from the log"} {
		h := newHouse(t)
		h.gossip()
		if n := h.named("ann", "ann@example.com"); n != 10 {
			t.Fatalf("the test needs ann in ten touches, nine of them of others; she is in %d", n)
		}
		switch way {
		case "after a checkpoint":
			if err := h.w.Close(); err != nil {
				t.Fatal(err)
			}
			h.open()
		case "after the state was built again from the log":
			h.w.Kill()
			if err := os.RemoveAll(filepath.Join(h.dir, "checkpoint")); err != nil {
				t.Fatal(err)
			}
			h.open()
		}
		h.erase("ann")
		if n := h.named("ann", "ann@example.com"); n != 0 {
			t.Errorf("%s: after the erasure ann still stands in %d touches of others", way, n)
		}
		if n := h.named("bob", "eve", "cyn"); n != 9 {
			t.Errorf("%s: the touches of others stay: %d of 9", way, n)
		}
		h.verify()
	}
}
