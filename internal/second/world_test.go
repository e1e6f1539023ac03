package second_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/listen"
	"github.com/orrery-cxm/orrery/internal/listen/provider"
	"github.com/orrery-cxm/orrery/internal/listen/provider/openai"
	"github.com/orrery-cxm/orrery/internal/second"
)

// world is a workspace, a panel, and an endpoint on a real port that answers what the test says.
type world struct {
	*testing.T
	dir   string
	house *engine.Workspace
	ears  *listen.Engine
	panel *second.Panel
	web   *httptest.Server
	made  int

	mu     sync.Mutex
	now    time.Time
	paused []time.Duration
	serve  func(w http.ResponseWriter, text string)
	texts  []string // that were asked about
}

const angry = `{"polarity":{"name":"negative","confidence":0.88},"intents":[{"name":"complaint","confidence":0.86,"quote":""}]}`

func newWorld(t *testing.T, policy string) *world {
	t.Helper()
	w := &world{T: t, dir: t.TempDir(), now: time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)}
	w.says(angry)
	w.web = httptest.NewServer(http.HandlerFunc(w.answer))
	t.Cleanup(w.web.Close)
	p, err := engine.ParsePolicy(fmt.Sprintf(policy, w.web.URL))
	if err != nil {
		t.Fatal(err)
	}
	w.ears, err = listen.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	w.house, err = engine.Open(context.Background(), engine.Options{Dir: w.dir, Workspace: "test", Policy: p, Now: w.clock, Elapsed: func() time.Duration { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.house.Kill)
	w.open()
	t.Cleanup(w.shut)
	return w
}

// one route asks the model about everything.
const always = `
second_opinion:
  providers:
    - {name: mind, kind: openai, url: "%s/v1", model: small, private: true, parallel: 1}
  routes:
    - {provider: mind, heads: [polarity, intents], when: [always]}
  writer: mind
`

func (w *world) open() {
	w.Helper()
	p, err := second.Start(second.Options{House: w.house, Dir: w.dir, Mask: w.ears.Mask, Now: w.clock, Chance: func() float64 { return 0.5 },
		Build: func(p provider.Provider) (second.Provider, error) { return openai.New(p, "", nil) },
		Pause: func(ctx context.Context, d time.Duration) bool {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.now, w.paused = w.now.Add(d), append(w.paused, d)
			return ctx.Err() == nil
		}})
	if err != nil {
		w.Fatal(err)
	}
	p.Set(&w.house.Policy().Second)
	w.panel = p
}

func (w *world) shut() {
	if err := w.panel.Close(); err != nil {
		w.Error(err)
	}
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// answer serves the endpoint.
func (w *world) answer(out http.ResponseWriter, r *http.Request) {
	var got struct{ Messages []struct{ Content string } }
	var data struct{ Text string }
	if err := json.NewDecoder(r.Body).Decode(&got); err != nil || len(got.Messages) != 2 || json.Unmarshal([]byte(got.Messages[1].Content), &data) != nil {
		w.Errorf("the question cannot be read: %v", err)
	}
	w.mu.Lock()
	w.texts = append(w.texts, data.Text)
	w.mu.Unlock()
	w.current()(out, data.Text)
}

// says makes the endpoint answer so from now on.
func (w *world) says(content string) {
	w.serves(func(out http.ResponseWriter, _ string) {
		b, _ := json.Marshal(content)
		fmt.Fprintf(out, `{"choices":[{"message":{"content":%s},"finish_reason":"stop"}],"usage":{"total_tokens":500}}`, b)
	})
}

func (w *world) serves(f func(http.ResponseWriter, string)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.serve = f
}

// current is how the endpoint answers now.
func (w *world) current() func(http.ResponseWriter, string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.serve
}

// asked are the texts that the endpoint was asked about so far.
func (w *world) asked() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.texts, "|")
}

// writes records a message; it returns once the panel has settled it.
func (w *world) writes(user, text string) engine.Result {
	w.Helper()
	r := w.records(user, text)
	w.settle()
	return r
}

func (w *world) records(user, text string) engine.Result {
	w.Helper()
	w.made++
	at := orrery.InstantOf(w.clock())
	t := &orrery.Touch{Kind: orrery.MessageTouch, MessageID: fmt.Sprintf("m%d", w.made), Source: "shop", Trust: orrery.Server, At: at, Received: at, Channel: "chat",
		Identifiers: []orrery.Identifier{{Namespace: orrery.UserID, Value: user, Proven: true}}, Message: &orrery.Message{Text: text}}
	t.Signals = w.ears.Listen(text, listen.Hint{Channel: "chat"})
	results, err := w.house.Submit(context.Background(), []engine.Input{{Touch: t}})
	if err != nil || results[0].Err != nil {
		w.Fatal(err, results)
	}
	return results[0]
}

func (w *world) settle() {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := w.panel.Settled(ctx, w.house.Seq()); err != nil {
		w.Fatalf("the panel never settles: %v; counts %+v", err, w.panel.Counts())
	}
}

func (w *world) heard(r engine.Result) *engine.Heard {
	w.Helper()
	h, err := w.house.Heard(context.Background(), r.Touch)
	if err != nil {
		w.Fatal(err)
	}
	return h
}

func (w *world) corrects(r engine.Result, s orrery.Signals) {
	w.Helper()
	s.Engine, s.Revision = "agent:kim", 2
	if _, _, err := w.house.Do(context.Background(), engine.CorrectSignals{Touch: r.Touch, Fragment: r.Person, Signals: s, By: orrery.Actor{Name: "kim", Trust: orrery.Staff}}); err != nil {
		w.Fatal(err)
	}
}

func (w *world) file() string {
	w.Helper()
	b, err := os.ReadFile(w.dir + "/second.json")
	if err != nil {
		w.Fatal(err)
	}
	return string(b)
}
