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
	m := Quantise(w, tag, [Outputs]float32{1, -2})
	m.Stack["zh"] = &Table{{3, 4}}
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
	if back.Stack["zh"][0][1] != 4 {
		t.Error("the table of zh was lost")
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
	var out [Outputs]float32
	if share := m.Score([]uint32{stranger}, &out); out[0] != 0 || share != 0 {
		t.Errorf("a feature that only shares the row of another scored %v, known %v", out[0], share)
	}
	if share := m.Score([]uint32{known, stranger}, &out); out[0] != 100 || share != 0.5 {
		t.Errorf("the known feature scored %v, known %v; want 100 and one half", out[0], share)
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
