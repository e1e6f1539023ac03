package faultfs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"sort"
	"sync"
	"syscall"

	"github.com/orrery-cxm/orrery/internal/log/file/disk"
)

// ErrDown is what every operation returns from a power cut until Restart.
var ErrDown = errors.New("faultfs: the machine is down")

// Kind is a kind of operation.
type Kind string

const (
	MkdirAll Kind = "mkdir"
	List     Kind = "list"
	Create   Kind = "create"
	Open     Kind = "open"
	Rename   Kind = "rename"
	Remove   Kind = "remove"
	SyncDir  Kind = "syncdir"
	Lock     Kind = "lock"
	ReadAt   Kind = "read"
	WriteAt  Kind = "write"
	Size     Kind = "size"
	Allocate Kind = "allocate"
	Sync     Kind = "sync"
	DataSync Kind = "datasync"
)

// Op is an operation about to be done.
type Op struct {
	Kind Kind
	Name string // of the file or directory
	N    int    // counts all operations since New, from 1
}

// FS is a file system that fails. Its methods may be called from any goroutine; only without concurrency is it
// deterministic.
type FS struct {
	mu      sync.Mutex
	rand    *rand.Rand
	fail    func(Op) error
	ops     int
	cutAt   int // the operation at which the power fails, 0 for never
	down    bool
	life    int // counts processes: a file opened in another life is closed
	room    int64
	seen    map[string]*inode
	durable map[string]*inode
	pending []change // of names, not yet durable, in order
	locks   map[string]bool
	freed   [][]byte // durable content of files that were removed or cut shorter
}

var _ disk.FS = (*FS)(nil)

// change is a change of names in a directory: with both names a renaming, with one an addition or a removal.
type change struct {
	dir, from, to string
	node          *inode
}

// New makes an empty file system whose chance comes from seed.
func New(seed uint64) *FS {
	return &FS{
		rand:    rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15)),
		room:    -1,
		seen:    map[string]*inode{},
		durable: map[string]*inode{},
		locks:   map[string]bool{},
	}
}

// FailWith asks fail before each operation; an error that it returns is the outcome. A failing write has written some
// of its bytes, a failing sync has synced some of them. Nil ends it.
func (f *FS) FailWith(fail func(Op) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail = fail
}

// SetRoom makes the disk hold n bytes in all; what does not fit fails with ENOSPC. A negative n is no limit.
func (f *FS) SetRoom(n int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.room = n
}

// Ops is how many operations there were.
func (f *FS) Ops() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ops
}

// CutPowerAfter lets n more operations be done and cuts the power in the middle of the next.
func (f *FS) CutPowerAfter(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cutAt = f.ops + n + 1
}

// CutPower cuts the power now, unless it is cut already: what is not durable is lost by chance.
func (f *FS) CutPower() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cut()
}

// Restart brings the power back and forgets a planned cut. Files opened before are closed.
func (f *FS) Restart() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down, f.cutAt = false, 0
}

// Kill ends the process that used the file system: its files are closed and its locks are free, but nothing is lost.
func (f *FS) Kill() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.life++
	clear(f.locks)
}

// begin starts an operation: it says whether it fails, and cuts the power when its time has come. The caller holds mu.
func (f *FS) begin(kind Kind, name string) error {
	if f.down {
		return fmt.Errorf("%s %s: %w", kind, name, ErrDown)
	}
	f.ops++
	if f.ops == f.cutAt {
		return ErrDown // the caller does what part of the operation it can and then cuts
	}
	if f.fail != nil {
		if err := f.fail(Op{Kind: kind, Name: name, N: f.ops}); err != nil {
			return fmt.Errorf("%s %s: %w", kind, name, err)
		}
	}
	return nil
}

// finish ends an operation that failed.
func (f *FS) finish(err error) error {
	if errors.Is(err, ErrDown) {
		f.cut()
	}
	return err
}

// cut loses what is not durable.
func (f *FS) cut() {
	if f.down {
		return
	}
	f.down = true
	f.life++
	clear(f.locks)
	nodes := map[*inode]bool{}
	for _, m := range []map[string]*inode{f.seen, f.durable} {
		for _, name := range sortedNames(m) {
			if n := m[name]; !nodes[n] {
				nodes[n] = true
				n.lose(f)
			}
		}
	}
	for _, c := range f.pending {
		if f.rand.IntN(2) == 0 {
			f.apply(c)
		}
	}
	f.pending = nil
	f.dropOrphans()
	clear(f.seen)
	for name, n := range f.durable {
		f.seen[name] = n
	}
}

// apply makes a change of names durable.
func (f *FS) apply(c change) {
	node := c.node
	if c.from != "" {
		if f.durable[c.from] != node {
			if c.to == "" { // its addition was lost
				f.free(node)
				return
			}
		} else {
			delete(f.durable, c.from)
		}
	}
	if c.to != "" {
		if old := f.durable[c.to]; old != nil && old != node {
			f.free(old)
		}
		f.durable[c.to] = node
	} else if node != nil {
		f.free(node)
	}
}

// free keeps what is left on disk of a file without a name.
func (f *FS) free(n *inode) {
	if !n.dir && len(n.disk) > 0 {
		f.freed = append(f.freed, append([]byte(nil), n.disk...))
	}
}

// dropOrphans forgets files whose directory was lost.
func (f *FS) dropOrphans() {
	for again := true; again; {
		again = false
		for _, name := range sortedNames(f.durable) {
			if parent := filepath.Dir(name); parent != "." && parent != "/" && f.durable[parent] == nil {
				delete(f.durable, name)
				again = true
			}
		}
	}
}

func sortedNames(m map[string]*inode) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// MkdirAll makes the directory and its parents.
func (f *FS) MkdirAll(dir string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.begin(MkdirAll, dir); err != nil {
		return f.finish(err)
	}
	dir = filepath.Clean(dir)
	var missing []string
	for d := dir; d != "." && d != "/" && f.seen[d] == nil; d = filepath.Dir(d) {
		missing = append(missing, d)
	}
	for i := len(missing) - 1; i >= 0; i-- {
		f.name(missing[i], &inode{dir: true})
	}
	return nil
}

// name gives a new node its name, which is not yet durable.
func (f *FS) name(name string, n *inode) {
	f.seen[name] = n
	f.pending = append(f.pending, change{dir: filepath.Dir(name), to: name, node: n})
}

// List is the names in dir, sorted.
func (f *FS) List(dir string) ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.begin(List, dir); err != nil {
		return nil, f.finish(err)
	}
	dir = filepath.Clean(dir)
	var names []string
	for name := range f.seen {
		if filepath.Dir(name) == dir {
			names = append(names, filepath.Base(name))
		}
	}
	sort.Strings(names)
	return names, nil
}

// Create makes an empty file in place of any of that name.
func (f *FS) Create(name string) (disk.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.begin(Create, name); err != nil {
		return nil, f.finish(err)
	}
	name = filepath.Clean(name)
	n := f.seen[name]
	if n == nil {
		if dir := filepath.Dir(name); dir != "." && dir != "/" && f.seen[dir] == nil {
			return nil, fmt.Errorf("create %s: %w", name, fs.ErrNotExist)
		}
		n = &inode{}
		f.name(name, n)
	} else {
		n.resize(0)
	}
	return &file{fs: f, name: name, node: n, life: f.life}, nil
}

// Open opens a file.
func (f *FS) Open(name string) (disk.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.begin(Open, name); err != nil {
		return nil, f.finish(err)
	}
	name = filepath.Clean(name)
	n := f.seen[name]
	if n == nil || n.dir {
		return nil, fmt.Errorf("open %s: %w", name, fs.ErrNotExist)
	}
	return &file{fs: f, name: name, node: n, life: f.life}, nil
}

// Rename gives a file another name.
func (f *FS) Rename(from, to string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.begin(Rename, from)
	if err != nil && !errors.Is(err, ErrDown) {
		return err
	}
	from, to = filepath.Clean(from), filepath.Clean(to)
	n := f.seen[from]
	if n == nil {
		return f.finish(errors.Join(err, fmt.Errorf("rename %s: %w", from, fs.ErrNotExist)))
	}
	delete(f.seen, from)
	f.seen[to] = n
	f.pending = append(f.pending, change{dir: filepath.Dir(to), from: from, to: to, node: n})
	return f.finish(err)
}

// Remove takes a name away.
func (f *FS) Remove(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.begin(Remove, name)
	if err != nil && !errors.Is(err, ErrDown) {
		return err
	}
	name = filepath.Clean(name)
	n := f.seen[name]
	if n == nil {
		return f.finish(errors.Join(err, fmt.Errorf("remove %s: %w", name, fs.ErrNotExist)))
	}
	delete(f.seen, name)
	f.pending = append(f.pending, change{dir: filepath.Dir(name), from: name, node: n})
	return f.finish(err)
}

// SyncDir makes the names in dir durable. When it fails, the older changes may be.
func (f *FS) SyncDir(dir string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.begin(SyncDir, dir)
	dir = filepath.Clean(dir)
	var left []change
	failed := false
	for _, c := range f.pending {
		failed = failed || (err != nil && f.rand.IntN(2) == 0)
		if c.dir != dir || failed {
			left = append(left, c)
			continue
		}
		f.apply(c)
	}
	f.pending = left
	return f.finish(err)
}

// Lock takes a lock.
func (f *FS) Lock(name string) (io.Closer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.begin(Lock, name); err != nil {
		return nil, f.finish(err)
	}
	if f.locks[name] {
		return nil, disk.ErrInUse
	}
	f.locks[name] = true
	return lock{f, name, f.life}, nil
}

type lock struct {
	fs   *FS
	name string
	life int
}

func (l lock) Close() error {
	l.fs.mu.Lock()
	defer l.fs.mu.Unlock()
	if l.fs.life == l.life {
		delete(l.fs.locks, l.name)
	}
	return nil
}

// fits tells whether the disk has room for a file to grow by n bytes.
func (f *FS) fits(n int64) error {
	if f.room < 0 || n <= 0 {
		return nil
	}
	used := n
	for _, node := range f.seen {
		used += int64(len(node.seen))
	}
	if used > f.room {
		return syscall.ENOSPC
	}
	return nil
}

// Holds lists every place in which needle can be read, on the disk or by a program: names, or "freed" for what files
// that are gone left behind.
func (f *FS) Holds(needle string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var where []string
	want := []byte(needle)
	for _, name := range sortedNames(f.seen) {
		if bytes.Contains(f.seen[name].seen, want) {
			where = append(where, name)
		}
	}
	for _, name := range sortedNames(f.durable) {
		if bytes.Contains(f.durable[name].disk, want) {
			where = append(where, name+" on disk")
		}
	}
	for _, b := range f.freed {
		if bytes.Contains(b, want) {
			where = append(where, "freed")
		}
	}
	return where
}

// Change lets a test change the bytes of a file, seen and durable, behind the program's back.
func (f *FS) Change(name string, change func(b []byte)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.seen[filepath.Clean(name)]
	if n == nil {
		return fs.ErrNotExist
	}
	change(n.seen)
	n.disk = append(n.disk[:0], n.seen...)
	n.dirty = nil
	return nil
}
