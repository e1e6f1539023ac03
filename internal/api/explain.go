package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/explain"
	"github.com/orrery-cxm/orrery/internal/govern"
	"github.com/orrery-cxm/orrery/internal/i18n"
)

// TongueRef is the language in which an explanation is said. It is exported because huma reads embedded fields only of
// exported types.
type TongueRef struct {
	Lang   string `query:"lang" doc:"en, zh-Hans, zh-Hant or ar; the Accept-Language header counts when it is missing"`
	Accept string `header:"Accept-Language"`
	After  uint64 `query:"after" doc:"wait, at most a second, until this chunk is visible"`
}

// Explanation is an answer with its sentences.
type Explanation struct {
	*explain.Answer
	Lang      string   `json:"lang" doc:"the language of the sentences"`
	Sentences []string `json:"sentences" doc:"the same, for people"`
}

type explained struct {
	Language string `header:"Content-Language"`
	Body     Explanation
}

// say waits for the chunk asked for, explains, and puts the answer into words.
func (c caller) say(ctx context.Context, in *TongueRef, why func() (*explain.Answer, error)) (*explained, error) {
	if err := c.wait(ctx, in.After); err != nil {
		return nil, err
	}
	a, err := why()
	if err != nil {
		return nil, err
	}
	x := Say(a, in.Lang, in.Accept)
	return &explained{Language: x.Lang, Body: *x}, nil
}

// Say puts an answer into words: in the spoken language that fits best what was wanted, tags or Accept-Language headers.
func Say(a *explain.Answer, wanted ...string) *Explanation {
	if a.Lines == nil {
		a.Lines = []explain.Line{}
	}
	lang := i18n.Match(wanted...)
	return &Explanation{Answer: a, Lang: lang, Sentences: a.Sentences(lang)}
}

func (s *Server) explain(api huma.API) {
	operation(api, "GET", "/v1/explain/intents/{id}", "explainIntent", govern.Read, "Why a message was sent, held, replaced or lost",
		func(ctx context.Context, c caller, in *struct {
			TongueRef
			ID string `path:"id"`
		}) (*explained, error) {
			var id orrery.IntentID
			if err := id.UnmarshalText([]byte(in.ID)); err != nil {
				return nil, err
			}
			return c.say(ctx, &in.TongueRef, func() (*explain.Answer, error) { return explain.Intent(ctx, c.house.Workspace, id) })
		})
	operation(api, "GET", "/v1/explain/effects/{id}", "explainEffect", govern.Read, "What became of a delivery",
		func(ctx context.Context, c caller, in *struct {
			TongueRef
			ID string `path:"id"`
		}) (*explained, error) {
			var id orrery.EffectID
			if err := id.UnmarshalText([]byte(in.ID)); err != nil {
				return nil, err
			}
			return c.say(ctx, &in.TongueRef, func() (*explain.Answer, error) { return explain.Effect(ctx, c.house.Workspace, id) })
		})
	operation(api, "GET", "/v1/explain/touches/{id}", "explainTouch", govern.Read, "What one touch brought about for the person who made it",
		func(ctx context.Context, c caller, in *struct {
			TongueRef
			ID string `path:"id"`
		}) (*explained, error) {
			var id orrery.TouchID
			if err := id.UnmarshalText([]byte(in.ID)); err != nil {
				return nil, err
			}
			return c.say(ctx, &in.TongueRef, func() (*explain.Answer, error) { return explain.Touch(ctx, c.house.Workspace, id) })
		})
	operation(api, "GET", "/v1/explain/identity", "explainWhoIsWho", govern.Read, "Why two identifiers are one person, or what keeps them apart, in words",
		func(ctx context.Context, c caller, in *struct {
			TongueRef
			A string `query:"a" required:"true"`
			B string `query:"b" required:"true"`
		}) (*explained, error) {
			a, b, err := c.pair(in.A, in.B)
			if err != nil {
				return nil, err
			}
			return c.say(ctx, &in.TongueRef, func() (*explain.Answer, error) { return explain.Identity(ctx, c.house.Workspace, a, b) })
		})
	s.explainPersons(api)
}

func (s *Server) explainPersons(api huma.API) {
	operation(api, "GET", "/v1/explain/persons/{ref}", "explainPerson", govern.Read, "Why a person is held now",
		func(ctx context.Context, c caller, in *struct {
			TongueRef
			Ref string `path:"ref"`
		}) (*explained, error) {
			id, err := c.person(in.Ref)
			if err != nil {
				return nil, err
			}
			return c.say(ctx, &in.TongueRef, func() (*explain.Answer, error) { return explain.Person(ctx, c.house.Workspace, id) })
		})
	operation(api, "GET", "/v1/explain/persons/{ref}/audiences/{audience}", "explainMembership", govern.Read, "Why a person is in an audience or not, and what destinations said",
		func(ctx context.Context, c caller, in *struct {
			TongueRef
			Ref      string              `path:"ref"`
			Audience orrery.AudienceName `path:"audience"`
		}) (*explained, error) {
			id, err := c.person(in.Ref)
			if err != nil {
				return nil, err
			}
			return c.say(ctx, &in.TongueRef, func() (*explain.Answer, error) {
				return explain.Membership(ctx, c.house.Workspace, id, in.Audience)
			})
		})
	operation(api, "GET", "/v1/explain/persons/{ref}/destinations/{destination}/lists/{list}", "explainPush", govern.Read, "What was asked of a destination about a person, and what it answered",
		func(ctx context.Context, c caller, in *struct {
			TongueRef
			Ref         string                 `path:"ref"`
			Destination orrery.DestinationName `path:"destination"`
			List        orrery.AudienceName    `path:"list"`
		}) (*explained, error) {
			id, err := c.person(in.Ref)
			if err != nil {
				return nil, err
			}
			return c.say(ctx, &in.TongueRef, func() (*explain.Answer, error) {
				return explain.Push(ctx, c.house.Workspace, id, in.Destination, in.List)
			})
		})
}
