package identify

import (
	"fmt"
	"regexp"

	"github.com/orrery-cxm/orrery"
)

// Policy says how far each kind of identifier may be trusted. The zero value is not usable: take [DefaultPolicy] or
// call [Policy.Validate] after reading one, which also prepares it for use.
type Policy struct {
	Namespaces []Rule   `yaml:"namespaces"` // kinds of identifiers, from the strongest to the weakest
	Guards     Guards   `yaml:"guards"`     // at most
	Blocklist  []string `yaml:"blocklist"`  // values by which nobody can be recognised: "undefined" as a whole, "test@*" as a beginning, "/^x+$/" as a regular expression; case does not matter

	blocked blocklist
	ready   bool
}

// Rule is the policy of one namespace. A namespace that is not listed is weaker than all that are, joins no known
// persons and is shared as soon as two use it.
type Rule struct {
	Name        orrery.Namespace `yaml:"name"`                     // kind of identifier: user_id, email, phone, or one of your own
	Unique      bool             `yaml:"unique,omitempty"`         // names one person: whoever holds one is known
	Limit       Limit            `yaml:"limit,omitempty"`          // how many of them a person may have
	Bridge      Bridge           `yaml:"bridge"`                   // may it join two known persons? true, false, or proven: when a source vouched for it
	SharedAfter Limit            `yaml:"shared_after,omitempty"`   // how many unique identifiers beside it make it a shared one
	Split       bool             `yaml:"split_by_login,omitempty"` // a device: what is done without a login belongs to who logged in last
	Validate    string           `yaml:"validate,omitempty"`       // how a value is checked and written: email, phone or nothing
}

// Limit is a number within a span; 0 is no limit, a span of 0 is for ever.
type Limit struct {
	Count int         `yaml:"count"`         // so many; 0 is no limit
	Per   orrery.Span `yaml:"per,omitempty"` // within this span; 0 is for ever
}

// Bridge says whether an identifier may join two persons that both hold a unique identifier.
type Bridge uint8

const (
	BridgeNever  Bridge = iota // false: it attaches to one person
	BridgeAlways               // true
	BridgeProven               // proven: when a source vouched for it
)

func (b Bridge) String() string {
	switch b {
	case BridgeAlways:
		return "true"
	case BridgeProven:
		return "proven"
	}
	return "false"
}

func (b Bridge) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

func (b *Bridge) UnmarshalText(text []byte) error {
	for v := BridgeNever; v <= BridgeProven; v++ {
		if v.String() == string(text) {
			*b = v
			return nil
		}
	}
	return orrery.Invalid("identity.bridge", fmt.Sprintf("bridge: %q: write true, false or proven", text))
}

// Guards bound what one person, one node and one source may cause.
type Guards struct {
	MaxIdentifiers    int `yaml:"max_identifiers"`          // identifiers of a person, the slices of a shared device not counted
	MaxConnected      int `yaml:"max_connected"`            // identifiers connected by evidence: bounds the work of one touch
	MaxEdges          int `yaml:"max_edges"`                // pieces of evidence about one identifier
	GrowthPerDay      int `yaml:"growth_per_day"`           // touches a day that may add identifiers to a person
	SuspectsPerMinute int `yaml:"suspect_joins_per_minute"` // joins of known persons, or beyond growth_per_day, that one source may cause before its right to link is suspended
}

// maxNamespaces bounds the counters a person needs while it is being solved; the last stands for all unlisted ones.
const maxNamespaces = 32

// unlisted is the rule of a namespace the policy does not name.
var unlisted = Rule{SharedAfter: Limit{Count: 2}}

// DefaultPolicy is a policy that suits a consumer brand.
func DefaultPolicy() *Policy {
	year := 365 * orrery.Day
	attach := func(ns orrery.Namespace, limit Limit, split bool) Rule {
		return Rule{Name: ns, Limit: limit, SharedAfter: Limit{Count: 2}, Split: split}
	}
	p := &Policy{
		Namespaces: []Rule{
			{Name: orrery.UserID, Unique: true, Limit: Limit{Count: 1}, Bridge: BridgeAlways},
			{Name: orrery.Email, Limit: Limit{5, year}, Bridge: BridgeAlways, SharedAfter: Limit{Count: 3}, Validate: "email"},
			{Name: orrery.Phone, Limit: Limit{5, year}, Bridge: BridgeProven, SharedAfter: Limit{Count: 3}, Validate: "phone"},
			{Name: orrery.Handle, Limit: Limit{10, year}, Bridge: BridgeProven, SharedAfter: Limit{Count: 3}},
			attach(orrery.DeviceID, Limit{20, year}, true),
			attach(orrery.AnonymousID, Limit{}, true),
			attach(orrery.CookieID, Limit{}, true),
			attach(orrery.AdID, Limit{20, year}, false),
			attach(orrery.PushToken, Limit{}, false),
		},
		Guards: Guards{MaxIdentifiers: 200, MaxConnected: 1000, MaxEdges: 1000, GrowthPerDay: 50, SuspectsPerMinute: 100},
		Blocklist: []string{"null", "(null)", "nil", "none", "undefined", "unknown", "anonymous", "guest", "invalid", "n/a",
			"na", "nan", "-1", "true", "false", "[object object]", "test", "user", "user_id", "email", "$user_id", "test@*",
			"noreply@*", "no-reply@*", "donotreply@*", "example@example.com"},
	}
	if err := p.Validate(); err != nil {
		panic("identify: the default policy is invalid: " + err.Error())
	}
	return p
}

// Validate reports the first thing in the policy that cannot work, and prepares the policy for use.
func (p *Policy) Validate() error {
	if len(p.Namespaces) == 0 || len(p.Namespaces) >= maxNamespaces {
		return wrong("namespaces", len(p.Namespaces), fmt.Sprintf("name 1 to %d", maxNamespaces-1))
	}
	seen, unique := map[orrery.Namespace]bool{}, false
	for i, r := range p.Namespaces {
		at := fmt.Sprintf("namespaces[%d]", i)
		switch {
		case r.Name == "" || r.Name == orrery.SliceID:
			return wrong(at+".name", r.Name, "a name of your own or a known one like user_id")
		case seen[r.Name]:
			return wrong(at+".name", r.Name, "each namespace once")
		case r.Limit.Count < 0 || r.Limit.Per < 0 || (r.Limit.Count == 0 && r.Limit.Per != 0):
			return wrong(at+".limit", r.Limit, "a count of at least 1, with or without per")
		case r.Unique && (r.Limit.Count == 0 || r.Limit.Per != 0):
			return wrong(at+".limit", r.Limit, "a unique namespace needs a count without per")
		case r.SharedAfter.Count < 0 || r.SharedAfter.Count == 1 || r.SharedAfter.Per < 0:
			return wrong(at+".shared_after", r.SharedAfter, "a count of at least 2, or 0 for never")
		case r.Unique && (r.SharedAfter.Count != 0 || r.Split || r.Bridge != BridgeAlways):
			return wrong(at, r.Name, "a unique namespace is never shared or split, and bridges")
		case r.Split && r.Bridge != BridgeNever:
			return wrong(at+".split_by_login", r.Split, "only with bridge: false")
		case r.Validate != "" && r.Validate != "email" && r.Validate != "phone":
			return wrong(at+".validate", r.Validate, "email, phone or nothing")
		}
		seen[r.Name], unique = true, unique || r.Unique
	}
	if !unique {
		return wrong("namespaces", "no unique one", "at least one with unique: true")
	}
	if err := p.Guards.validate(); err != nil {
		return err
	}
	var err error
	if p.blocked, err = compileBlocklist(p.Blocklist); err != nil {
		return err
	}
	p.ready = true
	return nil
}

func (g Guards) validate() error {
	for _, v := range []struct {
		name     string
		n        int
		min, max int
	}{
		{"max_identifiers", g.MaxIdentifiers, 2, 1000},
		{"max_connected", g.MaxConnected, g.MaxIdentifiers, 10_000},
		{"max_edges", g.MaxEdges, 10, 10_000},
		{"growth_per_day", g.GrowthPerDay, 1, 1_000_000},
		{"suspect_joins_per_minute", g.SuspectsPerMinute, 1, 1_000_000},
	} {
		if v.n < v.min || v.n > v.max {
			return wrong("guards."+v.name, v.n, fmt.Sprintf("%d to %d", v.min, v.max))
		}
	}
	return nil
}

func wrong(field string, bad any, right string) error {
	return orrery.Invalid("identity.policy", fmt.Sprintf("identity.%s: %v will not do: %s", field, bad, right))
}

// rule is the rule of a namespace and its rank: 0 is the strongest.
func (p *Policy) rule(ns orrery.Namespace) (*Rule, int) {
	for i := range p.Namespaces {
		if p.Namespaces[i].Name == ns {
			return &p.Namespaces[i], i
		}
	}
	return &unlisted, len(p.Namespaces)
}

func (p *Policy) unique(n *Node) bool {
	r, _ := p.rule(n.Identifier.Namespace)
	return r.Unique
}

// bridges says whether an edge at n may join two known persons.
func bridges(r *Rule, n *Node) bool {
	return r.Bridge == BridgeAlways || r.Bridge == BridgeProven && n.Identifier.Proven
}

// blocklist is a compiled list of values that name nobody.
type blocklist struct {
	exact    map[string]bool // lower case
	longest  int
	prefixes []string // lower case
	patterns []*regexp.Regexp
}
