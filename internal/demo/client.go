package demo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/api"
)

// Keys are the secrets of the keys by which the demo calls the server.
type Keys struct {
	Browser string // public: what stands in Northline's web page
	Shop    string // server: the shop's back end
	Care    string // staff: read, care, outbound, govern
}

// client calls the API as any client does.
type client struct {
	base string
	http *http.Client
	keys Keys
}

func newClient(base string, keys Keys) *client {
	return &client{base: base, keys: keys, http: &http.Client{Timeout: 15 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 8}}}
}

// call makes one request and decodes its answer into out, unless that is nil.
func (c *client) call(ctx context.Context, key, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in, json.Deterministic(true))
		if err != nil {
			return fmt.Errorf("encoding a request: %w", err)
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return fmt.Errorf("making a request: %w", err)
	}
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Content-Type", "application/json")
	answer, err := c.http.Do(r)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		return fmt.Errorf("%s %s: reading the answer: %w", method, path, err)
	}
	if answer.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, bytes.TrimSpace(b))
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(b, out); err != nil {
		return fmt.Errorf("%s %s: reading the answer: %w", method, path, err)
	}
	return nil
}

// object is a JSON object on its way to the server.
type object = map[string]any

type taken struct {
	Seq orrery.Seq `json:"seq"`
}

// track makes a tracking call and returns the chunk that made it durable.
func (c *client) track(ctx context.Context, key, call string, event object) (orrery.Seq, error) {
	var out taken
	err := c.call(ctx, key, http.MethodPost, "/v1/"+call, event, &out)
	return out.Seq, err
}

// care makes a call with the care desk's key that answers with a chunk.
func (c *client) care(ctx context.Context, path string, in any) (orrery.Seq, error) {
	if in == nil {
		in = object{}
	}
	var out taken
	err := c.call(ctx, c.keys.Care, http.MethodPost, path, in, &out)
	return out.Seq, err
}

func (c *client) person(ctx context.Context, ref string, after orrery.Seq) (*api.Profile, error) {
	p := &api.Profile{}
	err := c.call(ctx, c.keys.Care, http.MethodGet, fmt.Sprintf("/v1/persons/%s?after=%d", url.PathEscape(ref), after), nil, p)
	return p, err
}

// entry is one line of a timeline as it comes.
type entry struct {
	Cursor string         `json:"cursor"`
	At     orrery.Instant `json:"at"`
	Kind   string         `json:"kind"`
	Fact   jsontext.Value `json:"fact"`
}

// seq is the chunk of an entry.
func (e *entry) seq() (s orrery.Seq) {
	_, _ = fmt.Sscanf(e.Cursor, "%d.", &s) // 0 for what is no cursor
	return s
}

// timeline reads the newest entries, newest first.
func (c *client) timeline(ctx context.Context, ref string, after orrery.Seq) ([]entry, error) {
	var out struct {
		Entries []entry `json:"entries"`
	}
	err := c.call(ctx, c.keys.Care, http.MethodGet, fmt.Sprintf("/v1/persons/%s/timeline?limit=200&after=%d", url.PathEscape(ref), after), nil, &out)
	return out.Entries, err
}

// page is one page of a list.
type page[T any] struct {
	Items []T `json:"items"`
}

func list[T any](ctx context.Context, c *client, path string) ([]T, error) {
	var out page[T]
	err := c.call(ctx, c.keys.Care, http.MethodGet, path, nil, &out)
	return out.Items, err
}

// offered is the gate's answer to a message.
type offered struct {
	Intent orrery.IntentID    `json:"intent"`
	Seq    orrery.Seq         `json:"seq"`
	State  orrery.IntentState `json:"state"`
	Answer orrery.Answer      `json:"answer"`
}

// offer asks the gate to let a message go.
func (c *client) offer(ctx context.Context, message object) (*offered, error) {
	out := &offered{}
	err := c.call(ctx, c.keys.Care, http.MethodPost, "/v1/outbound", message, out)
	return out, err
}
