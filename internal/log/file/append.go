package file

import (
	"context"
	"fmt"
	"io"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log"
	"github.com/orrery-cxm/orrery/internal/log/file/disk"
)

// Append makes body durable as the chunk after `after`. See [log.Log].
func (l *Log) Append(ctx context.Context, after orrery.Seq, body []byte) (log.Chunk, error) {
	if err := ctx.Err(); err != nil {
		return log.Chunk{}, err
	}
	l.write.Lock()
	defer l.write.Unlock()
	if err := l.usable(); err != nil {
		return log.Chunk{}, fmt.Errorf("append chunk %d: %w", after+1, err)
	}
	if after != l.end.seq {
		return log.Chunk{}, fmt.Errorf("append chunk %d: %w: it ends at %d", after+1, log.ErrConflict, l.end.seq)
	}
	h, err := l.nextHeader(body)
	if err != nil {
		return log.Chunk{}, fmt.Errorf("append chunk %d: %w", after+1, err)
	}
	if err := l.makeRoom(&h); err != nil {
		return log.Chunk{}, fmt.Errorf("append chunk %d: %w", after+1, err)
	}
	if err := l.writeLast(&h, body); err != nil {
		return log.Chunk{}, fmt.Errorf("append chunk %d: %w", after+1, err)
	}
	l.mu.Lock()
	l.offset += h.size()
	l.segments[len(l.segments)-1].grow(l.offset)
	l.end = position{seq: h.seq, hash: h.chain(), incarnation: h.incarnation}
	l.lineage = h.lineage
	l.mu.Unlock()
	l.prepareAhead()
	return h.chunk(), nil
}

// nextHeader is the header of the record that comes next.
func (l *Log) nextHeader(body []byte) (header, error) {
	h := header{
		incarnation: max(l.opts.Incarnation, l.end.incarnation),
		seq:         l.end.seq + 1,
		workspace:   l.workspace,
		lineage:     l.lineage,
		before:      l.end.hash,
		length:      int64(len(body)),
		room:        roomFor(len(body)),
	}
	if h.seq == 1 {
		if _, err := io.ReadFull(l.opts.Entropy, h.lineage[:]); err != nil {
			return h, fmt.Errorf("read random bytes: %w", err)
		}
	}
	if _, err := io.ReadFull(l.opts.Entropy, h.salt[:]); err != nil {
		return h, fmt.Errorf("read random bytes: %w", err)
	}
	h.original = sumOf(h.salt, body)
	h.current = h.original
	return h, nil
}

// writeLast writes the record at the end of the last segment and syncs it.
func (l *Log) writeLast(h *header, body []byte) error {
	l.buf = appendRecord(l.buf, h, body)
	record := l.buf
	if len(l.buf) > ownSegment {
		l.buf = nil
	}
	tail := l.segments[len(l.segments)-1].file
	if _, err := tail.WriteAt(record, l.offset); err != nil {
		if !isFull(err) {
			return l.fail("write", err)
		}
		// What got to the file must not be taken for the chunk after a crash, since we say that nothing was kept.
		clear(record)
		if _, werr := tail.WriteAt(record, l.offset); werr != nil {
			return l.fail("take back what a full disk cut short", werr)
		}
		if serr := l.sync("append.takeback", tail.DataSync); serr != nil {
			return l.fail("take back what a full disk cut short", serr)
		}
		return fmt.Errorf("%w: %w", log.ErrFull, err)
	}
	if err := l.sync("append", tail.DataSync); err != nil {
		return l.fail("sync", err)
	}
	return nil
}

// makeRoom starts a new segment unless the record of h fits into the last one.
func (l *Log) makeRoom(h *header) error {
	size := h.size()
	own := size > min(l.opts.SegmentSize, ownSegment)
	if len(l.segments) > 0 && l.offset+size <= l.size && (!own || l.offset == 0) {
		return nil
	}
	var f disk.File
	var err error
	name := spareName
	if own {
		name = largeName
		f, err = l.prepare(name, size)
	} else {
		size = l.opts.SegmentSize
		if f = l.takeSpare(); f == nil {
			f, err = l.prepare(name, size)
		}
	}
	if err != nil {
		if isFull(err) {
			return classify(err)
		}
		return l.fail("prepare a segment", err)
	}
	if n := len(l.segments); n > 0 && l.offset == 0 {
		return l.replaceEmpty(h, f, name, size)
	}
	s := &segment{first: h.seq, path: l.path(segmentName(h.seq)), offsets: []int64{0}}
	if err := l.putInPlace(s, f, name); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.segments); n > 0 {
		l.cache.release(l.segments[n-1], l.segments)
	}
	l.cache.adopt(s, f)
	l.segments = append(l.segments, s)
	l.offset, l.size = 0, size
	return nil
}

// replaceEmpty puts a prepared file in the place of the last segment, which holds nothing but is too short.
func (l *Log) replaceEmpty(h *header, f disk.File, name string, size int64) error {
	s := l.segments[len(l.segments)-1]
	if err := l.putInPlace(s, f, name); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	s.file.Close() // an empty file that no longer has a name
	s.file = f
	l.size = size
	return nil
}

// putInPlace gives a prepared file the name of the segment s.
func (l *Log) putInPlace(s *segment, f disk.File, name string) error {
	if err := l.opts.FS.Rename(l.path(name), s.path); err != nil {
		f.Close()
		if isFull(err) {
			return classify(err)
		}
		return l.fail("name a segment", err)
	}
	if err := l.syncDir("segment.name", l.opts.Dir); err != nil {
		f.Close()
		return l.fail("name a segment", err)
	}
	return nil
}
