package engine

import (
	"encoding/binary"
	"time"

	"github.com/orrery-cxm/orrery"
)

// backfillPolicy is the name of the walk over everybody after a policy change.
const backfillPolicy = "policy"

// A backfill brings everybody up to date with a new policy, in slices of at most sliceTime of a chunk, with its cursor in
// the log: it goes on after a restart where it was.

const (
	sliceTime   = 2 * time.Millisecond
	slicePeople = 200
)

// backfill is how far the walk has come; it is folded from BackfillMoved facts.
type backfill struct {
	active bool
	cursor orrery.FragmentID
	policy int
}

func (f *backfill) evolve(m *orrery.BackfillMoved) {
	f.active, f.cursor, f.policy = !m.Done, m.Cursor, m.Policy
}

// advanceBackfill looks at the next slice of people.
type advanceBackfill struct {
	people  []orrery.FragmentID
	cursor  orrery.FragmentID
	done    bool
	elapsed func() time.Duration // the workspace's monotonic clock
}

func (c advanceBackfill) run(b *batch) (any, error) {
	began := c.elapsed()
	cursor, done := c.cursor, c.done
	for i, id := range c.people {
		if i > 0 && c.elapsed()-began > sliceTime {
			cursor, done = c.people[i-1], false
			break
		}
		if b.PersonOf(id) == id {
			b.look(id)
			b.change(id).All = true
		}
	}
	b.Emit(&orrery.BackfillMoved{Name: backfillPolicy, Cursor: cursor, Done: done, Policy: b.policy.Version})
	return nil, nil
}

// nextBackfill reads the next slice of fragment ids after the cursor, in memory and on disk.
func (c *core) nextBackfill(elapsed func() time.Duration) (Input, bool, error) {
	if !c.backfill.active {
		return Input{}, false, nil
	}
	from := c.backfill.cursor
	var ids []orrery.FragmentID
	start := idKey(keyFragment, uint64(from)+1)
	if uint64(from) != ^uint64(0) {
		err := c.state.store.scan([]byte{keyFragment}, start, func(key, _ []byte) (bool, error) {
			ids = append(ids, orrery.FragmentID(binary.BigEndian.Uint64(key[1:])))
			return len(ids) < slicePeople, nil
		})
		if err != nil {
			return Input{}, false, err
		}
	}
	step := advanceBackfill{people: ids, done: len(ids) < slicePeople, elapsed: elapsed}
	if len(ids) > 0 {
		step.cursor = ids[len(ids)-1]
	}
	return Input{Command: step}, true, nil
}
