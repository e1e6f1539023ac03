package api

import (
	"net/http"
	"testing"
)

func TestAKeyIsFoundWhereverAClientPutsItAlsoWithASecretBehindAColon(t *testing.T) {
	for name, c := range map[string]struct {
		header, value, body string
	}{
		"Basic":              {"Authorization", "Basic b3JrX2Fubjo=", `{}`},
		"Bearer":             {"Authorization", "Bearer ork_ann", `{}`},
		"Bearer of Jitsu":    {"Authorization", "Bearer ork_ann:-", `{}`},
		"body":               {"", "", `{"writeKey":"ork_ann"}`},
		"body of Jitsu":      {"X-Write-Key", "ork_ann:-", `{"writeKey":"ork_ann:-"}`},
		"header of Jitsu":    {"X-Write-Key", "ork_ann:-", `{"writeKey":""}`},
		"header, no secret":  {"X-Write-Key", "ork_ann", `{}`},
		"header, no content": {"X-Write-Key", "ork_ann", ``},
	} {
		r := &http.Request{Header: http.Header{}}
		if c.header != "" {
			r.Header.Set(c.header, c.value)
		}
		if got := secretOf(r, []byte(c.body)); got != "ork_ann" {
			t.Errorf("%s: the key is %q; want ork_ann", name, got)
		}
	}
}
