package demo

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Arrival is a webhook that came and whose signature was right.
type Arrival struct {
	ID   string         `json:"-"`
	Type string         `json:"type"`
	Data jsontext.Value `json:"data"`
}

// Receiver plays the brand's mail room: it takes Standard Webhooks on a local port, verifies them, and keeps them.
type Receiver struct {
	server   *http.Server
	address  string
	verifier *standardwebhooks.Webhook

	mu       sync.Mutex
	arrivals []Arrival
	refused  int
	seen     map[string]bool
	bell     chan struct{} // closed and made anew at each arrival
	live     func(Arrival)
}

// StartReceiver listens on a free local port. Secret is what the sender signs with, "whsec_...".
func StartReceiver(secret string) (*Receiver, error) {
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return nil, fmt.Errorf("reading the webhook secret: %w", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the webhook receiver: %w", err)
	}
	r := &Receiver{address: "http://" + l.Addr().String() + "/northline", verifier: verifier, seen: map[string]bool{}, bell: make(chan struct{})}
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = r.server.Serve(l) }() // ends with Close
	return r, nil
}

// Address is where to send.
func (r *Receiver) Address() string { return r.address }

// Close hangs up.
func (r *Receiver) Close() error { return r.server.Close() }

func (r *Receiver) ServeHTTP(w http.ResponseWriter, in *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, in.Body, 1<<20))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.verifier.Verify(body, in.Header); err != nil {
		r.refused++
		http.Error(w, "the signature is wrong", http.StatusUnauthorized)
		return
	}
	a := Arrival{ID: in.Header.Get("webhook-id")}
	if err := json.Unmarshal(body, &a); err != nil {
		http.Error(w, "no JSON", http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
	if r.seen[a.ID] {
		return
	}
	r.seen[a.ID] = true
	r.arrivals = append(r.arrivals, a)
	close(r.bell)
	r.bell = make(chan struct{})
	if r.live != nil {
		r.live(a)
	}
}

// Watch calls f for every webhook from now on; nil ends it.
func (r *Receiver) Watch(f func(Arrival)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.live = f
}

// Refused counts deliveries whose signature was wrong.
func (r *Receiver) Refused() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.refused
}

// Wait returns the first arrival that is wanted, also one of the past.
func (r *Receiver) Wait(ctx context.Context, want func(Arrival) bool) (Arrival, error) {
	for next := 0; ; {
		r.mu.Lock()
		for ; next < len(r.arrivals); next++ {
			if want(r.arrivals[next]) {
				defer r.mu.Unlock()
				return r.arrivals[next], nil
			}
		}
		bell := r.bell
		r.mu.Unlock()
		select {
		case <-bell:
		case <-ctx.Done():
			return Arrival{}, fmt.Errorf("waiting for a webhook: %w", ctx.Err())
		}
	}
}
