package collect

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// track reads a track call: the events that mean something to us by their name, and all others.
func (s *reading) track(name string, p parts, around *surroundings, t *orrery.Touch) *orrery.Error {
	switch name {
	case "message":
		return s.message(p, around, t)
	case "survey_answer":
		return s.survey(p, around, t)
	case "message_sent":
		return s.messageSent(p, around, t)
	case "order", "Order Completed", "Order Updated", "Order Refunded", "Order Cancelled":
		return s.order(name, p, around, t)
	case "ad_impression":
		return s.ad(orrery.AdImpression, p, around, t)
	case "ad_click":
		return s.ad(orrery.AdClick, p, around, t)
	case "store_visit":
		return s.storeVisit(p, around, t)
	}
	t.Kind, t.Name = orrery.Track, name
	t.Channel = s.channel(p, around, 0, "")
	s.ordinary(p.properties, t)
	if own := s.word(s.member(p.properties, "channel")); own != "" && around.channel == 0 && p.channel == 0 && known(own) {
		t.Channel = channelOf(own)
	}
	return nil
}

// known tells whether a property that happens to be called channel names one of ours.
func known(channel string) bool {
	switch channelOf(channel) {
	case "web", "app", "email", "sms", "whatsapp", "phone", "chat", "social", "store", "ads":
		return true
	}
	return false
}

// refuse is the reason for what a browser may not say.
func (s *reading) refuse(what string) *orrery.Error {
	return orrery.Denied("collect.denied", fmt.Sprintf("the key of source %q can be read by anybody, so it may not write %s: use a secret key", s.r.Source.Name, what))
}

// field reads an optional string property of at most most bytes.
func (s *reading) field(n uint32, path string, most int) (string, *orrery.Error) {
	if n == 0 {
		return "", nil
	}
	if s.nodes[n].form != text {
		return "", s.bad(n, path, "text: write a string")
	}
	v := s.str(n)
	if len(v) > most {
		return "", s.bad(n, path, fmt.Sprintf("text of at most %d bytes", most))
	}
	return withoutNUL(v), nil
}

// ref reads an optional id: a string or a whole number.
func (s *reading) ref(n uint32, path string) (string, *orrery.Error) {
	v, err := s.label(n, path)
	if err == nil && (len(v) > MaxName || !printable(v)) {
		err = s.bad(n, path, fmt.Sprintf("id: write at most %d bytes, none of them a control character", MaxName))
	}
	return v, err
}

// message is something a person wrote to or about the brand: {text, subject, parent, thread, channel, public, affected,
// reporter, order, product, url}. A reporter who is named is the person of the touch instead of the user who sent it: an agent may
// type in what a customer said.
func (s *reading) message(p parts, around *surroundings, t *orrery.Touch) (err *orrery.Error) {
	t.Kind, t.Message = orrery.MessageTouch, &orrery.Message{}
	m, own, rest := t.Message, uint32(0), remainder{s: s}
	for j := range s.members(p.properties) {
		switch s.key(j) {
		case "text":
			m.Text, err = s.field(j, "properties.text", MaxEvent)
		case "subject":
			m.Subject, err = s.field(j, "properties.subject", 4*MaxName)
		case "parent":
			m.Parent, err = s.field(j, "properties.parent", MaxEvent)
		case "thread":
			m.Thread, err = s.ref(j, "properties.thread")
		case "order", "order_id":
			m.Order, err = s.ref(j, "properties.order")
		case "product", "product_id":
			t.Product, err = s.ref(j, "properties.product")
		case "url":
			m.URL, err = s.field(j, "properties.url", MaxTrait)
		case "public":
			m.Public, err = s.truth(j, "properties.public")
		case "affected":
			m.Affected, err = s.someone(j, "properties.affected")
		case "reporter":
			s.ids, err = s.someone(j, "properties.reporter")
		case "channel":
			own = j
		default:
			rest.keep(j)
		}
		if err != nil {
			return err
		}
	}
	if strings.TrimSpace(m.Text) == "" && strings.TrimSpace(m.Subject) == "" {
		return missing("properties.text", "what the person said")
	}
	if own != 0 && channelOf(s.word(own)) == "" {
		return s.bad(own, "properties.channel", "channel: write email, chat, sms, whatsapp, phone, social, store, web, app or a word of your own")
	}
	t.Channel = s.channel(p, around, own, "")
	t.Properties = rest.object()
	s.vouched(t.Channel)
	return nil
}

// vouched marks the address by which a message came as proven, when the source may vouch for it.
func (s *reading) vouched(ch orrery.Channel) {
	if !s.trusted() {
		return
	}
	ns := orrery.Phone
	switch ch {
	case "email":
		ns = orrery.Email
	case "sms", "whatsapp", "phone":
	default:
		return
	}
	for i := range s.ids {
		if s.ids[i].Namespace == ns {
			s.ids[i].Proven = true
		}
	}
}

// survey is an answer to a question: {survey, case, question, score, scale, comment, token}.
func (s *reading) survey(p parts, around *surroundings, t *orrery.Touch) (err *orrery.Error) {
	a, rest := &orrery.SurveyAnswer{Scale: 5}, remainder{s: s}
	token, score, own := "", uint32(0), uint32(0)
	t.Kind, t.Survey = orrery.SurveyTouch, a
	for j := range s.members(p.properties) {
		switch s.key(j) {
		case "survey":
			a.Survey, err = s.name(j, "properties.survey")
		case "case":
			if e := a.Case.UnmarshalText([]byte(s.word(j))); e != nil {
				err = s.bad(j, "properties.case", "case: write its id as the question gave it")
			}
		case "score":
			score = j
			a.Score, err = s.count(j, "properties.score", 0, 1000)
		case "scale":
			a.Scale, err = s.count(j, "properties.scale", 1, 1000)
		case "question":
			a.Question, err = s.field(j, "properties.question", MaxEvent)
			rest.keep(j)
		case "comment":
			a.Comment, err = s.field(j, "properties.comment", MaxEvent)
		case "token":
			token, err = s.field(j, "properties.token", MaxTrait)
		case "channel":
			own = j
		default:
			rest.keep(j)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case a.Survey == "":
		return missing("properties.survey", "the name of the survey, such as case_satisfaction")
	case score == 0:
		return missing("properties.score", "a whole number from 0 to the scale")
	case a.Score > a.Scale:
		return s.bad(score, "properties.score", "score on a scale of "+strconv.Itoa(a.Scale))
	case token != "":
		if a.Verified = s.d.vouch != nil && s.d.vouch(token, a.Survey, a.Case); !a.Verified {
			return orrery.Denied("collect.token", "properties.token: it was not signed for this survey and case, or is too old")
		}
	case !s.trusted():
		return s.refuse("a survey answer without the token of its question")
	default:
		a.Verified = true
	}
	t.Channel = s.channel(p, around, own, "")
	t.Properties = rest.object()
	return nil
}

// messageSent is what another tool of the brand sent: {class, theme, stance, team, market, channel, content}.
func (s *reading) messageSent(p parts, around *surroundings, t *orrery.Touch) (err *orrery.Error) {
	if !s.trusted() {
		return s.refuse("what the brand has sent")
	}
	m, own, rest := &orrery.SentMessage{}, uint32(0), remainder{s: s}
	t.Kind, t.Sent = orrery.SentTouch, m
	for j := range s.members(p.properties) {
		switch s.key(j) {
		case "class":
			if m.Class = orrery.Class(s.word(j)); !m.Class.Valid() {
				return s.bad(j, "properties.class", "class: write legal, safety, service, recovery, case_survey, survey, favour or commercial")
			}
		case "theme":
			m.Theme, err = s.name(j, "properties.theme")
		case "stance":
			m.Stance, err = s.name(j, "properties.stance")
		case "team":
			m.Team, err = s.name(j, "properties.team")
		case "market":
			m.Market, err = s.name(j, "properties.market")
		case "content":
			m.Content = s.anything(j)
		case "product", "product_id":
			t.Product, err = s.ref(j, "properties.product")
		case "campaign":
			t.Campaign, err = s.name(j, "properties.campaign")
		case "channel":
			own = j
		default:
			rest.keep(j)
		}
		if err != nil {
			return err
		}
	}
	if m.Class == "" {
		return missing("properties.class", "what sort of message it was, such as commercial or service")
	}
	if own != 0 && channelOf(s.word(own)) == "" {
		return s.bad(own, "properties.channel", "channel: write email, sms, whatsapp, app, web or a word of your own")
	}
	t.Channel = s.channel(p, around, own, "")
	t.Properties = rest.object()
	return nil
}

// ad is an advertisement that was shown or clicked: {campaign, creative, network}.
func (s *reading) ad(kind orrery.TouchKind, p parts, around *surroundings, t *orrery.Touch) (err *orrery.Error) {
	t.Kind = kind
	if t.Campaign, err = s.ref(s.member(p.properties, "campaign"), "properties.campaign"); err != nil {
		return err
	}
	if t.Campaign == "" {
		return missing("properties.campaign", "the name or id of the campaign")
	}
	for _, name := range [...]string{"creative", "network"} {
		if _, err := s.ref(s.member(p.properties, name), "properties."+name); err != nil {
			return err
		}
	}
	s.ordinary(p.properties, t)
	t.Channel = s.channel(p, around, s.member(p.properties, "channel"), "ads")
	return nil
}

// storeVisit is a visit to a shop: {store}.
func (s *reading) storeVisit(p parts, around *surroundings, t *orrery.Touch) *orrery.Error {
	t.Kind = orrery.StoreVisit
	store, err := s.ref(s.member(p.properties, "store"), "properties.store")
	if err != nil {
		return err
	}
	if store == "" {
		return missing("properties.store", "the name or id of the shop")
	}
	s.ordinary(p.properties, t)
	t.Channel = s.channel(p, around, 0, "store")
	return nil
}
