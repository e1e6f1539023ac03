package api

import (
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// appendProfile writes what marshalling [ProfileOf] would, without making a Profile: reading a person is asked thousands of
// times a second. A test holds the two to each other.
func appendProfile(b []byte, p *engine.Person) ([]byte, error) {
	m := &p.Known
	o := object{b: b}
	o.open('{')
	o.id("id", p.ID)
	o.uint("seq", uint64(p.Seq))
	o.identifiers(p)
	o.traits(p)
	o.consents(p)
	if err := o.state(p); err != nil {
		return nil, err
	}
	o.list("audiences")
	for _, a := range p.Audiences {
		o.open('{')
		o.text("name", string(a.Audience))
		o.moment("since", a.Since)
		o.close('}')
	}
	o.close(']')
	o.name("orders")
	o.open('{')
	o.int("count", m.Orders)
	o.int("minor", m.Minor)
	o.momentIf("last", m.LastOrder)
	o.close('}')
	o.list("events")
	for i := range m.Events {
		e := &m.Events[i]
		o.open('{')
		o.text("name", e.Name)
		o.uint("count", e.Total)
		o.moment("first", e.First)
		o.moment("last", e.Last)
		o.close('}')
	}
	o.close(']')
	if err := o.outbound(p); err != nil {
		return nil, err
	}
	if len(m.Accounts) > 0 {
		o.list("accounts")
		for _, a := range m.Accounts {
			o.item(string(a))
		}
		o.close(']')
	}
	o.uint("touches", m.Touches)
	o.momentIf("first_touch", m.First)
	o.momentIf("last_touch", m.Last)
	o.textIf("locale", m.Locale)
	o.textIf("zone", m.Zone)
	o.close('}')
	return o.b, nil
}

func (o *object) identifiers(p *engine.Person) {
	o.list("identifiers")
	for _, n := range p.Fragments {
		if n.Identifier.Namespace == orrery.SliceID {
			continue
		}
		o.open('{')
		o.id("fragment", n.ID)
		o.text("namespace", string(n.Identifier.Namespace))
		o.text("value", n.Identifier.Value)
		o.bool("proven", n.Identifier.Proven)
		o.text("source", string(n.Source))
		o.moment("since", n.First)
		o.bool("shared", n.Shared)
		o.close('}')
	}
	o.close(']')
}

func (o *object) traits(p *engine.Person) {
	o.name("traits")
	o.open('{')
	for i := range p.Known.Traits {
		t := &p.Known.Traits[i]
		o.name(t.Name)
		o.open('{')
		o.raw("value", t.Value)
		o.text("origin", originName(t.Origin))
		o.moment("at", t.At)
		o.text("source", string(t.Source))
		o.close('}')
	}
	o.close('}')
}

func (o *object) consents(p *engine.Person) {
	o.list("consents")
	for _, c := range consentsOf(p.Experience) {
		o.open('{')
		o.text("purpose", c.Purpose)
		o.text("channel", c.Channel)
		o.text("answer", c.Answer)
		o.textIf("how", c.How)
		o.textIf("since", c.Since)
		o.textIf("source", c.Source)
		o.bool("unproven", c.Unproven)
		o.close('}')
	}
	o.close(']')
}

// state writes the experience state. What most people do not have is marshalled as it is.
func (o *object) state(p *engine.Person) error {
	s := stateOf(p)
	o.name("state")
	o.open('{')
	o.text("mood", s.Mood)
	if err := o.marshalled("open_cases", s.OpenCases, len(s.OpenCases)); err != nil {
		return err
	}
	if err := o.marshalled("holds", s.Holds, len(s.Holds)); err != nil {
		return err
	}
	o.bool("apology_due", s.ApologyDue)
	if err := o.marshalled("life_events", s.Life, len(s.Life)); err != nil {
		return err
	}
	o.close('}')
	return nil
}

func (o *object) outbound(p *engine.Person) error {
	if waiting := waitingOf(p); len(waiting) > 0 {
		if err := o.marshalled("waiting", waiting, len(waiting)); err != nil {
			return err
		}
	}
	if lists := listsOf(p); len(lists) > 0 {
		return o.marshalled("lists", lists, len(lists))
	}
	return nil
}

// object writes JSON piece by piece.
type object struct{ b []byte }

func (o *object) comma() {
	if n := len(o.b); n > 0 && o.b[n-1] != '{' && o.b[n-1] != '[' && o.b[n-1] != ':' {
		o.b = append(o.b, ',')
	}
}

func (o *object) open(c byte)  { o.comma(); o.b = append(o.b, c) }
func (o *object) close(c byte) { o.b = append(o.b, c) }

func (o *object) quote(s string) {
	plain := true
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			plain = false
			break
		}
	}
	if plain {
		o.b = append(append(append(o.b, '"'), s...), '"')
		return
	}
	o.b, _ = jsontext.AppendQuote(o.b, s) // what is kept is valid UTF-8
}

func (o *object) name(name string) {
	o.comma()
	o.quote(name)
	o.b = append(o.b, ':')
}

func (o *object) list(name string)        { o.name(name); o.b = append(o.b, '[') }
func (o *object) item(value string)       { o.comma(); o.quote(value) }
func (o *object) text(name, value string) { o.name(name); o.quote(value) }
func (o *object) raw(name, value string)  { o.name(name); o.b = append(o.b, value...) }

func (o *object) textIf(name, value string) {
	if value != "" {
		o.text(name, value)
	}
}

func (o *object) uint(name string, v uint64) { o.name(name); o.b = strconv.AppendUint(o.b, v, 10) }
func (o *object) int(name string, v int64)   { o.name(name); o.b = strconv.AppendInt(o.b, v, 10) }
func (o *object) bool(name string, v bool)   { o.name(name); o.b = strconv.AppendBool(o.b, v) }

func (o *object) id(name string, id fmt.Stringer) { o.text(name, id.String()) }

func (o *object) moment(name string, at orrery.Instant) {
	o.name(name)
	o.b = append(at.AppendTo(append(o.b, '"')), '"')
}

func (o *object) momentIf(name string, at orrery.Instant) {
	if at != 0 {
		o.moment(name, at)
	}
}

func (o *object) marshalled(name string, list any, n int) error {
	if n == 0 {
		o.list(name)
		o.close(']')
		return nil
	}
	body, err := json.Marshal(list, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	o.raw(name, string(body))
	return nil
}
