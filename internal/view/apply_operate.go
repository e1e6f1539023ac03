package view

import (
	"hash/maphash"
	"slices"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"

	"github.com/orrery-cxm/orrery"
)

// operate applies what operators look at: the quarantine, policies, incarnations, sources, links set aside, names to
// search by, and erasures.
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
		if named(&f.Touch) {
			a.words(f)
		}
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

// searchable are the traits by whose words a person can be found.
var searchable = []string{"name", "firstName", "first_name", "lastName", "last_name", "email"}

// Bounds of what is kept to search by: the words of one call, the words of a fragment, the bytes of a word.
const (
	maxWords = 12
	maxKept  = 48
	maxWord  = 64
)

// recently remembers what the latest identify calls of people said, so that the same again is passed over. It may
// forget at any time.
type recently struct {
	seed maphash.Seed
	said map[orrery.FragmentID]uint64
}

// maxRecent bounds how many people are remembered.
const maxRecent = 1 << 16

func (r *recently) sum(traits []orrery.Trait) uint64 {
	var h maphash.Hash
	h.SetSeed(r.seed)
	for i := range traits {
		if slices.Contains(searchable, traits[i].Name) {
			_, _ = h.WriteString(traits[i].Name) // never fails
			_ = h.WriteByte(0)
			_, _ = h.WriteString(traits[i].Value)
			_ = h.WriteByte(0)
		}
	}
	return h.Sum64()
}

func (r *recently) before(who orrery.FragmentID, said uint64) bool {
	old, ok := r.said[who]
	return ok && old == said
}

func (r *recently) note(who orrery.FragmentID, said uint64) {
	if len(r.said) >= maxRecent {
		clear(r.said)
	}
	r.said[who] = said
}

// named says that a touch gives words to search by.
func named(t *orrery.Touch) bool {
	if t.Kind != orrery.Identify {
		return false
	}
	for i := range t.Traits {
		if slices.Contains(searchable, t.Traits[i].Name) {
			return true
		}
	}
	return false
}

// words keeps the names and addresses of an identify call. Those of later calls are added, never replaced: whoever was
// found by a maiden name still is. A call that says what the one before said costs nothing.
func (a *applier) words(f *orrery.TouchRecorded) {
	said := a.db.said.sum(f.Touch.Traits)
	if a.db.said.before(f.Anchor, said) {
		return
	}
	var words []string
	for i := range f.Touch.Traits {
		t := &f.Touch.Traits[i]
		var text string
		if slices.Contains(searchable, t.Name) && json.Unmarshal([]byte(t.Value), &text) == nil {
			words = append(words, split(text)...)
		}
	}
	slices.Sort(words)
	words = slices.Compact(words)
	words = words[:min(len(words), maxWords)]
	if len(words) > 0 && a.one("SELECT count(*) FROM words WHERE fragment = ?", num(f.Anchor))+int64(len(words)) <= maxKept {
		for _, w := range words {
			a.exec("INSERT INTO words VALUES (?, ?) ON CONFLICT DO NOTHING", num(f.Anchor), w)
		}
	}
	a.db.said.note(f.Anchor, said)
}

// split cuts a name into words in lower case. An address is one word: its beginning finds it.
func split(text string) []string {
	text = strings.ToLower(strings.TrimSpace(text))
	if strings.Contains(text, "@") {
		return []string{cut(text)}
	}
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '\'' })
	for i := range words {
		words[i] = cut(words[i])
	}
	return words
}

// cut shortens a word to what is kept of it, between two letters.
func cut(word string) string {
	return strings.ToValidUTF8(word[:min(len(word), maxWord)], "")
}
