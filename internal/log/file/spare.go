package file

import (
	"fmt"

	"github.com/orrery-cxm/orrery/internal/log/file/disk"
)

// spare is the segment being prepared ahead. It is guarded by Log.write; file and err belong to the preparing
// goroutine until done is closed.
type spare struct {
	done chan struct{} // nil when none is being prepared
	file disk.File
	err  error
}

// prepareAhead starts to prepare the next segment once the last one is half full.
func (l *Log) prepareAhead() {
	if l.opts.Foreground || l.spare.done != nil || l.offset < l.opts.SegmentSize/2 {
		return
	}
	done := make(chan struct{})
	l.spare = spare{done: done}
	go func() {
		defer close(done)
		l.spare.file, l.spare.err = l.prepare(spareName, l.opts.SegmentSize)
	}()
}

// takeSpare is the segment prepared ahead, for which it waits, or nil when there is none.
func (l *Log) takeSpare() disk.File {
	if l.spare.done == nil {
		return nil
	}
	<-l.spare.done
	f := l.spare.file // nil when it could not be prepared: the caller tries again and meets the error itself
	l.spare = spare{}
	return f
}

// dropSpare gives back the room of a segment prepared ahead.
func (l *Log) dropSpare() {
	if f := l.takeSpare(); f != nil {
		f.Close()
		l.opts.FS.Remove(l.path(spareName)) // if this fails, the next opening does it
	}
}

// zeroStep is how many zeros are written and synced at once, so that appends to other files need not wait long.
const zeroStep = 1 << 20

// prepare makes a file of size zeros, written out and durable, that has not yet its name as a segment.
func (l *Log) prepare(name string, size int64) (disk.File, error) {
	path := l.path(name)
	f, err := l.opts.FS.Create(path)
	if err != nil {
		return nil, fmt.Errorf("make a segment: %w", err)
	}
	err = f.Allocate(size)
	for at := int64(0); at < size && err == nil; at += zeroStep {
		if err = writeZeros(f, at, min(at+zeroStep, size)); err == nil {
			err = l.sync("segment.zeros", f.Sync)
		}
	}
	if err != nil {
		f.Close()
		l.opts.FS.Remove(path) // if this fails, the next attempt or opening overwrites or removes it
		return nil, fmt.Errorf("prepare a segment of %d bytes: %w", size, err)
	}
	return f, nil
}

// zeros is written where there must be nothing; it is never changed.
var zeros [64 << 10]byte

// writeZeros overwrites f from from up to to.
func writeZeros(f disk.File, from, to int64) error {
	for from < to {
		n, err := f.WriteAt(zeros[:min(int64(len(zeros)), to-from)], from)
		if err != nil {
			return err
		}
		from += int64(n)
	}
	return nil
}
