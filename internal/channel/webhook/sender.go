package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/fence"
)

// Limits of one delivery.
const (
	DefaultTimeout = 15 * orrery.Second
	// MaxBody is the size in bytes which a body must stay below.
	MaxBody = 20_000
	// MaxRetryAfter is the longest wait that a receiver may ask for.
	MaxRetryAfter = orrery.Day

	connectTimeout = 5 * time.Second // for each address of a name
	maxAnswer      = 16 << 10        // bytes of an answer's headers, and of its body that are read before hanging up
)

// Options of a sender. The zero value is right for production.
type Options struct {
	Timeout orrery.Span // for the whole of an attempt; 15 s
	// AllowPrivate lets deliveries go to loopback and private addresses and over plain HTTP: for receivers on premise.
	AllowPrivate bool
	TLS          *tls.Config                                                  // nil: the system's certificates
	Lookup       func(ctx context.Context, host string) ([]netip.Addr, error) // nil: the system's resolver
	Now          func() time.Time                                             // nil: time.Now
}

// Sender makes deliveries. It is safe for concurrent use and keeps connections open between deliveries.
type Sender struct {
	fence   fence.Fence
	client  *http.Client
	timeout time.Duration
	now     func() time.Time
}

// Delivery is one message to one receiver.
type Delivery struct {
	URL     string         // https, unless private addresses are allowed
	Secrets []string       // "whsec_..." (see [NewSecret]); during a rotation the new and the old one: each signs
	ID      string         // the idempotency key: the same over all attempts
	Type    string         // words joined by dots: "audience.changes"
	Time    orrery.Instant // when it happened; 0: now
	Data    []byte         // one JSON value
}

// LogValue leaves out address, secrets and data.
func (d Delivery) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", d.ID), slog.String("type", d.Type), slog.Int("bytes", len(d.Data)))
}

// Result is what is known after an attempt.
type Result struct {
	Outcome    orrery.Outcome // Accepted, RetryLater, Unknown or Rejected
	Status     int            // of the HTTP answer, 0 without one
	Detail     string         // for people: why it was not accepted
	RetryAfter orrery.Span    // the receiver asked to wait that long; 0 if it did not
	Disable    bool           // the receiver is gone for good (410): stop sending there
}

// NewSender makes a sender.
func NewSender(o Options) *Sender {
	s := &Sender{fence: fence.Fence{AllowPrivate: o.AllowPrivate, Lookup: o.Lookup}, timeout: milliseconds(o.Timeout), now: o.Now}
	if s.timeout == 0 {
		s.timeout = milliseconds(DefaultTimeout)
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.client = &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would connect on our behalf, past the fence
			DialContext:            s.fence.Dial,
			TLSClientConfig:        o.TLS,
			TLSHandshakeTimeout:    connectTimeout,
			ForceAttemptHTTP2:      true,
			MaxIdleConnsPerHost:    8,
			IdleConnTimeout:        90 * time.Second,
			MaxResponseHeaderBytes: maxAnswer,
			DisableCompression:     true,
		},
	}
	return s
}

func milliseconds(d orrery.Span) time.Duration { return time.Duration(d) * time.Millisecond }

// Close hangs up idle connections.
func (s *Sender) Close() { s.client.CloseIdleConnections() }

// Check says whether deliveries to address are allowed, as the names resolve now: to be asked when a destination is
// configured. Send asks again, of the addresses that it connects to.
func (s *Sender) Check(ctx context.Context, address string) error {
	u, err := s.fence.Parse(address)
	if err != nil {
		return err
	}
	_, err = s.fence.Resolve(ctx, u.Hostname())
	return err
}

// Send makes one attempt. Whatever goes wrong is in the result: a request that can never be right is Rejected without
// being sent; an attempt that ended before the request went out is RetryLater; one that ended without an answer after
// that is Unknown.
func (s *Sender) Send(ctx context.Context, d Delivery) Result {
	u, err := s.fence.Parse(d.URL)
	if err != nil {
		return rejected(err)
	}
	at := s.now()
	if d.Time == 0 {
		d.Time = orrery.InstantOf(at)
	}
	body, err := encodeBody(d)
	if err != nil {
		return rejected(err)
	}
	signatures, err := sign(d.Secrets, d.ID, at.Unix(), body)
	if err != nil {
		return rejected(err)
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	var begun atomic.Bool // the request may have begun to leave
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { begun.Store(true) }}
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return rejected(err)
	}
	request.Header = http.Header{
		"Content-Type":      {"application/json"},
		"User-Agent":        {"Orrery"},
		"Webhook-Id":        {d.ID},
		"Webhook-Timestamp": {strconv.FormatInt(at.Unix(), 10)},
		"Webhook-Signature": {signatures},
	}
	response, err := s.client.Do(request)
	if err != nil {
		return failed(err, begun.Load())
	}
	defer response.Body.Close()
	// What the body says does not matter, but a short one is read so that the connection can be used again.
	io.Copy(io.Discard, io.LimitReader(response.Body, maxAnswer))
	return s.judge(response)
}

func rejected(err error) Result { return Result{Outcome: orrery.Rejected, Detail: err.Error()} }

// failed judges an attempt without an answer.
func failed(err error, begun bool) Result {
	if refused := (*orrery.Error)(nil); errors.As(err, &refused) {
		return rejected(refused)
	}
	if about := (*url.Error)(nil); errors.As(err, &about) {
		err = about.Err // the address stays out: it may hold a secret
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.New("no answer in time")
	}
	if begun {
		return Result{Outcome: orrery.Unknown, Detail: fmt.Sprintf("the request went out, then: %v", err)}
	}
	return Result{Outcome: orrery.RetryLater, Detail: fmt.Sprintf("not connected: %v", err)}
}

// judge says what an answer means.
func (s *Sender) judge(response *http.Response) Result {
	status := response.StatusCode
	r := Result{Status: status, Detail: fmt.Sprintf("answered %d %s", status, http.StatusText(status))}
	switch {
	case status/100 == 2:
		r.Outcome, r.Detail = orrery.Accepted, ""
	case status == http.StatusGone:
		r.Outcome, r.Disable = orrery.Rejected, true
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusTooManyRequests, status/100 == 5:
		r.Outcome, r.RetryAfter = orrery.RetryLater, retryAfter(response.Header.Get("Retry-After"), s.now())
	case status/100 == 3: // often a page of maintenance that passes, so not for good
		r.Outcome = orrery.RetryLater
		r.Detail += ": redirects are not followed, give the address it leads to"
	default:
		r.Outcome = orrery.Rejected
	}
	return r
}

// retryAfter reads the header in both its forms (RFC 9110, 10.2.3): seconds, or a date. What makes no sense is 0.
func retryAfter(text string, now time.Time) orrery.Span {
	var wait orrery.Span
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
		wait = orrery.Span(seconds) * orrery.Second
	} else if date, err := http.ParseTime(text); err == nil {
		wait = orrery.Span(date.Sub(now).Milliseconds())
	}
	return min(max(wait, 0), MaxRetryAfter)
}
