package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// openCases counts the open cases of a person.
func (s *site) openCases(user string) (n int) {
	a := s.wants(200, "GET", "/v1/persons/user_id:"+user, reader, "")
	for a.field(fmt.Sprintf("state.open_cases.%d", n)) != nil {
		n++
	}
	return n
}

func TestWhoAgreesWithAComplaintComplains(t *testing.T) {
	s := newSite(t)
	const complaint = "@shop my order never arrived and nobody answers, terrible service"
	say := func(user, event, properties string) {
		s.seq(s.wants(200, "POST", "/v1/track", server, `{"userId":"`+user+`","event":"`+event+`","properties":`+properties+`}`))
	}
	say("ann", "message", `{"channel":"social","text":"same here","parent":"`+complaint+`"}`)
	say("bob", "message", `{"channel":"social","text":"same here","parent":"@shop thank you so much, wonderful service"}`)
	say("eve", "message", `{"channel":"social","text":"same here"}`)
	for user, want := range map[string]int{"ann": 1, "bob": 0, "eve": 0} {
		if got := s.openCases(user); got != want {
			t.Errorf("%s has %d open cases after \"same here\", want %d: only ann agreed with a complaint", user, got, want)
		}
	}
	if a := s.wants(200, "GET", "/v1/persons/user_id:ann/timeline", reader, ""); strings.Contains(a.body, "never arrived") || !strings.Contains(a.body, "same here") {
		t.Errorf("the timeline shows what somebody else wrote, or not what ann wrote: %s", a.body)
	}
}

func TestACommentIsReadWithItsQuestion(t *testing.T) {
	s := newSite(t)
	polarity := func(user, question string) string {
		s.seq(s.wants(200, "POST", "/v1/track", server, `{"userId":"`+user+`","event":"survey_answer","properties":{"survey":"visit","score":3,"comment":"the queue","question":"`+question+`"}}`))
		a := s.wants(200, "GET", "/v1/persons/user_id:"+user+"/timeline", reader, "")
		for i := 0; a.field(fmt.Sprintf("entries.%d", i)) != nil; i++ {
			if p := a.field(fmt.Sprintf("entries.%d.fact.Touch.Signals.polarity", i)); p != nil {
				return fmt.Sprint(p)
			}
		}
		t.Fatalf("no comment in the timeline: %s", a.body)
		return ""
	}
	bad, good := polarity("ann", "What went wrong on your visit?"), polarity("bob", "What did you like most about your visit?")
	if bad != "negative" || good != "positive" {
		t.Errorf("the queue is %s where it went wrong and %s where it was liked, want negative and positive", bad, good)
	}
}
