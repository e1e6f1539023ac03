package identify

import (
	"cmp"
	"slices"

	"github.com/orrery-cxm/orrery"
)

// solveAll is the definition of the partition, written the slow and plain way over the whole graph at once: for each
// identifier its person. It shares no code with the package but the node and the policy.
func solveAll(w *world) map[orrery.FragmentID]orrery.PersonID {
	ids := slices.DeleteFunc(w.ids(), func(id orrery.FragmentID) bool { return w.nodes[id].Identifier.Namespace == orrery.SliceID })
	ruleOf := func(id orrery.FragmentID) (Rule, int) {
		for i, r := range w.p.Namespaces {
			if r.Name == w.nodes[id].Identifier.Namespace {
				return r, i
			}
		}
		return Rule{SharedAfter: Limit{Count: 2}}, len(w.p.Namespaces)
	}
	denied := func(a, b orrery.FragmentID) bool {
		return slices.ContainsFunc(w.nodes[a].Denials, func(d Denial) bool { return d.Other == b })
	}
	type evidence struct {
		a, b orrery.FragmentID
		e    Edge
	}
	var all []evidence
	for _, a := range ids {
		for _, e := range w.nodes[a].Edges {
			back := func(b Edge) bool { return b.Other == a && b.Kind == e.Kind && b.Source == e.Source }
			o := w.nodes[e.Other]
			if o == nil || !slices.ContainsFunc(o.Edges, back) {
				continue // the other one was erased, and has come anew since or not
			}
			if a < e.Other && !e.Quarantined && !e.Withdrawn && !denied(a, e.Other) {
				all = append(all, evidence{a, e.Other, e})
			}
		}
	}
	shared := map[orrery.FragmentID]bool{}
	for _, id := range ids {
		beside := map[orrery.Namespace]map[orrery.FragmentID]bool{}
		for _, ev := range all {
			other := ev.a ^ ev.b ^ id
			if ev.a != id && ev.b != id {
				continue
			}
			if r, _ := ruleOf(other); r.Unique {
				if beside[r.Name] == nil {
					beside[r.Name] = map[orrery.FragmentID]bool{}
				}
				beside[r.Name][other] = true
			}
		}
		r, _ := ruleOf(id)
		for _, set := range beside {
			shared[id] = shared[id] || r.SharedAfter.Count > 0 && len(set) >= r.SharedAfter.Count
		}
	}
	weaker := func(ev evidence) int {
		_, x := ruleOf(ev.a)
		_, y := ruleOf(ev.b)
		return max(x, y)
	}
	attaches := func(ev evidence) int {
		for _, end := range []orrery.FragmentID{ev.a, ev.b} {
			r, _ := ruleOf(end)
			if r.Bridge == BridgeNever || r.Bridge == BridgeProven && !w.nodes[end].Identifier.Proven {
				return 1
			}
		}
		return 0
	}
	slices.SortFunc(all, func(x, y evidence) int {
		kx, ky := x.e.Kind, y.e.Kind
		if kx == orrery.Confirmed {
			kx = 0
		}
		if ky == orrery.Confirmed {
			ky = 0
		}
		return cmp.Or(cmp.Compare(min(kx, 1), min(ky, 1)), cmp.Compare(attaches(x), attaches(y)), cmp.Compare(kx, ky),
			cmp.Compare(weaker(x), weaker(y)), cmp.Compare(x.e.First, y.e.First),
			cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	person := map[orrery.FragmentID]map[orrery.FragmentID]bool{}
	for _, id := range ids {
		person[id] = map[orrery.FragmentID]bool{id: true}
	}
	for _, ev := range all {
		if shared[ev.a] || shared[ev.b] || person[ev.a][ev.b] {
			continue
		}
		together := map[orrery.FragmentID]bool{}
		knownSides := 0
		for _, side := range []orrery.FragmentID{ev.a, ev.b} {
			known := 0
			for id := range person[side] {
				together[id] = true
				if r, _ := ruleOf(id); r.Unique {
					known = 1
				}
			}
			knownSides += known
		}
		if faultOf(w, together) != "" {
			continue
		}
		if knownSides == 2 && ev.e.Kind != orrery.Confirmed {
			if attaches(ev) == 1 {
				continue
			}
		}
		for id := range together {
			person[id] = together
		}
	}
	out := map[orrery.FragmentID]orrery.PersonID{}
	for _, id := range ids {
		var members []orrery.FragmentID
		for m := range person[id] {
			members = append(members, m)
		}
		out[id] = slices.MinFunc(members, func(a, b orrery.FragmentID) int {
			ra, ka := ruleOf(a)
			rb, kb := ruleOf(b)
			if !ra.Unique {
				ka = maxNamespaces
			}
			if !rb.Unique {
				kb = maxNamespaces
			}
			return cmp.Or(cmp.Compare(ka, kb), cmp.Compare(w.nodes[a].First, w.nodes[b].First), cmp.Compare(a, b))
		})
	}
	return out
}

// faultOf says which limit a set of identifiers breaks as one person, "" for none.
func faultOf(w *world, set map[orrery.FragmentID]bool) string {
	if len(set) > w.p.Guards.MaxIdentifiers {
		return "max_identifiers"
	}
	for _, r := range w.p.Namespaces {
		if r.Limit.Count == 0 {
			continue
		}
		var firsts []orrery.Instant
		for id := range set {
			if w.nodes[id].Identifier.Namespace == r.Name {
				firsts = append(firsts, w.nodes[id].First)
			}
		}
		for _, from := range firsts {
			n := 0
			for _, f := range firsts {
				if f >= from && (r.Limit.Per == 0 || f < from.Add(r.Limit.Per)) {
					n++
				}
			}
			if r.Limit.Per == 0 {
				n = len(firsts)
			}
			if n > r.Limit.Count {
				return "limit of " + string(r.Name)
			}
		}
	}
	for id := range set {
		for _, d := range w.nodes[id].Denials {
			if set[d.Other] {
				return "a denial"
			}
		}
	}
	return ""
}

// check fails unless every node stands where the definition puts it, members lists agree, and no limit is broken.
func (w *world) check(t interface {
	Helper()
	Fatalf(string, ...any)
}) {
	t.Helper()
	want := solveAll(w)
	sets := map[orrery.PersonID]map[orrery.FragmentID]bool{}
	for _, id := range w.ids() {
		n := w.nodes[id]
		person := want[id]
		if n.Identifier.Namespace == orrery.SliceID {
			owner := w.nodes[n.Owner]
			person = w.nodes[n.Device].Person
			if owner != nil && owner.linked(n.Device) {
				person = owner.Person
			}
		}
		if n.Person != person {
			t.Fatalf("%s belongs to %s; solving the whole graph gives %s", w.name(id), w.name(n.Person), w.name(person))
		}
		if n.Identifier.Namespace != orrery.SliceID {
			if sets[person] == nil {
				sets[person] = map[orrery.FragmentID]bool{}
			}
			sets[person][id] = true
		}
		if !slices.Contains(w.nodes[n.Person].Members, id) {
			t.Fatalf("%s is missing among the members of its person %s", w.name(id), w.name(n.Person))
		}
		for _, m := range n.Members {
			if w.nodes[m].Person != id {
				t.Fatalf("%s still counts %s, who belongs to %s", w.name(id), w.name(m), w.name(w.nodes[m].Person))
			}
		}
	}
	for person, set := range sets {
		if fault := faultOf(w, set); fault != "" {
			t.Fatalf("the person %s breaks %s", w.name(person), fault)
		}
		if bridge := w.bridgedByDevice(set); bridge != "" {
			t.Fatalf("the person %s holds %s only by way of an identifier that may not join two known persons", w.name(person), bridge)
		}
	}
}

// bridgedByDevice names a unique identifier of a person that no evidence between identifiers that may bridge, and no
// word of a person, connects with the other unique ones; "" when there is none.
func (w *world) bridgedByDevice(set map[orrery.FragmentID]bool) string {
	ruleOf := func(n *Node) (r Rule) {
		for _, r := range w.p.Namespaces {
			if r.Name == n.Identifier.Namespace {
				return r
			}
		}
		return r
	}
	bridging := func(n *Node) bool {
		r := ruleOf(n)
		return r.Bridge == BridgeAlways || r.Bridge == BridgeProven && n.Identifier.Proven
	}
	var unique []orrery.FragmentID
	for id := range set {
		for _, e := range w.nodes[id].Edges {
			if e.Kind == orrery.Confirmed {
				return "" // a person's word may bridge anything
			}
		}
		if ruleOf(w.nodes[id]).Unique {
			unique = append(unique, id)
		}
	}
	if len(unique) < 2 {
		return ""
	}
	slices.Sort(unique)
	reached := map[orrery.FragmentID]bool{unique[0]: true}
	for queue := unique[:1:1]; len(queue) > 0; queue = queue[1:] {
		n := w.nodes[queue[0]]
		for _, e := range n.Edges {
			if set[e.Other] && !reached[e.Other] && e.Live() && bridging(n) && bridging(w.nodes[e.Other]) {
				reached[e.Other] = true
				queue = append(queue, e.Other)
			}
		}
	}
	for _, id := range unique {
		if !reached[id] {
			return w.name(id)
		}
	}
	return ""
}
