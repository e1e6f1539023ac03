package listen

import (
	"bufio"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"
)

// language is what a text is written in, and whether we may judge it.
type language struct {
	tag    string
	judged bool
}

// language decides by script first; between languages of one script by frequent words and letter triples.
func (s *scratch) language() language {
	c := &s.counts
	latin, arabic, han, kana, other := c[kindLatin], c[kindArabic], c[kindHan], c[kindKana], c[kindOther]
	switch {
	case kana > 0 && kana*5 > han:
		return language{tag: "ja"}
	case han > 0 && han*3 >= latin && han >= arabic && han >= other:
		return s.chinese()
	case arabic > 0 && arabic*2 >= latin && arabic >= other:
		return s.arabic()
	case other > latin:
		return language{tag: otherScript(s.text)}
	case latin > 0:
		return s.latin()
	case c[kindEmoji] > 0:
		return language{tag: "und", judged: true}
	}
	return language{tag: "und"}
}

// chinese tells simplified, traditional and Cantonese apart.
func (s *scratch) chinese() language {
	cantonese := 0
	for _, t := range s.reader.toks {
		if t.kind == kindHan && strings.ContainsRune(cantoneseOnly, s.runes[t.rFrom]) {
			cantonese++
		}
	}
	switch {
	case cantonese*50 >= s.counts[kindHan]:
		if cantonese > 0 {
			return language{tag: "yue", judged: true}
		}
		fallthrough
	case s.trad > s.simp:
		return language{tag: "zh-Hant", judged: true}
	case s.trad == s.simp && traditionalLocale(s.hint.Locale):
		return language{tag: "zh-Hant", judged: true}
	}
	return language{tag: "zh-Hans", judged: true}
}

// cantoneseOnly are characters that written Mandarin does not use, folded.
const cantoneseOnly = "嘅嚟噉咁冇唔佢哋啲嗰喺咗嘢嚿攞睇畀俾啱乜嘥瞓冚嗌揸掟攰嬲餸靓咩喎啫㗎嘞噃吖嗮晒"

func traditionalLocale(l string) bool {
	l = strings.ToLower(l)
	return strings.Contains(l, "hant") || strings.HasSuffix(l, "tw") || strings.HasSuffix(l, "hk") || strings.HasSuffix(l, "mo")
}

// arabic tells Arabic from Persian and Urdu by the letters that it does not have.
func (s *scratch) arabic() language {
	persian, urdu := 0, 0
	for _, r := range s.text {
		switch r {
		case 'پ', 'چ', 'گ', 'ژ':
			persian++
		case 'ی', 'ک':
			persian++
		case 'ٹ', 'ڈ', 'ڑ', 'ں', 'ے', 'ہ', 'ھ':
			urdu++
		}
	}
	switch {
	case urdu*25 > s.counts[kindArabic]:
		return language{tag: "ur"}
	case persian*25 > s.counts[kindArabic]:
		return language{tag: "fa"}
	}
	return language{tag: "ar", judged: true}
}

func otherScript(text string) string {
	for _, r := range text {
		switch {
		case r >= 0xAC00 && r <= 0xD7AF:
			return "ko"
		case r >= 0x0E00 && r <= 0x0E7F:
			return "th"
		case r >= 0x0900 && r <= 0x097F:
			return "hi"
		case r >= 0x0980 && r <= 0x09FF:
			return "bn"
		case r >= 0x0B80 && r <= 0x0BFF:
			return "ta"
		}
	}
	return "und"
}

// tongues tells languages in Latin writing apart: which words are frequent in which, and how often triples of letters
// occur in those words.
type tongues struct {
	tags  []string
	words map[uint64]uint32           // bit per language
	grams [gramCount][maxTongues]int8 // log odds in sixteenths
}

const (
	maxTongues = 16
	gramCount  = 1 << 12
)

func (t *tongues) readAll(f *folding) func(fs.FS, string) error {
	return func(fsys fs.FS, name string) error {
		file, err := fsys.Open(name)
		if err != nil {
			return fmt.Errorf("open languages: %w", err)
		}
		defer file.Close()
		t.words = map[uint64]uint32{}
		counts := make([][maxTongues]float64, gramCount)
		var totals [maxTongues]float64
		r := reader{fold: f}
		lines := bufio.NewScanner(file)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			tag, words, ok := strings.Cut(lines.Text(), ":")
			if !ok || tag[0] == '#' {
				continue
			}
			l := slices.Index(t.tags, tag)
			if l < 0 {
				l = len(t.tags)
				t.tags = append(t.tags, tag)
			}
			if l == maxTongues {
				return fmt.Errorf("%s: more than %d languages", name, maxTongues)
			}
			r.read(words)
			for i := range r.toks {
				k := &r.toks[i]
				t.words[k.hash] |= 1 << l
				grams(r.runes[k.rFrom:k.rTo], func(g int) {
					counts[g][l]++
					totals[l]++
				})
			}
		}
		if err := lines.Err(); err != nil {
			return fmt.Errorf("read languages: %w", err)
		}
		t.weigh(counts, totals)
		return nil
	}
}

// weigh turns counts into the log of how much likelier a triple is than on average, smoothed, within one nat and a half.
func (t *tongues) weigh(counts [][maxTongues]float64, totals [maxTongues]float64) {
	n := float64(len(t.tags))
	for g := range counts {
		mean := 0.0
		for l := range t.tags {
			mean += (counts[g][l] + 0.3) / (totals[l] + 0.3*gramCount) / n
		}
		for l := range t.tags {
			ratio := (counts[g][l] + 0.3) / (totals[l] + 0.3*gramCount) / mean
			t.grams[g][l] = sixteenths(ratio)
		}
	}
}

// grams calls each with the bucket of every triple of w, its borders included.
func grams(w []rune, each func(int)) {
	a, b := uint64('^'), uint64('^')
	for i := 0; i <= len(w); i++ {
		c := uint64('$')
		if i < len(w) {
			c = uint64(w[i])
		}
		if i > 0 {
			h := (a*0x9E3779B1 ^ b*0x85EBCA77 ^ c*0xC2B2AE3D) * 0x27D4EB2F165667C5
			each(int(h >> 52))
		}
		a, b = b, c
	}
}

// englishPrior is what speaks for English before a word is read: names, brands and loan words look like any language.
const englishPrior = 30

// latin votes: a frequent word counts as much as several triples, more when few languages share it.
func (s *scratch) latin() language {
	t := &s.tongues
	var votes [maxTongues]int
	votes[0] = englishPrior
	known := 0
	for i := range s.reader.toks {
		k := &s.reader.toks[i]
		if k.kind != kindLatin || k.rTo-k.rFrom > 24 {
			continue
		}
		if i > 0 && s.reader.toks[i-1].kind == kindPunct && s.reader.toks[i-1].sign == '#' {
			continue
		}
		if set := t.words[k.hash]; set != 0 {
			known++
			shares := 0
			for m := set; m != 0; m &= m - 1 {
				shares++
			}
			for l := range t.tags {
				if set&(1<<l) != 0 {
					votes[l] += 60/shares + 20
				}
			}
			continue
		}
		grams(s.runes[k.rFrom:k.rTo], func(g int) {
			for l := range t.tags {
				votes[l] += int(t.grams[g][l])
			}
		})
	}
	best, second := 0, 1
	for l := range t.tags {
		if l == best {
			continue
		}
		if votes[l] > votes[best] {
			best, second = l, best
		} else if second == best || votes[l] > votes[second] {
			second = l
		}
	}
	tag := t.tags[best]
	switch {
	case tag == "en":
		return language{tag: "en", judged: true}
	case known == 0 && len(s.reader.toks) < 8 || votes[best]-votes[0] < 12:
		// too little to say that it is not English: names, a brand, one word. English terms may still be found in it.
		return language{tag: "en", judged: true}
	}
	return language{tag: tag}
}

func sixteenths(ratio float64) int8 {
	return int8(math.Round(max(-24, min(24, 16*math.Log(ratio)))))
}
