package clients

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	rudder "github.com/rudderlabs/analytics-go/v4"
	segment "github.com/segmentio/analytics-go/v3"
)

// at is the moment that the clients claim: an hour ago, to the millisecond.
var at = time.Now().Add(-time.Hour).UTC().Truncate(time.Millisecond)

const moment = "2006-01-02T15:04:05.000Z07:00"

func TestClientsOfOthersWorkUnmodified(t *testing.T) {
	s := start(t, "")
	six := map[string]int{"identify ": 1, "track Signed Up": 1, "page Home": 1, "screen Start": 1, "group ": 1, "alias ": 1}
	for name, c := range map[string]struct {
		send  func(t *testing.T, who string)
		calls map[string]int
		timed bool // the client lets its user give the time
	}{
		"@segment/analytics-node":    {script(s, "analytics-node.cjs"), six, true},
		"@rudderstack/sdk-node":      {script(s, "rudder-sdk-node.cjs"), six, true},
		"@jitsu/js":                  {script(s, "jitsu.cjs"), map[string]int{"identify ": 1, "track Signed Up": 1, "page Home": 1, "group ": 1}, false},
		"segmentio/analytics-go v3":  {s.segmentGo, six, true},
		"rudderlabs/analytics-go v4": {s.rudderGo, six, true},
	} {
		t.Run(name, func(t *testing.T) {
			who := "u-" + strings.Map(letters, name)
			c.send(t, who)
			list := s.touches(t, who)
			if got := count(list); !maps.Equal(got, c.calls) {
				t.Fatalf("arrived: %v\nsent:    %v", got, c.calls)
			}
			s.compare(t, who, list, c.timed)
		})
	}
}

// compare looks at what came in with the calls: who, when, what.
func (s *server) compare(t *testing.T, who string, list []touch, timed bool) {
	t.Helper()
	seen := map[string]bool{}
	for _, got := range list {
		if !got.has("user_id", who) {
			t.Errorf("%s: identifiers %v lack the user", got, got.Identifiers)
		}
		if got.MessageID == "" || seen[got.MessageID] {
			t.Errorf("%s: message id %q is empty or stands twice", got, got.MessageID)
		}
		seen[got.MessageID] = true
		when, err := time.Parse(time.RFC3339Nano, got.At)
		if err != nil {
			t.Errorf("%s: at %q: %v", got, got.At, err)
		}
		want := time.Now()
		near := time.Minute
		if timed {
			want, near = at, 5*time.Second // the correction of clocks moves a time by what the way took
		}
		if when.Sub(want).Abs() > near {
			t.Errorf("%s: at %s, but was sent for %s", got, when, want)
		}
		switch got.Kind {
		case "track":
			if p := jsonOf(t, got.Properties); p["plan"] != "pro" || p["seats"] != 3.0 {
				t.Errorf("%s: properties %v", got, p)
			}
		case "page":
			if p := jsonOf(t, got.Properties); p["url"] != "https://shop.example/" {
				t.Errorf("%s: properties %v", got, p)
			}
		case "alias":
			if len(got.Alias) != 1 || got.Alias[0].Value != who+"-before" {
				t.Errorf("%s: alias %v", got, got.Alias)
			}
		case "group":
			if got.Account != "acme" {
				t.Errorf("%s: account %q", got, got.Account)
			}
		}
	}
	if p := s.profile(t, who); p.Traits["city"].Value != "Lyon" {
		t.Errorf("traits of %s: %v", who, p.Traits)
	}
}

// TestABrowserIsRecognisedWhenItLogsIn loads analytics.js in a page: settings, anonymous touches, then a known person.
func TestABrowserIsRecognisedWhenItLogsIn(t *testing.T) {
	s := start(t, "")
	out := node(t, "analytics-next.cjs", nil, "URL="+s.url, "KEY="+s.browser, "WHO=visitor-1")
	var said struct {
		AnonymousID string
		Requests    int
	}
	if err := json.Unmarshal(out, &said); err != nil || said.AnonymousID == "" {
		t.Fatalf("the page said %q: %v", out, err)
	}
	list := s.touches(t, "visitor-1")
	want := map[string]int{"page Kettles": 1, "track Product Viewed": 1, "identify ": 1, "track Cart Opened": 1, "group ": 1}
	if got := count(list); !maps.Equal(got, want) {
		t.Fatalf("arrived: %v\nsent:    %v", got, want)
	}
	for _, got := range list {
		if !got.has("anonymous_id", said.AnonymousID) {
			t.Errorf("%s: identifiers %v lack the browser", got, got.Identifiers)
		}
		if got.Kind == "page" {
			if p := jsonOf(t, got.Properties); p["path"] != "/kettles" || p["title"] != "Kettles" {
				t.Errorf("%s: properties %v", got, p)
			}
		}
	}
}

// TestTheStandardWebhooksPackageVerifiesWhatIsSent receives what the product tells about a complaint.
func TestTheStandardWebhooksPackageVerifiesWhatIsSent(t *testing.T) {
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	type hook struct {
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
	}
	var mu sync.Mutex
	var hooks []hook
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		headers := map[string]string{}
		for name := range r.Header {
			headers[strings.ToLower(name)] = r.Header.Get(name)
		}
		mu.Lock()
		hooks = append(hooks, hook{headers, string(body)})
		mu.Unlock()
	}))
	defer receiver.Close()
	s := start(t, fmt.Sprintf("destinations:\n  - name: tools\n    kind: webhook\n    url: %s\n    private: true\n    secrets: [HOOK_SECRET]\nsubscriptions:\n  - destination: tools\n    events: [\"case.*\", \"hold.*\"]\n", receiver.URL),
		"HOOK_SECRET="+secret)
	s.call(t, "POST", "/v1/track", map[string]any{"userId": "ann", "event": "message", "messageId": "1",
		"properties": map[string]any{"channel": "email", "text": "The kettle broke again and nobody answers my calls. This is terrible service, I want my money back!"}}, nil)
	eventually(t, "a webhook about the case arrives", func() bool { mu.Lock(); defer mu.Unlock(); return len(hooks) >= 2 })
	mu.Lock()
	defer mu.Unlock()
	for _, h := range hooks {
		b, err := json.Marshal(h)
		if err != nil {
			t.Fatal(err)
		}
		var payload struct{ Type, Timestamp string }
		if out := node(t, "standardwebhooks.cjs", b, "SECRET="+secret); json.Unmarshal(out, &payload) != nil || payload.Type == "" || payload.Timestamp == "" {
			t.Errorf("the verified payload is %s", out)
		}
	}
}

func script(s *server, name string) func(*testing.T, string) {
	return func(t *testing.T, who string) {
		t.Helper()
		node(t, name, nil, "URL="+s.url, "KEY="+s.secret, "WHO="+who, "AT="+at.Format(moment))
	}
}

func letters(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
		return r
	}
	return '-'
}

func (s *server) segmentGo(t *testing.T, who string) {
	t.Helper()
	client, err := segment.NewWithConfig(s.secret, segment.Config{Endpoint: s.url, BatchSize: 4, Logger: segment.StdLogger(quiet())})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []segment.Message{
		segment.Identify{UserId: who, Timestamp: at, Traits: segment.NewTraits().Set("city", "Lyon")},
		segment.Track{UserId: who, Timestamp: at, Event: "Signed Up", Properties: segment.NewProperties().Set("plan", "pro").Set("seats", 3)},
		segment.Page{UserId: who, Timestamp: at, Name: "Home", Properties: segment.NewProperties().SetURL("https://shop.example/")},
		segment.Screen{UserId: who, Timestamp: at, Name: "Start"},
		segment.Group{UserId: who, Timestamp: at, GroupId: "acme", Traits: segment.NewTraits().SetName("Acme")},
		segment.Alias{UserId: who, Timestamp: at, PreviousId: who + "-before"},
	} {
		if err := client.Enqueue(m); err != nil {
			t.Fatal(err)
		}
	}
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
}

func (s *server) rudderGo(t *testing.T, who string) {
	t.Helper()
	client, err := rudder.NewWithConfig(s.secret, rudder.Config{DataPlaneUrl: s.url, BatchSize: 4, Logger: rudder.StdLogger(quiet())})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []rudder.Message{
		rudder.Identify{UserId: who, OriginalTimestamp: at, Traits: rudder.NewTraits().Set("city", "Lyon")},
		rudder.Track{UserId: who, OriginalTimestamp: at, Event: "Signed Up", Properties: rudder.NewProperties().Set("plan", "pro").Set("seats", 3)},
		rudder.Page{UserId: who, OriginalTimestamp: at, Name: "Home", Properties: rudder.NewProperties().SetURL("https://shop.example/")},
		rudder.Screen{UserId: who, OriginalTimestamp: at, Name: "Start"},
		rudder.Group{UserId: who, OriginalTimestamp: at, GroupId: "acme", Traits: rudder.NewTraits().SetName("Acme")},
		rudder.Alias{UserId: who, OriginalTimestamp: at, PreviousId: who + "-before"},
	} {
		if err := client.Enqueue(m); err != nil {
			t.Fatal(err)
		}
	}
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
}
