package app

import (
	"fmt"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/protect"
)

// sayFact puts a fact of a timeline into one line, with its reason.
func sayFact(f orrery.Fact) string {
	switch f := f.(type) {
	case *orrery.TouchRecorded:
		return sayTouch(&f.Touch)
	case *orrery.CaseOpened:
		return join(f.Case.ID, f.Case.Severity, f.Case.Theme, quoted(f.Case.Title))
	case *orrery.CaseChanged:
		return join(f.Case.ID, f.Change, "by "+f.By.Name)
	case *orrery.HoldPlaced:
		return join(f.Hold.ID, f.Hold.Kind, until(f.Hold.Until), sayReason(f.Hold.Reason))
	case *orrery.HoldChanged:
		return join(f.Hold.ID, f.Change, f.Hold.Kind, until(f.Hold.Until))
	case *orrery.HoldReleased:
		return join(f.Hold, f.Was, f.Reason)
	case *orrery.AudienceChanged:
		if f.In {
			return join("entered", f.Audience, sayReason(f.Reason))
		}
		return join("left", f.Audience, sayReason(f.Reason), f.Evidence)
	case *orrery.PushRequested:
		return join(f.Push, "at", f.Destination, f.Audience, fmt.Sprintf("version %d", f.Version), sayReason(f.Reason))
	case *orrery.PushAnswered:
		return join(f.Push, "at", f.Destination, f.Audience, fmt.Sprintf("version %d", f.Version), f.Outcome, f.Detail)
	case *orrery.IntentOffered:
		return join(f.Intent.ID, f.Intent.Class, f.Intent.Channel, f.Intent.Theme, f.State, sayAnswer(f.Answer))
	case *orrery.IntentChanged:
		return join(f.Intent, f.State, sayAnswer(f.Answer), f.Detail)
	case *orrery.EffectAnswered:
		return join(f.Effect, f.Outcome, f.Detail)
	case *orrery.ConsentChanged:
		return join(f.Purpose, "on", f.Channel, f.Answer, f.How)
	case *orrery.FragmentAssigned:
		return join("belongs to", f.Person, f.Reason)
	case *orrery.FragmentSeen:
		return string(f.Identifier.Namespace) + ":" + f.Identifier.Value
	case *orrery.EvidenceAccepted:
		return join(f.A, "and", f.B, f.Evidence.Kind, "from", f.Source)
	case *orrery.LifeNoted:
		return join(f.Event.ID, f.Event.Kind, certainty(f.Event.Certainty), f.Event.Source)
	case *orrery.LifeChanged:
		return join(f.Event.ID, f.Event.Kind, f.Change, "by "+f.By.Name)
	case *orrery.SignalRaised:
		return join(f.Signal, "due "+f.Due.String())
	case *orrery.SignalActed:
		if f.Missed {
			return join(f.Signal, "nobody acted in time")
		}
		return join(f.Signal, "acted on by", f.By)
	case *orrery.ApologyDue:
		return join("for", f.Case)
	case *orrery.ApologyPaid:
		return join("for", f.Case, "by "+f.By.Name)
	case *orrery.ConflictFound:
		return join(f.Theme, strings.Join(f.Teams, ", "))
	case *orrery.ReviewOpened:
		return join(f.Review, f.About)
	case *orrery.ReviewClosed:
		return join(f.Review, f.Answer, "by "+f.By.Name)
	case *orrery.ViewsWithdrawn:
		return join(f.Product, "for", f.Case)
	}
	return ""
}

func sayTouch(t *orrery.Touch) string {
	text := ""
	switch {
	case t.Message != nil:
		text = quoted(t.Message.Text)
	case t.Survey != nil:
		text = fmt.Sprintf("%d of %d %s", t.Survey.Score, t.Survey.Scale, quoted(t.Survey.Comment))
	case t.Order != nil:
		text = fmt.Sprintf("%s %s %d.%02d %s", t.Order.ID, t.Order.Status, t.Order.Total.Minor/100, t.Order.Total.Minor%100, t.Order.Total.Currency)
	case t.Sent != nil:
		text = join(t.Sent.Class, t.Sent.Theme, t.Sent.Team)
	}
	return join(t.Kind, t.Name, t.Channel, t.Product, text)
}

func sayAnswer(a orrery.Answer) string {
	return join(a.Verdict, sayReason(a.Reason), until(a.Until), strings.Join(a.Evidence, ", "))
}

// sayReason puts the sentence of a reason code behind the code.
func sayReason(code string) string {
	for _, r := range protect.Reasons() {
		if r.Code == code {
			return code + " (" + strings.TrimSuffix(r.Say, ".") + ")"
		}
	}
	return code
}

func until(at orrery.Instant) string {
	if at == 0 {
		return ""
	}
	return "until " + at.String()
}

// quoted shows what a person said, cut to one line.
func quoted(text string) string {
	const most = 120
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) == 0 {
		return ""
	}
	if len(runes) > most {
		return fmt.Sprintf("%q", string(runes[:most])+"…")
	}
	return fmt.Sprintf("%q", string(runes))
}

func join(parts ...any) string {
	var out []string
	for _, p := range parts {
		if s := fmt.Sprint(p); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}
