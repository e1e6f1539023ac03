// Package weights holds the trained numbers of listen: one interleaved int8 matrix from hashed features to the outputs of
// all heads, and for each language a small table that weighs those outputs against what the lexicons and frames say.
//
// The bytes of a model are canonical: the same numbers give the same bytes on every machine.
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

// Sizes of the matrix. The low Bits of a feature name its row, the rest must agree with the tag of the row: a feature that
// training never met says nothing, instead of what another one says.
const (
	Bits    = 17
	Buckets = 1 << Bits
	Outputs = 32
)

// Inputs and Verdicts are the sizes of the table of a language: how many measurements go in, how many log odds come out.
const (
	Inputs   = 40
	Verdicts = 12
)

// Table weighs measurements into log odds.
type Table [Verdicts][Inputs]float32

// Model is everything that was trained.
type Model struct {
	W     []int8  // Buckets rows of Outputs
	Tag   []uint8 // of the feature that each row belongs to; 0 where there is none
	Scale [Outputs]float32
	Bias  [Outputs]float32
	Stack map[string]*Table // by language: en, zh, ar
}

// languages in the order in which tables are written.
var languages = [...]string{"en", "zh", "ar"}

const magic = "orrery-listen-2\n"

// ErrCorrupt says that bytes are no model.
var ErrCorrupt = errors.New("weights: not a model")

// TagOf is what a row is marked with for that feature; never 0.
func TagOf(feature uint32) uint8 { return uint8(1 + (feature>>Bits)%255) }

// Add adds the rows of the known features to sum and counts those.
func (m *Model) Add(features []uint32, sum *[Outputs]int32) (known int) {
	for _, f := range features {
		b := f & (Buckets - 1)
		if m.Tag[b] != TagOf(f) {
			continue
		}
		known++
		row := (*[Outputs]int8)(m.W[b*Outputs:])
		for i, w := range row {
			sum[i] += int32(w)
		}
	}
	return known
}

// Score is the output of every head for a text of those features, and which share of them training knows.
func (m *Model) Score(features []uint32, out *[Outputs]float32) (known float32) {
	var sum [Outputs]int32
	k := m.Add(features, &sum)
	norm := float32(1)
	if k > 0 {
		norm = 1 / float32(math.Sqrt(float64(k)))
	}
	for i, s := range sum {
		out[i] = m.Bias[i] + float32(float32(s)*m.Scale[i])*norm
	}
	return float32(k) / float32(max(1, len(features)))
}

// Quantise rounds a float matrix to eight bits, with one scale for each output.
func Quantise(w []float32, tag []uint8, bias [Outputs]float32) *Model {
	m := &Model{W: make([]int8, len(w)), Tag: tag, Bias: bias, Stack: map[string]*Table{}}
	var top [Outputs]float32
	for i, v := range w {
		if v < 0 {
			v = -v
		}
		top[i%Outputs] = max(top[i%Outputs], v)
	}
	for i := range top {
		m.Scale[i] = top[i] / 127
	}
	for i, v := range w {
		if s := m.Scale[i%Outputs]; s > 0 {
			m.W[i] = int8(math.Round(float64(v / s)))
		}
	}
	return m
}

// Encode writes the model: a head, the rows that hold anything, compressed.
func (m *Model) Encode(w io.Writer) error {
	if _, err := io.WriteString(w, magic); err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	z, err := flate.NewWriter(w, flate.BestCompression)
	if err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	var b bytes.Buffer
	floats := func(fs []float32) {
		for _, f := range fs {
			b.Write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(f)))
		}
	}
	floats(m.Scale[:])
	floats(m.Bias[:])
	for _, l := range languages {
		t := m.Stack[l]
		if t == nil {
			t = &Table{}
		}
		for i := range t {
			floats(t[i][:])
		}
	}
	skipped := uint64(0)
	for r := range Buckets {
		row := m.W[r*Outputs : (r+1)*Outputs]
		if m.Tag[r] == 0 {
			skipped++
			continue
		}
		b.Write(binary.AppendUvarint(nil, skipped))
		b.WriteByte(m.Tag[r])
		skipped = 0
		for _, v := range row {
			b.WriteByte(byte(v))
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

// Decode reads what Encode wrote.
func Decode(b []byte) (*Model, error) {
	if !bytes.HasPrefix(b, []byte(magic)) {
		return nil, ErrCorrupt
	}
	raw, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b[len(magic):])), Buckets*(Outputs+8)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	m := &Model{W: make([]int8, Buckets*Outputs), Tag: make([]uint8, Buckets), Stack: map[string]*Table{}}
	floats := func(fs []float32) bool {
		if len(raw) < 4*len(fs) {
			return false
		}
		for i := range fs {
			fs[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
		raw = raw[4*len(fs):]
		return true
	}
	ok := floats(m.Scale[:]) && floats(m.Bias[:])
	for _, l := range languages {
		t := &Table{}
		for i := range t {
			ok = ok && floats(t[i][:])
		}
		m.Stack[l] = t
	}
	if !ok {
		return nil, ErrCorrupt
	}
	for r := uint64(0); len(raw) > 0; r++ {
		skip, n := binary.Uvarint(raw)
		if n <= 0 || skip >= Buckets || r+skip >= Buckets || len(raw) < n+1+Outputs {
			return nil, ErrCorrupt
		}
		r += skip
		m.Tag[r] = raw[n]
		raw = raw[n+1:]
		for i := range Outputs {
			m.W[int(r)*Outputs+i] = int8(raw[i])
		}
		raw = raw[Outputs:]
	}
	return m, nil
}
