package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/govern"
	"github.com/orrery-cxm/orrery/internal/identify"
)

type pairBody struct {
	Body struct {
		A   string `json:"a" doc:"per_... or an identifier"`
		B   string `json:"b"`
		Why string `json:"why,omitempty" maxLength:"500"`
	}
}

type linkBody struct {
	Body struct {
		Person string        `json:"person" doc:"any identifier of a person at an end of it"`
		Link   orrery.LinkID `json:"link"`
		Why    string        `json:"why,omitempty" maxLength:"500"`
	}
}

func (s *Server) identity(api huma.API) {
	operation(api, "GET", "/v1/identity/explain", "explainIdentity", govern.Read, "Why two identifiers are one person, by the shortest chain of evidence, or what keeps them apart", func(ctx context.Context, c caller, in *struct {
		A string `query:"a" required:"true"`
		B string `query:"b" required:"true"`
	}) (*struct{ Body identify.Chain }, error) {
		a, b, err := c.pair(in.A, in.B)
		if err != nil {
			return nil, err
		}
		chain, err := c.house.Workspace.ExplainIdentity(ctx, a, b)
		return &struct{ Body identify.Chain }{chain}, err
	})
	operation(api, "POST", "/v1/identity/unlink", "unlink", govern.Govern, "Say that two identifiers are two persons", func(ctx context.Context, c caller, in *pairBody) (*done, error) {
		a, b, err := c.pair(in.Body.A, in.Body.B)
		if err != nil {
			return nil, err
		}
		return c.do(ctx, engine.Identity{Command: identify.Unlink{A: a, B: b, By: c.key.Actor(), Why: in.Body.Why}})
	})
	operation(api, "POST", "/v1/identity/join", "join", govern.Govern, "Say that two identifiers are one person", func(ctx context.Context, c caller, in *pairBody) (*done, error) {
		a, b, err := c.pair(in.Body.A, in.Body.B)
		if err != nil {
			return nil, err
		}
		return c.do(ctx, engine.Identity{Command: identify.Join{A: a, B: b, By: c.key.Actor(), Why: in.Body.Why}})
	})
	operation(api, "POST", "/v1/identity/unlink-link", "unlinkLink", govern.Govern, "Take one piece of evidence back", func(ctx context.Context, c caller, in *linkBody) (*done, error) {
		return c.about(ctx, in.Body.Person, func(id orrery.FragmentID) engine.Command {
			return engine.Identity{Command: identify.UnlinkLink{Of: id, Link: in.Body.Link, By: c.key.Actor(), Why: in.Body.Why}}
		})
	})
	operation(api, "POST", "/v1/identity/unlink-identifier", "unlinkIdentifier", govern.Govern, "Take all evidence of one identifier back", func(ctx context.Context, c caller, in *struct {
		Body struct {
			Identifier string `json:"identifier"`
			Why        string `json:"why,omitempty" maxLength:"500"`
		}
	}) (*done, error) {
		return c.about(ctx, in.Body.Identifier, func(id orrery.FragmentID) engine.Command {
			return engine.Identity{Command: identify.UnlinkIdentifier{Identifier: id, By: c.key.Actor(), Why: in.Body.Why}}
		})
	})
	operation(api, "POST", "/v1/identity/undo", "undoDecision", govern.Govern, "Take a decision back", func(ctx context.Context, c caller, in *linkBody) (*done, error) {
		return c.about(ctx, in.Body.Person, func(id orrery.FragmentID) engine.Command {
			return engine.Identity{Command: identify.Undo{Of: id, Link: in.Body.Link, By: c.key.Actor(), Why: in.Body.Why}}
		})
	})
	operation(api, "POST", "/v1/identity/release", "releaseQuarantined", govern.Govern, "Accept the evidence of a person that waits in quarantine", func(ctx context.Context, c caller, in *struct {
		Body struct {
			Person string            `json:"person"`
			Source orrery.SourceName `json:"source,omitempty"`
			Link   orrery.LinkID     `json:"link,omitempty"`
		}
	}) (*done, error) {
		return c.about(ctx, in.Body.Person, func(id orrery.FragmentID) engine.Command {
			return engine.Identity{Command: identify.ReleaseQuarantined{Of: id, Source: in.Body.Source, Link: in.Body.Link, By: c.key.Actor()}}
		})
	})
	operation(api, "POST", "/v1/identity/restore-source", "restoreSource", govern.Govern, "Give a source its right to link back", func(ctx context.Context, c caller, in *struct {
		Body struct {
			Source orrery.SourceName `json:"source"`
		}
	}) (*done, error) {
		return c.do(ctx, engine.Identity{Command: identify.RestoreSource{Source: in.Body.Source, By: c.key.Actor()}})
	})
}

func (c caller) pair(a, b string) (orrery.FragmentID, orrery.FragmentID, error) {
	x, err := c.person(a)
	if err != nil {
		return 0, 0, err
	}
	y, err := c.person(b)
	return x, y, err
}
