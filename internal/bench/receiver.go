package bench

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/orrery-cxm/orrery/internal/channel/webhook"
)

// receiver is a webhook that notes when what arrived.
type receiver struct {
	url, secret string
	server      *http.Server
	mu          sync.Mutex
	last        map[string]time.Time // by type
	bell        chan struct{}
}

func newReceiver() (*receiver, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting a webhook receiver: %w", err)
	}
	r := &receiver{url: "http://" + l.Addr().String() + "/hook", secret: webhook.NewSecret(), last: map[string]time.Time{}, bell: make(chan struct{}, 1)}
	r.server = &http.Server{Handler: http.HandlerFunc(r.serve)}
	go func() { _ = r.server.Serve(l) }() // ends when it is closed
	return r, nil
}

func (r *receiver) serve(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(io.LimitReader(q.Body, 64<<10))
	if err != nil {
		return
	}
	w.WriteHeader(http.StatusOK)
	_, rest, _ := strings.Cut(string(body), `"type":"`)
	kind, _, _ := strings.Cut(rest, `"`)
	r.mu.Lock()
	r.last[kind] = time.Now()
	r.mu.Unlock()
	select {
	case r.bell <- struct{}{}:
	default:
	}
}

// waitFor is when the first delivery of a type after a moment arrived.
func (r *receiver) waitFor(kind string, since time.Time, most time.Duration) (time.Time, bool) {
	timeout := time.NewTimer(most)
	defer timeout.Stop()
	for {
		r.mu.Lock()
		at := r.last[kind]
		r.mu.Unlock()
		if at.After(since) {
			return at, true
		}
		select {
		case <-r.bell:
		case <-timeout.C:
			return time.Time{}, false
		}
	}
}

func (r *receiver) close() { _ = r.server.Close() } // nothing is under way
