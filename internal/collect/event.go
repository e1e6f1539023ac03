package collect

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/orrery-cxm/orrery"
)

// parts are the nodes of the members of an event or a batch that mean something to us; 0 where there is none.
type parts struct {
	kind, event, name, category               uint32
	user, anonymous, previous, group          uint32
	message, timestamp, original, sent        uint32
	properties, traits, context, integrations uint32
	channel                                   uint32
}

func (s *reading) parts(n uint32) (p parts) {
	for j, end := n+1, s.nodes[n].next; j < end; j = s.nodes[j].next {
		if m := &s.nodes[j]; m.form == null || m.form == text && m.val0 == m.val1 {
			continue // clients write both where they have nothing to say
		}
		switch s.key(j) {
		case "type":
			p.kind = j
		case "event":
			p.event = j
		case "name":
			p.name = j
		case "category":
			p.category = j
		case "userId":
			p.user = j
		case "anonymousId":
			p.anonymous = j
		case "previousId":
			p.previous = j
		case "groupId":
			p.group = j
		case "messageId":
			p.message = j
		case "timestamp":
			p.timestamp = j
		case "originalTimestamp":
			p.original = j
		case "sentAt":
			p.sent = j
		case "properties":
			p.properties = j
		case "traits":
			p.traits = j
		case "context":
			p.context = j
		case "integrations":
			p.integrations = j
		case "channel":
			p.channel = j
		}
	}
	return p
}

// event decodes the event at node n into t. A call of 0 says that the event names its own type.
func (s *reading) event(n uint32, call Call, t *orrery.Touch) *orrery.Error {
	if s.nodes[n].form != object {
		return orrery.Invalid("collect.not_an_object", fmt.Sprintf("%s is no event: an event is a JSON object", s.shown(n)))
	}
	if size := s.nodes[n].val1 - s.nodes[n].val0; size > MaxEvent {
		return orrery.Invalid("collect.event_too_large", fmt.Sprintf("the event has %d bytes: at most %d are taken", size, MaxEvent))
	}
	p := s.parts(n)
	var err *orrery.Error
	if t.MessageID, err = s.messageID(p.message); err != nil {
		return err
	}
	t.Source, t.Trust, t.Received = s.r.Source.Name, s.r.Source.Trust, s.r.Received
	if call == 0 || call == Pixel {
		if call, err = s.callOf(p.kind, call); err != nil {
			return err
		}
	}
	if err = s.times(p, t); err != nil {
		return err
	}
	around := s.base
	if err = s.surroundings(p, &around, ""); err != nil {
		return err
	}
	s.ids, s.traits, s.consents, s.unfit = s.ids[:0], s.traits[:0], s.consents[:0], ""
	if err = s.whose(p, t); err != nil {
		return err
	}
	if err = s.content(call, p, &around, t); err != nil {
		return err
	}
	s.besides(&around, t)
	if err = s.consent(&around); err != nil {
		return err
	}
	return s.finish(p, t)
}

// finish checks the identifiers and moves what was gathered to where it stays.
func (s *reading) finish(p parts, t *orrery.Touch) *orrery.Error {
	switch {
	case len(s.ids) > MaxIDs:
		return orrery.Invalid("collect.identifiers", fmt.Sprintf("the event carries more than %d identifiers", MaxIDs))
	case len(s.ids) == 0 && s.unfit != "":
		return orrery.Invalid("collect.identifier", "nobody can be recognised by "+s.unfit+": write a userId or an anonymousId that stands for one person")
	case len(s.ids) == 0 || p.user == 0 && p.anonymous == 0 && t.Message == nil:
		return orrery.Invalid("collect.identifier", "the event says nobody's name: write a userId or an anonymousId")
	}
	t.Identifiers = s.keptIDs.keep(s.ids)
	t.Traits = s.keptTraits.keep(s.traits)
	t.Consents = s.keptConsents.keep(s.consents)
	return nil
}

// content reads what is particular to each call.
func (s *reading) content(call Call, p parts, around *surroundings, t *orrery.Touch) *orrery.Error {
	if p.properties != 0 && s.nodes[p.properties].form != object {
		return s.bad(p.properties, "properties", "JSON object")
	}
	if p.traits != 0 && s.nodes[p.traits].form != object {
		return s.bad(p.traits, "traits", "JSON object")
	}
	switch call {
	case Track:
		name, err := s.name(p.event, "event")
		if err == nil && name == "" {
			err = missing("event", "the name of what happened")
		}
		if err != nil {
			return err
		}
		return s.track(name, p, around, t)
	case Page, Screen:
		return s.view(call, p, around, t)
	case Identify:
		t.Kind = orrery.Identify
		t.Channel = s.channel(p, around, 0, "")
		return s.learn(p, around)
	case Group:
		return s.join(p, around, t)
	default:
		return s.alias(p, around, t)
	}
}

// view is a page or a screen that was looked at.
func (s *reading) view(call Call, p parts, around *surroundings, t *orrery.Touch) (err *orrery.Error) {
	usual := orrery.Channel("web")
	t.Kind = orrery.Page
	if call == Screen {
		t.Kind, usual = orrery.Screen, "app"
	}
	if t.Name, err = s.name(p.name, "name"); err != nil {
		return err
	}
	if n := s.member(p.properties, "name"); t.Name == "" && p.properties != 0 && n != 0 && s.nodes[n].form == text { // where Jitsu's clients write it
		t.Name, _ = s.name(n, "properties.name") // too long or so: then it is only a property
	}
	category, err := s.name(p.category, "category")
	if err != nil {
		return err
	}
	t.Channel = s.channel(p, around, 0, usual)
	s.ordinary(p.properties, t)
	if category == "" {
		return nil
	}
	if t.Name == "" {
		t.Name = category
	}
	if p.properties == 0 || s.member(p.properties, "category") == 0 {
		t.Properties = withMember(t.Properties, "category", s.raw(p.category))
	}
	return nil
}

// join is a group call: a person belongs to a company or household. What it says of the group stays in Properties.
func (s *reading) join(p parts, around *surroundings, t *orrery.Touch) *orrery.Error {
	t.Kind = orrery.Group
	id, err := s.label(p.group, "groupId")
	if err != nil {
		return err
	}
	if id == "" || s.d.blocked.has(id) || len(id) > MaxID || !printable(id) {
		return badField("groupId", s.shownOr(p.group), "group's id: write the id of the company or household")
	}
	t.Account = orrery.AccountID(id)
	t.Channel = s.channel(p, around, 0, "")
	if p.traits != 0 {
		t.Properties = s.properties(p.traits)
	}
	return nil
}

// alias is an alias call: somebody who was known by one id is now known by another.
func (s *reading) alias(p parts, around *surroundings, t *orrery.Touch) *orrery.Error {
	t.Kind = orrery.AliasCall
	t.Channel = s.channel(p, around, 0, "")
	if p.user == 0 {
		return missing("userId", "the id by which the person is known from now on")
	}
	id, err := s.label(p.previous, "previousId")
	if err != nil {
		return err
	}
	if id == "" {
		return missing("previousId", "the id by which the person was known before")
	}
	ns := orrery.UserID
	switch anonymous, _ := s.label(p.anonymous, ""); {
	case id == anonymous || isUUID(id):
		ns = orrery.AnonymousID
	case strings.Contains(id, "@"):
		ns = orrery.Email
	}
	previous, ok := s.d.normal(ns, id, s.r.Source.Region)
	if !ok {
		return badField("previousId", s.shown(p.previous), "id that stands for one person")
	}
	t.Alias = s.keptIDs.keep([]orrery.Identifier{{Namespace: ns, Value: previous}})
	return nil
}

// callOf is the call that an event's type names.
func (s *reading) callOf(kind uint32, without Call) (Call, *orrery.Error) {
	if kind == 0 && without == Pixel {
		return Track, nil
	}
	if kind != 0 && s.nodes[kind].form == text {
		if call, ok := typeCall(s.str(kind)); ok {
			return call, nil
		}
	}
	return 0, orrery.Invalid("collect.type", fmt.Sprintf("type: %s is no call: write identify, track, page, screen, group or alias", s.shownOr(kind)))
}

func typeCall(name string) (Call, bool) {
	switch name {
	case "track":
		return Track, true
	case "page":
		return Page, true
	case "identify":
		return Identify, true
	case "screen":
		return Screen, true
	case "group":
		return Group, true
	case "alias":
		return AliasCall, true
	}
	return 0, false
}

// messageID is the source's own id of the event; "" where it gives none.
func (s *reading) messageID(n uint32) (string, *orrery.Error) {
	if n == 0 {
		return "", nil
	}
	if s.nodes[n].form != text {
		return "", s.bad(n, "messageId", "messageId: write a string")
	}
	id := s.str(n)
	if len(id) > MaxMessage && utf8.RuneCountInString(id) > MaxMessage || !printable(id) {
		return "", s.bad(n, "messageId", fmt.Sprintf("messageId: write at most %d characters, none of them a control character", MaxMessage))
	}
	return id, nil
}

// name reads a name that people gave to an event, a page or a category.
func (s *reading) name(n uint32, path string) (string, *orrery.Error) {
	if n == 0 {
		return "", nil
	}
	if s.nodes[n].form != text {
		return "", s.bad(n, path, "name: write a string")
	}
	v := strings.TrimSpace(s.str(n))
	if len(v) > MaxName || !printable(v) {
		return "", s.bad(n, path, fmt.Sprintf("name: write at most %d bytes, none of them a control character", MaxName))
	}
	return v, nil
}

// label reads an id or a short word; clients that hold ids as whole numbers may send them so.
func (s *reading) label(n uint32, path string) (string, *orrery.Error) {
	if n == 0 {
		return "", nil
	}
	switch m := &s.nodes[n]; {
	case m.form == text:
		return strings.TrimSpace(s.str(n)), nil
	case m.form == number && m.marks&whole != 0:
		return s.src[m.val0:m.val1], nil
	}
	return "", s.bad(n, path, "id: write a string")
}

// shownOr is a value as a reason shows it, also where there is none.
func (s *reading) shownOr(n uint32) string {
	if n == 0 {
		return "nothing"
	}
	return s.shown(n)
}
