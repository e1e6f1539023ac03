package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/collect"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/govern"
	"github.com/orrery-cxm/orrery/internal/listen"
)

// collect takes one call of the tracking API: 200 only when everything valid in it is durable.
func (s *Server) collect(w http.ResponseWriter, r *http.Request, call collect.Call) {
	allowOrigin(w, r)
	body, err := inflater.Inflate(r.Header.Get("Content-Encoding"), r.Body, r.ContentLength, collect.MaxBody)
	if err != nil {
		fail(w, r, err)
		return
	}
	h, key := s.find(secretOf(r, body))
	if h == nil {
		h, key = s.findInQuery(r)
	}
	if h == nil || !key.May(govern.Write) {
		fail(w, r, errUnauthorized)
		return
	}
	s.take(w, r, h, key, call, body)
}

// secretOf is the key that a request was made with. Jitsu's clients insist on "key:secret", which they send in the body and
// in a header of their own: what is behind the colon is not looked at, since no key of ours has one.
func secretOf(r *http.Request, body []byte) string {
	secret, _ := collect.WriteKey(r.Header.Get("Authorization"), body)
	if secret == "" {
		secret = r.Header.Get("X-Write-Key")
	}
	secret, _, _ = strings.Cut(secret, ":")
	return secret
}

// findInQuery is the key that stands in the address, where beacons and pixels of RudderStack's library put it. Only a
// public key is taken from there: addresses end up in histories and in the logs of others.
func (s *Server) findInQuery(r *http.Request) (*House, *govern.Key) {
	secret := ""
	if r.URL.RawQuery != "" {
		secret = r.URL.Query().Get("writeKey")
	}
	if h, key := s.find(secret); h != nil && key.Trust == orrery.Public {
		return h, key
	}
	return nil, nil
}

// inflater only decompresses: it needs no policy.
var inflater = collect.New(collect.DefaultPolicy(), nil)

// pixel takes one event from a query parameter and answers with a transparent image whatever happens, since that is all
// that an <img> can show.
func (s *Server) pixel(w http.ResponseWriter, r *http.Request, call collect.Call) {
	w.Header().Set("Content-Type", "image/gif")
	w.Header().Set("Cache-Control", "no-store")
	if h, key, body := s.pixelEvent(r); h != nil && key.May(govern.Write) {
		if _, err := h.submit(r.Context(), r, key, call, body, s.Now()); err != nil && statusOf(orrery.KindOf(err)) >= 429 {
			w.WriteHeader(statusOf(orrery.KindOf(err)))
			return
		}
	}
	_, _ = w.Write(transparent)
}

// pixelEvent reads an event from a query: as JSON in base 64 in the parameter data, or as RudderStack's pixels write it,
// each member in a parameter of its own. The house is nil when it cannot be taken.
func (s *Server) pixelEvent(r *http.Request) (*House, *govern.Key, []byte) {
	q := r.URL.Query()
	if !q.Has("data") && q.Has("writeKey") {
		body, err := collect.ReadQuery(q)
		if err != nil {
			return nil, nil, nil
		}
		h, key := s.findInQuery(r)
		return h, key, body
	}
	body, err := collect.ReadPixel(q.Get("data"))
	if err != nil {
		return nil, nil, nil
	}
	secret, _ := collect.WriteKey(r.Header.Get("Authorization"), body)
	h, key := s.find(secret)
	return h, key, body
}

// transparent is a GIF of one transparent point.
var transparent = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")

// settings answers analytics.js, which asks where to send before it starts.
func (s *Server) settings(w http.ResponseWriter, r *http.Request) {
	allowOrigin(w, r)
	secret := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/v1/projects/"), "/settings")
	if h, key := s.find(secret); h == nil || key.Trust != orrery.Public {
		fail(w, r, orrery.NotFound("http.no_project", "there is no browser key of that name"))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(collect.Settings(secret, r.Host)) // the client may have gone
}

func preflight(w http.ResponseWriter, r *http.Request) {
	allowOrigin(w, r)
	w.Header().Set("Access-Control-Allow-Methods", "POST, GET, OPTIONS")
	w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Content-Encoding, X-Retry-Count, X-Write-Key, Traceparent")
	w.Header().Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
}

// allowOrigin lets any page send: a public key can only write, and carries no cookie.
func allowOrigin(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Origin") != "" {
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}
}

// taken is what became of one request.
type taken struct {
	seq        orrery.Seq
	rejected   int
	duplicates int
}

func (s *Server) take(w http.ResponseWriter, r *http.Request, h *House, key *govern.Key, call collect.Call, body []byte) {
	t, err := h.submit(r.Context(), r, key, call, body, s.Now())
	if err != nil {
		fail(w, r, err)
		return
	}
	out := make([]byte, 0, 96)
	out = append(out, `{"success":true,"seq":`...)
	out = strconv.AppendUint(out, uint64(t.seq), 10)
	if t.rejected > 0 {
		out = append(out, `,"quarantined":`...)
		out = strconv.AppendInt(out, int64(t.rejected), 10)
	}
	if t.duplicates > 0 {
		out = append(out, `,"duplicates":`...)
		out = strconv.AppendInt(out, int64(t.duplicates), 10)
	}
	out = append(out, '}')
	w.Header()["Content-Type"] = jsonType
	_, _ = w.Write(out) // the client may have gone
}

var jsonType = []string{"application/json"}

// submit decodes, listens and waits for the durable commit.
func (h *House) submit(ctx context.Context, r *http.Request, key *govern.Key, call collect.Call, body []byte, now orrery.Instant) (taken, error) {
	return h.submitAgain(ctx, r, key, call, body, now, resent{})
}

// resent is the message id of an event that was set aside and is sent again, and the one that it takes then: its own
// counts as seen.
type resent struct{ was, is string }

func (r resent) id(of string) string {
	if of != "" && of == r.was {
		return r.is
	}
	return of
}

func (h *House) submitAgain(ctx context.Context, r *http.Request, key *govern.Key, call collect.Call, body []byte, now orrery.Instant, again resent) (taken, error) {
	request := collect.Request{Call: call, Body: body, Received: now, GPC: r.Header.Get("Sec-GPC") == "1",
		Source: collect.Source{Name: key.Source, Trust: key.Trust, Historical: key.History || call == collect.Import,
			DefaultChannel: key.Channel, Region: key.Region, Zone: key.Zone}}
	decoder := h.Decoder()
	touches, rejected, err := decoder.Decode(&request)
	if err != nil {
		return taken{}, err
	}
	origin := decoder.Origin(&request, rejected)
	inputs := make([]engine.Input, 0, len(touches)+len(rejected))
	for i := range touches {
		h.Hear(&touches[i])
		touches[i].MessageID = again.id(touches[i].MessageID)
		inputs = append(inputs, engine.Input{Touch: &touches[i], Origin: origin, Index: i})
	}
	for i := range rejected {
		q := engine.Quarantine{Source: key.Source, Trust: key.Trust, MessageID: rejected[i].MessageID, Code: rejected[i].Code, Say: rejected[i].Say, Body: rejected[i].Body, History: request.Source.Historical}
		inputs = append(inputs, engine.Input{Command: q})
	}
	results, err := h.Workspace.Submit(ctx, inputs)
	if err != nil {
		return taken{}, err
	}
	t := taken{rejected: len(rejected)}
	for i := range results {
		t.seq = max(t.seq, results[i].Seq)
		if results[i].Duplicate {
			t.duplicates++
		}
		if results[i].Err != nil {
			t.rejected++
			if call != collect.Batch && call != collect.Import {
				return taken{}, results[i].Err // a single call is refused with its reason
			}
		}
	}
	return t, nil
}

// Hear lets listen understand what was said, before the commit, so that replay needs no model. What a text answers is read
// beside it and then let go: it may be what another person wrote, who could not erase it here.
func (h *House) Hear(t *orrery.Touch) {
	switch {
	case t.Message != nil:
		t.Signals = h.Listen.Listen(t.Message.Text, listen.Hint{Channel: t.Channel, Locale: t.Locale, Parent: t.Message.Parent})
		t.Message.Parent = ""
	case t.Survey != nil:
		if t.Survey.Comment != "" {
			t.Signals = h.Listen.Listen(t.Survey.Comment, listen.Hint{Channel: t.Channel, Locale: t.Locale, Parent: t.Survey.Question})
		}
		t.Survey.Question = ""
	case t.Kind == orrery.Identify:
		var life []orrery.Label
		for i := range t.Traits {
			if v := t.Traits[i].Value; len(v) > 2 && v[0] == '"' {
				life = append(life, h.Listen.LifeOf(t.Traits[i].Name, v[1:len(v)-1])...)
			}
		}
		if len(life) > 0 {
			t.Signals = &orrery.Signals{Engine: h.Listen.Revision(), Language: "und", Life: life}
		}
	}
}

// vouch says whether a survey token was signed by this workspace for that case.
func (h *House) vouch(token, survey string, c orrery.CaseID) bool {
	payload, err := h.Keys.OpenToken("survey", token, h.Workspace.Clock())
	return err == nil && string(payload) == survey+"/"+c.String()
}

// SurveyToken signs the link in a satisfaction question.
func (h *House) SurveyToken(survey string, c orrery.CaseID) string {
	return h.Keys.SignToken("survey", []byte(survey+"/"+c.String()), h.Workspace.Clock().Add(60*orrery.Day))
}
