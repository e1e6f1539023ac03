package act

import (
	"cmp"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// Arrived is a message that its channel accepted. A provider may accept first and find out later that nobody is there.
type Arrived struct {
	Intent   orrery.IntentID
	Effect   orrery.EffectID
	Class    orrery.Class
	Case     orrery.CaseID
	Attempts int
	At       orrery.Instant
}

// KeepArrived is how long after its acceptance a message may still bounce; MaxArrived is how many of one fragment are
// kept for it, recovery messages before all others. Both are part of the fold: changing one changes what replay yields.
const (
	KeepArrived = 30 * orrery.Day
	MaxArrived  = 32
)

// Arrived is the accepted message of that id as long as it may bounce, or nil.
func (b *Box) Arrived(id orrery.IntentID) *Arrived {
	for i := range b.Accepted {
		if b.Accepted[i].Intent == id {
			return &b.Accepted[i]
		}
	}
	return nil
}

func (b *Box) arrivedBy(id orrery.EffectID) *Arrived {
	for i := range b.Accepted {
		if id != 0 && b.Accepted[i].Effect == id {
			return &b.Accepted[i]
		}
	}
	return nil
}

// arrive keeps an accepted message and forgets those that are too old to bounce.
func (b *Box) arrive(w *Waiting, now orrery.Instant) {
	b.Accepted = slices.DeleteFunc(b.Accepted, func(x Arrived) bool { return x.At.Add(KeepArrived) < now })
	x := Arrived{Intent: w.Intent.ID, Effect: w.Effect, Class: w.Intent.Class, Case: w.Intent.Case, Attempts: w.Attempts, At: now}
	i, _ := slices.BinarySearchFunc(b.Accepted, x, func(a, b Arrived) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Intent, b.Intent)) })
	b.Accepted = slices.Insert(b.Accepted, i, x)
	if len(b.Accepted) > MaxArrived {
		least := max(0, slices.IndexFunc(b.Accepted, func(x Arrived) bool { return x.Class != orrery.Recovery }))
		b.Accepted = slices.Delete(b.Accepted, least, least+1)
	}
}

func (b *Box) forgetArrived(id orrery.IntentID) {
	b.Accepted = slices.DeleteFunc(b.Accepted, func(x Arrived) bool { return x.Intent == id })
}

// Bounced is what a channel says of a message that it had taken: it did not arrive after all. An apology that the
// message had paid is due again. Fragment is any of the person's.
type Bounced struct {
	Fragment orrery.FragmentID
	Intent   orrery.IntentID
	Detail   string
}

// Handle records it. Of a message whose acceptance has not come back yet it is the answer to the attempt under way. A
// message that was never sent, or was accepted more than KeepArrived ago, cannot bounce.
func (o Bounced) Handle(t Turn, p *Policy) error {
	for _, f := range t.FragmentsOf(t.PersonOf(o.Fragment)) {
		box := t.Box(f)
		if x := box.Arrived(o.Intent); x != nil {
			bounce(t, f, x, o.Detail)
			return nil
		}
		if w := box.Waiting(o.Intent); w != nil && w.Attempts > 0 {
			return Answered{Fragment: f, Effect: w.Effect, Attempt: w.Attempts, Outcome: orrery.Rejected, Detail: o.Detail}.Handle(t, p)
		}
	}
	return orrery.NotFound("outbound.not_sent", "no channel has taken such a message for this person in the last 30 days")
}

func bounce(t Turn, fragment orrery.FragmentID, x *Arrived, detail string) {
	was := *x // before it leaves the box
	t.Emit(&orrery.EffectAnswered{Effect: was.Effect, Intent: was.Intent, Fragment: fragment, Attempt: was.Attempts, Outcome: orrery.Rejected, Detail: detail})
	t.Emit(&orrery.IntentChanged{Intent: was.Intent, Fragment: fragment, State: orrery.IntentFailed, Answer: orrery.Answer{Verdict: orrery.Allow}, Detail: detail})
}

func (x *Arrived) appendTo(w *wire.Writer) {
	w.Uint(uint64(x.Intent))
	w.Uint(uint64(x.Effect))
	w.String(string(x.Class))
	w.Uint(uint64(x.Case))
	w.Uint(uint64(x.Attempts))
	w.Int(int64(x.At))
}

func (x *Arrived) read(r *wire.Reader) {
	*x = Arrived{Intent: orrery.IntentID(r.Uint()), Effect: orrery.EffectID(r.Uint()), Class: orrery.Class(r.String()),
		Case: orrery.CaseID(r.Uint()), Attempts: int(r.Uint()), At: orrery.Instant(r.Int())}
}
