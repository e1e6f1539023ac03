package faultfs

import (
	"errors"
	"fmt"
	"math/rand/v2"
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
	Link     Kind = "link"
	Rename   Kind = "rename"
	Remove   Kind = "remove"
	SyncDir  Kind = "syncdir"
	Lock     Kind = "lock"
	ReadAt   Kind = "read"
	WriteAt  Kind = "write"
	Size     Kind = "size"
	Allocate Kind = "allocate"
	Truncate Kind = "truncate"
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
