package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/identify"
	"github.com/orrery-cxm/orrery/internal/listen/provider"
	"github.com/orrery-cxm/orrery/internal/log"
)

// Heard is a text that somebody wrote and what is understood of it now.
type Heard struct {
	Touch    orrery.TouchID
	Fragment orrery.FragmentID // who wrote it
	Text     string
	Channel  orrery.Channel
	Signals  orrery.Signals // the latest revision
	ByPerson bool           // a person has corrected what was understood
	Engines  []string       // of all revisions, in no order
	// Restricted says that processing of this person's data is restricted: nobody outside may see the text.
	Restricted bool
}

// Heard reads the message or survey comment that a touch brought. It fails with an *orrery.Error of kind not found when
// there is no such text, or no longer.
func (w *Workspace) Heard(ctx context.Context, touch orrery.TouchID) (*Heard, error) {
	unknown := orrery.NotFound("touch.unknown", fmt.Sprintf("there is no message %s", touch))
	f, err := w.fact(ctx, orrery.SeqOf(touch), orrery.IndexOf(touch))
	if errors.Is(err, log.ErrNoChunk) || orrery.KindOf(err) == orrery.KindNotFound {
		return nil, unknown
	}
	if err != nil {
		return nil, err
	}
	recorded, ok := f.(*orrery.TouchRecorded)
	if !ok {
		return nil, unknown
	}
	var h *Heard
	err = w.read(func(s *snapshot) error {
		h, err = heard(s, s.state, touch, recorded.Anchor)
		return err
	})
	return h, err
}

// Bounds of the search for revisions: so many entries of each fragment, newest first.
const (
	heardPage  = 200
	heardPages = 10
)

// heard looks the text of a touch and its revisions up in the timelines of whoever wrote it. The caller holds the read
// lock or is the loop.
func heard(g people, s *state, touch orrery.TouchID, who orrery.FragmentID) (*Heard, error) {
	h := &Heard{Touch: touch, Fragment: who}
	node := g.Node(who)
	if node == nil {
		return nil, orrery.NotFound("person.unknown", "nobody is known by that identifier")
	}
	var at orrery.Stamp // of the latest revision
	for _, fragment := range identify.Fragments(g, node.Person) {
		for _, hold := range g.Experience(fragment).Holds {
			h.Restricted = h.Restricted || hold.Kind == orrery.HoldLegal
		}
		if err := s.since(fragment, orrery.SeqOf(touch), func(e Fact) { h.take(e, &at) }); err != nil {
			return nil, err
		}
	}
	if h.Text == "" {
		return nil, orrery.NotFound("touch.unknown", fmt.Sprintf("there is no message %s of this person", touch))
	}
	return h, nil
}

// take folds one entry of a timeline, which come in no order.
func (h *Heard) take(e Fact, latest *orrery.Stamp) {
	switch f := e.Fact.(type) {
	case *orrery.TouchRecorded:
		if orrery.TouchID(e.At.ID()) != h.Touch || f.Touch.Signals == nil {
			return
		}
		h.Text, h.Channel = textOf(&f.Touch), f.Touch.Channel
		h.Engines = append(h.Engines, f.Touch.Signals.Engine)
		if latest.Seq == 0 {
			*latest, h.Signals = e.At, *f.Touch.Signals
		}
	case *orrery.SignalsRevised:
		if f.Touch != h.Touch {
			return
		}
		h.ByPerson = h.ByPerson || f.By.Trust < orrery.Internal
		h.Engines = append(h.Engines, f.Signals.Engine)
		if compareStamps(e.At, *latest) > 0 {
			*latest, h.Signals = e.At, f.Signals
		}
	}
}

// textOf is what somebody wrote; "" for a touch without words.
func textOf(t *orrery.Touch) string {
	switch {
	case t.Message != nil:
		return t.Message.Text
	case t.Survey != nil:
		return t.Survey.Comment
	}
	return ""
}

// since calls f for the entries of a fragment from a chunk on, newest first, as far as the bounds go.
func (s *state) since(id orrery.FragmentID, from orrery.Seq, f func(Fact)) error {
	cursor := Cursor{}
	for range heardPages {
		page, err := s.entries(id, cursor, heardPage)
		if err != nil {
			return err
		}
		for _, e := range page {
			if e.At.Seq < from {
				return nil
			}
			f(e)
		}
		if len(page) < heardPage {
			return nil
		}
		last := page[len(page)-1].At
		cursor = Cursor{Seq: last.Seq, Index: last.Index}
	}
	return nil
}

// SecondOpinion revises what was understood of a text by what a provider says. Whatever a person said stays: after a
// correction the command is refused as a conflict, and so is a second answer of the same model.
type SecondOpinion struct {
	Touch    orrery.TouchID
	Fragment orrery.FragmentID
	Provider provider.Provider
	Heads    []provider.Head
	Opinion  *provider.Opinion
}

func (c SecondOpinion) run(b *batch) (any, error) {
	if b.PersonOf(c.Fragment) == 0 {
		return nil, orrery.NotFound("person.unknown", "nobody is known by that identifier")
	}
	b.core.state.mu.RLock()
	h, err := heard(b, b.core.state, c.Touch, c.Fragment)
	b.core.state.mu.RUnlock()
	if err != nil {
		return nil, err
	}
	latest := orrery.Stamp{}
	for i := range b.facts { // what this chunk said before
		if f, ok := b.facts[i].fact.(*orrery.SignalsRevised); ok {
			h.take(Fact{At: b.facts[i].at, Fact: f}, &latest)
		}
	}
	if h.Restricted {
		return nil, orrery.Conflict("person.restricted", "processing of this person's data is restricted")
	}
	if h.ByPerson {
		return nil, orrery.Conflict("signals.corrected", "a person has corrected what was understood")
	}
	for _, engine := range h.Engines {
		if engine == c.Provider.Engine() {
			return nil, orrery.Conflict("signals.known", "this model has given its opinion")
		}
	}
	b.Emit(&orrery.SignalsRevised{Touch: c.Touch, Fragment: c.Fragment, Signals: provider.Revise(&h.Signals, h.Text, c.Opinion, c.Heads, c.Provider),
		By: orrery.Actor{Name: c.Provider.Engine(), Trust: orrery.Internal}})
	return nil, nil
}
