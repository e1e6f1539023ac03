package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/govern"
	"github.com/orrery-cxm/orrery/internal/listen"
	"github.com/orrery-cxm/orrery/internal/teach"
	"github.com/orrery-cxm/orrery/internal/view"
)

// Listening is what a workspace has learned, how well it listens, and what waits to be judged.
type Listening struct {
	teach.Status
	Reviews     view.DoubtCounts `json:"reviews"`
	SampleOneIn int              `json:"sample_one_in" doc:"one of so many texts is asked about at random"`
}

// ListeningReview is a text that a person should judge. Answer it by correctSignals.
type ListeningReview struct {
	view.Doubt
	Text    string          `json:"text" doc:"what was said; empty when it was erased"`
	Signals *orrery.Signals `json:"signals,omitempty" doc:"what was understood of it first"`
}

func (s *Server) listening(api huma.API) {
	operation(api, "GET", "/v1/listening", "getListening", govern.Read, "What was learned from corrections, and how often the engine is right", func(ctx context.Context, c caller, in *struct{}) (*struct{ Body Listening }, error) {
		if err := c.visible(ctx, 0); err != nil {
			return nil, err
		}
		counts, err := c.house.Views.DoubtCounts(ctx)
		return &struct{ Body Listening }{Listening{Status: c.house.Teacher.Status(), Reviews: counts, SampleOneIn: listen.SampleOneIn}}, err
	})
	operation(api, "GET", "/v1/listening/reviews", "listListeningReviews", govern.Care, "Texts that a person should judge: random ones first, then disagreements, then the least certain", func(ctx context.Context, c caller, in *struct {
		PageRef
		Reason   string `query:"reason" enum:"random,disagreeing,uncertain"`
		Language string `query:"language" doc:"such as en, zh-Hans, ar"`
		Answered bool   `query:"answered" doc:"those that were judged in the last 90 days instead"`
	}) (*struct{ Body view.List[ListeningReview] }, error) {
		if err := c.visible(ctx, in.After); err != nil {
			return nil, err
		}
		l, err := c.house.Views.Doubts(ctx, view.DoubtFilter{Page: in.page(), Reason: in.Reason, Language: in.Language, Answered: in.Answered})
		if err != nil {
			return nil, err
		}
		out := view.List[ListeningReview]{Seq: l.Seq, Next: l.Next, Items: make([]ListeningReview, len(l.Items))}
		for i, d := range l.Items {
			out.Items[i].Doubt = d
			t, err := c.house.touch(ctx, d.Touch)
			if err != nil && orrery.KindOf(err) != orrery.KindNotFound {
				return nil, err
			}
			if t != nil {
				out.Items[i].Text, out.Items[i].Signals = teach.TextOf(t), t.Signals
			}
		}
		return &struct {
			Body view.List[ListeningReview]
		}{out}, nil
	})
	operation(api, "POST", "/v1/touches/{id}/signals", "correctSignals", govern.Care, "Correct what was understood of a touch, or say that it is right; the answer wins, and teaches", func(ctx context.Context, c caller, in *struct {
		ID   InPath[orrery.TouchID] `path:"id"`
		Body struct {
			Person  string          `json:"person"`
			Signals *orrery.Signals `json:"signals,omitempty" doc:"all that is to be understood; what is not named is not there, unless its head stands in abstained"`
			Right   bool            `json:"right,omitempty" doc:"what was understood first is right; instead of signals"`
		}
	}) (*done, error) {
		id, err := c.person(in.Body.Person)
		if err != nil {
			return nil, err
		}
		signals, err := c.house.judged(ctx, in.ID.ID, in.Body.Signals, in.Body.Right)
		if err != nil {
			return nil, err
		}
		signals.Engine, signals.Revision = "agent:"+c.key.Actor().Name, max(signals.Revision, 1)+1
		return c.do(ctx, engine.CorrectSignals{Touch: in.ID.ID, Fragment: id, Signals: *signals, By: c.key.Actor()})
	})
}

// touch reads a touch from the log.
func (h *House) touch(ctx context.Context, id orrery.TouchID) (*orrery.Touch, error) {
	f, err := h.Workspace.Born(ctx, uint64(id))
	if err != nil {
		return nil, err
	}
	if t, ok := f.Fact.(*orrery.TouchRecorded); ok {
		return &t.Touch, nil
	}
	return nil, orrery.NotFound("touch.unknown", "there is no touch with that id")
}

// judged is what a person says that a touch means: the signals they gave, or those that were there, which they vouch for.
func (h *House) judged(ctx context.Context, id orrery.TouchID, given *orrery.Signals, right bool) (*orrery.Signals, error) {
	if (given != nil) == right {
		return nil, orrery.Invalid("signals.answer", `give either signals, or "right": true when what was understood is right`)
	}
	if given != nil {
		return given, nil
	}
	t, err := h.touch(ctx, id)
	if err != nil {
		return nil, err
	}
	if t.Signals == nil {
		return nil, orrery.Invalid("signals.none", "nothing was understood of that touch: there is nothing to be right")
	}
	return vouched(t.Signals), nil
}

// vouched are signals whose likely labels are certain and whose unlikely ones are gone, since a person says so.
func vouched(s *orrery.Signals) *orrery.Signals {
	out := *s
	out.Confidence, out.Abstained = 1000, nil
	for _, ls := range []*[]orrery.Label{&out.Emotions, &out.Intents, &out.Risks, &out.Life, &out.Urgency} {
		var kept []orrery.Label
		for _, l := range *ls {
			if l.Confidence >= 500 {
				l.Confidence = 1000
				kept = append(kept, l)
			}
		}
		*ls = kept
	}
	return &out
}
