package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/govern"
	"github.com/orrery-cxm/orrery/internal/protect"
	"github.com/orrery-cxm/orrery/internal/view"
)

// CaseRef names a case in a path.
type CaseRef struct {
	ID InPath[orrery.CaseID] `path:"id"`
}

// NoteBody is a note that goes with a command.
type NoteBody struct {
	Body struct {
		Note string `json:"note,omitempty" maxLength:"2000"`
	}
}

func (s *Server) care(api huma.API) {
	s.cases(api)
	s.stateOfPeople(api)
	operation(api, "GET", "/v1/reviews", "listReviews", govern.Care, "What a person should look at", func(ctx context.Context, c caller, in *struct {
		PageRef
		About string `query:"about"`
	}) (*struct{ Body view.List[view.Review] }, error) {
		if err := c.visible(ctx, in.After); err != nil {
			return nil, err
		}
		list, err := c.house.Views.Reviews(ctx, view.ReviewFilter{Page: in.page(), About: in.About})
		return &struct{ Body view.List[view.Review] }{list}, err
	})
	operation(api, "POST", "/v1/reviews/{id}/answer", "answerReview", govern.Care, "Answer a review", func(ctx context.Context, c caller, in *struct {
		ID   InPath[orrery.ReviewID] `path:"id"`
		Body struct {
			Person string `json:"person"`
			Yes    bool   `json:"yes"`
		}
	}) (*done, error) {
		id, err := c.person(in.Body.Person)
		if err != nil {
			return nil, err
		}
		return c.do(ctx, engine.Care{Command: desk.AnswerReview{Fragment: id, Review: in.ID.ID, Yes: in.Body.Yes, By: c.key.Actor()}})
	})
}

func (s *Server) cases(api huma.API) {
	operation(api, "GET", "/v1/cases", "listCases", govern.Care, "List cases, newest first", func(ctx context.Context, c caller, in *struct {
		PageRef
		Status   string `query:"status" enum:"open,resolved,satisfied,dismissed"`
		Severity string `query:"severity" enum:"low,medium,high"`
	}) (*struct{ Body view.List[orrery.Case] }, error) {
		filter := view.CaseFilter{Page: in.page()}
		if in.Status != "" {
			var status orrery.CaseStatus
			if err := status.UnmarshalText([]byte(in.Status)); err != nil {
				return nil, err
			}
			filter.Status = append(filter.Status, status)
		}
		if in.Severity != "" {
			var severity orrery.Severity
			if err := severity.UnmarshalText([]byte(in.Severity)); err != nil {
				return nil, err
			}
			filter.Severity = append(filter.Severity, severity)
		}
		if err := c.visible(ctx, in.After); err != nil {
			return nil, err
		}
		list, err := c.house.Views.Cases(ctx, filter)
		return &struct{ Body view.List[orrery.Case] }{list}, err
	})
	operation(api, "POST", "/v1/cases", "openCase", govern.Care, "Open a case by hand", func(ctx context.Context, c caller, in *struct {
		Body struct {
			Person   string         `json:"person"`
			Affected string         `json:"affected,omitempty"`
			Title    string         `json:"title,omitempty" maxLength:"300"`
			Product  string         `json:"product,omitempty"`
			Order    string         `json:"order,omitempty"`
			Channel  orrery.Channel `json:"channel,omitempty"`
			Severity string         `json:"severity,omitempty" enum:"low,medium,high"`
			Touch    orrery.TouchID `json:"touch,omitempty"`
		}
	}) (*done, error) {
		b := in.Body
		cmd := desk.OpenCase{Title: b.Title, Product: b.Product, Order: b.Order, Channel: b.Channel, Touch: b.Touch, By: c.key.Actor()}
		var err error
		if cmd.Reporter, err = c.known(ctx, b.Person); err != nil {
			return nil, err
		}
		if b.Affected != "" {
			if cmd.Affected, err = c.known(ctx, b.Affected); err != nil {
				return nil, err
			}
		}
		if b.Severity != "" {
			if err := cmd.Severity.UnmarshalText([]byte(b.Severity)); err != nil {
				return nil, err
			}
		}
		return c.do(ctx, engine.Care{Command: cmd})
	})
	s.oneCase(api)
}

// oneCase is what can be done with a case.
func (s *Server) oneCase(api huma.API) {
	operation(api, "GET", "/v1/cases/{id}", "getCase", govern.Care, "Read a case", func(ctx context.Context, c caller, in *CaseRef) (*struct{ Body *orrery.Case }, error) {
		k, err := c.house.Workspace.Case(in.ID.ID)
		return &struct{ Body *orrery.Case }{k}, err
	})
	step := func(name, id, summary string, command func(orrery.CaseID, orrery.Actor, string) desk.Command) {
		operation(api, "POST", "/v1/cases/{id}/"+name, id, govern.Care, summary, func(ctx context.Context, c caller, in *struct {
			CaseRef
			NoteBody
		}) (*done, error) {
			return c.do(ctx, engine.Care{Command: command(in.ID.ID, c.key.Actor(), in.Body.Note)})
		})
	}
	step("resolve", "resolveCase", "Say that the matter is solved; whether it is, the person says", func(id orrery.CaseID, by orrery.Actor, note string) desk.Command {
		return desk.ResolveCase{Case: id, By: by, Note: note}
	})
	step("reopen", "reopenCase", "Say that the matter was not solved after all", func(id orrery.CaseID, by orrery.Actor, note string) desk.Command {
		return desk.ReopenCase{Case: id, By: by, Note: note}
	})
	step("dismiss", "dismissCase", "Say that it was no complaint: what it held is released at once, without rest", func(id orrery.CaseID, by orrery.Actor, note string) desk.Command {
		return desk.DismissCase{Case: id, By: by, Note: note}
	})
	step("satisfied", "confirmSatisfied", "Record that the person said they are satisfied", func(id orrery.CaseID, by orrery.Actor, note string) desk.Command {
		return desk.ConfirmSatisfied{Case: id, By: by, Note: note}
	})
	operation(api, "POST", "/v1/cases/{id}/reply", "replyInCase", govern.Care, "Record a reply to the person; marked as an apology, it pays the one that is due", func(ctx context.Context, c caller, in *struct {
		CaseRef
		Body struct {
			Apology bool `json:"apology"`
		}
	}) (*done, error) {
		return c.do(ctx, engine.Care{Command: desk.ReplyInCase{Case: in.ID.ID, Apology: in.Body.Apology, By: c.key.Actor()}})
	})
	operation(api, "POST", "/v1/cases/{id}/severity", "setSeverity", govern.Care, "Judge a case anew", func(ctx context.Context, c caller, in *struct {
		CaseRef
		Body struct {
			Severity orrery.Severity `json:"severity"`
			Note     string          `json:"note,omitempty"`
		}
	}) (*done, error) {
		return c.do(ctx, engine.Care{Command: desk.SetSeverity{Case: in.ID.ID, Severity: in.Body.Severity, By: c.key.Actor(), Note: in.Body.Note}})
	})
}

func (s *Server) stateOfPeople(api huma.API) {
	operation(api, "POST", "/v1/persons/{ref}/holds", "placeHold", govern.Care, "Hold everything the brand wants from a person, or what is about one product", func(ctx context.Context, c caller, in *struct {
		PersonRef
		Body struct {
			Product string         `json:"product,omitempty"`
			Until   orrery.Instant `json:"until,omitempty"`
		}
	}) (*done, error) {
		return c.about(ctx, in.Ref, func(id orrery.FragmentID) engine.Command {
			return engine.Protect{Command: protect.PlaceHold{Fragment: id, Product: in.Body.Product, Until: in.Body.Until, By: c.key.Actor()}}
		})
	})
	operation(api, "DELETE", "/v1/persons/{ref}/holds/{hold}", "releaseHold", govern.Care, "Release a hold that a person placed", func(ctx context.Context, c caller, in *struct {
		PersonRef
		Hold InPath[orrery.HoldID] `path:"hold"`
	}) (*done, error) {
		return c.about(ctx, in.Ref, func(id orrery.FragmentID) engine.Command {
			return engine.Protect{Command: protect.ReleaseHold{Fragment: id, Hold: in.Hold.ID, By: c.key.Actor()}}
		})
	})
	operation(api, "POST", "/v1/persons/{ref}/restriction", "restrict", govern.Care, "Restrict the processing of a person's data", func(ctx context.Context, c caller, in *PersonRef) (*done, error) {
		return c.about(ctx, in.Ref, func(id orrery.FragmentID) engine.Command {
			return engine.Protect{Command: protect.Restrict{Fragment: id, By: c.key.Actor()}}
		})
	})
	operation(api, "POST", "/v1/persons/{ref}/consents", "setConsent", govern.Care, "Record what a person said about a purpose on a channel", func(ctx context.Context, c caller, in *struct {
		PersonRef
		Body orrery.ConsentClaim
	}) (*done, error) {
		return c.about(ctx, in.Ref, func(id orrery.FragmentID) engine.Command {
			return engine.Protect{Command: protect.SetConsent{Fragment: id, Claim: in.Body, Source: c.key.Source, By: c.key.Actor()}}
		})
	})
	operation(api, "POST", "/v1/persons/{ref}/life", "noteLife", govern.Care, "Note an event in a person's life", func(ctx context.Context, c caller, in *struct {
		PersonRef
		Body struct {
			Kind   orrery.LifeKind `json:"kind"`
			Who    string          `json:"who,omitempty" enum:"self,family,other"`
			Public bool            `json:"public,omitempty" doc:"the person's own public or consented statement"`
		}
	}) (*done, error) {
		return c.about(ctx, in.Ref, func(id orrery.FragmentID) engine.Command {
			return engine.Protect{Command: protect.NoteLife{Fragment: id, Event: in.Body.Kind, Who: in.Body.Who, Public: in.Body.Public, By: c.key.Actor()}}
		})
	})
	operation(api, "POST", "/v1/persons/{ref}/life/{life}/confirm", "confirmLife", govern.Care, "Confirm an event that was inferred", func(ctx context.Context, c caller, in *lifeInput) (*done, error) {
		return c.about(ctx, in.Ref, func(id orrery.FragmentID) engine.Command {
			return engine.Protect{Command: protect.ConfirmLife{Fragment: id, Life: in.Life.ID, By: c.key.Actor()}}
		})
	})
	operation(api, "POST", "/v1/persons/{ref}/life/{life}/reject", "rejectLife", govern.Care, "Say that an event is not true, or none of ours to know", func(ctx context.Context, c caller, in *lifeInput) (*done, error) {
		return c.about(ctx, in.Ref, func(id orrery.FragmentID) engine.Command {
			return engine.Protect{Command: protect.RejectLife{Fragment: id, Life: in.Life.ID, By: c.key.Actor()}}
		})
	})
}

type lifeInput struct {
	PersonRef
	Life InPath[orrery.LifeID] `path:"life"`
}

// about submits a command about the person that a reference names.
func (c caller) about(ctx context.Context, ref string, command func(orrery.FragmentID) engine.Command) (*done, error) {
	id, err := c.known(ctx, ref)
	if err != nil {
		return nil, err
	}
	return c.do(ctx, command(id))
}
