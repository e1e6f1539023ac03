package radar

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/orrery-cxm/orrery"
)

// The last day is kept as two halves; the weeks before as one table that fades by a part in fadeHalves each half day, in
// units of a 256th of a person.
const (
	halfDay    = 12 * orrery.Hour
	fadeHalves = 56
	unit       = 256
)

// words is what people say, in words.
type words struct {
	cut    cutter
	half   int64    // number of the half day since 1970
	now    [2]chest // this half day, and the one before
	before map[uint64]uint32
	of     map[string]uint32 // people of each language in before
	raised []raisedTopic     // in the last week, oldest first
}

// chest is one half day.
type chest struct {
	grams  map[uint64]*used
	people map[string]uint32 // who said anything, by language
	filter filter            // who used what
}

// used is a word that people used.
type used struct {
	text     string
	language string
	people   uint32
	by       []orrery.Example // the first of them
}

type raisedTopic struct {
	term, language string
	also           []string
	at             orrery.Instant
	by             []orrery.Example
}

func newWords() words {
	return words{cut: cutter{seen: map[uint64]bool{}}, now: [2]chest{newChest(), newChest()}, before: map[uint64]uint32{}, of: map[string]uint32{}}
}

func newChest() chest { return chest{grams: map[uint64]*used{}, people: map[string]uint32{}} }

func (w *words) read(f *orrery.TouchRecorded, language string) []gram { return w.cut.read(f, language) }

// add counts the person once for each word of the day.
func (w *words) add(f *orrery.TouchRecorded, at orrery.Stamp, language string, grams []gram) {
	w.turn(at.Time)
	if language == "" || language == "und" || len(grams) == 0 {
		return
	}
	person := uint64(f.Person)
	if person == 0 {
		person = uint64(f.Anchor)
	}
	c := &w.now[0]
	if _, known := c.people[language]; !known && len(c.people) >= maxLanguages {
		return
	}
	if w.news(w.cut.lang, person) {
		c.people[strings.Clone(language)]++
	}
	for _, g := range grams {
		if !w.news(g.hash, person) {
			continue
		}
		u := c.grams[g.hash]
		if u == nil {
			if len(c.grams) >= maxWords {
				c.prune()
			}
			u = &used{text: strings.Clone(g.text), language: strings.Clone(language)}
			c.grams[g.hash] = u
		}
		u.people++
		if len(u.by) < maxExamples {
			u.by = append(u.by, orrery.Example{Touch: orrery.TouchID(at.ID()), Fragment: f.Anchor})
		}
	}
}

// news says that the person has not used this in the last day. It may say no by chance, more often the more is said: at a
// million pairs of person and word, about once in 30.
func (w *words) news(what, person uint64) bool {
	key := (what ^ person*0x9E3779B97F4A7C15) * 0xD6E8FEB86659FD93
	key ^= key >> 32
	return !w.now[1].filter.has(key) && w.now[0].filter.add(key)
}

// turn begins a new half day when one is over: what was said the half day before last goes to the weeks before.
func (w *words) turn(at orrery.Instant) {
	half := int64(at) / int64(halfDay)
	if w.half == 0 {
		w.half = half
	}
	for n := 0; w.half < half && n < 2; n++ {
		w.settle(&w.now[1])
		w.now[0], w.now[1] = newChest(), w.now[0]
		w.half++
	}
	if quiet := half - w.half; quiet > 0 { // nobody spoke for longer than a day
		for range min(quiet, 20*fadeHalves) {
			w.fade()
		}
		w.half = half
	}
	w.raised = slices.DeleteFunc(w.raised, func(r raisedTopic) bool { return r.at < at.Add(-7*day) })
}

// settle adds a half day to the weeks before.
func (w *words) settle(c *chest) {
	w.fade()
	for h, u := range c.grams {
		w.before[h] += u.people * unit
	}
	for l, n := range c.people {
		if _, known := w.of[l]; known || len(w.of) < maxLanguages {
			w.of[l] += n * unit
		}
	}
	for least := uint32(unit); len(w.before) > maxBefore; least *= 2 {
		maps.DeleteFunc(w.before, func(_ uint64, n uint32) bool { return n <= least })
	}
}

func (w *words) fade() {
	for h, n := range w.before {
		if n -= (n + fadeHalves - 1) / fadeHalves; n < unit/8 {
			delete(w.before, h)
		} else {
			w.before[h] = n
		}
	}
	for l, n := range w.of {
		if n -= (n + fadeHalves - 1) / fadeHalves; n < unit/8 {
			delete(w.of, l)
		} else {
			w.of[l] = n
		}
	}
}

// prune makes room: what only one person used goes, then what two did (lossy counting; Manku and Motwani, 2002).
func (c *chest) prune() {
	for least := uint32(1); len(c.grams) > maxWords*3/4; least++ {
		maps.DeleteFunc(c.grams, func(_ uint64, u *used) bool { return u.people <= least })
	}
}

func (w *words) emerged(t *orrery.Topic) {
	w.raised = append(w.raised, raisedTopic{term: t.Term, language: t.Language, also: t.Also, at: t.At, by: slices.Clone(t.Examples)})
	if len(w.raised) > maxTopics {
		w.raised = slices.Delete(w.raised, 0, len(w.raised)-maxTopics)
	}
}

// forget takes people out: their examples, and words that only they used.
func (w *words) forget(gone func(orrery.FragmentID) bool) {
	ours := func(e orrery.Example) bool { return gone(e.Fragment) }
	for i := range w.now {
		for h, u := range w.now[i].grams {
			n := len(u.by)
			u.by = slices.DeleteFunc(u.by, ours)
			if u.people -= uint32(n - len(u.by)); u.people == 0 {
				delete(w.now[i].grams, h)
			}
		}
	}
	for i := range w.raised {
		w.raised[i].by = slices.DeleteFunc(w.raised[i].by, ours)
	}
}

// logLikelihood is Dunning's ratio, twice the logarithm, for a word used by a of n people now and by b of m before.
func logLikelihood(a, n, b, m float64) float64 {
	part := func(got, expected float64) float64 {
		if got <= 0 {
			return 0
		}
		return got * math.Log(got/expected)
	}
	p := (a + b) / (n + m)
	return 2 * (part(a, n*p) + part(n-a, n*(1-p)) + part(b, m*p) + part(m-b, m*(1-p)))
}

// fresh is a word that clearly more people use than before.
type fresh struct {
	hash  uint64
	topic orrery.Topic
}

// Topics says which topics emerged, without their ids. It changes nothing.
func (s *State) Topics(now orrery.Instant) []orrery.Fact {
	if int64(now)/int64(halfDay)-s.words.half > 1 {
		return nil // nobody spoke in the last day
	}
	var facts []orrery.Fact
	room := map[string]int{}
	for _, r := range s.words.raised {
		if r.at > now.Add(-day) {
			room[r.language]--
		}
	}
	var told []raisedTopic
	for _, c := range merged(s.words.fresh(now, &s.policy.Topics)) {
		t := c.topic
		if room[t.Language]+s.policy.Topics.PerDay <= 0 || toldBefore(&t, s.words.raised) || toldBefore(&t, told) {
			continue
		}
		room[t.Language]--
		told = append(told, raisedTopic{term: t.Term, language: t.Language, also: t.Also, by: t.Examples})
		facts = append(facts, &orrery.TopicEmerged{Topic: t})
	}
	return facts
}

// fresh lists the words that grew, the highest score first.
func (w *words) fresh(now orrery.Instant, p *Topics) []fresh {
	var out []fresh
	for i := range w.now {
		for h, u := range w.now[i].grams {
			if _, newer := w.now[0].grams[h]; i == 1 && newer {
				continue // counted with the newer half
			}
			people, by := u.people, u.by
			if old := w.now[1].grams[h]; i == 0 && old != nil {
				people += old.people
				by = append(slices.Clone(old.by), by...)
				by = by[:min(len(by), maxExamples)]
			}
			n, m := w.now[0].people[u.language]+w.now[1].people[u.language], w.of[u.language]/unit
			if int(people) < p.Least || int(m) < p.Before {
				continue
			}
			a, before := float64(min(people, n)), min(float64(w.before[h])/unit, float64(m))
			usual := float64(n) * before / float64(m)
			score := logLikelihood(a, float64(n), before, float64(m))
			if a < float64(p.Growth)*usual || score < float64(p.Score) {
				continue
			}
			out = append(out, fresh{h, orrery.Topic{Term: u.text, Language: u.language, At: now, People: int(people), Of: int(n), Usual: thousandths(usual),
				Score: int(score), Examples: slices.Clone(by)}})
		}
	}
	slices.SortFunc(out, func(a, b fresh) int {
		return cmp.Or(cmp.Compare(b.topic.Score, a.topic.Score), cmp.Compare(len(b.topic.Term), len(a.topic.Term)), strings.Compare(a.topic.Term, b.topic.Term),
			strings.Compare(a.topic.Language, b.topic.Language))
	})
	return out[:min(len(out), 20*p.PerDay)]
}

// maxAlso bounds the other words of a topic.
const maxAlso = 4

// merged puts words together that came in the same messages: the parts of a phrase, and the words of a text that many
// people copied. The longest of those that nearly as many people use stands for all.
func merged(list []fresh) []fresh {
	var out []fresh
	for _, c := range list {
		i := slices.IndexFunc(out, func(o fresh) bool {
			return o.topic.Language == c.topic.Language && together(o.topic.Examples, c.topic.Examples)
		})
		if i < 0 {
			out = append(out, c)
			continue
		}
		o := &out[i].topic
		switch {
		case partOf(o.Term, c.topic.Term) && 10*c.topic.People >= 6*o.People:
			o.Term = c.topic.Term
		case partOf(c.topic.Term, o.Term):
		case len(o.Also) < maxAlso && !overlaps(c.topic.Term, o.Also):
			o.Also = append(o.Also, c.topic.Term)
		}
	}
	return out
}

// overlaps says that a term is part of another, or another of it.
func overlaps(term string, others []string) bool {
	return slices.ContainsFunc(others, func(o string) bool { return partOf(o, term) || partOf(term, o) })
}

// partOf says that a term is part of another: some of its words, or of its characters where no spaces are written.
func partOf(part, whole string) bool {
	if r, _ := utf8.DecodeRuneInString(whole); unicode.Is(unicode.Han, r) {
		return strings.Contains(whole, part)
	}
	return strings.Contains(" "+whole+" ", " "+part+" ")
}

// together says that more than half of the fewer examples are of the same messages.
func together(a, b []orrery.Example) bool {
	n := 0
	for _, x := range a {
		if slices.ContainsFunc(b, func(y orrery.Example) bool { return x.Touch == y.Touch }) {
			n++
		}
	}
	return 2*n > min(len(a), len(b))
}

// toldBefore says that a topic, or one of the same messages, was told already.
func toldBefore(t *orrery.Topic, raised []raisedTopic) bool {
	return slices.ContainsFunc(raised, func(r raisedTopic) bool {
		return r.language == t.Language && (overlaps(t.Term, []string{r.term}) || slices.Contains(r.also, t.Term) || together(t.Examples, r.by))
	})
}
