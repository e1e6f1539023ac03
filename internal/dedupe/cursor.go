package dedupe

import (
	"fmt"
	"iter"
)

// readAhead is how many blocks a cursor reads at a time.
const readAhead = 32

// cursor walks over the keys of a run in order, checking every block.
type cursor struct {
	r      *run
	buf    []byte
	blocks []byte // read and not yet opened
	index  uint64 // of the first of them
	keys   []byte // of the open block, not yet passed
}

func newCursor(r *run) *cursor { return &cursor{r: r, buf: make([]byte, readAhead*blockSize)} }

// head is the key at which the cursor stands; it is only valid after next said so.
func (c *cursor) head() Key { return Key(c.keys) }

// next moves to the next key and says whether there is one. The first call moves to the first key.
func (c *cursor) next() (bool, error) {
	if len(c.keys) > keySize {
		c.keys = c.keys[keySize:]
		return true, nil
	}
	for c.keys = nil; len(c.keys) == 0; c.index++ { // a block is empty when all its keys were erased
		if c.index == c.r.blocks() {
			return false, nil
		}
		if len(c.blocks) == 0 {
			c.blocks = c.buf[:min(readAhead, c.r.blocks()-c.index)*blockSize]
			if _, err := c.r.f.ReadAt(c.blocks, int64(headerSize+c.index*blockSize)); err != nil {
				return false, fmt.Errorf("reading %s: %w", c.r.name, err)
			}
		}
		keys, err := openBlock((*[blockSize]byte)(c.blocks), c.index)
		if err != nil {
			return false, fmt.Errorf("%s: %w", c.r.name, err)
		}
		c.keys, c.blocks = keys, c.blocks[blockSize:]
	}
	return true, nil
}

// merged yields the keys of all runs in order; a key that is in several comes as often.
func merged(runs []*run) iter.Seq2[Key, error] {
	return func(yield func(Key, error) bool) {
		var heap []*cursor // a binary heap: the smallest head is first
		for _, r := range runs {
			c := newCursor(r)
			ok, err := c.next()
			if err != nil {
				yield(Key{}, err)
				return
			}
			if ok {
				heap = append(heap, c)
			}
		}
		for i := len(heap)/2 - 1; i >= 0; i-- {
			sift(heap, i)
		}
		for len(heap) > 0 {
			if !yield(heap[0].head(), nil) {
				return
			}
			ok, err := heap[0].next()
			if err != nil {
				yield(Key{}, err)
				return
			}
			if !ok {
				heap[0] = heap[len(heap)-1]
				heap = heap[:len(heap)-1]
			}
			if len(heap) > 1 {
				sift(heap, 0)
			}
		}
	}
}

// sift lets heap[i] sink to its place.
func sift(heap []*cursor, i int) {
	for {
		child := 2*i + 1
		if child >= len(heap) {
			return
		}
		if child+1 < len(heap) && compare(heap[child+1].head(), heap[child].head()) < 0 {
			child++
		}
		if compare(heap[i].head(), heap[child].head()) <= 0 {
			return
		}
		heap[i], heap[child] = heap[child], heap[i]
		i = child
	}
}
