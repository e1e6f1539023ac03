package engine

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/identify"
	"github.com/orrery-cxm/orrery/internal/protect"
)

// What is born under another policy is born under another id. A command of the recording is therefore understood by what
// its object is about, and the object found in the other world by the same.

// naturalKey is what something is about, apart from its id; of two that are about the same, the later one counts.
type naturalKey struct {
	what  string // "hold case", "life wedding", "review complaint", "case", "link", "intent"
	about uint64
	other uint64
	text  string
}

// record is what is known of the recording so far.
type record struct {
	named   map[uint64]naturalKey              // of what was born in the recording
	touched map[orrery.CaseID][]orrery.TouchID // the touches that opened or changed a case
	left    map[string]int                     // what cannot be played again
}

func newRecord() *record {
	return &record{named: map[uint64]naturalKey{}, touched: map[orrery.CaseID][]orrery.TouchID{}, left: map[string]int{}}
}

// keyOf is what a fact gives birth to, and what that is about.
func keyOf(f orrery.Fact) (id uint64, key naturalKey, ok bool) {
	switch f := f.(type) {
	case *orrery.HoldPlaced:
		h := &f.Hold
		return uint64(h.ID), naturalKey{what: "hold " + string(h.Kind), about: uint64(h.Fragment), text: h.Product}, true
	case *orrery.LifeNoted:
		return uint64(f.Event.ID), naturalKey{what: "life " + string(f.Event.Kind), about: uint64(f.Event.Fragment)}, true
	case *orrery.ReviewOpened:
		return uint64(f.Review), naturalKey{what: "review " + f.About, about: uint64(f.Fragment)}, true
	case *orrery.CaseOpened:
		return uint64(f.Case.ID), naturalKey{what: "case", about: uint64(f.Case.Reporter)}, true
	case *orrery.LinkDecided:
		return uint64(f.Link), naturalKey{what: "link", about: uint64(min(f.A, f.B)), other: uint64(max(f.A, f.B))}, !f.Undo
	}
	return 0, naturalKey{}, false
}

// touchesOf are the touches for which a case was opened or changed.
func touchesOf(f orrery.Fact) (orrery.CaseID, orrery.TouchID) {
	switch f := f.(type) {
	case *orrery.CaseOpened:
		return f.Case.ID, f.Case.Touch
	case *orrery.CaseChanged:
		var touch orrery.TouchID
		if strings.HasPrefix(f.Note, "tch_") && touch.UnmarshalText([]byte(f.Note)) == nil {
			return f.Case.ID, touch
		}
	}
	return 0, 0
}

func (r *record) note(f stamped) {
	if id, key, ok := keyOf(f.fact); ok {
		r.named[id] = key
	}
	if c, touch := touchesOf(f.fact); touch != 0 {
		r.touched[c] = append(r.touched[c], touch)
	}
}

// born remembers what came into being in a world.
func (x *world) born(f orrery.Fact) {
	if id, key, ok := keyOf(f); ok {
		x.named[key] = id
	}
	if c, touch := touchesOf(f); touch != 0 {
		x.cases[touch] = c
	}
}

// find is the id here of something that was born in the recording; 0 when it is not here.
func find[T ~uint64](r *record, x *world, id T) T {
	if id == 0 || orrery.SeqOf(id) < x.from {
		return id
	}
	key, ok := r.named[uint64(id)]
	if !ok {
		return 0
	}
	return T(x.named[key])
}

// findCase finds a case by the touches that it is about; one opened by hand by its reporter.
func (r *record) findCase(x *world, id orrery.CaseID) orrery.CaseID {
	if id == 0 || orrery.SeqOf(id) < x.from {
		return id
	}
	for _, touch := range r.touched[id] {
		if c := x.cases[x.touches[touch]]; c != 0 {
			return c
		}
	}
	if len(r.touched[id]) > 0 {
		return 0
	}
	return find(r, x, id)
}

// play makes the command of a world; nil when what it is about is not there.
type play func(x *world) Command

// command says what a recorded fact was the answer to: nil when it only followed from something else. among are the facts
// of its chunk.
func (r *record) command(f stamped, among []stamped) play {
	switch fact := f.fact.(type) {
	case *orrery.IntentOffered:
		if fact.Intent.By.Trust != orrery.Internal { // else the policy itself asked for it
			return r.offer(fact)
		}
	case *orrery.CaseOpened, *orrery.CaseChanged:
		return r.care(fact, among)
	case *orrery.HoldPlaced, *orrery.HoldReleased, *orrery.ConsentChanged, *orrery.LifeNoted, *orrery.LifeChanged:
		return r.protect(fact)
	case *orrery.ReviewClosed:
		if fact.By.Trust != orrery.Staff || (fact.Answer != desk.Yes && fact.Answer != desk.No) {
			return nil
		}
		return func(x *world) Command {
			if id := find(r, x, fact.Review); id != 0 {
				return Care{desk.AnswerReview{Fragment: fact.Fragment, Review: id, Yes: fact.Answer == desk.Yes, By: fact.By}}
			}
			return nil
		}
	case *orrery.SignalsRevised:
		return func(x *world) Command {
			touch := fact.Touch
			if orrery.SeqOf(touch) >= x.from {
				touch = x.touches[touch]
			}
			if touch == 0 {
				return nil
			}
			return CorrectSignals{Touch: touch, Fragment: fact.Fragment, Signals: fact.Signals, By: fact.By}
		}
	case *orrery.LinkDecided:
		return r.decide(fact, f.at.ID())
	case *orrery.SourceBroken:
		if !fact.Broken && fact.By != "" {
			return fixed(Identity{identify.RestoreSource{Source: fact.Source, By: orrery.Actor{Name: fact.By, Trust: orrery.Staff}}})
		}
	case *orrery.EffectAnswered:
		if fact.Outcome != orrery.Accepted {
			r.left["deliveries that were not accepted at once: both runs take them as accepted"]++
		}
	case *orrery.PolicyApplied:
		if fact.Version == 1 {
			return nil
		}
		r.left["policies that came into force meanwhile: each run keeps one policy"]++
	case *orrery.PersonErased:
		r.left["people who were erased since: what they did is no longer in the log"]++
	case *orrery.InputQuarantined:
		r.left["events in the quarantine: they stay there"]++
	}
	return nil
}

func fixed(c Command) play { return func(*world) Command { return c } }

func (r *record) offer(f *orrery.IntentOffered) play {
	return func(x *world) Command {
		in := f.Intent
		in.ID = 0
		if in.Case = r.findCase(x, in.Case); in.Case == 0 && f.Intent.Case != 0 {
			return nil
		}
		return Offer{act.Offer{Intent: in}}
	}
}

// byHand says that somebody asked for it, not a timer or a touch.
func byHand(by orrery.Actor) bool { return by.Trust == orrery.Server || by.Trust == orrery.Staff }

func (r *record) care(f orrery.Fact, among []stamped) play {
	if opened, ok := f.(*orrery.CaseOpened); ok {
		c := opened.Case
		if c.Theme != desk.ThemeManual {
			return nil
		}
		return func(x *world) Command {
			touch := c.Touch
			if touch != 0 && orrery.SeqOf(touch) >= x.from {
				touch = x.touches[touch]
			}
			return Care{desk.OpenCase{Reporter: c.Reporter, Affected: c.Affected, Touch: touch, Product: c.Product, Order: c.Order,
				Channel: c.Channel, Title: c.Title, Severity: c.Severity, By: opened.By}}
		}
	}
	f2 := f.(*orrery.CaseChanged)
	if _, touch := touchesOf(f2); touch != 0 || !byHand(f2.By) {
		return nil
	}
	make := caseCommand(f2, among)
	if make == nil {
		return nil
	}
	return func(x *world) Command {
		if id := r.findCase(x, f2.Case.ID); id != 0 {
			return Care{make(id)}
		}
		return nil
	}
}

func caseCommand(f *orrery.CaseChanged, among []stamped) func(orrery.CaseID) desk.Command {
	switch f.Change {
	case desk.Resolved:
		return func(id orrery.CaseID) desk.Command { return desk.ResolveCase{Case: id, By: f.By, Note: f.Note} }
	case desk.Reopened:
		return func(id orrery.CaseID) desk.Command { return desk.ReopenCase{Case: id, By: f.By, Note: f.Note} }
	case desk.Dismissed:
		return func(id orrery.CaseID) desk.Command { return desk.DismissCase{Case: id, By: f.By, Note: f.Note} }
	case desk.Satisfied:
		return func(id orrery.CaseID) desk.Command { return desk.ConfirmSatisfied{Case: id, By: f.By, Note: f.Note} }
	case desk.SeverityMoved:
		return func(id orrery.CaseID) desk.Command {
			return desk.SetSeverity{Case: id, Severity: f.Case.Severity, By: f.By, Note: f.Note}
		}
	case desk.ProductNamed:
		return func(id orrery.CaseID) desk.Command {
			return desk.SetProduct{Case: id, Product: f.Case.Product, By: f.By}
		}
	case desk.Replied:
		reply := desk.ReplyInCase{By: f.By}
		for i := range among {
			if paid, ok := among[i].fact.(*orrery.ApologyPaid); ok && paid.Case == f.Case.ID && paid.Intent == 0 {
				reply.Apology, reply.To = true, paid.Fragment
			}
		}
		return func(id orrery.CaseID) desk.Command { reply.Case = id; return reply }
	}
	return nil
}

func (r *record) protect(f orrery.Fact) play {
	switch f := f.(type) {
	case *orrery.HoldPlaced:
		h, by := f.Hold, orrery.Actor{Name: f.Hold.By, Trust: orrery.Staff}
		switch {
		case h.Reason == protect.HoldRestriction:
			return fixed(Protect{protect.Restrict{Fragment: h.Fragment, By: by}})
		case h.Reason == protect.HoldByHand, h.Reason == protect.HoldOfProduct && h.Case == 0:
			return fixed(Protect{protect.PlaceHold{Fragment: h.Fragment, Product: h.Product, Until: h.Until, By: by}})
		}
	case *orrery.HoldReleased:
		if f.Reason != "by_staff" {
			return nil
		}
		return func(x *world) Command {
			if id := find(r, x, f.Hold); id != 0 {
				return Protect{protect.ReleaseHold{Fragment: f.Fragment, Hold: id, By: orrery.Actor{Name: f.By, Trust: orrery.Staff}}}
			}
			return nil
		}
	case *orrery.ConsentChanged:
		if f.Touch == 0 && f.By != "" {
			return fixed(Protect{protect.SetConsent{Fragment: f.Fragment, Claim: f.ConsentClaim, Source: f.Source, By: orrery.Actor{Name: f.By, Trust: orrery.Staff}}})
		}
	case *orrery.LifeNoted:
		trust, known := map[string]orrery.Trust{"api": orrery.Server, "agent": orrery.Staff}[f.Event.Source]
		if f.Event.Touch == 0 && known {
			return fixed(Protect{protect.NoteLife{Fragment: f.Event.Fragment, Event: f.Event.Kind, Who: f.Event.Who, Public: f.Event.Public, By: orrery.Actor{Name: "recorded", Trust: trust}}})
		}
	case *orrery.LifeChanged:
		if f.By.Trust != orrery.Staff || (f.Change != protect.LifeConfirmed && f.Change != protect.LifeRejected) {
			return nil
		}
		return func(x *world) Command {
			id := find(r, x, f.Event.ID)
			switch {
			case id == 0:
				return nil
			case f.Change == protect.LifeConfirmed:
				return Protect{protect.ConfirmLife{Fragment: f.Event.Fragment, Life: id, By: f.By}}
			}
			return Protect{protect.RejectLife{Fragment: f.Event.Fragment, Life: id, By: f.By}}
		}
	}
	return nil
}

// decide plays a decision about two identifiers. The taking back of a single piece of evidence is one of many facts of a
// command that the log does not name, so it is left out.
func (r *record) decide(f *orrery.LinkDecided, at uint64) play {
	switch {
	case f.Undo:
		return func(x *world) Command {
			if id := find(r, x, f.Link); id != 0 {
				return Identity{identify.Undo{Of: f.A, Link: id, By: f.By, Why: f.Why}}
			}
			return nil
		}
	case uint64(f.Link) != at:
		r.left["pieces of evidence that were taken back by hand"]++
		return nil
	case f.Same:
		return fixed(Identity{identify.Join{A: f.A, B: f.B, By: f.By, Why: f.Why}})
	}
	return fixed(Identity{identify.Unlink{A: f.A, B: f.B, By: f.By, Why: f.Why}})
}

// leftOut lists what could not be played again.
func (r *record) leftOut(worlds [2]*world) []LeftOut {
	for i, run := range [...]string{"in force", "on trial"} {
		if n := worlds[i].refused; n > 0 {
			r.left["commands and touches that the policy "+run+" refuses, or that are about something which it did not bring about"] += n
		}
	}
	out := []LeftOut{}
	for _, what := range slices.Sorted(maps.Keys(r.left)) {
		out = append(out, LeftOut{What: what, Count: r.left[what]})
	}
	slices.SortStableFunc(out, func(a, b LeftOut) int { return cmp.Compare(b.Count, a.Count) })
	return out
}
