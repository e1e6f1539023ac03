package engine

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// fill sets every field of a value to something of its own, so that a field which is lost or swapped shows.
func fill(v reflect.Value, next *int64) {
	*next++
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Tag.Get("cbor") != "-" { // what is not to be kept does not come back
				fill(v.Field(i), next)
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), next)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), next)
		fill(v.Index(1), next)
	case reflect.String:
		v.SetString("s" + string(rune('a'+*next%26)) + string(rune('a'+*next/26%26)))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint8:
		v.SetUint(uint64(1 + *next%3))
	case reflect.Int8:
		v.SetInt(1)
	case reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(*next))
	case reflect.Int, reflect.Int64:
		v.SetInt(*next)
	}
}

func TestEveryFieldOfEveryFactComesBackFromTheLog(t *testing.T) {
	for kind := orrery.KindTouchRecorded; kind <= orrery.KindViewsRestored; kind++ {
		f, err := newFact(kind)
		if err != nil {
			t.Fatal(err)
		}
		next := int64(0)
		fill(reflect.ValueOf(f).Elem(), &next)
		var w wire.Writer
		if err := encodeFact(&w, f); err != nil {
			t.Fatalf("%T does not encode: %v", f, err)
		}
		back, err := decodeFact(kind, w.B)
		if err != nil {
			t.Fatalf("%T does not decode: %v", f, err)
		}
		if diff := cmp.Diff(f, back); diff != "" {
			t.Errorf("%T comes back from the log as another (-was +is):\n%s", f, diff)
		}
	}
}
