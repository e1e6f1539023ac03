package collect_test

import (
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/collect"
)

func claim(p orrery.Purpose, a orrery.ConsentAnswer, how string) orrery.ConsentClaim {
	return orrery.ConsentClaim{Purpose: p, Channel: orrery.AnyChannel, Answer: a, How: how}
}

func TestConsentIsReadInEveryDialect(t *testing.T) {
	for name, c := range map[string]struct {
		context string
		want    []orrery.ConsentClaim
	}{
		"Segment": {`"consent":{"categoryPreferences":{"Advertising":false,"Marketing":true,"Analytics":true,"C0007":false,"Left":null}}`, []orrery.ConsentClaim{
			claim(orrery.Advertising, orrery.Refused, "segment"), claim(orrery.Marketing, orrery.Granted, "segment"),
			claim("analytics", orrery.Granted, "segment"), claim("C0007", orrery.Refused, "segment")}},
		"RudderStack": {`"consentManagement":{"provider":"oneTrust","allowedConsentIds":["marketing"],"deniedConsentIds":["targeting","C0004"],"resolutionStrategy":"and"}`, []orrery.ConsentClaim{
			claim(orrery.Marketing, orrery.Granted, "rudderstack"), claim(orrery.Advertising, orrery.Refused, "rudderstack"), claim("C0004", orrery.Refused, "rudderstack")}},
		"RudderStack before anybody was asked": {`"consentManagement":{"allowedConsentIds":{},"deniedConsentIds":[]}`, nil},
		"Global Privacy Control":               {`"gpc":true`, []orrery.ConsentClaim{claim(orrery.Advertising, orrery.Refused, "gpc")}},
		"no Global Privacy Control":            {`"gpc":false`, nil},
		"the refusal wins over the grant":      {`"gpc":"1","consent":{"categoryPreferences":{"advertising":true}}`, []orrery.ConsentClaim{claim(orrery.Advertising, orrery.Refused, "gpc")}},
		"a refusal under a second name wins":   {`"consent":{"categoryPreferences":{"advertising":true,"targeting":false}}`, []orrery.ConsentClaim{claim(orrery.Advertising, orrery.Refused, "segment")}},
		"nothing":                              {`"consent":{}`, nil},
		"subscriptions": {`"messaging_subscriptions":[{"key":"a@example.com","type":"EMAIL","status":"UNSUBSCRIBED"},{"key":"+491712345678","type":"SMS","status":"SUBSCRIBED"},{"type":"WHATSAPP","status":"DID_NOT_SUBSCRIBE"}]`,
			[]orrery.ConsentClaim{{Purpose: orrery.Marketing, Channel: "email", Answer: orrery.Refused, How: "segment"}, {Purpose: orrery.Marketing, Channel: "sms", Answer: orrery.Granted, How: "segment"}}},
	} {
		got := one(t, collect.Track, `{"userId":"u","event":"Segment Consent Preference Updated","context":{`+c.context+`}}`)
		differ(t, name, c.want, got.Consents)
	}
}

func TestTheHeaderOfGlobalPrivacyControlCountsForEveryEvent(t *testing.T) {
	d := collect.New(collect.DefaultPolicy(), nil)
	touches, _, err := d.Decode(&collect.Request{Call: collect.Batch, Source: browser, Received: received, GPC: true,
		Body: []byte(`{"batch":[{"type":"page","anonymousId":"a"},{"type":"page","anonymousId":"b","context":{"gpc":false}}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	for _, touch := range touches {
		differ(t, "consents", []orrery.ConsentClaim{claim(orrery.Advertising, orrery.Refused, "gpc")}, touch.Consents)
	}
}

func TestAPolicyNamesMoreCategories(t *testing.T) {
	p := collect.DefaultPolicy()
	p.Purposes = map[string]orrery.Purpose{"c0004": orrery.Advertising}
	d := collect.New(p, nil)
	touches, _, err := d.Decode(&collect.Request{Call: collect.Page, Source: browser, Received: received,
		Body: []byte(`{"userId":"u","context":{"consent":{"categoryPreferences":{"C0004":false}}}}`)})
	if err != nil {
		t.Fatal(err)
	}
	differ(t, "consents", []orrery.ConsentClaim{claim(orrery.Advertising, orrery.Refused, "segment")}, touches[0].Consents)
}

func TestAConsentThatCannotBeReadIsRefusedRatherThanOverlooked(t *testing.T) {
	for context, want := range map[string]string{
		`"consent":"no"`:                                              `context.consent: "no" is no JSON object`,
		`"consent":{"categoryPreferences":[]}`:                        `context.consent.categoryPreferences: [] is no JSON object of categories and true or false`,
		`"consent":{"categoryPreferences":{"Ads":"false"}}`:           `context.consent.categoryPreferences.Ads: "false" is no answer: write true or false`,
		`"consentManagement":[]`:                                      `context.consentManagement: [] is no JSON object`,
		`"consentManagement":{"deniedConsentIds":"ads"}`:              `context.consentManagement.deniedConsentIds: "ads" is no list of category names`,
		`"consentManagement":{"deniedConsentIds":[5]}`:                `context.consentManagement.deniedConsentIds: 5 is no category name: write a string`,
		`"messaging_subscriptions":{}`:                                `context.messaging_subscriptions: {} is no list of subscriptions`,
		`"messaging_subscriptions":[{"type":"EMAIL"}]`:                `context.messaging_subscriptions.status: nothing is no status: write SUBSCRIBED, UNSUBSCRIBED or DID_NOT_SUBSCRIBE`,
		`"messaging_subscriptions":[{"type":"SMS","status":"MAYBE"}]`: `context.messaging_subscriptions.status: "MAYBE" is no status: write SUBSCRIBED, UNSUBSCRIBED or DID_NOT_SUBSCRIBE`,
	} {
		_, _, err := request(server, collect.Page, `{"userId":"u","context":{`+context+`}}`)
		if err == nil || err.Error() != want {
			t.Errorf("%s\n  answers %v\n  wanted  %s", context, err, want)
		}
	}
}
