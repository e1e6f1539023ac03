package when

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/orrery-cxm/orrery"
)

// Hours is a week of windows in local time, written as people do:
//
//	mon-fri 08:00-21:00; sat 09:00-21:00; sun 12:00-21:00
//	sun-thu 09:00-13:00, 14:00-18:00
//	fri-sat 20:00-02:00
//	always
//
// Days that are not named are closed; a window that ends before it starts ends on the next day; a day named twice has
// both. The zero value, written "never", has no window. Two Hours are equal when their windows are.
type Hours struct {
	week [7]day
}

// maxWindows is how many windows a day may have, with what reaches over from the day before. A fixed number keeps Hours
// comparable and free of pointers.
const maxWindows = 6

// day is the windows of one weekday in order, without overlaps.
type day struct {
	windows [maxWindows]window
	n       uint16
}

// window is from one minute of the day up to, and without, another.
type window struct{ from, until uint16 }

const midnight = 24 * 60 // the end of a day in minutes

// Always is open at every moment.
func Always() Hours {
	var h Hours
	for i := range h.week {
		h.week[i].add(window{0, midnight})
	}
	return h
}

// Parse reads Hours.
func Parse(text string) (Hours, error) {
	var h Hours
	err := h.UnmarshalText([]byte(text))
	return h, err
}

// Equal says that the windows are the same.
func (h Hours) Equal(other Hours) bool { return h == other }

// Never says that no moment is open.
func (h Hours) Never() bool { return h == Hours{} }

// add puts w into the day, joined with what it touches. It reports false when the day is full.
func (d *day) add(w window) bool {
	all := append(slices.Clone(d.windows[:d.n]), w)
	slices.SortFunc(all, func(a, b window) int { return int(a.from) - int(b.from) })
	joined := all[:1]
	for _, w := range all[1:] {
		last := &joined[len(joined)-1]
		if w.from <= last.until {
			last.until = max(last.until, w.until)
		} else {
			joined = append(joined, w)
		}
	}
	if len(joined) > maxWindows {
		return false
	}
	*d = day{n: uint16(len(joined))}
	copy(d.windows[:], joined)
	return true
}

// UnmarshalText reads what String writes, and the forms above.
func (h *Hours) UnmarshalText(b []byte) error {
	text := strings.ToLower(strings.TrimSpace(string(b)))
	*h = Hours{}
	switch text {
	case "always":
		*h = Always()
		return nil
	case "never", "":
		return nil
	}
	for part := range strings.SplitSeq(text, ";") {
		if err := h.read(strings.TrimSpace(part)); err != nil {
			*h = Hours{}
			return err
		}
	}
	return nil
}

// read adds one part such as "mon-fri 08:00-12:00, 13:00-18:00".
func (h *Hours) read(part string) error {
	split := strings.IndexAny(part, " \t")
	if split < 0 {
		return badHours(part, "a part names days and then windows")
	}
	days, windows := part[:split], part[split:]
	for _, weekday := range daysOf(days) {
		if weekday < 0 {
			return badHours(part, fmt.Sprintf("%q names no days (mon tue wed thu fri sat sun)", days))
		}
		for text := range strings.SplitSeq(windows, ",") {
			from, until, ok := windowOf(strings.TrimSpace(text))
			if !ok {
				return badHours(part, fmt.Sprintf("%q is no window", strings.TrimSpace(text)))
			}
			if !h.open(weekday, from, until) {
				return badHours(part, fmt.Sprintf("a day has at most %d windows", maxWindows))
			}
		}
	}
	return nil
}

// open adds a window that starts on weekday and may end on the next.
func (h *Hours) open(weekday int, from, until uint16) bool {
	if until > from {
		return h.week[weekday].add(window{from, until})
	}
	ok := h.week[weekday].add(window{from, midnight})
	if until > 0 {
		ok = h.week[(weekday+1)%7].add(window{0, until}) && ok
	}
	return ok
}

var dayNames = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} // as time.Weekday counts

// daysOf lists the weekdays of "mon", "mon-fri", "sat,sun" or "fri-mon"; -1 for what is none.
func daysOf(text string) []int {
	var days []int
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(part, "-")
		from, to := slices.Index(dayNames[:], first), slices.Index(dayNames[:], last)
		if !isRange {
			to = from
		}
		if from < 0 || to < 0 {
			return []int{-1}
		}
		for d := from; ; d = (d + 1) % 7 {
			days = append(days, d)
			if d == to {
				break
			}
		}
	}
	return days
}

// windowOf reads 08:00-21:00; the end may be 24:00.
func windowOf(text string) (from, until uint16, ok bool) {
	first, last, ok := strings.Cut(text, "-")
	a, b := minuteOf(strings.TrimSpace(first)), minuteOf(strings.TrimSpace(last))
	if !ok || a < 0 || a >= midnight || b < 0 || a == b {
		return 0, 0, false
	}
	return uint16(a), uint16(b), true
}

// minuteOf reads 08:00; -1 for what is no time of day.
func minuteOf(text string) int {
	hour, minute, ok := strings.Cut(text, ":")
	if !ok || len(minute) != 2 || len(hour) < 1 || len(hour) > 2 {
		return -1
	}
	n := 0
	for _, digit := range hour + minute {
		if digit < '0' || digit > '9' {
			return -1
		}
		n = n*10 + int(digit-'0')
	}
	if n%100 > 59 || n > 2400 {
		return -1
	}
	return n/100*60 + n%100
}

func badHours(part, why string) error {
	return orrery.Invalid("hours.unreadable", fmt.Sprintf("%.80q are no hours: %s; write mon-fri 08:00-21:00; sat 09:00-12:00, 13:00-18:00", part, why))
}

func (h Hours) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// String writes the hours so that they read back equal; days in a row with equal windows are joined.
func (h Hours) String() string {
	switch {
	case h == Hours{}:
		return "never"
	case h == Always():
		return "always"
	}
	var parts []string
	for i := 1; i <= 7; { // from monday to sunday
		first, d := i, h.week[i%7]
		for i++; i <= 7 && h.week[i%7] == d; i++ {
		}
		if d.n == 0 {
			continue
		}
		days := dayNames[first%7]
		if last := i - 1; last > first {
			days += "-" + dayNames[last%7]
		}
		parts = append(parts, days+" "+d.String())
	}
	return strings.Join(parts, "; ")
}

func (d day) String() string {
	var windows []string
	for _, w := range d.windows[:d.n] {
		windows = append(windows, fmt.Sprintf("%02d:%02d-%02d:%02d", w.from/60, w.from%60, w.until/60, w.until%60))
	}
	return strings.Join(windows, ", ")
}

// on is the windows of a weekday.
func (h *Hours) on(weekday time.Weekday) []window {
	d := &h.week[weekday]
	return d.windows[:d.n]
}
