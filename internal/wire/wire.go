// Package wire reads and writes the compact, canonical bytes in which state and touches are kept: variable-length
// integers and length-prefixed strings, nothing else. Equal values give equal bytes; no floats, no maps.
//
// It knows nothing of the business. A reader never panics on bad input: it remembers its first error and yields zeroes.
package wire

import (
	"encoding/binary"
	"errors"
	"unsafe"
)

// ErrCorrupt says that bytes end too early or hold an impossible length.
var ErrCorrupt = errors.New("wire: corrupt bytes")

// Writer appends to B.
type Writer struct{ B []byte }

// Uint appends v in 1 to 10 bytes.
func (w *Writer) Uint(v uint64) { w.B = binary.AppendUvarint(w.B, v) }

// Int appends v in 1 to 10 bytes, small magnitudes first.
func (w *Writer) Int(v int64) { w.B = binary.AppendVarint(w.B, v) }

// Fixed appends v in 8 bytes: for ids and hashes, which do not get shorter.
func (w *Writer) Fixed(v uint64) { w.B = binary.LittleEndian.AppendUint64(w.B, v) }

// Reserve leaves room for the length of a section that is written next; see [Writer.Fill].
func (w *Writer) Reserve() (at int) {
	w.B = append(w.B, 0, 0, 0, 0)
	return len(w.B)
}

// Fill writes the length of everything since Reserve returned at: a section can be written in place, whose length is
// known only afterwards. It is read by [Reader.Section].
func (w *Writer) Fill(at int) { binary.LittleEndian.PutUint32(w.B[at-4:at], uint32(len(w.B)-at)) }

// Bool appends one byte.
func (w *Writer) Bool(v bool) {
	if v {
		w.B = append(w.B, 1)
	} else {
		w.B = append(w.B, 0)
	}
}

// String appends the length and the bytes of s.
func (w *Writer) String(s string) {
	w.B = binary.AppendUvarint(w.B, uint64(len(s)))
	w.B = append(w.B, s...)
}

// Bytes appends the length and the bytes of b.
func (w *Writer) Bytes(b []byte) {
	w.B = binary.AppendUvarint(w.B, uint64(len(b)))
	w.B = append(w.B, b...)
}

// Reader reads what Writer wrote. Strings share the memory of the bytes read, which must never change afterwards.
type Reader struct {
	b   []byte
	err error
}

// NewReader reads b, which must not change as long as any string read from it lives.
func NewReader(b []byte) *Reader { return &Reader{b: b} }

// Reset makes r read b from its start.
func (r *Reader) Reset(b []byte) { r.b, r.err = b, nil }

// Err is the first error met, or nil.
func (r *Reader) Err() error { return r.err }

// Len is how many bytes are left.
func (r *Reader) Len() int { return len(r.b) }

// Rest is what is left, without reading it.
func (r *Reader) Rest() []byte { return r.b }

func (r *Reader) fail() { r.err, r.b = ErrCorrupt, nil }

// Uint reads what [Writer.Uint] wrote.
func (r *Reader) Uint() uint64 {
	if len(r.b) > 0 && r.b[0] < 0x80 {
		v := uint64(r.b[0])
		r.b = r.b[1:]
		return v
	}
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

// Int reads what [Writer.Int] wrote.
func (r *Reader) Int() int64 {
	u := r.Uint()
	return int64(u>>1) ^ -int64(u&1)
}

// Fixed reads what [Writer.Fixed] wrote.
func (r *Reader) Fixed() uint64 {
	if len(r.b) < 8 {
		r.fail()
		return 0
	}
	v := binary.LittleEndian.Uint64(r.b)
	r.b = r.b[8:]
	return v
}

// Bool reads what [Writer.Bool] wrote.
func (r *Reader) Bool() bool { return r.Uint() != 0 }

// Bytes reads what [Writer.Bytes] wrote, without copying.
func (r *Reader) Bytes() []byte {
	n := r.Uint()
	if n > uint64(len(r.b)) {
		r.fail()
		return nil
	}
	v := r.b[:n:n]
	r.b = r.b[n:]
	return v
}

// Section reads what was written between [Writer.Reserve] and [Writer.Fill], without copying.
func (r *Reader) Section() []byte {
	if len(r.b) < 4 {
		r.fail()
		return nil
	}
	n := binary.LittleEndian.Uint32(r.b)
	r.b = r.b[4:]
	if uint64(n) > uint64(len(r.b)) {
		r.fail()
		return nil
	}
	v := r.b[:n:n]
	r.b = r.b[n:]
	return v
}

// String reads what [Writer.String] wrote, without copying.
func (r *Reader) String() string {
	v := r.Bytes()
	if len(v) == 0 {
		return ""
	}
	return unsafe.String(&v[0], len(v))
}

// Count reads a number of items of at least one byte each, so that a corrupt count cannot make a reader allocate more
// than the bytes it was given.
func (r *Reader) Count() int {
	n := r.Uint()
	if n > uint64(len(r.b)) {
		r.fail()
		return 0
	}
	return int(n)
}
