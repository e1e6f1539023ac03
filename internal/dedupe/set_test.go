package dedupe

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/orrery-cxm/orrery"
	"pgregory.net/rapid"
)

var errCrash = errors.New("the power went out")

const start = orrery.Instant(20_000 * orrery.Day)

// key makes keys of which many begin alike, so that runs are searched over more than one block.
func key(n int) Key {
	x := uint64(n) * 0x9e3779b97f4a7c15
	if n%3 == 0 {
		x = 1 << 60
	}
	return makeKey(x, uint64(n)*0xbf58476d1ce4e5b9)
}

// world is a set and what it should know: the ids of a log, as the engine would add them.
type world struct {
	t    *rapid.T
	dir  string
	set  *Set
	log  []entry
	seq  orrery.Seq
	now  orrery.Instant
	next int // number of the next new key
}

type entry struct {
	seq orrery.Seq
	key Key
	at  orrery.Instant
}

func (w *world) open() {
	var err error
	if w.set, err = Open(w.dir, Options{Incarnation: 3}); err != nil {
		w.t.Fatalf("the set does not open again: %v", err)
	}
	for _, e := range w.log {
		if e.seq > w.set.Position() {
			w.set.Add(e.key, e.at)
		}
	}
}

func (w *world) wanted() map[Key]bool {
	known := map[Key]bool{}
	for _, e := range w.log {
		if dayOf(w.now)-dayOf(e.at) <= 7 {
			known[e.key] = true
		}
	}
	return known
}

func (w *world) batch() {
	known := w.wanted()
	fails := rapid.IntRange(0, 5).Draw(w.t, "batch fails") == 0
	var added []Key
	for range rapid.SampledFrom([]int{1, 5, 300, 700}).Draw(w.t, "ids") {
		n := w.next
		if rapid.IntRange(0, 9).Draw(w.t, "again") == 0 {
			n = rapid.IntRange(0, w.next).Draw(w.t, "which")
		}
		w.next = max(w.next, n+1)
		k := key(n)
		seen, err := w.set.Seen(k, w.now)
		if err != nil || seen != known[k] {
			w.t.Fatalf("id %d: seen is %v and should be %v (%v)", n, seen, known[k], err)
		}
		if !seen {
			w.set.Add(k, w.now)
			known[k] = true
			added = append(added, k)
		}
	}
	if fails {
		w.set.Remove(added...)
		return
	}
	w.seq++
	for _, k := range added {
		w.log = append(w.log, entry{w.seq, k, w.now})
	}
}

func (w *world) erase() {
	if len(w.log) == 0 {
		return
	}
	var gone []Key
	for range rapid.SampledFrom([]int{3, 3, 400}).Draw(w.t, "erased ids") {
		gone = append(gone, rapid.SampledFrom(w.log).Draw(w.t, "erased").key)
	}
	if err := w.set.Erase(gone); err != nil && !errors.Is(err, errCrash) {
		w.t.Fatalf("erasing: %v", err)
	} else if err != nil {
		w.restart()
		w.erased(gone)
		return
	}
	w.log = slices.DeleteFunc(w.log, func(e entry) bool { return slices.Contains(gone, e.key) })
}

// erased finishes an erasure that a crash cut short, as the engine does when it starts again.
func (w *world) erased(gone []Key) {
	w.set.step = func(string) error { return nil }
	w.log = slices.DeleteFunc(w.log, func(e entry) bool { return slices.Contains(gone, e.key) })
	if err := w.set.Erase(gone); err != nil {
		w.t.Fatalf("erasing after a crash: %v", err)
	}
}

func (w *world) restart() {
	w.set.Close()
	w.open()
}

func (w *world) check() {
	known := w.wanted()
	for n := range w.next + 3 {
		if seen, err := w.set.Seen(key(n), w.now); err != nil || seen != known[key(n)] {
			w.t.Fatalf("id %d: seen is %v and should be %v (%v)", n, seen, known[key(n)], err)
		}
	}
}

func TestEveryIDIsSeenForItsDaysWhateverIsWrittenMergedErasedOrCutShort(t *testing.T) {
	parent := t.TempDir()
	tries := 0
	rapid.Check(t, func(t *rapid.T) {
		tries++
		w := &world{t: t, dir: fmt.Sprintf("%s/%d", parent, tries), now: start}
		w.open()
		defer func() { w.set.Close() }()
		work := map[string]func() error{
			"freeze":  func() error { w.set.Freeze(w.seq, [32]byte{byte(w.seq)}); return nil },
			"write":   w.set.Write,
			"seal":    func() error { return w.set.Seal(w.seq, [32]byte{byte(w.seq)}) },
			"compact": func() error { return w.set.Compact() },
		}
		work["write"] = func() error { return w.set.Write() }
		names := append(slices.Sorted(maps.Keys(work)), "batch", "batch", "batch", "sleep", "restart", "erase")
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			name := rapid.SampledFrom(names).Draw(t, "step")
			left := rapid.IntRange(-6, 3).Draw(t, "power lasts") // steps until the power goes out; below 0: it does not
			w.set.step = func(string) error {
				if left--; left == -1 {
					return errCrash
				}
				return nil
			}
			if left < 0 {
				w.set.step = func(string) error { return nil }
			}
			switch name {
			case "batch":
				w.batch()
			case "sleep":
				w.now = w.now.Add(rapid.SampledFrom([]orrery.Span{orrery.Hour, 9 * orrery.Hour, orrery.Day, 3 * orrery.Day}).Draw(t, "for"))
			case "restart":
				w.restart()
			case "erase":
				w.erase()
			default:
				if err := work[name](); errors.Is(err, errCrash) {
					w.restart()
				} else if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			}
		}
		w.check()
		w.restart()
		w.check()
		if err := w.set.Verify(); err != nil {
			t.Fatalf("verifying: %v", err)
		}
	})
}

func TestThePositionIsWhatTheFilesCover(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	s.Add(key(1), start)
	s.Freeze(7, [32]byte{7})
	if got := s.Position(); got != 0 {
		t.Errorf("nothing is written yet, but the files claim to cover chunk %d", got)
	}
	if err := s.Write(); err != nil {
		t.Fatal(err)
	}
	if got := s.Position(); got != 7 {
		t.Errorf("the files cover chunk 7 and claim %d", got)
	}
	if err := s.Seal(9, [32]byte{9}); err != nil { // nothing was added: only the position moves
		t.Fatal(err)
	}
	s.Close()
	s = mustOpen(t, dir)
	if got, want := s.Mark(), (Mark{5, 9, [32]byte{9}}); got != want {
		t.Errorf("after a restart the mark is %v, want %v", got, want)
	}
}

func TestAnIDIsSeenForSevenDaysAfterItsDayAndThenNoMore(t *testing.T) {
	for _, where := range []struct {
		what string
		hide func(*Set) error
	}{
		{"in memory", func(*Set) error { return nil }},
		{"frozen", func(s *Set) error { s.Freeze(1, [32]byte{}); return nil }},
		{"in a file", func(s *Set) error { return s.Seal(1, [32]byte{}) }},
	} {
		s := mustOpen(t, t.TempDir())
		s.Add(key(1), start)
		if err := where.hide(s); err != nil {
			t.Fatal(err)
		}
		for now, want := range map[orrery.Instant]bool{start: true, start.Add(8*orrery.Day - 1): true, start.Add(8 * orrery.Day): false, start.Add(30 * orrery.Day): false} {
			if seen, err := s.Seen(key(1), now); err != nil || seen != want {
				t.Errorf("%s, %v after its day began: seen is %v, want %v (%v)", where.what, orrery.Span(now-start), seen, want, err)
			}
		}
	}
}

func TestIDsAreDroppedAfterTheirDaysAndADayThatIsOverIsOneFile(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	for i := range 30 {
		now := start.Add(orrery.Span(i) * 8 * orrery.Hour)
		s.Add(key(i), now)
		if err := s.Seal(orrery.Seq(i+1), [32]byte{}); err != nil {
			t.Fatal(err)
		}
		if err := s.Compact(); err != nil {
			t.Fatal(err)
		}
		if st := s.Stats(); st.Days > 8 || st.Runs > st.Days+tierRuns {
			t.Fatalf("after %d seals there are %d files for %d days, want at most 8 days and one file for each but the newest", i+1, st.Runs, st.Days)
		}
	}
	if st := s.Stats(); st.Keys != 24 || st.Days != 8 {
		t.Errorf("%d ids of %d days are kept, want 24 of 8", st.Keys, st.Days)
	}
}

func TestSeenStaysRightWhileFilesAreWrittenAndMerged(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	var done sync.WaitGroup
	stop := make(chan struct{})
	done.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if err := errors.Join(s.Write(), s.Compact(), s.Verify()); err != nil {
				t.Errorf("beside the loop: %v", err)
				return
			}
		}
	})
	for i := range 3000 {
		s.Add(key(i), start)
		if i%100 == 99 {
			s.Freeze(orrery.Seq(i), [32]byte{})
		}
		for _, n := range []int{i, i / 2, i / 3, 0} {
			if seen, err := s.Seen(key(n), start); !seen || err != nil {
				t.Errorf("after %d ids, id %d is not seen (%v)", i+1, n, err)
			}
		}
	}
	close(stop)
	done.Wait()
}

func TestWhatCouldNotBeWrittenIsStillSeenAndWrittenLater(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	s.Add(key(1), start)
	s.step = func(string) error { return errCrash }
	if err := s.Seal(1, [32]byte{}); !errors.Is(err, errCrash) {
		t.Fatalf("the failure to write is not reported: %v", err)
	}
	if seen, err := s.Seen(key(1), start); !seen || err != nil {
		t.Errorf("an id whose file could not be written is forgotten (%v)", err)
	}
	s.step = func(string) error { return nil }
	if err := s.Write(); err != nil {
		t.Fatal(err)
	}
	if st := s.Stats(); st.Tail != 0 || st.Keys != 1 {
		t.Errorf("after the second try %d ids are in memory and %d in files, want 0 and 1", st.Tail, st.Keys)
	}
}

func mustOpen(t testing.TB, dir string) *Set {
	t.Helper()
	s, err := Open(dir, Options{Incarnation: 5})
	if err != nil {
		t.Fatalf("opening: %v", err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
