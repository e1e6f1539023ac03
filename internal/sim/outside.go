package sim

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"syscall"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/log/file/faultfs"
)

// refusing is a disk that fails some of the next writes and syncs.
func (w *world) refusing(n int) func(faultfs.Op) error {
	return func(op faultfs.Op) error {
		if !changes(op) {
			return nil
		}
		if n <= 0 || w.rand.IntN(2) == 0 {
			return nil
		}
		n--
		if w.rand.IntN(3) == 0 {
			return syscall.ENOSPC
		}
		return errors.New("simulated: input/output error")
	}
}

// changes says that an operation changes the disk; the judge only reads, and must not be what fails.
func changes(op faultfs.Op) bool {
	switch op.Kind {
	case faultfs.WriteAt, faultfs.DataSync, faultfs.Sync, faultfs.Create, faultfs.Rename, faultfs.SyncDir, faultfs.Allocate:
		return true
	}
	return false
}

// cutting cuts the power in the middle of a change, after n others.
func cutting(n int) func(faultfs.Op) error {
	return func(op faultfs.Op) error {
		if changes(op) {
			if n--; n < 0 {
				return faultfs.ErrDown
			}
		}
		return nil
	}
}

// destination is a receiver as the documentation asks for: it deduplicates messages by their key and takes no older
// version of a membership than it has.
type destination struct {
	got     map[orrery.EffectID]bool
	intents map[orrery.IntentID]orrery.EffectID
	members map[memberKey]memberState
	late    []func() // what arrives long after the attempt ended without an answer
}

type memberKey struct {
	fragment orrery.FragmentID
	list     orrery.AudienceName
}

type memberState struct {
	kind    orrery.PushKind
	version uint64
}

func (w *world) destination(name orrery.DestinationName) *destination {
	d := w.outside[name]
	if d == nil {
		d = &destination{got: map[orrery.EffectID]bool{}, intents: map[orrery.IntentID]orrery.EffectID{}, members: map[memberKey]memberState{}}
		w.outside[name] = d
	}
	return d
}

func (d *destination) set(k memberKey, s memberState) {
	if s.version >= d.members[k].version {
		d.members[k] = s
	}
}

func (d *destination) deliver(effect orrery.EffectID, intent orrery.IntentID) {
	if intent != 0 && d.intents[intent] != 0 && d.intents[intent] != effect {
		broken("the receiver got intent %s under two keys, %s and %s: it cannot tell that they are one", intent, d.intents[intent], effect)
	}
	d.intents[intent] = effect
	d.got[effect] = true
}

// luck is how an attempt ends, and whether the receiver took it.
func (w *world) luck(attempts int) (o orrery.Outcome, took bool) {
	if w.outsideIsWell() {
		return orrery.Accepted, true
	}
	if attempts > 4 {
		return orrery.OutcomeDead, false
	}
	switch n := w.rand.IntN(100); {
	case n < 72:
		return orrery.Accepted, true
	case n < 82:
		return orrery.RetryLater, false
	case n < 95:
		return orrery.Unknown, w.rand.IntN(2) == 0
	}
	return orrery.Rejected, false
}

func (w *world) outsideIsWell() bool { return w.judge.ending }

var outlets = []orrery.DestinationName{"ads", "hook", "mailer"}

// work lets the workers do what is due, in the steps of package effect: take, release, look again, deliver, record.
func (w *world) work() {
	for _, name := range outlets {
		d := w.destination(name)
		for _, arrive := range d.late {
			if w.rand.IntN(2) == 0 {
				arrive()
			}
		}
		d.late = nil
		w.serve(name, d)
	}
}

func (w *world) serve(name orrery.DestinationName, d *destination) {
	house := w.house
	items, _ := house.Take(name, 1+w.rand.IntN(400))
	w.removalsFirst(name, items)
	slices.SortFunc(items, func(a, b engine.Item) int { return compareItems(&a, &b) })
	var outcomes []engine.Input
	var messages []engine.Item
	for i := range items {
		if items[i].Kind != orrery.EffectPush {
			messages = append(messages, items[i])
			continue
		}
		if o, ok := w.push(name, d, &items[i]); ok {
			outcomes = append(outcomes, engine.Input{Command: o})
		}
	}
	w.record(house, outcomes)
	for len(messages) > 0 && w.house == house {
		n := min(len(messages), 1+w.rand.IntN(24))
		w.attempt(d, messages[:n])
		messages = messages[n:]
	}
	for i := range items {
		house.Done(&items[i])
	}
}

func compareItems(a, b *engine.Item) int {
	return cmp.Or(cmp.Compare(a.Fragment, b.Fragment), cmp.Compare(a.Effect, b.Effect), cmp.Compare(a.List, b.List))
}

// removalsFirst: while a removal is due, nobody is handed an addition instead.
func (w *world) removalsFirst(name orrery.DestinationName, items []engine.Item) {
	added := false
	for i := range items {
		if items[i].Kind == orrery.EffectPush && items[i].Push == orrery.PushAdd {
			added = true
		}
		if added && items[i].Kind == orrery.EffectPush && items[i].Push == orrery.PushRemove {
			broken("%s was handed an addition before the removal of %s, which was due", name, items[i].Fragment)
		}
	}
}

func (w *world) push(name orrery.DestinationName, d *destination, i *engine.Item) (engine.PushOutcome, bool) {
	push, _, err := w.house.Desired(i.Fragment, name, i.List)
	if err != nil {
		broken("reading a membership: %v", err)
	}
	if push == nil || !push.Pending() {
		return engine.PushOutcome{}, false
	}
	w.judge.sees(i.Fragment, name, i.List, push.Desired, push.Version)
	outcome, took := w.luck(push.Attempts + 1)
	key, state := memberKey{i.Fragment, i.List}, memberState{push.Desired, push.Version}
	switch {
	case took:
		d.set(key, state)
	case outcome == orrery.Unknown:
		d.late = append(d.late, func() { d.set(key, state) })
	}
	o := act.PushOutcome{Fragment: i.Fragment, Destination: name, List: i.List, Push: push.Desired, Version: push.Version, Outcome: outcome}
	if outcome == orrery.RetryLater || outcome == orrery.Unknown {
		o.NotBefore = w.instant().Add(orrery.Span(1+w.rand.IntN(8)) * orrery.Hour)
	}
	w.happened("push " + outcome.String())
	return engine.PushOutcome{PushOutcome: o}, true
}

// record brings outcomes into the log, as often as it takes; a crash loses them.
func (w *world) record(house *engine.Workspace, outcomes []engine.Input) {
	for try := 0; len(outcomes) > 0 && w.house == house; try++ {
		if try > 30 {
			broken("outcomes could not be recorded")
		}
		if _, ok := w.drive(outcomes...); ok {
			return
		}
	}
}

// attempt releases messages, now and then lets somebody complain in between, looks again, delivers and records.
func (w *world) attempt(d *destination, items []engine.Item) {
	house := w.house
	if w.rand.IntN(5) == 0 && !w.judge.ending {
		w.complainAs(w.judge.names[pick(w, items).Fragment])
	}
	releases := make([]engine.Input, len(items))
	for i := range items {
		releases[i].Command = engine.Release{Release: act.Release{Fragment: items[i].Fragment, Effect: items[i].Effect}}
	}
	results, ok := w.drive(releases...)
	if !ok {
		return
	}
	if w.rand.IntN(4) == 0 && !w.judge.ending {
		w.complainAs(w.judge.names[pick(w, items).Fragment])
	}
	var outcomes []engine.Input
	for i, r := range results {
		if r.Err != nil || w.house != house {
			continue
		}
		outcomes = append(outcomes, engine.Input{Command: w.deliver(d, &items[i], r.Value.(*orrery.EffectReleased))})
	}
	if !w.cfg.Calm && w.chanceOf(10) { // delivered, and nobody knows
		w.happened("killed after delivery")
		w.crash(false)
		return
	}
	w.record(house, outcomes)
}

// complainAs lets somebody complain at the worst moment.
func (w *world) complainAs(id orrery.Identifier) {
	if id.Namespace == orrery.SliceID {
		return
	}
	w.number++
	w.submit([]*orrery.Touch{{Kind: orrery.MessageTouch, MessageID: fmt.Sprintf("m-%d", w.number), Source: "mail", Trust: orrery.Server, Channel: "email",
		At: w.instant(), Received: w.instant(), Identifiers: []orrery.Identifier{id}, Message: &orrery.Message{Text: "simulated"},
		Signals: &orrery.Signals{Engine: "sim", Language: "en", Intents: []orrery.Label{{Name: orrery.IntentComplaint, Confidence: 990}}}}})
}

func (w *world) deliver(d *destination, i *engine.Item, released *orrery.EffectReleased) engine.Answered {
	a := act.Answered{Fragment: i.Fragment, Effect: i.Effect, Attempt: released.Attempt}
	content, err := w.house.Content(w.ctx(), i.Fragment, i.Effect)
	if err != nil {
		broken("the content of a released effect cannot be read: %v", err)
	}
	if content.Intent != nil {
		if content.Data != `{"text":"hello"}` && content.Intent.By.Trust != orrery.Internal {
			broken("intent %s lost its content: %q", content.Intent.ID, content.Data)
		}
		answer, err := w.house.Ask(w.ctx(), content.Intent)
		if err != nil {
			broken("asking the gate: %v", err)
		}
		if answer.Verdict != orrery.Allow {
			a.Outcome, a.Overtaken = orrery.OutcomeStale, true
			w.happened("overtaken")
			return engine.Answered{Answered: a}
		}
	}
	outcome, took := w.luck(released.Attempt)
	deliver := func() { d.deliver(i.Effect, released.Intent) }
	switch {
	case took:
		deliver()
	case outcome == orrery.Unknown:
		d.late = append(d.late, deliver)
	}
	a.Outcome = outcome
	if outcome == orrery.RetryLater || outcome == orrery.Unknown {
		a.NotBefore = w.instant().Add(orrery.Span(1+w.rand.IntN(8)) * orrery.Hour)
	}
	w.happened("message " + outcome.String())
	return engine.Answered{Answered: a}
}
