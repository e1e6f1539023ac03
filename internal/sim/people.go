package sim

import (
	"fmt"

	"github.com/orrery-cxm/orrery"
)

// person is somebody as they really are; the engine has to find that out.
type person struct {
	name     string
	user     orrery.Identifier
	email    orrery.Identifier
	phone    orrery.Identifier
	browsers []orrery.Identifier
	tablet   *orrery.Identifier // shared in the family
	zone     string
	family   []*person
	orders   int
}

var zones = []string{"Europe/Berlin", "America/New_York", "Asia/Shanghai", "Asia/Riyadh", ""}

// populate makes people: singles, and families who share a tablet and sometimes an e-mail address.
func (w *world) populate() {
	for len(w.people) < w.cfg.People {
		size := 1
		if w.rand.IntN(4) == 0 {
			size = 2 + w.rand.IntN(3)
		}
		size = min(size, w.cfg.People-len(w.people))
		first := len(w.people)
		for range size {
			i := len(w.people)
			p := &person{name: fmt.Sprintf("p%d", i), zone: pick(w, zones)}
			p.user = orrery.Identifier{Namespace: orrery.UserID, Value: fmt.Sprintf("u-%d", 1000+i), Proven: true}
			p.email = orrery.Identifier{Namespace: orrery.Email, Value: fmt.Sprintf("p%d@example.org", i)}
			p.phone = orrery.Identifier{Namespace: orrery.Phone, Value: fmt.Sprintf("+49301234%04d", i)}
			for b := range 1 + w.rand.IntN(3) {
				p.browsers = append(p.browsers, orrery.Identifier{Namespace: orrery.AnonymousID, Value: fmt.Sprintf("b-%d-%d", i, b)})
			}
			w.people = append(w.people, p)
		}
		if size == 1 {
			continue
		}
		tablet := orrery.Identifier{Namespace: orrery.DeviceID, Value: fmt.Sprintf("tablet-%d", first)}
		for _, p := range w.people[first:] {
			p.tablet, p.family = &tablet, w.people[first:]
			if w.rand.IntN(3) == 0 {
				p.email = w.people[first].email
			}
		}
	}
}

// names are the identifiers that a touch of the person carries.
func (w *world) names(p *person, source orrery.SourceName) []orrery.Identifier {
	browser := pick(w, p.browsers)
	if p.tablet != nil && w.rand.IntN(3) == 0 {
		browser = *p.tablet
	}
	switch source {
	case "website":
		if w.rand.IntN(3) == 0 {
			login := p.user
			login.Proven = false
			return []orrery.Identifier{login, browser}
		}
		return []orrery.Identifier{browser}
	case "shop":
		switch w.rand.IntN(4) {
		case 0:
			return []orrery.Identifier{p.user, p.email}
		case 1:
			return []orrery.Identifier{p.user, browser}
		case 2:
			return []orrery.Identifier{p.user, p.phone}
		}
		return []orrery.Identifier{p.user}
	case "mail":
		return []orrery.Identifier{p.email}
	}
	return []orrery.Identifier{p.user}
}
