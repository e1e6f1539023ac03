package collect_test

import (
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/collect"
)

func TestIdentifiersAreFoundWhereClientsWriteThem(t *testing.T) {
	got := one(t, collect.Identify, `{"userId":12345,"anonymousId":"a1","traits":{"email":" Ada.B+x@EXAMPLE.com ","phone":"0171 2345678"},
		"context":{"traits":{"email":"old@example.com","phone":"+49 171 2345678"},
			"device":{"id":"d1","advertisingId":"ad1","token":"t1"},
			"externalIds":[{"id":"c1","type":"ga_client_id","collection":"users","encoding":"none"},{"id":"x:ada","type":"handle"},{"id":"7","type":"loyalty.card"},
				{"id":"acc","type":"account_id","collection":"accounts"},{"id":"ffff","type":"email_sha256","encoding":"sha256"},{"id":"s","type":"slice"},{"id":"u","type":"Bad Type"},5,{"type":"ios.id"}],
			"integrations":{"Google Analytics":{"clientId":"1.2.3"}}}}`)
	want := []orrery.Identifier{proven(orrery.UserID, "12345"), id(orrery.AnonymousID, "a1"), id(orrery.Email, "ada.b+x@example.com"), id(orrery.Phone, "+491712345678"),
		id(orrery.Email, "old@example.com"), id(orrery.DeviceID, "d1"), id(orrery.PushToken, "t1"), id(orrery.AdID, "ad1"), id(orrery.CookieID, "c1"),
		id(orrery.Handle, "x:ada"), id("loyalty.card", "7"), id(orrery.CookieID, "1.2.3")}
	differ(t, "identifiers", want, got.Identifiers)
}

func TestOnlyASecretKeyProvesAUserId(t *testing.T) {
	for trust, want := range map[orrery.Trust]bool{orrery.Public: false, orrery.Server: true, orrery.Staff: true} {
		touches, _ := decodeFrom(t, collect.Source{Trust: trust}, collect.Identify, `{"userId":"u1","traits":{"email":"a@example.com"}}`)
		if ids := touches[0].Identifiers; ids[0].Proven != want || ids[1].Proven {
			t.Errorf("with %s trust the identifiers are %+v", trust, ids)
		}
	}
}

func TestAMessageProvesTheAddressItCameByAndAnOrderItsAddresses(t *testing.T) {
	touches, _ := decode(t, collect.Track, `{"userId":"u1","event":"message","properties":{"text":"hi","channel":"email","reporter":{"email":"a@example.com","phone":"+491712345678"}}}`)
	differ(t, "by mail", []orrery.Identifier{proven(orrery.Email, "a@example.com"), id(orrery.Phone, "+491712345678")}, touches[0].Identifiers)
	touches, _ = decode(t, collect.Track, `{"userId":"u1","event":"message","properties":{"text":"hi","channel":"sms","reporter":{"email":"a@example.com","phone":"+491712345678"}}}`)
	differ(t, "by SMS", []orrery.Identifier{id(orrery.Email, "a@example.com"), proven(orrery.Phone, "+491712345678")}, touches[0].Identifiers)
	touches, _ = decodeFrom(t, browser, collect.Track, `{"userId":"u1","event":"message","properties":{"text":"hi","channel":"email","reporter":{"email":"a@example.com"}}}`)
	differ(t, "by a public key", []orrery.Identifier{id(orrery.Email, "a@example.com")}, touches[0].Identifiers)
	touches, _ = decode(t, collect.Track, `{"userId":"u1","event":"order","properties":{"order_id":"o","total":1,"email":"a@example.com"}}`)
	differ(t, "by an order", []orrery.Identifier{proven(orrery.UserID, "u1"), proven(orrery.Email, "a@example.com")}, touches[0].Identifiers)
}

func TestValuesThatNameNobodyAreDropped(t *testing.T) {
	for _, v := range []string{"undefined", "NULL", "none", "0000", "0", "-", "--", "anonymous", "Guest", " null ", "-1", "(not set)", "[object Object]", "N/A", "Unknown", "\u00a0", "a\u0007b", strings.Repeat("x", 513)} {
		got := one(t, collect.Page, `{"userId":`+quote(v)+`,"anonymousId":"a1"}`)
		differ(t, "identifiers of "+v, []orrery.Identifier{id(orrery.AnonymousID, "a1")}, got.Identifiers)
	}
	for _, v := range []string{"u0000", "nullable", "guest7", "0x", "-12", strings.Repeat("x", 512)} {
		if got := one(t, collect.Page, `{"userId":`+quote(v)+`}`); got.Identifiers[0].Value != v {
			t.Errorf("the good id %s became %+v", v, got.Identifiers)
		}
	}
}

func quote(v string) string {
	return string(append(append([]byte(`"`), strings.NewReplacer("\a", `\u0007`).Replace(v)...), '"'))
}

func TestAPolicyBlocksMoreValues(t *testing.T) {
	p := collect.DefaultPolicy()
	p.Blocklist = []string{"Kiosk-1"}
	d := collect.New(p, nil)
	_, _, err := d.Decode(&collect.Request{Call: collect.Page, Source: server, Received: received, Body: []byte(`{"userId":"kiosk-1"}`)})
	if err == nil {
		t.Error("an id that the policy blocks was taken for a person")
	}
}

func TestAnAdvertisingIdIsLeftWhereTrackingIsOff(t *testing.T) {
	got := one(t, collect.Screen, `{"userId":"u","context":{"device":{"adTrackingEnabled":false,"advertisingId":"ad1"}}}`)
	differ(t, "identifiers", []orrery.Identifier{proven(orrery.UserID, "u")}, got.Identifiers)
}

func TestEmailAddressesAreNormalised(t *testing.T) {
	d := collect.New(collect.DefaultPolicy(), nil)
	for in, want := range map[string]string{
		"Ada@Example.COM":            "ada@example.com",
		"  a.b+c@x.example ":         "a.b+c@x.example",
		"info@Bücher.example":        "info@xn--bcher-kva.example",
		"info@xn--bcher-kva.example": "info@xn--bcher-kva.example",
		"用户@例子.测试":                   "用户@xn--fsqu00a.xn--0zwm56d",
		"ada@ｅｘａｍｐｌｅ.com":            "ada@example.com",
		"o'neil@x.example":           "o'neil@x.example",
		"JOSE\u0301@x.example":       "jos\u00e9@x.example",
	} {
		got, err := d.Identifier(orrery.Email, in, "")
		if err != nil || got.Value != want {
			t.Errorf("%q became %q (%v), wanted %q", in, got.Value, err, want)
		}
	}
	for _, in := range []string{"", "ada", "@x.example", "a@", "a@b@c.example", "a b@x.example", "a@localhost", "a@-x.example", "a@x..example", ".a@x.example", "a.@x.example",
		"a..b@x.example", "Ada <a@x.example>", "a@x_y.example", "a@xn--\u00e4.example", strings.Repeat("a", 65) + "@x.example", "a@" + strings.Repeat("x", 64) + ".example", "null@null.com", "undefined"} {
		if got, err := d.Identifier(orrery.Email, in, ""); err == nil {
			t.Errorf("%q was taken for the address %q", in, got.Value)
		}
	}
}

func TestPhoneNumbersAreNormalisedByRegion(t *testing.T) {
	d := collect.New(collect.DefaultPolicy(), nil)
	for _, c := range []struct{ in, region, want string }{
		{"+491712345678", "", "+491712345678"},
		{"+49 (0)171 234-5678", "", "+491712345678"},
		{"0171/2345678", "DE", "+491712345678"},
		{"00491712345678", "DE", "+491712345678"},
		{"tel:+49-171-2345678", "", "+491712345678"},
		{"(415) 555-2671", "US", "+14155552671"},
		{"+1 415 555 2671", "", "+14155552671"},
		{"415-555-2671 ext. 5", "US", "+14155552671"},
		{"138 0013 8000", "CN", "+8613800138000"},
		{"050 123 4567", "AE", "+971501234567"},
		{"٠٥٠١٢٣٤٥٦٧", "AE", "+971501234567"},
		{"+39 06 6988 3145", "", "+390669883145"},
	} {
		for range 2 { // the second time from memory
			got, err := d.Identifier(orrery.Phone, c.in, c.region)
			if err != nil || got.Value != c.want {
				t.Errorf("%q in %q became %q (%v), wanted %q", c.in, c.region, got.Value, err, c.want)
			}
		}
	}
	for _, c := range []struct{ in, region string }{{"0171 2345678", ""}, {"12", "DE"}, {"+999123456789", ""}, {"call me", "DE"}, {"+49", ""}, {"0000000", "DE"}, {strings.Repeat("1", 30), "DE"}} {
		for range 2 {
			if got, err := d.Identifier(orrery.Phone, c.in, c.region); err == nil {
				t.Errorf("%q in %q was taken for the number %q", c.in, c.region, got.Value)
			}
		}
	}
}

func TestAnIdentifierIsRefusedWithItsReason(t *testing.T) {
	d := collect.New(collect.DefaultPolicy(), nil)
	for ns, want := range map[orrery.Namespace]string{
		"email":   `email: "guest" stands for no one person`,
		"slice":   `"slice" is no kind of identifier: write user_id, email, phone, anonymous_id, device_id or one of your own in small letters`,
		"User Id": `"User Id" is no kind of identifier: write user_id, email, phone, anonymous_id, device_id or one of your own in small letters`,
	} {
		if _, err := d.Identifier(ns, "guest", ""); err == nil || err.Error() != want {
			t.Errorf("%s: %v, wanted %s", ns, err, want)
		}
	}
}
