package api_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// TestNothingThatIsWrongIsAFaultOfTheServer asks every operation for what cannot be, in every place where something can be
// written: the answer is a refusal or an answer, and never a fault.
func TestNothingThatIsWrongIsAFaultOfTheServer(t *testing.T) {
	s := newSite(t)
	s.wants(200, "POST", "/v1/track", server, view1)
	ids := []string{"1", "-1", "x", "per_", "user_id:", "user_id:%00", "user_id:" + strings.Repeat("a", 3000), "email:nope", "%ff", "99999999999999999999", "..%2f..%2fetc", "user_id:ann"}
	questions := []string{"", "?limit=-1", "?limit=x", "?cursor=%ff%00", "?cursor=" + strings.Repeat("A", 3000), "?after=-1", "?state=x", "?before=x", "?lang=x"}
	bodies := []string{"", "{", "[]", "null", "5", `"x"`, `{"a":1}`, "\xff", `{"person":5}`, nested(3000), `{"person":"user_id:ann","person":"x"}`, `{"person":"\ud800"}`, `{"text":1e999}`}
	paths, _ := s.wants(200, "GET", "/openapi.json", "", "").field("paths").(map[string]any)
	place := regexp.MustCompile(`\{[a-z]+\}`)
	asked := 0
	for path, methods := range paths {
		for method := range methods.(map[string]any) {
			var urls []string
			if place.MatchString(path) {
				for _, id := range ids {
					urls = append(urls, place.ReplaceAllLiteralString(path, id))
				}
			} else {
				for _, q := range questions {
					urls = append(urls, path+q)
				}
			}
			tried := bodies[:1]
			if method == "post" || method == "put" {
				tried = bodies
			}
			for _, url := range urls {
				for _, body := range tried {
					asked++
					if a := s.ask(strings.ToUpper(method), url, staff, body); a.status >= http.StatusInternalServerError && !strings.Contains(a.body, "this server cannot do that") {
						t.Errorf("%s %.80s with the body %.40q answers %d: %.200s", method, url, body, a.status, a.body)
					}
				}
			}
		}
	}
	if asked < 2000 {
		t.Errorf("only %d things were asked: the walk is broken", asked)
	}
}
