package weights

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

const magic = "orrery-listen-3\n"

// ErrCorrupt says that bytes are no model.
var ErrCorrupt = errors.New("weights: not a model")

// Encode writes the model: a head, the rows that hold anything, compressed. The rows are written output by output, which
// packs better.
func (m *Model) Encode(w io.Writer) error {
	if _, err := io.WriteString(w, magic); err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	z, err := flate.NewWriter(w, flate.BestCompression)
	if err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	var b bytes.Buffer
	for _, fs := range m.floats() {
		for _, f := range fs {
			b.Write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(f)))
		}
	}
	b.Write(m.Tag)
	for o := range Outputs {
		for r, t := range m.Tag {
			if t != 0 {
				b.WriteByte(byte(m.W[r*Outputs+o]))
			}
		}
	}
	if _, err := z.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	return nil
}

// floats are all numbers that are no weights of the matrix, in the order in which they are written.
func (m *Model) floats() [][]float32 {
	out := [][]float32{m.Scale[:]}
	for i := range m.Bias {
		out = append(out, m.Bias[i][:])
	}
	for _, l := range languages {
		if m.Stack[l] == nil {
			m.Stack[l] = &Stack{}
		}
		s := m.Stack[l]
		for i := range s.Table {
			out = append(out, s.Table[i][:])
		}
		for i := range s.Mood {
			out = append(out, s.Mood[i][:])
		}
		for i := range s.Find {
			out = append(out, s.Find[i][:])
		}
	}
	return out
}

// Decode reads what Encode wrote.
func Decode(b []byte) (*Model, error) {
	if !bytes.HasPrefix(b, []byte(magic)) {
		return nil, ErrCorrupt
	}
	raw, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b[len(magic):])), Buckets*(Outputs+2)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	m := &Model{W: make([]int8, Buckets*Outputs), Tag: make([]uint8, Buckets), Stack: map[string]*Stack{}}
	for _, fs := range m.floats() {
		if len(raw) < 4*len(fs) {
			return nil, ErrCorrupt
		}
		for i := range fs {
			fs[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
		raw = raw[4*len(fs):]
	}
	if len(raw) < Buckets {
		return nil, ErrCorrupt
	}
	raw = raw[copy(m.Tag, raw):]
	rows := 0
	for _, t := range m.Tag {
		if t != 0 {
			rows++
		}
	}
	if len(raw) != rows*Outputs {
		return nil, ErrCorrupt
	}
	for o := range Outputs {
		for r, t := range m.Tag {
			if t != 0 {
				m.W[r*Outputs+o], raw = int8(raw[0]), raw[1:]
			}
		}
	}
	return m, nil
}
