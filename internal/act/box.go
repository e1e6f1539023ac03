package act

import (
	"fmt"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// Box is act's slice of a fragment's state: what waits to go out because of it.
type Box struct {
	Intents  []Waiting // by id: held, queued or being tried
	Pushes   []Push    // by destination, then list: desired and acknowledged membership
	Notices  []Notice  // by id: waiting to be told
	Offered  []string  // idempotency keys of the latest intents, newest first, at most MaxKeys
	Accepted []Arrived // messages that may still bounce, the oldest first, at most MaxArrived
}

// MaxKeys is how many idempotency keys of offered intents a fragment remembers.
const MaxKeys = 50

// Waiting is an intent on its way. Its content stays in the log, where it was offered.
type Waiting struct {
	Intent    orrery.Intent // without Content
	State     orrery.IntentState
	Answer    orrery.Answer
	Effect    orrery.EffectID // once queued, for good: a receiver knows the message by it
	Attempts  int
	NotBefore orrery.Instant
	Dead      bool // tried as often as allowed: kept for a replay by hand
}

// Push is the membership of this person in one list at one destination.
type Push struct {
	Destination orrery.DestinationName
	List        orrery.AudienceName // the list's code
	Desired     orrery.PushKind
	Version     uint64
	RequestedAt orrery.Instant
	Reason      string
	Cause       string
	Acked       uint64 // the last version the destination accepted
	AckedKind   orrery.PushKind
	AckedAt     orrery.Instant
	Outcome     orrery.Outcome // of the last attempt
	Detail      string
	Attempts    int
	NotBefore   orrery.Instant // of the next attempt
}

// Pending says that the destination has not yet accepted what is desired, and has not refused it for good.
func (p *Push) Pending() bool {
	return p.Acked != p.Version && p.Outcome != orrery.OutcomeDead && p.Outcome != orrery.Rejected
}

// Notice is something to tell a subscriber.
type Notice struct {
	Effect    orrery.Effect // Data included: notices are small
	NotBefore orrery.Instant
	Dead      bool
}

func (b *Box) waiting(id orrery.IntentID) (int, bool) {
	return slices.BinarySearchFunc(b.Intents, id, func(w Waiting, id orrery.IntentID) int {
		switch {
		case w.Intent.ID < id:
			return -1
		case w.Intent.ID > id:
			return 1
		}
		return 0
	})
}

// Waiting is the intent of that id as long as it waits, or nil.
func (b *Box) Waiting(id orrery.IntentID) *Waiting {
	if i, ok := b.waiting(id); ok {
		return &b.Intents[i]
	}
	return nil
}

// ByEffect is the intent whose attempt has that id, or nil.
func (b *Box) ByEffect(id orrery.EffectID) *Waiting {
	for i := range b.Intents {
		if id != 0 && b.Intents[i].Effect == id {
			return &b.Intents[i]
		}
	}
	return nil
}

// Push is the membership state of one list at one destination, or nil.
func (b *Box) Push(d orrery.DestinationName, list orrery.AudienceName) *Push {
	if i, ok := b.push(d, list); ok {
		return &b.Pushes[i]
	}
	return nil
}

func (b *Box) push(d orrery.DestinationName, list orrery.AudienceName) (int, bool) {
	return slices.BinarySearchFunc(b.Pushes, Push{Destination: d, List: list}, func(x, y Push) int {
		if c := strings.Compare(string(x.Destination), string(y.Destination)); c != 0 {
			return c
		}
		return strings.Compare(string(x.List), string(y.List))
	})
}

// Notice is the waiting notice of that id, or nil.
func (b *Box) Notice(id orrery.EffectID) *Notice {
	for i := range b.Notices {
		if b.Notices[i].Effect.ID == id {
			return &b.Notices[i]
		}
	}
	return nil
}

// Evolve folds one fact.
func (b *Box) Evolve(self orrery.FragmentID, f orrery.Fact, at orrery.Stamp) {
	switch f := f.(type) {
	case *orrery.IntentOffered:
		b.offered(f)
	case *orrery.IntentChanged:
		b.changed(f, at)
	case *orrery.EffectRequested:
		b.requested(&f.Effect)
	case *orrery.EffectReleased:
		if w := b.ByEffect(f.Effect); w != nil {
			w.State, w.Attempts = orrery.IntentReleased, f.Attempt
		}
		if n := b.Notice(f.Effect); n != nil {
			n.Effect.Attempts = f.Attempt
		}
	case *orrery.EffectAnswered:
		b.answered(f)
	case *orrery.PushRequested:
		b.pushRequested(f, at)
	case *orrery.PushAnswered:
		b.pushAnswered(f, at)
	}
}

func (b *Box) offered(f *orrery.IntentOffered) {
	if f.Intent.Key != "" {
		b.Offered = slices.Insert(b.Offered, 0, f.Intent.Key)
		b.Offered = b.Offered[:min(len(b.Offered), MaxKeys)]
	}
	if ended(f.State) {
		return
	}
	w := Waiting{Intent: f.Intent, State: f.State, Answer: f.Answer}
	w.Intent.Content = ""
	if i, ok := b.waiting(f.Intent.ID); !ok {
		b.Intents = slices.Insert(b.Intents, i, w)
	}
}

func (b *Box) changed(f *orrery.IntentChanged, at orrery.Stamp) {
	i, ok := b.waiting(f.Intent)
	if !ok {
		if f.State == orrery.IntentFailed {
			b.forgetArrived(f.Intent)
		}
		return
	}
	if ended(f.State) {
		if f.State == orrery.IntentAccepted {
			b.arrive(&b.Intents[i], at.Time)
		}
		b.Intents = slices.Delete(b.Intents, i, i+1)
		return
	}
	w := &b.Intents[i]
	w.State, w.Answer = f.State, f.Answer
	if f.State == orrery.IntentHeld {
		w.NotBefore = 0 // the effect's id stays: an attempt without an answer may have arrived under it
	}
}

// ended says that nothing more will happen to an intent in this state. Failed ones are kept aside as dead letters only
// when they were tried as often as allowed, which EffectAnswered says.
func ended(s orrery.IntentState) bool {
	switch s {
	case orrery.IntentAccepted, orrery.IntentFailed, orrery.IntentReplaced, orrery.IntentDropped, orrery.IntentExpired:
		return true
	}
	return false
}

func (b *Box) requested(e *orrery.Effect) {
	switch e.Kind {
	case orrery.EffectMessage:
		if w := b.Waiting(e.Intent); w != nil {
			w.Effect, w.NotBefore, w.Attempts, w.Dead = e.ID, e.NotBefore, e.Attempts, false
		}
	case orrery.EffectNotice:
		b.Notices = append(b.Notices, Notice{Effect: *e, NotBefore: e.NotBefore})
	}
}

func (b *Box) answered(f *orrery.EffectAnswered) {
	if w := b.ByEffect(f.Effect); w != nil {
		switch f.Outcome {
		case orrery.RetryLater, orrery.Unknown:
			if w.State != orrery.IntentHeld { // held since: only the gate lets it go again
				w.State, w.NotBefore = orrery.IntentQueued, f.NotBefore
			}
		case orrery.OutcomeDead:
			w.Dead = true
		}
		return
	}
	for i := range b.Notices {
		if b.Notices[i].Effect.ID != f.Effect {
			continue
		}
		switch f.Outcome {
		case orrery.RetryLater, orrery.Unknown:
			b.Notices[i].NotBefore = f.NotBefore
		case orrery.OutcomeDead:
			b.Notices[i].Dead = true
		default:
			b.Notices = slices.Delete(b.Notices, i, i+1)
		}
		return
	}
}

func (b *Box) pushRequested(f *orrery.PushRequested, at orrery.Stamp) {
	i, ok := b.push(f.Destination, f.Audience)
	if !ok {
		b.Pushes = slices.Insert(b.Pushes, i, Push{Destination: f.Destination, List: f.Audience})
	}
	p := &b.Pushes[i]
	p.Desired, p.Version, p.RequestedAt, p.Reason, p.Cause = f.Push, f.Version, at.Time, f.Reason, f.Cause
	p.Outcome, p.Detail, p.Attempts, p.NotBefore = 0, "", 0, 0
}

func (b *Box) pushAnswered(f *orrery.PushAnswered, at orrery.Stamp) {
	p := b.Push(f.Destination, f.Audience)
	if p == nil {
		return
	}
	if f.Outcome == orrery.Accepted && f.Version >= p.Acked {
		p.Acked, p.AckedKind, p.AckedAt = f.Version, f.Push, at.Time
	}
	if f.Version == p.Version {
		p.Outcome, p.Detail, p.NotBefore = f.Outcome, f.Detail, f.NotBefore
		p.Attempts++
	}
}

// AppendTo writes the box; an empty one writes nothing.
func (b *Box) AppendTo(w *wire.Writer) {
	if len(b.Intents) == 0 && len(b.Pushes) == 0 && len(b.Notices) == 0 && len(b.Offered) == 0 && len(b.Accepted) == 0 {
		return
	}
	w.Uint(uint64(len(b.Intents)))
	for i := range b.Intents {
		b.Intents[i].appendTo(w)
	}
	w.Uint(uint64(len(b.Pushes)))
	for i := range b.Pushes {
		b.Pushes[i].appendTo(w)
	}
	w.Uint(uint64(len(b.Notices)))
	for i := range b.Notices {
		n := &b.Notices[i]
		appendEffect(w, &n.Effect)
		w.Int(int64(n.NotBefore))
		w.Bool(n.Dead)
	}
	w.Uint(uint64(len(b.Offered)))
	for _, k := range b.Offered {
		w.String(k)
	}
	if len(b.Accepted) == 0 {
		return // boxes of earlier versions end here
	}
	w.Uint(uint64(len(b.Accepted)))
	for i := range b.Accepted {
		b.Accepted[i].appendTo(w)
	}
}

// Read reads what AppendTo wrote.
func (b *Box) Read(r *wire.Reader) error {
	*b = Box{}
	if r.Len() == 0 {
		return r.Err()
	}
	if n := r.Count(); n > 0 {
		b.Intents = make([]Waiting, n)
		for i := range b.Intents {
			b.Intents[i].read(r)
		}
	}
	if n := r.Count(); n > 0 {
		b.Pushes = make([]Push, n)
		for i := range b.Pushes {
			b.Pushes[i].read(r)
		}
	}
	if n := r.Count(); n > 0 {
		b.Notices = make([]Notice, n)
		for i := range b.Notices {
			b.Notices[i] = Notice{Effect: readEffect(r), NotBefore: orrery.Instant(r.Int()), Dead: r.Bool()}
		}
	}
	if n := r.Count(); n > 0 {
		b.Offered = make([]string, n)
		for i := range b.Offered {
			b.Offered[i] = r.String()
		}
	}
	if r.Len() > 0 {
		b.Accepted = make([]Arrived, r.Count())
		for i := range b.Accepted {
			b.Accepted[i].read(r)
		}
	}
	if err := r.Err(); err != nil {
		return fmt.Errorf("reading what waits to go out: %w", err)
	}
	return nil
}
