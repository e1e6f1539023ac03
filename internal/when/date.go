package when

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/orrery-cxm/orrery"
)

// Date is a day in a calendar, 2026-12-25, or with year 0 that day of every year, 12-25.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

func (d Date) String() string {
	if d.Year == 0 {
		return fmt.Sprintf("%02d-%02d", d.Month, d.Day)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads 2026-12-25 or 12-25.
func (d *Date) UnmarshalText(b []byte) error {
	text := strings.TrimSpace(string(b))
	wrong := orrery.Invalid("date.unreadable", fmt.Sprintf("%.32q is no day: write 2026-12-25, or 12-25 for every year", text))
	parts := strings.Split(text, "-")
	if len(parts) == 2 {
		parts = append([]string{"0"}, parts...)
	}
	if len(parts) != 3 || len(parts[0]) != 4 && parts[0] != "0" || len(parts[1]) != 2 || len(parts[2]) != 2 {
		return wrong
	}
	var n [3]int
	for i, part := range parts {
		v, err := strconv.ParseUint(part, 10, 16)
		if err != nil {
			return wrong
		}
		n[i] = int(v)
	}
	year := n[0]
	if year == 0 {
		year = 2024 // a leap year, so that 02-29 is a day
	}
	if t := time.Date(year, time.Month(n[1]), n[2], 0, 0, 0, 0, time.UTC); t.Month() != time.Month(n[1]) {
		return wrong
	}
	*d = Date{n[0], time.Month(n[1]), n[2]}
	return nil
}

// Days is a list of days, such as a market's public holidays. Moving feasts are listed year by year.
type Days []Date

// Has says whether a day of a year is in the list.
func (l Days) Has(year int, month time.Month, day int) bool {
	return slices.ContainsFunc(l, func(d Date) bool {
		return d.Day == day && d.Month == month && (d.Year == 0 || d.Year == year)
	})
}
