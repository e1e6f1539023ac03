package file

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log"
)

// At is the chunk at seq. See [log.Log].
func (l *Log) At(ctx context.Context, seq orrery.Seq) (log.Chunk, error) {
	if err := ctx.Err(); err != nil {
		return log.Chunk{}, err
	}
	_, c, _, err := l.read(seq, nil)
	if err != nil {
		return log.Chunk{}, fmt.Errorf("read chunk %d: %w", seq, err)
	}
	return c, nil
}

// Read yields the chunks after from. See [log.Log].
func (l *Log) Read(ctx context.Context, from orrery.Seq) iter.Seq2[log.Chunk, error] {
	return func(yield func(log.Chunk, error) bool) {
		var buf []byte
		var before log.Hash
		for seq := from + 1; ; seq++ {
			if err := ctx.Err(); err != nil {
				yield(log.Chunk{}, err)
				return
			}
			h, c, b, err := l.read(seq, buf)
			if errors.Is(err, log.ErrNoChunk) {
				return
			}
			if err == nil && (seq > from+1 || seq == 1) && h.before != before {
				err = &log.DamagedError{Seq: seq, File: l.opts.Dir, Why: "it does not continue the chain"}
			}
			if err != nil {
				yield(log.Chunk{}, fmt.Errorf("read chunk %d: %w", seq, err))
				return
			}
			buf, before = b, c.Hash
			if !yield(c, nil) {
				return
			}
		}
	}
}

// read reads and checks the durable record of seq into buf, which it makes longer when needed.
func (l *Log) read(seq orrery.Seq, buf []byte) (header, log.Chunk, []byte, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	h, buf, err := l.readRecord(seq, buf)
	if err != nil {
		return h, log.Chunk{}, buf, err
	}
	c := h.chunk()
	c.Body = buf[headerSize:][:h.length:h.length]
	return h, c, buf, nil
}

// readRecord reads and checks the whole record of seq. The caller holds mu.
func (l *Log) readRecord(seq orrery.Seq, buf []byte) (header, []byte, error) {
	if l.closed {
		return header{}, buf, log.ErrClosed
	}
	if seq == 0 || seq > l.end.seq {
		return header{}, buf, log.ErrNoChunk
	}
	s, err := l.hold(seq)
	if err != nil {
		return header{}, buf, err
	}
	defer l.cache.release(s, l.segments)
	offset, size := s.span(seq)
	buf = grown(buf, int(size))
	if err := readAt(s.file, buf, offset); err != nil {
		return header{}, buf, fmt.Errorf("read %s at %d: %w", s.path, offset, err)
	}
	h, err := decodeHeader(buf)
	switch {
	case err != nil:
	case h.seq != seq || h.size() != size:
		err = fmt.Errorf("chunk %d stands in its place", h.seq)
	case h.workspace != l.workspace || h.lineage != l.lineage:
		err = errors.New("it belongs to another log")
	default:
		err = h.checkBody(buf[headerSize:])
	}
	if err != nil {
		return h, buf, s.damaged(seq, offset, err.Error())
	}
	return h, buf, nil
}

// hold opens and indexes the segment of seq, which must not be beyond the end; the caller releases it.
func (l *Log) hold(seq orrery.Seq) (*segment, error) {
	i := find(l.segments, seq)
	s := l.segments[i]
	if err := l.cache.acquire(s); err != nil {
		return nil, err
	}
	count := uint64(l.end.seq - s.first + 1)
	if i+1 < len(l.segments) {
		count = uint64(l.segments[i+1].first - s.first)
	}
	if err := s.index(count); err != nil {
		l.cache.release(s, l.segments)
		return nil, err
	}
	return s, nil
}
