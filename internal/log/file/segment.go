package file

import (
	"errors"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log"
	"github.com/orrery-cxm/orrery/internal/log/file/disk"
)

const (
	lockName    = "LOCK"
	journalName = "redact.journal"
	spareName   = "spare.log" // a segment being prepared
	largeName   = "large.log" // the same, for one record that needs a segment of its own

	// ownSegment is the length from which a record gets a segment of its own. So what a crash left of an append in a
	// shared segment never reaches further behind its end, and opening knows how much to overwrite.
	ownSegment = 4 << 20
)

func segmentName(first orrery.Seq) string { return fmt.Sprintf("%020d.log", uint64(first)) }

// parseSegmentName is the first sequence of the segment of that name, if it is one.
func parseSegmentName(name string) (orrery.Seq, bool) {
	digits, ok := strings.CutSuffix(name, ".log")
	if !ok || len(digits) != 20 {
		return 0, false
	}
	v, err := strconv.ParseUint(digits, 10, 64)
	return orrery.Seq(v), err == nil && v > 0
}

// segment is one file of records.
type segment struct {
	first orrery.Seq
	path  string

	mu      sync.Mutex
	offsets []int64 // of each record and of the end; nil until they are needed

	// guarded by the cache
	file disk.File
	refs int
	used uint64
}

// span is where the record of seq lies.
func (s *segment) span(seq orrery.Seq) (offset, size int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := seq - s.first
	return s.offsets[i], s.offsets[i+1] - s.offsets[i]
}

// grow notes a record appended up to end.
func (s *segment) grow(end int64) {
	s.mu.Lock()
	s.offsets = append(s.offsets, end)
	s.mu.Unlock()
}

// index reads where the count records of the segment lie, unless that is known.
func (s *segment) index(count uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.offsets != nil {
		return nil
	}
	size, err := s.file.Size()
	if err != nil {
		return fmt.Errorf("read %s: %w", s.path, err)
	}
	offsets := make([]int64, 1, count+1)
	var b [headerSize]byte
	for i := range count {
		at := offsets[i]
		seq := s.first + orrery.Seq(i)
		if at+headerSize > size {
			return s.damaged(seq, at, "the file ends before the record")
		}
		if err := readAt(s.file, b[:], at); err != nil {
			return fmt.Errorf("read %s at %d: %w", s.path, at, err)
		}
		h, err := decodeHeader(b[:])
		if err != nil {
			return s.damaged(seq, at, err.Error())
		}
		if h.seq != seq {
			return s.damaged(seq, at, fmt.Sprintf("chunk %d stands in its place", h.seq))
		}
		if h.size() > size-at {
			return s.damaged(seq, at, "the file ends inside the record")
		}
		offsets = append(offsets, at+h.size())
	}
	s.offsets = offsets
	return nil
}

func (s *segment) damaged(seq orrery.Seq, offset int64, why string) error {
	return &log.DamagedError{Seq: seq, File: s.path, Offset: offset, Why: why}
}

// find is the place in segments of the one that holds seq; segments holds at least one and starts at 1.
func find(segments []*segment, seq orrery.Seq) int {
	return sort.Search(len(segments), func(i int) bool { return segments[i].first > seq }) - 1
}

// openFiles is how many segment files may be open at once.
const openFiles = 32

// cache keeps the files of the segments used last open.
type cache struct {
	fs disk.FS

	mu    sync.Mutex
	open  int
	clock uint64
}

// acquire opens the file of s, which stays open until it is released.
func (c *cache) acquire(s *segment) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.file == nil {
		f, err := c.fs.Open(s.path)
		if err != nil {
			return fmt.Errorf("open segment: %w", err)
		}
		s.file = f
		c.open++
	}
	c.clock++
	s.refs++
	s.used = c.clock
	return nil
}

// adopt takes over an open file of s, which counts as acquired.
func (c *cache) adopt(s *segment, f disk.File) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open++
	c.clock++
	s.file, s.refs, s.used = f, s.refs+1, c.clock
}

// release gives s back, and closes the file used least recently when too many are open.
func (c *cache) release(s *segment, all []*segment) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.refs--
	if c.open <= openFiles {
		return
	}
	var oldest *segment
	for _, o := range all {
		if o.file != nil && o.refs == 0 && (oldest == nil || o.used < oldest.used) {
			oldest = o
		}
	}
	if oldest == nil {
		return
	}
	oldest.file.Close() // it was only read, or what was written is synced
	oldest.file, oldest.offsets = nil, nil
	c.open--
}

func (c *cache) closeAll(all []*segment) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for _, s := range all {
		if s.file != nil {
			errs = append(errs, s.file.Close())
			s.file = nil
		}
	}
	c.open = 0
	return errors.Join(errs...)
}

// readAt fills b from an offset of f.
func readAt(f io.ReaderAt, b []byte, offset int64) error {
	if n, err := f.ReadAt(b, offset); n < len(b) {
		return err
	}
	return nil
}
