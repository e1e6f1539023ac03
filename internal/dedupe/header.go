package dedupe

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/bits"

	"github.com/orrery-cxm/orrery"
)

// A run is one file, little-endian but for the keys:
//
//	header    4096 bytes
//	blocks    4096 bytes each: up to 255 keys in ascending order, their number, the block's index, CRC-32C
//	          (less than 255 in the last one, and where keys were erased)
//	filter    64 bytes a line, see filter.go
//	fences    8 bytes a block: the first half of its first key
//
// The sizes of all parts follow from count and lines, and the size of the file must agree.
const (
	headerSize   = 4096
	blockSize    = 4096
	keysPerBlock = 255
	keySize      = 16
	lineSize     = 64
	fenceSize    = 8

	runVersion = 1
	maxCount   = 1 << 38 // 16 bytes each: 4 TiB, far beyond any day
	maxPerKey  = 64      // bits of filter a key, far beyond any use
)

var (
	runMagic   = [8]byte{'o', 'r', 'r', 'y', 'r', 'u', 'n', '\n'}
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

// header is the first block of a run.
type header struct {
	incarnation uint16
	day         day
	count       uint64 // keys, the erased ones included: it says how large the file is
	erased      uint64 // of them
	lines       uint64 // of the filter
	seq         orrery.Seq
	hash        [32]byte
	filterSum   uint32 // CRC-32C of the filter
	fenceSum    uint32 // CRC-32C of the fences
}

// headerUsed is how much of the header block holds something; the rest is zero.
const headerUsed = 8 + 2 + 2 + 4 + 8 + 8 + 8 + 32 + 4 + 4 + 8 + 4

func (h header) held() uint64            { return h.count - h.erased }
func (h header) blocks() uint64          { return (h.count + keysPerBlock - 1) / keysPerBlock }
func (h header) filterAt() int64         { return int64(headerSize + h.blocks()*blockSize) }
func (h header) fencesAt() int64         { return h.filterAt() + int64(h.lines*lineSize) }
func (h header) size() int64             { return h.fencesAt() + int64(h.blocks()*fenceSize) }
func (h header) lineOf(hi uint64) uint64 { line, _ := bits.Mul64(hi, h.lines); return line }

func (h header) encode() []byte {
	b := make([]byte, 0, headerSize)
	b = append(b, runMagic[:]...)
	b = binary.LittleEndian.AppendUint16(b, runVersion)
	b = binary.LittleEndian.AppendUint16(b, h.incarnation)
	b = binary.LittleEndian.AppendUint32(b, uint32(h.day))
	b = binary.LittleEndian.AppendUint64(b, h.count)
	b = binary.LittleEndian.AppendUint64(b, h.lines)
	b = binary.LittleEndian.AppendUint64(b, uint64(h.seq))
	b = append(b, h.hash[:]...)
	b = binary.LittleEndian.AppendUint32(b, h.filterSum)
	b = binary.LittleEndian.AppendUint32(b, h.fenceSum)
	b = binary.LittleEndian.AppendUint64(b, h.erased)
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	return b[:headerSize]
}

// decodeHeader reads what encode wrote and refuses everything else.
func decodeHeader(b []byte) (header, error) {
	var h header
	switch {
	case len(b) < headerSize:
		return h, fmt.Errorf("%w: the file ends inside its header", ErrCorrupt)
	case [8]byte(b) != runMagic:
		return h, fmt.Errorf("%w: not a file of message ids", ErrCorrupt)
	case binary.LittleEndian.Uint16(b[8:]) != runVersion:
		return h, fmt.Errorf("%w: format %d is not known to this version", ErrCorrupt, binary.LittleEndian.Uint16(b[8:]))
	case crc32.Checksum(b[:headerUsed-4], castagnoli) != binary.LittleEndian.Uint32(b[headerUsed-4:]):
		return h, fmt.Errorf("%w: the header's checksum is wrong", ErrCorrupt)
	}
	h.incarnation = binary.LittleEndian.Uint16(b[10:])
	h.day = day(binary.LittleEndian.Uint32(b[12:]))
	h.count = binary.LittleEndian.Uint64(b[16:])
	h.lines = binary.LittleEndian.Uint64(b[24:])
	h.seq = orrery.Seq(binary.LittleEndian.Uint64(b[32:]))
	h.hash = [32]byte(b[40:72])
	h.filterSum = binary.LittleEndian.Uint32(b[72:])
	h.fenceSum = binary.LittleEndian.Uint32(b[76:])
	h.erased = binary.LittleEndian.Uint64(b[80:])
	if h.count == 0 || h.erased > h.count || h.count > maxCount || h.lines == 0 || h.lines > h.count*maxPerKey/(lineSize*8)+1 {
		return h, fmt.Errorf("%w: %d keys and %d lines of filter are impossible", ErrCorrupt, h.count, h.lines)
	}
	for _, v := range b[headerUsed:headerSize] {
		if v != 0 {
			return h, fmt.Errorf("%w: the header's unused part is not empty", ErrCorrupt)
		}
	}
	return h, nil
}
