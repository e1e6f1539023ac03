package api

import (
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/collect"
	"github.com/orrery-cxm/orrery/internal/govern"
)

// Reading a person is asked thousands of times a second, so it does not go the way of the other operations; it is
// described among them all the same, and answers alike.

// personPath is the reference in /v1/persons/{ref}; false for any other address.
func personPath(path string) (ref string, ok bool) {
	ref, ok = strings.CutPrefix(path, "/v1/persons/")
	return ref, ok && ref != "" && !strings.Contains(ref, "/")
}

func (s *Server) person(w http.ResponseWriter, r *http.Request, ref string) {
	secret, _ := collect.WriteKey(r.Header.Get("Authorization"), nil)
	house, key := s.find(secret)
	switch {
	case house == nil:
		problemTo(w, errUnauthorized)
		return
	case !key.May(govern.Read):
		problemTo(w, orrery.Denied("http.scope", "this key lacks the scope "+string(govern.Read)))
		return
	}
	var after uint64
	if text := r.URL.Query().Get("after"); text != "" {
		var err error
		if after, err = strconv.ParseUint(text, 10, 64); err != nil {
			problemTo(w, orrery.Invalid("read.after", "after: write the number of a chunk"))
			return
		}
	}
	p, err := caller{house: house, key: key}.read(r.Context(), &PersonRef{Ref: ref, After: after})
	if err != nil {
		problemTo(w, err)
		return
	}
	room, _ := profileRoom.Get().(*[]byte)
	if room == nil {
		room = new([]byte)
	}
	defer profileRoom.Put(room)
	body, err := appendProfile((*room)[:0], p)
	if err != nil {
		problemTo(w, err)
		return
	}
	*room = body
	w.Header()["Content-Type"] = jsonType
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // the client may have gone
}

// profileRoom holds buffers for answers.
var profileRoom sync.Pool

// problemTo writes an error as the other operations do.
func problemTo(w http.ResponseWriter, err error) {
	e := problem(err)
	if l, ok := e.(*later); ok {
		w.Header().Set("Retry-After", l.after)
		e = l.ErrorModel
	}
	body, merr := json.Marshal(e.(*huma.ErrorModel))
	if merr != nil {
		body = []byte(`{}`)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(e.GetStatus())
	_, _ = w.Write(body) // the client may have gone
}
