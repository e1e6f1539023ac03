package collect

import (
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/orrery-cxm/orrery"
)

// learn reads the traits of an identify call. RudderStack's libraries write them into the context; where both say
// something, the event's own word counts.
func (s *reading) learn(p parts, around *surroundings) *orrery.Error {
	origin := orrery.FirstParty
	if s.r.Call == Import || s.r.Source.Historical {
		origin = orrery.Imports
	}
	if around.traits != 0 && s.nodes[around.traits].form == object {
		if err := s.gather(around.traits, "context.traits", origin); err != nil {
			return err
		}
	}
	if p.traits == 0 {
		return nil
	}
	s.found(orrery.Email, s.member(p.traits, "email"))
	s.found(orrery.Phone, s.member(p.traits, "phone"))
	return s.gather(p.traits, "traits", origin)
}

// gather adds the members of the object at node n to the traits.
func (s *reading) gather(n uint32, path string, origin orrery.TraitOrigin) *orrery.Error {
	before := len(s.traits)
	for j, end := n+1, s.nodes[n].next; j < end; j = s.nodes[j].next {
		name := s.key(j)
		if name == "" || len(name) > MaxName || !printable(name) {
			return orrery.Invalid("collect.field", fmt.Sprintf("%s: %q is no name of a trait: write 1 to %d bytes, none of them a control character", path, clip(name), MaxName))
		}
		if size := s.nodes[j].val1 - s.nodes[j].val0; size > MaxTrait {
			return orrery.Invalid("collect.traits", fmt.Sprintf("%s.%s has %d bytes: a trait has at most %d", path, clip(name), size, MaxTrait))
		}
		trait := orrery.Trait{Name: name, Value: s.canonical(j), Origin: origin}
		if i := traitAt(s.traits[:before], name); i >= 0 {
			s.traits[i] = trait
			continue
		}
		if len(s.traits) == MaxTraits {
			return orrery.Invalid("collect.traits", fmt.Sprintf("%s: an event carries at most %d traits", path, MaxTraits))
		}
		s.traits = append(s.traits, trait)
	}
	return nil
}

func traitAt(traits []orrery.Trait, name string) int {
	for i := range traits {
		if traits[i].Name == name {
			return i
		}
	}
	return -1
}

// canonical writes the value at node n so that equal values are equal texts: RFC 8785, but that numbers keep all their
// digits (those which a double cannot hold stay as they are written).
func (s *reading) canonical(n uint32) string {
	raw := s.raw(n)
	switch m := &s.nodes[n]; m.form {
	case text:
		if m.marks&escaped == 0 {
			return raw
		}
	case number:
		if m.marks&whole != 0 && raw != "-0" {
			return raw
		}
	case object, array:
		if m.next == n+1 {
			return raw[:1] + raw[len(raw)-1:]
		}
	default:
		return raw
	}
	v := jsontext.Value(raw).Clone()
	if err := v.Canonicalize(jsontext.CanonicalizeRawInts(false), jsontext.CanonicalizeRawFloats(false)); err != nil {
		return raw // the scanner has accepted it, so this is never so
	}
	return string(shortNumbers(v))
}
