package rule

import (
	"errors"
	"strconv"

	"github.com/orrery-cxm/orrery"
)

// maxSpan is the longest window: ten years. Beyond, "of all time" is meant.
const maxSpan = 3660 * orrery.Day

var errSpan = errors.New("a length of time is one number and one unit, such as 90s, 30m, 48h, 7d or 2w, and at most ten years")

// parseSpan reads 90s, 30m, 48h, 7d or 2w.
func parseSpan(s string) (orrery.Span, error) {
	if len(s) < 2 {
		return 0, errSpan
	}
	var unit orrery.Span
	switch s[len(s)-1] {
	case 's':
		unit = orrery.Second
	case 'm':
		unit = orrery.Minute
	case 'h':
		unit = orrery.Hour
	case 'd':
		unit = orrery.Day
	case 'w':
		unit = 7 * orrery.Day
	default:
		return 0, errSpan
	}
	n, err := strconv.ParseUint(s[:len(s)-1], 10, 32)
	if err != nil || n == 0 || orrery.Span(n) > maxSpan/unit {
		return 0, errSpan
	}
	return orrery.Span(n) * unit, nil
}
