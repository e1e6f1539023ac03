package engine

import (
	"encoding/binary"
	"fmt"

	"github.com/klauspost/compress/zstd"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// A chunk is the unit of the log: the facts of one batch of inputs. Its body is
//
//	format (1 byte, 1) · zstd frame of: chunk time · number of facts · facts
//	fact: index (as the step from the one before) · kind · length · body
//
// Indices may have gaps and need not rise: a touch takes its index before the facts about who did it.

const chunkFormat = 1

// maxChunk bounds the decoded size of a chunk, so that a damaged frame cannot exhaust memory.
const maxChunk = 64 << 20

// stamped is a fact with its place in the log.
type stamped struct {
	at   orrery.Stamp
	fact orrery.Fact
	body []byte // encoded
}

// chunkWriter gathers the facts of a batch.
type chunkWriter struct {
	raw     wire.Writer
	last    int64
	count   int
	scratch wire.Writer
}

// headRoom is what the head of a chunk, two numbers, takes at most. The facts are written behind it, so that sealing does
// not move them.
const headRoom = 2 * binary.MaxVarintLen64

func (c *chunkWriter) reset() {
	c.raw.B, c.last, c.count = c.raw.B[:0], 0, 0
}

// add encodes a fact and returns its body, valid until the chunk is reset.
func (c *chunkWriter) add(at orrery.Stamp, f orrery.Fact) (start, end int, err error) {
	c.scratch.B = c.scratch.B[:0]
	if err := encodeFact(&c.scratch, f); err != nil {
		return 0, 0, err
	}
	c.begin()
	c.raw.Int(int64(at.Index) - c.last)
	c.last = int64(at.Index)
	c.raw.Uint(uint64(f.Kind()))
	c.raw.Bytes(c.scratch.B)
	c.count++
	return len(c.raw.B) - len(c.scratch.B), len(c.raw.B), nil
}

func (c *chunkWriter) begin() {
	if len(c.raw.B) == 0 {
		c.raw.B = append(c.raw.B, make([]byte, headRoom)...)
	}
}

// seal returns the body of the chunk, appended to dst.
func (c *chunkWriter) seal(dst []byte, enc *zstd.Encoder, at orrery.Instant) []byte {
	c.begin()
	var head wire.Writer
	head.Int(int64(at))
	head.Uint(uint64(c.count))
	plain := c.raw.B[headRoom-len(head.B):]
	copy(plain, head.B)
	return enc.EncodeAll(plain, append(dst, chunkFormat))
}

// decodeChunk reads the facts of a chunk body. The facts share memory that the decoder allocates.
func decodeChunk(dec *zstd.Decoder, seq orrery.Seq, incarnation uint16, body []byte) (orrery.Instant, []stamped, error) {
	if len(body) == 0 || body[0] != chunkFormat {
		return 0, nil, fmt.Errorf("chunk %d: format is unknown to this version", seq)
	}
	plain, err := dec.DecodeAll(body[1:], nil)
	if err != nil {
		return 0, nil, fmt.Errorf("chunk %d: decompressing: %w", seq, err)
	}
	r := wire.NewReader(plain)
	at := orrery.Instant(r.Int())
	facts := make([]stamped, r.Count())
	index := int64(0)
	for i := range facts {
		index += r.Int()
		kind, b := orrery.FactKind(r.Uint()), r.Bytes()
		if r.Err() != nil {
			break
		}
		f, err := decodeFact(kind, b)
		if err != nil {
			return 0, nil, fmt.Errorf("chunk %d, fact %d: %w", seq, i, err)
		}
		facts[i] = stamped{at: orrery.Stamp{Incarnation: incarnation, Seq: seq, Index: uint32(index), Time: at}, fact: f, body: b}
	}
	if err := r.Err(); err != nil {
		return 0, nil, fmt.Errorf("chunk %d: %w", seq, err)
	}
	return at, facts, nil
}

func newEncoder() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false))
}

func newDecoder() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(maxChunk))
}
