package file

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log"
)

// journalMagic begins a complete journal: magic, first sequence of the segment, offset of the record, length of the
// record (8 bytes each), SHA-256 of these and the record; in a sector of its own. The record follows.
const journalMagic = "orreryrj"

// Redact replaces the body of the chunk at seq and leaves no readable trace of the old one. See [log.Log].
func (l *Log) Redact(ctx context.Context, seq orrery.Seq, body []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.write.Lock()
	defer l.write.Unlock()
	if err := l.redact(seq, body); err != nil {
		return fmt.Errorf("redact chunk %d: %w", seq, err)
	}
	return nil
}

func (l *Log) redact(seq orrery.Seq, body []byte) error {
	if err := l.usable(); err != nil {
		return err
	}
	if seq == 0 || seq > l.end.seq {
		return log.ErrNoChunk
	}
	s, err := l.hold(seq)
	if err != nil {
		return err
	}
	defer l.cache.release(s, l.segments)
	offset, size := s.span(seq)
	record := make([]byte, size)
	if err := readAt(s.file, record[:headerSize], offset); err != nil {
		return fmt.Errorf("read %s at %d: %w", s.path, offset, err)
	}
	h, err := decodeHeader(record)
	if err != nil {
		return s.damaged(seq, offset, err.Error())
	}
	if int64(len(body)) > h.room {
		return &log.TooLargeError{Seq: seq, Size: len(body), Room: int(h.room)}
	}
	h.redacted, h.length = true, int64(len(body))
	if _, err := io.ReadFull(l.opts.Entropy, h.salt[:]); err != nil {
		return fmt.Errorf("read random bytes: %w", err)
	}
	h.current = sumOf(h.salt, body)
	record = appendRecord(record, &h, body)

	if err := l.writeJournal(s.first, offset, record); err != nil {
		return err
	}
	l.mu.Lock()
	_, err = s.file.WriteAt(record, offset)
	l.mu.Unlock()
	if err == nil {
		err = l.sync("redact.record", s.file.DataSync)
	}
	if err != nil {
		return l.fail("overwrite the record", err)
	}
	if err := l.wipeJournal(&l.state); err != nil {
		return l.fail("overwrite the journal", err)
	}
	return nil
}

// writeJournal makes the record durable in the journal, and nothing else of what was there.
func (l *Log) writeJournal(first orrery.Seq, offset int64, record []byte) error {
	if l.journal == nil {
		f, err := l.opts.FS.Create(l.path(journalName))
		if isFull(err) {
			return classify(err)
		}
		if err != nil {
			return l.fail("make the journal", err)
		}
		if err := l.syncDir("redact.name", l.opts.Dir); err != nil {
			f.Close()
			return l.fail("make the journal", err)
		}
		l.journal = f
	}
	size, err := l.journal.Size()
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	if need := sector + int64(len(record)); size < need {
		// Whether there is room shows here, before anything is written.
		if err := l.journal.Allocate(need); isFull(err) {
			return classify(err)
		} else if err != nil {
			return l.fail("make room in the journal", err)
		}
		size = need
	}
	if _, err := l.journal.WriteAt(encodeJournal(size, first, offset, record), 0); err != nil {
		return l.fail("write the journal", err)
	}
	if err := l.sync("redact.journal", l.journal.Sync); err != nil {
		return l.fail("sync the journal", err)
	}
	return nil
}

func encodeJournal(size int64, first orrery.Seq, offset int64, record []byte) []byte {
	b := make([]byte, size)
	copy(b, journalMagic)
	binary.LittleEndian.PutUint64(b[8:], uint64(first))
	binary.LittleEndian.PutUint64(b[16:], uint64(offset))
	binary.LittleEndian.PutUint64(b[24:], uint64(len(record)))
	copy(b[sector:], record)
	sum := journalSum(b, record)
	copy(b[32:], sum[:])
	return b
}

func journalSum(b, record []byte) (sum [32]byte) {
	d := sha256.New()
	d.Write(b[:32])
	d.Write(record)
	d.Sum(sum[:0])
	return sum
}

// decodeJournal is the redaction that a journal asks for, if it is complete.
func decodeJournal(b []byte) (first orrery.Seq, offset int64, record []byte, ok bool) {
	if len(b) < sector || string(b[:8]) != journalMagic {
		return 0, 0, nil, false
	}
	n := binary.LittleEndian.Uint64(b[24:])
	if n < headerSize || n > uint64(len(b)-sector) {
		return 0, 0, nil, false
	}
	record = b[sector:][:n]
	if sum := journalSum(b, record); string(sum[:]) != string(b[32:64]) {
		return 0, 0, nil, false
	}
	offset = int64(binary.LittleEndian.Uint64(b[16:]))
	return orrery.Seq(binary.LittleEndian.Uint64(b[8:])), offset, record, offset >= 0
}

// wipeJournal overwrites the journal with zeros. It does not sync: a journal that comes back is done again.
func (l *Log) wipeJournal(st *state) error {
	size, err := st.journal.Size()
	if err != nil {
		return err
	}
	return writeZeros(st.journal, 0, size)
}

// replay finishes the redaction that the journal holds, if it is complete, and wipes the journal.
func (l *Log) replay(st *state) error {
	if st.journal == nil {
		return nil
	}
	size, err := st.journal.Size()
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	b := make([]byte, size)
	if err := readAt(st.journal, b, 0); err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	if isZero(b) {
		return nil
	}
	if first, offset, record, ok := decodeJournal(b); ok {
		// What is seen may not be on disk, if its sync failed: it must be before the record is touched.
		if _, err := st.journal.WriteAt(b, 0); err != nil {
			return fmt.Errorf("write the journal again: %w", err)
		}
		if err := l.sync("replay.journal", st.journal.Sync); err != nil {
			return fmt.Errorf("sync the journal: %w", err)
		}
		if err := l.replayRecord(st, first, offset, record); err != nil {
			return err
		}
	}
	if err := l.wipeJournal(st); err != nil {
		return fmt.Errorf("overwrite the journal: %w", err)
	}
	return nil
}

func (l *Log) replayRecord(st *state, first orrery.Seq, offset int64, record []byte) error {
	h, err := decodeHeader(record)
	if err != nil || h.size() != int64(len(record)) {
		return &log.DamagedError{File: l.path(journalName), Why: "the journal holds no record"}
	}
	i := find(st.segments, h.seq)
	if i < 0 || st.segments[i].first != first {
		return &log.DamagedError{Seq: h.seq, File: l.path(segmentName(first)), Offset: offset, Why: "the file to which a redaction belongs is missing"}
	}
	s := st.segments[i]
	if err := st.cache.acquire(s); err != nil {
		return err
	}
	defer st.cache.release(s, st.segments)
	size, err := s.file.Size()
	if err != nil {
		return fmt.Errorf("read %s: %w", s.path, err)
	}
	if offset > size || size-offset < int64(len(record)) {
		return s.damaged(h.seq, offset, "the file ends before the record that was being redacted")
	}
	var b [headerSize]byte
	if err := readAt(s.file, b[:], offset); err != nil {
		return fmt.Errorf("read %s at %d: %w", s.path, offset, err)
	}
	if there, err := decodeHeader(b[:]); err == nil && (there.chain() != h.chain() || there.lineage != h.lineage) {
		return s.damaged(h.seq, offset, "the journal asks to redact another chunk than stands there")
	}
	if _, err := s.file.WriteAt(record, offset); err != nil {
		return fmt.Errorf("overwrite the record: %w", err)
	}
	return l.sync("replay.record", s.file.DataSync)
}
