package listen

import (
	"encoding/json"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// Thresholds on the confidence of a life event. A false suppression is cheap and a false condolence is terrible: what
// holds messages back asks for SuppressLife, what may be seen in a message asks for OutreachLife and for Who and When.
const (
	SuppressLife orrery.Confidence = 400
	OutreachLife orrery.Confidence = 850
)

// lifeKinds in the order in which they are given.
var lifeKinds = [...]string{"bereavement", "graduation", "engagement", "wedding", "birth", "moving", "new_job", "job_loss", "retirement",
	"illness", "birthday", "divorce"}

// life says whose an event is and when.
func (s *scratch) life(l *orrery.Label, i int) {
	f := &s.finds[i]
	if f.best == nil {
		from, to := s.sentenceOf(f.piece)
		h := &hit{from: from, to: to}
		l.Who, l.When = s.whoseIn(l.Name, h), s.when(h, "recent")
	} else {
		fr := &s.all[f.best.frame]
		l.Who, l.When = s.who(l.Name, f.best, fr.who), s.when(f.best, fr.when)
		if l.Who == "self" && s.stranger(f.best) {
			l.Who = "other"
		}
	}
	f.who, f.when = l.Who, l.When
}

// whoseIn says whose event a sentence tells of, where no frame says it.
func (s *scratch) whoseIn(kind string, h *hit) string {
	for i := h.from; i < h.to; i++ {
		switch {
		case s.at(int(i), s.classes.kin) && kind != "birth" && kind != "moving":
			return "family"
		case s.at(int(i), s.classes.friend):
			return "other"
		}
	}
	if kind == "bereavement" {
		return "family"
	}
	return "self"
}

// who says whose event it is: of the kin who is the subject of the words, else as the frame has it. A birth in the family
// is the writer's own; a bereavement is always of the family or of others.
func (s *scratch) who(kind string, h *hit, usual string) string {
	switch kind {
	case "birth", "bereavement", "moving", "divorce":
		return usual
	}
	for i := h.from; i < h.to && (i <= h.from+1 || kind == "illness" || kind == "graduation" || kind == "birthday"); i++ {
		if s.at(int(i), s.classes.kin) {
			return "family"
		}
	}
	if h.from > 0 && s.at(int(h.from)-1, s.classes.kin) {
		return "family"
	}
	return usual
}

// stranger says that the words just before h speak of somebody else: "they", "Prince", a name.
func (s *scratch) stranger(h *hit) bool {
	if h.from == 0 || s.reader.toks[h.from].kind != kindLatin || s.at(int(h.from), s.classes.self) {
		return false
	}
	i := int(h.from) - 1
	t := &s.reader.toks[i]
	if t.kind != kindLatin {
		return false
	}
	if s.at(i, s.classes.third) {
		return true
	}
	first := i == 0 || s.reader.toks[i-1].kind == kindPunct
	c := s.text[t.from]
	return !first && c >= 'A' && c <= 'Z' && !t.caps && !s.at(i, s.classes.self) && !s.at(i, s.classes.recent)
}

// muted is how much speaks against a life event at h: a negation before it, a wish, fiction, or another reading of the
// same words ("the battery died").
func (s *scratch) muted(h *hit, mute label) float32 {
	var against float32
	for i := range s.hits {
		m := &s.hits[i]
		f := &s.all[m.frame]
		if f.label != mute {
			continue
		}
		if m.from < h.to && h.from < m.to {
			against = max(against, f.weight)
			continue
		}
		if from, to := s.sentence(h.from); m.from >= from && m.from < to && f.weight < 2 {
			against = max(against, f.weight)
		}
	}
	for i := int(h.from) - 1; i >= 0 && i >= int(h.from)-4 && !s.reader.toks[i].ends(); i-- {
		switch {
		case s.at(i, s.classes.neg):
			against += 2.5
		case s.at(i, s.classes.hypo):
			against += 1.5
		}
	}
	return against
}

// when reads the tense of the sentence that h stands in.
func (s *scratch) when(h *hit, usual string) string {
	from, to := s.sentence(h.from)
	when := usual
	for i := from; i < to; i++ {
		switch {
		case s.at(int(i), s.classes.past):
			return "past"
		case s.at(int(i), s.classes.planned):
			when = "planned"
		case s.at(int(i), s.classes.recent):
			if when != "planned" {
				when = "recent"
			}
		}
	}
	return when
}

// LifeOf finds a life event in one profile trait: a name such as "relationship" with a value such as "Engaged to Sam".
// The value may be JSON, as traits keep it, or plain text.
func (e *Engine) LifeOf(traitName, value string) []orrery.Label {
	text := value
	if strings.ContainsAny(value, `"\\`) {
		var plain string
		if json.Unmarshal([]byte(value), &plain) == nil || json.Unmarshal([]byte(`"`+value+`"`), &plain) == nil {
			text = plain
		}
	}
	if strings.ContainsAny(text, "{[") || len(text) > 512 {
		return nil
	}
	name := strings.ToLower(traitName)
	if labels := relationship(name, strings.ToLower(strings.TrimSpace(text))); labels != nil {
		return labels
	}
	if !tells(text) {
		return nil
	}
	s := e.Listen(text, Hint{})
	return s.Life
}

// tells says that a trait may tell of something: most are a name, an address, a plan or a code, and come with every
// call. One word in Latin letters that is not in [relationship] says nothing about a life.
func tells(text string) bool {
	if strings.ContainsRune(text, '@') {
		return false
	}
	for i := range len(text) {
		if text[i] >= 0x80 {
			return len(text) > 4 // two signs of Chinese, three letters of Arabic
		}
	}
	return strings.ContainsRune(strings.TrimSpace(text), ' ')
}

// relationship reads the traits in which networks keep the state of a life.
func relationship(name, value string) []orrery.Label {
	if !strings.Contains(name, "relationship") && !strings.Contains(name, "marital") && !strings.Contains(name, "life") &&
		!strings.Contains(name, "status") && !strings.Contains(name, "event") && !strings.Contains(name, "bio") {
		return nil
	}
	for _, r := range [...]struct{ starts, kind string }{
		{"engaged", "engagement"}, {"just engaged", "engagement"}, {"newly engaged", "engagement"}, {"got engaged", "engagement"},
		{"fiance", "engagement"}, {"订婚", "engagement"}, {"訂婚", "engagement"}, {"مخطوب", "engagement"},
		{"newlywed", "wedding"}, {"just married", "wedding"}, {"newly married", "wedding"}, {"got married", "wedding"}, {"新婚", "wedding"},
		{"widow", "bereavement"}, {"丧偶", "bereavement"}, {"喪偶", "bereavement"}, {"أرمل", "bereavement"},
		{"divorced", "divorce"}, {"离异", "divorce"}, {"離婚", "divorce"}, {"离婚", "divorce"}, {"مطلق", "divorce"},
		{"retired", "retirement"}, {"退休", "retirement"}, {"متقاعد", "retirement"},
		{"graduated", "graduation"}, {"new graduate", "graduation"}, {"expecting", "birth"}, {"pregnant", "birth"}, {"new mom", "birth"},
		{"new dad", "birth"}, {"new parent", "birth"}, {"bereaved", "bereavement"}, {"bereavement", "bereavement"}, {"moved", "moving"},
		{"new job", "new_job"}, {"unemployed", "job_loss"},
	} {
		if strings.HasPrefix(value, r.starts) {
			end := len(value)
			return []orrery.Label{{Name: r.kind, Confidence: 930, Evidence: []string{value}, To: end, Who: "self", When: "recent"}}
		}
	}
	return nil
}
