package sim

import (
	"fmt"

	"github.com/orrery-cxm/orrery"
)

func (j *judge) dump(f orrery.FragmentID) string {
	s := ""
	for _, x := range j.together(f) {
		s += fmt.Sprintf("%s %v sayings %+v holds %v\n", x, j.names[x], j.sayings[x], j.heldBy[x])
	}
	return s
}
