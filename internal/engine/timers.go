package engine

import (
	"container/heap"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/decide"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/protect"
)

// A person has at most one timer: the earliest moment at which something about them changes by time alone. It is not a
// fact: it follows from state and policy. It may be too early, never too late: a touch that moves the moment on leaves
// the timer where it is, and when it rings too early it is set anew. After a restart, everybody changed since the last
// checkpoint is looked at once.

// timer is a person's next look.
type timer struct {
	at     orrery.Instant
	person orrery.PersonID
}

// timerQueue is a heap of timers; entries that no longer agree with the person's state are dropped when they ring.
type timerQueue struct{ heap timerHeap }

type timerHeap []timer

func (h timerHeap) Len() int { return len(h) }
func (h timerHeap) Less(i, j int) bool {
	return h[i].at < h[j].at || (h[i].at == h[j].at && h[i].person < h[j].person)
}
func (h timerHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *timerHeap) Push(x any)   { *h = append(*h, x.(timer)) }
func (h *timerHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

func (q *timerQueue) add(t timer) { heap.Push(&q.heap, t) }

// next is the earliest timer; 0 for none.
func (q *timerQueue) next() orrery.Instant {
	if len(q.heap) == 0 {
		return 0
	}
	return q.heap[0].at
}

// pop takes at most n timers that ring at or before now.
func (q *timerQueue) pop(now orrery.Instant, n int) []timer {
	var out []timer
	for len(q.heap) > 0 && q.heap[0].at <= now && len(out) < n {
		out = append(out, heap.Pop(&q.heap).(timer))
	}
	return out
}

// schedule sets the person's timer. When every part was computed anew, the old moment no longer counts.
func (b *batch) schedule(person orrery.PersonID, next orrery.Instant, c *decide.Changes) {
	whole := c.Timer || c.All
	f := b.fragment(person)
	if b.PersonOf(person) != person {
		if f.due != 0 {
			f.due, f.changed = 0, true
		}
		return
	}
	earlier := func(at orrery.Instant) {
		if at != 0 && (next == 0 || at < next) {
			next = at
		}
	}
	for _, id := range b.FragmentsOf(person) {
		if !whole && !c.State && !c.Due {
			break // a plain touch moves no moment but those of audiences
		}
		part := b.fragment(id)
		if !part.box.empty() {
			earlier(act.Due(part.box.get(), b.now))
		}
		if !part.desk.empty() {
			earlier(desk.Due(&b.policy.Cases, part.desk.get()))
		}
		if !part.experience.empty() {
			earlier(protect.Due(&b.policy.Protection, part.experience.get(), b.now))
		}
	}
	if next != 0 && next <= b.now {
		next = b.now + 1 // what is due now was done now; never ring twice in one chunk
	}
	if whole || (next != 0 && (f.due == 0 || next < f.due)) {
		if f.due != next {
			f.due, f.changed = next, true
		}
	}
}

// wake looks at a person whose timer rang.
type wake struct{ timer }

func (w wake) run(b *batch) (any, error) {
	f := b.fragment(w.person)
	if f.due != w.at {
		return nil, nil // set anew since, or the person was merged or erased
	}
	b.look(w.person)
	return nil, nil
}

// look expires what has expired and has everything that time can change computed anew.
func (b *batch) look(person orrery.PersonID) {
	if b.PersonOf(person) == 0 {
		return
	}
	desk.Wake(b, &b.policy.Cases, person)
	protect.Wake(b, &b.policy.Protection, person)
	c := b.change(person)
	c.Timer, c.State = true, true
}
