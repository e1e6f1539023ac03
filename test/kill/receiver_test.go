package kill

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"sync"
)

// secret signs deliveries. It is no secret: it guards nothing but this test.
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLasw"

// receiver is a webhook receiver as the documentation asks for: it knows deliveries by their id and memberships by their
// version. It refuses one notice in sixteen the first time: a second refusal of the same would be tried again only after
// minutes.
type receiver struct {
	mu      sync.Mutex
	seen    map[string]string // id -> what it carried
	refused map[string]bool
	members map[string]member // list and person
	wrong   []string
	again   int // deliveries that came more than once
	patient bool
}

type member struct {
	op      string
	version uint64
}

func newReceiver() *receiver {
	return &receiver{seen: map[string]string{}, refused: map[string]bool{}, members: map[string]member{}}
}

// agree ends the refusals. What is refused after an attempt that a kill cut off is a second failure, and waits five minutes
// by the schedule of Standard Webhooks: longer than this test.
func (r *receiver) agree() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.patient = true
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	id := q.Header.Get("webhook-id")
	b, err := io.ReadAll(q.Body)
	if err != nil || id == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var d struct {
		Type string `json:"type"`
		Data struct {
			List    string `json:"list"`
			Changes []struct {
				Op      string `json:"op"`
				Version uint64 `json:"version"`
				Person  string `json:"person"`
			} `json:"changes"`
		} `json:"data"`
	}
	if err := json.Unmarshal(b, &d); err != nil {
		r.wrong = append(r.wrong, fmt.Sprintf("delivery %s is no JSON: %v", id, err))
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(id))
	if d.Type != "audience.changes" && sum.Sum32()%16 == 0 && !r.refused[id] && !r.patient {
		r.refused[id] = true
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if before, ok := r.seen[id]; ok {
		r.again++
		if before != d.Type {
			r.wrong = append(r.wrong, fmt.Sprintf("delivery %s was %s and is %s", id, before, d.Type))
		}
	}
	r.seen[id] = d.Type
	for _, c := range d.Data.Changes {
		key := d.Data.List + " " + c.Person
		if c.Version >= r.members[key].version {
			r.members[key] = member{c.Op, c.Version}
		}
	}
	w.WriteHeader(http.StatusNoContent)
}
