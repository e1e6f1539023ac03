package engine

import (
	"sync"

	"github.com/orrery-cxm/orrery"
)

// blobCache keeps clean state blobs in memory, bounded by bytes. Which ones it keeps never changes a result: a missing
// one is read from the checkpoint.
type blobCache struct {
	shards [64]cacheShard
}

type cacheShard struct {
	mu    sync.Mutex
	limit int
	bytes int
	blobs map[orrery.FragmentID][]byte
}

// blobOverhead is what a blob costs beside its bytes: map cell, slice header, allocator rounding.
const blobOverhead = 96

func newBlobCache(limit int) *blobCache {
	c := &blobCache{}
	for i := range c.shards {
		c.shards[i] = cacheShard{limit: limit / len(c.shards), blobs: map[orrery.FragmentID][]byte{}}
	}
	return c
}

func (c *blobCache) shard(id orrery.FragmentID) *cacheShard {
	return &c.shards[uint64(id)%uint64(len(c.shards))]
}

func (c *blobCache) get(id orrery.FragmentID) ([]byte, bool) {
	s := c.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.blobs[id]
	return b, ok
}

func (c *blobCache) put(id orrery.FragmentID, blob []byte) {
	s := c.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.blobs[id]; ok {
		s.bytes -= len(old) + blobOverhead
	}
	s.blobs[id] = blob
	s.bytes += len(blob) + blobOverhead
	for victim, old := range s.blobs { // Go's map order is random enough for a victim
		if s.bytes <= s.limit {
			break
		}
		if victim != id || s.limit < len(blob) {
			delete(s.blobs, victim)
			s.bytes -= len(old) + blobOverhead
		}
	}
}

func (c *blobCache) drop(id orrery.FragmentID) {
	s := c.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.blobs[id]; ok {
		s.bytes -= len(old) + blobOverhead
		delete(s.blobs, id)
	}
}
