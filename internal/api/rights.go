package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/govern"
)

// Rights does what a person has a right to. It takes the whole workspace, files and lists included, so whoever holds that
// does it.
type Rights interface {
	// Export gives everything that is held about the person whom a reference names.
	Export(ctx context.Context, ref, region string) (*Export, error)
	// Erase forgets the person whom a reference names, everywhere, and says where.
	Erase(ctx context.Context, ref, region, request string, by orrery.Actor) (*engine.Receipt, error)
}

// Export is everything held about a person, for them to take along.
type Export struct {
	Format   string          `json:"format" doc:"the version of this layout: orrery-person-1"`
	Made     orrery.Instant  `json:"made"`
	Person   *Profile        `json:"person"`
	Cases    []orrery.Case   `json:"cases"`
	Orders   []ExportedOrder `json:"orders"`
	Timeline []TimelineEntry `json:"timeline" doc:"whole, newest first: touches, consents, decisions with their reasons, pushes"`
}

// ExportedOrder is one order.
type ExportedOrder struct {
	Source   orrery.SourceName `json:"source"`
	ID       string            `json:"id"`
	Status   string            `json:"status,omitempty"`
	Minor    int64             `json:"minor" doc:"the amount in the smallest unit of its currency"`
	Currency string            `json:"currency,omitempty"`
	Quantity int64             `json:"quantity,omitempty"`
	Placed   orrery.Instant    `json:"placed"`
}

var errNoRights = &orrery.Error{Kind: orrery.KindUnavailable, Code: "http.not_here", Say: "this server cannot do that: use the command on its machine"}

func (s *Server) rights(api huma.API) {
	operation(api, "GET", "/v1/persons/{ref}/export", "exportPerson", govern.Read, "Everything that is held about a person, for them to take along", func(ctx context.Context, c caller, in *struct {
		Ref string `path:"ref" doc:"per_... or an identifier such as user_id:ann"`
	}) (*struct{ Body *Export }, error) {
		if c.house.Rights == nil {
			return nil, errNoRights
		}
		out, err := c.house.Rights.Export(ctx, in.Ref, c.key.Region)
		return &struct{ Body *Export }{out}, err
	})
	operation(api, "POST", "/v1/persons/{ref}/erase", "erasePerson", govern.Erase, "Forget a person everywhere, for good; the answer is the receipt", func(ctx context.Context, c caller, in *struct {
		Ref  string `path:"ref" doc:"per_... or an identifier such as user_id:ann"`
		Body struct {
			Request string `json:"request,omitempty" maxLength:"200" doc:"your own reference of the person's request, for the receipt"`
			Confirm bool   `json:"confirm" doc:"true: this cannot be undone"`
		}
	}) (*struct{ Body *engine.Receipt }, error) {
		switch {
		case c.house.Rights == nil:
			return nil, errNoRights
		case !in.Body.Confirm:
			return nil, orrery.Invalid("erase.confirm", "confirm: write true; an erasure cannot be undone")
		}
		// What has begun is finished, also when the caller has gone: half an erasure helps nobody.
		receipt, err := c.house.Rights.Erase(context.WithoutCancel(ctx), in.Ref, c.key.Region, in.Body.Request, c.key.Actor())
		return &struct{ Body *engine.Receipt }{receipt}, err
	})
}
