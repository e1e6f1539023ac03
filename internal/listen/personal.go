package listen

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/orrery-cxm/orrery"
)

// Names of personal data in Signals.Personal and in masks.
const (
	PersonalEmail    = "email"
	PersonalPhone    = "phone"
	PersonalCard     = "card"
	PersonalIBAN     = "iban"
	PersonalNational = "national_id"
)

// personal finds the spans of personal data in the judged text.
func (s *scratch) personal() []orrery.Label { return s.Engine.fold.personal(s.text) }

// personal finds e-mail and postal addresses, payment cards, bank accounts, phone numbers and national ids in text, left to right,
// without overlap. Digits of any script count, and so do full-width ones.
func (f *folding) personal(text string) []orrery.Label {
	var out []orrery.Label
	for i := strings.IndexByte(text, '@'); i >= 0 && i < len(text); {
		if from, to, ok := emailAt(text, i); ok {
			out = append(out, spot(PersonalEmail, 980, from, to))
		}
		next := strings.IndexByte(text[i+1:], '@')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	out = f.addresses(text, f.runs(text, out))
	if len(out) > 1 {
		slices.SortStableFunc(out, func(a, b orrery.Label) int { return a.From - b.From })
		out = apart(out)
	}
	return out
}

// apart joins spans that overlap: what is hidden must cover both. The surer one gives the name; of equals, the first.
func apart(list []orrery.Label) []orrery.Label {
	kept := list[:1]
	for _, l := range list[1:] {
		last := &kept[len(kept)-1]
		switch {
		case l.From >= last.To:
			kept = append(kept, l)
		case l.Confidence > last.Confidence:
			*last = spot(l.Name, l.Confidence, last.From, max(last.To, l.To))
		default:
			last.To = max(last.To, l.To)
		}
	}
	return kept
}

func spot(name string, c orrery.Confidence, from, to int) orrery.Label {
	return orrery.Label{Name: name, Confidence: c, From: from, To: to}
}

// emailAt reads the address around the sign at byte i.
func emailAt(text string, i int) (from, to int, ok bool) {
	from = i
	for from > 0 && from > i-64 && (isWordByte(text[from-1]) || strings.IndexByte("._%+-", text[from-1]) >= 0) {
		from--
	}
	to = i + 1
	for to < len(text) && to < i+255 && (isWordByte(text[to]) || text[to] == '.' || text[to] == '-') {
		to++
	}
	for to > i+1 && (text[to-1] == '.' || text[to-1] == '-') {
		to--
	}
	domain := text[i+1 : to]
	dot := strings.LastIndexByte(domain, '.')
	if from == i || dot < 1 || len(domain)-dot-1 < 2 {
		return 0, 0, false
	}
	for _, c := range []byte(domain[dot+1:]) {
		if c >= '0' && c <= '9' {
			return 0, 0, false
		}
	}
	return from, to, true
}

// run is a stretch of digits with the separators that people write in numbers, and with letters where an account or an id
// may have them.
type run struct {
	from, to int
	chars    []byte  // digits and upper-case letters, without separators
	groups   []int   // length of each group between separators
	ends     [16]int // byte after each group but the last
	plus     bool
	cut      bool   // groups at its end are left out
	words    *words // that name it, once they were looked for
	before   string // the text just before, for the word that names the number
}

// runs goes through all runs of digits.
func (f *folding) runs(text string, out []orrery.Label) []orrery.Label {
	var buf [40]byte
	var groups [16]int
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf && (c < '0' || c > '9') {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		k, _ := f.of(r)
		if k != kindDigit {
			i += n
			continue
		}
		if l, ok := lettered(text, i); ok {
			out = append(out, l)
			i = l.To
			continue
		}
		x := f.run(text, i, buf[:0], groups[:0])
		end := x.to
		l, ok := x.fromFront()
		if !ok && x.from < i && !x.plus { // the letters before may be a word of the sentence
			x = f.read(text, i, i, buf[:0], groups[:0])
			end = x.to
			l, ok = x.fromFront()
		}
		if ok {
			out, end = append(out, l), x.to
		}
		i = max(end, i+n)
	}
	return out
}

// run reads the run around the digit at byte i: letters just before it belong to it (an IBAN, an id), and so does a plus.
func (f *folding) run(text string, i int, chars []byte, groups []int) run {
	from := i
	for from > 0 && i-from < 3 && upperByte(text[from-1]) {
		from--
	}
	switch {
	case from > 0 && isWordByte(text[from-1]) || i-from > 2:
		from = i
	case from == i && i >= 3 && text[i-1] == ' ' && upperByte(text[i-2]) && upperByte(text[i-3]) && (i == 3 || !isWordByte(text[i-4])):
		from = i - 3 // a prefix that stands apart: AB 12 34 56 C
	}
	return f.read(text, from, i, chars, groups)
}

// read reads a run that begins with letters at from and with a digit at i.
func (f *folding) read(text string, from, i int, chars []byte, groups []int) run {
	x := run{from: from, chars: chars, groups: groups}
	x.chars = append(x.chars, strings.TrimSpace(text[from:i])...)
	x.plus = from == i && i > 0 && (text[i-1] == '+' || strings.HasSuffix(text[:i], "＋"))
	group, gap, last := 0, 0, i
	for j := i; j < len(text) && len(x.chars) < cap(x.chars); {
		r, n := utf8.DecodeRuneInString(text[j:])
		k, d := f.of(r)
		switch {
		case k == kindDigit && d >= '0' && d <= '9', n == 1 && upperByte(byte(r)) && (gap == 0 || len(x.chars) >= 4 && upperByte(x.chars[0])):
			if gap > 0 && group > 0 {
				x.ends[len(x.groups)] = last
				x.groups = append(x.groups, group)
				group = 0
			}
			x.chars = append(x.chars, byte(d&^0x20))
			if d >= '0' && d <= '9' {
				x.chars[len(x.chars)-1] = byte(d)
			}
			group, gap = group+1, 0
			j += n
			last = j
			continue
		case k == kindDrop:
			j += n
			continue
		case gap < 2 && (r == ' ' || r == '-' || r == '.' || r == '(' || r == ')' || r == '/' || r == 0xA0 || r == 0x2011) && len(x.groups) < cap(x.groups)-1:
			gap++
			j += n
			continue
		}
		break
	}
	x.groups = append(x.groups, group)
	x.to = last
	if x.plus {
		x.from--
		for x.from > 0 && !utf8.RuneStart(text[x.from]) {
			x.from--
		}
	}
	at := max(0, x.from-40)
	for at < x.from && !utf8.RuneStart(text[at]) {
		at++
	}
	x.before = text[at:x.from]
	return x
}

func upperByte(c byte) bool { return c >= 'A' && c <= 'Z' }

// fromFront judges the run, and, when it is nothing, ever fewer of its groups: a run may hold several numbers, or a number
// and what follows it. The run is left as far as it was judged.
func (x *run) fromFront() (orrery.Label, bool) {
	for {
		if l, ok := x.judge(); ok || len(x.groups) == 1 {
			return l, ok
		}
		last := len(x.groups) - 1
		x.chars = x.chars[:len(x.chars)-x.groups[last]]
		x.groups, x.to, x.cut = x.groups[:last], x.ends[last-1], true
	}
}

// judge says what the run is, the strictest check first.
func (x *run) judge() (orrery.Label, bool) {
	if len(x.chars) < 7 {
		return orrery.Label{}, false
	}
	if ibanOK(x.chars) {
		return spot(PersonalIBAN, 990, x.from, x.to), true
	}
	if x.national() {
		return spot(PersonalNational, 950, x.from, x.to), true
	}
	if n := len(x.chars); n >= 13 && n <= 19 && allDigits(x.chars) && cardOK(x.chars) && x.likeCard() {
		return spot(PersonalCard, 960, x.from, x.to), true
	}
	if allDigits(x.chars) && x.phone() {
		return spot(PersonalPhone, 900, x.from, x.to), true
	}
	return orrery.Label{}, false
}

// Mask replaces personal data in the whole text, of any length, by its name in brackets.
func (e *Engine) Mask(text string) string {
	found := e.fold.personal(text)
	if len(found) == 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	at := 0
	for _, l := range found {
		b.WriteString(text[at:l.From])
		b.WriteByte('[')
		b.WriteString(l.Name)
		b.WriteByte(']')
		at = l.To
	}
	b.WriteString(text[at:])
	return b.String()
}
