package collect

import (
	"strings"

	"github.com/orrery-cxm/orrery"
)

// surroundings are the nodes of what the context of an event or a batch says; 0 where it says nothing. An event's word
// replaces the word of its batch, member by member.
type surroundings struct {
	traits, device, external           uint32
	locale, zone, campaign, group      uint32
	consent, management, gpc           uint32
	library, channel, integrations, ga uint32
	subscriptions                      uint32
	filter, outer                      uint32 // integrations of the event, and of its batch
}

// surroundings reads the context and the integrations among p into c. Whose says whose context it is, for the reason.
func (s *reading) surroundings(p parts, c *surroundings, whose string) *orrery.Error {
	if p.integrations != 0 && s.nodes[p.integrations].form == object {
		c.ga = s.member(p.integrations, "Google Analytics")
		c.filter, c.outer = p.integrations, c.filter
	}
	n := p.context
	if n == 0 {
		return nil
	}
	if s.nodes[n].form != object {
		return s.bad(n, whose+"context", "JSON object")
	}
	for j, end := n+1, s.nodes[n].next; j < end; j = s.nodes[j].next {
		if s.nodes[j].form == null {
			continue
		}
		switch s.key(j) {
		case "traits":
			c.traits = j
		case "device":
			c.device = j
		case "externalIds":
			c.external = j
		case "locale":
			c.locale = j
		case "timezone":
			c.zone = j
		case "campaign":
			c.campaign = j
		case "groupId":
			c.group = j
		case "consent":
			c.consent = j
		case "consentManagement":
			c.management = j
		case "gpc":
			c.gpc = j
		case "library":
			c.library = j
		case "channel":
			c.channel = j
		case "integrations":
			c.integrations = j
		case "messaging_subscriptions":
			c.subscriptions = j
		}
	}
	return nil
}

// besides reads what the surroundings say of every call: further identifiers, language, zone, campaign, account.
func (s *reading) besides(c *surroundings, t *orrery.Touch) {
	s.found(orrery.Email, s.member(c.traits, "email"))
	s.found(orrery.Phone, s.member(c.traits, "phone"))
	s.device(c.device)
	s.external(c.external)
	s.found(orrery.CookieID, s.member(c.ga, "clientId"))
	if c.integrations != 0 {
		s.found(orrery.CookieID, s.member(s.member(c.integrations, "Google Analytics"), "clientId"))
	}
	t.Reach = s.reach(c)
	t.Locale = s.short(c.locale)
	if t.Zone = s.short(c.zone); t.Zone == "" {
		t.Zone = s.r.Source.Zone
	}
	if t.Campaign == "" && c.campaign != 0 {
		t.Campaign = s.short(s.member(c.campaign, "name"))
	}
	if t.Account == "" && c.group != 0 {
		t.Account = orrery.AccountID(s.short(c.group))
	}
}

// short is a word that describes the surroundings; one that is no sensible string is left out.
func (s *reading) short(n uint32) string {
	v := s.word(n)
	if len(v) > MaxName || !printable(v) {
		return ""
	}
	return v
}

// channel is where an event happened: what it says itself, in its properties (own) or its context, else what is usual
// for its call, else what its client library lives in, else what its source says.
func (s *reading) channel(p parts, c *surroundings, own uint32, usual orrery.Channel) orrery.Channel {
	for _, n := range [...]uint32{own, c.channel, p.channel} {
		if ch := channelOf(s.word(n)); ch != "" {
			return ch
		}
	}
	if usual == "" {
		usual = s.habitat(s.word(s.member(c.library, "name")))
	}
	if usual == "" {
		usual = s.r.Source.DefaultChannel
	}
	return usual
}

// channelOf is the channel of that name. Libraries say where they run (browser, mobile); a server is no channel.
func channelOf(name string) orrery.Channel {
	switch name {
	case "", "server", "sources", "http":
		return ""
	case "browser":
		return "web"
	case "mobile":
		return "app"
	case "web", "app", "email", "sms", "whatsapp", "phone", "chat", "social", "store", "ads":
		return orrery.Channel(name)
	}
	if len(name) > 40 {
		return ""
	}
	for i := range len(name) {
		if c := name[i]; c != '_' && c != '-' && c != '.' && c-'0' > 9 && c|0x20-'a' > 25 {
			return ""
		}
	}
	return channelOfLower(strings.ToLower(name), name)
}

func channelOfLower(lower, name string) orrery.Channel {
	if lower != name {
		return channelOf(lower)
	}
	return orrery.Channel(lower)
}

// habitat is the channel in which a client library runs, or "" for one of servers.
func (s *reading) habitat(library string) orrery.Channel {
	switch library {
	case "":
		return ""
	case "analytics.js", "@jitsu/js", "RudderLabs JavaScript SDK", "web":
		return "web"
	case "analytics-ios", "analytics-android", "analytics-swift", "analytics-kotlin", "analytics-react-native",
		"@segment/analytics-react-native", "analytics_flutter", "com.rudderstack.android.sdk.core", "rudder-ios-library":
		return "app"
	}
	return ""
}
