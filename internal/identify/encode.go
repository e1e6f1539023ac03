package identify

import (
	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// What a node holds beyond its identifier, one bit each, so that a plain one stays short.
const (
	hasProof = 1 << iota
	isShared
	isOwnPerson // represents itself
	hasCompany  // has members beside itself
	hasEdges
	hasDenials
	hasTurns // logins or slices, or is a slice
	hasGrown
)

// AppendTo writes the node; equal nodes give equal bytes and a node never seen gives none.
func (n *Node) AppendTo(w *wire.Writer) {
	if n.ID == 0 {
		return
	}
	alone := len(n.Members) == 1 && n.Members[0] == n.ID
	flags := bit(n.Identifier.Proven, hasProof) | bit(n.Shared, isShared) | bit(n.Person == n.ID, isOwnPerson) |
		bit(len(n.Members) > 0 && !alone, hasCompany) | bit(len(n.Edges) > 0, hasEdges) | bit(len(n.Denials) > 0, hasDenials) |
		bit(len(n.Logins)+len(n.Slices) > 0 || n.Owner != 0 || n.Device != 0, hasTurns) | bit(n.Growth != Growth{}, hasGrown)
	w.Fixed(uint64(n.ID))
	w.Uint(flags)
	w.String(string(n.Identifier.Namespace))
	w.String(n.Identifier.Value)
	w.Int(int64(n.First))
	w.Int(int64(n.Last - n.First))
	w.String(string(n.Source))
	if n.Person != n.ID {
		w.Fixed(uint64(n.Person))
	}
	if flags&hasCompany != 0 {
		w.Uint(uint64(len(n.Members)))
		for _, m := range n.Members {
			w.Fixed(uint64(m))
		}
	}
	if flags&hasEdges != 0 {
		n.appendEdges(w)
	}
	if flags&hasDenials != 0 {
		w.Uint(uint64(len(n.Denials)))
		for _, d := range n.Denials {
			w.Fixed(uint64(d.Other))
			w.Fixed(uint64(d.Link))
			w.Int(int64(d.At))
			w.String(d.By)
		}
	}
	if flags&hasTurns != 0 {
		n.appendTurns(w)
	}
	if flags&hasGrown != 0 {
		w.Int(n.Growth.Day)
		w.Int(int64(n.Growth.Count))
		w.Fixed(uint64(n.Growth.Cause))
	}
}

const (
	edgeQuarantined = 1 << iota
	edgeWithdrawn
	edgeSameSource // as the edge before, or as the node
)

func (n *Node) appendEdges(w *wire.Writer) {
	w.Uint(uint64(len(n.Edges)))
	source := n.Source
	for _, e := range n.Edges {
		w.Uint(bit(e.Quarantined, edgeQuarantined) | bit(e.Withdrawn, edgeWithdrawn) | bit(e.Source == source, edgeSameSource))
		if e.Source != source {
			w.String(string(e.Source))
			source = e.Source
		}
		w.Fixed(uint64(e.Other))
		w.Uint(uint64(e.Kind))
		w.Int(int64(e.First - n.First))
		w.Fixed(uint64(e.Touch))
		w.Fixed(uint64(e.Link))
	}
}

func (n *Node) appendTurns(w *wire.Writer) {
	w.Fixed(uint64(n.Owner))
	w.Fixed(uint64(n.Device))
	w.Uint(uint64(len(n.Logins)))
	for _, l := range n.Logins {
		w.Int(int64(l.At))
		w.Fixed(uint64(l.Owner))
	}
	w.Uint(uint64(len(n.Slices)))
	for _, s := range n.Slices {
		w.Fixed(uint64(s.ID))
		w.Fixed(uint64(s.Other))
		w.Bool(s.Owned)
	}
}

// Read reads what AppendTo wrote; no bytes at all give a node never seen. Strings share memory with the bytes read.
func (n *Node) Read(r *wire.Reader) error {
	*n = Node{}
	if r.Len() == 0 {
		return r.Err()
	}
	n.ID = orrery.FragmentID(r.Fixed())
	flags := r.Uint()
	n.Identifier = orrery.Identifier{Namespace: orrery.Namespace(r.String()), Value: r.String(), Proven: flags&hasProof != 0}
	n.First = orrery.Instant(r.Int())
	n.Last = n.First + orrery.Instant(r.Int())
	n.Source = orrery.SourceName(r.String())
	n.Shared = flags&isShared != 0
	n.Person = n.ID
	if flags&isOwnPerson == 0 {
		n.Person = orrery.FragmentID(r.Fixed())
	}
	if flags&hasCompany != 0 {
		n.Members = readList(r, func(m *orrery.FragmentID) { *m = orrery.FragmentID(r.Fixed()) })
	} else if flags&isOwnPerson != 0 {
		n.Members = []orrery.FragmentID{n.ID}
	}
	if flags&hasEdges != 0 {
		n.readEdges(r)
	}
	if flags&hasDenials != 0 {
		n.Denials = readList(r, func(d *Denial) {
			*d = Denial{orrery.FragmentID(r.Fixed()), orrery.LinkID(r.Fixed()), orrery.Instant(r.Int()), r.String()}
		})
	}
	if flags&hasTurns != 0 {
		n.readTurns(r)
	}
	if flags&hasGrown != 0 {
		n.Growth = Growth{r.Int(), int(r.Int()), orrery.TouchID(r.Fixed())}
	}
	return r.Err()
}

func (n *Node) readEdges(r *wire.Reader) {
	source := n.Source
	n.Edges = readList(r, func(e *Edge) {
		flags := r.Uint()
		if flags&edgeSameSource == 0 {
			source = orrery.SourceName(r.String())
		}
		*e = Edge{Source: source, Other: orrery.FragmentID(r.Fixed()), Kind: orrery.EvidenceKind(r.Uint()),
			First: n.First + orrery.Instant(r.Int()), Touch: orrery.TouchID(r.Fixed()), Link: orrery.LinkID(r.Fixed()),
			Quarantined: flags&edgeQuarantined != 0, Withdrawn: flags&edgeWithdrawn != 0}
	})
}

func (n *Node) readTurns(r *wire.Reader) {
	n.Owner, n.Device = orrery.FragmentID(r.Fixed()), orrery.FragmentID(r.Fixed())
	n.Logins = readList(r, func(l *Login) { *l = Login{orrery.Instant(r.Int()), orrery.FragmentID(r.Fixed())} })
	n.Slices = readList(r, func(s *Slice) {
		*s = Slice{orrery.FragmentID(r.Fixed()), orrery.FragmentID(r.Fixed()), r.Bool()}
	})
}

// readList reads a counted list; nil when it is empty or the bytes end too early.
func readList[T any](r *wire.Reader, one func(*T)) []T {
	count := r.Count()
	if count == 0 {
		return nil
	}
	list := make([]T, 0, min(count, 256)) // a corrupt count must not allocate much more than the bytes it came in
	for range count {
		if r.Err() != nil {
			return nil
		}
		var v T
		one(&v)
		list = append(list, v)
	}
	return list
}

func bit(set bool, b uint64) uint64 {
	if set {
		return b
	}
	return 0
}
