package api_test

import (
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// exact are numbers that a double cannot hold.
const exact = `{"deep":[{"long":1234567890123456789.123}],"part":0.10000000000000000555,"whole":9007199254740993}`

func TestNumbersKeepAllTheirDigits(t *testing.T) {
	s := newSite(t)
	s.wants(200, "POST", "/v1/identify", server, `{"userId":"ann","traits":{"all":`+exact+`,"whole":9007199254740993}}`)
	s.wants(200, "POST", "/v1/track", server, `{"userId":"ann","event":"Seen","properties":`+exact+`}`)
	s.wants(200, "POST", "/v1/outbound", server, `{"person":"user_id:ann","class":"service","channel":"email","content":{ "z" : 1, "all" : `+exact+` }}`)
	person := s.wants(200, "GET", "/v1/persons/user_id:ann", staff, "").body
	for _, want := range []string{`"value":` + exact, `"value":9007199254740993`} {
		if !strings.Contains(person, want) {
			t.Errorf("the person should hold %s; it is %s", want, person)
		}
	}
	if got := s.fact("user_id:ann", "touch.recorded").text("entries.0.fact.Touch.Properties"); got != exact {
		t.Errorf("the properties should be %s; they are %s", exact, got)
	}
	effect := s.fact("user_id:ann", "effect.requested")
	var id orrery.EffectID
	var fragment orrery.FragmentID
	must(t, id.UnmarshalText([]byte(effect.text("entries.0.fact.effect.id"))))
	must(t, fragment.UnmarshalText([]byte(effect.text("entries.0.fact.effect.person"))))
	_, _, err := s.house.Workspace.Do(t.Context(), engine.Release{Release: act.Release{Fragment: fragment, Effect: id}})
	must(t, err)
	content, err := s.house.Workspace.Content(t.Context(), fragment, id)
	must(t, err)
	if want := `{"z":1,"all":` + exact + `}`; content.Data != want {
		t.Errorf("the destination should get %s as it was offered; it gets %s", want, content.Data)
	}
}

func TestContentIsAnObjectOrNothing(t *testing.T) {
	s := newSite(t)
	s.wants(200, "POST", "/v1/track", server, view1)
	offer := func(content string) string {
		return `{"person":"user_id:ann","class":"service","channel":"email","content":` + content + `}`
	}
	for _, bad := range []string{`[1]`, `"text"`, `5`, `true`} {
		if a := s.wants(422, "POST", "/v1/outbound", server, offer(bad)); a.text("errors.0.message") != "expected object" || a.text("errors.0.location") != "body.content" {
			t.Errorf("content %s: the refusal should name the place: %s", bad, a.body)
		}
	}
	s.wants(400, "POST", "/v1/outbound", server, offer(`{"a":{"b":1,"b":2}}`))
	s.wants(200, "POST", "/v1/outbound", server, offer(`null`))
}
