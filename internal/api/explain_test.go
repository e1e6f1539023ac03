package api_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery/internal/api"
)

func TestTheRoutesOfExplainingAreDescribedAndLocked(t *testing.T) {
	routes := (&api.Server{}).Routes()
	page := httptest.NewRecorder()
	routes.ServeHTTP(page, httptest.NewRequest("GET", "/openapi.json", nil))
	for _, path := range []string{"/v1/explain/intents/{id}", "/v1/explain/touches/{id}", "/v1/explain/effects/{id}", "/v1/explain/persons/{ref}",
		"/v1/explain/persons/{ref}/audiences/{audience}", "/v1/explain/identity"} {
		if !strings.Contains(page.Body.String(), `"`+path+`"`) {
			t.Errorf("%s is not described in /openapi.json", path)
		}
		answer := httptest.NewRecorder()
		routes.ServeHTTP(answer, httptest.NewRequest("GET", strings.NewReplacer("{id}", "int_0000000000001", "{ref}", "user_id:ann", "{audience}", "x").Replace(path), nil))
		if answer.Code != 401 {
			t.Errorf("%s without a key is answered with %d, expected 401", path, answer.Code)
		}
	}
}

func TestAnExplanationComesWithItsSentencesInTheLanguageAskedFor(t *testing.T) {
	s := newSite(t)
	s.wants(200, "POST", "/v1/track", public, view1)
	offered := s.wants(200, "POST", "/v1/outbound", server, `{"person":"user_id:ann","class":"commercial","channel":"email"}`)
	path := "/v1/explain/intents/" + offered.text("intent") + "?after=" + s.seq(offered)
	a := s.wants(200, "GET", path, staff, "")
	if a.text("verdict") != "dropped" || a.text("lang") != "en" || !strings.Contains(a.body, "The person has not agreed to this.") || a.text("lines.0.code") != "intent.offered" {
		t.Errorf("a dropped message is explained as %s", a.body)
	}
	if a := s.wants(200, "GET", path, staff, "", "Accept-Language", "zh-TW, en;q=0.5"); a.text("lang") != "zh-Hant" || !strings.Contains(a.body, "此人沒有同意這件事。") {
		t.Errorf("who reads traditional Chinese is answered %s", a.body)
	}
	if a := s.wants(200, "GET", path+"&lang=ar", staff, "", "Accept-Language", "zh-TW"); a.text("lang") != "ar" {
		t.Errorf("the language in the address wins over the header: %s", a.body)
	}
	for _, path := range []string{"/v1/explain/persons/user_id:ann", "/v1/explain/persons/user_id:ann/audiences/runners", "/v1/explain/identity?a=user_id:ann&b=user_id:ann"} {
		if a := s.wants(200, "GET", path, staff, ""); a.field("sentences.0") == nil {
			t.Errorf("%s has no sentence: %s", path, a.body)
		}
	}
	s.wants(404, "GET", "/v1/explain/intents/int_0000000000001", staff, "")
	s.wants(404, "GET", "/v1/explain/touches/tch_0000000000001", staff, "")
	s.wants(403, "GET", path, server, "")
}
