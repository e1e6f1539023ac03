package train

import "strings"

// nothing is words that say nothing by themselves, so that they learn to say nothing.
func (m *maker) nothing() doc {
	d := newDoc()
	d.text = m.filler(3+m.rng.IntN(10), nil)
	d.polarity[1] = 1
	d.only(-1, question, request)
	d.weight = 0.7
	return d
}

// leans is such words around some scored terms: what a text of a world that no grammar knows looks like. Kind words are
// common in texts of every mood and hard words are not (Boucher and Osgood, The Pollyanna hypothesis, 1969): a text with
// both is mostly a blaming one.
func (m *maker) leans() doc {
	d := newDoc()
	n := 1 + m.rng.IntN(3)
	up := m.chance(0.5)
	terms := m.scored(up)
	var in []string
	for range n {
		in = append(in, terms[m.rng.IntN(len(terms))])
	}
	others := m.scored(!up)
	mixed := m.rng.IntN(n + 1)
	if up && !m.chance(0.15) {
		mixed = 0
	}
	for range min(mixed, 2) {
		in = append(in, others[m.rng.IntN(len(others))])
	}
	d.text = m.filler(4+m.rng.IntN(9)+3*m.rng.IntN(4), in)
	if up {
		d.polarity[2] = 1
		d.intent[complaint], d.intent[cancellation] = 0, 0
	} else {
		d.polarity[0] = 1
		d.intent[praise] = 0
		d.ifServed = true
	}
	d.weight = 0.6
	return d
}

// filler is n frequent words and things with the terms in between.
func (m *maker) filler(n int, terms []string) string {
	words := m.words()
	out := make([]string, 0, n+len(terms))
	for range n {
		out = append(out, words[m.rng.IntN(len(words))])
	}
	for _, t := range terms {
		at := m.rng.IntN(len(out) + 1)
		out = append(out[:at], append([]string{t}, out[at:]...)...)
	}
	if m.g.lang == "zh" {
		return strings.Join(out, "")
	}
	return strings.Join(out, " ")
}

// words are the frequent words of the language and the things that companies deal in.
func (m *maker) words() []string {
	if ps, ok := m.cache["\x00words"]; ok {
		return ps
	}
	var ps []string
	for range 2 {
		ps = append(ps, m.g.sections["common"]...)
	}
	for _, s := range []string{"thing", "kin", "city", "day", "who"} {
		ps = append(ps, m.g.sections[s]...)
	}
	for _, a := range aspects {
		ps = append(ps, m.g.sections["asp."+a]...)
	}
	m.cache["\x00words"] = ps
	return ps
}

// scored are the terms of the lexicons that lean plainly to one side, in the language.
func (m *maker) scored(up bool) []string {
	key := "\x00down"
	if up {
		key = "\x00up"
	}
	if ps, ok := m.cache[key]; ok {
		return ps
	}
	var ps []string
	for t := range m.e.Terms() {
		held := foldOf(t.Text) == m.fold
		if (up && t.Score >= 1.5 || !up && t.Score <= -1.5) && tongue(t.Text) == m.g.lang && (m.part == all || held == (m.part == heldOut)) {
			ps = append(ps, t.Text)
		}
	}
	m.cache[key] = ps
	return ps
}

// tongue tells the language of a term by its writing; emoji are left out.
func tongue(s string) string {
	for _, r := range s {
		switch {
		case r >= 0x4E00 && r < 0xA000:
			return "zh"
		case r >= 0x600 && r < 0x700:
			return "ar"
		case r >= 'a' && r <= 'z':
			return "en"
		}
	}
	return ""
}
