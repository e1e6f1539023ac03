package dedupe

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log/file/disk"
)

// Errors of a set.
var (
	// ErrCorrupt says that a file is torn, damaged or missing: call [Discard], open again, and add the ids of the log.
	ErrCorrupt = errors.New("dedupe: a file of message ids is damaged")
	// ErrClosed says that the set was closed.
	ErrClosed = errors.New("dedupe: the set is closed")
)

// Options of a set. The zero value is what the product uses.
type Options struct {
	Keep        int     // days that an id is remembered after the day on which it came; 7
	Incarnation uint16  // of the log; marks the files
	FS          disk.FS // nil is the machine's
}

// Set remembers keys. The engine's loop calls Seen, Add, Remove and Freeze; Write, Compact and Erase may run beside it
// in another goroutine and hold it up only for moments. All methods are safe for concurrent use.
type Set struct {
	dir         string
	fs          disk.FS
	keep        day
	incarnation uint16

	work    sync.Mutex // held by whoever changes files: Write, Compact, Erase, Close
	number  uint64     // of the next file; under work
	strays  bool       // a change that failed may have left files that do not count; under work
	closing atomic.Bool

	memory sync.Mutex // guards the next three; held for moments
	tail   tail
	frozen []frozen // oldest first; they change only under work and memory both
	latest day      // the newest day heard of

	files sync.RWMutex // guards the next two; written for moments
	runs  []*run       // newest day first
	mark  Mark

	count counters
	step  func(string) error // tests stop the world here
}

// frozen is a tail that waits to be written.
type frozen struct {
	tail
	mark Mark
}

// Open opens the set in dir, which is made if it is not there. It fails with [ErrCorrupt] where a file is damaged.
// The ids of the log after [Set.Position] are to be added by the caller.
func Open(dir string, o Options) (*Set, error) {
	if o.Keep == 0 {
		o.Keep = 7
	}
	if o.FS == nil {
		o.FS = disk.OS{}
	}
	if err := o.FS.MkdirAll(dir); err != nil {
		return nil, fmt.Errorf("making the directory of message ids: %w", err)
	}
	if err := disk.SyncParents(o.FS, dir); err != nil {
		return nil, fmt.Errorf("making the directory of message ids last: %w", err)
	}
	// A name that an earlier life failed to sync may be seen here and yet be lost later: it must not be built upon.
	if err := syncDir(o.FS, dir); err != nil {
		return nil, err
	}
	if _, err := redo(o.FS, dir, found); err != nil {
		return nil, err
	}
	m, err := readManifest(o.FS, dir)
	if err != nil {
		return nil, err
	}
	s := &Set{dir: dir, fs: o.FS, keep: day(o.Keep), incarnation: o.Incarnation, mark: m.mark, step: func(string) error { return nil }}
	for _, name := range m.runs {
		r, err := openRun(o.FS, dir, name)
		if err != nil {
			closeAll(s.runs)
			return nil, err
		}
		s.runs = append(s.runs, r)
		s.latest = max(s.latest, r.day)
	}
	sortRuns(s.runs)
	if s.number, err = tidy(o.FS, dir, m.runs); err != nil {
		closeAll(s.runs)
		return nil, err
	}
	return s, nil
}

// Discard removes all files of a set that is not open, so that it can be built again from the log.
func Discard(dir string) error { return discard(disk.OS{}, dir) }

func discard(files disk.FS, dir string) error {
	for _, name := range []string{manifestName, patchName} {
		if err := files.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("discarding message ids: %w", err)
		}
	}
	_, err := tidy(files, dir, nil)
	return err
}

// tidy removes runs that the manifest does not list, which a crash left behind, and gives the number of the next file.
func tidy(files disk.FS, dir string, listed []string) (next uint64, err error) {
	names, err := files.List(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("listing the files of message ids: %w", err)
	}
	removed := false
	for _, name := range names {
		if runName.MatchString(name) {
			_, digits, _ := strings.Cut(strings.TrimSuffix(name, ".run"), "-")
			if n, err := strconv.ParseUint(digits, 10, 64); err == nil {
				next = max(next, n+1)
			}
		}
		if (runName.MatchString(name) && !slices.Contains(listed, name)) || name == manifestName+temporary {
			if err := files.Remove(filepath.Join(dir, name)); err != nil {
				return 0, fmt.Errorf("removing a file of message ids that a crash left behind: %w", err)
			}
			removed = true
		}
	}
	if removed { // or it comes back, perhaps with ids that are erased meanwhile
		return next, syncDir(files, dir)
	}
	return next, nil
}

// Seen says whether key was added on the day of now or one of the Keep days before.
func (s *Set) Seen(key Key, now orrery.Instant) (bool, error) {
	today := dayOf(now)
	from := today - s.keep
	s.memory.Lock()
	s.latest = max(s.latest, today)
	found := s.tail.holds(key, from)
	for i := len(s.frozen) - 1; i >= 0 && !found; i-- {
		found = s.frozen[i].holds(key, from)
	}
	s.memory.Unlock()
	if found {
		return true, nil
	}
	return s.onDisk(&key, from)
}

// onDisk looks in the files. A page that the disk cannot give back shows as a fault at its address, which is made an
// error here: one bad disk must not end the process.
func (s *Set) onDisk(key *Key, from day) (found bool, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			if _, fault := p.(interface{ Addr() uintptr }); !fault {
				panic(p)
			}
			found, err = false, fmt.Errorf("%w: reading a filter: %v", ErrCorrupt, p)
		}
	}()
	hi, lo := halves(key)
	s.files.RLock()
	defer s.files.RUnlock()
	for _, r := range s.runs {
		if r.day < from {
			break
		}
		if !r.maybe(hi, lo) {
			continue
		}
		s.count.hits.Add(1)
		n, err := r.times(key)
		if err != nil || n > 0 {
			s.count.confirmed.Add(1)
			return n > 0, err
		}
	}
	return false, nil
}

// Add remembers key, in memory until the next Seal.
func (s *Set) Add(key Key, now orrery.Instant) {
	s.memory.Lock()
	defer s.memory.Unlock()
	today := dayOf(now)
	s.latest = max(s.latest, today)
	s.tail.add(key, today)
}

// Remove forgets keys that were added since the last Freeze, because the batch they came with failed.
func (s *Set) Remove(keys ...Key) {
	s.memory.Lock()
	defer s.memory.Unlock()
	for _, k := range keys {
		s.tail.remove(k)
	}
}

// Position is the log position that the files cover: ids of the log after it are only in memory.
func (s *Set) Position() orrery.Seq { return s.Mark().Seq }

// Mark is the position with incarnation and hash, to be compared with the log. The zero Mark covers nothing.
func (s *Set) Mark() Mark {
	s.files.RLock()
	defer s.files.RUnlock()
	return s.mark
}

// Close closes the files; what is only in memory is in the log. It waits for a running Write, and ends a running Compact.
func (s *Set) Close() error {
	s.closing.Store(true)
	s.work.Lock()
	defer s.work.Unlock()
	s.files.Lock()
	defer s.files.Unlock()
	runs := s.runs
	s.runs = nil
	return closeAll(runs)
}

func closeAll(runs []*run) error {
	var errs []error
	for _, r := range runs {
		errs = append(errs, r.close())
	}
	return errors.Join(errs...)
}

// sortRuns puts the newest day first, and within a day the largest: most of what is found is found soon.
func sortRuns(runs []*run) {
	slices.SortFunc(runs, func(a, b *run) int {
		if a.day != b.day {
			return int(b.day - a.day)
		}
		if a.count != b.count {
			if a.count > b.count {
				return -1
			}
			return 1
		}
		return strings.Compare(a.name, b.name)
	})
}
