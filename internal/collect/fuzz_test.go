package collect_test

import (
	"bytes"
	"errors"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/collect"
)

var seeds = []string{
	`{"batch":[]}`, `{"batch":[1,null,"x",{}]}`, `{"userId":"u","event":"e","properties":{ "a" : [ 1.5e3 , "\ud83d\ude00\ud83d" ] }}`,
	`{"batch":[{"type":"identify","userId":"u","traits":{"email":"A@B.example","phone":"+491712345678","o":{"b":1,"a":[2.0]}},"context":{"traits":{"x":null}}}],"context":{"locale":"de"}}`,
	`{"batch":[{"type":"track","event":"order","userId":"u","properties":{"order_id":"o","total":"1.50","products":[{"sku":"s","price":2}],"x":1}}],"sentAt":"2026-11-24T15:04:05.123+01:00"}`,
	`{"batch":[{"type":"track","event":"message","userId":"u","properties":{"text":"x","affected":{"email":"m@x.example"},"reporter":{"handle":"h"},"k\u0000":[ ]}}]}`,
	`{"batch":[{"type":"page","category":"c","anonymousId":"a","context":{"consent":{"categoryPreferences":{"ads":false}},"externalIds":[{"id":"1","type":"ios.id"}]}}]}`,
	`{"batch":[{"type":"group","userId":"u","groupId":7,"traits":{"a":1}},{"type":"alias","userId":"u","previousId":"p"}],"batch":1}`,
	"{\"batch\":[{\"a\":\"\xff\"},{\"a\":[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]},{\"a\":1,\"\\u0061\":2},{\"n\":1e999},{\"c\":\"\x01\"}]}",
	"\xef\xbb\xbf {\"batch\" : [ {\"type\" : \"page\" , \"userId\" : \"u\" } ] } ",
}

func FuzzDecodeNeverPanicsAndKeepsItsPromises(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s), byte(collect.Batch), false)
	}
	f.Add(mix(rand.New(rand.NewPCG(1, 1)), 20), byte(collect.Batch), false)
	f.Add([]byte(`{"userId":"u","event":"survey_answer","properties":{"survey":"s","score":3,"token":"signed"}}`), byte(collect.Track), true)
	d := collect.New(collect.DefaultPolicy(), func(token, _ string, _ orrery.CaseID) bool { return token == "signed" })
	f.Fuzz(func(t *testing.T, body []byte, call byte, public bool) {
		source := server
		if public {
			source = browser
		}
		ask := func(body []byte) ([]orrery.Touch, []collect.Rejected, error) {
			return d.Decode(&collect.Request{Call: collect.Call(call%9 + 1), Body: body, Source: source, Received: received})
		}
		strict := jsontext.Value(bytes.Clone(body)).IsValid()
		touches, rejected, err := ask(body)
		var own *orrery.Error
		if errors.As(err, &own) && own.Code == "collect.json" && strict && bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")) {
			t.Fatalf("valid JSON was refused: %v", err)
		}
		if err == nil && len(rejected) == 0 && !jsontext.Value(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))).IsValid() {
			t.Fatal("what is no JSON was taken without a word")
		}
		for _, r := range rejected {
			if r.Code == "" || r.Say == "" || !utf8.ValidString(r.Say) || !utf8.ValidString(r.MessageID) || len(r.Body) > collect.MaxEvent || !utf8.Valid(r.Body) {
				t.Fatalf("a rejected event cannot be shown: %+v", r)
			}
		}
		for i := range touches {
			checkTouch(t, &touches[i])
		}
		again, rejectedAgain, errAgain := ask(body)
		if !cmp.Equal(touches, again) || !cmp.Equal(rejected, rejectedAgain) || (err == nil) != (errAgain == nil) {
			t.Fatal("the same request gave other touches the second time")
		}
	})
}

func checkTouch(t *testing.T, c *orrery.Touch) {
	t.Helper()
	if c.Kind == 0 || c.At <= 0 || c.At > received.Add(5*orrery.Minute) || len(c.Identifiers) == 0 || len(c.Identifiers) > collect.MaxIDs {
		t.Fatalf("a touch breaks its promises: %+v", c)
	}
	if c.Trust == orrery.Public && (c.Order != nil || c.Sent != nil) {
		t.Fatalf("a public source wrote an order or a sent message: %+v", c)
	}
	texts := []string{c.Name, c.MessageID, string(c.Channel), c.Product, c.Locale, c.Zone, string(c.Account), c.Campaign}
	for _, i := range append(c.Identifiers, c.Alias...) {
		texts = append(texts, i.Value)
		if i.Value == "" || i.Namespace == "" || i.Namespace == orrery.SliceID || i.Proven && c.Trust == orrery.Public {
			t.Fatalf("an identifier breaks its promises: %+v", i)
		}
	}
	for _, v := range texts {
		if !utf8.ValidString(v) {
			t.Fatalf("%q is no text", v)
		}
		for i := range len(v) {
			if v[i] < ' ' {
				t.Fatalf("%q holds a control character", v)
			}
		}
	}
	if c.Properties != "" && (c.Properties[0] != '{' || !jsontext.Value(c.Properties).IsValid()) {
		t.Fatalf("properties are no JSON object: %q", c.Properties)
	}
	for _, trait := range c.Traits {
		v := jsontext.Value(trait.Value)
		if !v.IsValid() {
			t.Fatalf("a trait is no JSON: %q", v)
		}
		canonical := v.Clone()
		if err := canonical.Canonicalize(jsontext.CanonicalizeRawInts(false), jsontext.CanonicalizeRawFloats(false)); err != nil || trait.Value != string(canonical) && trait.Value != "0" {
			t.Fatalf("a trait is not canonical: %q should be %q (%v)", trait.Value, canonical, err)
		}
		checkNumbers(t, v)
	}
}

func FuzzWriteKeyIsAKeyOrNothing(f *testing.F) {
	f.Add("Basic a2V5Og==", `{"writeKey":"k"}`)
	f.Add("Bearer a.b.c", `{"batch":[{"a":[1,{"b":"\u0041"}]}],"writeKey":"\u0062"}`)
	f.Add("", `{"a":[[[[`)
	f.Fuzz(func(t *testing.T, authorization, body string) {
		key, ok := collect.WriteKey(authorization, []byte(body))
		if ok && (key == "" || !utf8.ValidString(key)) {
			t.Fatalf("%q is no key", key)
		}
	})
}

func FuzzInflateNeverGivesMoreThanItsLimit(f *testing.F) {
	d := collect.New(collect.DefaultPolicy(), nil)
	f.Add("gzip", []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00\x00\x00"), int64(-1))
	f.Add("zstd", []byte("\x28\xb5\x2f\xfd\x04\x00\x29\x00\x00hello"), int64(5))
	f.Add("deflate", []byte("\x78\x9c\xcb\x48\xcd\xc9\xc9\x07\x00\x06\x2c\x02\x15"), int64(0))
	f.Fuzz(func(t *testing.T, encoding string, body []byte, size int64) {
		const limit = 100_000
		out, err := d.Inflate(encoding, bytes.NewReader(body), size, limit)
		if len(out) > limit || err != nil && orrery.KindOf(err) != orrery.KindInvalid {
			t.Fatalf("%d bytes (%v)", len(out), err)
		}
	})
}

func FuzzPixelNeverPanics(f *testing.F) {
	f.Add("eyJ1c2VySWQiOiJ1IiwiZXZlbnQiOiJlIn0=")
	d := collect.New(collect.DefaultPolicy(), nil)
	f.Fuzz(func(t *testing.T, data string) {
		body, err := collect.ReadPixel(data)
		if err != nil {
			return
		}
		touches, _, _ := d.Decode(&collect.Request{Call: collect.Pixel, Body: body, Source: browser, Received: received})
		for i := range touches {
			checkTouch(t, &touches[i])
		}
	})
}

// checkNumbers wants each number with a fraction or an exponent to be written shortly, unless that would change it.
func checkNumbers(t *testing.T, v jsontext.Value) {
	d := jsontext.NewDecoder(bytes.NewReader(v), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for {
		token, err := d.ReadToken()
		if err != nil {
			return
		}
		raw := token.Clone().String()
		if token.Kind() != '0' || !strings.ContainsAny(raw, ".eE") {
			continue
		}
		short := jsontext.Value(raw).Clone()
		if err := short.Canonicalize(); err != nil {
			t.Fatalf("%q is no number: %v", raw, err)
		}
		is, _ := new(big.Rat).SetString(raw)
		would, _ := new(big.Rat).SetString(string(short))
		if string(short) != raw && is.Cmp(would) == 0 {
			t.Fatalf("the number %q should be written %q", raw, short)
		}
	}
}
