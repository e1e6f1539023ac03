package view

import (
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/radar"
)

// What is counted of messages, for each day and market.
const (
	heardMessages = "messages"
	heardNegative = "negative"
	heardAspect   = "aspect." // said negatively of it
	heardAbout    = "about."  // complaint, risk.injury
	heardLife     = "life."   // spoke of it
)

// brand applies what concerns the brand as a whole: alerts, topics, and what was said on a day.
func (a *applier) brand(f orrery.Fact) bool {
	switch f := f.(type) {
	case *orrery.AlertRaised:
		x := &f.Alert
		a.exec("INSERT INTO alerts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", num(x.ID), x.Market, x.Aspect, x.About,
			x.Severity, x.Began, x.Raised, int64(x.Window), x.People, x.Usual, x.Odds, x.Counted, x.PeakAt, x.Peak, x.Ended, x.End)
		a.examples(num(x.ID), x.Examples)
	case *orrery.AlertChanged:
		x := &f.Alert
		a.exec("UPDATE alerts SET severity = ?, people = ?, peak_at = ?, peak = ?, ended = ?, ending = ? WHERE id = ?",
			x.Severity, x.People, x.PeakAt, x.Peak, x.Ended, x.End, num(x.ID))
		a.examples(num(x.ID), x.Examples)
	case *orrery.TopicEmerged:
		x := &f.Topic
		a.exec("INSERT INTO topics VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", num(x.ID), x.Term, strings.Join(x.Also, "\n"), x.Language,
			x.At, x.People, x.Of, x.Usual, x.Score)
		a.examples(num(x.ID), x.Examples)
	default:
		return false
	}
	return true
}

// examples replaces the examples of an alert or a topic.
func (a *applier) examples(of int64, list []orrery.Example) {
	a.exec("DELETE FROM examples WHERE of_id = ?", of)
	for i, e := range list {
		a.exec("INSERT INTO examples VALUES (?, ?, ?, ?)", of, i, num(e.Touch), num(e.Fragment))
	}
}

// spoken counts what a message says for its day and market.
func (a *applier) spoken(at orrery.Stamp, f *orrery.TouchRecorded) {
	h, ok := a.radarPolicy().Hear(f)
	if !ok {
		return
	}
	count := func(what string, again bool) {
		text := "INSERT INTO heard VALUES (?, ?, ?, ?, 1) ON CONFLICT DO NOTHING"
		if again {
			text = "INSERT INTO heard VALUES (?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1"
		}
		a.exec(text, num(f.Anchor), dayOf(at.Time), h.Market, what)
	}
	count(heardMessages, true)
	if h.Negative {
		count(heardNegative, true)
	}
	for _, about := range h.About {
		if about != radar.Negative {
			count(heardAbout+about, false)
		}
	}
	for _, aspect := range h.Aspects {
		count(heardAspect+aspect, false)
	}
	for _, kind := range h.Life {
		count(heardLife+kind, false)
	}
}

// radarPolicy is the radar's part of the policy in force at this place of the log.
func (a *applier) radarPolicy() *radar.Policy {
	if a.db.radar == nil {
		a.db.radar = radar.PolicyIn(a.text("SELECT text FROM policies ORDER BY version DESC LIMIT 1"))
	}
	return a.db.radar
}
