package engine

import (
	"fmt"
	"log/slog"

	"github.com/klauspost/compress/zstd"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/decide"
	"github.com/orrery-cxm/orrery/internal/dedupe"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/identify"
	"github.com/orrery-cxm/orrery/internal/protect"
	"github.com/orrery-cxm/orrery/internal/seal"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// Limits of a chunk.
const (
	MaxChunkInputs = 1000
	MaxChunkBytes  = 512 << 10
	MaxInputBytes  = 256 << 10 // facts of one input
)

// core is the engine without a clock, a goroutine or a disk of its own: it turns inputs into a batch, and a durable
// batch into published state. The loop and the simulator drive it.
type core struct {
	keys        *seal.Keys
	state       *state
	seen        *dedupe.Set
	policy      *Policy
	breakers    *identify.Breakers
	floods      floods // of complaints
	incarnation uint16
	lastTime    orrery.Instant
	encoder     *zstd.Encoder
	decoder     *zstd.Decoder
	alarms      *alarms
	paused      bool // effects wait to be resumed by hand, after a restore
	frozen      bool // timers wait: the clock jumped
	writer      chunkWriter
	scratch     wire.Writer
	spare       []*decide.Changes
	used        []*decide.Changes
	timers      timerQueue
	hot         map[orrery.FragmentID]*fragment // decoded, as published; one that a batch works on carries its number
	hotLimit    int
	encoded     []encodedFragment // scratch of publish
	reused      *batch            // the batch's maps and lists, used again for each chunk
	backfill    backfill
	outbox      *outbox
}

// Input is one thing for the loop: a touch, or a command.
type Input struct {
	Touch   *orrery.Touch
	Command Command
	Origin  Origin // of the touch, where it is known
	Index   int    // of the touch among those of its origin
}

// Origin gives an event as it came, for one that is set aside.
type Origin interface{ Event(index int) []byte }

// Command is something that a person, a worker or a timer asks of the workspace. Commands are made by the functions and
// types of this package; run emits facts or refuses with an *orrery.Error and emits none.
type Command interface {
	run(b *batch) (any, error)
}

// Result is what became of an input.
type Result struct {
	Seq       orrery.Seq // the chunk that made it durable
	Err       error      // refused; nothing was recorded
	Touch     orrery.TouchID
	Person    orrery.PersonID
	Duplicate bool
	Value     any // what a command answers
}

// begin opens a batch at a chunk time.
func (c *core) begin(now orrery.Instant) *batch {
	now = max(now, c.lastTime)
	c.writer.reset()
	c.spare = append(c.spare, c.used...)
	c.used = c.used[:0]
	b := c.reused
	if b == nil {
		b = &batch{
			core: c, chunk: &c.writer, cases: map[orrery.CaseID]*orrery.Case{},
			accounts: map[orrery.AccountID]*Account{}, changes: make(map[orrery.PersonID]*decide.Changes, 64),
			affected: map[orrery.TouchID]orrery.FragmentID{}, intents: map[orrery.IntentID]*orrery.Intent{},
		}
		c.reused = b
	}
	if !b.published {
		c.forgetBatch(b)
	}
	clear(b.touched)
	clear(b.lately[:])
	b.whole = whole{}
	b.touched, b.published = b.touched[:0], false
	b.number++
	clear(b.cases)
	clear(b.accounts)
	clear(b.changes)
	clear(b.affected)
	clear(b.intents)
	clear(b.facts)
	clear(b.queue[:cap(b.queue)])
	b.facts, b.queue, b.order, b.addedKeys = b.facts[:0], b.queue[:0], b.order[:0], nil
	b.mentions = b.mentions[:0]
	b.now, b.depth, b.policy, b.breakers = now, 0, c.policy, c.breakers
	b.stamp = orrery.Stamp{Incarnation: c.incarnation, Seq: c.state.at.seq + 1, Time: now}
	return b
}

// forgetBatch throws away what a batch that was not published has worked on: the next one reads it again.
func (c *core) forgetBatch(b *batch) {
	for _, f := range b.touched {
		delete(c.hot, f.id)
	}
}

// cool keeps the number of fragments that stay decoded between batches within its bound. Which ones stay never changes
// a result.
func (c *core) cool() {
	if len(c.hot) <= c.hotLimit {
		return
	}
	for id := range c.hot {
		if len(c.hot) <= c.hotLimit*7/8 {
			break
		}
		delete(c.hot, id)
	}
}

func (c *core) newChanges() *decide.Changes {
	if n := len(c.spare); n > 0 {
		x := c.spare[n-1]
		c.spare = c.spare[:n-1]
		*x = decide.Changes{Events: x.Events[:0], Traits: x.Traits[:0]}
		c.used = append(c.used, x)
		return x
	}
	x := &decide.Changes{}
	c.used = append(c.used, x)
	return x
}

// process works on as many inputs as fit into one chunk, at most MaxChunkInputs, and returns the batch and a result for
// each of them. A culprit that makes a package panic is quarantined and the batch is made again without it.
func (c *core) process(now orrery.Instant, inputs []Input) (*batch, []Result, error) {
	inputs = inputs[:min(len(inputs), MaxChunkInputs)]
	var culprits map[int]string
	for {
		b := c.begin(now)
		results, at, failure := c.attempt(b, inputs, culprits)
		if failure == nil {
			return b, results, nil
		}
		c.seen.Remove(b.addedKeys...)
		if broken, ok := failure.(stateError); ok {
			return nil, nil, fmt.Errorf("reading state: %w", broken.err)
		}
		if len(culprits) >= len(inputs) {
			return nil, nil, fmt.Errorf("engine: a batch fails without any input: %v", failure)
		}
		slog.Error("input quarantined: it made the engine panic", "error", fmt.Sprint(failure), "chunk", uint64(c.state.at.seq)+1)
		if culprits == nil {
			culprits = map[int]string{}
		}
		culprits[at] = fmt.Sprint(failure)
	}
}

// attempt works on the inputs in order; at is the one being worked on when a package panicked.
func (c *core) attempt(b *batch, inputs []Input, culprits map[int]string) (results []Result, at int, failure any) {
	defer func() {
		if r := recover(); r != nil {
			failure = r
		}
	}()
	results = make([]Result, 0, len(inputs))
	for at = range inputs {
		before := len(b.chunk.raw.B)
		if why, ok := culprits[at]; ok {
			results = append(results, b.quarantineCulprit(&inputs[at], why))
			continue
		}
		in := &inputs[at]
		var r Result
		if in.Touch != nil {
			key, known, err := c.duplicate(in.Touch, b.now)
			if err != nil {
				panic(stateError{err})
			}
			if known {
				results = append(results, Result{Duplicate: true})
				continue
			}
			if key != (dedupe.Key{}) {
				c.seen.Add(key, b.now)
				b.addedKeys = append(b.addedKeys, key)
			}
			b.reach = in.Touch.Reach
			r = b.touch(in)
		} else {
			b.reach = nil
			r.Value, r.Err = in.Command.run(b)
		}
		b.settle()
		results = append(results, r)
		if grown := len(b.chunk.raw.B) - before; grown > MaxInputBytes {
			panic(fmt.Sprintf("one input made %d bytes of facts; at most %d are possible", grown, MaxInputBytes))
		}
		if len(b.chunk.raw.B) >= MaxChunkBytes || b.stamp.Index > orrery.MaxIndex/2 {
			return results, at, nil
		}
	}
	return results, at, nil
}

// duplicate says whether a touch was seen in the last seven days, and its key; the zero key when it has no message id.
func (c *core) duplicate(t *orrery.Touch, now orrery.Instant) (dedupe.Key, bool, error) {
	if t.MessageID == "" {
		return dedupe.Key{}, false, nil
	}
	key := dedupe.Key(c.keys.MessageKey(string(t.Source), t.MessageID))
	known, err := c.seen.Seen(key, now)
	if err != nil {
		return key, false, fmt.Errorf("looking for a duplicate: %w", err)
	}
	return key, known, nil
}

// saw notes the message id of an input that is in the log: recorded, or set aside because nobody was found for it.
func (c *core) saw(f orrery.Fact, at orrery.Instant) {
	switch f := f.(type) {
	case *orrery.TouchRecorded:
		if f.Touch.MessageID != "" {
			c.seen.Add(c.keys.MessageKey(string(f.Touch.Source), f.Touch.MessageID), at)
		}
	case *orrery.InputQuarantined:
		if f.Seen {
			c.seen.Add(c.keys.MessageKey(string(f.Source), f.MessageID), at)
		}
		if print, ok := c.print(f); ok {
			c.seen.Add(print, at)
		}
	}
}

// touch places a touch with a person and records it.
func (b *batch) touch(in *Input) Result {
	t := in.Touch
	if err := b.flooded(in); err != nil {
		return Result{Err: err}
	}
	at := b.reserve()
	id := orrery.TouchID(at.ID())
	placed, err := identify.Place(b, &b.policy.Identity, b.breakers, t, id)
	if err != nil {
		b.quarantineTouch(in, err)
		return Result{Err: err}
	}
	if len(placed.Affected) > 0 {
		b.affected[id] = placed.Affected[0]
	}
	recorded := &orrery.TouchRecorded{Anchor: placed.Anchor, Person: placed.Person, Touch: *t}
	if len(placed.Demoted) > 0 || len(placed.Affected) > 0 {
		b.mentionsOf(at, recorded)
	}
	b.emitAt(at, recorded)
	if t.Kind == orrery.Group && t.Account != "" {
		b.joinAccount(placed.Anchor, t)
	}
	return Result{Touch: id, Person: placed.Person}
}

// joinAccount records an account's traits and its new member, as far as they are news.
func (b *batch) joinAccount(member orrery.FragmentID, t *orrery.Touch) {
	a := b.account(t.Account)
	next := *a
	next.Members, next.Traits = append([]orrery.FragmentID(nil), a.Members...), append([]orrery.Trait(nil), a.Traits...)
	f := &orrery.AccountChanged{Account: t.Account, Fragment: member, Traits: t.Traits}
	next.evolve(f)
	if !next.equal(a) {
		b.Emit(f)
	}
}

// settle lets every package react to the facts of the input, and then brings memberships, held intents and the moment
// of the next look at each changed person up to date.
func (b *batch) settle() {
	b.drain()
	for i := 0; i < len(b.order); i++ { // settling one person may change another
		person := b.order[i]
		c := b.changes[person]
		b.depth = 0 // nobody is settled twice, so chains are counted for each
		next := decide.Settle(b, b.policy.plan, person, c)
		b.drain()
		if c.All || c.State || c.Timer {
			if c.All {
				act.Reconcile(b, &b.policy.Policy, person, b.Members(person).Has, !c.Timer)
			}
			act.Settle(b, &b.policy.Policy, person)
			b.drain()
		}
		b.schedule(person, next, c)
	}
	clear(b.changes)
	b.order = b.order[:0]
	b.depth = 0
}

// drain gives every queued fact to the packages, in the order of the facts and the fixed order of the packages.
func (b *batch) drain() {
	for i := 0; i < len(b.queue); i++ {
		q := b.queue[i]
		if q.depth > maxDepth {
			panic(fmt.Sprintf("a fact of kind %d was caused by a chain of %d others", q.fact.Kind(), q.depth))
		}
		b.depth = q.depth
		desk.React(b, &b.policy.Cases, q.fact, q.at)
		protect.React(b, &b.policy.Protection, q.fact, q.at)
		act.React(b, &b.policy.Policy, q.fact, q.at)
	}
	b.queue = b.queue[:0]
}

// ask puts an intent to a person to the gate.
func ask(p *Policy, from people, now orrery.Instant, person orrery.PersonID, in *orrery.Intent) orrery.Answer {
	q := protect.QuestionOf(in, now)
	if in.Case != 0 {
		q.Case = from.Case(in.Case)
	}
	fragments := from.FragmentsOf(person)
	for _, id := range fragments {
		if n := from.Node(id); n != nil && named(n.Identifier.Namespace) {
			q.Known = true
			q.Erased = q.Erased || from.Erased(id)
		}
		if in.Class == orrery.Advertisement {
			continue // quiet hours do not bar audiences
		}
		if in.Case != 0 {
			q.Resolved = max(q.Resolved, from.Desk(id).Resolved(in.Case))
		}
		if zone := from.Memory(id).Zone; zone != "" {
			q.Zones = append(q.Zones, zone)
		}
	}
	answer := protect.Ask(&p.Protection, experience(from, fragments), q)
	answer.Policy = p.Version
	return answer
}

// named says that an identifier of this kind names a person, not only a browser.
func named(ns orrery.Namespace) bool {
	switch ns {
	case orrery.UserID, orrery.Email, orrery.Phone, orrery.Handle:
		return true
	}
	return false
}
