package protect

import (
	"bytes"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// Combine is what a person made of these fragments has lived through: every hold, every apology due and every refusal
// of any of them. It is associative and commutative, and takes the stricter where two disagree. With one fragment it is
// that fragment's own state, not a copy: read it, never change it.
//
// Lists are bounded on each fragment and not again here: a bound over a union would depend on the grouping.
//
// Consent combines as the latest of each kind of saying, so a refusal on one fragment stands against a grant on another
// unless a trusted source granted the same or something narrower later (see [Experience.Standing]).
func Combine(es []*Experience) *Experience {
	switch len(es) {
	case 0:
		return &Experience{}
	case 1:
		return es[0]
	}
	out := *es[0]
	out.Moves, out.Left, out.Shares = nil, nil, nil
	for _, e := range es[1:] {
		out.Consents = union(out.Consents, e.Consents, byKey, combineConsent)
		out.Holds = union(out.Holds, e.Holds, byHold, stricterHold)
		out.Apologies = union(out.Apologies, e.Apologies, byCase, stricterApology)
		out.Life = union(out.Life, e.Life, byLife, stricterLife)
		out.Reviews = union(out.Reviews, e.Reviews, byReview, openReview)
		out.Marks = union(out.Marks, e.Marks, byMark, func(a, b Mark) Mark {
			a.Points = min(a.Points, b.Points)
			return a
		})
		out.Sent = union(out.Sent, e.Sent, bySent, greatest(appendSent))
		out.Signals = union(out.Signals, e.Signals, bySignal, func(a, b Signal) Signal {
			a.Due, a.Done = min(a.Due, b.Due), a.Done && b.Done
			return a
		})
		out.Clashes = union(out.Clashes, e.Clashes, byClash, func(a, b Clash) Clash {
			a.At = max(a.At, b.At)
			return a
		})
	}
	return &out
}

func byHold(a, b orrery.Hold) int { return compare(a.ID, b.ID) }

// stricterHold: until released, before any end; else the later end.
func stricterHold(a, b orrery.Hold) orrery.Hold {
	if a.Until != b.Until {
		if a.Until == 0 || (b.Until != 0 && a.Until > b.Until) {
			return a
		}
		return b
	}
	return greatest(appendHold)(a, b)
}

// stricterApology: due before paid.
func stricterApology(a, b Apology) Apology {
	switch {
	case a.Due() && b.Due():
		return Apology{Case: a.Case, Since: min(a.Since, b.Since), Again: a.Again || b.Again}
	case a.Due():
		return a
	case b.Due():
		return b
	}
	return greatest(appendApology)(a, b)
}

// stricterLife: what counts before what is gone.
func stricterLife(a, b Life) Life {
	if (a.Gone == "") != (b.Gone == "") {
		if a.Gone == "" {
			return a
		}
		return b
	}
	return greatest(appendLife)(a, b)
}

// openReview: open before closed.
func openReview(a, b Review) Review {
	if (a.Answer == "") != (b.Answer == "") {
		if a.Answer == "" {
			return a
		}
		return b
	}
	return greatest(appendReview)(a, b)
}

// greatest picks by encoded bytes: an arbitrary choice that never depends on the order of asking. Two different
// elements of one id do not happen in a sound log.
func greatest[T any](encode func(*wire.Writer, *T)) func(a, b T) T {
	return func(a, b T) T {
		var x, y wire.Writer
		encode(&x, &a)
		encode(&y, &b)
		if bytes.Compare(x.B, y.B) >= 0 {
			return a
		}
		return b
	}
}

func maxOf[T any](a, b T, by func(a, b T) int) T {
	if by(a, b) >= 0 {
		return a
	}
	return b
}
