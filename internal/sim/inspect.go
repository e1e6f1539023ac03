package sim

import (
	"fmt"
	"slices"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// inspect compares what readers see with the judge's own idea, for everybody or for some.
func (w *world) inspect(everybody bool) {
	persons := sortedKeys(w.judge.members)
	for _, p := range persons {
		if len(w.judge.members[p]) > 0 && (everybody || w.rand.IntN(10) == 0) {
			w.look(p)
		}
	}
}

func (w *world) look(id orrery.PersonID) {
	j := w.judge
	p, err := w.house.Person(w.ctx(), id, 0)
	if err != nil {
		broken("reading %s: %v", id, err)
	}
	var fragments []orrery.FragmentID
	for _, n := range p.Fragments {
		fragments = append(fragments, n.ID)
	}
	mine := slices.Clone(j.members[id])
	slices.Sort(fragments)
	slices.Sort(mine)
	if p.ID != id || !slices.Equal(fragments, mine) {
		broken("%s is read as %s with %v; the log says %v", id, p.ID, fragments, mine)
	}
	var touches uint64
	var holds []orrery.HoldID
	apologies := 0
	for _, f := range mine {
		touches += j.counted[f]
		holds = append(holds, j.heldBy[f]...)
	}
	seen := map[orrery.CaseID]bool{}
	for a := range j.apologies {
		if slices.Contains(mine, a.fragment) && !seen[a.of] {
			seen[a.of] = true
			apologies++
		}
	}
	if p.Known.Touches != touches {
		broken("%s has %d touches by the counter and %d by a recount of the log", id, p.Known.Touches, touches)
	}
	var got []orrery.HoldID
	for _, h := range p.Experience.Holds {
		got = append(got, h.ID)
	}
	slices.Sort(holds)
	slices.Sort(got)
	if !slices.Equal(holds, got) {
		broken("%s: the fragments are held by %v, the person by %v: a person has the holds of all fragments", id, holds, got)
	}
	due := 0
	for _, a := range p.Experience.Apologies {
		if a.Due() {
			due++
		}
	}
	if due != apologies {
		broken("%s is owed %d apologies by the log and %d by the state", id, apologies, due)
	}
	w.casesHold(p)
	w.nothingForgotten(p)
	w.timely(p)
}

// casesHold: as long as a case is open, or solved and not yet confirmed, it holds who reported it, and while it is open and
// nobody apologised an apology is due.
func (w *world) casesHold(p *engine.Person) {
	for _, l := range p.Desk.Cases {
		if l.Case.Status != orrery.CaseOpen && l.Case.Status != orrery.CaseResolved || w.judge.person[l.Case.Reporter] != p.ID {
			continue
		}
		holds := slices.ContainsFunc(p.Experience.Holds, func(h orrery.Hold) bool { return h.Kind == orrery.HoldCase && h.Case == l.Case.ID })
		if !holds {
			broken("case %s of %s is %s and holds nobody", l.Case.ID, p.ID, l.Case.Status)
		}
	}
}

// nothingForgotten: what waits by the log waits in the state, and what the gate would let go does not wait.
func (w *world) nothingForgotten(p *engine.Person) {
	waiting := map[orrery.IntentID]*act.Waiting{}
	for i := range p.Waiting {
		x := &p.Waiting[i]
		waiting[x.Intent.ID] = x
		fate := w.judge.intents[x.Intent.ID]
		if fate == nil || over(fate.state) {
			broken("intent %s waits although the log says it is over", x.Intent.ID)
		}
		if x.State != fate.state {
			broken("intent %s is %s in the state and %s by the log", x.Intent.ID, x.State, fate.state)
		}
		if x.State != orrery.IntentHeld || (x.Answer.Reason == "gate.quiet_hours" && x.Answer.Until > w.instant()) {
			continue // night falls elsewhere when somebody travels; what waits for the morning is asked then
		}
		answer, err := w.house.Ask(w.ctx(), &x.Intent)
		if err != nil {
			broken("asking the gate: %v", err)
		}
		if answer.Verdict == orrery.Allow {
			broken("intent %s is held (%s until %v) although the gate says %s now, %v: nobody asked again", x.Intent.ID, x.Answer.Reason, x.Answer.Until, answer.Reason, w.instant())
		}
	}
}

// timely: what time ends has ended once the loop found nothing due.
func (w *world) timely(p *engine.Person) {
	now := w.instant().Add(-orrery.Minute)
	for _, h := range p.Experience.Holds {
		if h.Until != 0 && h.Until < now {
			broken("hold %s (%s) should have ended at %v and it is %v: its timer never rang", h.ID, h.Kind, h.Until, w.instant())
		}
	}
	for _, l := range p.Desk.Cases {
		if l.Case.Status == orrery.CaseResolved && !l.Case.Escalated && l.Resolved.Add(7*orrery.Day) < now {
			broken("case %s has waited for an answer since %v and nobody was told", l.Case.ID, l.Resolved)
		}
	}
}

// verify folds the log anew and compares.
func (w *world) verify() {
	if w.disk.Down() {
		return
	}
	if err := w.house.DriveCheckpoint(); err != nil {
		broken("writing a checkpoint: %v", err)
	}
	v, err := w.house.Verify(w.ctx())
	if err != nil {
		broken("verifying: %v", err)
	}
	if len(v.Differences) > 0 {
		broken("the state is not what the log folds to: %v", v.Differences)
	}
}

// endOfTime lets the world outside be well, delivers everything, and judges the end.
func (w *world) endOfTime() {
	w.heal()
	w.cfg.Calm, w.judge.ending = true, true
	w.submit(nil)
	w.advance(w.now + 1)
	for range 40 {
		w.repush()
		w.work()
		w.advance(w.now + 8*3600e9)
	}
	for range 5 { // what the last hours brought
		w.work()
	}
	w.advance(w.now + 1)
	if len(w.unsure) > 0 {
		broken("%d touches are still without an answer", len(w.unsure))
	}
	for _, k := range w.ackedKeys() {
		if w.judge.messages[k] != 1 && !w.judge.set[k] {
			broken("message %s of %s was acknowledged and stands %d times in the log", k.id, k.source, w.judge.messages[k])
		}
	}
	w.inspect(true)
	w.held()
	w.members()
	w.verify()
	w.report.PersonDays, w.report.Chunks, w.report.Facts = w.judge.days, int(w.judge.seq), w.judge.facts
}

func (w *world) ackedKeys() []messageKey {
	keys := make([]messageKey, 0, len(w.acked))
	for k := range w.acked {
		keys = append(keys, k)
	}
	return keys
}

// held: every intent that has not ended can be found waiting, and every notice was delivered or given up.
func (w *world) held() {
	for _, id := range sortedKeys(w.judge.notices) {
		broken("notice %s was asked for and never delivered", id)
	}
	boxes := map[orrery.PersonID]*engine.Person{}
	for _, id := range sortedKeys(w.judge.intents) {
		fate := w.judge.intents[id]
		if over(fate.state) {
			continue
		}
		owner := w.judge.person[fate.Fragment]
		if boxes[owner] == nil {
			p, err := w.house.Person(w.ctx(), owner, 0)
			if err != nil {
				broken("reading %s: %v", owner, err)
			}
			boxes[owner] = p
		}
		if !slices.ContainsFunc(boxes[owner].Waiting, func(x act.Waiting) bool { return x.Intent.ID == id }) {
			broken("intent %s is %s by the log and is nowhere to be found", id, fate.state)
		}
		if fate.state != orrery.IntentHeld && !fate.dead {
			broken("intent %s is still %s after everything was delivered: %s", id, fate.state, w.waitingOf(boxes[owner], id))
		}
	}
}

// repush asks again for memberships that were given up.
func (w *world) repush() {
	var inputs []engine.Input
	for k, x := range w.judge.wishes {
		if x.dead {
			inputs = append(inputs, engine.Input{Command: engine.Repush{Repush: act.Repush{Fragment: k.fragment, Destination: k.destination, List: k.list}}})
		}
	}
	slices.SortFunc(inputs, func(a, b engine.Input) int {
		x, y := a.Command.(engine.Repush), b.Command.(engine.Repush)
		return compareItems(&engine.Item{Fragment: x.Fragment, List: orrery.AudienceName(x.Destination) + "/" + x.List},
			&engine.Item{Fragment: y.Fragment, List: orrery.AudienceName(y.Destination) + "/" + y.List})
	})
	w.command(inputs)
}

// members: after everything was delivered, each destination holds exactly who belongs to the list's audience.
func (w *world) members() {
	j := w.judge
	for name, d := range w.outside {
		if n := w.house.Depth(name); n > 0 && w.waitingPushes(name) {
			broken("%d things still wait for %s", n, name)
		}
		for key, state := range d.members {
			belongs := false
			for _, l := range j.policy.Lists {
				if l.Destination == name && orrery.AudienceName(l.Code) == key.list {
					belongs = j.in[key.fragment][l.Audience]
				}
			}
			if has := state.kind == orrery.PushAdd; has != belongs {
				broken("%s holds %s in %s: %v; it should be %v", name, key.fragment, key.list, has, belongs)
			}
		}
		for _, l := range j.policy.Lists {
			for f, in := range j.in {
				if l.Destination == name && in[l.Audience] && d.members[memberKey{f, orrery.AudienceName(l.Code)}].kind != orrery.PushAdd {
					broken("%s belongs to %s of %s and was never added", f, l.Code, name)
				}
			}
		}
	}
}

func (w *world) waitingPushes(name orrery.DestinationName) bool {
	items, _ := w.house.Take(name, 1000)
	return slices.ContainsFunc(items, func(i engine.Item) bool { return i.Kind == orrery.EffectPush })
}

// waitingOf describes what the state holds of an intent, for a failure message.
func (w *world) waitingOf(p *engine.Person, id orrery.IntentID) string {
	for _, x := range p.Waiting {
		if x.Intent.ID == id {
			return fmt.Sprintf("%+v at %v", x, w.instant())
		}
	}
	return "nothing"
}
