package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery/internal/engine"
)

// waiting lists the numbers in the quarantine, newest first.
func (s *site) waiting() (numbers []string) {
	s.Helper()
	a := s.wants(200, "GET", "/v1/quarantine", staff, "")
	for _, item := range a.field("items").([]any) {
		numbers = append(numbers, fmt.Sprint(item.(map[string]any)["number"]))
	}
	return numbers
}

func TestInvalidEventsOfABatchThatIsSentAgainAreSetAsideOnce(t *testing.T) {
	s := newSite(t)
	batch := `{"batch":[{"type":"track","userId":"ann","event":"A","messageId":"m1"},{"type":"track","event":"nobody","messageId":"m2"},{"type":"track","event":"nobody"}]}`
	for _, when := range []string{"first", "again"} {
		a := s.wants(200, "POST", "/v1/batch", server, batch)
		s.seq(a)
		if a.text("quarantined") != "2" {
			t.Errorf("%s: two events stand in the quarantine: %s", when, a.body)
		}
	}
	if n := s.waiting(); len(n) != 2 {
		t.Fatalf("%d events wait in the quarantine, want 2: the batch came twice", len(n))
	}
	s.seq(s.wants(200, "POST", "/v1/batch", public, batch))
	if n := s.waiting(); len(n) != 4 {
		t.Errorf("%d events wait in the quarantine, want 4: another source sent the same", len(n))
	}
}

func TestAnEventThatNamesNobodyIsSentAgainAsItCameOrCorrectedButOnce(t *testing.T) {
	s := newSiteWith(t, func(o *engine.Options) {
		policy, err := engine.ParsePolicy(testPolicy + "identity:\n  blocklist: [robot]\n")
		must(t, err)
		o.Policy = policy
	})
	sent := `{"type":"track","userId":"robot","event":"Seen","messageId":"m1","timestamp":"2026-11-20T08:00:00Z"}`
	if a := s.wants(200, "POST", "/v1/batch", server, `{"batch":[`+sent+`]}`); a.text("quarantined") != "1" {
		t.Fatalf("the event names nobody: %s", a.body)
	}
	s.seq(s.wants(200, "POST", "/v1/track", server, view1))
	n := s.waiting()
	if len(n) != 1 {
		t.Fatalf("one event waits, not %v", n)
	}
	if a := s.wants(200, "GET", "/v1/quarantine/"+n[0], staff, ""); a.body != sent {
		t.Errorf("the event should stand there as it came: %s", a.body)
	}
	again := "/v1/quarantine/" + n[0] + "/resubmit"
	if a := s.wants(400, "POST", again, staff, ""); !strings.Contains(a.body, "nobody") && !strings.Contains(a.body, "identif") {
		t.Errorf("it still names nobody, and the refusal says so: %s", a.body)
	}
	if left := s.waiting(); len(left) != 1 {
		t.Errorf("an event that is refused again waits once: %v", left)
	}
	right := strings.Replace(sent, "robot", "eve", 1)
	s.seq(s.wants(200, "POST", again, staff, right))
	if a := s.fact("user_id:eve", "touch.recorded"); !strings.HasPrefix(a.text("entries.0.fact.Touch.At"), "2026-11-20T08:00") {
		t.Errorf("the corrected event keeps its time: %s", a.body)
	}
	if left := s.waiting(); len(left) != 0 {
		t.Errorf("nothing should wait any more: %v", left)
	}
	s.wants(404, "POST", again, staff, right)
	s.wants(404, "POST", again, staff, strings.Replace(sent, "robot", "bob", 1))
	if a := s.wants(200, "POST", "/v1/batch", server, `{"batch":[`+sent+`]}`); a.text("duplicates") != "1" {
		t.Errorf("the client sends its batch again, of which the event is known: %s", a.body)
	}
}

func TestAnEventOfHistoryThatIsSentAgainIsHistory(t *testing.T) {
	s := newSite(t)
	s.seq(s.wants(200, "POST", "/v1/import", server, `{"batch":[{"type":"track","event":"message","properties":{"text":"This is awful! I want my money back!"},"timestamp":"2020-01-01T00:00:00Z"}]}`))
	n := s.waiting()
	s.seq(s.wants(200, "POST", "/v1/quarantine/"+n[0]+"/resubmit", staff, `{"type":"track","userId":"old","event":"message","properties":{"text":"This is awful! I want my money back!"},"timestamp":"2020-01-01T00:00:00Z"}`))
	if a := s.wants(200, "GET", "/v1/persons/user_id:old", staff, ""); a.field("state.open_cases.0") != nil {
		t.Errorf("a complaint of years ago opens no case today: %s", a.body)
	}
}
