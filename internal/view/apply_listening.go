package view

import (
	"context"
	"errors"
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/listen"
)

// How long a text waits to be judged, and counts as one that was. What the engine is merely unsure of is much, and soon
// there is something newer of its kind.
const (
	keepDoubts    = 90 * orrery.Day
	keepUncertain = 14 * orrery.Day
)

// ranks of doubts, the greatest first.
const (
	rankRandom    = 3000
	rankDisagrees = 2000
	rankUncertain = 1000 // less the margin
)

// Whose disagreement it is, when it is not a provider's.
const (
	whoseEngine    = "engine"         // its heads contradict each other
	whoseDismissed = "case.dismissed" // an agent said that it was no complaint
	whoseOpened    = "case.opened"    // an agent saw a complaint where none was understood
)

// listening applies what is to be judged by a person, and what was. It goes before other lists and takes nothing from them.
func (a *applier) listening(at orrery.Stamp, f orrery.Fact) {
	switch f := f.(type) {
	case *orrery.TouchRecorded:
		a.understood(at, f)
	case *orrery.SignalsRevised:
		a.revised(at, f)
	case *orrery.CaseOpened:
		// A text that was understood as a complaint opens its case in the name of its source: nobody disagrees there.
		if (f.Case.Theme == desk.ThemeManual || f.By.Trust == orrery.Staff) && f.Case.Touch != 0 {
			a.disagrees(f.Case.Touch, whoseOpened, "intents."+orrery.IntentComplaint)
		}
	case *orrery.CaseChanged:
		if f.Change == "dismissed" && f.By.Trust == orrery.Staff && f.Case.Touch != 0 {
			a.disagrees(f.Case.Touch, whoseDismissed, "intents."+orrery.IntentComplaint)
		}
	}
}

// judgeable says that a touch holds a text that somebody may be asked about. What was imported is none of them.
func judgeable(t *orrery.Touch) bool {
	return t.Signals != nil && !t.Historical && (t.Message != nil || t.Survey != nil) && listen.Judged(t.Signals)
}

func (a *applier) understood(at orrery.Stamp, f *orrery.TouchRecorded) {
	if !judgeable(&f.Touch) {
		return
	}
	touch := orrery.TouchID(at.ID())
	d, random := listen.DoubtOf(f.Touch.Signals), listen.Sampled(touch)
	if !random && d.Uncertain == "" && d.Contradicts == "" {
		return
	}
	whose, rank := "", rankUncertain-d.Margin
	if d.Contradicts != "" {
		whose, rank = whoseEngine, rankDisagrees
	}
	if random {
		rank = rankRandom
	}
	a.doubt(touch, f, random, d, whose, rank)
	a.exec("DELETE FROM doubts WHERE until < ?", at.Time)
}

func (a *applier) doubt(touch orrery.TouchID, f *orrery.TouchRecorded, random bool, d listen.Doubt, whose string, rank int) {
	keep := keepDoubts
	if rank <= rankUncertain {
		keep = keepUncertain
	}
	a.exec(`INSERT INTO doubts (touch, fragment, at, language, engine, random, uncertain, margin, disagrees, whose, rank, until)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, num(touch), num(f.Anchor), f.Touch.Received, f.Touch.Signals.Language,
		f.Touch.Signals.Engine, random, d.Uncertain, d.Margin, d.Contradicts, whose, rank, f.Touch.Received.Add(keep))
}

// revised notes the answer of a person or of a program of the brand, or that a provider disagrees.
func (a *applier) revised(at orrery.Stamp, f *orrery.SignalsRevised) {
	if f.By.Trust != orrery.Internal {
		a.exec("INSERT INTO corrections VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET id = excluded.id, fragment = excluded.fragment, at = excluded.at, by = excluded.by",
			num(f.Touch), num(at.ID()), num(f.Fragment), at.Time, f.By.Name)
		a.exec("UPDATE doubts SET answered = ?, until = ? WHERE touch = ?", at.Time, at.Time.Add(keepDoubts), num(f.Touch))
		return
	}
	first := a.touch(f.Touch)
	if first == nil || !judgeable(&first.Touch) {
		return
	}
	if head := listen.Differs(first.Touch.Signals, &f.Signals); head != "" {
		a.disagrees(f.Touch, f.Signals.Engine, head)
	}
}

// disagrees notes that somebody sees a touch otherwise. Whatever else is asked about it stays.
func (a *applier) disagrees(touch orrery.TouchID, whose, head string) {
	n := a.exec("UPDATE doubts SET disagrees = ?, whose = ?, rank = max(rank, ?), until = max(until, at + ?) WHERE touch = ?", head, whose, rankDisagrees,
		int64(keepDoubts), num(touch))
	if n > 0 || a.err != nil {
		return
	}
	if f := a.touch(touch); f != nil && judgeable(&f.Touch) && a.one("SELECT count(*) FROM corrections WHERE touch = ?", num(touch)) == 0 {
		d := listen.DoubtOf(f.Touch.Signals)
		d.Contradicts = head
		a.doubt(touch, f, listen.Sampled(touch), d, whose, rankDisagrees)
	}
}

// touch reads a touch from the log; nil when it is not there any more.
func (a *applier) touch(id orrery.TouchID) *orrery.TouchRecorded {
	if a.err != nil || id == 0 {
		return nil
	}
	f, err := a.heard(a.ctx, id)
	a.err = err
	return f
}

// heard reads a touch from the log; nil when it is not there any more.
func (f *Follower) heard(ctx context.Context, id orrery.TouchID) (touch *orrery.TouchRecorded, err error) {
	enough := errors.New("enough")
	err = f.options.Source.ReadLog(ctx, orrery.SeqOf(id)-1, func(b engine.Batch) error {
		for i := range b.Facts {
			if b.Facts[i].At.ID() == uint64(id) {
				touch, _ = b.Facts[i].Fact.(*orrery.TouchRecorded)
			}
		}
		return enough
	})
	if err != nil && !errors.Is(err, enough) {
		return nil, fmt.Errorf("reading the touch that a list is about: %w", err)
	}
	return touch, nil
}
