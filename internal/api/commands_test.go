package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// who is the id of the person whom a reference leads to.
func (s *site) who(ref string) string {
	s.Helper()
	return s.wants(200, "GET", "/v1/persons/"+ref, reader, "").text("id")
}

// together checks whether two identifiers are one person.
func (s *site) together(want bool, a, b, when string) {
	s.Helper()
	if got := s.who(a) == s.who(b); got != want {
		s.Errorf("%s: %s and %s being one person is %v, and should be %v", when, a, b, got, want)
	}
}

// fact is the newest fact of a kind in a person's timeline.
func (s *site) fact(ref, kind string) answer {
	s.Helper()
	a := s.wants(200, "GET", "/v1/persons/"+ref+"/timeline?limit=100", reader, "")
	for i := 0; a.field(fmt.Sprintf("entries.%d", i)) != nil; i++ {
		if a.text(fmt.Sprintf("entries.%d.kind", i)) == kind {
			return s.wants(200, "GET", "/v1/persons/"+ref+"/timeline?limit=1&before="+before(a, i), reader, "")
		}
	}
	s.Fatalf("the timeline of %s has no %s: %s", ref, kind, a.body)
	return answer{}
}

// before is the cursor behind which entry i of a timeline stands.
func before(a answer, i int) string {
	if i == 0 {
		return ""
	}
	return a.text(fmt.Sprintf("entries.%d.cursor", i-1))
}

func TestAPersonIsJoinedTakenApartAndTheDecisionTakenBack(t *testing.T) {
	s := newSite(t)
	s.wants(200, "POST", "/v1/identify", server, `{"userId":"ann","traits":{"email":"ann@example.com"}}`)
	s.wants(200, "POST", "/v1/page", public, `{"anonymousId":"browser-1"}`)
	s.together(true, "user_id:ann", "email:ann@example.com", "said together")
	s.together(false, "user_id:ann", "anonymous_id:browser-1", "never said together")

	s.wants(200, "POST", "/v1/identity/join", staff, `{"a":"user_id:ann","b":"anonymous_id:browser-1","why":"told the desk"}`)
	s.together(true, "user_id:ann", "anonymous_id:browser-1", "joined by hand")
	joined := s.wants(200, "GET", "/v1/identity/explain?a=user_id:ann&b=anonymous_id:browser-1", staff, "").text("steps.0.link")
	s.wants(200, "POST", "/v1/identity/unlink-link", staff, `{"person":"user_id:ann","link":"`+joined+`"}`)
	s.together(false, "user_id:ann", "anonymous_id:browser-1", "the link taken back")
	s.wants(404, "POST", "/v1/identity/unlink-link", staff, `{"person":"user_id:ann","link":"`+joined+`"}`)
	said := s.wants(200, "GET", "/v1/identity/explain?a=user_id:ann&b=email:ann@example.com", staff, "").text("steps.0.link")
	s.wants(200, "POST", "/v1/identity/unlink-link", staff, `{"person":"user_id:ann","link":"`+said+`"}`)
	s.together(false, "user_id:ann", "email:ann@example.com", "what was said taken back")
	s.wants(200, "POST", "/v1/identity/undo", staff, `{"person":"user_id:ann","link":"`+said+`"}`)
	s.together(true, "user_id:ann", "email:ann@example.com", "the taking back taken back")

	s.wants(200, "POST", "/v1/identity/unlink", staff, `{"a":"user_id:ann","b":"email:ann@example.com","why":"her mother's address"}`)
	s.together(false, "user_id:ann", "email:ann@example.com", "said to be two")
	s.wants(200, "POST", "/v1/identify", server, `{"userId":"ann","traits":{"email":"ann@example.com"}}`)
	s.together(false, "user_id:ann", "email:ann@example.com", "a decision holds against new evidence")
	decided := s.fact("user_id:ann", "link.decided").text("entries.0.fact.link")
	s.wants(200, "POST", "/v1/identity/undo", staff, `{"person":"user_id:ann","link":"`+decided+`"}`)
	s.together(true, "user_id:ann", "email:ann@example.com", "the decision taken back")

	s.wants(200, "POST", "/v1/identity/unlink-identifier", staff, `{"identifier":"email:ann@example.com"}`)
	s.together(false, "user_id:ann", "email:ann@example.com", "all its evidence taken back")
	s.wants(200, "POST", "/v1/identity/restore-source", staff, `{"source":"website"}`)
}

func TestEvidenceThatGrowsTooFastWaitsUntilAPersonReleasesIt(t *testing.T) {
	s := newSite(t)
	s.wants(200, "PUT", "/v1/policy", staff, `{"text":"identity:\n  guards:\n    growth_per_day: 2\n"}`)
	for i := range 5 {
		s.wants(200, "POST", "/v1/identify", server, fmt.Sprintf(`{"userId":"ann","anonymousId":"browser-%d"}`, i))
	}
	s.together(false, "user_id:ann", "anonymous_id:browser-4", "the person grew too often today")
	s.wants(200, "POST", "/v1/identity/release", staff, `{"person":"user_id:ann"}`)
	s.together(true, "user_id:ann", "anonymous_id:browser-4", "released by a person")
}

func TestALifeEventIsNotedConfirmedAndRejected(t *testing.T) {
	s := newSite(t)
	s.wants(200, "POST", "/v1/track", server, view1)
	s.wants(200, "POST", "/v1/persons/user_id:ann/life", staff, `{"kind":"bereavement","who":"family"}`)
	a := s.wants(200, "GET", "/v1/persons/user_id:ann", reader, "")
	if a.text("state.life_events.0.kind") != "bereavement" || a.text("state.holds.0.kind") != "life" {
		t.Fatalf("a death in the family is known and holds offers: %s", a.text("state"))
	}
	if gate := s.wants(200, "POST", "/v1/gate", server, `{"person":"user_id:ann","class":"commercial","channel":"email"}`); gate.text("verdict") == "allow" {
		t.Errorf("no offer goes into a house in mourning: %s", gate.body)
	}
	life := a.text("state.life_events.0.id")
	s.wants(200, "POST", "/v1/persons/user_id:ann/life/"+life+"/reject", staff, "")
	if a := s.wants(200, "GET", "/v1/persons/user_id:ann", reader, ""); a.field("state.life_events.0") != nil || a.field("state.holds.0") != nil {
		t.Errorf("what is not true holds nobody: %s", a.text("state"))
	}
	s.wants(409, "POST", "/v1/persons/user_id:ann/life/"+life+"/reject", staff, "")
}

func TestAnEventThatWasInferredIsConfirmed(t *testing.T) {
	s := newSite(t)
	s.wants(200, "POST", "/v1/track", server, `{"userId":"ann","event":"message","properties":{"channel":"email","text":"My husband passed away last week. Please stop sending him letters."}}`)
	a := s.wants(200, "GET", "/v1/persons/user_id:ann", reader, "")
	life := a.text("state.life_events.0.id")
	if a.text("state.life_events.0.certainty") != "1" || a.text("state.holds.0.kind") != "life" {
		t.Fatalf("a death that was read in a text is inferred, and holds in silence: %s", a.text("state"))
	}
	s.wants(200, "POST", "/v1/persons/user_id:ann/life/"+life+"/confirm", staff, "")
	if a := s.wants(200, "GET", "/v1/persons/user_id:ann", reader, ""); a.text("state.life_events.0.certainty") != "3" {
		t.Errorf("a person confirmed it: %s", a.text("state.life_events"))
	}
}

func TestAReviewIsAnsweredByAPerson(t *testing.T) {
	s := newSite(t)
	s.wants(200, "POST", "/v1/track", server, `{"userId":"ann","event":"message","properties":{"channel":"email","text":"My husband passed away last week. Please stop sending him letters."}}`)
	list := s.wants(200, "GET", "/v1/reviews", staff, "")
	id := list.text("items.0.id")
	if !strings.HasPrefix(list.text("items.0.about"), "life.") {
		t.Fatalf("somebody at the brand should be asked about the death: %s", list.body)
	}
	s.wants(403, "POST", "/v1/reviews/"+id+"/answer", reader, `{"person":"user_id:ann","yes":true}`)
	s.wants(200, "POST", "/v1/reviews/"+id+"/answer", staff, `{"person":"user_id:ann","yes":true}`)
	s.wants(409, "POST", "/v1/reviews/"+id+"/answer", staff, `{"person":"user_id:ann","yes":false}`)
	if a := s.wants(200, "GET", "/v1/persons/user_id:ann", reader, ""); a.text("state.life_events.0.certainty") != "3" {
		t.Errorf("the answer makes it a fact: %s", a.text("state.life_events"))
	}
}

func TestProcessingIsRestrictedUntilStaffReleaseIt(t *testing.T) {
	s := newSite(t)
	s.wants(200, "POST", "/v1/track", server, view1)
	s.wants(200, "POST", "/v1/persons/user_id:ann/restriction", staff, "")
	s.wants(409, "POST", "/v1/persons/user_id:ann/restriction", staff, "")
	hold := s.wants(200, "GET", "/v1/persons/user_id:ann", reader, "")
	if hold.text("state.holds.0.kind") != "legal" {
		t.Fatalf("a restriction is a legal hold: %s", hold.text("state.holds"))
	}
	for class, want := range map[string]string{"commercial": "hold", "favour": "hold", "survey": "hold", "legal": "allow", "safety": "allow"} {
		a := s.wants(200, "POST", "/v1/gate", server, `{"person":"user_id:ann","class":"`+class+`","channel":"email"}`)
		if got := a.text("verdict"); got != want && !(want == "hold" && got == "drop") {
			t.Errorf("while processing is restricted a message of class %s is answered %s, and should be %s: %s", class, got, want, a.body)
		}
	}
	s.wants(200, "DELETE", "/v1/persons/user_id:ann/holds/"+hold.text("state.holds.0.id"), staff, "")
	s.wants(200, "POST", "/v1/persons/user_id:ann/restriction", staff, "")
}

func TestStaffRecordAConsentAndItsRefusal(t *testing.T) {
	s := newSite(t)
	s.wants(200, "POST", "/v1/track", server, view1)
	for _, said := range []string{"granted", "refused"} {
		s.wants(200, "POST", "/v1/persons/user_id:ann/consents", staff, `{"purpose":"marketing","channel":"email","answer":"`+said+`","how":"by phone"}`)
		a := s.wants(200, "GET", "/v1/persons/user_id:ann", reader, "")
		if a.text("consents.0.answer") != said || a.text("consents.0.how") != "by phone" || a.text("consents.0.source") != "care" {
			t.Errorf("the consent in force is %s, and should be %s by phone, from care", a.text("consents"), said)
		}
		want := map[string]string{"granted": "allow", "refused": "drop"}[said]
		if a := s.wants(200, "POST", "/v1/gate", server, `{"person":"user_id:ann","class":"commercial","channel":"email"}`); a.text("verdict") != want {
			t.Errorf("an offer to somebody who %s is answered %s, and should be %s", said, a.text("verdict"), want)
		}
	}
}

func TestADeadLetterIsQueuedAgain(t *testing.T) {
	s := newSite(t)
	s.wants(200, "POST", "/v1/track", server, view1)
	s.wants(200, "POST", "/v1/persons/user_id:ann/consents", staff, `{"purpose":"marketing","channel":"email","answer":"granted"}`)
	offered := s.wants(200, "POST", "/v1/outbound", server, `{"person":"user_id:ann","class":"commercial","channel":"email","content":{"text":"Buy"}}`)
	if offered.text("state") != "queued" {
		t.Fatalf("the offer waits for its worker: %s", offered.body)
	}
	effect := s.fact("user_id:ann", "effect.requested")
	var id orrery.EffectID
	var person orrery.FragmentID
	must(t, id.UnmarshalText([]byte(effect.text("entries.0.fact.effect.id"))))
	must(t, person.UnmarshalText([]byte(effect.text("entries.0.fact.effect.person"))))
	work := func(c engine.Command) (any, error) { v, _, err := s.house.Workspace.Do(t.Context(), c); return v, err }
	released, err := work(engine.Release{Release: act.Release{Fragment: person, Effect: id}})
	must(t, err)
	_, err = work(engine.Answered{Answered: act.Answered{Fragment: person, Effect: id, Attempt: released.(*orrery.EffectReleased).Attempt, Outcome: orrery.OutcomeDead, Detail: "tried for three days"}})
	must(t, err)
	dead := s.wants(200, "GET", "/v1/dead-letters", staff, "")
	if dead.text("items.0.effect") != id.String() {
		t.Fatalf("the dead letter is listed: %s", dead.body)
	}
	again := `{"fragment":"` + dead.text("items.0.fragment") + `","effect":"` + id.String() + `"}`
	s.wants(403, "POST", "/v1/dead-letters/redeliver", server, again)
	s.wants(200, "POST", "/v1/dead-letters/redeliver", staff, again)
	if a := s.wants(200, "GET", "/v1/dead-letters", staff, ""); a.field("items.0") != nil {
		t.Errorf("what was queued again is no dead letter: %s", a.body)
	}
	s.wants(404, "POST", "/v1/dead-letters/redeliver", staff, again)
}

func TestAPolicyComesIntoForceWithoutARestart(t *testing.T) {
	s := newSite(t)
	s.wants(200, "POST", "/v1/track", server, view1)
	a := s.wants(200, "PUT", "/v1/policy", staff, `{"text":"audiences:\n  - name: viewers\n    rule: count(\"Product Viewed\") >= 1\n"}`)
	if a.text("version") != "2" {
		t.Errorf("it is the second policy of this workspace: %s", a.body)
	}
	if got := s.wants(200, "GET", "/v1/policy", staff, ""); got.text("version") != "2" || !strings.Contains(got.text("text"), "viewers") {
		t.Errorf("the policy in force is %s", got.body)
	}
	s.seq(a)
	if m := s.wants(200, "GET", "/v1/persons/user_id:ann/audiences/viewers", reader, ""); m.text("0.held") != "true" {
		t.Errorf("rules of the new policy are answered: %s", m.body)
	}
	s.wants(404, "GET", "/v1/persons/user_id:ann/audiences/runners", reader, "")
}

func TestACorrectionOfWhatWasUnderstoodWins(t *testing.T) {
	s := newSite(t)
	s.wants(200, "POST", "/v1/track", server, `{"userId":"ann","event":"message","properties":{"channel":"email","text":"The kettle broke again and nobody answers my calls. I want my money back!"}}`)
	touch := s.wants(200, "GET", "/v1/persons/user_id:ann", reader, "").text("state.open_cases.0.touch")
	right := `{"person":"user_id:ann","signals":{"engine":"","revision":1,"language":"en","polarity":"positive","confidence":1000,"intents":[]}}`
	s.wants(200, "POST", "/v1/touches/"+touch+"/signals", staff, right)
	if a := s.fact("user_id:ann", "signals.revised"); a.text("entries.0.fact.signals.engine") != "agent:care" || a.text("entries.0.fact.signals.polarity") != "positive" {
		t.Errorf("the correction says who made it: %s", a.body)
	}
}
