package app

import (
	"context"
	"fmt"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/api"
	"github.com/orrery-cxm/orrery/internal/explain"
)

type explainCommand struct {
	What        string `arg:"" help:"A person (per_... or an identifier such as user_id:ann): why they are held now. A message (int_...): why it was sent, held, replaced or lost. A touch (tch_...): what it caused. A delivery (eff_...): what became of it."`
	Other       string `arg:"" optional:"" help:"Another identifier: why the two are one person, or what keeps them apart."`
	Audience    string `help:"Why the person is in this audience, or not, and what destinations said."`
	Destination string `help:"With --list: what was asked of this destination about the person, and what it answered."`
	List        string `help:"With --destination: the list there."`
	Region      string `help:"Country of a phone number without a country code, such as DE."`
	JSON        bool   `help:"Print the structure, with the sentences in it." name:"json"`
	tongue
}

type explainQuestion struct {
	What        string                 `json:"what"`
	Other       string                 `json:"other"`
	Audience    orrery.AudienceName    `json:"audience"`
	Destination orrery.DestinationName `json:"destination"`
	List        orrery.AudienceName    `json:"list"`
	Region      string                 `json:"region"`
	Language    string                 `json:"language"`
}

var explainIt = operation[explainQuestion, *api.Explanation]{name: "explain", run: func(ctx context.Context, h *House, q explainQuestion, _ progress) (*api.Explanation, error) {
	a, err := q.answer(ctx, h)
	if err != nil {
		return nil, err
	}
	return api.Say(a, q.Language), nil
}}

func (q *explainQuestion) answer(ctx context.Context, h *House) (*explain.Answer, error) {
	about := q.Other != "" || q.Audience != "" || q.Destination != "" || q.List != ""
	prefix, _, _ := strings.Cut(q.What, "_")
	if about || strings.Contains(q.What, ":") {
		prefix = "" // only a person goes with these
	}
	switch prefix {
	case "int":
		var id orrery.IntentID
		if err := id.UnmarshalText([]byte(q.What)); err != nil {
			return nil, err
		}
		return explain.Intent(ctx, h.Engine, id)
	case "tch":
		var id orrery.TouchID
		if err := id.UnmarshalText([]byte(q.What)); err != nil {
			return nil, err
		}
		return explain.Touch(ctx, h.Engine, id)
	case "eff":
		var id orrery.EffectID
		if err := id.UnmarshalText([]byte(q.What)); err != nil {
			return nil, err
		}
		return explain.Effect(ctx, h.Engine, id)
	}
	return q.aboutPerson(ctx, h)
}

func (q *explainQuestion) aboutPerson(ctx context.Context, h *House) (*explain.Answer, error) {
	id, err := seen(ctx, h, q.What, q.Region)
	if err != nil {
		return nil, err
	}
	switch {
	case q.Other != "":
		other, err := seen(ctx, h, q.Other, q.Region)
		if err != nil {
			return nil, err
		}
		return explain.Identity(ctx, h.Engine, id, other)
	case q.Audience != "":
		return explain.Membership(ctx, h.Engine, id, q.Audience)
	case q.Destination != "" && q.List != "":
		return explain.Push(ctx, h.Engine, id, q.Destination, q.List)
	case q.Destination != "" || q.List != "":
		return nil, orrery.Invalid("explain.what", "--destination and --list go together: the list is one of that destination")
	}
	return explain.Person(ctx, h.Engine, id)
}

// seen finds the person that a reference names, and says whom nobody has seen.
func seen(ctx context.Context, h *House, ref, region string) (orrery.FragmentID, error) {
	id, err := h.API.Person(ref, region)
	if err != nil {
		return 0, err
	}
	if _, err := h.Engine.Person(ctx, id, 0); err != nil {
		return 0, unknownPerson(ref, err)
	}
	return id, nil
}

func (c *explainCommand) Run(r *runner) error {
	x, err := ask(r, explainIt, explainQuestion{What: c.What, Other: c.Other, Audience: orrery.AudienceName(c.Audience),
		Destination: orrery.DestinationName(c.Destination), List: orrery.AudienceName(c.List), Region: c.Region, Language: c.lang()})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(r.out, x)
	}
	for _, sentence := range x.Sentences {
		fmt.Fprintln(r.out, sentence)
	}
	return nil
}
