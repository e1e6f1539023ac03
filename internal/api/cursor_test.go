package api_test

import (
	"strings"
	"testing"
)

func TestAWordThatIsNoPlaceInAListIsRefusedByEveryList(t *testing.T) {
	s := newSite(t)
	for _, user := range []string{"ann", "bob"} {
		s.wants(200, "POST", "/v1/track", server, `{"userId":"`+user+`","event":"Played"}`)
		s.seq(s.wants(200, "POST", "/v1/cases", staff, `{"person":"user_id:`+user+`"}`))
	}
	next := s.wants(200, "GET", "/v1/cases?limit=1", staff, "").text("next")
	s.wants(200, "GET", "/v1/cases?limit=1&cursor="+next, staff, "")
	digit := "1" // another one than it is
	if next[0] == '1' {
		digit = "2"
	}
	paths, _ := s.wants(200, "GET", "/openapi.json", "", "").field("paths").(map[string]any)
	seen := 0
	for path, methods := range paths {
		get, _ := methods.(map[string]any)["get"].(map[string]any)
		parameters, _ := get["parameters"].([]any)
		for _, p := range parameters {
			if p.(map[string]any)["name"] != "cursor" {
				continue
			}
			seen++
			cursors := []string{"nonsense", "1", "1.2", "1~1", "1.2~abc", digit + next[1:]}
			if path != "/v1/cases" {
				cursors = append(cursors, next) // of another list
			}
			for _, cursor := range cursors {
				a := s.wants(400, "GET", path+"?cursor="+cursor, staff, "")
				if want := `cursor: "` + cursor + `" is no place in this list: use next of the page before, with the same filter`; a.text("detail") != want {
					t.Errorf("%s with the cursor %s says %q, and should say %q", path, cursor, a.text("detail"), want)
				}
			}
		}
	}
	if seen < 12 {
		t.Errorf("only %d lists were tried: the walk is broken", seen)
	}
	if strings.ContainsAny(next, "&=+% ") {
		t.Errorf("the cursor %q does not stand in an address as it is", next)
	}
}
