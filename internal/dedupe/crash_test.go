package dedupe

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log/file/faultfs"
)

const lifeDir = "/data/acme/ids"

// life is one random history of a set on a disk that fails, and what must be true of it.
type life struct {
	rand    *rand.Rand
	fs      *faultfs.FS
	set     *Set
	log     []entry
	gone    []Key
	seq     orrery.Seq
	now     orrery.Instant
	sure    orrery.Seq // the position that was acknowledged
	copies  int
	history []string
}

func live(seed uint64) (err error) {
	l := &life{rand: rand.New(rand.NewPCG(seed, 3)), fs: faultfs.New(seed), now: start}
	defer func() {
		if err != nil {
			err = fmt.Errorf("seed %d: %w\nhistory: %q", seed, err, l.history)
		}
	}()
	if err := l.open(); err != nil {
		return err
	}
	for range 1 + l.rand.IntN(20) {
		if err := l.step(); err != nil {
			return err
		}
	}
	return nil
}

func (l *life) note(format string, args ...any) {
	l.history = append(l.history, fmt.Sprintf(format, args...))
}

// open opens the set as a new process does when the trouble is over, and adds what the log has after its position.
func (l *life) open() (err error) {
	l.fs.FailWith(nil)
	l.fs.Restart()
	l.fs.Kill()
	if l.rand.IntN(2) == 0 {
		n := l.rand.IntN(14)
		l.note("power cut after %d while it opens", n)
		l.fs.CutPowerAfter(n)
	}
	l.set, err = Open(lifeDir, Options{FS: l.fs})
	if errors.Is(err, faultfs.ErrDown) {
		return l.open()
	} else if err != nil {
		return fmt.Errorf("it does not open again: %w", err)
	}
	l.fs.Restart()
	if l.set.Position() < l.sure {
		return fmt.Errorf("its files reach chunk %d, and %d was acknowledged", l.set.Position(), l.sure)
	}
	for _, e := range l.log {
		if e.seq > l.set.Position() {
			l.set.Add(e.key, e.at)
		}
	}
	return l.check()
}

// trouble is what shall happen while the next thing is done.
func (l *life) trouble() {
	n := l.rand.IntN(12)
	switch l.rand.IntN(4) {
	case 0, 1:
		l.note("power cut after %d", n)
		l.fs.CutPowerAfter(n)
	case 2:
		l.note("an operation fails after %d", n)
		kinds := []faultfs.Kind{faultfs.Sync, faultfs.SyncDir, faultfs.WriteAt, faultfs.Rename, faultfs.Remove}
		if l.rand.IntN(3) == 0 {
			kinds, n = kinds[1:2], n/4
		}
		l.fs.FailWith(func(op faultfs.Op) error {
			if slices.Contains(kinds, op.Kind) {
				if n--; n == -1 {
					return syscall.EIO
				}
			}
			return nil
		})
	}
}

// step does one thing until it is done, whatever comes between, and looks.
func (l *life) step() error {
	what, do := l.draw()
	l.note("%s", what)
	for {
		l.trouble()
		err := do()
		if err == nil {
			break
		}
		if broken := (errBroken{}); errors.As(err, &broken) {
			return err
		}
		l.note("%v", err)
		again := l.rand.IntN(3)
		if errors.Is(err, faultfs.ErrDown) || again == 0 {
			l.fs.CutPower()
		}
		l.fs.FailWith(nil)
		if errors.Is(err, faultfs.ErrDown) || again <= 1 {
			if err := l.open(); err != nil {
				return err
			}
		}
	}
	l.fs.FailWith(nil)
	if l.rand.IntN(2) == 0 {
		l.note("power cut")
		l.fs.CutPower()
		return l.open()
	}
	l.fs.Restart() // no cut while we look
	return l.check()
}

func (l *life) draw() (what string, do func() error) {
	switch n := l.rand.IntN(10); {
	case n < 3:
		l.batch()
		return "batch", func() error { return nil }
	case n < 4:
		l.now = l.now.Add([]orrery.Span{9 * orrery.Hour, orrery.Day, 4 * orrery.Day}[l.rand.IntN(3)])
		return "sleep", func() error { return nil }
	case n < 6:
		return "compact", l.compact()
	case n < 7 && len(l.log) > 0:
		return l.erase()
	case n < 8:
		return l.copy()
	}
	return fmt.Sprintf("seal %d", l.seq), func() error {
		if err := l.set.Seal(l.seq, [32]byte{byte(l.seq)}); err != nil {
			return err
		}
		l.sure = l.seq
		return nil
	}
}

func (l *life) batch() {
	l.seq++
	for range []int{1, 5, 5, 300}[l.rand.IntN(4)] {
		k := makeKey(l.rand.Uint64(), l.rand.Uint64())
		l.set.Add(k, l.now)
		l.log = append(l.log, entry{l.seq, k, l.now})
	}
}

// compact ends a day that has files to be merged.
func (l *life) compact() func() error {
	for range 2 {
		l.batch()
		if err := l.set.Seal(l.seq, [32]byte{byte(l.seq)}); err != nil {
			return func() error { return errBroken{fmt.Errorf("nothing failed, and yet: %w", err)} }
		}
		l.sure = l.seq
	}
	l.now = l.now.Add(orrery.Day)
	l.batch()
	return func() error { return l.set.Compact() } // of the set that is open then
}

func (l *life) erase() (what string, do func() error) {
	var gone []Key
	for range 1 + l.rand.IntN(3) {
		at := l.rand.IntN(len(l.log))
		gone = append(gone, l.log[at].key)
	}
	l.log = slices.DeleteFunc(l.log, func(e entry) bool { return slices.Contains(gone, e.key) }) // it goes first
	return fmt.Sprintf("erase %d", len(gone)), func() error {
		if err := l.set.Erase(gone); err != nil {
			return err
		}
		l.gone = append(l.gone, gone...)
		return nil
	}
}

// copy takes a copy, and the power fails after it.
func (l *life) copy() (what string, do func() error) {
	return "copy", func() error {
		l.copies++
		dir := fmt.Sprintf("/backup/%d", l.copies)
		mark, err := l.set.Copy(dir)
		if err != nil {
			return err
		}
		l.fs.CutPower()
		if err := l.open(); err != nil {
			return errBroken{err}
		}
		c, err := Open(dir, Options{FS: l.fs})
		if err != nil {
			return errBroken{fmt.Errorf("the copy does not open: %w", err)}
		}
		defer c.Close()
		if c.Mark() != mark {
			return errBroken{fmt.Errorf("the copy has the mark %v, want %v", c.Mark(), mark)}
		}
		if err := l.knows(c, mark.Seq); err != nil {
			return errBroken{fmt.Errorf("the copy: %w", err)}
		}
		return nil
	}
}

// errBroken is a promise that was not kept, where another error is what the trouble caused.
type errBroken struct{ error }

// knows says whether a set knows every id up to seq.
func (l *life) knows(s *Set, seq orrery.Seq) error {
	for _, e := range l.log {
		if e.seq > seq || dayOf(l.now)-dayOf(e.at) > 7 {
			continue
		}
		if seen, err := s.Seen(e.key, l.now); err != nil || !seen {
			return fmt.Errorf("an id of chunk %d is not seen any more (%w)", e.seq, err)
		}
	}
	return nil
}

func (l *life) check() error {
	if err := l.knows(l.set, l.seq); err != nil {
		return err
	}
	if err := l.set.Verify(); err != nil {
		return fmt.Errorf("verifying: %w", err)
	}
	for _, k := range l.gone {
		if seen, err := l.set.Seen(k, l.now); err != nil || seen {
			return fmt.Errorf("an erased id is seen (%w)", err)
		}
		for _, where := range l.fs.Holds(string(k[:])) {
			if where != "freed" && where[:7] != "/backup" { // what was copied before stays in the copy
				return fmt.Errorf("an erased id is in %s", where)
			}
		}
	}
	return nil
}

func TestNoIDIsForgottenAndNoErasedOneComesBackWhateverTheDiskLoses(t *testing.T) {
	for seed := range faultfs.Runs(t, 150) {
		if err := live(seed); err != nil {
			t.Fatal(err)
		}
	}
}
