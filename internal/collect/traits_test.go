package collect_test

import (
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/collect"
)

func TestTraitsAreCanonicalSoThatEqualValuesAreEqualTexts(t *testing.T) {
	got := one(t, collect.Identify, `{"userId":"u","traits":{"s":"a\u0062\/","n":1.50,"e":1e2,"big":12345678901234567890,"zero":-0,"t":true,"x":null,
		"o":{"b":12345678901234567890, "a":[ 1, 2.0 ]},"empty":{ },"none":[],"key\u0041":"v"}}`)
	want := []orrery.Trait{{Name: "s", Value: `"ab/"`}, {Name: "n", Value: `1.5`}, {Name: "e", Value: `100`}, {Name: "big", Value: `12345678901234567890`}, {Name: "zero", Value: `0`},
		{Name: "t", Value: `true`}, {Name: "x", Value: `null`}, {Name: "o", Value: `{"a":[1,2],"b":12345678901234567890}`}, {Name: "empty", Value: `{}`}, {Name: "none", Value: `[]`}, {Name: "keyA", Value: `"v"`}}
	for i := range want {
		want[i].Origin = orrery.FirstParty
	}
	differ(t, "traits", want, got.Traits)
	differ(t, "properties", "", got.Properties)
}

func TestNumbersOfTraitsKeepTheirValueWhateverADoubleCanHold(t *testing.T) {
	for written, want := range map[string]string{
		`9007199254740993`: `9007199254740993`, `9007199254740993.0`: `9007199254740993.0`, `9007199254740992.0`: `9007199254740992`,
		`0.10000000000000000555`: `0.10000000000000000555`, `0.10`: `0.1`, `1E+2`: `100`, `-0.0`: `0`, `-0`: `0`, `12.50e-1`: `1.25`,
		`1234567890123456789.123`: `1234567890123456789.123`, `1e300`: `1e+300`, `"1.50 \\"`: `"1.50 \\"`, `["-0.10",0.10]`: `["-0.10",0.1]`,
	} {
		got := one(t, collect.Identify, `{"userId":"u","traits":{"n":`+written+`}}`)
		if len(got.Traits) != 1 || got.Traits[0].Value != want {
			t.Errorf("the trait %s should be kept as %s; it is %v", written, want, got.Traits)
		}
	}
}

func TestTraitsInTheContextCountForAnIdentifyCallAndItsOwnWinOverThem(t *testing.T) {
	got := one(t, collect.Identify, `{"userId":"u","traits":{"plan":"gold"},"context":{"traits":{"plan":"tin","age":30}}}`)
	differ(t, "traits", []orrery.Trait{{Name: "plan", Value: `"gold"`, Origin: orrery.FirstParty}, {Name: "age", Value: `30`, Origin: orrery.FirstParty}}, got.Traits)
	got = one(t, collect.Track, `{"userId":"u","event":"e","context":{"traits":{"plan":"tin"}}}`)
	differ(t, "traits of a track call", []orrery.Trait(nil), got.Traits)
}

func TestTraitsOfAnImportSayThatTheyWereImported(t *testing.T) {
	got := one(t, collect.Import, `{"batch":[{"type":"identify","userId":"u","traits":{"a":1}}]}`)
	differ(t, "traits", []orrery.Trait{{Name: "a", Value: `1`, Origin: orrery.Imports}}, got.Traits)
}

func TestALongBatchOfTraitsKeepsEachEventsOwn(t *testing.T) {
	body := `{"batch":[`
	for i := range 300 {
		if i > 0 {
			body += ","
		}
		body += `{"type":"identify","userId":"u` + itoa(i) + `","traits":{"n":` + itoa(i) + `,"m":"x"}}`
	}
	touches, _ := decode(t, collect.Batch, body+"]}")
	for i, touch := range touches {
		if touch.Identifiers[0].Value != "u"+itoa(i) || touch.Traits[0].Value != itoa(i) || len(touch.Traits) != 2 {
			t.Fatalf("event %d carries %+v and %+v", i, touch.Identifiers, touch.Traits)
		}
	}
}
