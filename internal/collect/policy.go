package collect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// Policy is what a workspace may say about collecting.
type Policy struct {
	// Blocklist adds values to those by which nobody can be recognised, such as undefined or guest: see [DefaultBlocklist].
	Blocklist []string `yaml:"blocked_identifiers"`
	// Purposes says what a consent category permits, by its name in any case; the usual names are known: see [DefaultPurposes].
	Purposes map[string]orrery.Purpose `yaml:"consent_categories"`
	// Currency of an order that names none.
	Currency string `yaml:"currency"`
}

// DefaultPolicy is what holds where a workspace says nothing. As in Segment's e-commerce events, an order without a
// currency is in US dollars.
func DefaultPolicy() Policy { return Policy{Currency: "USD"} }

// DefaultBlocklist holds what programs write where they know nobody. Values are compared without regard to case, and
// zeros and dashes of any number are blocked too.
var DefaultBlocklist = []string{
	"undefined", "null", "none", "nil", "nan", "nobody", "unknown", "anonymous", "guest", "user", "test", "n/a", "na",
	"-1", "false", "true", "(null)", "(none)", "not set", "(not set)", "[object object]", "not available", "unset",
	"noreply@example.com", "user@example.com", "test@test.com", "example@example.com",
	"no-email", "none@none.com", "na@na.com", "null@null.com", "invalid", "invalid user id", "default",
	"{}", "[]", "{{user_id}}", "{{userid}}", "%user_id%", "${user_id}",
}

// DefaultPurposes maps the usual names of consent categories to purposes. A name that is missing here and in the policy
// is kept as a purpose of its own, as it was written.
var DefaultPurposes = map[string]orrery.Purpose{
	"marketing": orrery.Marketing, "email marketing": orrery.Marketing, "direct marketing": orrery.Marketing,
	"advertising": orrery.Advertising, "targeting": orrery.Advertising, "ads": orrery.Advertising,
	"targeted advertising": orrery.Advertising, "retargeting": orrery.Advertising, "sale of data": orrery.Advertising,
	"personalisation": orrery.Personalisation, "personalization": orrery.Personalisation,
	"research": orrery.Research, "surveys": orrery.Research, "survey": orrery.Research,
	"analytics": "analytics", "performance": "analytics", "statistics": "analytics",
	"functional": "functional", "preferences": "functional", "necessary": "necessary", "essential": "necessary",
	"strictly necessary": "necessary",
}

// Validate names the field, the bad value and what would be right.
func (p Policy) Validate() error {
	for _, v := range p.Blocklist {
		if strings.TrimSpace(v) == "" || len(v) > MaxID {
			return orrery.Invalid("policy.collect", fmt.Sprintf("blocked_identifiers: %q is no value to block: write 1 to %d characters", clip(v), MaxID))
		}
	}
	for _, name := range sortedKeys(p.Purposes) {
		if strings.TrimSpace(name) == "" || p.Purposes[name] == "" {
			return orrery.Invalid("policy.collect", fmt.Sprintf("consent_categories: %q: %q is no pair of a category and a purpose such as marketing or advertising", name, p.Purposes[name]))
		}
	}
	if p.Currency != "" && !isCurrency(p.Currency) {
		return orrery.Invalid("policy.collect", fmt.Sprintf("currency: %q is no currency: write three capital letters of ISO 4217, such as EUR", p.Currency))
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// blocklist holds blocked values by their length, so that most identifiers are cleared without a comparison.
type blocklist [][]string

func newBlocklist(more []string) blocklist {
	var b blocklist
	for _, list := range [][]string{DefaultBlocklist, more} {
		for _, v := range list {
			v = strings.TrimSpace(v)
			for len(b) <= len(v) {
				b = append(b, nil)
			}
			b[len(v)] = append(b[len(v)], strings.ToLower(v))
		}
	}
	return b
}

// has tells whether v names nobody.
func (b blocklist) has(v string) bool {
	if len(v) < len(b) {
		for _, w := range b[len(v)] {
			if strings.EqualFold(v, w) {
				return true
			}
		}
	}
	for i := range len(v) {
		if v[i] != '0' && v[i] != '-' {
			return false
		}
	}
	return true
}
