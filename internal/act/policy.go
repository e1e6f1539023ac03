package act

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/orrery-cxm/orrery"
)

// Policy says where outbound things go.
type Policy struct {
	Lists         []List         `yaml:"lists"`         // membership lists at destinations, fed by audiences
	Channels      []Route        `yaml:"channels"`      // which destination delivers the messages of a channel
	Subscriptions []Subscription `yaml:"subscriptions"` // destinations that are told what happens
	Satisfaction  Automatic      `yaml:"satisfaction"`  // the question after a resolved case
	Apology       Automatic      `yaml:"apology"`       // sent by itself when an apology becomes due
}

// List is one membership list at a destination, fed by an audience. Its code goes out; the audience's name never does.
type List struct {
	Code        string                 `yaml:"code"`        // the neutral code under which the list is known outside, such as X-01; the name of the audience never goes out
	Destination orrery.DestinationName `yaml:"destination"` // the destination that keeps the list
	Audience    orrery.AudienceName    `yaml:"audience"`    // the advertising or exclusion audience that feeds it
}

// Route says which destination delivers the messages of a channel.
type Route struct {
	Channel     orrery.Channel         `yaml:"channel"`     // the channel
	Destination orrery.DestinationName `yaml:"destination"` // the destination that delivers its messages
}

// Subscription tells a destination about what happens: "case.*", "hold.placed", "audience.left".
type Subscription struct {
	Destination orrery.DestinationName `yaml:"destination"` // the destination that is told
	Events      []string               `yaml:"events"`      // what it is told of, such as case.* or hold.placed
}

// Automatic is a message that goes without anybody asking for it.
type Automatic struct {
	Send    bool           `yaml:"send"`              // whether it is sent by itself
	Channel orrery.Channel `yaml:"channel"`           // the channel on which it goes
	Content string         `yaml:"content,omitempty"` // its text; {case} stands for the case id
}

// MaxHeld is how many intents one fragment may have waiting; one more is dropped with a reason.
const MaxHeld = 200

// listCode is a neutral code: a name could say why somebody is on the list.
var listCode = regexp.MustCompile(`^[A-Z]{1,4}-?[0-9]{1,6}$`)

// Validate checks the policy against the destinations and advertising audiences that exist.
func (p Policy) Validate(destinations []orrery.DestinationName, advertising []orrery.AudienceName) error {
	known := func(field string, d orrery.DestinationName) error {
		if !slices.Contains(destinations, d) {
			return orrery.Invalid("policy.destination", fmt.Sprintf("%s: there is no destination %q; the policy has %v", field, d, destinations))
		}
		return nil
	}
	for i, l := range p.Lists {
		field := fmt.Sprintf("lists[%d]", i)
		if !listCode.MatchString(l.Code) {
			return orrery.Invalid("policy.list", fmt.Sprintf("%s.code: %q is no neutral code: write up to four capital letters and a number, such as X-01; a name could say why somebody is on the list", field, l.Code))
		}
		if err := known(field+".destination", l.Destination); err != nil {
			return err
		}
		if !slices.Contains(advertising, l.Audience) {
			return orrery.Invalid("policy.list", fmt.Sprintf("%s.audience: %q is no advertising or exclusion audience; those are %v", field, l.Audience, advertising))
		}
		for _, m := range p.Lists[:i] {
			if m.Code == l.Code && m.Destination == l.Destination {
				return orrery.Invalid("policy.list", fmt.Sprintf("%s.code: %q stands twice for %s", field, l.Code, l.Destination))
			}
		}
	}
	for i, r := range p.Channels {
		if err := known(fmt.Sprintf("channels[%d].destination", i), r.Destination); err != nil {
			return err
		}
	}
	for i, s := range p.Subscriptions {
		if err := known(fmt.Sprintf("subscriptions[%d].destination", i), s.Destination); err != nil {
			return err
		}
	}
	return nil
}

// route is the destination that delivers messages of a channel.
func (p *Policy) route(c orrery.Channel) (orrery.DestinationName, bool) {
	for _, r := range p.Channels {
		if r.Channel == c || r.Channel == orrery.AnyChannel {
			return r.Destination, true
		}
	}
	return "", false
}
