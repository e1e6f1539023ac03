package radar

import (
	"hash/fnv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/orrery-cxm/orrery"
)

// Bounds of what is read of one message.
const (
	maxRead  = 2 << 10 // bytes
	maxGrams = 64
	maxGram  = 48 // bytes of a word or pair
)

// gram is a word, a pair of words, or a run of Chinese characters.
type gram struct {
	hash uint64 // with its language
	text string
}

// cutter cuts messages into grams. Its buffers are used again.
type cutter struct {
	grams []gram
	seen  map[uint64]bool
	word  []rune
	han   []rune
	last  string // the word before, when a pair with it is possible
	lang  uint64
}

// read cuts a message. Personal data is left out, and whatever is a number.
func (c *cutter) read(f *orrery.TouchRecorded, language string) []gram {
	text := textOf(&f.Touch)
	c.grams, c.last, c.word, c.han = c.grams[:0], "", c.word[:0], c.han[:0]
	clear(c.seen)
	h := fnv.New64a()
	_, _ = h.Write([]byte(language)) // never fails
	c.lang = h.Sum64()
	personal := f.Touch.Signals.Personal
	for i, r := range text {
		if i >= maxRead {
			break
		}
		for len(personal) > 0 && i >= personal[0].To {
			personal = personal[1:]
		}
		hidden := len(personal) > 0 && i >= personal[0].From
		switch {
		case !hidden && unicode.Is(unicode.Han, r):
			c.endWord(" ")
			c.character(r)
			continue
		case !hidden && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) && len(c.word) > 0):
			c.endHan()
			if len(c.word) < maxGram {
				c.word = append(c.word, fold(r))
			}
			continue
		case !hidden && (r == '\'' || r == '’') && len(c.word) > 0:
			c.word = append(c.word, '\'')
			continue
		}
		c.endHan()
		sep := ""
		if r == ' ' || r == '-' {
			sep = " "
		}
		if hidden {
			c.word = c.word[:0]
		}
		c.endWord(sep)
	}
	c.endHan()
	c.endWord("")
	return c.grams
}

// fold brings letters that are written in several ways to one: lower case, and the Arabic forms of alef, yeh and heh.
func fold(r rune) rune {
	switch r {
	case 'أ', 'إ', 'آ', 'ٱ':
		return 'ا'
	case 'ى':
		return 'ي'
	case 'ة':
		return 'ه'
	}
	return unicode.ToLower(r)
}

// endWord takes over the word that has ended. A pair needs nothing but a space between its words.
func (c *cutter) endWord(sep string) {
	if len(c.word) > 0 {
		w := strings.Trim(string(c.word), "'")
		c.word = c.word[:0]
		switch {
		case !worth(w):
			c.last = ""
		default:
			c.add(w)
			if c.last != "" {
				c.add(c.last + " " + w)
			}
			c.last = w
		}
	}
	if sep != " " {
		c.last = ""
	}
}

// worth says that a word may be a topic: not a word that every text has, not a number, not a letter or two.
func worth(w string) bool {
	if stopWords[w] || len(w) > maxGram {
		return false
	}
	letters := 0
	for _, r := range w {
		if unicode.IsDigit(r) {
			return false
		}
		if unicode.IsLetter(r) {
			letters++
		}
	}
	return letters >= 3
}

// character takes one Chinese character: it ends runs of two to four.
func (c *cutter) character(r rune) {
	c.last = ""
	c.han = append(c.han, r)
	if len(c.han) > 4 {
		c.han = c.han[1:]
	}
	for n := 2; n <= len(c.han); n++ {
		run := c.han[len(c.han)-n:]
		if !stopHan[run[0]] && !stopHan[run[n-1]] {
			c.add(string(run))
		}
	}
}

func (c *cutter) endHan() { c.han = c.han[:0] }

func (c *cutter) add(text string) {
	if len(c.grams) >= maxGrams || len(text) > maxGram || !utf8.ValidString(text) {
		return
	}
	h := c.lang
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	h ^= h >> 29
	if !c.seen[h] {
		c.seen[h] = true
		c.grams = append(c.grams, gram{hash: h, text: text})
	}
}

// fingerprint is one for texts that are nearly the same (Charikar, "Similarity estimation techniques from rounding
// algorithms", 2002): each bit is the majority of that bit over the hashes of the grams.
func fingerprint(grams []gram) uint64 {
	var votes [64]int
	for _, g := range grams {
		h := g.hash * 0x9E3779B97F4A7C15
		h ^= h >> 32
		for b := range votes {
			if h>>b&1 == 1 {
				votes[b]++
			} else {
				votes[b]--
			}
		}
	}
	var out uint64
	for b, v := range votes {
		if v > 0 {
			out |= 1 << b
		}
	}
	return out
}

func setOf(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

func runesOf(text string) map[rune]bool {
	out := map[rune]bool{}
	for _, r := range text {
		out[r] = true
	}
	return out
}

// stopWords are words of every text. Words of negation and of time are not among them: "not working" is a topic.
var stopWords = setOf(`the and for you your yours are was were been being have has had having this that these those with
	from they them their theirs there here what when where who whom which why how all any both each few more most other some
	such only own same than too very can could will would should shall may might must just don't doesn't didn't isn't wasn't
	aren't weren't haven't hasn't hadn't can't couldn't won't wouldn't shouldn't i'm i've i'll i'd you're you've it's that's
	he's she's we're we've they're there's his her hers him she our ours its about into over under again then once because
	while until after before also but get got getting one two out off now please thanks thank hello dear really even still
	much many did does doing done went going gone say says said like want know think see make made us me my mine
	hi hey ok okay yes yeah let put take
	في من على إلى عن مع هذا هذه ذلك تلك التي الذي الذين كان كانت يكون هو هي هم أن إن ما لا لم لن قد كل بعد قبل عند حتى ثم أو
	انا انت نحن لكن بس اللي مش مو ده دي دا عشان علشان يا ان الي علي هذي ليش شو كيف متي جدا شكرا لو سمحت مرحبا السلام عليكم فيه
	كانت التي انه انها هل لقد وقد وكان منذ بين غير الى او ايضا
	und der die das ist nicht ein eine mit auf für von den dem des ich sie wir ihr auch noch aber wie was les des une est pas
	pour que qui dans avec sur vous nous los las del una por con para como pero está muy más não uma com por para que
	nao mais foi sono non che della per una`)

// stopHan are characters at whose side no run begins or ends: particles, pronouns and measure words.
var stopHan = runesOf("的了是在我你您他她它們们这這那个個也都就和与與及吗嗎吧呢啊呀哦嘛啦很有没沒不要会會能可以为為把被给給让讓到从從对對上下里裡中后後前着著过過得地啲嘅咗佢唔係喺嗰冇咁同埋又再还還才只但而且或因所如果什么麼怎样樣一二三两兩几幾去来來说說")
