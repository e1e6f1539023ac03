package file

import (
	"context"
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log"
)

// Verified is what Verify saw.
type Verified struct {
	Chunks   uint64
	Redacted uint64 // of the chunks
	Bytes    int64  // of the bodies
}

// Verify reads the log from its beginning to what is its end now and checks every byte: headers, bodies, the chain, and
// that there are zeros wherever nothing belongs. Appends and reads may go on beside it.
func (l *Log) Verify(ctx context.Context) (Verified, error) {
	var v Verified
	end, _ := l.End()
	err := l.walk(ctx, end, func(h *header, _ []byte) error {
		v.Chunks++
		v.Bytes += h.length
		if h.redacted {
			v.Redacted++
		}
		return nil
	})
	if err == nil {
		err = l.checkSealed(ctx)
	}
	if err != nil {
		return v, fmt.Errorf("verify the log in %s: %w", l.opts.Dir, err)
	}
	return v, nil
}

// walk hands every record up to a chunk to visit, and checks the chain on the way.
func (l *Log) walk(ctx context.Context, upTo orrery.Seq, visit func(h *header, record []byte) error) error {
	var at position
	var buf []byte
	for seq := orrery.Seq(1); seq <= upTo; seq++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, b, err := l.readLocked(seq, buf)
		if err != nil {
			return err
		}
		buf = b
		var why string
		switch {
		case h.before != at.hash:
			why = "it does not continue the chain"
		case h.incarnation < at.incarnation:
			why = fmt.Sprintf("its incarnation %d is lower than %d before it", h.incarnation, at.incarnation)
		case !h.redacted && h.current != h.original:
			why = "the body was replaced, but the record does not say so"
		case !isZero(b[h.used():]):
			why = "there are bytes behind the body where zeros belong"
		}
		if why != "" {
			return l.place(seq, why)
		}
		if err := visit(&h, b); err != nil {
			return err
		}
		at = position{seq: seq, hash: h.chain(), incarnation: h.incarnation}
	}
	return nil
}

func (l *Log) readLocked(seq orrery.Seq, buf []byte) (header, []byte, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.readRecord(seq, buf)
}

// place turns what is wrong with the chunk at seq into a DamagedError that says where it is.
func (l *Log) place(seq orrery.Seq, why string) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	s, err := l.hold(seq)
	if err != nil {
		return err
	}
	defer l.cache.release(s, l.segments)
	offset, _ := s.span(seq)
	return s.damaged(seq, offset, why)
}

// checkSealed checks that every segment but the last ends in zeros.
func (l *Log) checkSealed(ctx context.Context) error {
	for i := 0; ; i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if more, err := l.checkEnd(i); err != nil || !more {
			return err
		}
	}
}

// checkEnd checks that the i-th segment ends in zeros, if it is not the last.
func (l *Log) checkEnd(i int) (more bool, err error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		return false, log.ErrClosed
	}
	if i+1 >= len(l.segments) {
		return false, nil
	}
	next := l.segments[i+1].first
	s, err := l.hold(next - 1)
	if err != nil {
		return false, err
	}
	defer l.cache.release(s, l.segments)
	offset, size := s.span(next - 1)
	fileSize, err := s.file.Size()
	if err != nil {
		return false, fmt.Errorf("read %s: %w", s.path, err)
	}
	buf := make([]byte, min(zeroStep, max(fileSize-offset-size, 0)))
	for at := offset + size; at < fileSize; at += int64(len(buf)) {
		b := buf[:min(int64(len(buf)), fileSize-at)]
		if err := readAt(s.file, b, at); err != nil {
			return false, fmt.Errorf("read %s at %d: %w", s.path, at, err)
		}
		if !isZero(b) {
			return false, s.damaged(next, at, "there are bytes behind the last record where zeros belong")
		}
	}
	return true, nil
}
