package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/govern"
	"github.com/orrery-cxm/orrery/internal/listen/provider"
)

// Written is what a model wrote for an agent.
type Written struct {
	Text        string `json:"text" doc:"where personal data stood in the message, its kind stands in square brackets"`
	Language    string `json:"language"`
	Engine      string `json:"engine" doc:"the provider and its model"`
	MachineMade bool   `json:"machine_made" doc:"always true: a person reads it before anybody else does; nothing is sent or kept"`
}

// MessageRef names a message in a path.
type MessageRef struct {
	Touch InPath[orrery.TouchID] `path:"touch"`
}

// TranslationBody and DraftBody say what to write. They repeat each other, since the description shows each by itself.
type TranslationBody struct {
	To string `json:"to" minLength:"2" maxLength:"35" pattern:"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$" doc:"BCP 47: the language to write in"`
}

// DraftBody says what a reply should be like.
type DraftBody struct {
	To   string `json:"to" minLength:"2" maxLength:"35" pattern:"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$" doc:"BCP 47: the language to write in"`
	Note string `json:"note,omitempty" maxLength:"1000" doc:"what the reply should say"`
}

// writing is what a provider may write when an agent asks: nothing is ever sent by itself.
func (s *Server) writing(api huma.API) {
	operation(api, "POST", "/v1/messages/{touch}/translation", "translateMessage", govern.Care, "Translate a message by the policy's writer", func(ctx context.Context, c caller, in *struct {
		MessageRef
		Body TranslationBody
	}) (*struct{ Body Written }, error) {
		return c.write(ctx, in.Touch.ID, provider.Writing{To: in.Body.To})
	})
	operation(api, "POST", "/v1/messages/{touch}/draft", "draftReply", govern.Care, "Draft a reply to a message by the policy's writer; it is not sent", func(ctx context.Context, c caller, in *struct {
		MessageRef
		Body DraftBody
	}) (*struct{ Body Written }, error) {
		return c.write(ctx, in.Touch.ID, provider.Writing{To: in.Body.To, Draft: true, Note: in.Body.Note})
	})
}

func (c caller) write(ctx context.Context, touch orrery.TouchID, w provider.Writing) (*struct{ Body Written }, error) {
	if c.house.Second == nil {
		return nil, orrery.NotFound("writer.none", "no provider writes here")
	}
	h, err := c.house.Workspace.Heard(ctx, touch)
	if err != nil {
		return nil, err
	}
	if h.Restricted {
		return nil, orrery.Conflict("person.restricted", "processing of this person's data is restricted: no provider may see the message")
	}
	w.Text, w.Language = h.Text, h.Signals.Language
	out, err := c.house.Second.Write(ctx, w)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Written }{Written{Text: out.Text, Language: w.To, Engine: out.Engine, MachineMade: true}}, nil
}
