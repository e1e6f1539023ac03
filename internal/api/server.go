package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/go-json-experiment/json"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/collect"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/govern"
	"github.com/orrery-cxm/orrery/internal/listen"
	"github.com/orrery-cxm/orrery/internal/seal"
	"github.com/orrery-cxm/orrery/internal/second"
	"github.com/orrery-cxm/orrery/internal/teach"
	"github.com/orrery-cxm/orrery/internal/view"
)

// House is one workspace as the API sees it.
type House struct {
	Name      orrery.WorkspaceName
	Workspace *engine.Workspace
	Keys      *seal.Keys
	Ring      *govern.Ring
	Listen    *listen.Ears
	Views     *view.Follower
	Second    *second.Panel // nil where nothing goes out
	Teacher   *teach.Teacher
	Rights    Rights // nil where nobody can
	decoder   atomic.Pointer[decoderOf]
}

// decoderOf is a decoder and the policy it was made for.
type decoderOf struct {
	policy  *engine.Policy
	decoder *collect.Decoder
}

// Decoder decodes by the policy in force.
func (h *House) Decoder() *collect.Decoder {
	p := h.Workspace.Policy()
	if d := h.decoder.Load(); d != nil && d.policy == p {
		return d.decoder
	}
	d := &decoderOf{policy: p, decoder: collect.New(p.Collect, h.vouch)}
	h.decoder.Store(d)
	return d.decoder
}

// Server answers HTTP requests for the workspaces of one process.
type Server struct {
	Houses []*House
	Now    func() orrery.Instant
	// Own answers what is not the tracking API.
	Own http.Handler
}

// find is the workspace and key of a secret.
func (s *Server) find(secret string) (*House, *govern.Key) {
	for _, h := range s.Houses {
		if k := h.Ring.Find(secret); k != nil {
			h.Ring.Uses.Note(k.ID, s.Now())
			return h, k
		}
	}
	return nil, nil
}

// ServeHTTP sends tracking calls to [Server.collect] and everything else to the product's own API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call, pixel, ok := collect.CallOf(r.URL.Path)
	switch {
	case ok && !pixel && r.Method == http.MethodPost:
		s.collect(w, r, call)
	case ok && pixel && r.Method == http.MethodGet:
		s.pixel(w, r, call)
	case ok && r.Method == http.MethodOptions, r.Method == http.MethodOptions && strings.HasPrefix(r.URL.Path, "/v1/projects/"):
		preflight(w, r)
	case r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/v1/projects/") && strings.HasSuffix(r.URL.Path, "/settings"):
		s.settings(w, r)
	case r.Method == http.MethodPost && (r.URL.Path == "/v1/m" || r.URL.Path == "/m"): // the library's own metrics: taken, not kept
		allowOrigin(w, r)
		answer(w, http.StatusOK, map[string]any{"success": true})
	case ok:
		fail(w, r, &orrery.Error{Kind: orrery.KindInvalid, Code: "http.method", Say: "tracking calls are made with POST"})
	default:
		if ref, ok := personPath(r.URL.Path); ok && r.Method == http.MethodGet {
			s.person(w, r, ref)
			return
		}
		s.Own.ServeHTTP(w, r)
	}
}

// statusOf maps what the caller may do to an HTTP status. Tracking clients never retry a 400 and always a 429 or 503.
func statusOf(k orrery.ErrorKind) int {
	switch k {
	case orrery.KindInvalid:
		return http.StatusBadRequest
	case orrery.KindNotFound:
		return http.StatusNotFound
	case orrery.KindDenied:
		return http.StatusForbidden
	case orrery.KindConflict:
		return http.StatusConflict
	case orrery.KindLimited:
		return http.StatusTooManyRequests
	case orrery.KindUnavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// fail is the one door by which errors leave.
func fail(w http.ResponseWriter, r *http.Request, err error) {
	var e *orrery.Error
	if !errors.As(err, &e) {
		if errors.Is(err, context.Canceled) {
			return // the client has gone
		}
		e = &orrery.Error{Kind: orrery.KindInternal, Code: "internal", Say: "a fault of ours; nothing is lost, try again"}
		slog.ErrorContext(r.Context(), "request failed", "method", r.Method, "error", err)
	}
	status := statusOf(e.Kind)
	if e.Code == "http.unauthorized" {
		status = http.StatusUnauthorized
	}
	if e.Code == "collect.too_large" {
		status = http.StatusRequestEntityTooLarge
	}
	if e.RetryAfter > 0 {
		w.Header().Set("Retry-After", retryAfter(e.RetryAfter))
	}
	answer(w, status, map[string]any{"success": false, "error": map[string]any{"code": e.Code, "kind": e.Kind, "message": e.Say}})
}

// retryAfter is a pause in whole seconds, at least one.
func retryAfter(pause orrery.Span) string {
	return strconv.FormatInt(max(1, int64((pause+orrery.Second-1)/orrery.Second)), 10)
}

func answer(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		slog.Error("encoding an answer", "error", err)
		status, b = http.StatusInternalServerError, []byte(`{"success":false}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b) // the client may have gone
}

var errUnauthorized = &orrery.Error{Kind: orrery.KindDenied, Code: "http.unauthorized", Say: "no key, or one that is not known here: send the write key as the user name of Basic authorization"}
