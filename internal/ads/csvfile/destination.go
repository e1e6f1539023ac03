package csvfile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"syscall"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/ads"
	"github.com/orrery-cxm/orrery/internal/log/file/disk"
)

// Options of a destination.
type Options struct {
	Platform ads.Platform // whose columns and rules of hashing
	Full     bool         // keep full.csv, which is written anew at each change
	FS       disk.FS      // nil is the machine's
}

// Change is what a person's membership of a list shall be.
type Change struct {
	List      string // a neutral code: see ads.CheckListName
	Op        orrery.PushKind
	Version   uint64     // of the wish; a lower one than was written before for the person and list changes nothing
	PersonKey string     // by which the caller knows the person, keyed so that it names nobody: 1 to 64 letters, digits, - and _
	Person    ads.Person // hashed here; for a removal it may be empty
}

// Result is what became of a change.
type Result struct {
	Outcome orrery.Outcome // Accepted; OutcomeStale: a newer wish is written already; Rejected: see Detail
	Detail  string
	File    string // where it stands, below the directory; "" if nothing had to be written
}

// Destination writes the files of one directory. It is safe for concurrent use; no other process may write there.
type Destination struct {
	dir     string
	o       Options
	fs      fileSystem
	columns []string

	mu    sync.Mutex
	lists map[string]*list
	step  func(string) error // tests stop the world here
}

var personKey = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// Open opens the destination in dir, which is made if it is not there, and finishes what a crash left undone.
func Open(dir string, o Options) (*Destination, error) {
	if err := o.Platform.Valid(); err != nil {
		return nil, err
	}
	if o.FS == nil {
		o.FS = disk.OS{}
	}
	if err := o.FS.MkdirAll(dir); err != nil {
		return nil, fmt.Errorf("making the directory of audience files: %w", err)
	}
	if err := disk.SyncParents(o.FS, dir); err != nil {
		return nil, fmt.Errorf("making the directory of audience files last: %w", err)
	}
	d := &Destination{dir: dir, o: o, fs: fileSystem{o.FS}, lists: map[string]*list{}, columns: []string{"person"}, step: func(string) error { return nil }}
	for _, c := range ads.KeptColumns(o.Platform) {
		d.columns = append(d.columns, c.Name)
	}
	names, err := d.names()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := d.fs.recover(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
		if _, err := d.list(name); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// names lists the lists that have a directory, sorted.
func (d *Destination) names() ([]string, error) {
	all, err := d.fs.List(d.dir)
	if err != nil {
		return nil, fmt.Errorf("reading the directory of audience files: %w", err)
	}
	return slices.DeleteFunc(all, func(name string) bool { return ads.CheckListName(name) != nil || !d.isList(name) }), nil
}

// isList tells the directory of a list from a file that somebody else put there.
func (d *Destination) isList(name string) bool {
	if d.lists[name] != nil {
		return true
	}
	_, err := d.fs.List(filepath.Join(d.dir, name))
	return !errors.Is(err, syscall.ENOTDIR)
}

// list gives a list that is read, reading it if need be. Callers hold mu, or are Open.
func (d *Destination) list(name string) (*list, error) {
	if l := d.lists[name]; l != nil {
		return l, nil
	}
	l, err := openList(d, name)
	if err != nil {
		return nil, fmt.Errorf("opening the list %s: %w", name, err)
	}
	d.lists[name] = l
	return l, nil
}

// Apply writes changes. There is a result for each in the same order; of several wishes for one person and list only the
// highest version is written. When it fails, changes of some lists may be written already: apply all again.
func (d *Destination) Apply(ctx context.Context, changes []Change) ([]Result, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	results := make([]Result, len(changes))
	byList := map[string][]int{}
	for i, c := range changes {
		if err := c.validate(); err != nil {
			results[i] = Result{Outcome: orrery.Rejected, Detail: err.Error()}
			continue
		}
		byList[c.List] = append(byList[c.List], i)
	}
	var names []string
	for name := range byList {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("writing audience files: %w", err)
		}
		l, err := d.list(name)
		if err != nil {
			return nil, err
		}
		// The newest wish of a person first: the others are stale then.
		slices.SortStableFunc(byList[name], func(a, b int) int { return cmp.Compare(changes[b].Version, changes[a].Version) })
		if err := l.apply(changes, byList[name], results); err != nil {
			d.forget(name)
			return nil, fmt.Errorf("writing the list %s: %w", name, err)
		}
	}
	return results, nil
}

func (c Change) validate() error {
	if !personKey.MatchString(c.PersonKey) {
		return orrery.Invalid("ads.person_key", "a person's key is 1 to 64 letters, digits, - and _")
	}
	if c.Op != orrery.PushAdd && c.Op != orrery.PushRemove {
		return orrery.Invalid("ads.op", "a change adds or removes")
	}
	return ads.CheckListName(c.List)
}

// forget lets a list be read anew: on any doubt the disk is right, not the memory.
func (d *Destination) forget(name string) {
	if l := d.lists[name]; l != nil {
		l.close()
		delete(d.lists, name)
	}
}

// Members are the keys of the people on a list, sorted.
func (d *Destination) Members(name string) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := ads.CheckListName(name); err != nil {
		return nil, err
	}
	if names, err := d.names(); err != nil || !slices.Contains(names, name) {
		return nil, err
	}
	l, err := d.list(name)
	if err != nil {
		return nil, err
	}
	var keys []string
	err = l.latest(func(person, _ []byte) error {
		if l.people[idOf(string(person))].in {
			keys = append(keys, string(person))
		}
		return nil
	})
	slices.Sort(keys)
	return keys, err
}

// Erase takes everything of a person out of every file, overwriting what was there. Their removal must have been
// uploaded before: the file that asks for it loses them too. On file systems that write changed blocks to another place
// (btrfs, ZFS, most flash) overwriting is what a program can do, not a proof.
func (d *Destination) Erase(ctx context.Context, key string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !personKey.MatchString(key) {
		return orrery.Invalid("ads.person_key", "a person's key is 1 to 64 letters, digits, - and _")
	}
	names, err := d.names()
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("erasing a person from audience files: %w", err)
		}
		l, err := d.list(name)
		if err == nil {
			var changed bool
			if changed, err = l.erase(key); changed || err != nil {
				d.forget(name)
			}
		}
		if err != nil {
			return fmt.Errorf("erasing a person from the list %s: %w", name, err)
		}
	}
	return nil
}

// Close closes the files.
func (d *Destination) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var errs []error
	for _, l := range d.lists {
		errs = append(errs, l.close())
	}
	d.lists = map[string]*list{}
	return errors.Join(errs...)
}
