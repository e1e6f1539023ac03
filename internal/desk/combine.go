package desk

import (
	"bytes"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// Combine is the desk of a person made of these fragments: every case and review of any of them, each once. It is
// associative and commutative. With one fragment it is that fragment's own state, not a copy: read it, never change it.
func Combine(ds []*Desk) *Desk {
	switch len(ds) {
	case 0:
		return &Desk{}
	case 1:
		return ds[0]
	}
	out := &Desk{}
	for _, d := range ds {
		out.Cases = append(out.Cases, d.Cases...)
		out.Reviews = append(out.Reviews, d.Reviews...)
		out.Recent = append(out.Recent, d.Recent...)
	}
	out.Cases = unique(out.Cases, byCase, fuller)
	out.Reviews = unique(out.Reviews, byReview, func(a, b Review) Review {
		if (a.Answer == "") != (b.Answer == "") {
			if a.Answer == "" {
				return a
			}
			return b
		}
		return greatest(appendReview)(a, b)
	})
	out.Recent = unique(out.Recent, byTouch, greatest(appendMessage))
	if n := len(out.Recent); n > maxRecent {
		out.Recent = out.Recent[n-maxRecent:]
	}
	out.Cases = boundEnded(out.Cases)
	return out
}

// fuller joins the reporter's line of a case with the affected person's: both fold the same facts, only the thread is
// the reporter's alone.
func fuller(a, b Line) Line {
	thread := max(a.Thread, b.Thread)
	a.Thread, b.Thread = "", ""
	out := a
	if a.Case.ChangedAt != b.Case.ChangedAt {
		if b.Case.ChangedAt > a.Case.ChangedAt {
			out = b
		}
	} else {
		out = greatest(appendLine)(a, b)
	}
	out.Thread = thread
	return out
}

// unique sorts and keeps one element a key.
func unique[T any](list []T, by func(a, b T) int, pick func(a, b T) T) []T {
	slices.SortStableFunc(list, by)
	out := list[:0]
	for _, v := range list {
		if n := len(out); n > 0 && by(out[n-1], v) == 0 {
			out[n-1] = pick(out[n-1], v)
			continue
		}
		out = append(out, v)
	}
	return out
}

// greatest picks by encoded bytes: an arbitrary choice that never depends on the order of asking.
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

// Resolved is when a case of this desk was last resolved, 0 while it is open or unknown.
func (d *Desk) Resolved(id orrery.CaseID) orrery.Instant {
	if l := d.Line(id); l != nil {
		return l.Resolved
	}
	return 0
}
