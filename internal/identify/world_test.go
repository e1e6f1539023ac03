package identify

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// world is an engine for tests: nodes in a map, copied on every change as the engine does, and the old copy spoiled so
// that nobody can go on using it. Without a cache every look at a node reads its bytes anew.
type world struct {
	p       *Policy
	b       Breakers
	now     orrery.Instant
	nodes   map[orrery.FragmentID]*Node
	facts   []told
	seq     orrery.Seq
	index   uint32
	uncache bool
	plain   bool // change nodes in place: for benchmarks
	touches uint64
}

type told struct {
	fact orrery.Fact
	at   orrery.Stamp
}

func newWorld(p *Policy) *world {
	return &world{p: p, now: 1_000_000, nodes: map[orrery.FragmentID]*Node{}, seq: 1}
}

func (w *world) Now() orrery.Instant { return w.now }
func (w *world) stamp() orrery.Stamp { return orrery.Stamp{Seq: w.seq, Index: w.index, Time: w.now} }
func (w *world) NextID() uint64      { return w.stamp().ID() }

func (w *world) Emit(f orrery.Fact) orrery.Stamp {
	at := w.stamp()
	if w.index++; w.index > orrery.MaxIndex {
		w.seq, w.index = w.seq+1, 0
	}
	w.facts = append(w.facts, told{f, at})
	var buf [4]orrery.FragmentID
	for _, id := range Named(f, buf[:0]) {
		n := w.nodes[id]
		if n == nil {
			n = &Node{}
		} else if !w.plain {
			old := n
			n = reread(old)
			*old = Node{ID: old.ID, Person: 1, Shared: true} // stale
		}
		n.Evolve(id, f, at)
		if n.ID == 0 {
			delete(w.nodes, id)
		} else {
			w.nodes[id] = n
		}
	}
	w.b.Evolve(f)
	return at
}

func bytesOf(n *Node) []byte {
	var wr wire.Writer
	n.AppendTo(&wr)
	return wr.B
}

func reread(n *Node) *Node {
	var out Node
	if err := out.Read(wire.NewReader(bytesOf(n))); err != nil {
		panic(err)
	}
	return &out
}

func (w *world) Node(id orrery.FragmentID) *Node {
	n := w.nodes[id]
	if n != nil && w.uncache {
		return reread(n)
	}
	return n
}

func (w *world) FragmentOf(ns orrery.Namespace, value string) orrery.FragmentID {
	return fragmentOf(orrery.Identifier{Namespace: ns, Value: value})
}

func fragmentOf(id orrery.Identifier) orrery.FragmentID {
	h := fnv.New64a()
	h.Write([]byte(id.Namespace))
	h.Write([]byte{0})
	h.Write([]byte(id.Value))
	v := h.Sum64() * 0x9e3779b97f4a7c15
	return orrery.FragmentID(v ^ v>>29 | 1)
}

func ident(s string) orrery.Identifier {
	ns, v, ok := strings.Cut(s, ":")
	if !ok {
		panic("an identifier is written as namespace:value, not " + s)
	}
	proven := strings.HasSuffix(v, "!")
	return orrery.Identifier{Namespace: orrery.Namespace(ns), Value: strings.TrimSuffix(v, "!"), Proven: proven}
}

func frag(s string) orrery.FragmentID { return fragmentOf(ident(s)) }

// touchOf writes a touch as "user_id:Tom device_id:D1".
func touchOf(at orrery.Instant, source orrery.SourceName, trust orrery.Trust, ids string) *orrery.Touch {
	t := &orrery.Touch{Kind: orrery.Track, At: at, Source: source, Trust: trust}
	for _, s := range strings.Fields(ids) {
		t.Identifiers = append(t.Identifiers, ident(s))
	}
	return t
}

// place places a touch and records it, as the engine does.
func (w *world) place(touch *orrery.Touch) (Placement, error) {
	w.touches++
	w.now = max(w.now, touch.At)
	pl, err := Place(w, w.p, &w.b, touch, orrery.TouchID(w.touches))
	if err == nil {
		w.Emit(&orrery.TouchRecorded{Anchor: pl.Anchor, Person: pl.Person, Touch: *touch})
	}
	return pl, err
}

func (w *world) mustPlace(t testing.TB, touch *orrery.Touch) Placement {
	t.Helper()
	pl, err := w.place(touch)
	if err != nil {
		t.Fatalf("place a touch: %v", err)
	}
	return pl
}

func (w *world) ids() []orrery.FragmentID {
	var out []orrery.FragmentID
	for id := range w.nodes {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

func (w *world) name(id orrery.FragmentID) string {
	n := w.Node(id)
	switch {
	case n == nil:
		return "nobody"
	case n.Identifier.Namespace == orrery.SliceID:
		return fmt.Sprintf("turns of %s at %s", w.name(n.Owner), w.name(n.Device))
	}
	return string(n.Identifier.Namespace) + ":" + n.Identifier.Value
}

// partition names for each identifier its person. Slices are left out unless asked for: which of them were needed
// depends on the order in which logins and turns arrive.
func (w *world) partition(withSlices bool) map[string]string {
	out := map[string]string{}
	for id, n := range w.nodes {
		if withSlices || n.Identifier.Namespace != orrery.SliceID {
			out[w.name(id)] = w.name(n.Person)
		}
	}
	return out
}

// staff is who decides in tests.
var staff = orrery.Actor{Name: "Mei", Trust: orrery.Staff}

func (w *world) linkBetween(a, b string) orrery.LinkID {
	n := w.Node(frag(a))
	if n == nil {
		return 0
	}
	for _, e := range n.between(frag(b)) {
		return e.Link
	}
	if d := n.denial(frag(b)); d != nil {
		return d.Link
	}
	return 0
}
