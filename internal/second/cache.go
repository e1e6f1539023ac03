package second

import (
	"container/list"
	"crypto/hmac"
	"crypto/sha256"
	"io"
	"sync"

	"github.com/orrery-cxm/orrery/internal/listen/provider"
)

// remembered is how many answers are kept in memory.
const remembered = 4096

// cache remembers answers by a keyed hash of what was asked; the least lately used goes first.
type cache struct {
	secret [32]byte
	mu     sync.Mutex
	order  *list.List // of *entry, the latest used first
	byKey  map[cacheKey]*list.Element
}

type cacheKey [sha256.Size]byte

type entry struct {
	key     cacheKey
	opinion *provider.Opinion
}

func newCache(secret [32]byte) *cache {
	return &cache{secret: secret, order: list.New(), byKey: map[cacheKey]*list.Element{}}
}

// key names a question to a model. The parts are kept apart by a byte that none of them holds but the text, which is last.
func (c *cache) key(engine string, q *provider.Question) (key cacheKey) {
	h := hmac.New(sha256.New, c.secret[:])
	parts := []string{engine, q.Language, string(q.Channel)}
	for _, head := range q.Heads {
		parts = append(parts, string(head))
	}
	for _, part := range append(parts, "", q.Text) {
		_, _ = io.WriteString(h, part) // a hash takes everything
		_, _ = h.Write([]byte{0})
	}
	h.Sum(key[:0])
	return key
}

func (c *cache) get(key cacheKey) *provider.Opinion {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.byKey[key]
	if e == nil {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*entry).opinion
}

func (c *cache) put(key cacheKey, o *provider.Opinion) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.byKey[key]; e != nil {
		e.Value.(*entry).opinion = o
		return
	}
	c.byKey[key] = c.order.PushFront(&entry{key: key, opinion: o})
	if c.order.Len() > remembered {
		last := c.order.Back()
		c.order.Remove(last)
		delete(c.byKey, last.Value.(*entry).key)
	}
}

// forget empties the cache: answers quote words of the text.
func (c *cache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.order.Init()
	clear(c.byKey)
}
