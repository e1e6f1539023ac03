package engine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestLostMessageIdsAreReadAgainFromTheLastDaysOfTheLogOnly(t *testing.T) {
	dir, now := t.TempDir(), time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC)
	reopen := func() *Workspace {
		w, err := Open(context.Background(), Options{Dir: dir, Workspace: "test", Driven: true, Now: func() time.Time { return now }, Elapsed: func() time.Duration { return 0 }})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	take := func(w *Workspace, day int) bool {
		results, err := w.Drive(page("ann", fmt.Sprintf("day %d", day)))
		if err != nil {
			t.Fatal(err)
		}
		return results[0].Duplicate
	}
	w := reopen()
	for day := range 30 {
		if take(w, day) {
			t.Fatalf("nobody sent the touch of day %d before", day)
		}
		now = now.Add(24 * time.Hour)
	}
	if err := w.Close(); err != nil { // with a checkpoint, so that the log is not folded again
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "dedupe")); err != nil {
		t.Fatal(err)
	}
	w = reopen()
	defer w.Kill()
	for _, day := range []int{29, 25, 23} {
		if !take(w, day) {
			t.Errorf("the touch of day %d was sent within seven days, and is not known again", day)
		}
	}
	from, err := w.oldestSeen(context.Background())
	if end, _ := w.log.End(); err != nil || from < end-10 || from > end-8 {
		t.Errorf("of a log of %d chunks, one a day, the ids after chunk %d are read; nine days are enough (%v)", end, from, err)
	}
}
