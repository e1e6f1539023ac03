package wire_test

import (
	"testing"

	"github.com/orrery-cxm/orrery/internal/wire"
	"pgregory.net/rapid"
)

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u, i, f := rapid.Uint64().Draw(t, "u"), rapid.Int64().Draw(t, "i"), rapid.Uint64().Draw(t, "f")
		s, b := rapid.String().Draw(t, "s"), rapid.Bool().Draw(t, "b")
		var w wire.Writer
		w.Uint(u)
		w.Int(i)
		w.Fixed(f)
		w.String(s)
		w.Bool(b)
		r := wire.NewReader(w.B)
		if gu, gi, gf, gs, gb := r.Uint(), r.Int(), r.Fixed(), r.String(), r.Bool(); gu != u || gi != i || gf != f || gs != s || gb != b || r.Err() != nil || r.Len() != 0 {
			t.Fatalf("read %v %v %v %q %v (%v, %d left), wrote %v %v %v %q %v", gu, gi, gf, gs, gb, r.Err(), r.Len(), u, i, f, s, b)
		}
	})
}

func FuzzReaderNeverPanicsAndNeverReadsPastItsBytes(f *testing.F) {
	f.Add([]byte{1, 2, 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := wire.NewReader(b)
		for r.Err() == nil && r.Len() > 0 {
			_ = r.String()
			_ = r.Int()
			_ = r.Count()
			_ = r.Fixed()
		}
	})
}
