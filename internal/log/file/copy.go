package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log"
	"github.com/orrery-cxm/orrery/internal/log/file/disk"
)

// Copy writes the chunks up to upTo, which must be durable, as a log into dir, durably, while appends and redactions
// go on. The directory must hold no log yet. A redaction that begins after its chunk was copied is not in the copy.
func (l *Log) Copy(ctx context.Context, dir string, upTo orrery.Seq) error {
	if end, _ := l.End(); upTo > end {
		return fmt.Errorf("copy the log up to chunk %d: %w: it ends at %d", upTo, log.ErrNoChunk, end)
	}
	if err := l.copyTo(ctx, dir, upTo); err != nil {
		return fmt.Errorf("copy the log to %s: %w", dir, classify(err))
	}
	return nil
}

func (l *Log) copyTo(ctx context.Context, dir string, upTo orrery.Seq) (err error) {
	if err := l.opts.FS.MkdirAll(dir); err != nil {
		return err
	}
	names, err := l.opts.FS.List(dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, ok := parseSegmentName(name); ok {
			return fmt.Errorf("there is a log already: %w", fs.ErrExist)
		}
	}
	var out disk.File
	var offset int64
	finish := func() error {
		if out == nil {
			return nil
		}
		err := l.sync("copy.file", out.Sync)
		err = errors.Join(err, out.Close())
		out = nil
		return err
	}
	defer func() { err = errors.Join(err, finish()) }()
	err = l.walk(ctx, upTo, func(h *header, record []byte) error {
		if l.startsSegment(h.seq) {
			if err := finish(); err != nil {
				return err
			}
			offset = 0
			if out, err = l.opts.FS.Create(filepath.Join(dir, segmentName(h.seq))); err != nil {
				return err
			}
		}
		_, err := out.WriteAt(record, offset)
		offset += int64(len(record))
		return err
	})
	if err = errors.Join(err, finish()); err != nil {
		return err
	}
	if err := l.syncDir("copy.name", dir); err != nil {
		return err
	}
	return l.syncParents("copy.parent", dir)
}

func (l *Log) startsSegment(seq orrery.Seq) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	i := find(l.segments, seq)
	return i >= 0 && l.segments[i].first == seq
}
