package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/listen"
	"github.com/orrery-cxm/orrery/internal/listen/provider"
)

func TestAProviderWhoseKeyIsMissingIsNotAsked(t *testing.T) {
	mind := provider.Provider{Name: "mind", Kind: provider.OpenAI, URL: "https://models.example/v1", Model: "small", Key: "ORRERY_PROVIDER_TEST_KEY"}
	local := provider.Provider{Name: "local", Kind: provider.ONNX, Socket: "ORRERY_PROVIDER_TEST_SOCKET"}
	for _, p := range []provider.Provider{mind, local} {
		if _, err := buildProvider(p); err == nil || !strings.Contains(err.Error(), "ORRERY_PROVIDER_TEST_") {
			t.Errorf("%s: %v, want the name of what is missing", p.Name, err)
		}
	}
	t.Setenv("ORRERY_PROVIDER_TEST_KEY", "k")
	t.Setenv("ORRERY_PROVIDER_TEST_SOCKET", "/run/s")
	for _, p := range []provider.Provider{mind, local} {
		built, err := buildProvider(p)
		if err != nil {
			t.Fatalf("%s: %v", p.Name, err)
		}
		if err := built.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestAHouseAsksItsProviderAndKeepsItsAnswer(t *testing.T) {
	asked := make(chan string, 4)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked <- r.Header.Get("Authorization") + " " + string(body)
		fmt.Fprint(w, `{"choices":[{"message":{"content":"{\"polarity\":{\"name\":\"negative\",\"confidence\":0.8}}"}}],"usage":{"total_tokens":300}}`)
	}))
	defer web.Close()
	t.Setenv("ORRERY_PROVIDER_TEST_KEY", "sk-test")
	ctx := context.Background()
	settings := Settings{Dir: t.TempDir(), Name: "shop", Policy: fmt.Sprintf(`
second_opinion:
  providers: [{name: mind, kind: openai, url: "%s/v1", model: small, key: ORRERY_PROVIDER_TEST_KEY, private: true}]
  routes: [{provider: mind, heads: [polarity], when: [always]}]
`, web.URL)}
	h, err := OpenHouse(ctx, settings)
	if err != nil {
		t.Fatal(err)
	}
	at, text := h.Engine.Clock(), "mail me at ann@example.com"
	results, err := h.Engine.Submit(ctx, []engine.Input{{Touch: &orrery.Touch{Kind: orrery.MessageTouch, MessageID: "m1", Source: "shop", Trust: orrery.Server, At: at, Received: at,
		Identifiers: []orrery.Identifier{{Namespace: orrery.UserID, Value: "ann", Proven: true}}, Message: &orrery.Message{Text: text},
		Signals: h.API.Listen.Listen(text, listen.Hint{})}}})
	if err != nil || results[0].Err != nil {
		t.Fatal(err, results)
	}
	wait, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := h.API.Second.Settled(wait, results[0].Seq); err != nil {
		t.Fatal(err)
	}
	if got := <-asked; !strings.HasPrefix(got, "Bearer sk-test ") || !strings.Contains(got, "mail me at [email]") || strings.Contains(got, "ann@") {
		t.Errorf("the provider was asked %s", got)
	}
	if heard, err := h.Engine.Heard(ctx, results[0].Touch); err != nil || heard.Signals.Engine != "mind/small" || heard.Signals.Polarity != orrery.Negative {
		t.Errorf("what is understood now: %+v (%v)", heard, err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	settings.Still = true // a command that looks asks nobody
	if h, err = OpenHouse(ctx, settings); err != nil {
		t.Fatal(err)
	}
	if h.API.Second != nil {
		t.Error("a command asks providers")
	}
	if heard, err := h.Engine.Heard(ctx, results[0].Touch); err != nil || heard.Signals.Revision != 2 {
		t.Errorf("after a restart: %+v (%v)", heard, err)
	}
	if v, err := h.Engine.Verify(ctx); err != nil || len(v.Differences) > 0 {
		t.Errorf("the log, played again, gives another state: %+v (%v)", v, err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
}
