package collect_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/collect"
)

func basic(v string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(v)) }

func TestAWriteKeyIsFoundWhereClientsWriteIt(t *testing.T) {
	const inBody = `{"batch":[{"writeKey":"not this one"}, 5],"context":{"writeKey":"nor this"},"writeKey":"body"}`
	for _, c := range []struct{ name, authorization, body, want string }{
		{"Basic", basic("key:"), "", "key"},
		{"Basic without its colon", basic("key"), "", "key"},
		{"Basic with a password", basic("key:secret"), "", "key"},
		{"Basic in small letters", "basic " + strings.TrimPrefix(basic("key:"), "Basic "), "", "key"},
		{"Basic without padding", "Basic a2V5Og", "", "key"},
		{"Basic before the body", basic("key:"), inBody, "key"},
		{"Bearer", "Bearer key", "", "key"},
		{"Bearer before the body", "Bearer key", inBody, "key"},
		{"a token of OAuth, and the key in the body", "Bearer a.b.c", inBody, "body"},
		{"a token of OAuth alone", "Bearer a.b.c", "", "a.b.c"},
		{"the body", "", inBody, "body"},
		{"the body, escaped", "", `{"writeKey":"\u0062ody"}`, "body"},
		{"nowhere", "", `{"batch":[]}`, ""},
		{"an empty Basic", basic(":"), "", ""},
		{"a broken Basic", "Basic %%%", inBody, ""},
		{"a broken body", "", `{"a":1 "writeKey":"body"}`, ""},
		{"a body with a number", "", `{"writeKey":5}`, ""},
		{"no body", "", "", ""},
		{"an unknown scheme", "Digest x", "", ""},
		{"a key with a line end", basic("a\nb:"), "", ""},
	} {
		got, ok := collect.WriteKey(c.authorization, []byte(c.body))
		if ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%s: found %q (%v), wanted %q", c.name, got, ok, c.want)
		}
	}
}

func packed(t *testing.T, encoding string, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch encoding {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "deflate":
		w = zlib.NewWriter(&b)
	case "raw deflate":
		w, _ = flate.NewWriter(&b, 5)
	case "zstd":
		w, _ = zstd.NewWriter(&b)
	default:
		return plain
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var encodings = []string{"", "identity", "gzip", "deflate", "raw deflate", "zstd"}

func TestABodyIsDecompressedAsItsEncodingSays(t *testing.T) {
	d := collect.New(collect.DefaultPolicy(), nil)
	plain := []byte(strings.Repeat(`{"a":1}`, 2000))
	for _, e := range encodings {
		for range 2 { // the second time with a decompressor that was used before
			body := packed(t, e, plain)
			for _, size := range []int64{-1, 0, int64(len(body))} {
				got, err := d.Inflate(strings.TrimPrefix(e, "raw "), bytes.NewReader(body), size, len(plain))
				if err != nil || !bytes.Equal(got, plain) {
					t.Errorf("%q: %d bytes became %d (%v)", e, len(plain), len(got), err)
				}
			}
		}
	}
}

func TestABodyThatIsTooLargeIsRefusedHoweverSmallItArrives(t *testing.T) {
	d := collect.New(collect.DefaultPolicy(), nil)
	bomb := bytes.Repeat([]byte("x"), 8<<20)
	for _, e := range encodings {
		body := bytes.NewReader(packed(t, e, bomb))
		_, err := d.Inflate(strings.TrimPrefix(e, "raw "), body, -1, collect.MaxBody)
		var own *orrery.Error
		if !errors.As(err, &own) || own.Code != "collect.too_large" || own.Say != "the request has more than 512000 bytes, which is the most that is taken" {
			t.Errorf("a bomb of %q answers %v", e, err)
		}
	}
	if _, err := d.Inflate("", strings.NewReader(""), 512001, collect.MaxBody); err == nil || !strings.Contains(err.Error(), "more than 512000") {
		t.Errorf("a body that announces too many bytes answers %v", err)
	}
}

func TestABodyThatIsNotWhatItsEncodingSaysIsRefused(t *testing.T) {
	d := collect.New(collect.DefaultPolicy(), nil)
	for _, e := range []string{"gzip", "deflate", "zstd"} {
		whole := packed(t, e, []byte(strings.Repeat("hello", 1000)))
		for name, body := range map[string][]byte{"plain text": []byte("hello, this is no such thing"), "nothing": {}, "half": whole[:len(whole)/2]} {
			if e == "zstd" && name == "nothing" {
				continue // no frame at all is an empty body
			}
			_, err := d.Inflate(e, bytes.NewReader(body), -1, collect.MaxBody)
			var own *orrery.Error
			if !errors.As(err, &own) || own.Code != "collect.encoding" || own.Say != "the body is not what its Content-Encoding says, or is cut off" {
				t.Errorf("%s called %s answers %v", name, e, err)
			}
		}
	}
	_, err := d.Inflate("br", strings.NewReader("x"), -1, collect.MaxBody)
	if err == nil || err.Error() != `Content-Encoding: "br" is not known: use gzip, deflate, zstd or none` {
		t.Errorf("an unknown encoding answers %v", err)
	}
}

type brokenWire struct{}

func (brokenWire) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

func TestABrokenConnectionIsNoFaultOfTheClientsBody(t *testing.T) {
	d := collect.New(collect.DefaultPolicy(), nil)
	for _, e := range []string{"", "gzip", "deflate", "zstd"} {
		_, err := d.Inflate(e, brokenWire{}, -1, collect.MaxBody)
		if err == nil || orrery.KindOf(err) == orrery.KindInvalid {
			t.Errorf("%q: a broken connection answers %v", e, err)
		}
	}
}

func TestAPixelCarriesOneEvent(t *testing.T) {
	const event = `{"writeKey":"k","anonymousId":"a","event":"Ad seen?>","properties":{"n":1}}`
	for name, enc := range map[string]*base64.Encoding{"standard": base64.StdEncoding, "for addresses": base64.URLEncoding, "unpadded": base64.RawStdEncoding, "for addresses, unpadded": base64.RawURLEncoding} {
		body, err := collect.ReadPixel(strings.ReplaceAll(enc.EncodeToString([]byte(event)), "+", " "))
		if err != nil || string(body) != event {
			t.Errorf("%s: %q (%v)", name, body, err)
		}
	}
	got := one(t, collect.Pixel, event)
	differ(t, "the touch of a pixel", []string{"track", "Ad seen?>"}, []string{got.Kind.String(), got.Name})
	got = one(t, collect.Pixel, `{"type":"page","anonymousId":"a"}`)
	differ(t, "the touch of a pixel with a type", orrery.Page, got.Kind)
	for data, want := range map[string]string{"": "data: this is no JSON object in base 64", "%": "data: this is no JSON object in base 64", strings.Repeat("A", 50_000): "data: a pixel carries one event of at most 32 KiB"} {
		if _, err := collect.ReadPixel(data); err == nil || err.Error() != want {
			t.Errorf("a pixel of %.20q answers %v", data, err)
		}
	}
}

func TestTheSettingsSendTheLibraryToUs(t *testing.T) {
	var got struct {
		Integrations map[string]struct{ APIKey, APIHost string }
	}
	if err := json.Unmarshal(collect.Settings("k\"\xff", "cdp.example.com/"), &got); err != nil {
		t.Fatal(err)
	}
	differ(t, "where analytics.js sends", struct{ APIKey, APIHost string }{"k\"\uFFFD", "cdp.example.com/v1"}, got.Integrations["Segment.io"])
}

func TestAPolicyIsValidatedWithItsField(t *testing.T) {
	if err := collect.DefaultPolicy().Validate(); err != nil {
		t.Errorf("the default policy is refused: %v", err)
	}
	for want, p := range map[string]collect.Policy{
		`currency: "euro" is no currency: write three capital letters of ISO 4217, such as EUR`:               {Currency: "euro"},
		`blocked_identifiers: " " is no value to block: write 1 to 512 characters`:                            {Blocklist: []string{" "}},
		`consent_categories: "x": "" is no pair of a category and a purpose such as marketing or advertising`: {Purposes: map[string]orrery.Purpose{"x": ""}},
	} {
		if err := p.Validate(); err == nil || err.Error() != want {
			t.Errorf("%+v answers %v, wanted %s", p, err, want)
		}
	}
}
