package protect

import (
	"cmp"

	"github.com/orrery-cxm/orrery"
)

// Mark is one touch that moved the mood: negative points are anger and disappointment, positive ones pleasure.
type Mark struct {
	ID     orrery.TouchID
	At     orrery.Instant
	Points int // -1000 to 1000
}

// Mood is the word for how a person feels about the brand now.
type Mood string

const (
	Angry     Mood = "angry"
	Unhappy   Mood = "unhappy"
	Neutral   Mood = "neutral"
	Pleased   Mood = "pleased"
	Delighted Mood = "delighted"
)

// MoodRule turns marks into a word.
type MoodRule struct {
	HalfLife  orrery.Span `yaml:"half_life"` // after so long a mark counts half
	Angry     int         `yaml:"angry"`     // the mood is angry at or under minus this many points
	Unhappy   int         `yaml:"unhappy"`   // unhappy at or under minus this many points
	Pleased   int         `yaml:"pleased"`   // pleased at or over this many points
	Delighted int         `yaml:"delighted"` // delighted at or over this many points
}

// Mood sums the marks, each halved once per half-life (linear in between), and names the sum. Formula after
// A(t) = sum w*2^(-(t-ti)/H), in integers.
func (e *Experience) Mood(p *Policy, now orrery.Instant) (Mood, int) {
	sum := 0
	for _, m := range e.Marks {
		sum += decay(m.Points, orrery.Span(now-m.At), p.Mood.HalfLife)
	}
	switch r := p.Mood; {
	case sum <= -r.Angry:
		return Angry, sum
	case sum <= -r.Unhappy:
		return Unhappy, sum
	case sum >= r.Delighted:
		return Delighted, sum
	case sum >= r.Pleased:
		return Pleased, sum
	}
	return Neutral, sum
}

func decay(points int, age, half orrery.Span) int {
	if age <= 0 || half <= 0 {
		return points
	}
	halvings := age / half
	if halvings >= 16 {
		return 0
	}
	v := int64(points) / (1 << halvings)
	return int(v - v*int64(age%half)/(2*int64(half)))
}

// moodPoints weighs what was understood of a text: 600 for a clear polarity, up to 400 more for a strong emotion or a
// complaint. Part of the fold.
func moodPoints(s *orrery.Signals) int {
	if s == nil {
		return 0
	}
	points := 0
	switch s.Polarity {
	case orrery.Negative:
		points = -600 * int(s.Confidence) / 1000
	case orrery.Positive:
		points = 600 * int(s.Confidence) / 1000
	}
	if c := strongest(s.Emotions, "anger", "disgust"); c > 0 {
		points -= 400 * int(c) / 1000
	} else if c := s.Intent(orrery.IntentComplaint); c != nil {
		points -= 200 * int(c.Confidence) / 1000
	}
	if c := strongest(s.Emotions, "joy", "gratitude"); c > 0 {
		points += 400 * int(c) / 1000
	}
	return min(max(points, -1000), 1000)
}

// moodOfTouch also weighs answers: -800 for the worst of a scale, +800 for the best.
func moodOfTouch(t *orrery.Touch) int {
	points := moodPoints(t.Signals)
	if a := t.Survey; a != nil && a.Scale > 0 && a.Score >= 0 && a.Score <= a.Scale {
		points += 1600*a.Score/a.Scale - 800
	}
	return min(max(points, -1000), 1000)
}

func strongest(labels []orrery.Label, names ...string) orrery.Confidence {
	var c orrery.Confidence
	for _, l := range labels {
		for _, n := range names {
			if l.Name == n {
				c = max(c, min(l.Confidence, 1000))
			}
		}
	}
	return c
}

// mark keeps a touch's points; a revision replaces what was understood before, keeping the time of the touch.
func (e *Experience) mark(m Mark, revision bool) {
	for i := range e.Marks {
		if e.Marks[i].ID == m.ID {
			e.Marks[i].Points = m.Points
			if m.Points == 0 {
				e.Marks = append(e.Marks[:i], e.Marks[i+1:]...)
			}
			return
		}
	}
	if m.Points == 0 {
		return
	}
	e.Marks = newest(put(e.Marks, m, byMark), maxMarks, byMark)
}

func byMark(a, b Mark) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID)) }
