package collect

import (
	"strings"

	"github.com/orrery-cxm/orrery"
)

// consent gathers what the surroundings say of consent, from each dialect that says something. Where two answers about
// one purpose and channel meet in one event, the refusal stays.
func (s *reading) consent(c *surroundings) *orrery.Error {
	if s.r.GPC || c.gpc != 0 && s.refusesByGPC(c.gpc) {
		s.claim(orrery.Advertising, orrery.AnyChannel, orrery.Refused, "gpc")
	}
	if c.consent != 0 {
		if err := s.categories(c.consent); err != nil {
			return err
		}
	}
	if c.management != 0 {
		if err := s.management(c.management); err != nil {
			return err
		}
	}
	if c.subscriptions != 0 {
		return s.subscriptions(c.subscriptions)
	}
	return nil
}

// refusesByGPC reads context.gpc: true, 1 or "1". Anything else is no signal.
func (s *reading) refusesByGPC(n uint32) bool {
	v := s.raw(n)
	return v == "true" || v == "1" || v == `"1"` || v == `"true"`
}

// categories reads Segment's context.consent: {categoryPreferences: {NAME: true|false}}.
func (s *reading) categories(n uint32) *orrery.Error {
	const path = "context.consent.categoryPreferences"
	if s.nodes[n].form != object {
		return s.bad(n, "context.consent", "JSON object")
	}
	prefs := s.member(n, "categoryPreferences")
	if prefs == 0 {
		return nil
	}
	if s.nodes[prefs].form != object {
		return s.bad(prefs, path, "JSON object of categories and true or false")
	}
	for j, end := prefs+1, s.nodes[prefs].next; j < end; j = s.nodes[j].next {
		answer := orrery.Refused
		switch s.nodes[j].form {
		case yes:
			answer = orrery.Granted
		case no:
		case null:
			continue
		default:
			return s.bad(j, path+"."+clip(s.key(j)), "answer: write true or false")
		}
		s.claim(s.d.purpose(s.key(j)), orrery.AnyChannel, answer, "segment")
	}
	return nil
}

// management reads RudderStack's context.consentManagement: {allowedConsentIds: [...], deniedConsentIds: [...]}.
func (s *reading) management(n uint32) *orrery.Error {
	if s.nodes[n].form != object {
		return s.bad(n, "context.consentManagement", "JSON object")
	}
	for _, list := range [...]struct {
		name   string
		answer orrery.ConsentAnswer
	}{{"allowedConsentIds", orrery.Granted}, {"deniedConsentIds", orrery.Refused}} {
		ids := s.member(n, list.name)
		if ids == 0 {
			continue
		}
		path := "context.consentManagement." + list.name
		if s.nodes[ids].form != array {
			if s.nodes[ids].form == object && s.nodes[ids].next == ids+1 {
				continue // how the JavaScript library writes that nobody was asked yet
			}
			return s.bad(ids, path, "list of category names")
		}
		for j, end := ids+1, s.nodes[ids].next; j < end; j = s.nodes[j].next {
			if s.nodes[j].form != text {
				return s.bad(j, path, "category name: write a string")
			}
			s.claim(s.d.purpose(s.str(j)), orrery.AnyChannel, list.answer, "rudderstack")
		}
	}
	return nil
}

// subscriptions reads Segment's context.messaging_subscriptions: [{key, type, status}], answers about marketing by one
// channel. An entry about somebody else's address is left to the identity of that address: only its key is gathered.
func (s *reading) subscriptions(n uint32) *orrery.Error {
	const path = "context.messaging_subscriptions"
	if s.nodes[n].form != array {
		return s.bad(n, path, "list of subscriptions")
	}
	for j, end := n+1, s.nodes[n].next; j < end; j = s.nodes[j].next {
		kind, status := s.member(j, "type"), s.member(j, "status")
		var channel orrery.Channel
		switch strings.ToLower(s.word(kind)) {
		case "email":
			channel = "email"
			s.found(orrery.Email, s.member(j, "key"))
		case "sms":
			channel = "sms"
			s.found(orrery.Phone, s.member(j, "key"))
		case "whatsapp":
			channel = "whatsapp"
			s.found(orrery.Phone, s.member(j, "key"))
		default:
			continue // push subscriptions of devices: nothing of ours
		}
		answer := orrery.Refused
		switch strings.ToUpper(s.word(status)) {
		case "SUBSCRIBED":
			answer = orrery.Granted
		case "UNSUBSCRIBED":
		case "DID_NOT_SUBSCRIBE":
			continue
		default:
			return badField(path+".status", s.shownOr(status), "status: write SUBSCRIBED, UNSUBSCRIBED or DID_NOT_SUBSCRIBE")
		}
		s.claim(orrery.Marketing, channel, answer, "segment")
	}
	return nil
}

// maxClaims is how many answers of one event are kept; real ones have fewer than a dozen.
const maxClaims = 50

func (s *reading) claim(p orrery.Purpose, ch orrery.Channel, a orrery.ConsentAnswer, how string) {
	if p == "" {
		return
	}
	for i := range s.consents {
		if c := &s.consents[i]; c.Purpose == p && c.Channel == ch {
			if a == orrery.Refused && c.Answer != a {
				c.Answer, c.How = a, how
			}
			return
		}
	}
	if len(s.consents) < maxClaims {
		s.consents = append(s.consents, orrery.ConsentClaim{Purpose: p, Channel: ch, Answer: a, How: how})
	}
}

// purpose is what a consent category permits: by the table, else a purpose of its own.
func (d *Decoder) purpose(category string) orrery.Purpose {
	category = strings.TrimSpace(category)
	if len(category) > MaxName || !printable(category) {
		return ""
	}
	if p, ok := d.purposes[category]; ok {
		return p
	}
	if p, ok := d.purposes[strings.ToLower(category)]; ok {
		return p
	}
	return orrery.Purpose(category)
}
