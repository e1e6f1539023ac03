package radar

import (
	"strings"

	"github.com/orrery-cxm/orrery"
)

// Bounds of what is kept. Beyond them nothing is opened that is new; what is known goes on.
const (
	maxMarkets   = 64
	maxName      = 64      // bytes of a market's name
	maxSeries    = 2048    // over all markets
	maxHours     = 8 * 168 // of a series
	maxHits      = 1 << 17 // of the last day, over all series
	maxTopics    = 256     // raised in the last week
	maxWords     = 40_000  // of the last half day, over all languages
	maxBefore    = 100_000 // of the weeks before, over all languages
	maxLanguages = 16
	maxExamples  = 5
)

// What is said, beside the classes of risk.
const (
	Negative  = "negative"
	Complaint = "complaint"
	riskPoint = "risk."
)

// Heard is what one message says to the radar.
type Heard struct {
	Market   string
	Language string
	Negative bool
	About    []string // negative, complaint, risk.injury
	Aspects  []string // that a negative message is about
	Life     []string // kinds of life events it speaks of
}

// Hear reads what a touch says to the radar; false for touches without understood text, and for history.
func (p *Policy) Hear(f *orrery.TouchRecorded) (Heard, bool) {
	t := &f.Touch
	s := t.Signals
	if s == nil || t.Historical || textOf(t) == "" {
		return Heard{}, false
	}
	h := p.understand(s)
	h.Market = p.market(t)
	return h, true
}

// understand reads what signals say to the radar.
func (p *Policy) understand(s *orrery.Signals) Heard {
	h := Heard{Language: s.Language}
	from := p.Alerts.From
	if s.Polarity == orrery.Negative && s.Confidence >= from {
		h.Negative = true
		h.About = append(h.About, Negative)
	}
	if c := s.Intent(orrery.IntentComplaint); c != nil && c.Confidence >= from {
		h.About = append(h.About, Complaint)
	}
	for i := range s.Risks {
		if s.Risks[i].Confidence >= from {
			h.About = append(h.About, riskPoint+s.Risks[i].Name)
		}
	}
	for i := range s.Life {
		if s.Life[i].Confidence >= from {
			h.Life = append(h.Life, s.Life[i].Name)
		}
	}
	for i := range s.Aspects {
		if a := &s.Aspects[i]; len(h.About) > 0 && a.Confidence >= from && a.Polarity != orrery.Positive {
			h.Aspects = append(h.Aspects, a.Name)
		}
	}
	return h
}

func textOf(t *orrery.Touch) string {
	switch {
	case t.Message != nil:
		return t.Message.Text
	case t.Survey != nil:
		return t.Survey.Comment
	}
	return ""
}

// Region is the region that a touch speaks of: of its locale, else the country told of the person; "" for none.
func Region(t *orrery.Touch) string {
	rest := t.Locale
	for first := true; rest != ""; first = false {
		var part string
		if i := strings.IndexAny(rest, "-_"); i < 0 {
			part, rest = rest, ""
		} else {
			part, rest = rest[:i], rest[i+1:]
		}
		if !first && len(part) == 2 {
			return upper(part)
		}
	}
	for i := range t.Traits {
		if v := t.Traits[i].Value; t.Traits[i].Name == "country" && len(v) == 4 {
			return upper(v[1:3]) // a JSON string of two letters
		}
	}
	return ""
}

// upper is two letters in upper case, "" for anything else.
func upper(s string) string {
	var b [2]byte
	for i := range b {
		if i >= len(s) {
			return ""
		}
		c := s[i] &^ 0x20
		if c < 'A' || c > 'Z' || len(s) != 2 {
			return ""
		}
		b[i] = c
	}
	return string(b[:])
}
