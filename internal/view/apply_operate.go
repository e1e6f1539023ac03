package view

import "github.com/orrery-cxm/orrery"

// operate applies what operators look at: the quarantine, policies, incarnations, sources, links set aside,
// and erasures.
func (a *applier) operate(at orrery.Stamp, f orrery.Fact) bool {
	switch f := f.(type) {
	case *orrery.InputQuarantined:
		a.exec(`INSERT INTO quarantine (number, source, trust, message_id, code, say, body, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO NOTHING`, num(f.Number), string(f.Source), f.Trust, f.MessageID, f.Code, f.Say, []byte(f.Body), at.Time)
	case *orrery.QuarantineCleared:
		a.quarantineCleared(at, f)
	case *orrery.PolicyApplied:
		a.exec("INSERT INTO policies VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", f.Version, f.Text, at.Time, f.By.Name, f.By.Trust)
		a.db.radar = nil
	case *orrery.IncarnationBegan:
		if f.Resumed {
			a.exec("UPDATE incarnations SET resumed_at = ? WHERE incarnation = ?", at.Time, f.Incarnation)
		} else {
			a.exec("INSERT INTO incarnations VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING", f.Incarnation, num(at.Seq), at.Time, f.Restored)
		}
	case *orrery.SourceBroken:
		a.exec(`INSERT INTO sources VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET broken = excluded.broken, joins = excluded.joins,
			since = excluded.since, by = excluded.by`, string(f.Source), f.Broken, f.Joins, at.Time, f.By)
	case *orrery.EvidenceQuarantined:
		a.waiting = true
		a.exec(`INSERT INTO links (link, a, b, kind, at, source, touch, breaker, quarantined_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (link) DO UPDATE SET at = min(at, excluded.at)`, num(f.Link), num(f.A), num(f.B), f.Evidence.Kind, f.At,
			string(f.Source), num(f.Touch), f.Breaker, at.Time)
	case *orrery.EvidenceAccepted:
		if a.waiting {
			a.exec("UPDATE links SET state = 'accepted', decided_at = ? WHERE link = ? AND state = 'waiting'", at.Time, num(f.Link))
		}
	case *orrery.LinkDecided:
		a.linkDecided(at, f)
	case *orrery.TouchRecorded:
		a.spoken(at, f)
	case *orrery.SignalsRevised: // what is heard is no matter of operation
	case *orrery.PersonErased:
		a.erase(f.Fragments)
	default:
		return false
	}
	return true
}

// quarantineCleared ends an event's stay. Its body goes: what was sent again stands in the log as a touch.
func (a *applier) quarantineCleared(at orrery.Stamp, f *orrery.QuarantineCleared) {
	if f.How == howErased {
		a.trace("SELECT body FROM quarantine WHERE number = ?", num(f.Number))
		a.trace("SELECT say FROM quarantine WHERE number = ?", num(f.Number))
		a.trace("SELECT message_id FROM quarantine WHERE number = ?", num(f.Number))
		a.exec("UPDATE quarantine SET say = '', message_id = '' WHERE number = ?", num(f.Number))
	}
	a.exec("UPDATE quarantine SET cleared_at = ?, how = ?, by = ?, body = x'' WHERE number = ?", at.Time, f.How, f.By.Name, num(f.Number))
}

func (a *applier) linkDecided(at orrery.Stamp, f *orrery.LinkDecided) {
	state := "different"
	switch {
	case f.Undo:
		state = "undone"
	case f.Same:
		state = "same"
	}
	low, high := min(f.A, f.B), max(f.A, f.B)
	a.exec("UPDATE links SET state = ?, decided_at = ?, by = ?, why = ? WHERE a = ? AND b = ?", state, at.Time, f.By.Name, f.Why, num(low), num(high))
}
