package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/api"
	"github.com/orrery-cxm/orrery/internal/app"
	"github.com/orrery-cxm/orrery/internal/govern"
)

const radarPolicy = `
destinations:
  - name: hook
    kind: webhook
    url: %s
    private: true
    secrets: [RADAR_TEST_SECRET]
subscriptions:
  - destination: hook
    events: ["alert.*", topic.emerged]
`

// brand is a served workspace with a clock of its own and somebody who listens for alerts.
type brand struct {
	*testing.T
	*app.House
	data, url, secret string
	hook              *receiver
	mu                sync.Mutex
	passed            time.Duration
}

func (b *brand) elapsed() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.passed
}

func (b *brand) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.passed += d
}

func newBrand(t *testing.T) *brand {
	t.Setenv("RADAR_TEST_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	b := &brand{T: t, data: t.TempDir(), hook: newReceiver(t)}
	begin := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	var err error
	b.House, err = app.OpenHouse(context.Background(), app.Settings{Dir: b.data, Name: "main", Policy: fmt.Sprintf(radarPolicy, b.hook.URL),
		Now: func() time.Time { return begin.Add(b.elapsed()) }, Elapsed: b.elapsed})
	if err != nil {
		t.Fatal(err)
	}
	secret, _, err := app.CreateKey(filepath.Join(b.data, "main"), govern.Key{Source: "care", Trust: orrery.Staff, Scopes: govern.Scopes, Channel: "email"}, 1)
	if err == nil {
		err = b.ReloadKeys()
	}
	if err != nil {
		t.Fatal(err)
	}
	b.secret = secret.Reveal()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.url = "http://" + l.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- app.Serve(ctx, l, b.House) }()
	t.Cleanup(func() {
		stop()
		<-served
		_ = b.Close()
	})
	return b
}

func (b *brand) call(method, path, body string, into any) {
	b.Helper()
	q, err := http.NewRequest(method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+b.secret)
	q.Header.Set("Content-Type", "application/json")
	if strings.HasPrefix(path, "/v1/track") {
		q.SetBasicAuth(b.secret, "")
	}
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Body.Close()
	got, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		b.Fatalf("%s %s answers %d: %s", method, path, r.StatusCode, got)
	}
	if into != nil {
		if err := json.Unmarshal(got, into); err != nil {
			b.Fatalf("%s %s answers %s: %v", method, path, got, err)
		}
	}
}

func (b *brand) writes(user, text string) {
	b.Helper()
	event, err := json.Marshal(map[string]any{"type": "track", "event": "message", "userId": user, "messageId": fmt.Sprint(user, b.elapsed()),
		"properties": map[string]string{"text": text}, "context": map[string]string{"locale": "en-GB"}})
	if err != nil {
		b.Fatal(err)
	}
	b.call("POST", "/v1/track", string(event), nil)
}

// heard waits until the radar and the lists know everything.
func (b *brand) heard() {
	b.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := b.Radar.Wait(ctx, b.Engine.Seq()); err != nil {
		b.Fatal(err)
	}
}

func (b *brand) alerts() []api.BrandAlert {
	b.Helper()
	var list struct {
		Items []api.BrandAlert `json:"items"`
	}
	b.call("GET", "/v1/alerts?past=true", "", &list)
	return list.Items
}

var refundTexts = []string{
	"Where is my refund? You promised it weeks ago and nothing came, this is terrible service number %d.",
	"Worst company ever, order %d was cancelled and they refuse my refund. Absolutely disgusting.",
	"I am furious. Ticket %d: no refund, no answer, awful support. I want my money back.",
	"Still no refund for my broken kettle %d. Horrible experience, never again, call me on +44 7700 900123.",
	"My refund request %d was ignored again. Unacceptable and shameful, very angry customer here.",
}

func TestThirtyPeopleWhoComplainAboutRefundsAreOneAlert(t *testing.T) {
	b := newBrand(t)
	for i := range 30 {
		b.writes(fmt.Sprint("customer-", i), fmt.Sprintf(refundTexts[i%5], 4000+37*i))
		b.pass(10 * time.Second)
		b.heard()
	}
	told := b.hook.wait(t, "alert.raised")
	var notice struct {
		Data api.BrandAlert `json:"data"`
	}
	if err := json.Unmarshal([]byte(told), &notice); err != nil {
		t.Fatalf("the webhook got %s: %v", told, err)
	}
	a := notice.Data
	if a.Alert.Market != "GB" || a.Alert.Aspect != "refund" || a.Alert.People < 8 || !strings.Contains(a.Say, "refunds") {
		t.Errorf("people in GB complain about refunds; the webhook got %s", told)
	}
	people := map[orrery.PersonID]bool{}
	for _, e := range a.Examples {
		people[e.Person] = true
		if !strings.Contains(e.Text, "refund") && !strings.Contains(e.Text, "money back") || strings.Contains(e.Text, "7700") || e.Touch == 0 {
			t.Errorf("an example that does not show the matter, or shows a phone number: %+v", e)
		}
	}
	if len(people) < 3 || len(people) > 5 || len(people) != len(a.Examples) {
		t.Errorf("three to five examples of as many people are expected: %+v", a.Examples)
	}
	for range 40 { // hours of calm
		b.pass(15 * time.Minute)
	}
	b.writes("somebody", "thank you, the kettle is lovely")
	b.hook.wait(t, "alert.ended", a.Alert.ID.String())
	b.heard()
	list := b.alerts()
	if len(list) != 1 || list[0].Alert.ID != a.Alert.ID || list[0].Alert.Ended == 0 || list[0].Alert.Peak < 25 || len(list[0].Examples) == 0 {
		t.Fatalf("one alert that ended is expected, with its peak and examples: %+v", list)
	}
	b.hook.mu.Lock()
	raised := 0
	for _, got := range b.hook.got {
		raised += strings.Count(got, `"alert.raised"`)
	}
	b.hook.mu.Unlock()
	if raised != 1 {
		t.Errorf("the webhook was told of %d alerts; one is expected", raised)
	}
	var page api.RadarPage
	b.call("GET", "/v1/radar?day=2026-11-23&lang=en", "", &page)
	if text := strings.Join(page.Sentences, "\n"); !strings.Contains(text, "messages 31") || !strings.Contains(text, "GB, refunds") {
		t.Errorf("the day's page should tell of 31 messages and the alert:\n%s", text)
	}
	if d, err := b.Radar.Verify(context.Background()); err != nil || len(d) != 0 {
		t.Errorf("the radar is not what the log says: %v (%v)", d, err)
	}
}

func TestASlowDayOfComplaintsIsNoAlert(t *testing.T) {
	b := newBrand(t)
	for i := range 20 {
		b.writes(fmt.Sprint("customer-", i), fmt.Sprintf(refundTexts[i%5], 4000+37*i))
		b.pass(71 * time.Minute)
		b.heard()
	}
	if list := b.alerts(); len(list) != 0 {
		t.Errorf("twenty complaints over a whole day are no burst: %+v", list)
	}
}

func TestAnErasedPersonIsNoExampleAnyMore(t *testing.T) {
	b := newBrand(t)
	for i := range 30 {
		b.writes(fmt.Sprint("customer-", i), fmt.Sprintf(refundTexts[i%5], 4000+37*i)+" canary"+string(rune('a'+i)))
		b.pass(time.Second)
		b.heard()
	}
	b.hook.wait(t, "alert.raised")
	before := b.alerts()
	if len(before) != 1 || len(before[0].Examples) == 0 {
		t.Fatalf("one alert with examples is expected: %+v", before)
	}
	whom := before[0].Examples[0]
	word := whom.Text[strings.LastIndex(whom.Text, "canary"):]
	if _, err := b.House.Erase(context.Background(), whom.Person.String(), "R-1"); err != nil {
		t.Fatal(err)
	}
	after := b.alerts()
	if len(after) != 1 || len(after[0].Examples) != len(before[0].Examples)-1 {
		t.Errorf("the alert stays and loses one example; it had %d and has %+v", len(before[0].Examples), after)
	}
	for _, f := range facts(t, b.House) {
		if j, err := json.Marshal(f.Fact); err != nil || bytes.Contains(j, []byte(word)) || bytes.Contains(j, []byte(whom.Touch.String())) && f.At.ID() != uint64(whom.Touch) {
			if !bytes.Contains(j, []byte(`"alert.raised"`)) { // the notice was told already; it names touches only
				t.Errorf("the log still says %s or %s: %.300s (%v)", word, whom.Touch, j, err)
			}
		}
	}
	for _, where := range find(t, b.data, []string{word}) {
		t.Errorf("still there: %s", where)
	}
	if d, err := b.Radar.Verify(context.Background()); err != nil || len(d) != 0 {
		t.Errorf("the radar is not what the log says: %v (%v)", d, err)
	}
}
