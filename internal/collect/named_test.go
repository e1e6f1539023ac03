package collect_test

import (
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/collect"
)

func TestAMessageIsReadWhole(t *testing.T) {
	got := track(t, "message", `{"text":"My mother was charged twice \ud83d\ude21","subject":"Bill","thread":"t9","channel":"email","public":true,"order":"o1","product":"p1","url":"https://x.example/1",
		"affected":{"email":"Mother@Example.com","userId":"u2"},"campaign":{ "a" : 1 }}`)
	want := &orrery.Message{Text: "My mother was charged twice 😡", Subject: "Bill", Thread: "t9", Public: true, Order: "o1", URL: "https://x.example/1",
		Affected: []orrery.Identifier{id(orrery.Email, "mother@example.com"), id(orrery.UserID, "u2")}}
	differ(t, "the message", want, got.Message)
	differ(t, "kind, channel, product, rest", []any{orrery.MessageTouch, orrery.Channel("email"), "p1", `{"campaign":{"a":1}}`}, []any{got.Kind, got.Channel, got.Product, got.Properties})
	differ(t, "who wrote it", []orrery.Identifier{proven(orrery.UserID, "u1")}, got.Identifiers)
}

func TestWhatATextAnswersIsReadBesideIt(t *testing.T) {
	got := track(t, "message", `{"text":"same here","parent":"The app is broken","x":1}`)
	differ(t, "the post that a message answers, and the rest", []any{"The app is broken", `{"x":1}`}, []any{got.Message.Parent, got.Properties})
	got = track(t, "survey_answer", `{"survey":"nps","score":1,"comment":"the queue","question":"What went wrong?"}`)
	differ(t, "the question that a comment answers, and the rest", []any{"What went wrong?", `{"question":"What went wrong?"}`}, []any{got.Survey.Question, got.Properties})
	for event, c := range map[string]struct{ properties, say string }{
		"message":       {`{"text":"x","parent":{"id":7}}`, `properties.parent: {"id":7} is no text: write a string`},
		"survey_answer": {`{"survey":"nps","score":1,"question":7}`, `properties.question: 7 is no text: write a string`},
	} {
		if _, _, err := request(server, collect.Track, `{"userId":"u1","event":"`+event+`","properties":`+c.properties+`}`); err == nil || err.Error() != c.say {
			t.Errorf("%s %s is refused with %v, not %q", event, c.properties, err, c.say)
		}
	}
}

func TestAReporterWhoIsNamedWroteTheMessage(t *testing.T) {
	got := track(t, "message", `{"text":"x","reporter":{"handle":"x:ada","externalIds":[{"type":"loyalty","id":"5"}]}}`)
	differ(t, "who wrote it", []orrery.Identifier{id(orrery.Handle, "x:ada"), id("loyalty", "5")}, got.Identifiers)
	got = one(t, collect.Track, `{"event":"message","properties":{"text":"x","reporter":{"email":"a@example.com"}}}`)
	differ(t, "who wrote it, without a user", []orrery.Identifier{id(orrery.Email, "a@example.com")}, got.Identifiers)
}

func TestASurveyAnswerIsReadWhole(t *testing.T) {
	c := orrery.CaseID(77)
	got := track(t, "survey_answer", `{"survey":"case_satisfaction","case":"`+c.String()+`","score":4,"comment":"fine","channel":"email"}`)
	differ(t, "the answer", &orrery.SurveyAnswer{Survey: "case_satisfaction", Case: c, Score: 4, Scale: 5, Comment: "fine", Verified: true}, got.Survey)
	differ(t, "kind and channel", []any{orrery.SurveyTouch, orrery.Channel("email")}, []any{got.Kind, got.Channel})
	got = track(t, "survey_answer", `{"survey":"nps","score":"0","scale":10}`)
	differ(t, "a zero on a scale of ten", &orrery.SurveyAnswer{Survey: "nps", Scale: 10, Verified: true}, got.Survey)
}

func TestAPublicSourceMayComplainAndRefuseButNotSell(t *testing.T) {
	event := func(name, properties string) string {
		return `{"userId":"u1","event":"` + name + `","properties":` + properties + `}`
	}
	for name, c := range map[string]struct{ event, code, say string }{
		"an order":          {event("order", `{"order_id":"o","total":1}`), "collect.denied", `the key of source "website" can be read by anybody, so it may not write orders: use a secret key`},
		"Segment's order":   {event("Order Completed", `{"order_id":"o","total":1}`), "collect.denied", `the key of source "website" can be read by anybody, so it may not write orders: use a secret key`},
		"an answer":         {event("survey_answer", `{"survey":"s","score":5}`), "collect.denied", `the key of source "website" can be read by anybody, so it may not write a survey answer without the token of its question: use a secret key`},
		"a forged answer":   {event("survey_answer", `{"survey":"s","score":5,"token":"forged"}`), "collect.token", `properties.token: it was not signed for this survey and case, or is too old`},
		"a message we sent": {event("message_sent", `{"class":"recovery"}`), "collect.denied", `the key of source "website" can be read by anybody, so it may not write what the brand has sent: use a secret key`},
	} {
		_, rejected := decodeFrom(t, browser, collect.Batch, `{"batch":[{"type":"track",`+c.event[1:]+`]}`)
		if len(rejected) != 1 || rejected[0].Code != c.code || rejected[0].Say != c.say {
			t.Errorf("%s by a public key in a batch: %+v", name, rejected)
		}
		_, _, err := request(browser, collect.Track, c.event)
		if orrery.KindOf(err) != orrery.KindDenied || err.Error() != c.say {
			t.Errorf("%s by a public key alone: %v", name, err)
		}
	}
	touches, _ := decodeFrom(t, browser, collect.Track, event("message", `{"text":"I am angry"}`))
	differ(t, "a complaint by a public key", "I am angry", touches[0].Message.Text)
	touches, _ = decodeFrom(t, browser, collect.Track, event("survey_answer", `{"survey":"s","score":5,"token":"signed"}`))
	differ(t, "an answer with its token", &orrery.SurveyAnswer{Survey: "s", Score: 5, Scale: 5, Verified: true}, touches[0].Survey)
}

func TestAForgedTokenIsRefusedAlsoFromASecretKeyAndWhereNobodyVouches(t *testing.T) {
	d := collect.New(collect.DefaultPolicy(), nil)
	_, _, err := d.Decode(&collect.Request{Call: collect.Track, Source: server, Received: received,
		Body: []byte(`{"userId":"u","event":"survey_answer","properties":{"survey":"s","score":5,"token":"signed"}}`)})
	if orrery.KindOf(err) != orrery.KindDenied {
		t.Errorf("a token that nobody vouches for was believed: %v", err)
	}
}

func TestAMessageThatAnotherToolSentIsReadWhole(t *testing.T) {
	got := track(t, "message_sent", `{"class":"commercial","theme":"prices","stance":"up","team":"crm","market":"de","channel":"sms","content":{"b": [1, 2]},"campaign":"c","product":"p","x":1}`)
	differ(t, "the message", &orrery.SentMessage{Class: orrery.Commercial, Theme: "prices", Stance: "up", Team: "crm", Market: "de", Content: `{"b":[1,2]}`}, got.Sent)
	differ(t, "kind, channel, campaign, product, rest", []any{orrery.SentTouch, orrery.Channel("sms"), "c", "p", `{"x":1}`}, []any{got.Kind, got.Channel, got.Campaign, got.Product, got.Properties})
}

func TestAdsAndStoreVisitsKeepWhatTheyTell(t *testing.T) {
	got := track(t, "ad_impression", `{"campaign":7,"creative":"c1","network":"n"}`)
	differ(t, "an impression", []any{orrery.AdImpression, "7", orrery.Channel("ads"), `{"campaign":7,"creative":"c1","network":"n"}`}, []any{got.Kind, got.Campaign, got.Channel, got.Properties})
	got = track(t, "store_visit", `{"store":"Berlin","email":"a@example.com"}`)
	differ(t, "a visit", []any{orrery.StoreVisit, orrery.Channel("store"), `{"store":"Berlin","email":"a@example.com"}`}, []any{got.Kind, got.Channel, got.Properties})
	differ(t, "who visited", []orrery.Identifier{proven(orrery.UserID, "u1"), id(orrery.Email, "a@example.com")}, got.Identifiers)
}

func TestANamedEventThatCannotBeIsRefusedWithItsReason(t *testing.T) {
	person := `is no person: write an object with userId, email, phone, anonymousId, handle or externalIds`
	for _, c := range []struct{ event, properties, want string }{
		{"message", `{}`, `properties.text is missing: write what the person said`},
		{"message", `{"text":"  "}`, `properties.text is missing: write what the person said`},
		{"message", `{"text":5}`, `properties.text: 5 is no text: write a string`},
		{"message", `{"text":"x","public":"yes"}`, `properties.public: "yes" is no answer: write true or false`},
		{"message", `{"text":"x","affected":"mother"}`, `properties.affected: "mother" ` + person},
		{"message", `{"text":"x","affected":{"email":"undefined"}}`, `properties.affected: {"email":"undefined"} ` + person},
		{"message", `{"text":"x","reporter":{}}`, `properties.reporter: {} ` + person},
		{"message", `{"text":"x","channel":5}`, `properties.channel: 5 is no channel: write email, chat, sms, whatsapp, phone, social, store, web, app or a word of your own`},
		{"message", `{"text":"x","order":[]}`, `properties.order: [] is no id: write a string`},
		{"survey_answer", `{"score":5}`, `properties.survey is missing: write the name of the survey, such as case_satisfaction`},
		{"survey_answer", `{"survey":"s"}`, `properties.score is missing: write a whole number from 0 to the scale`},
		{"survey_answer", `{"survey":"s","score":6}`, `properties.score: 6 is no score on a scale of 5`},
		{"survey_answer", `{"survey":"s","score":4.5}`, `properties.score: 4.5 is no whole number from 0 to 1000`},
		{"survey_answer", `{"survey":"s","score":-1}`, `properties.score: -1 is no whole number from 0 to 1000`},
		{"survey_answer", `{"survey":"s","score":1,"scale":0}`, `properties.scale: 0 is no whole number from 1 to 1000`},
		{"survey_answer", `{"survey":"s","score":1,"case":"12"}`, `properties.case: "12" is no case: write its id as the question gave it`},
		{"message_sent", `{}`, `properties.class is missing: write what sort of message it was, such as commercial or service`},
		{"message_sent", `{"class":"advertisement"}`, `properties.class: "advertisement" is no class: write legal, safety, service, recovery, case_survey, survey, favour or commercial`},
		{"message_sent", `{"class":"service","theme":5}`, `properties.theme: 5 is no name: write a string`},
		{"message_sent", `{"class":"service","channel":"a b"}`, `properties.channel: "a b" is no channel: write email, sms, whatsapp, app, web or a word of your own`},
		{"ad_click", `{}`, `properties.campaign is missing: write the name or id of the campaign`},
		{"ad_impression", `{"campaign":"c","creative":{}}`, `properties.creative: {} is no id: write a string`},
		{"store_visit", `{"store":true}`, `properties.store: true is no id: write a string`},
		{"store_visit", `{}`, `properties.store is missing: write the name or id of the shop`},
	} {
		_, _, err := request(server, collect.Track, `{"userId":"u","event":"`+c.event+`","properties":`+c.properties+`}`)
		if err == nil || err.Error() != c.want || orrery.KindOf(err) != orrery.KindInvalid {
			t.Errorf("%s %s\n  answers %v\n  wanted  %s", c.event, c.properties, err, c.want)
		}
	}
	if _, _, err := request(server, collect.Track, `{"userId":"u","event":"message"}`); err == nil {
		t.Error("a message without properties was taken")
	}
}

func TestProductsAreFoundInTheEventsOfShops(t *testing.T) {
	for properties, want := range map[string]string{`{"product_id":"p","sku":"s"}`: "p", `{"sku":"s","product_id":""}`: "s", `{"sku":17}`: "17", `{"product_id":{}}`: "", `{"product_id":null}`: ""} {
		differ(t, "product of "+properties, want, track(t, "Product Viewed", properties).Product)
	}
}
