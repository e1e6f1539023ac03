package effect_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/channel/webhook"
	"github.com/orrery-cxm/orrery/internal/effect"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// patience is how long a test waits for what should happen at once.
const patience = 20 * time.Second

const policy = `
audiences:
  - name: runners
    rule: count("Product Viewed", "14d") >= 1
    advertising: true
destinations:
  - {name: mailer, kind: webhook, url: "https://mail.example/hook", secrets: [A]}
  - {name: crm, kind: webhook, url: "https://crm.example/hook", secrets: [B]}
lists:
  - {code: R-1, destination: crm, audience: runners}
channels:
  - {channel: email, destination: mailer}
  - {channel: chat, destination: crm}
`

// house is a workspace with workers. Its clock begins at a working hour and runs as the wall's does.
type house struct {
	*testing.T
	dir     string
	began   time.Time
	w       *engine.Workspace
	workers *effect.Workers
	prepare func(*orrery.Intent, map[string]any)
	next    int
}

func newHouse(t *testing.T) *house {
	h := &house{T: t, dir: t.TempDir(), began: time.Now()}
	h.open()
	t.Cleanup(h.close)
	return h
}

func (h *house) now() time.Time {
	return time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC).Add(time.Since(h.began))
}

func (h *house) open() {
	h.Helper()
	p, err := engine.ParsePolicy(policy)
	if err != nil {
		h.Fatal(err)
	}
	if h.w, err = engine.Open(context.Background(), engine.Options{Dir: h.dir, Workspace: "test", Policy: p, Now: h.now}); err != nil {
		h.Fatal(err)
	}
	h.workers = effect.Start(effect.Options{Workspace: h.w, Name: "test", Now: h.now, Parallel: 4,
		Key: func(d orrery.DestinationName, p orrery.PersonID) string { return string(d) + "/" + p.String() },
		Prepare: func(in *orrery.Intent, fields map[string]any) {
			if h.prepare != nil {
				h.prepare(in, fields)
			}
		}})
}

func (h *house) close() {
	h.workers.Close()
	h.w.Kill()
}

func (h *house) touch(t orrery.Touch) {
	h.Helper()
	h.next++
	t.MessageID, t.Source, t.Trust = fmt.Sprintf("m%d", h.next), "shop", orrery.Server
	t.Received = orrery.InstantOf(h.now())
	t.At = t.Received
	results, err := h.w.Submit(context.Background(), []engine.Input{{Touch: &t}})
	if err != nil || results[0].Err != nil {
		h.Fatal(err, results)
	}
}

func (h *house) person(user string) orrery.FragmentID { return h.w.Find(orrery.UserID, user) }

func named(user string) []orrery.Identifier {
	return []orrery.Identifier{{Namespace: orrery.UserID, Value: user, Proven: true}}
}

func (h *house) consent(user string) {
	h.touch(orrery.Touch{Kind: orrery.Identify, Identifiers: named(user), Consents: []orrery.ConsentClaim{
		{Purpose: orrery.AnyPurpose, Channel: orrery.AnyChannel, Answer: orrery.Granted, How: "form"}}})
}

func (h *house) complain(user string) {
	h.touch(orrery.Touch{Kind: orrery.MessageTouch, Channel: "email", Identifiers: named(user), Message: &orrery.Message{Text: "It broke"},
		Signals: &orrery.Signals{Engine: "test", Language: "en", Polarity: orrery.Negative, Confidence: 950, Intents: []orrery.Label{{Name: orrery.IntentComplaint, Confidence: 950}}}})
}

// offer offers a message to a person.
func (h *house) offer(user string, class orrery.Class, c orrery.Channel) *orrery.IntentOffered {
	h.Helper()
	v, _, err := h.w.Do(context.Background(), engine.Offer{Offer: act.Offer{Intent: orrery.Intent{Fragment: h.person(user), Class: class, Channel: c, Content: `{"text":"hello"}`}}})
	if err != nil {
		h.Fatal(err)
	}
	return v.(*orrery.IntentOffered)
}

// facts waits until the log holds as many facts of a type as enough says and returns them.
func facts[T orrery.Fact](h *house, what string, enough func([]T) bool) []T {
	h.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		seq := h.w.Seq()
		var found []T
		err := h.w.ReadLog(ctx, 0, func(b engine.Batch) error {
			for i := range b.Facts {
				if f, ok := b.Facts[i].Fact.(T); ok {
					found = append(found, f)
				}
			}
			return nil
		})
		if err != nil {
			h.Fatal(err)
		}
		if enough(found) {
			return found
		}
		if err := h.w.Wait(ctx, seq+1); err != nil {
			h.Fatalf("%s: it does not happen; the log has %d facts of that kind: %+v", what, len(found), found)
		}
	}
}

// answers waits for outcomes of attempts.
func (h *house) answers(n int) []*orrery.EffectAnswered {
	h.Helper()
	return facts(h, fmt.Sprintf("%d attempts should be answered", n), func(list []*orrery.EffectAnswered) bool { return len(list) >= n })
}

// delivery is one request that a receiver got.
type delivery struct {
	id   string
	kind string
	data map[string]any
}

// receiver is a real HTTP server that checks signatures. Each request is answered by answer, which gets its number.
type receiver struct {
	*httptest.Server
	secret string
	answer func(n int, w http.ResponseWriter, d delivery)
	mu     sync.Mutex
	got    []delivery
}

func newReceiver(t *testing.T, answer func(n int, w http.ResponseWriter, d delivery)) *receiver {
	r := &receiver{secret: webhook.NewSecret(), answer: answer}
	check, err := standardwebhooks.NewWebhook(r.secret)
	if err != nil {
		t.Fatal(err)
	}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		if err == nil {
			err = check.VerifyIgnoringTimestamp(body, q.Header)
		}
		var x struct {
			Type string         `json:"type"`
			Data map[string]any `json:"data"`
		}
		if err == nil {
			err = json.Unmarshal(body, &x)
		}
		if err != nil {
			t.Errorf("a delivery is not what Standard Webhooks says: %v", err)
		}
		d := delivery{id: q.Header.Get("Webhook-Id"), kind: x.Type, data: x.Data}
		r.mu.Lock()
		r.got = append(r.got, d)
		n := len(r.got)
		r.mu.Unlock()
		if answer != nil {
			answer(n, w, d)
		}
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) deliveries() []delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]delivery(nil), r.got...)
}

func status(code int) func(int, http.ResponseWriter, delivery) {
	return func(_ int, w http.ResponseWriter, _ delivery) { w.WriteHeader(code) }
}

// outlet delivers to a receiver by Standard Webhooks, with pauses short enough for a test.
type outlet struct {
	to       *receiver
	sender   *webhook.Sender
	pause    orrery.Span
	attempts int // at most
	closed   chan struct{}
}

func outletTo(r *receiver) *outlet {
	return &outlet{to: r, sender: webhook.NewSender(webhook.Options{AllowPrivate: true}), pause: 1, attempts: 3, closed: make(chan struct{})}
}

func (o *outlet) Deliver(ctx context.Context, m effect.Message) effect.Result {
	r := o.sender.Send(ctx, webhook.Delivery{URL: o.to.URL, Secrets: []string{o.to.secret}, ID: m.ID, Type: m.Type, Time: m.Time, Data: m.Data})
	return effect.Result{Outcome: r.Outcome, Detail: r.Detail, RetryAfter: r.RetryAfter}
}

func (o *outlet) Push(ctx context.Context, list string, changes []effect.Change) []effect.Result {
	out := make([]effect.Result, len(changes))
	for i, c := range changes {
		data := fmt.Sprintf(`{"list":%q,"op":%q,"version":%d,"person":%q}`, list, c.Op, c.Version, c.Person)
		out[i] = o.Deliver(ctx, effect.Message{ID: fmt.Sprintf("%s-%s-%d", list, c.Person, c.Version), Type: "audience.changes", Data: []byte(data)})
	}
	return out
}

func (o *outlet) Backoff(attempts int, _ uint64) (orrery.Span, bool) {
	return o.pause, attempts < o.attempts
}
func (o *outlet) Batch() int            { return 100 }
func (o *outlet) Gather() time.Duration { return 0 }
func (o *outlet) Close() error          { o.sender.Close(); close(o.closed); return nil }
