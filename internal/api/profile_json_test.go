package api

import (
	"bytes"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/decide"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/identify"
	"github.com/orrery-cxm/orrery/internal/protect"
	"github.com/orrery-cxm/orrery/internal/remember"
)

// anyone draws a person of whom anything may be known.
func anyone(t *rapid.T) *engine.Person {
	text := rapid.OneOf(rapid.SampledFrom([]string{"", "shop", "Ann \"A\" O'Neill", "家", "عربي", "a\\b\n"}), rapid.String())
	moment := rapid.Map(rapid.Int64Range(0, 1<<42), func(ms int64) orrery.Instant { return orrery.Instant(ms) })
	some := func(f func()) {
		for range rapid.IntRange(0, 3).Draw(t, "how many") {
			f()
		}
	}
	p := &engine.Person{ID: orrery.PersonID(rapid.Uint64Min(1).Draw(t, "id")), Seq: 7, Experience: &protect.Experience{}, Desk: &desk.Desk{}, Mood: "calm"}
	k := &p.Known
	k.Touches, k.First, k.Last, k.LastOrder = rapid.Uint64().Draw(t, "touches"), moment.Draw(t, "first"), moment.Draw(t, "last"), moment.Draw(t, "ordered")
	k.Locale, k.Zone, k.Orders, k.Minor = text.Draw(t, "locale"), text.Draw(t, "zone"), rapid.Int64().Draw(t, "orders"), rapid.Int64().Draw(t, "minor")
	some(func() {
		p.Fragments = append(p.Fragments, &identify.Node{ID: orrery.FragmentID(rapid.Uint64().Draw(t, "fragment")), First: moment.Draw(t, "seen"), Shared: rapid.Bool().Draw(t, "shared"),
			Identifier: orrery.Identifier{Namespace: rapid.SampledFrom([]orrery.Namespace{orrery.Email, orrery.SliceID}).Draw(t, "kind"), Value: text.Draw(t, "value"), Proven: rapid.Bool().Draw(t, "proven")}})
	})
	for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "plan", "ä", "z\"z"}), rapid.ID[string]).Draw(t, "traits") {
		k.Traits = append(k.Traits, remember.Trait{Name: name, Value: rapid.SampledFrom([]string{`"Wien"`, "41", "null", `{"a":[1,2]}`}).Draw(t, "trait"), Origin: orrery.ZeroParty, At: moment.Draw(t, "told"), Source: "shop"})
	}
	some(func() {
		k.Events = append(k.Events, remember.Counted{Name: text.Draw(t, "event"), Total: 3, First: moment.Draw(t, "began"), Last: moment.Draw(t, "ended")})
		k.Accounts = append(k.Accounts, orrery.AccountID(text.Draw(t, "account")))
		p.Audiences = append(p.Audiences, decide.Membership{Audience: "runners", Since: moment.Draw(t, "since")})
		p.Experience.Consents = append(p.Experience.Consents, protect.Consent{Purpose: orrery.Marketing, Channel: "email",
			Granted: protect.Said{Order: 3, Since: moment.Draw(t, "said"), How: text.Draw(t, "how")}, Unproven: protect.Said{Order: rapid.Uint64Range(0, 5).Draw(t, "unproven")}})
		p.Experience.Holds = append(p.Experience.Holds, orrery.Hold{ID: 9, Kind: orrery.HoldCase, Since: moment.Draw(t, "held"), Product: text.Draw(t, "product")})
		p.Experience.Apologies = append(p.Experience.Apologies, protect.Apology{Paid: moment.Draw(t, "paid")})
		p.Experience.Life = append(p.Experience.Life, protect.Life{LifeEvent: orrery.LifeEvent{ID: 4, At: moment.Draw(t, "at")}})
		p.Desk.Cases = append(p.Desk.Cases, desk.Line{Case: orrery.Case{ID: 5, Title: text.Draw(t, "title")}})
		p.Pushes = append(p.Pushes, act.Push{Destination: "ads", List: "L", Version: 2, Acked: rapid.Uint64Range(1, 2).Draw(t, "acked"), AckedAt: moment.Draw(t, "acked at")})
		p.Waiting = append(p.Waiting, act.Waiting{Intent: orrery.Intent{ID: 6, Theme: text.Draw(t, "theme")}, Answer: orrery.Answer{Until: moment.Draw(t, "until")}})
	})
	return p
}

func TestAPersonIsWrittenFastAsTheyAreDescribed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyone(t)
		want, err := json.Marshal(ProfileOf(p), json.Deterministic(true))
		if err != nil {
			t.Fatal(err)
		}
		got, err := appendProfile(nil, p)
		if err != nil {
			t.Fatal(err)
		}
		a, b := jsontext.Value(want), jsontext.Value(got)
		if err := b.Canonicalize(); err != nil {
			t.Fatalf("no JSON: %v\n%s", err, got)
		}
		if err := a.Canonicalize(); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Fatalf("written fast:\n%s\nas described:\n%s", b, a)
		}
	})
}
