package csvfile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/ads"
	"github.com/orrery-cxm/orrery/internal/log/file/faultfs"
)

const lifeDir = "/data/audiences/google"

// life is one random history of a destination on a disk that fails, and what must be true of it.
type life struct {
	rand    *rand.Rand
	fs      *faultfs.FS
	full    bool
	d       *Destination
	wishes  map[string]Change
	version uint64
	emails  int
	gone    []string // hashes that must not be readable anywhere
	history []string
}

func live(seed uint64) (err error) {
	r := rand.New(rand.NewPCG(seed, 2))
	l := &life{rand: r, fs: faultfs.New(seed), full: r.IntN(2) == 0, wishes: map[string]Change{}}
	defer func() {
		if err != nil {
			err = fmt.Errorf("seed %d: %w\nhistory: %q", seed, err, l.history)
		}
	}()
	if err := l.open(); err != nil {
		return err
	}
	for range 1 + r.IntN(10) {
		if err := l.step(); err != nil {
			return err
		}
	}
	return nil
}

func (l *life) note(format string, args ...any) {
	l.history = append(l.history, fmt.Sprintf(format, args...))
}

// open opens the destination as a new process does, after a kill or a power cut, when the trouble is over.
func (l *life) open() (err error) {
	l.fs.FailWith(nil)
	l.fs.Restart()
	l.fs.Kill()
	l.d, err = Open(lifeDir, Options{Platform: ads.X, Full: l.full, FS: l.fs})
	if err != nil {
		return fmt.Errorf("it does not open again: %w", err)
	}
	return nil
}

// trouble is what shall happen while the next thing is done.
func (l *life) trouble() {
	n := l.rand.IntN(40)
	switch l.rand.IntN(4) {
	case 0, 1:
		l.note("power cut after %d", n)
		l.fs.CutPowerAfter(n)
	case 2:
		l.note("an operation fails after %d", n)
		l.fs.FailWith(func(op faultfs.Op) error {
			if slices.Contains([]faultfs.Kind{faultfs.Sync, faultfs.SyncDir, faultfs.WriteAt, faultfs.Rename, faultfs.Remove}, op.Kind) {
				if n--; n/2 == 0 {
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
		l.note("%v", err)
		if again := l.rand.IntN(3); errors.Is(err, faultfs.ErrDown) || again == 0 {
			l.fs.CutPower()
			if err := l.open(); err != nil {
				return err
			}
		} else if l.fs.FailWith(nil); again == 1 {
			if err := l.open(); err != nil { // the process was killed, and the disk lost nothing more
				return err
			}
		}
	}
	l.note("done")
	l.fs.FailWith(nil)
	if l.rand.IntN(2) == 0 {
		l.fs.CutPower()
		if err := l.open(); err != nil {
			return err
		}
	}
	l.fs.Restart() // no cut while we look
	return l.check()
}

func (l *life) draw() (what string, do func() error) {
	ctx := context.Background()
	if l.rand.IntN(4) == 0 {
		key := []string{"a", "b", "c"}[l.rand.IntN(3)]
		if c, ok := l.wishes[key]; ok {
			for _, row := range ads.KeptRows(ads.X, c.Person) {
				l.gone = append(l.gone, row[0])
			}
			delete(l.wishes, key)
		}
		return "erase " + key, func() error { return l.d.Erase(ctx, key) }
	}
	var changes []Change
	for range 1 + l.rand.IntN(4) {
		l.version++
		c := add([]string{"a", "b", "c"}[l.rand.IntN(3)], l.version, "")
		c.Person.Emails = nil
		for range 1 + l.rand.IntN(8) { // so many that a batch is more than a sector
			l.emails++
			c.Person.Emails = append(c.Person.Emails, fmt.Sprintf("e%d@x.example", l.emails))
		}
		if keys := slices.Sorted(maps.Keys(l.wishes)); len(keys) > 0 && l.rand.IntN(4) == 0 {
			changes = append(changes, l.wishes[keys[l.rand.IntN(len(keys))]]) // as one that comes again
			continue
		}
		if l.rand.IntN(3) == 0 {
			c.Op, c.Person = orrery.PushRemove, ads.Person{}
		}
		changes = append(changes, c)
		l.wishes[c.PersonKey] = c
		what += fmt.Sprintf("%s %s with %d; ", c.Op, c.PersonKey, len(c.Person.Emails))
	}
	return what, func() error { _, err := l.d.Apply(ctx, changes); return err }
}

func (l *life) check() error {
	var want, members []string
	for _, key := range slices.Sorted(maps.Keys(l.wishes)) {
		if c := l.wishes[key]; c.Op == orrery.PushAdd {
			members = append(members, key)
			for _, row := range ads.KeptRows(ads.X, c.Person) {
				want = append(want, key+","+strings.Join(row, ","))
			}
		}
	}
	slices.Sort(want)
	got, err := l.onPlatform()
	if err != nil {
		return err
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		return fmt.Errorf("on the platform (-want +got):\n%s", diff)
	}
	if l.full {
		var rows []string
		err := fileSystem{l.fs}.readRows(filepath.Join(lifeDir, "X-01", fullName), func(row []string, first bool) error {
			if !first {
				rows = append(rows, strings.Join(row, ","))
			}
			return nil
		})
		slices.Sort(rows)
		if diff := gocmp.Diff(want, rows); diff != "" && (err == nil || len(want) > 0) {
			return fmt.Errorf("in the full file (-want +got):\n%s (%v)", diff, err)
		}
	}
	if got, err := l.d.Members("X-01"); err != nil || !slices.Equal(got, members) {
		return fmt.Errorf("members are %v (%w), want %v", got, err, members)
	}
	for _, hash := range l.gone {
		if where := l.fs.Holds(hash); where != nil {
			return fmt.Errorf("%s should be gone and is in %s", hash, where)
		}
	}
	return nil
}

// onPlatform plays the files of the list as a platform would: in order, removals of a number before its additions.
func (l *life) onPlatform() (now []string, err error) {
	on := map[string]bool{}
	names, err := l.fs.List(filepath.Join(lifeDir, "X-01"))
	if err != nil {
		return nil, nil // nothing was ever asked for
	}
	names = slices.DeleteFunc(names, func(n string) bool { return !strings.Contains(n, "-") || !strings.HasSuffix(n, ".csv") })
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(a[:6], b[:6]), -cmp.Compare(a, b)) })
	for _, name := range names {
		err := fileSystem{l.fs}.readRows(filepath.Join(lifeDir, "X-01", name), func(row []string, first bool) error {
			if !first {
				on[strings.Join(row, ",")] = strings.HasSuffix(name, "add.csv")
			} else if row[0] != "person" {
				return fmt.Errorf("%s begins with %q, want the names of its columns", name, row)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for row, is := range on {
		if is {
			now = append(now, row)
		}
	}
	slices.Sort(now)
	return now, nil
}

func TestNothingAcknowledgedIsLostAndNothingErasedIsReadableWhateverTheDiskLoses(t *testing.T) {
	for seed := range faultfs.Runs(t, 400) {
		if err := live(seed); err != nil {
			t.Fatal(err)
		}
	}
}
