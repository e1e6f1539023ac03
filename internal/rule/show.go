package rule

import (
	"strconv"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// What Explain shows as found. These allocate; Eval never calls them.

type showing = func(s Subject, now orrery.Instant) string

func showTrait(name string) showing {
	return func(s Subject, _ orrery.Instant) string {
		v, ok := s.Trait(name)
		if !ok {
			return ""
		}
		return v.String()
	}
}

// String is the value as people read it: pro, 12.5, true, [vip press].
func (v Value) String() string {
	switch v.Kind {
	case Number:
		return decimal(v.Number)
	case Text:
		return v.Text
	case Bool:
		return strconv.FormatBool(v.Number != 0)
	case List:
		return "[" + strings.Join(v.List, " ") + "]"
	}
	return ""
}

// decimal writes thousandths without needless zeros.
func decimal(n int64) string {
	sign := ""
	u := uint64(n)
	if n < 0 {
		sign, u = "-", -u
	}
	whole, rest := strconv.FormatUint(u/Thousand, 10), u%Thousand
	if rest == 0 {
		return sign + whole
	}
	return sign + whole + "." + strings.TrimRight(strconv.FormatUint(Thousand+rest, 10)[1:], "0")
}

func showNumber(number func(s Subject) (int64, bool)) showing {
	return func(s Subject, _ orrery.Instant) string {
		n, ok := number(s)
		if !ok {
			return ""
		}
		return decimal(n)
	}
}

func showMoment(moment func(s Subject) orrery.Instant) showing {
	return func(s Subject, _ orrery.Instant) string { return moment(s).String() }
}

func showLast(times timesOf) showing { return showMoment(newest(times)) }

func showCount(times timesOf, w orrery.Span) showing {
	return func(s Subject, now orrery.Instant) string {
		n := 0
		for _, at := range times(s) {
			if now < at.Add(w) {
				n++
			}
		}
		return strconv.Itoa(n)
	}
}

func showSpent(factor int64, w orrery.Span) showing {
	return func(s Subject, now orrery.Instant) string {
		_, sum := inWindow(s.OrderTimes(), now, w)
		return decimal(scale(sum, factor))
	}
}
