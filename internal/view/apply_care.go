package view

import (
	"strings"

	"github.com/orrery-cxm/orrery"
)

// care applies what protects people: cases, holds, reviews, life events, apologies, conflicts and signals.
func (a *applier) care(at orrery.Stamp, f orrery.Fact) bool {
	switch f := f.(type) {
	case *orrery.CaseOpened:
		a.caseOpened(at, &f.Case)
	case *orrery.CaseChanged:
		a.caseChanged(at, f)
	case *orrery.HoldPlaced:
		a.holdPlaced(at, &f.Hold)
	case *orrery.HoldChanged:
		a.holdChanged(at, f)
	case *orrery.HoldReleased:
		a.holdReleased(at, f)
	case *orrery.ReviewOpened:
		a.exec("INSERT INTO reviews (id, fragment, touch, about, life, case_id, opened_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			num(f.Review), num(f.Fragment), num(f.Touch), f.About, num(f.Life), num(f.Case), at.Time)
	case *orrery.ReviewClosed:
		a.exec("UPDATE reviews SET closed_at = ?, answer = ?, by = ? WHERE id = ?", at.Time, f.Answer, f.By.Name, num(f.Review))
	case *orrery.LifeNoted:
		a.life(at, &f.Event, "noted", "")
	case *orrery.LifeChanged:
		a.life(at, &f.Event, f.Change, f.By.Name)
	case *orrery.ApologyDue:
		a.exec(`INSERT INTO apologies (id, fragment, case_id, since, again) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (fragment, case_id) DO UPDATE SET since = excluded.since, again = excluded.again, paid_at = 0, intent = 0, by = ''`,
			num(at.ID()), num(f.Fragment), num(f.Case), f.Since, f.Again)
	case *orrery.ApologyPaid:
		a.exec("UPDATE apologies SET paid_at = ?, intent = ?, by = ? WHERE fragment = ? AND case_id = ? AND paid_at = 0",
			at.Time, num(f.Intent), f.By.Name, num(f.Fragment), num(f.Case))
	case *orrery.ConflictFound:
		a.exec("INSERT INTO conflicts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", num(at.ID()), num(f.Fragment), f.Theme, f.First, f.Second,
			f.Contra, strings.Join(f.Teams, "\n"), at.Time)
	case *orrery.SignalRaised:
		a.exec("INSERT INTO signals (id, fragment, touch, signal, raised, due) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			num(at.ID()), num(f.Fragment), num(f.Touch), f.Signal, at.Time, f.Due)
	case *orrery.SignalActed:
		state := signalActed
		if f.Missed {
			state = signalMissed
		}
		a.exec("UPDATE signals SET state = ?, acted_at = ?, by = ? WHERE fragment = ? AND touch = ? AND signal = ?",
			state, at.Time, f.By, num(f.Fragment), num(f.Touch), f.Signal)
	default:
		return false
	}
	return true
}

func (a *applier) caseOpened(at orrery.Stamp, c *orrery.Case) {
	n := a.exec(`INSERT INTO cases (id, reporter, affected, touch, status, severity, product, order_id, channel, title, folded, verified,
		opened_at, changed_at, asked, escalated, theme) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		num(c.ID), num(c.Reporter), num(c.Affected), num(c.Touch), c.Status, c.Severity, c.Product, c.Order, string(c.Channel), c.Title,
		strings.ToLower(c.Title), c.Verified, c.OpenedAt, c.ChangedAt, c.Asked, c.Escalated, c.Theme)
	if n > 0 {
		a.today(at, c.Reporter, CasesOpened)
	}
}

// caseChanged takes over the case as it stands now. What was erased of it stays erased.
func (a *applier) caseChanged(at orrery.Stamp, f *orrery.CaseChanged) {
	c := &f.Case
	n := a.exec(`UPDATE cases SET status = ?, severity = ?, product = ?, order_id = ?, channel = ?, verified = ?, changed_at = ?, asked = ?,
		escalated = ?, theme = ? WHERE id = ?`, c.Status, c.Severity, c.Product, c.Order, string(c.Channel), c.Verified, c.ChangedAt, c.Asked,
		c.Escalated, c.Theme, num(c.ID))
	if n == 0 {
		return // it was erased
	}
	a.exec("UPDATE cases SET affected = ?, title = ?, folded = ? WHERE id = ? AND erased = 0 AND (affected <> ? OR title <> ?)",
		num(c.Affected), c.Title, strings.ToLower(c.Title), num(c.ID), num(c.Affected), c.Title)
	switch f.Change {
	case "resolved":
		a.today(at, a.owner(c.ID), CasesResolved)
	case "satisfied":
		a.today(at, a.owner(c.ID), CasesSatisfied)
	case "dismissed": // nothing was wrong, so nothing is owed
		a.exec("DELETE FROM apologies WHERE case_id = ? AND case_id <> 0", num(c.ID))
	}
}

// owner is the fragment to whose account a case is put: the reporter's, or the affected person's when that is erased.
func (a *applier) owner(id orrery.CaseID) orrery.FragmentID {
	return orrery.FragmentID(a.one("SELECT CASE reporter WHEN 0 THEN affected ELSE reporter END FROM cases WHERE id = ?", num(id)))
}

func (a *applier) holdPlaced(at orrery.Stamp, h *orrery.Hold) {
	a.exec(`INSERT INTO holds (id, kind, fragment, since, until, case_id, life, product, touch, by, reason)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, num(h.ID), string(h.Kind), num(h.Fragment), h.Since, h.Until,
		num(h.Case), num(h.Life), h.Product, num(h.Touch), h.By, h.Reason)
	a.holdLine(at, h.ID, h.Fragment, "placed", h.Kind, h.Until, h.Reason, h.By)
}

func (a *applier) holdChanged(at orrery.Stamp, f *orrery.HoldChanged) {
	h := &f.Hold
	n := a.exec(`UPDATE holds SET kind = ?, since = ?, until = ?, case_id = ?, life = ?, product = ?, touch = ?, by = ?, reason = ? WHERE id = ?`,
		string(h.Kind), h.Since, h.Until, num(h.Case), num(h.Life), h.Product, num(h.Touch), h.By, h.Reason, num(h.ID))
	if n > 0 {
		a.holdLine(at, h.ID, h.Fragment, f.Change, h.Kind, h.Until, h.Reason, f.By)
	}
}

func (a *applier) holdReleased(at orrery.Stamp, f *orrery.HoldReleased) {
	n := a.exec("UPDATE holds SET released_at = ?, released = ?, released_by = ? WHERE id = ?", at.Time, f.Reason, f.By, num(f.Hold))
	if n > 0 {
		a.holdLine(at, f.Hold, f.Fragment, "released", f.Was, 0, f.Reason, f.By)
	}
}

func (a *applier) holdLine(at orrery.Stamp, id orrery.HoldID, fragment orrery.FragmentID, what string, kind orrery.HoldKind, until orrery.Instant, reason, by string) {
	a.exec("INSERT INTO hold_lines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", num(at.ID()), num(id), num(fragment), what, string(kind), until, reason, by, at.Time)
}

func (a *applier) life(at orrery.Stamp, e *orrery.LifeEvent, state, by string) {
	a.exec(`INSERT INTO life VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET kind = excluded.kind,
		certainty = excluded.certainty, sensitive = excluded.sensitive, who = excluded.who, source = excluded.source, public = excluded.public,
		at = excluded.at, expires = excluded.expires, confidence = excluded.confidence, state = excluded.state,
		changed_at = excluded.changed_at, by = excluded.by`,
		num(e.ID), string(e.Kind), e.Certainty, e.Sensitive, e.Who, num(e.Fragment), num(e.Touch), e.Source, e.Public, e.At, e.Expires,
		e.Confidence, state, at.Time, by)
}
