package engine

import (
	"cmp"
	"slices"

	"github.com/orrery-cxm/orrery"
)

// tally compares what two worlds bring about, day by day, so that it holds no more than one day of outcomes, and of
// messages those that still wait.
type tally struct {
	from     orrery.Seq // messages from before have one id in both worlds
	today    int64
	seen     map[outcome][2]int
	rules    map[string]*RuleTrial
	fates    [2]map[orrery.IntentID]fate             // by the id in each world
	messages map[orrery.IntentID]*[2]orrery.IntentID // by the id in the recording: the ids in the worlds
	moved    map[[2]string]*MessageTrial
	compared int
}

// outcome is something that happened to a person.
type outcome struct {
	rule string
	who  orrery.FragmentID
}

// fate is what became of a message so far.
type fate struct {
	said  string
	ended bool
}

// maxOutcomes bounds what is held of one day; then it is compared early.
const maxOutcomes = 500_000

func newTally(from orrery.Seq) *tally {
	return &tally{from: from, seen: map[outcome][2]int{}, rules: map[string]*RuleTrial{}, fates: [2]map[orrery.IntentID]fate{{}, {}},
		messages: map[orrery.IntentID]*[2]orrery.IntentID{}, moved: map[[2]string]*MessageTrial{}}
}

// day ends the day before, when the moment lies in another one.
func (t *tally) day(at orrery.Instant) {
	if today := int64(at) / int64(orrery.Day); today != t.today || len(t.seen) > maxOutcomes {
		t.compare()
		t.today = today
	}
}

// take is told of a fact of a world: 0 for the policy in force, 1 for the one on trial.
func (t *tally) take(run int, f orrery.Fact) {
	if rule, who := ruleOf(f); rule != "" {
		n := t.seen[outcome{rule, who}]
		n[run]++
		t.seen[outcome{rule, who}] = n
	}
	switch f := f.(type) {
	case *orrery.IntentOffered:
		if f.Intent.By.Trust == orrery.Internal {
			return // the policy's own message, which has no counterpart in the other world
		}
		t.fates[run][f.Intent.ID] = fateOf(f.State, f.Answer)
	case *orrery.IntentChanged:
		old := orrery.SeqOf(f.Intent) < t.from
		if _, known := t.fates[run][f.Intent]; known || old {
			t.fates[run][f.Intent] = fateOf(f.State, f.Answer)
		}
		if old {
			t.messages[f.Intent] = &[2]orrery.IntentID{f.Intent, f.Intent}
		}
	}
}

func fateOf(s orrery.IntentState, a orrery.Answer) fate {
	switch s {
	case orrery.IntentQueued, orrery.IntentReleased:
		return fate{said: s.String()}
	case orrery.IntentHeld:
		return fate{said: s.String() + " " + a.Reason}
	case orrery.IntentReplaced, orrery.IntentDropped:
		return fate{said: s.String() + " " + a.Reason, ended: true}
	}
	return fate{said: s.String(), ended: true}
}

// ruleOf names what a fact brings about, by the rule that does, and for whom.
func ruleOf(f orrery.Fact) (string, orrery.FragmentID) {
	switch f := f.(type) {
	case *orrery.AudienceChanged:
		if f.In {
			return "audience " + string(f.Audience) + " entered", f.Fragment
		}
		return "audience " + string(f.Audience) + " left: " + f.Reason, f.Fragment
	case *orrery.HoldPlaced:
		return "hold " + string(f.Hold.Kind) + " placed: " + f.Hold.Reason, f.Hold.Fragment
	case *orrery.HoldReleased:
		return "hold " + string(f.Was) + " ended: " + f.Reason, f.Fragment
	case *orrery.CaseOpened:
		return "case opened, severity " + f.Case.Severity.String(), f.Case.Reporter
	case *orrery.LifeNoted:
		return "event of life noted: " + string(f.Event.Kind), f.Event.Fragment
	case *orrery.ReviewOpened:
		return "review opened: " + f.About, f.Fragment
	case *orrery.SignalRaised:
		return "signal raised: " + f.Signal, f.Fragment
	case *orrery.IntentOffered:
		if f.Intent.By.Trust == orrery.Internal {
			return "message of the policy: " + string(f.Intent.Class), f.Intent.Fragment
		}
	case *orrery.ConflictFound:
		return "conflict found", f.Fragment
	case *orrery.PushRequested:
		return "list " + string(f.Destination) + "/" + string(f.Audience) + " " + f.Push.String(), f.Fragment
	case *orrery.EvidenceQuarantined:
		return "evidence set aside: " + f.Breaker, f.A
	case *orrery.FragmentAssigned:
		if f.Reason == "joined" || f.Reason == "split" {
			return "person " + f.Reason, f.Fragment
		}
	}
	return "", 0
}

// compare adds what was gathered to the rules, and forgets it; of messages those whose fate is known in both worlds.
func (t *tally) compare() {
	for o, n := range t.seen {
		r := t.rules[o.rule]
		if r == nil {
			r = &RuleTrial{Rule: o.rule, Examples: []orrery.PersonID{}}
			t.rules[o.rule] = r
		}
		r.Before += n[0]
		r.After += n[1]
		r.OnlyBefore += max(0, n[0]-n[1])
		r.OnlyAfter += max(0, n[1]-n[0])
		if n[0] != n[1] {
			r.Examples = examples(r.Examples, o.who)
		}
	}
	clear(t.seen)
	t.settle(false)
}

// settle compares the messages that have ended in both worlds; at the end all of them.
func (t *tally) settle(all bool) {
	for recorded, ids := range t.messages {
		var became [2]fate
		for run, id := range ids {
			f, ok := t.fates[run][id]
			switch {
			case id == 0:
				f = fate{said: "not taken", ended: true}
			case !ok:
				f = fate{said: "as before"}
			}
			became[run] = f
		}
		if !all && (!became[0].ended || !became[1].ended) {
			continue
		}
		t.compared++
		delete(t.messages, recorded)
		for run, id := range ids {
			delete(t.fates[run], id)
		}
		if became[0].said == became[1].said {
			continue
		}
		way := [2]string{became[0].said, became[1].said}
		m := t.moved[way]
		if m == nil {
			m = &MessageTrial{From: way[0], To: way[1], Examples: []orrery.IntentID{}}
			t.moved[way] = m
		}
		m.Count++
		m.Examples = examples(m.Examples, recorded)
	}
}

// maxExamples bounds the examples of one difference.
const maxExamples = 5

// examples keeps the smallest few ids, whatever the order in which they come.
func examples[T cmp.Ordered](list []T, id T) []T {
	i, found := slices.BinarySearch(list, id)
	if found || i >= maxExamples {
		return list
	}
	list = slices.Insert(list, i, id)
	return list[:min(len(list), maxExamples)]
}

// offered says which message of a world is which one of the recording; 0 when it was refused or left out.
func (t *tally) offered(run int, recorded, born orrery.IntentID) {
	ids := t.messages[recorded]
	if ids == nil {
		ids = &[2]orrery.IntentID{}
		t.messages[recorded] = ids
	}
	ids[run] = born
}

// report writes what differed, the largest differences first.
func (t *tally) report(out *Rehearsal) {
	t.compare()
	t.settle(true)
	for _, r := range t.rules {
		if r.OnlyBefore+r.OnlyAfter > 0 {
			out.Rules = append(out.Rules, *r)
		}
	}
	slices.SortFunc(out.Rules, func(a, b RuleTrial) int {
		return cmp.Or(cmp.Compare(b.OnlyBefore+b.OnlyAfter, a.OnlyBefore+a.OnlyAfter), cmp.Compare(a.Rule, b.Rule))
	})
	for _, m := range t.moved {
		out.Messages = append(out.Messages, *m)
	}
	slices.SortFunc(out.Messages, func(a, b MessageTrial) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	out.Offered = t.compared
}
