package listen

import (
	"math"
	"slices"

	"github.com/orrery-cxm/orrery/internal/listen/weights"
)

// delta is what one workspace taught, beside the shipped weights: log odds by feature, and for each language a shift of
// the table that weighs lexicons, frames and the shipped matrix. It never changes once it is made.
type delta struct {
	slots []int32 // open addressing by feature: the row and one, 0 where there is none
	keys  []uint32
	rows  []opinions
	shift [len(tables)][taughtOutputs][weights.Inputs]float32
	n     int // corrections
}

// add adds what the workspace taught to the opinions on a text.
func (d *delta) add(language uint8, inputs *[weights.Inputs]float32, features []uint32, z *opinions) {
	norm := 1 / float32(math.Sqrt(float64(max(1, len(features)))))
	var sum opinions
	for _, f := range features {
		if r := d.find(f); r >= 0 {
			for i, w := range d.rows[r] {
				sum[i] += w
			}
		}
	}
	for i := range z {
		z[i] += float32(sum[i] * norm)
		for k, w := range d.shift[language][i] {
			if w != 0 {
				z[i] += float32(w * inputs[k])
			}
		}
	}
}

// find is the row of a feature, or -1.
func (d *delta) find(feature uint32) int {
	if len(d.slots) == 0 {
		return -1
	}
	mask := uint32(len(d.slots) - 1)
	for s := feature & mask; ; s = (s + 1) & mask {
		r := d.slots[s]
		if r == 0 {
			return -1
		}
		if d.keys[r-1] == feature {
			return int(r - 1)
		}
	}
}

// claim is the row of a feature, a new one when it has none.
func (d *delta) claim(feature uint32) int {
	if r := d.find(feature); r >= 0 {
		return r
	}
	if 2*(len(d.keys)+1) > len(d.slots) {
		d.slots = make([]int32, max(256, 2*len(d.slots)))
		for r, k := range d.keys {
			d.place(k, r)
		}
	}
	d.keys = append(d.keys, feature)
	d.rows = append(d.rows, opinions{})
	d.place(feature, len(d.keys)-1)
	return len(d.keys) - 1
}

func (d *delta) place(feature uint32, row int) {
	mask := uint32(len(d.slots) - 1)
	s := feature & mask
	for d.slots[s] != 0 {
		s = (s + 1) & mask
	}
	d.slots[s] = int32(row + 1)
}

// Settings of a lesson: few examples, so many rounds; and a pull to zero, so that one correction does not change the
// world. AdaGrad: what is met often moves less each time.
const (
	lessonRounds = 20
	lessonRate   = 0.2
	lessonPull   = 1e-3
	shiftRate    = 0.04
	shiftPull    = 1e-2
)

// study fits a delta to examples by gradient descent on their log loss. The anchors are taught along, so that what is plain
// stays plain, and are not counted. The same examples in the same order give the same bits: every product is rounded on
// its own.
func study(xs, anchors []*Example) *delta {
	d := &delta{n: len(xs)}
	xs = slices.Concat(anchors, xs)
	p := &pupil{d: d}
	rows := d.claimAll(xs)
	p.seen = make([]opinions, len(d.rows))
	for range lessonRounds {
		for i := range xs {
			p.step(xs[i], rows[i])
		}
	}
	return d
}

// maxRows bounds what a delta takes of memory: about 6 MB.
const maxRows = 1 << 16

// claimAll gives rows to the features of examples, and lists them by example. When there are too many, those that occur
// least get none.
func (d *delta) claimAll(xs []*Example) [][]int32 {
	in := map[uint32]int{} // how often a feature occurs
	for _, x := range xs {
		for _, f := range x.features {
			in[f]++
		}
	}
	least := 1
	for left := len(in); left > maxRows; least++ {
		left = 0
		for _, n := range in {
			if n > least {
				left++
			}
		}
	}
	rows := make([][]int32, len(xs))
	for i, x := range xs {
		rows[i] = make([]int32, 0, len(x.features))
		for _, f := range x.features {
			if in[f] >= least {
				rows[i] = append(rows[i], int32(d.claim(f)))
			}
		}
	}
	return rows
}

// pupil is a delta while it is studied.
type pupil struct {
	d     *delta
	seen  []opinions // sums of squared gradients
	shift [len(tables)][taughtOutputs][weights.Inputs]float32
}

func (p *pupil) step(x *Example, rows []int32) {
	z := p.opinions(x, rows)
	var grad opinions
	var heads [taughtOutputs]int
	n := gradient(x, &z, &grad, &heads)
	norm := 1 / float32(math.Sqrt(float64(max(1, len(x.features)))))
	for _, r := range rows {
		w, g := &p.d.rows[r], &p.seen[r]
		for _, i := range heads[:n] {
			e := float32(grad[i]*norm) + float32(lessonPull*w[i])
			g[i] += float32(e * e)
			w[i] -= float32(lessonRate*e) / float32(math.Sqrt(float64(1e-4+g[i])))
		}
	}
	for _, i := range heads[:n] {
		w, g := &p.d.shift[x.language][i], &p.shift[x.language][i]
		for k, v := range x.inputs {
			if v == 0 || i >= taughtEmotion && k > 0 { // emotions have no table of their own: only their share is learned
				continue
			}
			e := float32(grad[i]*v) + float32(shiftPull*w[k])
			g[k] += float32(e * e)
			w[k] -= float32(shiftRate*e) / float32(math.Sqrt(float64(1+g[k])))
		}
	}
}

func (p *pupil) opinions(x *Example, rows []int32) opinions {
	norm := 1 / float32(math.Sqrt(float64(max(1, len(x.features)))))
	var sum opinions
	for _, r := range rows {
		for i, w := range p.d.rows[r] {
			sum[i] += w
		}
	}
	z := x.base
	for i := range z {
		z[i] += float32(sum[i] * norm)
		if x.gold[i] < 0 {
			continue
		}
		for k, w := range p.d.shift[x.language][i] {
			z[i] += float32(w * x.inputs[k])
		}
	}
	return z
}

// gradient of the log loss of every head that was said, and which outputs those are.
func gradient(x *Example, z, grad *opinions, heads *[taughtOutputs]int) (n int) {
	choice := func(first, size int) {
		if x.gold[first] < 0 {
			return
		}
		top := z[first]
		for _, v := range z[first : first+size] {
			top = max(top, v)
		}
		var sum float32
		for i := first; i < first+size; i++ {
			grad[i] = exp(z[i] - top)
			sum += grad[i]
		}
		for i := first; i < first+size; i++ {
			grad[i] = grad[i]/sum - float32(x.gold[i])
			heads[n] = i
			n++
		}
	}
	choice(VerdictPolarity, 3)
	for i := VerdictIntent; i < VerdictIntent+len(intentNames); i++ {
		if y := x.gold[i]; y >= 0 {
			grad[i] = sigmoid(z[i]) - float32(y)
			heads[n] = i
			n++
		}
	}
	choice(taughtEmotion, emotionCount+1)
	return n
}
