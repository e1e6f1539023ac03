package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/orrery-cxm/orrery/internal/log"
)

// load opens the files as they are on disk and settles what a crash left: a redaction under way and a torn last record.
func (l *Log) load(ctx context.Context) (st *state, err error) {
	st = &state{cache: &cache{fs: l.opts.FS}}
	defer func() {
		if err != nil {
			st.close()
		}
	}()
	// A name that an earlier life failed to sync may be seen here and yet be lost later: it must not be built upon.
	if err := l.syncParents("open.parent", l.opts.Dir); err != nil {
		return st, err
	}
	if err := l.syncDir("open.dir", l.opts.Dir); err != nil {
		return st, err
	}
	if err := l.list(st); err != nil {
		return st, err
	}
	if err := l.replay(st); err != nil {
		return st, err
	}
	if len(st.segments) == 0 {
		return st, nil
	}
	if err := l.loadTail(ctx, st); err != nil {
		return st, err
	}
	return st, nil
}

// list finds the segments and the journal, and removes what was being prepared.
func (l *Log) list(st *state) error {
	names, err := l.opts.FS.List(l.opts.Dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if first, ok := parseSegmentName(name); ok {
			st.segments = append(st.segments, &segment{first: first, path: l.path(name)})
			continue
		}
		switch name {
		case spareName, largeName:
			if err := l.opts.FS.Remove(l.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		case journalName:
			if st.journal, err = l.opts.FS.Open(l.path(name)); err != nil {
				return err
			}
		}
	}
	if len(st.segments) > 0 && st.segments[0].first != 1 {
		s := st.segments[0]
		return &log.DamagedError{Seq: 1, File: s.path, Why: fmt.Sprintf("the log begins with chunk %d: earlier files are missing", s.first)}
	}
	return nil
}

// loadTail finds the end of the log in its last segment and makes sure that it is what the disk holds.
func (l *Log) loadTail(ctx context.Context, st *state) error {
	last := len(st.segments) - 1
	tail := st.segments[last]
	if err := st.cache.acquire(tail); err != nil {
		return err
	}
	size, err := tail.file.Size()
	if err != nil {
		return fmt.Errorf("read %s: %w", tail.path, err)
	}
	sc := scan{ctx: ctx, log: l, s: tail, size: size, tail: true, end: position{seq: tail.first - 1}, trusting: last > 0}
	if err := sc.records(); err != nil {
		return err
	}
	if len(sc.offsets) == 1 && last > 0 {
		// Nothing in the last segment counts, so the end of the log is that of the segment before.
		before, err := l.scanSealed(ctx, st, last-1)
		if err != nil {
			return err
		}
		if before.end.seq != tail.first-1 {
			return before.s.damaged(before.end.seq+1, before.offset(), "the next file goes on with chunk "+fmt.Sprint(tail.first))
		}
		sc.end, sc.lineage, sc.known, sc.trusting = before.end, before.lineage, true, false
	}
	garbage, err := sc.rest()
	if err != nil {
		return err
	}
	if err := l.settle(&sc, garbage); err != nil {
		return err
	}
	tail.offsets = sc.offsets
	st.end, st.lineage, st.offset, st.size = sc.end, sc.lineage, sc.offset(), size
	return nil
}

// scanSealed reads the i-th segment, which is not the last, whole.
func (l *Log) scanSealed(ctx context.Context, st *state, i int) (*scan, error) {
	s := st.segments[i]
	if err := st.cache.acquire(s); err != nil {
		return nil, err
	}
	defer st.cache.release(s, st.segments)
	size, err := s.file.Size()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", s.path, err)
	}
	sc := &scan{ctx: ctx, log: l, s: s, size: size, end: position{seq: s.first - 1}, trusting: i > 0}
	if err := sc.records(); err != nil {
		return nil, err
	}
	_, err = sc.rest()
	return sc, err
}

// settle writes the last record again, since its sync may have failed in an earlier life, and zeros behind it, up to
// garbage and further: zeros that are seen there may not be on disk. Only then does the end count.
func (l *Log) settle(sc *scan, garbage int64) error {
	f, end := sc.s.file, sc.offset()
	to := max(garbage, min(sc.size, end+ownSegment))
	if len(sc.offsets) > 1 {
		if _, err := f.WriteAt(sc.record, sc.offsets[len(sc.offsets)-2]); err != nil {
			return fmt.Errorf("write the last record again: %w", err)
		}
	} else {
		to = sc.size
	}
	if err := writeZeros(f, end, to); err != nil {
		return fmt.Errorf("overwrite a torn record: %w", err)
	}
	return l.sync("open.settle", f.DataSync)
}

// scan walks one segment record by record and checks each against its sums and the chain.
type scan struct {
	ctx      context.Context
	log      *Log
	s        *segment
	size     int64
	tail     bool // an append may have been cut off here
	trusting bool // the chain before the first record is not known and taken from it

	offsets []int64  // of the records and of their end
	end     position // after the last record
	lineage [16]byte
	known   bool   // lineage is
	record  []byte // the last one
	next    []byte // the one being read
	why     error  // why no record starts at the end
}

func (sc *scan) offset() int64 { return sc.offsets[len(sc.offsets)-1] }

// records walks until no good record follows; why that is, rest finds out.
func (sc *scan) records() error {
	sc.offsets = []int64{0}
	for {
		if err := sc.ctx.Err(); err != nil {
			return err
		}
		at := sc.offset()
		h, err := sc.read(at)
		if err != nil {
			return err
		}
		if sc.why != nil {
			return nil
		}
		sc.offsets = append(sc.offsets, at+h.size())
		sc.end = position{seq: h.seq, hash: h.chain(), incarnation: h.incarnation}
		sc.lineage, sc.known, sc.trusting = h.lineage, true, false
		sc.record, sc.next = sc.next, sc.record
	}
}

// read reads the record at an offset into next. When it is no good, why says why.
func (sc *scan) read(at int64) (h header, err error) {
	if at+sector > sc.size {
		sc.next, sc.why = sc.next[:0], errNoHeader
		return h, nil
	}
	sc.next = grown(sc.next, sector)
	if err := readAt(sc.s.file, sc.next, at); err != nil {
		return h, fmt.Errorf("read %s at %d: %w", sc.s.path, at, err)
	}
	if h, sc.why = decodeHeader(sc.next); sc.why != nil {
		return h, nil
	}
	if err := sc.follows(&h); err != nil {
		return h, sc.s.damaged(sc.end.seq+1, at, err.Error())
	}
	if h.size() > sc.size-at {
		return h, sc.s.damaged(h.seq, at, "the file ends inside the record")
	}
	sc.next = grown(sc.next, int(h.size()))
	if err := readAt(sc.s.file, sc.next[sector:], at+sector); err != nil {
		return h, fmt.Errorf("read %s at %d: %w", sc.s.path, at, err)
	}
	sc.why = h.checkBody(sc.next[headerSize:])
	return h, nil
}

// follows says what is wrong with a sound header that should continue the log.
func (sc *scan) follows(h *header) error {
	switch {
	case h.workspace != sc.log.workspace:
		return fmt.Errorf("it belongs to another workspace than %q", sc.log.opts.Workspace)
	case h.seq != sc.end.seq+1:
		return fmt.Errorf("chunk %d stands in its place", h.seq)
	case sc.known && h.lineage != sc.lineage:
		return errors.New("it belongs to another log of this workspace")
	case !sc.trusting && h.before != sc.end.hash:
		return errors.New("it does not continue the chain")
	case h.incarnation < sc.end.incarnation:
		return fmt.Errorf("its incarnation %d is lower than %d before it", h.incarnation, sc.end.incarnation)
	}
	return nil
}

// rest looks at what stands behind the last good record: it may be zeros, and in the last segment what is left of an
// append that was cut off. It returns where that ends.
func (sc *scan) rest() (garbage int64, err error) {
	at := sc.offset()
	garbage, later, err := sc.survey(at)
	if err != nil || garbage == at {
		return at, err
	}
	why := sc.why
	if errors.Is(why, errNoHeader) {
		why = errors.New("there are bytes where nothing or a record belongs")
	}
	switch {
	case !sc.tail:
	case later > 0:
		why = fmt.Errorf("%w, and a good record follows at byte %d", why, later)
	case sc.looksTorn(at):
		return garbage, nil
	}
	return at, sc.s.damaged(sc.end.seq+1, at, why.Error())
}

// looksTorn tells whether the bytes at an offset can be what a crash left of one append.
func (sc *scan) looksTorn(at int64) bool {
	if sc.size-at < sector {
		return true
	}
	if h, err := decodeHeader(sc.next); err == nil {
		return sc.follows(&h) == nil && h.looksTorn(sc.next)
	}
	// The header is in one sector, and something always follows it there. Either the sector is missing, or the write
	// stopped inside the header, or overwriting it with zeros did.
	return isZero(sc.next[headerSize:sector]) || sc.next[0] == 0
}

// survey reads everything from an offset on. It returns where the last byte that is not zero ends, and where another
// good header of this log stands behind the first record, or 0.
func (sc *scan) survey(at int64) (garbage, later int64, err error) {
	garbage = at
	skip := at + sector // not to take the body of the first record for records
	if h, err := decodeHeader(sc.next); sc.why != nil && err == nil {
		skip = at + h.size()
	}
	buf := make([]byte, min(zeroStep, max(sc.size-at, 0)))
	for pos := at; pos < sc.size; pos += int64(len(buf)) {
		if err := sc.ctx.Err(); err != nil {
			return garbage, later, err
		}
		b := buf[:min(int64(len(buf)), sc.size-pos)]
		if err := readAt(sc.s.file, b, pos); err != nil {
			return garbage, later, fmt.Errorf("read %s at %d: %w", sc.s.path, pos, err)
		}
		for i := 0; i < len(b); i += sector {
			part := b[i:min(i+sector, len(b))]
			if isZero(part) {
				continue
			}
			garbage = pos + int64(i+len(part))
			if later == 0 && pos+int64(i) >= skip && sc.isOurs(part) {
				later = pos + int64(i)
			}
		}
	}
	return garbage, later, nil
}

// isOurs tells whether a header of a later record of this log starts b.
func (sc *scan) isOurs(b []byte) bool {
	h, err := decodeHeader(b)
	return err == nil && h.workspace == sc.log.workspace && h.seq > sc.end.seq && (!sc.known || h.lineage == sc.lineage)
}

// grown is b with length n, keeping its content.
func grown(b []byte, n int) []byte {
	if cap(b) >= n {
		return b[:n]
	}
	g := make([]byte, n)
	copy(g, b)
	return g
}
