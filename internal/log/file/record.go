package file

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log"
)

const (
	magic      = "orrerylg"
	endMark    = "\xa5endmark"
	version    = 1
	headerSize = 256
	sector     = 512 // the unit that a disk writes wholly or not at all
	slack      = 128 // bytes by which a redacted body may always be longer

	flagRedacted = 1
)

// header is the head of a record, see the package comment for its bytes.
type header struct {
	redacted    bool
	incarnation uint16
	seq         orrery.Seq
	workspace   [16]byte
	lineage     [16]byte
	before      log.Hash // the chain before this record
	original    log.Hash // sum of the body with which it was appended
	current     log.Hash // sum of the body it has now
	salt        [16]byte
	length      int64 // of the body
	room        int64 // for a body
}

// size is the length of the whole record in bytes.
func (h *header) size() int64 { return headerSize + h.room + int64(len(endMark)) }

// used is the length of header, body and end mark.
func (h *header) used() int64 { return headerSize + h.length + int64(len(endMark)) }

// chain is the hash of the chain after this record.
func (h *header) chain() log.Hash { return log.Chain(h.before, h.seq, h.incarnation, h.original) }

func (h *header) chunk() log.Chunk {
	return log.Chunk{Seq: h.seq, Incarnation: h.incarnation, Hash: h.chain(), Redacted: h.redacted}
}

// roomFor is the room that a record with a body of length bytes is given: a little more than it takes, since a body that
// says less may compress worse.
func roomFor(length int) int64 {
	total := headerSize + int64(length) + int64(length)/256 + int64(len(endMark)) + slack
	total = (total + sector - 1) / sector * sector
	return total - headerSize - int64(len(endMark))
}

// maxBody keeps sizes far from overflow when they are read from a file.
const maxBody = 1 << 40

var (
	errNoHeader = errors.New("no record starts here")
	errChecksum = errors.New("the header does not match its checksum")
)

// encode writes the header into the first headerSize bytes of b, which must be zero.
func (h *header) encode(b []byte) {
	le := binary.LittleEndian
	copy(b, magic)
	le.PutUint16(b[8:], version)
	if h.redacted {
		le.PutUint16(b[10:], flagRedacted)
	}
	le.PutUint16(b[12:], h.incarnation)
	le.PutUint64(b[16:], uint64(h.seq))
	copy(b[24:], h.workspace[:])
	copy(b[40:], h.lineage[:])
	copy(b[56:], h.before[:])
	copy(b[88:], h.original[:])
	copy(b[120:], h.current[:])
	copy(b[152:], h.salt[:])
	le.PutUint64(b[168:], uint64(h.length))
	le.PutUint64(b[176:], uint64(h.room))
	sum := sha256.Sum256(b[:248])
	copy(b[248:headerSize], sum[:])
}

// decodeHeader reads a header. Its error says what is wrong in words for a person.
func decodeHeader(b []byte) (header, error) {
	var h header
	if len(b) < headerSize || string(b[:8]) != magic {
		return h, errNoHeader
	}
	le := binary.LittleEndian
	if sum := sha256.Sum256(b[:248]); !bytes.Equal(sum[:8], b[248:headerSize]) {
		return h, errChecksum
	}
	if v := le.Uint16(b[8:]); v != version {
		return h, fmt.Errorf("the record has format %d, this program knows format %d", v, version)
	}
	flags := le.Uint16(b[10:])
	h.redacted = flags&flagRedacted != 0
	h.incarnation = le.Uint16(b[12:])
	h.seq = orrery.Seq(le.Uint64(b[16:]))
	copy(h.workspace[:], b[24:])
	copy(h.lineage[:], b[40:])
	copy(h.before[:], b[56:])
	copy(h.original[:], b[88:])
	copy(h.current[:], b[120:])
	copy(h.salt[:], b[152:])
	length, room := le.Uint64(b[168:]), le.Uint64(b[176:])
	h.length, h.room = int64(length), int64(room)
	switch {
	case flags&^flagRedacted != 0:
		return h, fmt.Errorf("the record has flags %#x, which this program does not know", flags)
	case le.Uint16(b[14:]) != 0 || !isZero(b[184:248]):
		return h, errors.New("the header has bytes where zeros belong")
	case room > maxBody || length > room || h.size()%sector != 0:
		return h, fmt.Errorf("the record says it has %d bytes in room for %d, which cannot be", length, room)
	case h.seq == 0:
		return h, errors.New("the record has sequence 0")
	}
	return h, nil
}

// sumOf is the sum of a body.
func sumOf(salt [16]byte, body []byte) (sum log.Hash) {
	d := sha256.New()
	d.Write(salt[:])
	d.Write(body)
	d.Sum(sum[:0])
	return sum
}

// appendRecord makes the whole record of h and body in b, whose content it drops.
func appendRecord(b []byte, h *header, body []byte) []byte {
	size := int(h.size())
	if cap(b) < size {
		b = make([]byte, size)
	}
	b = b[:size]
	clear(b[:headerSize])
	h.encode(b)
	n := headerSize + copy(b[headerSize:], body)
	n += copy(b[n:], endMark)
	clear(b[n:])
	return b
}

// checkBody says what is wrong with the body and end mark that follow h in a record.
func (h *header) checkBody(rest []byte) error {
	if int64(len(rest)) < h.used()-headerSize {
		return errors.New("the record is cut short")
	}
	if string(rest[h.length:][:len(endMark)]) != endMark {
		return errors.New("the body has no end mark")
	}
	if sumOf(h.salt, rest[:h.length]) != h.current {
		return errors.New("the body does not match its sum")
	}
	return nil
}

// looksTorn tells whether b, the bytes of a record that does not verify, can be what a crash left of one write: some
// sector is missing, or the end is.
func (h *header) looksTorn(b []byte) bool {
	b = b[:h.used()]
	if b[len(b)-1] == 0 {
		return true
	}
	for len(b) > 0 {
		n := min(sector, len(b))
		if isZero(b[:n]) {
			return true
		}
		b = b[n:]
	}
	return false
}

func isZero(b []byte) bool {
	for len(b) >= 8 {
		if binary.LittleEndian.Uint64(b) != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
