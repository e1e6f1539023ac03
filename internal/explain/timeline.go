package explain

import (
	"context"
	"fmt"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// Entries says what each of the given entries of a person's timeline is about, in the order given. Of the person's own
// touches it shows, too, what they are called and what the person said.
func Entries(ctx context.Context, w Source, id orrery.FragmentID, entries []engine.Fact) ([]Line, error) {
	s, err := newScene(ctx, w, id)
	if err != nil {
		return nil, err
	}
	if err := s.learnGuests(); err != nil {
		return nil, err
	}
	lines := make([]Line, len(entries))
	for i, e := range entries {
		lines[i] = s.lineOf(e)
		if f, ok := e.Fact.(*orrery.TouchRecorded); ok && s.mine(f.Anchor) {
			told(lines[i].Args, &f.Touch)
		}
	}
	return lines, nil
}

// told adds what a touch says by itself.
func told(a args, t *orrery.Touch) {
	if t.Kind == orrery.Track {
		a.text("event", t.Name)
	}
	switch {
	case t.Message != nil:
		a.text("said", short(t.Message.Text))
	case t.Survey != nil:
		a["score"] = fmt.Sprintf("%d/%d", t.Survey.Score, t.Survey.Scale)
		a.text("said", short(t.Survey.Comment))
	case t.Order != nil:
		a.text("order", t.Order.ID)
		a["total"] = fmt.Sprintf("%d.%02d %s", t.Order.Total.Minor/100, t.Order.Total.Minor%100, t.Order.Total.Currency)
	}
}

// short is what a person said, cut to one line.
func short(text string) string {
	const most = 120
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return string(runes)
}
