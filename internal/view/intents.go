package view

import (
	"context"
	"strconv"

	"github.com/orrery-cxm/orrery"
)

// Intent is an outbound message, without its content, and what became of it.
type Intent struct {
	orrery.Intent
	State     orrery.IntentState `json:"state"`
	Answer    orrery.Answer      `json:"answer"` // the gate's latest
	Detail    string             `json:"detail,omitempty"`
	ChangedAt orrery.Instant     `json:"changed_at"`
	Effect    orrery.EffectID    `json:"effect,omitempty"` // the latest
	Attempts  int                `json:"attempts,omitempty"`
	Outcome   orrery.Outcome     `json:"outcome,omitempty"`   // of the last attempt; dead: it waits among the dead letters
	Overtaken bool               `json:"overtaken,omitempty"` // a hold came while it was being sent
	Held      bool               `json:"held,omitempty"`      // it was held at some time
}

// IntentFilter says which intents are wanted.
type IntentFilter struct {
	Page
	States      []orrery.IntentState
	Fragments   []orrery.FragmentID
	Classes     []orrery.Class
	Channel     orrery.Channel
	Destination string
	Theme       string
	Team        string
	Reason      string // the gate's reason code
	Case        orrery.CaseID
	Since       orrery.Instant // offered at or after
	Until       orrery.Instant // offered before
}

// Intents lists what somebody wanted to send, the last offered first.
func (f *Follower) Intents(ctx context.Context, by IntentFilter) (List[Intent], error) {
	s := &selection{from: "intents", keys: []string{"id"}, columns: "id, key, fragment, class, channel, destination, theme, stance, team, market, " +
		"product, life, case_id, useful_until, at, by, trust, priority, state, verdict, reason, until, evidence, replace_with, policy, detail, " +
		"changed_at, effect, attempts, outcome, overtaken, held"}
	among(s, "state", by.States)
	people(s, "fragment", by.Fragments)
	among(s, "class", texts(by.Classes))
	is(s, "channel", string(by.Channel))
	is(s, "destination", by.Destination)
	is(s, "theme", by.Theme)
	is(s, "team", by.Team)
	is(s, "reason", by.Reason)
	is(s, "case_id", num(by.Case))
	between(s, "at", by.Since, by.Until)
	return page(ctx, f, "intents", s, by.Page, func(x *Intent) []any {
		return []any{id(&x.ID), &x.Key, id(&x.Fragment), &x.Class, &x.Channel, &x.Destination, &x.Theme, &x.Stance, &x.Team, &x.Market,
			&x.Product, &x.Life, id(&x.Case), &x.UsefulUntil, &x.At, &x.By.Name, &x.By.Trust, &x.Priority, &x.State, &x.Answer.Verdict, &x.Answer.Reason,
			&x.Answer.Until, lines(&x.Answer.Evidence), &x.Answer.Replace, &x.Answer.Policy, &x.Detail,
			&x.ChangedAt, id(&x.Effect), &x.Attempts, &x.Outcome, &x.Overtaken, &x.Held}
	})
}

// IntentCounts counts the intents of each state.
func (f *Follower) IntentCounts(ctx context.Context) (Counts, error) {
	return f.counts(ctx, "intents", func(key string) string {
		n, _ := strconv.Atoi(key) // written by a trigger from a number
		return orrery.IntentState(n).String()
	})
}
