// Package govern says who may do what: keys with scopes, one secret each, kept as hashes.
//
// It promises that a key does only what its scopes and its source's trust allow, that no secret is kept anywhere, and
// that a revoked key is refused from the next request on. It does no I/O: whoever runs the workspace stores the ring.
package govern

import (
	"fmt"
	"regexp"
	"slices"
	"sync/atomic"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/seal"
)

// Scope is one thing that a key may do.
type Scope string

const (
	Write    Scope = "write"    // send touches
	Read     Scope = "read"     // read people and lists
	Outbound Scope = "outbound" // offer messages
	Care     Scope = "care"     // work on cases, holds, life events, corrections
	Govern   Scope = "govern"   // policy, identity decisions, quarantine, dead letters
	Erase    Scope = "erase"    // erase and export people
)

// Scopes lists every scope.
var Scopes = []Scope{Write, Read, Outbound, Care, Govern, Erase}

// Key is one API key, without its secret.
type Key struct {
	ID      string            `json:"id"`
	Hash    string            `json:"hash"`
	Source  orrery.SourceName `json:"source"`
	Trust   orrery.Trust      `json:"trust"`
	Scopes  []Scope           `json:"scopes"`
	Channel orrery.Channel    `json:"channel,omitempty"` // where touches happen that do not say it
	Region  string            `json:"region,omitempty"`  // ISO 3166: phone numbers without a country code
	Zone    string            `json:"zone,omitempty"`    // IANA zone of people who do not say it
	History bool              `json:"history,omitempty"` // everything it sends is history
	Created orrery.Instant    `json:"created"`
	Revoked orrery.Instant    `json:"revoked,omitempty"`
}

// May says whether the key has a scope and is not revoked.
func (k *Key) May(s Scope) bool { return k.Revoked == 0 && slices.Contains(k.Scopes, s) }

// Actor is who acts with the key.
func (k *Key) Actor() orrery.Actor { return orrery.Actor{Name: string(k.Source), Trust: k.Trust} }

var (
	sourceName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)
	region     = regexp.MustCompile(`^([A-Z]{2})?$`)
)

// Validate checks a key before it is added.
func (k *Key) Validate() error {
	switch {
	case !sourceName.MatchString(string(k.Source)):
		return orrery.Invalid("key.source", fmt.Sprintf("source: %q is no name: use lower-case letters, digits, - and _", k.Source))
	case k.Trust < orrery.Public || k.Trust > orrery.Staff:
		return orrery.Invalid("key.trust", "trust: one of public, server, staff")
	case !region.MatchString(k.Region):
		return orrery.Invalid("key.region", fmt.Sprintf("region: %q is no country: write two capital letters, such as DE", k.Region))
	case len(k.Scopes) == 0:
		return orrery.Invalid("key.scopes", fmt.Sprintf("scopes: missing: choose from %v", Scopes))
	}
	for _, s := range k.Scopes {
		if !slices.Contains(Scopes, s) {
			return orrery.Invalid("key.scopes", fmt.Sprintf("scopes: %q is none of %v", s, Scopes))
		}
		if k.Trust == orrery.Public && s != Write {
			return orrery.Invalid("key.scopes", fmt.Sprintf("scopes: a public key, which anybody can read in a browser, may only write, not %s", s))
		}
	}
	return nil
}

// Ring is the set of keys of one workspace. It is safe for concurrent use: a change replaces the whole set.
type Ring struct {
	keys atomic.Pointer[ringState]
	Uses Uses // when each key was last used; it outlives a change of the keys
}

type ringState struct {
	list   []Key
	byHash map[string]*Key
}

// Set replaces the keys.
func (r *Ring) Set(keys []Key) {
	s := &ringState{list: slices.Clone(keys), byHash: map[string]*Key{}}
	for i := range s.list {
		s.byHash[s.list[i].Hash] = &s.list[i]
	}
	r.keys.Store(s)
}

// List is every key, revoked ones included.
func (r *Ring) List() []Key {
	if s := r.keys.Load(); s != nil {
		return slices.Clone(s.list)
	}
	return nil
}

// Find is the key of a secret, nil when there is none or it is revoked. The look-up is by the hash of the secret, so its
// time tells nothing about secrets.
func (r *Ring) Find(secret string) *Key {
	s := r.keys.Load()
	if s == nil || secret == "" {
		return nil
	}
	k := s.byHash[seal.Hash(secret)]
	if k == nil || k.Revoked != 0 {
		return nil
	}
	return k
}
