package decide_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/decide"
	"github.com/orrery-cxm/orrery/internal/rule"
)

// questions are rules over everything that a rule can ask, in all the ways in which an answer can change.
var questions = []string{
	`traits.plan == "pro"`, `traits.plan != "pro"`, `!(traits.plan == "pro")`, `has(traits.plan)`,
	`traits.address.city == "Wien"`, `traits["home town"] == "Wien"`, `"vip" in traits.tags`, `size(traits.tags) > 1`,
	`count("A") >= 2`, `count("A", "40m") >= 2`, `count("A", "40m") == 1`, `count("A", "30m") < 2`, `count("B") == 0`,
	`count("") >= 4`, `did("A") && !did("B", "30m")`, `did("page:Pricing")`, `did("page", "20m")`,
	`since_last("A", "30m")`, `ago(last("A")) > span("20m")`, `ago(first("B")) <= span("50m")`, `first("A") >= timestamp("2026-11-24T12:40:00Z")`,
	`sequence("A", "B", "30m")`, `sequence("A", "B", "30m", "1h")`, `abandoned("A", "B", "20m")`, `abandoned("A", "B", "20m", "1h")`,
	`viewed("shoe")`, `viewed("shoe", "30m")`, `spent("40m") > 10.00`, `orders.count > 1`, `orders.total >= 20.00`, `ago(orders.last) < span("30m")`,
	`touches > 3`, `ago(last_touch) >= span("30m")`, `ago(first_touch) < span("1h")`, `channel.last == "web"`, `locale.startsWith("de")`,
	`known`, `state.held`, `!state.apology_due`, `state.open_cases > 0`, `state.mood == "sad"`, `identifiers > 1`,
	`life("moving")`, `!life("moving") && did("A")`, `consent("marketing", "email")`, `consent("research")`,
	`traits.plan == "pro" ? did("A", "30m") : viewed("hat")`, `orders.count > 0 || count("B", "1h") >= 1 || state.held`,
}

// somePolicy draws audiences of all sorts; names come from a small set, so that policies share some of them.
func somePolicy(t *rapid.T) decide.Policy {
	var p decide.Policy
	for i := range rapid.IntRange(1, 12).Draw(t, "audiences") {
		name := orrery.AudienceName(fmt.Sprintf("a%d", i*rapid.IntRange(1, 2).Draw(t, "step")))
		if slices.ContainsFunc(p.Audiences, func(a decide.Audience) bool { return a.Name == name }) {
			continue
		}
		a := decide.Audience{Name: name, Advertising: rapid.Bool().Draw(t, "advertising")}
		if rapid.IntRange(0, 7).Draw(t, "sort") == 0 {
			a.Excludes = true
		} else {
			a.Rule = rapid.SampledFrom(questions).Draw(t, "rule")
		}
		p.Audiences = append(p.Audiences, a)
	}
	return p
}

// naive is in which audiences a person belongs, by asking every rule about everything.
func naive(w *world, person orrery.PersonID) []orrery.AudienceName {
	var in []orrery.AudienceName
	if w.PersonOf(person) != person {
		return nil
	}
	allowed := w.MayAdvertise(person).Verdict == orrery.Allow
	for _, a := range w.plan.Audiences() {
		belongs := !allowed && w.ConsentsToAds(person)
		if !a.Excludes {
			yes, _, err := w.plan.Program(a.Name).Eval(w.Subject(person), w.now)
			if err != nil {
				w.t.Fatalf("%s: %v", a.Rule, err)
			}
			belongs = yes && (allowed || !a.Advertising)
		}
		if belongs {
			in = append(in, a.Name)
		}
	}
	slices.Sort(in)
	return in
}

func (w *world) in(person orrery.PersonID) []orrery.AudienceName {
	var in []orrery.AudienceName
	for _, m := range w.bodies[person].members.In {
		in = append(in, m.Audience)
	}
	return in
}

// check compares everybody's memberships with the naive answer.
func check(t *rapid.T, w *world, after string) {
	t.Helper()
	for _, id := range w.ids() {
		want, got := naive(w, id), w.in(id)
		if diff := cmp.Diff(want, got); diff != "" {
			rules := map[orrery.AudienceName]string{}
			for _, a := range w.plan.Audiences() {
				rules[a.Name] = fmt.Sprintf("%s advertising=%v excludes=%v", a.Rule, a.Advertising, a.Excludes)
			}
			t.Fatalf("%s, %s: %s is in other audiences than the rules say (-by asking every rule +as kept):\n%srules: %v", w.now, after, id, diff, rules)
		}
	}
}

// step does one random thing in the world and settles whom it changed with what changed.
func step(t *rapid.T, w *world) string {
	id := rapid.SampledFrom(w.ids()).Draw(t, "fragment")
	b := w.bodies[id]
	switch what := rapid.SampledFrom([]string{"touch", "touch", "touch", "order", "traits", "state", "gate", "wait", "wait", "join", "policy"}).Draw(t, "what"); what {
	case "touch":
		x := &orrery.Touch{}
		d := deed{at: w.now.Add(-tick * orrery.Span(rapid.IntRange(0, 3).Draw(t, "late"))), product: rapid.SampledFrom([]string{"", "shoe", "hat"}).Draw(t, "product")}
		d.names = rapid.SampledFrom([][]string{{"A"}, {"A"}, {"B"}, {"page", ""}, {"page", "page:Pricing"}}).Draw(t, "names")
		b.deeds = append(b.deeds, d)
		b.channel, b.locale = rapid.SampledFrom([]string{"web", "store"}).Draw(t, "channel"), rapid.SampledFrom([]string{"en", "de-AT"}).Draw(t, "locale")
		var c decide.Changes
		c.Touched(x, d.names...)
		w.settle(b.person, c)
		return what + d.names[0]
	case "order":
		b.deeds = append(b.deeds, deed{at: w.now, names: []string{"order"}})
		b.orders = append(b.orders, orderOf(t, w.now))
		var c decide.Changes
		c.Touched(&orrery.Touch{}, "order")
		w.settle(b.person, c)
		return what
	case "traits":
		name, value := someTrait(t)
		b.traits[name] = value
		b.deeds = append(b.deeds, deed{at: w.now, names: []string{"identify"}})
		var c decide.Changes
		c.Touched(&orrery.Touch{Traits: []orrery.Trait{{Name: name, Value: value}}}, "identify")
		w.settle(b.person, c)
		return what + " " + name
	case "state":
		b.flags[rapid.SampledFrom([]string{"known", "state.held", "state.apology_due"}).Draw(t, "flag")] = rapid.Bool().Draw(t, "is")
		b.consents[rapid.SampledFrom([]string{"marketing/email", "research/*", "advertising/ads"}).Draw(t, "consent")] = rapid.Bool().Draw(t, "granted")
		b.mood = rapid.SampledFrom([]string{"", "sad"}).Draw(t, "mood")
		b.lives = rapid.SampledFrom([][]life{nil, {{kind: "moving"}}, {{kind: "moving", until: w.now.Add(2 * tick)}}}).Draw(t, "life")
		w.settle(b.person, decide.Changes{State: true})
		return what
	case "gate":
		b.gate, b.until = orrery.Answer{}, 0
		if rapid.Bool().Draw(t, "held") {
			b.gate = orrery.Answer{Verdict: orrery.HoldIt, Reason: "gate.case_open", Evidence: []string{"hld_1"}}
			b.until = rapid.SampledFrom([]orrery.Instant{0, w.now.Add(3 * tick)}).Draw(t, "until")
		}
		w.settle(b.person, decide.Changes{State: true})
		return what
	case "join":
		before, to := b.person, rapid.SampledFrom(w.ids()).Draw(t, "to")
		if to > id || len(w.of(id)) > 1 || w.bodies[to].person != to {
			to = id // back to itself
		}
		if to == id && slices.ContainsFunc(w.of(id), func(x *body) bool { return x != b }) {
			return "nothing" // others stand under it
		}
		b.person = to
		for _, p := range []orrery.PersonID{to, before, id} {
			w.settle(p, decide.Changes{All: true})
		}
		return what
	case "policy":
		w.apply(somePolicy(t))
		for _, p := range w.ids() {
			w.settle(p, decide.Changes{All: true})
		}
		return what
	}
	d := orrery.Span(rapid.IntRange(1, 9).Draw(t, "ticks"))*tick + orrery.Span(rapid.SampledFrom([]int64{0, 0, 1}).Draw(t, "more"))
	w.pass(d, func() { check(t, w, "while time passes") })
	return "wait"
}

func TestEvaluatingOnlyWhatChangedEqualsEvaluatingEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, somePolicy(t), 1, 2, 3)
		for _, id := range w.ids() {
			w.settle(id, decide.Changes{All: true})
		}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			check(t, w, "after "+step(t, w))
		}
		if len(w.alarms) > 0 {
			t.Fatalf("no rule was too costly, and there was an alarm: %v", w.alarms)
		}
	})
}

func orderOf(t *rapid.T, now orrery.Instant) rule.OrderAt {
	return rule.OrderAt{At: now.Add(-tick * orrery.Span(rapid.IntRange(0, 5).Draw(t, "placed"))), Minor: rapid.Int64Range(0, 3).Draw(t, "worth") * 500}
}

func someTrait(t *rapid.T) (name, value string) {
	traits := map[string][]string{
		"plan": {`"pro"`, `"free"`, `null`}, "address": {`{"city":"Wien"}`, `{"city":"Graz"}`, `null`}, "address.city": {`"Wien"`, `"Graz"`},
		"home town": {`"Wien"`, `"Graz"`}, "tags": {`["vip","old"]`, `["vip"]`, `[]`},
	}
	name = rapid.SampledFrom([]string{"plan", "address", "address.city", "home town", "tags"}).Draw(t, "trait")
	return name, rapid.SampledFrom(traits[name]).Draw(t, "value")
}
