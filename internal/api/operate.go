package api

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/collect"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/govern"
	"github.com/orrery-cxm/orrery/internal/view"
)

// PageRef is the part of a list that is asked for.
type PageRef struct {
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"200"`
	Cursor string `query:"cursor" doc:"next of the page before; anything else is refused with 400"`
	After  uint64 `query:"after" doc:"wait, at most a second, until this chunk is visible"`
}

func (p PageRef) page() view.Page { return view.Page{Limit: p.Limit, After: view.Cursor(p.Cursor)} }

// wait returns once a chunk is visible to reads of people, at the latest after a second.
func (c caller) wait(ctx context.Context, after uint64) error {
	if after == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, readWait*time.Millisecond)
	defer cancel()
	return late(c.house.Workspace.Wait(ctx, orrery.Seq(after)))
}

// visible returns once a chunk is visible to lists, at the latest after a second. Without one it is the last durable
// chunk: whoever was answered finds what they did.
func (c caller) visible(ctx context.Context, after uint64) error {
	if after == 0 {
		after = uint64(c.house.Workspace.Seq())
	}
	ctx, cancel := context.WithTimeout(ctx, readWait*time.Millisecond)
	defer cancel()
	return late(c.house.Views.Wait(ctx, orrery.Seq(after)))
}

func late(err error) error {
	if err == nil {
		return nil
	}
	return &orrery.Error{Kind: orrery.KindUnavailable, Code: "read.late", Say: "that chunk is not visible yet; ask again", RetryAfter: orrery.Second, Err: err}
}

// list registers a list that only pages.
func list[T any](api huma.API, path, id string, scope govern.Scope, summary string, read func(ctx context.Context, h *House, p view.Page) (view.List[T], error)) {
	operation(api, "GET", path, id, scope, summary, func(ctx context.Context, c caller, in *PageRef) (*struct{ Body view.List[T] }, error) {
		if err := c.visible(ctx, in.After); err != nil {
			return nil, err
		}
		l, err := read(ctx, c.house, in.page())
		return &struct{ Body view.List[T] }{l}, err
	})
}

func (s *Server) operate(api huma.API) {
	list(api, "/v1/holds", "listHolds", govern.Care, "Holds in force", func(ctx context.Context, h *House, p view.Page) (view.List[view.Hold], error) {
		return h.Views.Holds(ctx, view.HoldFilter{Page: p})
	})
	list(api, "/v1/conflicts", "listConflicts", govern.Read, "Outbound things to one person that repeat or contradict each other", func(ctx context.Context, h *House, p view.Page) (view.List[view.Conflict], error) {
		return h.Views.Conflicts(ctx, view.ConflictFilter{Page: p})
	})
	list(api, "/v1/signals", "listSignals", govern.Read, "Signals nobody acted on, missed ones first", func(ctx context.Context, h *House, p view.Page) (view.List[view.Signal], error) {
		return h.Views.Signals(ctx, view.SignalFilter{Page: p})
	})
	list(api, "/v1/quarantine", "listQuarantine", govern.Govern, "Events that could not be processed as they are", func(ctx context.Context, h *House, p view.Page) (view.List[view.Quarantined], error) {
		return h.Views.Quarantine(ctx, view.QuarantineFilter{Page: p})
	})
	operation(api, "GET", "/v1/quarantine/{number}", "getQuarantined", govern.Govern, "Download a quarantined event as it came", func(ctx context.Context, c caller, in *struct {
		Number uint64 `path:"number"`
	}) (*struct {
		ContentType string `header:"Content-Type"`
		Body        []byte
	}, error) {
		body, err := c.house.Views.Body(ctx, in.Number)
		return &struct {
			ContentType string `header:"Content-Type"`
			Body        []byte
		}{"application/json", body}, err
	})
	operation(api, "POST", "/v1/quarantine/{number}/resubmit", "resubmitQuarantined", govern.Govern, "Send a quarantined event again, corrected", func(ctx context.Context, c caller, in *struct {
		Number  uint64 `path:"number"`
		RawBody []byte `contentType:"application/json" doc:"the corrected event; empty to send it as it was"`
	}) (*done, error) {
		return c.resubmit(ctx, s, in.Number, in.RawBody)
	})
	operation(api, "DELETE", "/v1/quarantine/{number}", "discardQuarantined", govern.Govern, "Throw a quarantined event away", func(ctx context.Context, c caller, in *struct {
		Number uint64 `path:"number"`
	}) (*done, error) {
		seq, err := c.house.Workspace.ClearQuarantined(ctx, engine.ClearQuarantine{Number: in.Number, How: "discarded", By: c.key.Actor()})
		out := &done{}
		out.Body.Seq = seq
		return out, err
	})
	operation(api, "GET", "/v1/destinations", "listDestinations", govern.Read, "What waits for each destination and how it goes", func(ctx context.Context, c caller, in *struct{}) (*struct{ Body view.List[view.Destination] }, error) {
		if err := c.visible(ctx, 0); err != nil {
			return nil, err
		}
		l, err := c.house.Views.Destinations(ctx, s.Now())
		return &struct{ Body view.List[view.Destination] }{l}, err
	})
	operation(api, "GET", "/v1/audiences", "countAudiences", govern.Read, "How many people are in each audience", func(ctx context.Context, c caller, in *struct{}) (*struct{ Body view.Counts }, error) {
		if err := c.visible(ctx, 0); err != nil {
			return nil, err
		}
		counts, err := c.house.Views.AudienceCounts(ctx)
		return &struct{ Body view.Counts }{counts}, err
	})
	operation(api, "GET", "/v1/policy", "getPolicy", govern.Govern, "The policy in force", func(ctx context.Context, c caller, in *struct{}) (*policyOutput, error) {
		p := c.house.Workspace.Policy()
		out := &policyOutput{}
		out.Body.Version, out.Body.Text = p.Version, p.Text
		return out, nil
	})
	operation(api, "PUT", "/v1/policy", "applyPolicy", govern.Govern, "Put a policy in force without a restart", func(ctx context.Context, c caller, in *struct {
		Body struct {
			Text string `json:"text" doc:"the policy as YAML"`
		}
	}) (*policyOutput, error) {
		v, seq, err := c.house.Workspace.Do(ctx, engine.ApplyPolicy{Text: in.Body.Text, By: c.key.Actor()})
		if err != nil {
			return nil, err
		}
		out := &policyOutput{}
		out.Body.Version, out.Body.Text, out.Body.Seq = v.(int), in.Body.Text, seq
		return out, nil
	})
}

type policyOutput struct {
	Body struct {
		Version int        `json:"version"`
		Text    string     `json:"text"`
		Seq     orrery.Seq `json:"seq,omitempty"`
	}
}

// resubmit sends a quarantined event again under the trust it came with.
func (c caller) resubmit(ctx context.Context, s *Server, number uint64, body []byte) (*done, error) {
	seq, err := c.house.resubmit(ctx, number, body, *c.key, s.Now())
	if err != nil {
		return nil, err
	}
	out := &done{}
	out.Body.Seq = seq
	return out, nil
}

// Resubmit sends a quarantined event again, as it came when body is empty, under the source and trust it came with, and
// takes it out of the quarantine.
func (h *House) Resubmit(ctx context.Context, number uint64, body []byte, by orrery.Actor, now orrery.Instant) (orrery.Seq, error) {
	return h.resubmit(ctx, number, body, govern.Key{Source: orrery.SourceName(by.Name), Trust: by.Trust}, now)
}

func (h *House) resubmit(ctx context.Context, number uint64, body []byte, key govern.Key, now orrery.Instant) (orrery.Seq, error) {
	by := key.Actor()
	entry, err := h.Workspace.Quarantined(ctx, number)
	if err != nil {
		return 0, err
	}
	if entry.Body == "" {
		return 0, orrery.NotFound("quarantine.cleared", fmt.Sprintf("the event %d was sent again or thrown away already", number))
	}
	if len(body) == 0 {
		body = []byte(entry.Body)
	}
	key.Source, key.Trust, key.History = entry.Source, entry.Trust, entry.History
	again := resent{}
	if entry.Seen { // another try with the same words is a duplicate, and a corrected one is not
		again = resent{entry.MessageID, fmt.Sprintf("set-aside-%d-%x", number, sha256.Sum256(body))}
	}
	taken, err := h.submitAgain(ctx, &http.Request{Header: http.Header{}}, &key, collect.Pixel, body, now, again)
	if err != nil {
		return 0, err
	}
	if taken.duplicates > 0 && entry.Seen {
		return 0, orrery.Conflict("quarantine.duplicate", "this was sent again before, in the same words or under the same messageId: correct the event, and give another one a messageId of its own")
	}
	seq, err := h.Workspace.ClearQuarantined(ctx, engine.ClearQuarantine{Number: number, How: "resubmitted", By: by})
	return max(seq, taken.seq), err
}
