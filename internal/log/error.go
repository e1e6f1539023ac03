package log

import (
	"errors"
	"fmt"

	"github.com/orrery-cxm/orrery"
)

var (
	// ErrConflict says that the log does not end where the caller believed: somebody else appended.
	ErrConflict = errors.New("the log ends elsewhere than expected")
	// ErrUnknown says that a change may or may not have been kept: reopen the log and compare its end.
	ErrUnknown = errors.New("it is unknown whether the log kept the change: reopen it and compare")
	// ErrDamaged says that bytes once acknowledged can no longer be trusted. See [DamagedError].
	ErrDamaged = errors.New("the log is damaged")
	// ErrLocked says that another process has the log open.
	ErrLocked = errors.New("the log is in use by another process")
	// ErrFull says that there is no room on the disk; nothing was kept, and it may be tried again.
	ErrFull = errors.New("no room left for the log")
	// ErrNoChunk says that the log holds no chunk of that sequence.
	ErrNoChunk = errors.New("no such chunk in the log")
	// ErrTooLarge says that a body does not fit. See [TooLargeError].
	ErrTooLarge = errors.New("the body is too large")
	// ErrClosed says that the log was closed.
	ErrClosed = errors.New("the log is closed")
)

// DamagedError says where the log is damaged. It is an [ErrDamaged].
type DamagedError struct {
	Seq    orrery.Seq // the chunk that should be there
	File   string     // the file that should hold it
	Offset int64      // where in the file
	Why    string
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("the log is damaged at chunk %d (%s, byte %d): %s", e.Seq, e.File, e.Offset, e.Why)
}

// Is makes errors.Is(err, ErrDamaged) true.
func (e *DamagedError) Is(target error) bool { return target == ErrDamaged }

// TooLargeError says by how much a new body does not fit into the place of an old one. It is an [ErrTooLarge].
type TooLargeError struct {
	Seq  orrery.Seq
	Size int // of the new body in bytes
	Room int // bytes that a body at this place may have
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("a body of %d bytes does not fit into the %d bytes of chunk %d", e.Size, e.Room, e.Seq)
}

// Is makes errors.Is(err, ErrTooLarge) true.
func (e *TooLargeError) Is(target error) bool { return target == ErrTooLarge }
