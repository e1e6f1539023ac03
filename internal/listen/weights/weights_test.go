package weights

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"
)

func sample() *Model {
	rng := rand.New(rand.NewPCG(1, 2))
	w := make([]float32, Buckets*Outputs)
	tag := make([]uint8, Buckets)
	for range 500 {
		f := rng.Uint32()
		tag[f&(Buckets-1)] = TagOf(f)
		for i := range Outputs {
			w[int(f&(Buckets-1))*Outputs+i] = rng.Float32()*2 - 1
		}
	}
	m := Quantise(w, tag, [3][Outputs]float32{{1, -2}, {3}})
	m.Stack["zh"] = &Stack{Table: Table{{3, 4}}}
	m.Stack["ar"] = &Stack{Find: [Finds][FindInputs]float32{{5}}}
	return m
}

func TestAModelComesBackAsItWasWritten(t *testing.T) {
	m := sample()
	var b bytes.Buffer
	if err := m.Encode(&b); err != nil {
		t.Fatal(err)
	}
	back, err := Decode(b.Bytes())
	if err != nil {
		t.Fatalf("a model just written cannot be read: %v", err)
	}
	if !bytes.Equal(bytesOf(m.W), bytesOf(back.W)) || !bytes.Equal(m.Tag, back.Tag) || m.Bias != back.Bias || m.Scale != back.Scale {
		t.Error("weights changed on the way through the file")
	}
	if back.Stack["zh"].Table[0][1] != 4 || back.Stack["ar"].Find[0][0] != 5 {
		t.Error("the stacks of zh and ar were lost")
	}
	var again bytes.Buffer
	if err := back.Encode(&again); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Errorf("the same model has two encodings (%v)", err)
	}
}

func bytesOf(w []int8) []byte {
	b := make([]byte, len(w))
	for i, v := range w {
		b[i] = byte(v)
	}
	return b
}

func TestAnUnknownFeatureSaysNothing(t *testing.T) {
	m := &Model{W: make([]int8, Buckets*Outputs), Tag: make([]uint8, Buckets)}
	known, stranger := uint32(5), uint32(5|3<<Bits)
	m.Tag[5] = TagOf(known)
	m.W[5*Outputs] = 100
	m.Scale[0] = 1
	var none, one Sums
	if m.Add([]uint32{stranger}, &none); none.V[0] != 0 || none.Known != 0 {
		t.Errorf("a feature that only shares the row of another scored %v, known %v", none.V[0], none.Known)
	}
	if m.Add([]uint32{known, stranger}, &one); one.V[0] != 100 || one.Known != 1 {
		t.Errorf("the known feature scored %v, known %v; want 100 and one", one.V[0], one.Known)
	}
}

func TestManyRowsAddUpAsOneByOne(t *testing.T) {
	m := sample()
	var features []uint32
	var want [Outputs]int32
	for b, tag := range m.Tag {
		for range 3 {
			if tag != 0 {
				features = append(features, uint32(b)|uint32(tag-1)<<Bits)
				for i := range want {
					want[i] += int32(m.W[b*Outputs+i])
				}
			}
		}
	}
	var got Sums
	if m.Add(features, &got); got.V != want || got.Known != len(features) {
		t.Errorf("%d rows added at once are %v, one by one %v", got.Known, got.V, want)
	}
}

func FuzzDecode(f *testing.F) {
	var b bytes.Buffer
	if err := sample().Encode(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(magic))
	f.Add([]byte(magic + "\x00garbage"))
	f.Fuzz(func(t *testing.T, in []byte) {
		m, err := Decode(in)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Fatalf("error %v is no ErrCorrupt", err)
			}
			return
		}
		if len(m.W) != Buckets*Outputs || len(m.Tag) != Buckets {
			t.Fatal("a model of the wrong size was accepted")
		}
	})
}
