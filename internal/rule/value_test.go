package rule

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestTraitsAreReadFromTheirJSON(t *testing.T) {
	tests := []struct {
		raw, path string
		want      Value
		ok        bool
	}{
		{`"pro"`, "", TextOf("pro"), true}, {`"a\"b\u00e9"`, "", TextOf(`a"bé`), true}, {`""`, "", TextOf(""), true},
		{`12`, "", NumberOf(12_000), true}, {`-0.5`, "", NumberOf(-500), true}, {`1.25`, "", NumberOf(1250), true}, {`1.2346`, "", NumberOf(1235), true},
		{`1e3`, "", NumberOf(1_000_000), true}, {`1e300`, "", NumberOf(math.MaxInt64), true}, {`-99999999999999999999`, "", NumberOf(math.MinInt64), true},
		{`true`, "", BoolOf(true), true}, {`false`, "", BoolOf(false), true}, {`null`, "", Value{}, false}, {`{"a":1}`, "", Value{}, false}, {``, "", Value{}, false},
		{`["a",1,true,null,{"x":1},[2],"b\n"]`, "", ListOf([]string{"a", "1", "true", "b\n"}), true}, {`[]`, "", ListOf([]string{}), true},
		{`{"city":"Wien","geo":{"lat":48.2}}`, "city", TextOf("Wien"), true}, {`{"geo":{"lat":48.2}}`, "geo.lat", NumberOf(48_200), true},
		{`{"geo.lat":1,"geo":{"lat":48.2}}`, "geo.lat", NumberOf(1000), true}, {`{"geo":1}`, "geo.lat", Value{}, false}, {`{"geo":1}`, "x", Value{}, false}, {`"x"`, "x", Value{}, false},
		{`"torn`, "", Value{}, false}, {`"`, "", Value{}, false}, {`trug`, "", Value{}, false}, {`[1`, "", Value{}, false}, {`-`, "", Value{}, false}, {`{`, "a", Value{}, false},
	}
	for _, tt := range tests {
		got, ok := ValueAt(tt.raw, tt.path)
		if !ok {
			got = Value{}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || ok != tt.ok {
			t.Errorf("%s at %q is read wrongly (%v, -want +got):\n%s", tt.raw, tt.path, ok, diff)
		}
	}
}

func TestThousandthsSurviveJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(-1<<50, 1<<50).Draw(t, "thousandths")
		if v, ok := ValueAt(NumberOf(n).String(), ""); !ok || v.Number != n {
			t.Fatalf("%d thousandths are written %s and read as %v", n, NumberOf(n), v)
		}
		text := rapid.String().Draw(t, "text")
		raw, _ := json.Marshal(text)
		if v, ok := ValueAt(string(raw), ""); !ok || v.Text != text {
			t.Fatalf("%s is read as %q", raw, v.Text)
		}
	})
}

func FuzzValueAt(f *testing.F) {
	f.Add(`{"a":[1,"b"]}`, "a")
	f.Add(`1e-400`, "")
	f.Fuzz(func(t *testing.T, raw, path string) {
		if v, ok := ValueAt(raw, path); ok && v.Kind == None {
			t.Fatalf("%q at %q is a value of no kind", raw, path)
		}
	})
}
