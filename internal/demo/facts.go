package demo

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/protect"
)

// noted is a fact in words.
type noted struct{ word, text string }

// read decodes the fact of an entry.
func read[T any](e *entry) (*T, error) {
	f := new(T)
	if err := json.Unmarshal(e.Fact, f); err != nil {
		return nil, fmt.Errorf("reading a %s of the timeline: %w", e.Kind, err)
	}
	return f, nil
}

// say puts one entry of a timeline into words; none for what the stories do not speak of.
func (t *teller) say(e *entry) ([]noted, error) {
	switch e.Kind {
	case "touch.recorded":
		return t.sayTouch(e)
	case "case.opened", "case.changed":
		return t.sayCase(e)
	case "hold.placed", "hold.changed", "hold.released":
		return t.sayHold(e)
	case "life.noted", "life.changed", "review.opened", "review.closed", "signal.raised", "signal.acted", "conflict.found":
		return t.sayInsight(e)
	}
	return t.sayOutward(e)
}

func (t *teller) sayTouch(e *entry) ([]noted, error) {
	f, err := read[struct {
		Person orrery.PersonID
		Touch  struct{ Signals *orrery.Signals }
	}](e)
	if err != nil {
		return nil, err
	}
	out := []noted{{"recognised", t.name(f.Person)}}
	if s := f.Touch.Signals; s != nil {
		out = append(out, noted{"understood", understood(s)})
	}
	return out, nil
}

// understood is what listening found, surest first, with the words that say so.
func understood(s *orrery.Signals) string {
	parts := []string{}
	if s.Language != "und" {
		parts = append(parts, s.Language, s.Polarity.String())
	}
	for _, group := range [][]orrery.Label{s.Intents, s.Emotions, s.Life, s.Risks} {
		for _, l := range group {
			if l.Confidence < 500 {
				continue
			}
			text := fmt.Sprintf("%s %d %%", l.Name, l.Confidence/10)
			if l.Who != "" {
				text += " (" + l.Who + ")"
			}
			if len(l.Evidence) > 0 {
				text += " by “" + strings.Join(l.Evidence, "”, “") + "”"
			}
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ", ")
}

func (t *teller) sayCase(e *entry) ([]noted, error) {
	f, err := read[orrery.CaseChanged](e)
	if err != nil {
		return nil, err
	}
	k := f.Case
	if e.Kind == "case.opened" {
		text := fmt.Sprintf("opened, severity %s; reported by %s", k.Severity, t.name(k.Reporter))
		if k.Affected != 0 {
			text += ", wronged: " + t.name(k.Affected)
		}
		return []noted{{"case", text}}, nil
	}
	return []noted{{"case", fmt.Sprintf("%s, by %s", f.Change, f.By.Name)}}, nil
}

func (t *teller) sayHold(e *entry) ([]noted, error) {
	if e.Kind == "hold.released" {
		f, err := read[orrery.HoldReleased](e)
		if err != nil {
			return nil, err
		}
		return []noted{{"released", fmt.Sprintf("the %s hold on %s: %s", f.Was, t.name(f.Fragment), f.Reason)}}, nil
	}
	f, err := read[orrery.HoldChanged](e)
	if err != nil {
		return nil, err
	}
	h, what := f.Hold, "everything the brand wants"
	if h.Product != "" {
		what = "everything about " + h.Product
	}
	text := fmt.Sprintf("%s from %s", what, t.name(h.Fragment))
	if h.Until != 0 {
		text += fmt.Sprintf(", until %s", day(h.Until))
	}
	return []noted{{"held", text + why(h.Reason)}}, nil
}

func (t *teller) sayInsight(e *entry) ([]noted, error) {
	var out noted
	var err error
	switch e.Kind {
	case "life.noted", "life.changed":
		var f *orrery.LifeChanged
		if f, err = read[orrery.LifeChanged](e); err == nil {
			certainty := map[orrery.Certainty]string{orrery.Inferred: "inferred, nobody may speak of it yet", orrery.Declared: "declared by the person", orrery.Verified: "confirmed by " + f.By.Name}
			out = noted{"life event", fmt.Sprintf("%s, %s", f.Event.Kind, certainty[f.Event.Certainty])}
			if f.Change == "expired" || f.Change == "rejected" {
				out.text = fmt.Sprintf("%s, %s", f.Event.Kind, f.Change)
			}
		}
	case "review.opened":
		var f *orrery.ReviewOpened
		if f, err = read[orrery.ReviewOpened](e); err == nil {
			out = noted{"review", "a person should look: " + f.About}
		}
	case "review.closed":
		var f *orrery.ReviewClosed
		if f, err = read[orrery.ReviewClosed](e); err == nil {
			out = noted{"review", fmt.Sprintf("answered %s, by %s", f.Answer, f.By.Name)}
		}
	case "signal.raised":
		var f *orrery.SignalRaised
		if f, err = read[orrery.SignalRaised](e); err == nil {
			out = noted{"signal", fmt.Sprintf("%s: somebody should act on it by %s", f.Signal, day(f.Due))}
		}
	case "signal.acted":
		var f *orrery.SignalActed
		if f, err = read[orrery.SignalActed](e); err == nil {
			out = noted{"signal", f.Signal + ": acted on"}
			if f.Missed {
				out.text = f.Signal + ": nobody acted in time"
			}
		}
	case "conflict.found":
		var f *orrery.ConflictFound
		if f, err = read[orrery.ConflictFound](e); err == nil {
			how := "repeat"
			if f.Contra {
				how = "contradict"
			}
			out = noted{"conflict", fmt.Sprintf("%s %s each other about the %s", strings.Join(f.Teams, " and "), how, f.Theme)}
		}
	}
	return []noted{out}, err
}

func (t *teller) sayOutward(e *entry) ([]noted, error) {
	var out noted
	var err error
	switch e.Kind {
	case "views.withdrawn":
		var f *orrery.ViewsWithdrawn
		if f, err = read[orrery.ViewsWithdrawn](e); err == nil {
			out = noted{"withdrawn", fmt.Sprintf("looks at %s before the complaint no longer count as interest", f.Product)}
		}
	case "audience.changed":
		var f *orrery.AudienceChanged
		if f, err = read[orrery.AudienceChanged](e); err == nil {
			out = noted{"audience", fmt.Sprintf("%s left %s: %s", t.name(f.Fragment), f.Audience, f.Reason)}
			if f.In {
				out.text = fmt.Sprintf("%s entered %s", t.name(f.Fragment), f.Audience)
			}
		}
	case "push.requested":
		var f *orrery.PushRequested
		if f, err = read[orrery.PushRequested](e); err == nil {
			out = noted{"requested", fmt.Sprintf("%s: %s %s on list %s, at %s", f.Destination, verb(f.Push), t.name(f.Fragment), f.Audience, clockTime(e.At))}
		}
	case "apology.due":
		var f *orrery.ApologyDue
		if f, err = read[orrery.ApologyDue](e); err == nil {
			out = noted{"apology", fmt.Sprintf("due to %s, before anything else", t.name(f.Fragment))}
		}
	case "apology.paid":
		var f *orrery.ApologyPaid
		if f, err = read[orrery.ApologyPaid](e); err == nil {
			out = noted{"apology", fmt.Sprintf("received by %s", t.name(f.Fragment))}
		}
	default:
		return nil, nil
	}
	return []noted{out}, err
}

func verb(p orrery.PushKind) string {
	if p == orrery.PushAdd {
		return "put"
	}
	return "remove"
}

// why puts the sentence of a reason code behind it.
func why(code string) string {
	for _, r := range protect.Reasons() {
		if r.Code == code {
			return fmt.Sprintf(" — %s (%s)", strings.TrimSuffix(r.Say, "."), code)
		}
	}
	return ""
}
