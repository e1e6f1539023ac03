package engine

import (
	"fmt"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/log"
)

// body seals the chunk of a batch; nil when the batch has no facts.
func (c *core) body(b *batch) []byte {
	if len(b.facts) == 0 {
		return nil
	}
	return b.chunk.seal(nil, c.encoder, b.now)
}

// publish makes a durable batch the state that everybody sees.
func (c *core) publish(b *batch, chunk log.Chunk) error {
	blobs, err := c.encodeBatch(b)
	if err != nil {
		return err
	}
	bodies := append(make([]byte, 0, len(b.chunk.raw.B)), b.chunk.raw.B...) // kept as long as the entries that share them
	s := c.state
	s.mu.Lock()
	l := s.fresh
	for i := range blobs {
		x := &blobs[i]
		if old, ok := l.fragments[x.fragment.id]; ok {
			l.bytes -= len(old)
		} else {
			l.bytes += 32
		}
		l.fragments[x.fragment.id] = x.blob
		l.bytes += len(x.blob)
		if x.boxChanged {
			l.waiting[x.fragment.id] = len(x.items) > 0
		}
		if f := x.fragment; f.due != f.dueBefore {
			if f.dueBefore != 0 {
				l.timers[timer{f.dueBefore, f.id}] = false
			}
			if f.due != 0 {
				l.timers[timer{f.due, f.id}] = true
			}
			l.bytes += 64
		}
	}
	if err := c.publishOthers(b, l); err != nil {
		s.mu.Unlock()
		return err
	}
	c.publishTimelines(b, l, bodies)
	for _, m := range b.mentions {
		l.mentions[m] = true
		l.bytes += 40
	}
	s.at = position{seq: chunk.Seq, incarnation: chunk.Incarnation, hash: chunk.Hash, time: b.now}
	s.mu.Unlock()
	c.lastTime = b.now
	c.policy = b.policy
	for i := range blobs {
		x := &blobs[i]
		f := x.fragment
		if f.due != 0 && f.due != f.dueBefore {
			c.timers.add(timer{f.due, f.id})
		}
		if x.boxChanged {
			c.outbox.set(f.id, x.items)
		}
		if f.gone || !f.seen {
			delete(c.hot, f.id)
			continue
		}
		f.settled(x.blob, x.at)
	}
	b.published = true
	c.cool()
	return nil
}

// publishTimelines adds the facts to the timelines of the fragments that they name.
func (c *core) publishTimelines(b *batch, l *layer, bodies []byte) {
	l.bytes += len(bodies)
	for i := range b.facts {
		f := &b.facts[i]
		switch x := f.fact.(type) {
		case *orrery.TouchRecorded:
			l.touches++
		case *orrery.IncarnationBegan:
			c.paused = x.Restored && !x.Resumed
		case *orrery.ClockJumped:
			c.frozen = x.Frozen
		case *orrery.BackfillMoved:
			c.backfill.evolve(x)
		case *orrery.PersonErased:
			for _, id := range x.Fragments {
				l.eraseTimeline(id)
			}
		}
		body := f.body
		if body == nil {
			body = bodies[f.start:f.end]
		}
		b.subjects = timelinesOf(b.subjects[:0], f.fact)
		for _, id := range b.subjects {
			l.addEntry(id, f.at, f.fact.Kind(), body)
		}
	}
}

type encodedFragment struct {
	fragment   *fragment
	blob       []byte
	at         [6]span
	items      []Item
	boxChanged bool
}

// encodeBatch turns the changed fragments into blobs, one allocation for many.
func (c *core) encodeBatch(b *batch) ([]encodedFragment, error) {
	blobs := c.encoded[:0]
	for _, f := range b.touched {
		if !f.changed {
			continue
		}
		x := encodedFragment{fragment: f, boxChanged: f.box.changed}
		if f.seen {
			c.scratch.B = c.scratch.B[:0]
			x.at = f.appendTo(&c.scratch)
			x.blob = append(make([]byte, 0, len(c.scratch.B)), c.scratch.B...)
		}
		if f.box.changed {
			x.items = itemsOf(f.id, f.box.get())
		}
		blobs = append(blobs, x)
	}
	c.encoded = blobs
	return blobs, nil
}

func (c *core) publishOthers(b *batch, l *layer) error {
	for id, x := range b.cases {
		blob, err := encodeRare.Marshal(x)
		if err != nil {
			return fmt.Errorf("encoding %s: %w", id, err)
		}
		l.cases[id] = blob
		l.bytes += len(blob) + 64
	}
	for id, x := range b.accounts {
		blob, err := encodeRare.Marshal(x)
		if err != nil {
			return fmt.Errorf("encoding account %s: %w", id, err)
		}
		l.accounts[id] = blob
		l.bytes += len(blob) + 64
	}
	return nil
}

// timelinesOf names the fragments in whose timeline a fact stands.
func timelinesOf(dst []orrery.FragmentID, f orrery.Fact) []orrery.FragmentID {
	switch f := f.(type) {
	case *orrery.FragmentAssigned:
		return append(dst, f.Fragment)
	case *orrery.FragmentSeen:
		return append(dst, f.Fragment)
	case *orrery.PersonErased:
		return dst
	case *orrery.EffectRequested:
		if f.Effect.Type == act.EventErased {
			return dst // nobody's: whoever comes again under that identifier is new
		}
	}
	return subjectsOf(dst, f)
}

// apply folds the facts of a chunk that is already in the log: at a start, or when an append turned out to have been
// kept. Only Evolve runs. Everybody it changes is looked at soon after, since timers are not facts.
func (c *core) apply(chunk log.Chunk, forSeen bool) error {
	at, facts, err := decodeChunk(c.decoder, chunk.Seq, chunk.Incarnation, chunk.Body)
	if err != nil {
		return err
	}
	c.incarnation = chunk.Incarnation
	b := c.begin(at)
	b.now = at
	b.chunk.reset()
	for i := range facts {
		f := &facts[i]
		if forSeen {
			c.saw(f.fact, at)
		}
		b.facts = append(b.facts, batchFact{at: f.at, fact: f.fact, body: f.body})
		b.fold(f.at, f.fact)
		if t, ok := f.fact.(*orrery.TouchRecorded); ok {
			b.mentionsOf(f.at, t)
		}
		if err := c.adopt(b, f.fact); err != nil {
			return fmt.Errorf("chunk %d: %w", chunk.Seq, err)
		}
	}
	b.wakeAll(at)
	return c.publish(b, chunk)
}

// adopt takes over a policy from the log.
func (c *core) adopt(b *batch, f orrery.Fact) error {
	applied, ok := f.(*orrery.PolicyApplied)
	if !ok {
		return nil
	}
	p, err := ParsePolicy(applied.Text)
	if err != nil {
		return fmt.Errorf("policy version %d in the log: %w", applied.Version, err)
	}
	p.Version = applied.Version
	b.policy = p
	return nil
}

// wakeAll sets a timer for the person of every changed fragment.
func (b *batch) wakeAll(at orrery.Instant) {
	persons := map[orrery.PersonID]bool{}
	for _, f := range b.touched {
		if f.changed && f.seen && !f.node.empty() {
			if p := f.node.get().Person; p != 0 {
				persons[p] = true
			}
		}
	}
	for p := range persons {
		if f := b.fragment(p); f.due == 0 || f.due > at+1 {
			f.due, f.changed = at+1, true
		}
	}
}

// decodeCase reads a case blob.
func decodeCase(b []byte) (*orrery.Case, error) {
	var c orrery.Case
	if err := decodeRare.Unmarshal(b, &c); err != nil {
		return nil, fmt.Errorf("reading a case: %w", err)
	}
	return &c, nil
}
