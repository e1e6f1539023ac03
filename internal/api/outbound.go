package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/govern"
	"github.com/orrery-cxm/orrery/internal/view"
)

// offerBody is an outbound message that somebody wants to send.
type offerBody struct {
	Person      string          `json:"person" doc:"per_... or an identifier such as user_id:ann"`
	Class       orrery.Class    `json:"class" enum:"legal,safety,service,recovery,case_survey,survey,favour,commercial"`
	Channel     orrery.Channel  `json:"channel"`
	Key         string          `json:"key,omitempty" maxLength:"100" doc:"your idempotency key"`
	Destination string          `json:"destination,omitempty"`
	Theme       string          `json:"theme,omitempty" maxLength:"100"`
	Stance      string          `json:"stance,omitempty" maxLength:"100" doc:"what it says on the theme: two stances contradict"`
	Team        string          `json:"team,omitempty" maxLength:"100"`
	Market      string          `json:"market,omitempty" maxLength:"20"`
	Product     string          `json:"product,omitempty" maxLength:"200"`
	Life        orrery.LifeKind `json:"life,omitempty" doc:"a life event that the message speaks of"`
	Case        orrery.CaseID   `json:"case,omitempty"`
	Content     Verbatim        `json:"content,omitempty" doc:"given to the destination as it is"`
	UsefulUntil orrery.Instant  `json:"useful_until,omitempty"`
	Priority    int             `json:"priority,omitempty" minimum:"-100" maximum:"100"`
}

func (b *offerBody) intent(c caller) (orrery.Intent, error) {
	id, err := c.person(b.Person)
	if err != nil {
		return orrery.Intent{}, err
	}
	in := orrery.Intent{Fragment: id, Class: b.Class, Channel: b.Channel, Key: b.Key, Destination: b.Destination, Theme: b.Theme,
		Stance: b.Stance, Team: b.Team, Market: b.Market, Product: b.Product, Life: b.Life, Case: b.Case, UsefulUntil: b.UsefulUntil,
		Priority: b.Priority, By: c.key.Actor()}
	in.Content = string(b.Content)
	return in, nil
}

type offered struct {
	Body struct {
		Intent string             `json:"intent"`
		Seq    orrery.Seq         `json:"seq"`
		State  orrery.IntentState `json:"state"`
		Answer orrery.Answer      `json:"answer"`
	}
}

func (s *Server) outbound(api huma.API) {
	operation(api, "POST", "/v1/outbound", "offerOutbound", govern.Outbound, "Offer a message; the gate answers allow, hold, replace or drop with its reason", func(ctx context.Context, c caller, in *struct{ Body offerBody }) (*offered, error) {
		intent, err := in.Body.intent(c)
		if err != nil {
			return nil, err
		}
		v, seq, err := c.house.Workspace.Do(ctx, engine.Offer{Offer: act.Offer{Intent: intent}})
		if err != nil {
			return nil, err
		}
		f := v.(*orrery.IntentOffered)
		out := &offered{}
		out.Body.Intent, out.Body.Seq, out.Body.State, out.Body.Answer = f.Intent.ID.String(), seq, f.State, f.Answer
		return out, nil
	})
	operation(api, "POST", "/v1/outbound/{intent}/bounce", "reportBounce", govern.Outbound, "Report that a message which its channel had accepted did not arrive; an apology that it paid is due again", func(ctx context.Context, c caller, in *struct {
		Intent InPath[orrery.IntentID] `path:"intent"`
		Body   struct {
			Person string `json:"person" doc:"as the message named it: per_..., or an identifier"`
			Detail string `json:"detail,omitempty" maxLength:"200" doc:"what the channel said; no personal data"`
		}
	}) (*done, error) {
		id, err := c.person(in.Body.Person)
		if err != nil {
			return nil, err
		}
		return c.do(ctx, engine.Bounced{Bounced: act.Bounced{Fragment: id, Intent: in.Intent.ID, Detail: in.Body.Detail}})
	})
	operation(api, "POST", "/v1/gate", "askGate", govern.Outbound, "Ask the gate without offering anything", func(ctx context.Context, c caller, in *struct{ Body offerBody }) (*struct{ Body orrery.Answer }, error) {
		intent, err := in.Body.intent(c)
		if err != nil {
			return nil, err
		}
		a, err := c.house.Workspace.Ask(ctx, &intent)
		return &struct{ Body orrery.Answer }{a}, err
	})
	operation(api, "GET", "/v1/outbound", "listOutbound", govern.Outbound, "List outbound messages and what became of them", func(ctx context.Context, c caller, in *struct {
		PageRef
		State string `query:"state" enum:"held,queued,released,accepted,unknown,failed,replaced,dropped,expired"`
	}) (*struct{ Body view.List[view.Intent] }, error) {
		filter := view.IntentFilter{Page: in.page()}
		if in.State != "" {
			var state orrery.IntentState
			if err := state.UnmarshalText([]byte(in.State)); err != nil {
				return nil, err
			}
			filter.States = append(filter.States, state)
		}
		if err := c.visible(ctx, in.After); err != nil {
			return nil, err
		}
		list, err := c.house.Views.Intents(ctx, filter)
		return &struct{ Body view.List[view.Intent] }{list}, err
	})
	operation(api, "GET", "/v1/ledger", "listLedger", govern.Outbound, "Every push and attempt: reason, requested, accepted", func(ctx context.Context, c caller, in *struct {
		PageRef
		Destination orrery.DestinationName `query:"destination"`
	}) (*struct{ Body view.List[view.Entry] }, error) {
		if err := c.visible(ctx, in.After); err != nil {
			return nil, err
		}
		list, err := c.house.Views.Ledger(ctx, view.LedgerFilter{Page: in.page(), Destination: in.Destination})
		return &struct{ Body view.List[view.Entry] }{list}, err
	})
	s.deadLetters(api)
}

func (s *Server) deadLetters(api huma.API) {
	operation(api, "GET", "/v1/dead-letters", "listDeadLetters", govern.Govern, "What was tried as often as allowed", func(ctx context.Context, c caller, in *PageRef) (*struct{ Body view.List[view.Entry] }, error) {
		if err := c.visible(ctx, in.After); err != nil {
			return nil, err
		}
		list, err := c.house.Views.DeadLetters(ctx, view.DeadLetterFilter{Page: in.page()})
		return &struct{ Body view.List[view.Entry] }{list}, err
	})
	operation(api, "POST", "/v1/dead-letters/redeliver", "redeliver", govern.Govern, "Queue a dead letter again; what it carries is computed anew", func(ctx context.Context, c caller, in *struct {
		Body struct {
			Fragment    orrery.FragmentID      `json:"fragment"`
			Effect      orrery.EffectID        `json:"effect,omitempty"`
			Destination orrery.DestinationName `json:"destination,omitempty"`
			List        orrery.AudienceName    `json:"list,omitempty"`
		}
	}) (*done, error) {
		b := in.Body
		if b.Effect != 0 {
			return c.do(ctx, engine.Redeliver{Redeliver: act.Redeliver{Fragment: b.Fragment, Effect: b.Effect}})
		}
		return c.do(ctx, engine.Repush{Repush: act.Repush{Fragment: b.Fragment, Destination: b.Destination, List: b.List}})
	})
}
