package engine

import (
	"fmt"
	"slices"

	"github.com/orrery-cxm/orrery"
)

// What concerns the brand as a whole has no person. Subscribers are told of it under a fragment that is nobody's: one of a
// namespace in which nobody can be named.
const (
	brandNamespace orrery.Namespace = "orrery"
	brandValue     string           = "brand"
)

// Noticed records what the radar noticed: alerts raised and changed, topics. Its answer is how many facts it made.
type Noticed struct{ Facts []orrery.Fact }

func (c Noticed) run(b *batch) (any, error) {
	told := b.FragmentOf(brandNamespace, brandValue)
	for _, f := range c.Facts {
		switch f := f.(type) {
		case *orrery.AlertRaised:
			n := *f
			n.Told, n.Alert.ID, n.Alert.Examples = told, orrery.AlertID(b.NextID()), b.known(f.Alert.Examples)
			b.Emit(&n)
		case *orrery.AlertChanged:
			n := *f
			n.Told, n.Alert.Examples = told, b.known(f.Alert.Examples)
			b.Emit(&n)
		case *orrery.TopicEmerged:
			n := *f
			n.Told, n.Topic.ID, n.Topic.Examples = told, orrery.TopicID(b.NextID()), b.known(f.Topic.Examples)
			b.Emit(&n)
		default:
			return nil, fmt.Errorf("the radar notices no fact of kind %d", f.Kind())
		}
	}
	return len(c.Facts), nil
}

// known leaves out examples of people who are not known any more: they were erased since they were noticed.
func (b *batch) known(list []orrery.Example) []orrery.Example {
	return slices.DeleteFunc(slices.Clone(list), func(e orrery.Example) bool { return b.Node(e.Fragment) == nil })
}

// withoutExamples is an alert or a topic without the messages of some people; the fact itself when it has none of them.
func withoutExamples(f orrery.Fact, gone func(orrery.FragmentID) bool) orrery.Fact {
	theirs := func(e orrery.Example) bool { return gone(e.Fragment) }
	left := func(list []orrery.Example) []orrery.Example { return slices.DeleteFunc(slices.Clone(list), theirs) }
	switch f := f.(type) {
	case *orrery.AlertRaised:
		if slices.ContainsFunc(f.Alert.Examples, theirs) {
			n := *f
			n.Alert.Examples = left(f.Alert.Examples)
			return &n
		}
	case *orrery.AlertChanged:
		if slices.ContainsFunc(f.Alert.Examples, theirs) {
			n := *f
			n.Alert.Examples = left(f.Alert.Examples)
			return &n
		}
	case *orrery.TopicEmerged:
		if slices.ContainsFunc(f.Topic.Examples, theirs) {
			n := *f
			n.Topic.Examples = left(f.Topic.Examples)
			return &n
		}
	}
	return f
}
