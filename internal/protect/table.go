package protect

import (
	"github.com/orrery-cxm/orrery"
)

// Row is one cell of the gate's table: what the gate says to a class in a state, under the default policy.
type Row struct {
	State  string // "open case"
	Class  orrery.Class
	Answer orrery.Answer
}

// States are the rows of the table in order.
func States() []string {
	var out []string
	for _, s := range tableStates() {
		out = append(out, s.name)
	}
	return out
}

// Table asks the gate about every class in every state: the documentation and the screens show it, and a test compares
// it with the one that was agreed. Moments in it are relative to an arbitrary day.
func Table() []Row {
	return tableOf(DefaultPolicy())
}

func tableOf(p *Policy) []Row {
	var out []Row
	for _, s := range tableStates() {
		for _, c := range append(append([]orrery.Class(nil), orrery.Classes...), orrery.Advertisement) {
			e, q := tableClear(), Question{Now: tableNow, Class: c, Channel: "email", Product: "kettle", Theme: "summer",
				Stance: "buy", Team: "shop", Known: true, UsefulUntil: tableNow.Add(3650 * orrery.Day)}
			if c == orrery.Advertisement {
				q.Channel, q.Theme, q.UsefulUntil = "ads", "", 0
			}
			if c == orrery.CaseSurvey {
				q.Case = &orrery.Case{ID: 7, Status: orrery.CaseResolved}
			}
			s.set(e, &q)
			out = append(out, Row{State: s.name, Class: c, Answer: Ask(p, e, q)})
		}
	}
	return out
}

// tableNow is a Monday at noon; tableNight the hour at which people sleep; both in UTC.
const (
	tableNow   orrery.Instant = 1_780_315_200_000
	tableNight                = tableNow + 11*orrery.Instant(orrery.Hour)
)

// tableClear is a person who agreed to everything and lives through nothing.
func tableClear() *Experience {
	return &Experience{Consents: []Consent{{Purpose: orrery.AnyPurpose, Channel: orrery.AnyChannel, Granted: Said{Order: 1, Since: 1}}}}
}

type tableState struct {
	name string
	set  func(*Experience, *Question)
}

func holding(h orrery.Hold) func(*Experience, *Question) {
	return func(e *Experience, q *Question) {
		h.ID, h.Since = 1, tableNow.Add(-orrery.Day)
		e.Holds = append(e.Holds, h)
	}
}

func sentAgo(n int, ago orrery.Span, s Sent) func(*Experience, *Question) {
	return func(e *Experience, q *Question) {
		for i := range n {
			s.ID, s.At, s.State = uint64(i+1), q.Now.Add(-ago).Add(orrery.Span(i)), orrery.IntentAccepted
			e.Sent = append(e.Sent, s)
		}
	}
}

func tableStates() []tableState {
	owed := func(e *Experience, q *Question) { e.Apologies = []Apology{{Case: 7, Since: tableNow.Add(-orrery.Day)}} }
	both := func(a, b func(*Experience, *Question)) func(*Experience, *Question) {
		return func(e *Experience, q *Question) { a(e, q); b(e, q) }
	}
	open := holding(orrery.Hold{Kind: orrery.HoldCase, Case: 7, Reason: HoldCaseOpen})
	return []tableState{
		{"clear", func(e *Experience, q *Question) {}},
		{"consent missing", func(e *Experience, q *Question) { e.Consents = nil }},
		{"consent only by a browser", func(e *Experience, q *Question) {
			e.Consents[0].Granted, e.Consents[0].Unproven = Said{}, e.Consents[0].Granted
		}},
		{"this purpose refused", func(e *Experience, q *Question) {
			e.Consents = append(e.Consents, Consent{Purpose: q.purpose(), Channel: q.Channel, Refused: Said{Order: 2, Since: 2}})
			if q.purpose() == "" {
				e.Consents = e.Consents[:1]
			}
		}},
		{"browser says do not sell (GPC)", func(e *Experience, q *Question) {
			e.Consents = append(e.Consents, Consent{Purpose: orrery.Advertising, Channel: orrery.AnyChannel, Refused: Said{Order: 2, Since: 2, How: "gpc"}})
		}},
		{"everything refused", func(e *Experience, q *Question) { e.Consents[0].Refused = Said{Order: 2, Since: 2} }},
		{"erased", func(e *Experience, q *Question) { q.Erased = true }},
		{"processing restricted", holding(orrery.Hold{Kind: orrery.HoldLegal, Reason: HoldRestriction})},
		{"bereavement inferred", holding(orrery.Hold{Kind: orrery.HoldLife, Life: 3, Reason: HoldLifeInferred, Until: tableNow.Add(6 * orrery.Day)})},
		{"bereavement confirmed", holding(orrery.Hold{Kind: orrery.HoldLife, Life: 3, Reason: HoldLifeConfirmed, Until: tableNow.Add(364 * orrery.Day)})},
		{"names an unconfirmed event", func(e *Experience, q *Question) {
			e.Life = []Life{{LifeEvent: orrery.LifeEvent{ID: 3, Kind: orrery.Engagement, Certainty: orrery.Inferred}}}
			q.Life = orrery.Engagement
		}},
		{"engagement confirmed and named", func(e *Experience, q *Question) {
			e.Life = []Life{{LifeEvent: orrery.LifeEvent{ID: 3, Kind: orrery.Engagement, Certainty: orrery.Verified, Expires: tableNow.Add(orrery.Day)}}}
			q.Life = orrery.Engagement
		}},
		{"open case", both(both(open, owed), func(e *Experience, q *Question) {
			if q.Case != nil {
				q.Case.Status = orrery.CaseOpen
			}
		})},
		{"open case, apology paid", both(open, func(e *Experience, q *Question) {
			if q.Case != nil {
				q.Case.Status = orrery.CaseOpen
			}
		})},
		{"resolved, not yet satisfied", holding(orrery.Hold{Kind: orrery.HoldCase, Case: 7, Reason: HoldCaseResolved})},
		{"resolved, asked and reminded", both(holding(orrery.Hold{Kind: orrery.HoldCase, Case: 7, Reason: HoldCaseResolved}),
			sentAgo(2, 2*orrery.Day, Sent{Class: orrery.CaseSurvey, Channel: "email", Case: 7}))},
		{"may be a complaint", holding(orrery.Hold{Kind: orrery.HoldSoft, Touch: 2, Reason: HoldMaybe, Until: tableNow.Add(orrery.Day)})},
		{"held by hand", holding(orrery.Hold{Kind: orrery.HoldManual, Reason: HoldByHand})},
		{"trouble with this product", holding(orrery.Hold{Kind: orrery.HoldProduct, Product: "kettle", Reason: HoldOfProduct})},
		{"trouble with another product", holding(orrery.Hold{Kind: orrery.HoldProduct, Product: "toaster", Reason: HoldOfProduct})},
		{"apology due", owed},
		{"rest", holding(orrery.Hold{Kind: orrery.HoldRest, Case: 7, Reason: HoldResting, Until: tableNow.Add(13 * orrery.Day)})},
		{"rest, useful for a week only", both(holding(orrery.Hold{Kind: orrery.HoldRest, Case: 7, Reason: HoldResting, Until: tableNow.Add(13 * orrery.Day)}),
			func(e *Experience, q *Question) { q.UsefulUntil = tableNow.Add(7 * orrery.Day) })},
		{"quiet hours", func(e *Experience, q *Question) { q.Now = tableNight }},
		{"cap reached", sentAgo(3, 4*orrery.Day, Sent{Class: orrery.Commercial, Channel: "email", Theme: "winter", Team: "shop"})},
		{"contradicts another team", sentAgo(1, 30*orrery.Hour, Sent{Class: orrery.Service, Channel: "sms", Theme: "summer", Stance: "return", Team: "care"})},
		{"repeats another team", sentAgo(1, 30*orrery.Hour, Sent{Class: orrery.Service, Channel: "sms", Theme: "summer", Stance: "buy", Team: "care"})},
		{"called two days ago (phone)", func(e *Experience, q *Question) {
			if q.Class != orrery.Advertisement {
				q.Channel = "phone"
			}
			sentAgo(1, 2*orrery.Day, Sent{Class: orrery.Commercial, Channel: "phone", Theme: "winter", Team: "shop"})(e, q)
		}},
		{"no longer useful", func(e *Experience, q *Question) {
			if q.Class != orrery.Advertisement {
				q.UsefulUntil = q.Now.Add(-orrery.Minute)
			}
		}},
	}
}
