package collect

import (
	"slices"

	"github.com/orrery-cxm/orrery"
)

// maxReach is how many destinations one event may name.
const maxReach = 50

// reach reads the destination filter of an event: {"All": false, "crm": true} lets crm alone hear of what it causes,
// {"crm": false} everybody else. Names are those of destinations, case-sensitive; an object stands for true. What the
// event says goes before what its batch says, name by name. Names that change nothing are left out; nil is no filter.
func (s *reading) reach(c *surroundings) *orrery.Reach {
	if c.filter == 0 {
		return nil
	}
	all := true
	for _, n := range [...]uint32{c.outer, c.filter} {
		if m := s.member(n, "All"); m != 0 {
			all = s.nodes[m].form != no
		}
	}
	var except []orrery.DestinationName
	for _, n := range [...]uint32{c.filter, c.outer} {
		if n == 0 {
			continue
		}
		for j, end := n+1, s.nodes[n].next; j < end; j = s.nodes[j].next {
			name := s.key(j)
			if s.nodes[j].form == null || name == "All" || len(name) > MaxName || !printable(name) || (n == c.outer && s.member(c.filter, name) != 0) {
				continue
			}
			if on := s.nodes[j].form != no; on != all && len(except) < maxReach {
				except = append(except, orrery.DestinationName(name))
			}
		}
	}
	if all && len(except) == 0 {
		return nil
	}
	slices.Sort(except)
	return &orrery.Reach{Nobody: !all, Except: slices.Compact(except)}
}
