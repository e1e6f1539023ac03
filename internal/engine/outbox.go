package engine

import (
	"container/heap"
	"slices"
	"sync"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
)

// Item is one thing that waits to go to a destination. It is a copy: what is sent is decided when it is released.
type Item struct {
	Destination orrery.DestinationName
	Fragment    orrery.FragmentID
	Effect      orrery.EffectID     // messages and notices
	List        orrery.AudienceName // pushes: the list's code
	Push        orrery.PushKind
	Version     uint64
	Attempts    int
	NotBefore   orrery.Instant
	RequestedAt orrery.Instant
	Reason      string
	Kind        orrery.EffectKind
}

func (i *Item) key() itemKey {
	return itemKey{fragment: i.Fragment, effect: i.Effect, list: i.List}
}

type itemKey struct {
	fragment orrery.FragmentID
	effect   orrery.EffectID
	list     orrery.AudienceName
}

// rank orders what goes first: removals, then messages and notices, then additions.
func (i *Item) rank() int {
	switch {
	case i.Kind == orrery.EffectPush && i.Push == orrery.PushRemove:
		return 0
	case i.Kind == orrery.EffectPush:
		return 2
	}
	return 1
}

// outbox indexes, for each destination, what waits. It follows from the state of the boxes and is never a fact.
type outbox struct {
	mu           sync.Mutex
	destinations map[orrery.DestinationName]*destinationQueue
	owners       map[orrery.FragmentID][]ownedItem // what waits because of a fragment
	bell         map[orrery.DestinationName]chan struct{}
}

type ownedItem struct {
	destination orrery.DestinationName
	key         itemKey
}

// destinationQueue keeps one destination's items: those that are due by rank and age, the others by when they are due.
type destinationQueue struct {
	items  map[itemKey]*queuedItem
	ready  itemHeap
	later  itemHeap
	number uint64
}

type queuedItem struct {
	Item
	number uint64
	taken  bool // in flight: one attempt per key
	in     *itemHeap
	index  int // in that heap
}

// enter queues an item, leave takes it out of whichever heap it is in.
func (q *destinationQueue) enter(x *queuedItem) {
	if x.NotBefore == 0 {
		heap.Push(&q.ready, x)
	} else {
		heap.Push(&q.later, x)
	}
}

func (x *queuedItem) leave() {
	if x.in != nil {
		heap.Remove(x.in, x.index)
	}
}

type itemHeap struct {
	list []*queuedItem
	less func(a, b *queuedItem) bool
}

func byRank(a, b *queuedItem) bool {
	if x, y := a.rank(), b.rank(); x != y {
		return x < y
	}
	return a.number < b.number
}

func byMoment(a, b *queuedItem) bool {
	if a.NotBefore != b.NotBefore {
		return a.NotBefore < b.NotBefore
	}
	return a.number < b.number
}

func (h *itemHeap) Len() int           { return len(h.list) }
func (h *itemHeap) Less(i, j int) bool { return h.less(h.list[i], h.list[j]) }
func (h *itemHeap) Swap(i, j int) {
	h.list[i], h.list[j] = h.list[j], h.list[i]
	h.list[i].index, h.list[j].index = i, j
}
func (h *itemHeap) Push(x any) {
	q := x.(*queuedItem)
	q.in, q.index = h, len(h.list)
	h.list = append(h.list, q)
}
func (h *itemHeap) Pop() any {
	x := h.list[len(h.list)-1]
	h.list[len(h.list)-1] = nil
	h.list = h.list[:len(h.list)-1]
	x.in = nil
	return x
}

func newOutbox() *outbox {
	return &outbox{destinations: map[orrery.DestinationName]*destinationQueue{}, owners: map[orrery.FragmentID][]ownedItem{},
		bell: map[orrery.DestinationName]chan struct{}{}}
}

// itemsOf lists what waits in a box.
func itemsOf(id orrery.FragmentID, b *act.Box) []Item {
	var out []Item
	for i := range b.Pushes {
		if p := &b.Pushes[i]; p.Pending() {
			out = append(out, Item{Kind: orrery.EffectPush, Destination: p.Destination, Fragment: id, List: p.List, Push: p.Desired,
				Version: p.Version, Attempts: p.Attempts, NotBefore: p.NotBefore, RequestedAt: p.RequestedAt, Reason: p.Reason})
		}
	}
	for i := range b.Intents {
		w := &b.Intents[i]
		if w.Effect != 0 && !w.Dead && (w.State == orrery.IntentQueued || w.State == orrery.IntentReleased) {
			out = append(out, Item{Kind: orrery.EffectMessage, Destination: orrery.DestinationName(w.Intent.Destination), Fragment: id,
				Effect: w.Effect, Attempts: w.Attempts, NotBefore: w.NotBefore, RequestedAt: w.Intent.At})
		}
	}
	for i := range b.Notices {
		n := &b.Notices[i]
		if !n.Dead {
			out = append(out, Item{Kind: orrery.EffectNotice, Destination: n.Effect.Destination, Fragment: id, Effect: n.Effect.ID,
				Attempts: n.Effect.Attempts, NotBefore: n.NotBefore, RequestedAt: n.Effect.RequestedAt})
		}
	}
	return out
}

// set replaces what waits because of one fragment.
func (o *outbox) set(id orrery.FragmentID, items []Item) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var owned []ownedItem
	for i := range items {
		o.put(&items[i])
		owned = append(owned, ownedItem{items[i].Destination, items[i].key()})
	}
	for _, before := range o.owners[id] {
		if slices.Contains(owned, before) {
			continue
		}
		q := o.destinations[before.destination]
		if x, ok := q.items[before.key]; ok {
			delete(q.items, before.key)
			x.leave()
		}
	}
	if len(owned) == 0 {
		delete(o.owners, id)
	} else {
		o.owners[id] = owned
	}
}

func (o *outbox) put(i *Item) {
	q := o.destinations[i.Destination]
	if q == nil {
		q = &destinationQueue{items: map[itemKey]*queuedItem{}, ready: itemHeap{less: byRank}, later: itemHeap{less: byMoment}}
		o.destinations[i.Destination] = q
	}
	if x, ok := q.items[i.key()]; ok {
		x.leave()
		x.Item = *i
		if !x.taken {
			q.enter(x)
		}
	} else {
		q.number++
		x := &queuedItem{Item: *i, number: q.number}
		q.items[i.key()] = x
		q.enter(x)
	}
	o.ring(i.Destination)
}

func (o *outbox) ring(d orrery.DestinationName) {
	select {
	case o.bellOf(d) <- struct{}{}:
	default:
	}
}

func (o *outbox) bellOf(d orrery.DestinationName) chan struct{} {
	c := o.bell[d]
	if c == nil {
		c = make(chan struct{}, 1)
		o.bell[d] = c
	}
	return c
}

// take hands out at most n items that are due, removals first, each until it is given back by done. next is when the
// earliest of the others is due; 0 for none.
func (o *outbox) take(d orrery.DestinationName, now orrery.Instant, n int) (items []Item, next orrery.Instant) {
	o.mu.Lock()
	defer o.mu.Unlock()
	q := o.destinations[d]
	if q == nil {
		return nil, 0
	}
	for q.later.Len() > 0 && q.later.list[0].NotBefore <= now {
		heap.Push(&q.ready, heap.Pop(&q.later))
	}
	for q.ready.Len() > 0 && len(items) < n {
		x := heap.Pop(&q.ready).(*queuedItem)
		x.taken = true
		items = append(items, x.Item)
	}
	if q.ready.Len() == 0 && q.later.Len() > 0 {
		next = q.later.list[0].NotBefore
	}
	return items, next
}

// done gives an item back after an attempt: what still waits is due again at its own moment.
func (o *outbox) done(i *Item) {
	o.mu.Lock()
	defer o.mu.Unlock()
	q := o.destinations[i.Destination]
	if q == nil {
		return
	}
	x, ok := q.items[i.key()]
	if !ok || !x.taken {
		return
	}
	x.taken = false
	q.enter(x)
	o.ring(i.Destination)
}

// depth counts what waits for a destination.
func (o *outbox) depth(d orrery.DestinationName) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	if q := o.destinations[d]; q != nil {
		return len(q.items)
	}
	return 0
}
