package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/govern"
	"github.com/orrery-cxm/orrery/internal/seal"
)

// bomb is 20 MiB in 20 KiB.
func bomb(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for range 20 {
		_, err := z.Write(bytes.Repeat([]byte(" "), 1<<20))
		must(t, err)
	}
	must(t, z.Close())
	return b.String()
}

func nested(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// TestBadInputOfTheTrackingAPIHasItsExactAnswer is the table of what is refused as a whole request; what is refused of a
// batch stands in the tests of collect, reason by reason.
func TestBadInputOfTheTrackingAPIHasItsExactAnswer(t *testing.T) {
	s := newSite(t)
	long := strings.Repeat("x", 600_000)
	for _, c := range []struct {
		name, path, key, body string
		headers               []string
		status                int
		code, say             string
	}{
		{"oversize", "/v1/batch", public, `{"batch":["` + long + `"]}`, nil, 413, "collect.too_large", `the request has more than 512000 bytes, which is the most that is taken`},
		{"gzip bomb", "/v1/batch", public, bomb(t), []string{"Content-Encoding", "gzip"}, 413, "collect.too_large", `the request has more than 512000 bytes, which is the most that is taken`},
		{"no gzip", "/v1/track", public, view1, []string{"Content-Encoding", "gzip"}, 400, "collect.encoding", `the body is not what its Content-Encoding says, or is cut off`},
		{"unknown encoding", "/v1/track", public, view1, []string{"Content-Encoding", "br"}, 400, "collect.encoding", `Content-Encoding: "br" is not known: use gzip, deflate, zstd or none`},
		{"one event too large", "/v1/track", public, `{"userId":"ann","event":"` + long[:33_000] + `"}`, nil, 400, "collect.event_too_large", `the event has 33027 bytes: at most 32768 are taken`},
		{"too many events", "/v1/batch", public, `{"batch":[` + strings.Repeat(`1,`, 2500) + `1]}`, nil, 400, "collect.too_many", `the request holds more than 2500 events: send it in parts`},
		{"nothing", "/v1/track", public, ``, nil, 400, "collect.json", `not JSON: a value is expected at byte 0, found the end`},
		{"no JSON", "/v1/track", public, `userId=ann`, nil, 400, "collect.json", `not JSON: a value is expected at byte 0, found "userId=a"`},
		{"wrong type", "/v1/track", public, `{"userId":true,"event":"e"}`, nil, 400, "collect.field", `userId: true is no id: write a string`},
		{"bad UTF-8", "/v1/track", public, "{\"userId\":\"ann\",\"event\":\"e\",\"properties\":{\"a\":\"\xff\"}}", nil, 400, "collect.utf8", `a string is not valid UTF-8`},
		{"deep nesting", "/v1/track", public, `{"userId":"ann","event":"e","properties":{"a":` + nested(10_000) + `}}`, nil, 400, "collect.depth", `objects and arrays stand more than 20 deep in each other`},
		{"a key twice", "/v1/track", public, `{"userId":"ann","userId":"bob","event":"e"}`, nil, 400, "collect.duplicate_key", `the key "userId" stands twice in one object`},
		{"undefined", "/v1/track", public, `{"userId":"undefined","event":"e"}`, nil, 400, "collect.identifier", `nobody can be recognised by userId "undefined": write a userId or an anonymousId that stands for one person`},
		{"null", "/v1/track", public, `{"anonymousId":"null","event":"e"}`, nil, 400, "collect.identifier", `nobody can be recognised by anonymousId "null": write a userId or an anonymousId that stands for one person`},
		{"nobody", "/v1/page", public, `{"properties":{}}`, nil, 400, "collect.identifier", `the event says nobody's name: write a userId or an anonymousId`},
		{"no key", "/v1/track", "", view1, nil, 401, "http.unauthorized", `no key, or one that is not known here: send the write key as the user name of Basic authorization`},
		{"a revoked key", "/v1/track", gone, view1, nil, 401, "http.unauthorized", `no key, or one that is not known here: send the write key as the user name of Basic authorization`},
		{"a key that may only read", "/v1/track", reader, view1, nil, 401, "http.unauthorized", `no key, or one that is not known here: send the write key as the user name of Basic authorization`},
	} {
		a := s.wants(c.status, "POST", c.path, c.key, c.body, c.headers...)
		if a.text("error.code") != c.code || a.text("error.message") != c.say || a.field("success") != false {
			t.Errorf("%s is answered with %.300s\nand should be answered with %s: %s", c.name, a.body, c.code, c.say)
		}
	}
	s.wants(404, "GET", "/v1/persons/user_id:ann", reader, "") // none of it left a trace
	s.wants(404, "GET", "/v1/persons/user_id:bob", reader, "")
}

// TestBadInputOfTheOwnAPIHasItsExactAnswer is the same for everything that is not the tracking API.
func TestBadInputOfTheOwnAPIHasItsExactAnswer(t *testing.T) {
	s := newSite(t)
	s.wants(200, "POST", "/v1/track", server, view1)
	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		say                      string
	}{
		{"oversize", "POST", "/v1/cases", `{"person":"` + strings.Repeat("x", 2<<20) + `"}`, nil, 413, `request body is too large limit=1048576 bytes`},
		{"gzip bomb", "POST", "/v1/cases", bomb(t), []string{"Content-Encoding", "gzip"}, 400, `invalid character '\x1f' at start of value`},
		{"no JSON", "POST", "/v1/cases", `<x/>`, []string{"Content-Type", "text/xml"}, 415, `unknown content type: text/xml`},
		{"cut off", "POST", "/v1/cases", `{"person":`, nil, 400, `unexpected EOF`},
		{"nothing", "POST", "/v1/cases", ``, nil, 400, `request body is required`},
		{"wrong type", "POST", "/v1/cases", `{"person":7}`, nil, 422, `expected string`},
		{"no object", "POST", "/v1/cases", `[]`, nil, 422, `expected object`},
		{"unknown field", "POST", "/v1/cases", `{"person":"user_id:ann","colour":"red"}`, nil, 422, `unexpected property`},
		{"too long", "POST", "/v1/cases", `{"person":"user_id:ann","title":"` + strings.Repeat("x", 301) + `"}`, nil, 422, `expected length <= 300`},
		{"bad UTF-8", "POST", "/v1/cases", "{\"person\":\"user_id:\xff\"}", nil, 400, `invalid UTF-8`},
		{"a key twice", "POST", "/v1/cases", `{"person":"user_id:ann","person":"user_id:bob"}`, nil, 400, `duplicate object member name "person"`},
		{"deep nesting", "POST", "/v1/cases", `{"person":"user_id:ann","title":` + nested(20_000) + `}`, nil, 400, `exceeded max depth`},
		{"undefined", "POST", "/v1/cases", `{"person":"user_id:undefined"}`, nil, 400, `user_id: "undefined" stands for no one person`},
		{"bad UTF-8 in the address", "GET", "/v1/persons/user_id:%ff", "", nil, 400, `user_id: "\xff" stands for no one person`},
		{"nobody we know", "POST", "/v1/cases", `{"person":"user_id:frank"}`, nil, 404, `nobody is known by that identifier`},
		{"nobody we know is wronged", "POST", "/v1/cases", `{"person":"user_id:ann","affected":"user_id:frank"}`, nil, 404, `nobody is known by that identifier`},
		{"a hold on nobody we know", "POST", "/v1/persons/user_id:frank/holds", `{}`, nil, 404, `nobody is known by that identifier`},
		{"no moment", "POST", "/v1/persons/user_id:ann/holds", `{"until":"never"}`, nil, 422, `"never" is no moment: write it as 2026-11-24T15:04:05Z`},
		{"a moment that has passed", "POST", "/v1/persons/user_id:ann/holds", `{"until":"2020-01-01T00:00:00Z"}`, nil, 400, `a hold cannot end at 2020-01-01T00:00:00.000Z, which has passed: give a later moment or none`},
		{"no answer", "POST", "/v1/persons/user_id:ann/consents", `{"purpose":"marketing","channel":"email","answer":"maybe"}`, nil, 422, `a consent is granted or refused`},
		{"no such event of life", "POST", "/v1/persons/user_id:ann/life", `{"kind":"lottery"}`, nil, 400, `"lottery" is no event that this workspace's policy knows`},
		{"no such hold", "DELETE", "/v1/persons/user_id:ann/holds/hld_0000000000001", "", nil, 404, `hld_0000000000001 is no hold in force for this person`},
		{"no id", "DELETE", "/v1/persons/user_id:ann/holds/hold1", "", nil, 422, `invalid value: "hold1" is no hld_id: hld_ and 13 letters or digits are expected`},
		{"no such review", "POST", "/v1/reviews/rev_0000000000001/answer", `{"person":"user_id:ann","yes":true}`, nil, 404, `rev_0000000000001 is no open question about this person`},
		{"one identifier twice", "POST", "/v1/identity/join", `{"a":"user_id:ann","b":"user_id:ann"}`, nil, 400, `two different identifiers are needed`},
		{"no such link", "POST", "/v1/identity/unlink-link", `{"person":"user_id:ann","link":"lnk_0000000000001"}`, nil, 404, `there is no such evidence about this person, or it was taken back before`},
		{"no such decision", "POST", "/v1/identity/undo", `{"person":"user_id:ann","link":"lnk_0000000000001"}`, nil, 404, `no decision lnk_0000000000001 is in force about this person`},
		{"nothing in quarantine", "POST", "/v1/identity/release", `{"person":"user_id:ann"}`, nil, 404, `nothing of this person waits in quarantine`},
		{"no such dead letter", "POST", "/v1/dead-letters/redeliver", `{"fragment":"per_0000000000001","effect":"eff_0000000000001"}`, nil, 404, `there is no such dead letter`},
		{"no such membership", "POST", "/v1/dead-letters/redeliver", `{"fragment":"per_0000000000001","destination":"ads","list":"x"}`, nil, 404, `there is no such membership`},
		{"a policy with a mistake", "PUT", "/v1/policy", `{"text":"audiences:\n  - name: A B\n    rule: known\n"}`, nil, 400, `line 2: audiences[0].name: "A B" is no name: use lower-case letters, digits, - and _`},
		{"a page of none", "GET", "/v1/cases?limit=0", "", nil, 422, `expected number >= 1`},
		{"a page of words", "GET", "/v1/cases?limit=all", "", nil, 422, `invalid integer`},
		{"no place in a list", "GET", "/v1/cases?cursor=%ff%00", "", nil, 400, `cursor: "\xff\x00" is no place in this list: use next of the page before, with the same filter`},
		{"no place in a timeline", "GET", "/v1/persons/user_id:ann/timeline?before=zzz", "", nil, 400, `before: "zzz" is no cursor: give the one of the last entry read`},
		{"no such state", "GET", "/v1/outbound?state=lost", "", nil, 422, `expected value to be one of "held, queued, released, accepted, unknown, failed, replaced, dropped, expired"`},
		{"no number", "GET", "/v1/quarantine/abc", "", nil, 422, `invalid integer`},
		{"no message", "GET", "/v1/explain/intents/x", "", nil, 400, `"x" is no int_id: int_ and 13 letters or digits are expected`},
		{"an erasure that nobody confirms", "POST", "/v1/persons/user_id:ann/erase", `{}`, nil, 422, `expected required property confirm to be present`},
		{"an export of nobody", "GET", "/v1/persons/per_/export", "", nil, 503, `this server cannot do that: use the command on its machine`},
		{"a policy that is no text", "PUT", "/v1/policy", `{"text":7}`, nil, 422, `expected string`},
	} {
		a := s.wants(c.status, c.method, c.path, staff, c.body, c.headers...)
		said := a.text("errors.0.message")
		if a.field("errors.0.message") == nil {
			said = a.text("detail")
		}
		if !strings.Contains(said, c.say) {
			t.Errorf("%s: the answer says %q, and should say %q", c.name, said, c.say)
		}
		if len(a.body) > 2000 {
			t.Errorf("%s: the answer sends %d bytes of the question back", c.name, len(a.body))
		}
	}
	if a := s.wants(200, "GET", "/v1/cases", staff, ""); a.field("items.0") != nil {
		t.Errorf("none of it opened a case: %s", a.body)
	}
}

var needs = regexp.MustCompile("Needs a key with the scope `([a-z]+)`")

func TestEveryOperationRefusesAKeyThatLacksItsScope(t *testing.T) {
	s := newSite(t)
	lacking := map[string]string{}
	keys := []govern.Key{}
	for _, missing := range govern.Scopes {
		k := govern.Key{ID: string(missing), Source: "all-but-one", Trust: orrery.Staff}
		for _, scope := range govern.Scopes {
			if scope != missing {
				k.Scopes = append(k.Scopes, scope)
			}
		}
		secret := "ork_lacking_" + string(missing) + "0000000000"
		k.Hash, lacking[string(missing)] = seal.Hash(secret), secret
		keys = append(keys, k)
	}
	s.house.Ring.Set(keys)
	paths, _ := s.wants(200, "GET", "/openapi.json", "", "").field("paths").(map[string]any)
	seen := 0
	for path, methods := range paths {
		for method, operation := range methods.(map[string]any) {
			m := needs.FindStringSubmatch(fmt.Sprint(operation.(map[string]any)["description"]))
			if m == nil {
				t.Errorf("%s %s names no scope", method, path)
				continue
			}
			seen++
			real := regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(path, "1")
			a := s.wants(403, strings.ToUpper(method), real, lacking[m[1]], "")
			if want := "this key lacks the scope " + m[1]; a.text("detail") != want {
				t.Errorf("%s %s says %q, and should say %q", method, path, a.text("detail"), want)
			}
		}
	}
	if seen < 40 {
		t.Errorf("only %d operations were tried: the walk is broken", seen)
	}
}

func TestTheWholeWorldMayNeitherReleaseNorRead(t *testing.T) {
	s := newSite(t)
	s.wants(200, "POST", "/v1/track", server, view1)
	s.wants(200, "POST", "/v1/persons/user_id:ann/holds", staff, `{}`)
	id := s.wants(200, "GET", "/v1/persons/user_id:ann", reader, "").text("state.holds.0.id")
	for _, way := range []string{"care", "govern", "read"} { // even a ring that was written by hand
		s.house.Ring.Set([]govern.Key{{ID: "1", Hash: seal.Hash(public), Source: "website", Trust: orrery.Public, Scopes: []govern.Scope{govern.Write, govern.Scope(way)}},
			{ID: "3", Hash: seal.Hash(reader), Source: "bi", Trust: orrery.Server, Scopes: []govern.Scope{govern.Read}}})
		a := s.wants(403, "DELETE", "/v1/persons/user_id:ann/holds/"+id, public, "")
		if want := map[string]string{"care": "a public key may not release a hold: only a person at the brand may"}[way]; want != "" && a.text("detail") != want {
			t.Errorf("a public key that tries to release a hold is told %q, and should be told %q", a.text("detail"), want)
		}
	}
	if s.wants(200, "GET", "/v1/persons/user_id:ann", reader, "").field("state.holds.0") == nil {
		t.Error("the hold is gone")
	}
}

func TestUnderPressureASourceIsToldInWholeSecondsWhenToComeBack(t *testing.T) {
	s := newSiteWith(t, func(o *engine.Options) { o.Driven = true }) // nobody serves the queue
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.house.Workspace.Submit(gone, make([]engine.Input, 20_000)); err == nil {
		t.Fatal("nobody serves the queue, and yet there was an answer")
	}
	a := s.wants(429, "POST", "/v1/track", public, view1)
	if a.header.Get("Retry-After") != "1" || a.text("error.code") != "engine.busy" || a.text("error.message") != "too much at once; come back in a second" {
		t.Errorf("a full queue is answered with Retry-After %q: %s", a.header.Get("Retry-After"), a.body)
	}
	a = s.wants(429, "PUT", "/v1/policy", staff, `{"text":""}`)
	if a.header.Get("Retry-After") != "1" || a.text("detail") != "too much at once; come back in a second" {
		t.Errorf("the product's own API answers with Retry-After %q: %s", a.header.Get("Retry-After"), a.body)
	}
}

func TestAClosedWorkspaceAnswersWithAPause(t *testing.T) {
	s := newSite(t)
	must(t, s.house.Workspace.Close())
	s.closed = true
	a := s.wants(503, "POST", "/v1/track", public, view1)
	if a.header.Get("Retry-After") != "5" || a.text("error.code") != "engine.closed" {
		t.Errorf("Retry-After is %q, and should be 5 whole seconds: %s", a.header.Get("Retry-After"), a.body)
	}
}
