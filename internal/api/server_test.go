package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/api"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/govern"
	"github.com/orrery-cxm/orrery/internal/listen"
	"github.com/orrery-cxm/orrery/internal/seal"
	"github.com/orrery-cxm/orrery/internal/teach"
	"github.com/orrery-cxm/orrery/internal/view"
)

const testPolicy = `
audiences:
  - name: runners
    rule: count("Product Viewed", "14d") >= 1
destinations:
  - name: mailer
    kind: webhook
    url: https://mail.example/hook
    secrets: [MAILER_SECRET]
channels:
  - channel: email
    destination: mailer
`

// Keys of the test workspace, by what they may do.
const (
	public = "ork_public000000000000000000"
	server = "ork_server000000000000000000"
	reader = "ork_reader000000000000000000"
	staff  = "ork_staff0000000000000000000"
	gone   = "ork_gone00000000000000000000"
)

// site is a real server over a real workspace.
type site struct {
	*testing.T
	url    string
	house  *api.House
	closed bool // the workspace, by the test itself
}

func newSite(t *testing.T) *site {
	t.Helper()
	return newSiteWith(t, func(*engine.Options) {})
}

func newSiteWith(t *testing.T, change func(*engine.Options)) *site {
	t.Helper()
	ctx, dir := context.Background(), t.TempDir()
	now := func() time.Time { return time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC) }
	policy, err := engine.ParsePolicy(testPolicy)
	must(t, err)
	o := engine.Options{Dir: dir, Workspace: "test", Policy: policy, Now: now, Elapsed: func() time.Duration { return 0 }}
	change(&o)
	w, err := engine.Open(ctx, o)
	must(t, err)
	keys, err := seal.Open(filepath.Join(dir, "keys"))
	must(t, err)
	ears, err := listen.Shipped()
	must(t, err)
	views, err := view.Open(ctx, view.Options{Dir: dir, Source: w, Gather: time.Millisecond})
	must(t, err)
	ring := &govern.Ring{}
	ring.Set([]govern.Key{
		{ID: "1", Hash: seal.Hash(public), Source: "website", Trust: orrery.Public, Scopes: []govern.Scope{govern.Write}, Channel: "web"},
		{ID: "2", Hash: seal.Hash(server), Source: "shop", Trust: orrery.Server, Scopes: []govern.Scope{govern.Write, govern.Outbound}, Channel: "web"},
		{ID: "3", Hash: seal.Hash(reader), Source: "bi", Trust: orrery.Server, Scopes: []govern.Scope{govern.Read}},
		{ID: "4", Hash: seal.Hash(staff), Source: "care", Trust: orrery.Staff, Scopes: govern.Scopes, Region: "DE"},
		{ID: "5", Hash: seal.Hash(gone), Source: "old", Trust: orrery.Staff, Scopes: govern.Scopes, Revoked: 5},
	})
	h := &api.House{Name: "test", Workspace: w, Keys: keys, Ring: ring, Listen: listen.NewEars(ears), Views: views}
	h.Teacher = teach.Start(teach.Options{Source: w, Lists: views, Ears: h.Listen, Gather: time.Millisecond})
	s := &api.Server{Houses: []*api.House{h}, Now: w.Clock}
	s.Own = s.Routes()
	web := httptest.NewServer(s)
	out := &site{T: t, url: web.URL, house: h}
	t.Cleanup(func() {
		web.Close()
		h.Teacher.Close()
		_ = views.Close()
		if !out.closed {
			w.Kill()
		}
	})
	return out
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// field is a value inside the answer: "error.code", "entries.0.kind".
func (a answer) field(path string) any {
	var v any
	d := json.NewDecoder(strings.NewReader(a.body))
	d.UseNumber()
	_ = d.Decode(&v)
	for _, part := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

func (a answer) text(path string) string { return fmt.Sprint(a.field(path)) }

func (s *site) ask(method, path, key, body string, headers ...string) answer {
	s.Helper()
	r, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	must(s.T, err)
	if key != "" {
		r.SetBasicAuth(key, "")
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	must(s.T, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	must(s.T, err)
	return answer{resp.StatusCode, resp.Header, string(b)}
}

// wants makes a request and checks the status.
func (s *site) wants(status int, method, path, key, body string, headers ...string) answer {
	s.Helper()
	a := s.ask(method, path, key, body, headers...)
	if a.status != status {
		s.Errorf("%s %s answers %d, not %d: %.300s", method, path, a.status, status, a.body)
	}
	return a
}

const view1 = `{"userId":"ann","event":"Product Viewed","messageId":"m1","properties":{"product_id":"shoe"}}`

// seq waits until lists show what an answer made durable, and returns its chunk.
func (s *site) seq(a answer) string {
	s.Helper()
	n, err := strconv.ParseUint(a.text("seq"), 10, 64)
	if err != nil {
		s.Fatalf("the answer names no chunk: %s", a.body)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	must(s.T, s.house.Views.Wait(ctx, orrery.Seq(n)))
	return a.text("seq")
}

func TestTouchesAreTakenByEveryWayThatClientsKnow(t *testing.T) {
	s := newSite(t)
	a := s.wants(200, "POST", "/v1/track", public, view1, "Origin", "https://brand.example")
	if a.field("success") != true || a.field("seq") == nil || a.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("the answer is %s with %v", a.body, a.header)
	}
	if a := s.wants(200, "POST", "/v1/track", public, view1); a.text("duplicates") != "1" {
		t.Errorf("the same message id again is a duplicate: %s", a.body)
	}
	s.wants(200, "POST", "/v1/track", "", `{"writeKey":"`+public+`","userId":"ann","event":"Played"}`)
	s.wants(200, "POST", "/api/s/track", "", `{"userId":"ann","event":"Played"}`, "X-Write-Key", public+":secret")
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte(`{"userId":"ann","event":"Played"}`))
	_ = z.Close()
	s.wants(200, "POST", "/v1/track", public, zipped.String(), "Content-Encoding", "gzip")
	s.wants(400, "POST", "/v1/track", public, "no gzip at all", "Content-Encoding", "gzip")
	data := base64.URLEncoding.EncodeToString([]byte(`{"writeKey":"` + public + `","userId":"ann","event":"Played"}`))
	if a := s.wants(200, "GET", "/v1/pixel/track?data="+data, "", ""); a.header.Get("Content-Type") != "image/gif" {
		t.Errorf("a pixel is an image, not %s", a.header.Get("Content-Type"))
	}
	s.wants(200, "GET", "/v1/pixel/track?data=nonsense", "", "")
	if a := s.wants(200, "GET", "/v1/persons/user_id:ann", reader, ""); a.text("touches") != "5" {
		t.Errorf("ann was seen five times, not %s", a.text("touches"))
	}
	s.wants(200, "POST", "/v1/m", "", "{}")
	s.wants(204, "OPTIONS", "/v1/track", "", "", "Origin", "https://brand.example")
	s.wants(400, "GET", "/v1/track", public, "")
}

func TestAClientLibraryIsToldWhereToSendOnlyForAPublicKey(t *testing.T) {
	s := newSite(t)
	if a := s.wants(200, "GET", "/v1/projects/"+public+"/settings", "", ""); !strings.Contains(a.body, public) {
		t.Errorf("settings: %s", a.body)
	}
	s.wants(404, "GET", "/v1/projects/"+server+"/settings", "", "")
	s.wants(404, "GET", "/v1/projects/nobody/settings", "", "")
}

func TestWhatCannotBeTakenIsRefusedOrSetAside(t *testing.T) {
	s := newSite(t)
	if a := s.wants(400, "POST", "/v1/track", public, `{"event":"x"}`); a.field("error.code") == nil || a.field("error.message") == nil {
		t.Errorf("a single event without a person is refused with its reason: %s", a.body)
	}
	s.wants(400, "POST", "/v1/track", public, `{`)
	for _, key := range []string{"", gone, reader} {
		s.wants(401, "POST", "/v1/track", key, view1)
	}
	a := s.wants(200, "POST", "/v1/batch", public, `{"batch":[{"type":"track","userId":"ann","event":"A"},{"type":"track","event":"nobody"},{"type":"track","userId":"bob","event":"B"}]}`)
	if a.text("quarantined") != "1" {
		t.Fatalf("one event of three is set aside: %s", a.body)
	}
	s.seq(a)
	list := s.wants(200, "GET", "/v1/quarantine", staff, "")
	number := list.text("items.0.number")
	if a := s.wants(200, "GET", "/v1/quarantine/"+number, staff, ""); !strings.Contains(a.body, `"nobody"`) {
		t.Errorf("the event as it came: %s; the list is %s", a.body, list.body)
	}
	s.wants(400, "POST", "/v1/quarantine/"+number+"/resubmit", staff, "")
	s.seq(s.wants(200, "POST", "/v1/quarantine/"+number+"/resubmit", staff, `{"type":"track","userId":"eve","event":"nobody"}`))
	s.wants(200, "GET", "/v1/persons/user_id:eve", reader, "")
	if a := s.wants(200, "GET", "/v1/quarantine", staff, ""); a.field("items.0") != nil {
		t.Errorf("nothing is left in the quarantine: %s", a.body)
	}
	s.wants(404, "GET", "/v1/quarantine/5", staff, "")
	s.wants(404, "POST", "/v1/quarantine/5/resubmit", staff, `{}`)
}

func TestAPublicKeyMayRestrictAndNeverRelease(t *testing.T) {
	s := newSite(t)
	s.wants(200, "POST", "/v1/track", server, view1)
	s.ask("POST", "/v1/track", public, `{"userId":"ann","event":"Order Completed","properties":{"order_id":"o1","total":10,"currency":"EUR"}}`)
	if a := s.wants(200, "GET", "/v1/persons/user_id:ann", reader, ""); a.text("orders.count") != "0" {
		t.Errorf("anybody can read a public key: an order that it reports counts for nothing: %s", a.text("orders"))
	}
	s.wants(200, "POST", "/v1/persons/user_id:ann/holds", staff, `{}`)
	hold := s.wants(200, "GET", "/v1/persons/user_id:ann", reader, "").text("state.holds.0.id")
	s.wants(403, "DELETE", "/v1/persons/user_id:ann/holds/"+hold, public, "")
	s.wants(403, "POST", "/v1/persons/user_id:ann/consents", public, `{"purpose":"marketing","channel":"email","answer":"granted"}`)
	s.wants(403, "GET", "/v1/persons/user_id:ann", public, "")
	s.wants(200, "DELETE", "/v1/persons/user_id:ann/holds/"+hold, staff, "")
	if a := s.wants(200, "GET", "/v1/persons/user_id:ann", reader, ""); a.field("state.holds.0") != nil {
		t.Errorf("a person released the hold: %s", a.text("state.holds"))
	}
}

func TestACaseGoesFromOpenToSatisfied(t *testing.T) {
	s := newSite(t)
	s.wants(200, "POST", "/v1/track", public, view1)
	after := s.seq(s.wants(200, "POST", "/v1/cases", staff, `{"person":"user_id:ann","title":"It broke","severity":"high"}`))
	list := s.wants(200, "GET", "/v1/cases?status=open&severity=high&after="+after, staff, "")
	id := list.text("items.0.id")
	if a := s.wants(200, "GET", "/v1/cases/"+id, staff, ""); a.text("title") != "It broke" {
		t.Fatalf("the case reads %s; the list is %s", a.body, list.body)
	}
	offer := `{"person":"user_id:ann","class":"commercial","channel":"email","key":"k1","content":{"text":"Buy"}}`
	if a := s.wants(200, "POST", "/v1/outbound", server, offer); a.text("answer.verdict") == "allow" || a.field("answer.reason") == nil {
		t.Errorf("the gate says no to offers while a case is open: %s", a.body)
	}
	s.wants(409, "POST", "/v1/outbound", server, offer)
	for _, step := range []string{"resolve", "satisfied"} {
		s.wants(200, "POST", "/v1/cases/"+id+"/"+step, staff, `{"note":"done"}`)
	}
	if a := s.wants(200, "GET", "/v1/cases/"+id, staff, ""); a.text("status") != "satisfied" {
		t.Errorf("the case is %s, not satisfied", a.text("status"))
	}
	s.wants(404, "POST", "/v1/cases/cas_0000000000001/resolve", staff, `{}`)
	s.wants(404, "GET", "/v1/cases/cas_0000000000001", staff, "")
}

func TestATimelineIsReadPageByPage(t *testing.T) {
	s := newSite(t)
	for i := range 5 {
		s.wants(200, "POST", "/v1/track", public, fmt.Sprintf(`{"userId":"ann","event":"Played","messageId":"p%d"}`, i))
	}
	seen, before := 0, ""
	for range 100 {
		a := s.wants(200, "GET", "/v1/persons/user_id:ann/timeline?limit=2&before="+before, reader, "")
		for i := 0; a.field(fmt.Sprintf("entries.%d", i)) != nil; i++ {
			seen++
		}
		if a.field("more") == nil {
			break
		}
		before = a.text("more")
	}
	if seen < 7 {
		t.Errorf("five touches, a first sight and a person are at least seven entries; there are %d", seen)
	}
	for _, cursor := range []string{"x", "1", "1.x", "-1.2", "1.99999999999"} {
		s.wants(400, "GET", "/v1/persons/user_id:ann/timeline?before="+cursor, reader, "")
	}
}

func TestEveryRefusalSaysWhatIsWrongAndNothingOfTheInside(t *testing.T) {
	s := newSite(t)
	s.wants(200, "POST", "/v1/track", public, view1)
	for _, c := range []struct {
		status                  int
		method, path, key, body string
	}{
		{401, "GET", "/v1/persons/user_id:ann", "", ""}, {401, "GET", "/v1/cases", gone, ""}, {401, "GET", "/v1/cases", "ork_nobody", ""},
		{403, "GET", "/v1/cases", reader, ""}, {403, "GET", "/v1/policy", server, ""},
		{404, "GET", "/v1/persons/user_id:frank", reader, ""}, {404, "GET", "/v1/persons/per_0000000000001", reader, ""}, {404, "GET", "/v1/nothing", staff, ""},
		{404, "GET", "/v1/persons/user_id:frank/timeline", reader, ""}, {404, "GET", "/v1/persons/user_id:ann/audiences/nothing", reader, ""},
		{400, "GET", "/v1/persons/ann", reader, ""}, {400, "GET", "/v1/persons/per_x", reader, ""}, {400, "GET", "/v1/cases?cursor=!", staff, ""},
		{400, "PUT", "/v1/policy", staff, `{"text":"audiences:\n  - name: A B\n    rule: known\n"}`},
		{400, "POST", "/v1/outbound", server, `{"person":"user_id:ann","class":"service","channel":"pigeon"}`},
		{404, "POST", "/v1/outbound", server, `{"person":"user_id:frank","class":"service","channel":"email"}`},
		{404, "POST", "/v1/outbound", server, `{"person":"user_id:ann","class":"recovery","channel":"email","case":"cas_0000000000001"}`},
		{404, "POST", "/v1/outbound/int_0000000000001/bounce", server, `{"person":"user_id:ann"}`},
		{403, "POST", "/v1/outbound/int_0000000000001/bounce", public, `{"person":"user_id:ann"}`},
		{422, "POST", "/v1/outbound", server, `{"person":"user_id:ann","class":"spam","channel":"email"}`},
		{422, "GET", "/v1/cases?limit=1000", staff, ""},
	} {
		a := s.wants(c.status, c.method, c.path, c.key, c.body)
		if a.body == "" || strings.Contains(a.body, ".go:") || strings.Contains(a.body, "internal/") || (c.key != "" && strings.Contains(a.body, c.key)) {
			t.Errorf("%s %s answers %s", c.method, c.path, a.body)
		}
	}
	if a := s.wants(503, "GET", "/v1/cases?after=100000", staff, ""); a.header.Get("Retry-After") != "1" {
		t.Errorf("what comes later says when, in whole seconds; Retry-After is %q", a.header.Get("Retry-After"))
	}
}

func TestEveryReadAnswers(t *testing.T) {
	s := newSite(t)
	s.seq(s.wants(200, "POST", "/v1/track", public, view1))
	for _, path := range []string{"/v1/holds", "/v1/conflicts", "/v1/signals", "/v1/quarantine", "/v1/destinations", "/v1/audiences", "/v1/policy", "/v1/reviews",
		"/v1/cases", "/v1/outbound?state=held", "/v1/ledger", "/v1/dead-letters", "/v1/persons/user_id:ann/audiences/runners",
		"/v1/identity/explain?a=user_id:ann&b=user_id:ann", "/healthz", "/.well-known/gpc.json"} {
		s.wants(200, "GET", path, staff, "")
	}
}

func TestTheDescriptionListsEveryRoute(t *testing.T) {
	s := newSite(t)
	a := s.wants(200, "GET", "/openapi.json", "", "")
	paths, _ := a.field("paths").(map[string]any)
	for path, methods := range paths { // every described route exists, and wants a key
		for method, operation := range methods.(map[string]any) {
			real := path
			for strings.Contains(real, "{") {
				i, j := strings.Index(real, "{"), strings.Index(real, "}")
				real = real[:i] + "1" + real[j+1:]
			}
			if got := s.ask(strings.ToUpper(method), real, "", "").status; got != 401 {
				t.Errorf("%v (%s %s) answers %d without a key", operation.(map[string]any)["operationId"], method, path, got)
			}
		}
	}
	for _, path := range []string{"/v1/persons/{ref}", "/v1/persons/{ref}/timeline", "/v1/cases/{id}/resolve", "/v1/outbound", "/v1/gate", "/v1/policy", "/v1/quarantine/{number}/resubmit"} {
		if paths[path] == nil {
			t.Errorf("%s is not described", path)
		}
	}
}
