// Package weights holds the trained numbers of listen: one interleaved int8 matrix from hashed features to the outputs of
// all heads, and for each language a small stack that weighs those outputs against what the lexicons and frames say.
//
// The bytes of a model are canonical: the same numbers give the same bytes on every machine.
package weights

import "math"

// Sizes of the matrix. The low Bits of a feature name its row, the rest must agree with the tag of the row: a feature that
// training never met says nothing, instead of what another one says.
const (
	Bits    = 18
	Buckets = 1 << Bits
	Outputs = 64
)

// Inputs and Verdicts are the sizes of the table of a language: how many measurements go in, how many log odds come out.
const (
	Inputs   = 60
	Verdicts = 12
)

// Sizes of what is weighed apart: emotions with none at the end, life events and risks, each by a few measurements of its
// own.
const (
	Moods      = 8
	MoodInputs = 12
	Finds      = 21
	FindInputs = 6
)

// Table weighs measurements into log odds.
type Table [Verdicts][Inputs]float32

// Stack is what is fitted for one language, on texts that the matrix had not seen.
type Stack struct {
	Table Table
	Mood  [Moods][MoodInputs]float32
	Find  [Finds][FindInputs]float32
}

// Model is everything that was trained.
type Model struct {
	W     []int8  // Buckets rows of Outputs
	Tag   []uint8 // of the feature that each row belongs to; 0 where there is none
	Scale [Outputs]float32
	Bias  [len(languages)][Outputs]float32 // by language, see [Language]
	Stack map[string]*Stack                // by language: en, zh, ar
}

// languages in the order in which stacks are written.
var languages = [...]string{"en", "zh", "ar"}

// Language is the place of a language in Bias, that of English for one that has none.
func Language(name string) int {
	for i, l := range languages {
		if l == name {
			return i
		}
	}
	return 0
}

// TagOf is what a row is marked with for that feature; never 0.
func TagOf(feature uint32) uint8 { return uint8(1 + (feature>>Bits)%255) }

// Sums are the outputs of some features before they are scaled.
type Sums struct {
	V     [Outputs]int32
	Known int // features that training knows
}

// Plus adds the sums of other features.
func (s *Sums) Plus(o *Sums) {
	for i, v := range o.V {
		s.V[i] += v
	}
	s.Known += o.Known
}

const (
	words  = Outputs / 8        // of eight bytes in a row
	even   = 0x00FF00FF00FF00FF // every other byte
	signs  = 0x8080808080808080 // turns int8 to bytes that count from -128
	before = 256                // rows whose bytes can be added in sixteen bits
)

// Add adds the rows of the known features to s. Four bytes are added at a time, each in sixteen bits of a word.
func (m *Model) Add(features []uint32, s *Sums) {
	var lanes [2 * words]uint64
	pending := 0
	for _, f := range features {
		b := f & (Buckets - 1)
		if m.Tag[b] != TagOf(f) {
			continue
		}
		row := m.W[b*Outputs : b*Outputs+Outputs]
		for i := range words {
			x := eight(row[8*i : 8*i+8])
			lanes[2*i] += x & even
			lanes[2*i+1] += x >> 8 & even
		}
		if pending++; pending == before {
			s.spill(&lanes, pending)
			pending = 0
		}
	}
	s.spill(&lanes, pending)
}

// eight are eight weights as bytes that count from -128.
func eight(w []int8) uint64 {
	_ = w[7]
	return (uint64(uint8(w[0])) | uint64(uint8(w[1]))<<8 | uint64(uint8(w[2]))<<16 | uint64(uint8(w[3]))<<24 |
		uint64(uint8(w[4]))<<32 | uint64(uint8(w[5]))<<40 | uint64(uint8(w[6]))<<48 | uint64(uint8(w[7]))<<56) ^ signs
}

// spill moves n added rows from lanes to s.
func (s *Sums) spill(lanes *[2 * words]uint64, n int) {
	for i := range words {
		for k := range 4 {
			s.V[8*i+2*k] += int32(lanes[2*i]>>(16*k)&0xFFFF) - int32(128*n)
			s.V[8*i+2*k+1] += int32(lanes[2*i+1]>>(16*k)&0xFFFF) - int32(128*n)
		}
	}
	s.Known += n
	*lanes = [2 * words]uint64{}
}

// Output is output i of a text of those sums in a language.
func (m *Model) Output(s *Sums, language, i int) float32 {
	return m.Bias[language][i] + float32(float32(s.V[i])*m.Scale[i])*norm(s.Known)
}

// Score is the output of every head.
func (m *Model) Score(s *Sums, language int, out *[Outputs]float32) {
	n := norm(s.Known)
	for i, v := range s.V {
		out[i] = m.Bias[language][i] + float32(float32(v)*m.Scale[i])*n
	}
}

func norm(known int) float32 {
	if known == 0 {
		return 1
	}
	return 1 / float32(math.Sqrt(float64(known)))
}

// Quantise rounds a float matrix to eight bits, with one scale for each output.
func Quantise(w []float32, tag []uint8, bias [len(languages)][Outputs]float32) *Model {
	m := &Model{W: make([]int8, len(w)), Tag: tag, Bias: bias, Stack: map[string]*Stack{}}
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
