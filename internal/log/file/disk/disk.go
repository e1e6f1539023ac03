// Package disk is what a log, and whatever else must survive a power cut, needs of a file system: small enough to be
// replaced by one that fails on purpose.
//
// It promises no more than POSIX does: what was written may be lost, in any part, until it is synced; a name may be
// lost until its directory is synced. It never retries and never hides an error.
package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"syscall"
)

// ErrInUse is what Lock returns when somebody else holds the lock.
var ErrInUse = errors.New("the lock is held by another process")

// FS opens and names files. A missing file is an error for which errors.Is(err, fs.ErrNotExist) holds, a full disk one
// for which errors.Is(err, syscall.ENOSPC) holds.
type FS interface {
	// MkdirAll makes the directory and its parents unless they are there.
	MkdirAll(dir string) error
	// List is the names of the files in dir, sorted. It fails for what is no directory.
	List(dir string) ([]string, error)
	// Create makes an empty file for reading and writing, in place of any file of that name.
	Create(name string) (File, error)
	// Open opens a file for reading and writing.
	Open(name string) (File, error)
	// OpenToRead opens a file that will not be written.
	OpenToRead(name string) (File, error)
	// Link gives a file a second name; a name that is taken is an error for which errors.Is(err, fs.ErrExist) holds.
	Link(from, to string) error
	// Same says whether two names are those of one file.
	Same(a, b string) bool
	// Rename gives a file a new name in the same directory, at once or not at all.
	Rename(from, to string) error
	Remove(name string) error
	// SyncDir makes the names in dir durable: those added and those taken away.
	SyncDir(dir string) error
	// Lock takes the lock of that name for this process until it is closed or the process ends, or returns ErrInUse.
	Lock(name string) (io.Closer, error)
}

// File is an open file. Reads may run beside each other and beside writes elsewhere in the file.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	// Size is its length in bytes.
	Size() (int64, error)
	// Allocate makes the file size bytes long, of zeros where it grows, and reserves the room on disk if it can.
	Allocate(size int64) error
	// Truncate makes the file size bytes long. What it cuts off may stay readable on the disk.
	Truncate(size int64) error
	// Sync makes everything about the file durable.
	Sync() error
	// DataSync makes durable what was written inside the length at the last Sync.
	DataSync() error
}

// ReadFile reads a whole file.
func ReadFile(files FS, name string) ([]byte, error) {
	f, err := files.OpenToRead(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(Reader(f))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return b, nil
}

// Reader reads a file from its start.
func Reader(f File) io.Reader { return io.NewSectionReader(f, 0, math.MaxInt64) }

// Writer writes a file from its start.
func Writer(f File) io.Writer { return io.NewOffsetWriter(f, 0) }

// SyncParents makes the name of dir durable, and those of the directories above it, which may be as new. It stops at the
// first that this process may not read, or that is read-only: such a one is older.
func SyncParents(files FS, dir string) error {
	for dir = filepath.Clean(dir); ; dir = filepath.Dir(dir) {
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil
		}
		if err := files.SyncDir(parent); errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
