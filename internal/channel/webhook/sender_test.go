package webhook_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/channel/webhook"
)

// secret is the one of the specification's own example.
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func delivery(url string) webhook.Delivery {
	return webhook.Delivery{
		URL: url, Secrets: []string{secret}, ID: "eff_0001", Type: "audience.changes",
		Time: orrery.Instant(1_764_000_000_000), Data: []byte(`{"n":1,"<":"é"}`),
	}
}

func sender(t *testing.T, o webhook.Options) *webhook.Sender {
	t.Helper()
	s := webhook.NewSender(o)
	t.Cleanup(s.Close)
	return s
}

func local(t *testing.T) *webhook.Sender { return sender(t, webhook.Options{AllowPrivate: true}) }

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func TestAReceiverWithTheStandardLibraryAcceptsADelivery(t *testing.T) {
	old := webhook.NewSecret()
	d := delivery("")
	d.Secrets = []string{secret, old} // during a rotation both must do
	d.URL = serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		for _, s := range d.Secrets {
			receiver, err := standardwebhooks.NewWebhook(s)
			if err != nil {
				t.Errorf("the secret is not one for the library: %v", err)
				return
			}
			if err := receiver.Verify(body, r.Header); err != nil {
				t.Errorf("the receiver refuses the signature: %v", err)
			}
			r.Header.Set("webhook-id", "eff_0002")
			if receiver.Verify(body, r.Header) == nil {
				t.Error("the signature does not cover the id")
			}
			r.Header.Set("webhook-id", d.ID)
		}
		want := `{"type":"audience.changes","timestamp":"2025-11-24T16:00:00.000Z","data":{"n":1,"<":"é"}}`
		if string(body) != want || r.Header.Get("Content-Type") != "application/json" || r.Method != http.MethodPost {
			t.Errorf("the receiver gets %s %s: %s, want POST application/json: %s", r.Method, r.Header.Get("Content-Type"), body, want)
		}
		w.WriteHeader(http.StatusNoContent)
	})
	got := local(t).Send(t.Context(), d)
	if diff := cmp.Diff(webhook.Result{Outcome: orrery.Accepted, Status: 204}, got); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
}

func TestAnAnswerIsJudgedByItsStatus(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		status  int
		after   string
		outcome orrery.Outcome
		wait    orrery.Span
	}{
		{200, "", orrery.Accepted, 0},
		{202, "60", orrery.Accepted, 0},
		{301, "", orrery.RetryLater, 0},
		{400, "60", orrery.Rejected, 0},
		{401, "", orrery.Rejected, 0},
		{404, "", orrery.Rejected, 0},
		{408, "", orrery.RetryLater, 0},
		{410, "", orrery.Rejected, 0},
		{425, "1", orrery.RetryLater, orrery.Second},
		{429, "120", orrery.RetryLater, 2 * orrery.Minute},
		{429, "Tue, 24 Nov 2026 12:00:30 GMT", orrery.RetryLater, 30 * orrery.Second},
		{429, "Tue, 24 Nov 2026 11:00:00 GMT", orrery.RetryLater, 0},
		{429, "soon", orrery.RetryLater, 0},
		{429, "-5", orrery.RetryLater, 0},
		{500, "", orrery.RetryLater, 0},
		{502, "", orrery.RetryLater, 0},
		{503, "4000000000", orrery.RetryLater, webhook.MaxRetryAfter},
		{504, "", orrery.RetryLater, 0},
	} {
		url := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", c.after)
			w.WriteHeader(c.status)
		})
		s := sender(t, webhook.Options{AllowPrivate: true, Now: func() time.Time { return now }})
		got := s.Send(t.Context(), delivery(url))
		if got.Outcome != c.outcome || got.RetryAfter != c.wait || got.Status != c.status || got.Disable != (c.status == 410) {
			t.Errorf("%d with Retry-After %q gives %+v, want %v after %v", c.status, c.after, got, c.outcome, c.wait)
		}
		if (got.Detail == "") != (c.outcome == orrery.Accepted) {
			t.Errorf("%d says %q: a reason is given for everything that was not accepted", c.status, got.Detail)
		}
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	var followed atomic.Bool
	other := serve(t, func(http.ResponseWriter, *http.Request) { followed.Store(true) })
	for _, status := range []int{301, 302, 303, 307, 308} {
		url := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other, status) })
		if got := local(t).Send(t.Context(), delivery(url)); got.Outcome == orrery.Accepted || followed.Load() {
			t.Errorf("a redirect with %d was followed: %+v", status, got)
		}
	}
}

func TestAnAttemptThatEndsWithoutAnAnswerIsUnknownOnlyOnceTheRequestWentOut(t *testing.T) {
	silent := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	reset := serve(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
	})
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	mute, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing, so that TLS never begins
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mute.Close() })
	s := sender(t, webhook.Options{AllowPrivate: true, Timeout: 400})
	for what, c := range map[string]struct {
		url  string
		want orrery.Outcome
	}{
		"no answer":          {silent, orrery.Unknown},
		"a reset":            {reset, orrery.Unknown},
		"nobody listening":   {"http://" + closed.Addr().String(), orrery.RetryLater},
		"a silent handshake": {"https://" + mute.Addr().String(), orrery.RetryLater},
	} {
		if got := s.Send(t.Context(), delivery(c.url+"/?token=abcdef")); got.Outcome != c.want || got.Status != 0 || strings.Contains(got.Detail, "abcdef") {
			t.Errorf("%s gives %+v, want %v and no word about the address", what, got, c.want)
		}
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if got := s.Send(ended, delivery(silent)); got.Outcome != orrery.RetryLater {
		t.Errorf("an attempt that is called off before it began gives %+v, want retry", got)
	}
}

func TestAnEndlessAnswerIsNotRead(t *testing.T) {
	sent := make(chan int, 1)
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		all := 0
		for all < 256<<20 {
			n, err := w.Write(make([]byte, 64<<10))
			if all += n; err != nil {
				break
			}
		}
		sent <- all
	})
	if got := local(t).Send(t.Context(), delivery(url)); got.Outcome != orrery.Accepted {
		t.Errorf("a receiver that said 200 and talks on gives %+v, want accepted", got)
	}
	if n := <-sent; n >= 256<<20 {
		t.Errorf("%d bytes of an answer were read that nobody needs", n)
	}
	url = serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Long", strings.Repeat("a", 1<<20))
	})
	if got := local(t).Send(t.Context(), delivery(url)); got.Outcome != orrery.Unknown {
		t.Errorf("an answer with headers of a megabyte gives %+v, want unknown", got)
	}
}

func TestOverTLSTheReceiverMustProveItsName(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	known := x509.NewCertPool()
	known.AddCert(server.Certificate())
	trusting := sender(t, webhook.Options{AllowPrivate: true, TLS: &tls.Config{RootCAs: known}})
	if got := trusting.Send(t.Context(), delivery(server.URL)); got.Outcome != orrery.Accepted {
		t.Errorf("a receiver with a known certificate gives %+v, want accepted", got)
	}
	if got := local(t).Send(t.Context(), delivery(server.URL)); got.Outcome != orrery.RetryLater || !strings.Contains(got.Detail, "certificate") {
		t.Errorf("a receiver with an unknown certificate gives %+v, want retry with the reason", got)
	}
}

func TestWhatCanNeverBeRightIsRejectedWithoutARequest(t *testing.T) {
	var asked atomic.Int32
	url := serve(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	for what, change := range map[string]func(*webhook.Delivery){
		"no secret":         func(d *webhook.Delivery) { d.Secrets = nil },
		"a bad secret":      func(d *webhook.Delivery) { d.Secrets = []string{secret, "hello"} },
		"a short secret":    func(d *webhook.Delivery) { d.Secrets = []string{"whsec_AAAA"} },
		"no id":             func(d *webhook.Delivery) { d.ID = "" },
		"an id with a dot":  func(d *webhook.Delivery) { d.ID = "a.b" },
		"an id with a line": func(d *webhook.Delivery) { d.ID = "a\r\nX: y" },
		"a type in quotes":  func(d *webhook.Delivery) { d.Type = `a","x":"` },
		"data that is cut":  func(d *webhook.Delivery) { d.Data = []byte(`{"a":`) },
		"no data":           func(d *webhook.Delivery) { d.Data = nil },
		"too much data":     func(d *webhook.Delivery) { d.Data = fmt.Appendf(nil, "%q", strings.Repeat("a", webhook.MaxBody)) },
		"no address":        func(d *webhook.Delivery) { d.URL = "" },
		"a file":            func(d *webhook.Delivery) { d.URL = "file:///etc/passwd" },
		"a user name":       func(d *webhook.Delivery) { d.URL = strings.Replace(d.URL, "http://", "http://ann:x@", 1) },
	} {
		d := delivery(url)
		change(&d)
		if got := local(t).Send(t.Context(), d); got.Outcome != orrery.Rejected || got.Detail == "" || asked.Load() != 0 {
			t.Errorf("%s gives %+v after %d requests, want rejected with a reason, without one", what, got, asked.Load())
		}
	}
}

func TestNoRequestReachesThePrivateNetwork(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	answers := [][]netip.Addr{{netip.MustParseAddr("93.184.215.14")}, {netip.MustParseAddr("127.0.0.1")}}
	s := sender(t, webhook.Options{Lookup: func(context.Context, string) ([]netip.Addr, error) {
		ips := answers[0]
		answers = answers[min(1, len(answers)-1):]
		return ips, nil
	}})
	rebinding := "https://rebind.example:" + port
	if err := s.Check(t.Context(), rebinding); err != nil {
		t.Fatalf("the name is public at first and should pass: %v", err)
	}
	for _, url := range []string{rebinding, server.URL, "https://127.0.0.1:" + port, "https://[::1]:" + port, "https://[::ffff:127.0.0.1]:" + port, "https://localhost:" + port} {
		if got := s.Send(t.Context(), delivery(url)); got.Outcome != orrery.Rejected || asked.Load() != 0 {
			t.Errorf("%s gives %+v after %d requests, want rejected without one", url, got, asked.Load())
		}
	}
	if err := s.Check(t.Context(), rebinding); err == nil {
		t.Error("a name that leads to the own machine passes the check")
	}
}

func TestADeliveryIsLoggedWithoutWhatItHolds(t *testing.T) {
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("sending", "delivery", delivery("https://example.com/?token=abcdef"))
	for _, bad := range []string{"MfKQ9", "abcdef", "example.com", "é"} {
		if strings.Contains(log.String(), bad) {
			t.Errorf("the log holds %q: %s", bad, log.String())
		}
	}
}

func TestBackoffFollowsTheScheduleWithinAFifthAndEnds(t *testing.T) {
	want := []orrery.Span{5 * orrery.Second, 5 * orrery.Minute, 30 * orrery.Minute, 2 * orrery.Hour, 5 * orrery.Hour, 10 * orrery.Hour, 14 * orrery.Hour, 20 * orrery.Hour, 24 * orrery.Hour}
	alike := 0
	for i, base := range want {
		lowest, highest := base*10, orrery.Span(0)
		for key := range uint64(2000) {
			wait, again := webhook.Backoff(i+1, key)
			if same, _ := webhook.Backoff(i+1, key); !again || same != wait {
				t.Fatalf("attempt %d: the wait of one key is %v, then %v (again %v)", i+1, wait, same, again)
			}
			if next, _ := webhook.Backoff(min(i+2, len(want)), key); key < 20 && i+1 < len(want) && wait*100/base == next*100/want[i+1] {
				alike++
			}
			lowest, highest = min(lowest, wait), max(highest, wait)
		}
		if lowest < base*8/10 || lowest > base*82/100 || highest > base*12/10 || highest < base*118/100 {
			t.Errorf("attempt %d: waits spread from %v to %v, want 80 to 120 %% of %v", i+1, lowest, highest, base)
		}
	}
	if alike > 40 {
		t.Errorf("in %d of 160 cases a key is as early at one attempt as at the one before: its luck should be new each time", alike)
	}
	for _, attempts := range []int{-1, 0, webhook.MaxAttempts, 99} {
		if wait, again := webhook.Backoff(attempts, 1); again {
			t.Errorf("after %d attempts there is another after %v", attempts, wait)
		}
	}
}

func TestPushesArePackedInOrderAsManyAsFit(t *testing.T) {
	var pushes []webhook.Push
	for i := range 900 {
		pushes = append(pushes, webhook.Push{Op: orrery.PushRemove, Version: uint64(i), Person: orrery.PersonID(i + 1)})
	}
	url := serve(t, func(http.ResponseWriter, *http.Request) {})
	s, next := local(t), uint64(0)
	for len(pushes) > 0 {
		data, packed, err := webhook.Pack("ads", "L-01", pushes)
		if err != nil || packed == 0 {
			t.Fatalf("packing %d pushes: %d fit (%v)", len(pushes), packed, err)
		}
		var got struct {
			Destination, List string
			Changes           []webhook.Push
		}
		if err := json.Unmarshal(data, &got); err != nil || got.Destination != "ads" || got.List != "L-01" || len(got.Changes) != packed {
			t.Fatalf("%d pushes are packed as %.200s (%v)", packed, data, err)
		}
		for _, c := range got.Changes {
			if c.Version != next || c.Op != orrery.PushRemove || c.Person != orrery.PersonID(next+1) {
				t.Fatalf("change %d is %+v", next, c)
			}
			next++
		}
		d := delivery(url)
		d.Type, d.Data = webhook.TypeAudienceChanges, data
		if got := s.Send(t.Context(), d); got.Outcome != orrery.Accepted {
			t.Fatalf("what was packed is not sent: %+v", got)
		}
		if pushes = pushes[packed:]; len(pushes) > 0 && len(data) < webhook.MaxBody-500 {
			t.Errorf("only %d bytes of %d are used", len(data), webhook.MaxBody)
		}
	}
	if next != 900 {
		t.Errorf("%d pushes arrived, want 900", next)
	}
	data, _, err := webhook.Pack("ads", "L-01", []webhook.Push{{Op: orrery.PushAdd, Version: 3, Person: 9, Identifiers: []orrery.Identifier{{Namespace: orrery.Email, Value: "ann@example.com"}}}})
	want := `{"destination":"ads","list":"L-01","changes":[{"op":"add","version":3,"person":"per_0000000000009","identifiers":[{"namespace":"email","value":"ann@example.com"}]}]}`
	if string(data) != want || err != nil {
		t.Errorf("packed as %s (%v), want %s", data, err, want)
	}
	huge := webhook.Push{Identifiers: []orrery.Identifier{{Value: strings.Repeat("a", webhook.MaxBody)}}}
	if _, _, err := webhook.Pack("ads", "L-01", []webhook.Push{huge}); orrery.KindOf(err) != orrery.KindInvalid {
		t.Errorf("a push that never fits gives %v", err)
	}
}
