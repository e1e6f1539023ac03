package orrery_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/orrery-cxm/orrery"
)

func TestAMomentIsWrittenAsTheStandardLibraryWritesIt(t *testing.T) {
	const layout = "2006-01-02T15:04:05.000Z"
	for day := range 365 * 500 { // every day of 500 years
		i := orrery.Instant(day)*orrery.Instant(orrery.Day) + 1
		if got, want := i.String(), i.Time().Format(layout); got != want {
			t.Fatalf("day %d is written %s, and is %s", day, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		i := orrery.Instant(rapid.Int64Range(-1<<40, 1<<48).Draw(t, "milliseconds"))
		want := ""
		if i != 0 {
			want = i.Time().Format(layout)
		}
		if got := i.String(); got != want {
			t.Fatalf("%d is written %q, and is %q", int64(i), got, want)
		}
	})
}
