// Package disk is what a log needs of a file system, small enough to be replaced by one that fails on purpose.
//
// It promises no more than POSIX does: what was written may be lost, in any part, until it is synced; a name may be
// lost until its directory is synced. It never retries and never hides an error.
package disk

import (
	"errors"
	"io"
)

// ErrInUse is what Lock returns when somebody else holds the lock.
var ErrInUse = errors.New("the lock is held by another process")

// FS opens and names files. A missing file is an error for which errors.Is(err, fs.ErrNotExist) holds, a full disk one
// for which errors.Is(err, syscall.ENOSPC) holds.
type FS interface {
	// MkdirAll makes the directory and its parents unless they are there.
	MkdirAll(dir string) error
	// List is the names of the files in dir, sorted.
	List(dir string) ([]string, error)
	// Create makes an empty file for reading and writing, in place of any file of that name.
	Create(name string) (File, error)
	// Open opens a file for reading and writing.
	Open(name string) (File, error)
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
	// Sync makes everything about the file durable.
	Sync() error
	// DataSync makes durable what was written inside the length at the last Sync.
	DataSync() error
}
