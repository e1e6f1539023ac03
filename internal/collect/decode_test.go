package collect_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/collect"
)

// received is when every request of these tests arrived: 2026-11-24T15:04:05.000Z.
const received orrery.Instant = 1795532645000

var browser = collect.Source{Name: "website", Trust: orrery.Public, DefaultChannel: "web"}

// decode decodes a request of server that must be valid as a whole.
func decode(t *testing.T, call collect.Call, body string) ([]orrery.Touch, []collect.Rejected) {
	t.Helper()
	return decodeFrom(t, server, call, body)
}

func decodeFrom(t *testing.T, source collect.Source, call collect.Call, body string) ([]orrery.Touch, []collect.Rejected) {
	t.Helper()
	touches, rejected, err := request(source, call, body)
	if err != nil {
		t.Fatalf("a valid request was refused: %v\n%s", err, body)
	}
	return touches, rejected
}

func request(source collect.Source, call collect.Call, body string) ([]orrery.Touch, []collect.Rejected, error) {
	d := collect.New(collect.DefaultPolicy(), func(token, survey string, c orrery.CaseID) bool { return token == "signed" })
	return d.Decode(&collect.Request{Call: call, Body: []byte(body), Source: source, Received: received})
}

// one decodes one valid event.
func one(t *testing.T, call collect.Call, body string) orrery.Touch {
	t.Helper()
	touches, _ := decode(t, call, body)
	if len(touches) != 1 {
		t.Fatalf("one event gave %d touches", len(touches))
	}
	return touches[0]
}

// track decodes one track event of user u1 with these properties.
func track(t *testing.T, event, properties string) orrery.Touch {
	t.Helper()
	return one(t, collect.Track, `{"userId":"u1","event":"`+event+`","properties":`+properties+`}`)
}

func differ(t *testing.T, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (- wanted, + got):\n%s", what, d)
	}
}

func id(ns orrery.Namespace, v string) orrery.Identifier {
	return orrery.Identifier{Namespace: ns, Value: v}
}

func proven(ns orrery.Namespace, v string) orrery.Identifier {
	return orrery.Identifier{Namespace: ns, Value: v, Proven: true}
}

func TestATrackCallBecomesATouchWithItsPropertiesAsTheyCame(t *testing.T) {
	got := one(t, collect.Track, `{"userId":"u1","anonymousId":"a1","event":"Product Viewed","messageId":"m1","timestamp":"2026-11-24T15:00:00Z",
		"properties":{"product_id":"p7","price":12.50,"tags":["a","b"],"email":"Ada@Example.COM"},
		"context":{"locale":"de-DE","timezone":"Europe/Berlin","campaign":{"name":"autumn"},"groupId":"acme"}}`)
	want := orrery.Touch{Kind: orrery.Track, Name: "Product Viewed", MessageID: "m1", Source: "shop", Trust: orrery.Server,
		At: received - 245_000, Received: received, Channel: "web",
		Identifiers: []orrery.Identifier{proven(orrery.UserID, "u1"), id(orrery.AnonymousID, "a1"), id(orrery.Email, "ada@example.com")},
		Properties:  `{"product_id":"p7","price":12.50,"tags":["a","b"],"email":"Ada@Example.COM"}`,
		Product:     "p7", Locale: "de-DE", Zone: "Europe/Berlin", Account: "acme", Campaign: "autumn"}
	differ(t, "the touch of a track call", want, got)
}

func TestWhiteSpaceIsTakenOutOfPropertiesButNotOutOfTheirTexts(t *testing.T) {
	got := track(t, "x", "{ \"a b\" : [ 1 ,\n\t2 ] , \"c\" : \"d \\\" e\\\\\" , \"o\" : { } }")
	differ(t, "compact properties", `{"a b":[1,2],"c":"d \" e\\","o":{}}`, got.Properties)
	differ(t, "empty properties", "", track(t, "x", "{ }").Properties)
}

func TestAPageKeepsItsNameAndWhereItWas(t *testing.T) {
	got := one(t, collect.Page, `{"anonymousId":"a1","name":"Home","category":"Docs","properties":{"url":"https://x.example/","path":"/"}}`)
	differ(t, "kind, name, channel and properties", []any{orrery.Page, "Home", orrery.Channel("web"), `{"url":"https://x.example/","path":"/","category":"Docs"}`},
		[]any{got.Kind, got.Name, got.Channel, got.Properties})
	got = one(t, collect.Page, `{"anonymousId":"a1","category":"Docs"}`)
	differ(t, "a page with a category alone", []string{"Docs", `{"category":"Docs"}`}, []string{got.Name, got.Properties})
	got = one(t, collect.Page, `{"anonymousId":"a1","properties":{"name":"Home","path":"/"}}`)
	differ(t, "a page that is named in its properties", []string{"Home", `{"name":"Home","path":"/"}`}, []string{got.Name, got.Properties})
}

func TestAScreenIsInTheApp(t *testing.T) {
	got := one(t, collect.Screen, `{"userId":"u1","name":"Basket"}`)
	differ(t, "kind and channel", []any{orrery.Screen, orrery.Channel("app")}, []any{got.Kind, got.Channel})
}

func TestAGroupsTraitsAreNotThePersons(t *testing.T) {
	got := one(t, collect.Group, `{"userId":"u1","groupId":42,"traits":{"name":"Acme","email":"info@acme.example"}}`)
	differ(t, "account", orrery.AccountID("42"), got.Account)
	differ(t, "traits of the person", []orrery.Trait(nil), got.Traits)
	differ(t, "what is said of the group", `{"name":"Acme","email":"info@acme.example"}`, got.Properties)
	differ(t, "identifiers", []orrery.Identifier{proven(orrery.UserID, "u1")}, got.Identifiers)
}

func TestAnAliasNamesThePreviousIdByWhatItLooksLike(t *testing.T) {
	for previous, want := range map[string]orrery.Identifier{
		"old-17":                               id(orrery.UserID, "old-17"),
		"0b1fcd54-3a5b-4c5e-9f0e-2f4f3a1b2c3d": id(orrery.AnonymousID, "0b1fcd54-3a5b-4c5e-9f0e-2f4f3a1b2c3d"),
		"a1":                                   id(orrery.AnonymousID, "a1"),
		"Ada@Example.com":                      id(orrery.Email, "ada@example.com"),
	} {
		got := one(t, collect.AliasCall, `{"userId":"u1","anonymousId":"a1","previousId":"`+previous+`"}`)
		differ(t, "the previous id "+previous, []orrery.Identifier{want}, got.Alias)
	}
}

func TestWhatABatchSaysHoldsForEachEventThatSaysNothingItself(t *testing.T) {
	touches, _ := decode(t, collect.Batch, `{"batch":[
		{"type":"track","event":"x","userId":"u1"},
		{"type":"track","event":"x","userId":"u1","context":{"locale":"ar","device":{"id":"d2"}}}],
		"context":{"locale":"zh-Hans","timezone":"Asia/Shanghai","device":{"id":"d1","token":"t1"}},
		"integrations":{"Google Analytics":{"clientId":"1.2"}}}`)
	differ(t, "languages and zones", []string{"zh-Hans", "Asia/Shanghai", "ar", "Asia/Shanghai"},
		[]string{touches[0].Locale, touches[0].Zone, touches[1].Locale, touches[1].Zone})
	differ(t, "identifiers of the first", []orrery.Identifier{proven(orrery.UserID, "u1"), id(orrery.DeviceID, "d1"), id(orrery.PushToken, "t1"), id(orrery.CookieID, "1.2")}, touches[0].Identifiers)
	differ(t, "identifiers of the second", []orrery.Identifier{proven(orrery.UserID, "u1"), id(orrery.DeviceID, "d2"), id(orrery.CookieID, "1.2")}, touches[1].Identifiers)
}

func TestOneInvalidEventLeavesItsNeighboursAlone(t *testing.T) {
	touches, rejected := decode(t, collect.Batch, `{"batch":[
		{"type":"track","event":"a","userId":"u1","messageId":"m0"},
		{"type":"track","userId":"u1","messageId":"m1"},
		{"type":"page","anonymousId":"b","messageId":"m2"}],"context":{"locale":"de"},"sentAt":"2026-11-24T15:04:05Z"}`)
	differ(t, "kept", []string{"m0", "m2"}, []string{touches[0].MessageID, touches[1].MessageID})
	differ(t, "rejected", []collect.Rejected{{Index: 1, MessageID: "m1", Code: "collect.field", Say: "event is missing: write the name of what happened",
		Body: []byte(`{"type":"track","userId":"u1","messageId":"m1","context":{"locale":"de"},"sentAt":"2026-11-24T15:04:05Z"}`)}}, rejected)
}

func TestAFaultInTheLastEventIsItsOwnOnly(t *testing.T) {
	touches, rejected := decode(t, collect.Batch, `{"batch":[{"type":"page","userId":"u"},{"a":1,"a":2}],"sentAt":null}`)
	if len(touches) != 1 || len(rejected) != 1 || rejected[0].Index != 1 || rejected[0].Code != "collect.duplicate_key" {
		t.Errorf("%d kept, rejected %+v; wanted the first kept and the last rejected", len(touches), rejected)
	}
}

func TestARejectedEventLeavesNothingInTheNext(t *testing.T) {
	touches, rejected := decode(t, collect.Batch, `{"batch":[
		{"type":"track","event":"message","userId":"u1","messageId":"m0","properties":{"text":"angry","product":"p","channel":5}},
		{"type":"track","event":"e","userId":"u2"}]}`)
	if len(rejected) != 1 || len(touches) != 1 {
		t.Fatalf("%d kept, %d rejected, wanted one of each", len(touches), len(rejected))
	}
	differ(t, "the next event", one(t, collect.Track, `{"event":"e","userId":"u2"}`), touches[0])
}

func TestARejectedEventKeepsItsOwnContext(t *testing.T) {
	const event = `{"type":"track","userId":"u1","context":{"locale":"ar"},"sentAt":"2026-11-24T15:04:05Z"}`
	_, rejected := decode(t, collect.Batch, `{"batch":[`+event+`],"context":{"locale":"de"},"sentAt":"2026-11-24T15:00:00Z"}`)
	differ(t, "what the quarantine holds", event, string(rejected[0].Body))
}

func TestTheQuarantineHoldsLegibleTextOfBoundedSize(t *testing.T) {
	for _, text := range []string{strings.Repeat("\xff", 32_000), strings.Repeat("é", 20_000), strings.Repeat("a\xff", 16_000)} {
		_, rejected := decode(t, collect.Batch, `{"batch":[{"x":"`+text+`"}]}`)
		if body := rejected[0].Body; len(body) > collect.MaxEvent || len(body) == 0 || !utf8.Valid(body) {
			t.Errorf("an event of %d bytes is kept as %d bytes, valid UTF-8: %v", len(text), len(body), utf8.Valid(body))
		}
	}
}

func TestAnEventOfEveryTypeIsFoundInABatchAndByItsPath(t *testing.T) {
	for path, want := range map[string]collect.Call{
		"/v1/batch": collect.Batch, "/v1/b": collect.Batch, "/v1/import": collect.Import, "/v1/identify": collect.Identify, "/v1/i": collect.Identify,
		"/v1/track": collect.Track, "/t": collect.Track, "/v1/page/": collect.Page, "/v1/p": collect.Page, "/v1/screen": collect.Screen, "/v1/s": collect.Screen,
		"/v1/group": collect.Group, "/v1/g": collect.Group, "/v1/alias": collect.AliasCall, "/v1/a": collect.AliasCall, "/api/s/s2s/track": collect.Track,
		"/api/s/page": collect.Page, "/beacon/v1/batch": collect.Batch,
	} {
		if call, pixel, ok := collect.CallOf(path); call != want || pixel || !ok {
			t.Errorf("%s is call %v (pixel %v, known %v), wanted %v", path, call, pixel, ok, want)
		}
	}
	for path, want := range map[string]collect.Call{"/v1/pixel/page": collect.Page, "/v1/pixel/t": collect.Track, "/v1/pixel": collect.Pixel,
		"/pixel/v1/track": collect.Track, "/pixel/v1/page": collect.Page} {
		if call, pixel, ok := collect.CallOf(path); call != want || !pixel || !ok {
			t.Errorf("%s is call %v (pixel %v, known %v), wanted the pixel %v", path, call, pixel, ok, want)
		}
	}
	for _, path := range []string{"/v1/pixel/batch", "/v1/pixelpage", "/v1/", "/", "/v1/merge", "/v1/m", "/beacon/v1/track", "/pixel/v1/batch", "/pixel/v1track"} {
		if _, _, ok := collect.CallOf(path); ok {
			t.Errorf("%s is no call and was taken for one", path)
		}
	}
	touches, rejected := decode(t, collect.Batch, `{"batch":[{"type":"identify","userId":"u"},{"type":"track","event":"e","userId":"u"},{"type":"page","userId":"u"},
		{"type":"screen","userId":"u"},{"type":"group","groupId":"g","userId":"u"},{"type":"alias","previousId":"p","userId":"u"}]}`)
	if len(rejected) > 0 {
		t.Fatalf("valid events were rejected: %+v", rejected)
	}
	var kinds []orrery.TouchKind
	for _, touch := range touches {
		kinds = append(kinds, touch.Kind)
	}
	differ(t, "kinds", []orrery.TouchKind{orrery.Identify, orrery.Track, orrery.Page, orrery.Screen, orrery.Group, orrery.AliasCall}, kinds)
}

func TestTheChannelIsWhatTheEventSaysElseWhereItsLibraryLives(t *testing.T) {
	care := collect.Source{Name: "care", Trust: orrery.Server, DefaultChannel: "phone"}
	for event, want := range map[string]orrery.Channel{
		`{"userId":"u","event":"e"}`:                                                                  "phone",
		`{"userId":"u","event":"e","channel":"server"}`:                                               "phone",
		`{"userId":"u","event":"e","channel":"mobile"}`:                                               "app",
		`{"userId":"u","event":"e","context":{"channel":"Kiosk"}}`:                                    "kiosk",
		`{"userId":"u","event":"e","context":{"library":{"name":"analytics.js"}}}`:                    "web",
		`{"userId":"u","event":"e","context":{"library":{"name":"analytics-ios"}}}`:                   "app",
		`{"userId":"u","event":"e","context":{"library":{"name":"@segment/analytics-node"}}}`:         "phone",
		`{"userId":"u","event":"e","properties":{"channel":"email"}}`:                                 "email",
		`{"userId":"u","event":"e","properties":{"channel":"paid search"}}`:                           "phone",
		`{"userId":"u","event":"ad_click","properties":{"campaign":"c"}}`:                             "ads",
		`{"userId":"u","event":"store_visit","properties":{"store":"s"}}`:                             "store",
		`{"userId":"u","event":"message","properties":{"text":"x","channel":"whatsapp"}}`:             "whatsapp",
		`{"userId":"u","event":"message","properties":{"text":"x"},"context":{"channel":"telegram"}}`: "telegram",
	} {
		touches, _ := decodeFrom(t, care, collect.Track, event)
		differ(t, "channel of "+event, want, touches[0].Channel)
	}
}

func TestTouchesOfOneRequestAreNotTouchedByTheNext(t *testing.T) {
	d := collect.New(collect.DefaultPolicy(), nil)
	body := func(n string) *collect.Request {
		return &collect.Request{Call: collect.Batch, Source: server, Received: received,
			Body: []byte(`{"batch":[` + strings.Repeat(`{"type":"identify","userId":"u`+n+`","traits":{"a":"`+n+`"},"context":{"consent":{"categoryPreferences":{"c`+n+`":true}}}},`, 9) + `5]}`)}
	}
	first, _, _ := d.Decode(body("1"))
	for range 50 {
		_, _, _ = d.Decode(body("2"))
	}
	for _, touch := range first {
		if touch.Identifiers[0].Value != "u1" || touch.Traits[0].Value != `"1"` || touch.Consents[0].Purpose != "c1" {
			t.Fatalf("a touch changed after its request: %+v", touch)
		}
	}
}
