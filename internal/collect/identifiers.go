package collect

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/orrery-cxm/orrery"
)

// Identifier normalises a name by which a person may be known, for reads and commands, in the same way as events are
// normalised. Region is the ISO 3166 country of a phone number without a country code.
func (d *Decoder) Identifier(ns orrery.Namespace, value, region string) (orrery.Identifier, error) {
	if !namespaceOK(ns) {
		return orrery.Identifier{}, orrery.Invalid("collect.identifier", strconv.Quote(clip(string(ns)))+" is no kind of identifier: write user_id, email, phone, anonymous_id, device_id or one of your own in small letters")
	}
	v, ok := d.normal(ns, value, region)
	if !ok || !utf8.ValidString(v) {
		return orrery.Identifier{}, orrery.Invalid("collect.identifier", string(ns)+": "+strconv.Quote(clip(value))+" stands for no one person")
	}
	return orrery.Identifier{Namespace: ns, Value: v}, nil
}

// normal normalises an identifier; ok is false for one that cannot stand for one person.
func (d *Decoder) normal(ns orrery.Namespace, v, region string) (normal string, ok bool) {
	v = strings.TrimSpace(v)
	if v == "" || len(v) > MaxID || d.blocked.has(v) || !printable(v) {
		return "", false
	}
	switch ns {
	case orrery.Email:
		if v, ok = normalEmail(v); !ok || d.blocked.has(v) {
			return "", false
		}
	case orrery.Phone:
		return d.normalPhone(v, region)
	}
	return v, true
}

// whose reads the identifiers that stand in the event itself.
func (s *reading) whose(p parts, t *orrery.Touch) *orrery.Error {
	id, err := s.label(p.user, "userId")
	if err != nil {
		return err
	}
	s.add(orrery.UserID, id, s.trusted(), "userId")
	if id, err = s.label(p.anonymous, "anonymousId"); err != nil {
		return err
	}
	s.add(orrery.AnonymousID, id, false, "anonymousId")
	return nil
}

// trusted tells whether the source may vouch for what it says.
func (s *reading) trusted() bool { return s.r.Source.Trust >= orrery.Server }

// add gathers an identifier, unless it is empty or cannot stand for one person.
func (s *reading) add(ns orrery.Namespace, value string, proven bool, path string) {
	if value == "" || len(s.ids) > MaxIDs {
		return
	}
	v, ok := s.d.normal(ns, value, s.r.Source.Region)
	if !ok {
		if s.unfit == "" {
			s.unfit = path + " " + strconv.Quote(clip(value))
		}
		return
	}
	for i := range s.ids {
		if s.ids[i].Namespace == ns && s.ids[i].Value == v {
			s.ids[i].Proven = s.ids[i].Proven || proven
			return
		}
	}
	s.ids = append(s.ids, orrery.Identifier{Namespace: ns, Value: v, Proven: proven})
}

// found gathers the identifier at node n, where one may stand; anything else there is left alone.
func (s *reading) found(ns orrery.Namespace, n uint32) {
	if n == 0 {
		return
	}
	switch m := &s.nodes[n]; {
	case m.form == text:
		s.add(ns, s.str(n), false, string(ns))
	case m.form == number && m.marks&whole != 0 && ns != orrery.Email:
		s.add(ns, s.src[m.val0:m.val1], false, string(ns))
	}
}

// device gathers what a device calls itself.
func (s *reading) device(n uint32) {
	if n == 0 || s.nodes[n].form != object {
		return
	}
	tracked := true
	var ad uint32
	for j, end := n+1, s.nodes[n].next; j < end; j = s.nodes[j].next {
		switch s.key(j) {
		case "id":
			s.found(orrery.DeviceID, j)
		case "advertisingId":
			ad = j
		case "token":
			s.found(orrery.PushToken, j)
		case "adTrackingEnabled":
			tracked = s.nodes[j].form != no
		}
	}
	if tracked {
		s.found(orrery.AdID, ad)
	}
}

// external gathers context.externalIds: [{id, type, collection, encoding}]. Ids of accounts and encoded ones are left.
func (s *reading) external(n uint32) {
	if n == 0 || s.nodes[n].form != array {
		return
	}
	for j, end := n+1, s.nodes[n].next; j < end; j = s.nodes[j].next {
		if s.nodes[j].form != object {
			continue
		}
		ns := namespaceOf(s.word(s.member(j, "type")))
		collection, encoding := s.word(s.member(j, "collection")), s.word(s.member(j, "encoding"))
		if ns == "" || collection != "" && collection != "users" || encoding != "" && encoding != "none" {
			continue
		}
		s.found(ns, s.member(j, "id"))
	}
}

// namespaceOf is the namespace of a type of externalIds; "" for one that cannot be.
func namespaceOf(kind string) orrery.Namespace {
	switch kind {
	case "user_id", "email", "phone", "anonymous_id", "device_id", "ad_id", "push_token", "cookie_id", "handle":
		return orrery.Namespace(kind)
	case "ios.id", "android.id":
		return orrery.DeviceID
	case "ios.idfa", "android.idfa":
		return orrery.AdID
	case "ios.push_token", "android.push_token":
		return orrery.PushToken
	case "ga_client_id", "cross_domain_id":
		return orrery.CookieID
	case "group_id":
		return ""
	}
	if ns := orrery.Namespace(kind); namespaceOK(ns) {
		return ns
	}
	return ""
}

// namespaceOK tells whether ns can be a kind of identifier that comes from outside.
func namespaceOK(ns orrery.Namespace) bool {
	if ns == "" || len(ns) > 40 || ns == orrery.SliceID {
		return false
	}
	for i := range len(ns) {
		if c := ns[i]; c != '_' && c != '.' && c-'0' > 9 && c-'a' > 25 {
			return false
		}
	}
	return true
}

// someone gathers the identifiers of an object such as affected: {userId, email, phone, anonymousId, handle, externalIds}.
func (s *reading) someone(n uint32, path string) ([]orrery.Identifier, *orrery.Error) {
	const right = "person: write an object with userId, email, phone, anonymousId, handle or externalIds"
	if s.nodes[n].form != object {
		return nil, s.bad(n, path, right)
	}
	own, unfit := s.ids, s.unfit
	s.ids, s.unfit = nil, ""
	for j, end := n+1, s.nodes[n].next; j < end; j = s.nodes[j].next {
		switch s.key(j) {
		case "userId":
			s.found(orrery.UserID, j)
		case "email":
			s.found(orrery.Email, j)
		case "phone":
			s.found(orrery.Phone, j)
		case "anonymousId":
			s.found(orrery.AnonymousID, j)
		case "handle":
			s.found(orrery.Handle, j)
		case "externalIds":
			s.external(j)
		}
	}
	ids := s.ids
	s.ids, s.unfit = own, unfit
	if len(ids) == 0 || len(ids) > MaxIDs {
		return nil, s.bad(n, path, right)
	}
	return ids, nil
}

// isUUID tells whether v looks like a UUID, as client libraries make them for people they do not know.
func isUUID(v string) bool {
	if len(v) != 36 {
		return false
	}
	for i := range len(v) {
		if c := v[i]; i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if c-'0' > 9 && c|0x20-'a' > 5 {
			return false
		}
	}
	return true
}
