package sim

import (
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/identify"
	"github.com/orrery-cxm/orrery/internal/protect"
)

var (
	mei    = orrery.Actor{Name: "Mei", Trust: orrery.Staff}
	robot  = orrery.Actor{Name: "crm", Trust: orrery.Server}
	page   = orrery.Actor{Name: "page", Trust: orrery.Public}
	actors = []orrery.Actor{mei, mei, mei, mei, robot, page}
)

// agents are what people at the brand do in one shift.
func (w *world) agents() []engine.Input {
	var inputs []engine.Input
	for range 1 + len(w.people)/30 {
		if c := w.agent(); c != nil {
			inputs = append(inputs, engine.Input{Command: c})
		}
	}
	if id := one(w.rand, w.judge.arrived[max(0, len(w.judge.arrived)-400):]); id != 0 && w.rand.IntN(2) == 0 {
		fate := w.judge.intents[id]
		inputs = append(inputs, engine.Input{Command: engine.Bounced{Bounced: act.Bounced{Fragment: fate.Fragment, Intent: id, Detail: "nobody there"}}})
		w.happened("bounce reported")
	}
	return inputs
}

func (w *world) agent() engine.Command {
	by := pick(w, actors)
	someone := w.judge.anybody(w.rand)
	if someone == 0 {
		return nil
	}
	switch n := w.rand.IntN(100); {
	case n < 55:
		return w.care(by)
	case n < 62:
		if r, of := w.judge.openReview(w.rand); r != 0 {
			return engine.Care{Command: desk.AnswerReview{Fragment: of, Review: r, Yes: w.rand.IntN(2) == 0, By: by}}
		}
	case n < 66:
		until := orrery.Instant(0)
		if w.rand.IntN(2) == 0 {
			until = w.instant().Add(orrery.Span(1+w.rand.IntN(5)) * orrery.Day)
		}
		return engine.Protect{Command: protect.PlaceHold{Fragment: someone, Product: pick(w, []string{"", "", "lamp"}), Until: until, By: by}}
	case n < 72:
		if h, of := w.judge.anyHold(w.rand); h != 0 {
			return engine.Protect{Command: protect.ReleaseHold{Fragment: of, Hold: h, By: by}}
		}
	case n < 74:
		return engine.Protect{Command: protect.Restrict{Fragment: someone, By: by}}
	case n < 77:
		return engine.Protect{Command: protect.NoteLife{Fragment: someone, Event: pick(w, []orrery.LifeKind{orrery.Bereavement, orrery.Birth}), Who: "self", By: by}}
	case n < 82:
		if l, of := w.judge.anyLife(w.rand); l != 0 {
			if w.rand.IntN(2) == 0 {
				return engine.Protect{Command: protect.ConfirmLife{Fragment: of, Life: l, By: by}}
			}
			return engine.Protect{Command: protect.RejectLife{Fragment: of, Life: l, By: by}}
		}
	case n < 88:
		return engine.Protect{Command: protect.SetConsent{Fragment: someone, Source: "preferences", By: by, Claim: orrery.ConsentClaim{
			Purpose: pick(w, []orrery.Purpose{orrery.Marketing, orrery.Advertising, orrery.AnyPurpose}), Channel: orrery.AnyChannel, How: "form",
			Answer: pick(w, []orrery.ConsentAnswer{orrery.Granted, orrery.Refused})}}}
	case n < 98:
		return w.identity(by)
	default:
		return engine.Look{Fragment: someone}
	}
	return nil
}

func (w *world) care(by orrery.Actor) engine.Command {
	c := w.judge.liveCase(w.rand)
	if c == 0 {
		return nil
	}
	switch n := w.rand.IntN(100); {
	case n < 20:
		return engine.Care{Command: desk.ReplyInCase{Case: c, Apology: w.rand.IntN(3) > 0, By: by}}
	case n < 55:
		return engine.Care{Command: desk.ResolveCase{Case: c, By: by}}
	case n < 80:
		return engine.Care{Command: desk.ConfirmSatisfied{Case: c, By: by}}
	case n < 85:
		return engine.Care{Command: desk.ReopenCase{Case: c, By: by}}
	case n < 91:
		return engine.Care{Command: desk.DismissCase{Case: c, By: by}}
	case n < 96:
		return engine.Care{Command: desk.SetSeverity{Case: c, Severity: orrery.Severity(1 + w.rand.IntN(3)), By: by}}
	}
	return engine.Care{Command: desk.SetProduct{Case: c, Product: pick(w, products), By: by}}
}

func (w *world) identity(by orrery.Actor) engine.Command {
	a, b := w.judge.anybody(w.rand), w.judge.anybody(w.rand)
	switch w.rand.IntN(6) {
	case 0:
		if x, y := w.judge.twoOfOne(w.rand); x != 0 {
			return engine.Identity{Command: identify.Unlink{A: x, B: y, By: by, Why: "sim"}}
		}
	case 1:
		if link, of := w.judge.anyLink(w.rand); link != 0 {
			return engine.Identity{Command: identify.UnlinkLink{Of: of, Link: link, By: by, Why: "sim"}}
		}
	case 2:
		if link, of := w.judge.anyDecision(w.rand); link != 0 {
			return engine.Identity{Command: identify.Undo{Of: of, Link: link, By: by, Why: "sim"}}
		}
	case 3:
		return engine.Identity{Command: identify.Join{A: a, B: b, By: by, Why: "sim"}}
	case 4:
		return engine.Identity{Command: identify.ReleaseQuarantined{Of: a, By: by}}
	case 5:
		return engine.Identity{Command: identify.UnlinkIdentifier{Identifier: a, By: by, Why: "sim"}}
	}
	return nil
}

// offers are what departments want to send.
func (w *world) offers() []engine.Input {
	var inputs []engine.Input
	for range 1 + len(w.people)/20 {
		someone := w.judge.anybody(w.rand)
		if someone == 0 {
			break
		}
		w.number++
		in := orrery.Intent{Key: fmt.Sprintf("k-%d", w.number), Fragment: someone, Class: pick(w, orrery.Classes), Channel: pick(w, []orrery.Channel{"email", "chat"}),
			Theme: pick(w, []string{"", "sale", "spring"}), Stance: pick(w, []string{"", "on"}), Team: pick(w, []string{"stores", "online"}),
			Product: pick(w, []string{"", "lamp", "tent"}), Content: `{"text":"hello"}`, By: robot, Priority: w.rand.IntN(3)}
		if w.rand.IntN(3) == 0 {
			in.Class = orrery.Commercial
		}
		if w.rand.IntN(3) == 0 {
			in.UsefulUntil = w.instant().Add(orrery.Span(1+w.rand.IntN(pick(w, []int{8, 240}))) * orrery.Hour)
		}
		if in.Class == orrery.CaseSurvey || in.Class == orrery.Recovery {
			if c := w.judge.cases[w.judge.liveCase(w.rand)]; c.ID != 0 {
				in.Case, in.Fragment = c.ID, c.Reporter
			}
		}
		inputs = append(inputs, engine.Input{Command: engine.Offer{Offer: act.Offer{Intent: in}}})
	}
	return inputs
}

// command sends what people at the brand do. What was refused is their mistake, never a fault of the engine.
func (w *world) command(inputs []engine.Input) {
	results, _ := w.drive(inputs...)
	for i, r := range results {
		if r.Err != nil && orrery.KindOf(r.Err) == orrery.KindInternal {
			broken("a command failed: %T: %v", inputs[i].Command, r.Err)
		}
		if r.Err != nil {
			w.happened("refused commands")
		}
	}
}
