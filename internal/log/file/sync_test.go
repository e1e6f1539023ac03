package file

import (
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// runsEnv asks for another number of random histories.
const runsEnv = "ORRERY_LOG_RUNS"

func TestNothingAcknowledgedIsLostAndNothingErasedComesBack(t *testing.T) {
	runs := 10_000
	if testing.Short() {
		runs = 1_000
	}
	if s := os.Getenv(runsEnv); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatalf("%s=%q is no number", runsEnv, s)
		}
		runs = n
	}
	points := map[string]bool{}
	var mu sync.Mutex
	saw := func(point string) bool {
		mu.Lock()
		defer mu.Unlock()
		points[point] = true
		return false
	}
	if failed := firstFailure(runs, saw); failed != nil {
		t.Fatal(failed)
	}
	t.Logf("%d random histories of appends, redactions, reopenings, failures and power cuts; %s=n for another number", runs, runsEnv)
	var seen []string
	for p := range points {
		seen = append(seen, p)
	}
	sort.Strings(seen)
	if !slices.Equal(seen, syncPoints) {
		t.Errorf("the histories met the syncs %q, the list of them is %q", seen, syncPoints)
	}
}

// syncPoints are all syncs of the protocol, sorted.
var syncPoints = []string{
	"append", "append.takeback",
	"copy.file", "copy.name", "copy.parent",
	"open.dir", "open.parent", "open.settle",
	"redact.journal", "redact.name", "redact.record",
	"replay.journal", "replay.record",
	"segment.name", "segment.zeros",
}

func TestEverySyncIsNeeded(t *testing.T) {
	const most = 30_000
	for _, point := range syncPoints {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			err := firstFailure(most, func(p string) bool { return p == point })
			if err == nil {
				t.Fatalf("without the sync %q %d histories went well: it does nothing, or the test does not see what it does", point, most)
			}
			what, _, _ := strings.Cut(err.Error(), "\n")
			t.Log(what)
		})
	}
}

// firstFailure plays histories on all processors until one fails.
func firstFailure(runs int, skip func(string) bool) error {
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for failed.Load() == nil {
				seed := next.Add(1)
				if seed > int64(runs) {
					return
				}
				if err := live(uint64(seed), skip); err != nil {
					failed.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	wg.Wait()
	if e := failed.Load(); e != nil {
		return *e
	}
	return nil
}
