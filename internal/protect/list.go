package protect

import (
	"cmp"
	"slices"
	"strings"
)

// The lists of the state are short, sorted by key, without duplicates: these few functions keep them so.

func compare[T cmp.Ordered](a, b T) int { return cmp.Compare(a, b) }

// put inserts v in order, or replaces the element with the same key.
func put[T any](list []T, v T, by func(a, b T) int) []T {
	i, found := slices.BinarySearchFunc(list, v, by)
	if found {
		list[i] = v
		return list
	}
	return slices.Insert(list, i, v)
}

// union merges sorted lists; where two hold the same key, pick chooses. It is associative and commutative when pick is.
func union[T any](a, b []T, by func(a, b T) int, pick func(a, b T) T) []T {
	if len(b) == 0 {
		return a
	}
	if len(a) == 0 {
		return b
	}
	out := make([]T, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch c := by(a[0], b[0]); {
		case c < 0:
			out, a = append(out, a[0]), a[1:]
		case c > 0:
			out, b = append(out, b[0]), b[1:]
		default:
			out, a, b = append(out, pick(a[0], b[0])), a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// newest keeps the n newest elements; by must order without ties.
func newest[T any](list []T, n int, by func(a, b T) int) []T {
	return bound(list, n, func(T) bool { return true }, by)
}

func byCase(a, b Apology) int  { return compare(a.Case, b.Case) }
func byLife(a, b Life) int     { return compare(a.ID, b.ID) }
func byReview(a, b Review) int { return compare(a.ID, b.ID) }
func bySignal(a, b Signal) int {
	return cmp.Or(compare(a.Touch, b.Touch), strings.Compare(a.Name, b.Name))
}
func byClash(a, b Clash) int {
	return cmp.Or(strings.Compare(a.Second, b.Second), strings.Compare(a.First, b.First))
}

// boundPaid drops the oldest paid apologies over the bound; due ones always stay.
func boundPaid(list []Apology) []Apology {
	return bound(list, maxPaid, func(a Apology) bool { return !a.Due() },
		func(a, b Apology) int { return cmp.Or(compare(a.Paid, b.Paid), byCase(a, b)) })
}

// boundGone drops the oldest gone events over the bound; those that count always stay.
func boundGone(list []Life) []Life {
	return bound(list, maxGone, func(l Life) bool { return l.Gone != "" },
		func(a, b Life) int { return cmp.Or(compare(a.At, b.At), byLife(a, b)) })
}

// boundDone forgets the oldest ended signals; open ones always stay.
func boundDone(list []Signal) []Signal {
	return bound(list, maxDone, func(s Signal) bool { return s.Done }, bySignal)
}

func byShare(a, b Share) int { return cmp.Or(compare(a.Case, b.Case), compare(a.To, b.To)) }

func byLeft(a, b Left) int { return compare(a.Fragment, b.Fragment) }

// bound keeps every element that is not old, and the n newest that are; by must order without ties.
func bound[T any](list []T, n int, old func(T) bool, by func(a, b T) int) []T {
	count := 0
	for _, v := range list {
		if old(v) {
			count++
		}
	}
	if count <= n {
		return list
	}
	olds := make([]T, 0, count)
	for _, v := range list {
		if old(v) {
			olds = append(olds, v)
		}
	}
	slices.SortFunc(olds, by)
	edge := olds[count-n]
	out := make([]T, 0, len(list)-count+n)
	for _, v := range list {
		if !old(v) || by(v, edge) >= 0 {
			out = append(out, v)
		}
	}
	return out
}

func byClashTime(a, b Clash) int { return cmp.Or(compare(a.At, b.At), byClash(a, b)) }
