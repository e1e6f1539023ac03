package weights

import (
	"bufio"
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

// atOnce is how many outputs are read before they are put into their rows: few, and memory is walked often; all, and
// everything is in memory twice.
const atOnce = 8

// Decode reads what Encode wrote.
func Decode(b []byte) (*Model, error) {
	if !bytes.HasPrefix(b, []byte(magic)) {
		return nil, ErrCorrupt
	}
	in := bufio.NewReaderSize(flate.NewReader(bytes.NewReader(b[len(magic):])), 1<<16)
	read := func(into []byte) error {
		if _, err := io.ReadFull(in, into); err != nil {
			return fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
		return nil
	}
	m := &Model{W: make([]int8, Buckets*Outputs), Tag: make([]uint8, Buckets), Stack: map[string]*Stack{}}
	for _, fs := range m.floats() {
		raw := make([]byte, 4*len(fs))
		if err := read(raw); err != nil {
			return nil, err
		}
		for i := range fs {
			fs[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
	}
	if err := read(m.Tag); err != nil {
		return nil, err
	}
	rows := Buckets - bytes.Count(m.Tag, []byte{0})
	planes := make([]byte, atOnce*rows)
	for o := 0; o < Outputs; o += atOnce {
		if err := read(planes); err != nil {
			return nil, err
		}
		next := 0
		for r, t := range m.Tag {
			if t == 0 {
				continue
			}
			row := m.W[r*Outputs+o:][:atOnce]
			for i := range row {
				row[i] = int8(planes[i*rows+next])
			}
			next++
		}
	}
	if _, err := in.ReadByte(); !errors.Is(err, io.EOF) {
		return nil, ErrCorrupt
	}
	return m, nil
}
