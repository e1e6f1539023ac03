package listen

import (
	"bufio"
	"fmt"
	"io/fs"
	"iter"
	"strconv"
	"strings"
)

// class is a set of terms that frames and heads treat alike: "kin", "neg", "asp.delivery".
type class uint8

// entry is one term of the lexicons.
type entry struct {
	classes []class
	score   int8 // in tenths, -40 to 40; only with scored
	scored  bool
}

func (e *entry) is(c class) bool {
	for _, have := range e.classes {
		if have == c {
			return true
		}
	}
	return false
}

// match is one term found: tokens from to to.
type match struct {
	from, to int32
	entry    int32
}

// lexicon is all terms in one trie over token hashes. It never changes after it was read.
type lexicon struct {
	fold    *folding
	names   []string
	class   map[string]class
	entries []entry
	texts   []string // of the entries
	at      []int32  // by node: entry or -1
	steps   table
	reader  reader
}

func newLexicon(f *folding) *lexicon {
	return &lexicon{fold: f, class: map[string]class{}, at: []int32{-1}, reader: reader{fold: f}}
}

// classOf returns the class of that name, and makes it.
func (l *lexicon) classOf(name string) class {
	if c, ok := l.class[name]; ok {
		return c
	}
	c := class(len(l.names))
	l.names = append(l.names, name)
	l.class[name] = c
	return c
}

// readAll reads lines "name: term|term|..." of a file; a name that is a number with a sign is a score.
func (l *lexicon) readAll(fsys fs.FS, name string) error {
	file, err := fsys.Open(name)
	if err != nil {
		return fmt.Errorf("open lexicon: %w", err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		head, terms, ok := strings.Cut(line, ":")
		if !ok || len(l.names) > 250 {
			return fmt.Errorf("%s:%d: a line is \"name: term|term\"", name, n)
		}
		for _, term := range strings.Split(terms, "|") {
			if err := l.add(strings.TrimSpace(head), term); err != nil {
				return fmt.Errorf("%s:%d: %w", name, n, err)
			}
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

func (l *lexicon) add(head, term string) error {
	l.reader.read(term)
	if len(l.reader.toks) == 0 {
		return fmt.Errorf("term %q holds nothing to find", term)
	}
	node := int32(0)
	for i := range l.reader.toks {
		next := l.steps.get(node, l.reader.toks[i].hash)
		if next < 0 {
			next = int32(len(l.at))
			l.at = append(l.at, -1)
			l.steps.put(node, l.reader.toks[i].hash, next)
		}
		node = next
	}
	if l.at[node] < 0 {
		l.at[node] = int32(len(l.entries))
		l.entries = append(l.entries, entry{})
		l.texts = append(l.texts, term)
	}
	e := &l.entries[l.at[node]]
	if head[0] == '+' || head[0] == '-' || head[0] == '0' {
		v, err := strconv.ParseFloat(head, 32)
		if err != nil || v < -4 || v > 4 {
			return fmt.Errorf("score %q: a number from -4 to 4 is wanted", head)
		}
		if !e.scored { // where two lines disagree the first counts
			e.score, e.scored = int8(v*10), true
		}
		return nil
	}
	if c := l.classOf(head); !e.is(c) {
		e.classes = append(e.classes, c)
	}
	return nil
}

// scan appends every term found in toks, ordered by start, shorter before longer.
func (l *lexicon) scan(toks []token, out []match) []match {
	for i := range toks {
		have := len(out)
		out = l.walk(toks, i, toks[i].hash, out)
		for a := range toks[i].alts {
			if len(out) > have {
				break
			}
			out = l.walk(toks, i, toks[i].alt[a], out)
		}
	}
	return out
}

func (l *lexicon) walk(toks []token, i int, first uint64, out []match) []match {
	node := l.steps.get(0, first)
	for j := i; node >= 0; {
		if e := l.at[node]; e >= 0 {
			out = append(out, match{from: int32(i), to: int32(j + 1), entry: e})
		}
		j++
		if j >= len(toks) {
			break
		}
		node = l.steps.step(node, &toks[j])
	}
	return out
}

// table maps (node, hash) to the next node: open addressing, never more than half full.
type table struct {
	keys []uint64
	vals []int32
	n    int
}

func tableKey(node int32, hash uint64) uint64 {
	k := (hash ^ uint64(uint32(node))*0x9E3779B97F4A7C15) * 0xBF58476D1CE4E5B9
	k ^= k >> 29
	if k == 0 {
		return 1
	}
	return k
}

func (t *table) get(node int32, hash uint64) int32 {
	if t.n == 0 {
		return -1
	}
	k := tableKey(node, hash)
	mask := uint64(len(t.keys) - 1)
	for i := k & mask; ; i = (i + 1) & mask {
		switch t.keys[i] {
		case k:
			return t.vals[i]
		case 0:
			return -1
		}
	}
}

func (t *table) put(node int32, hash uint64, next int32) {
	if t.n*2 >= len(t.keys) {
		t.grow()
	}
	k := tableKey(node, hash)
	mask := uint64(len(t.keys) - 1)
	i := k & mask
	for t.keys[i] != 0 {
		i = (i + 1) & mask
	}
	t.keys[i], t.vals[i] = k, next
	t.n++
}

func (t *table) grow() {
	old := *t
	size := max(1024, len(old.keys)*2)
	t.keys, t.vals = make([]uint64, size), make([]int32, size)
	mask := uint64(size - 1)
	for j, k := range old.keys {
		if k == 0 {
			continue
		}
		i := k & mask
		for t.keys[i] != 0 {
			i = (i + 1) & mask
		}
		t.keys[i], t.vals[i] = k, old.vals[j]
	}
}

// step goes on from node by the token, by its other readings when it is not known as it stands.
func (t *table) step(node int32, tok *token) int32 {
	next := t.get(node, tok.hash)
	for a := 0; next < 0 && a < int(tok.alts); a++ {
		next = t.get(node, tok.alt[a])
	}
	return next
}

// Term is one term of the lexicons, for training.
type Term struct {
	Text     string
	Score    float64
	Emotions []int // indexes of emotions
}

// Terms yields every term that has a score or an emotion, in the order of the files.
func (e *Engine) Terms() iter.Seq[Term] {
	return func(yield func(Term) bool) {
		for i := range e.lex.entries {
			en := &e.lex.entries[i]
			t := Term{Text: e.lex.texts[i], Score: float64(en.score) / 10}
			for k, c := range e.classes.emotions {
				if en.is(c) {
					t.Emotions = append(t.Emotions, k)
				}
			}
			if (en.scored || len(t.Emotions) > 0) && !yield(t) {
				return
			}
		}
	}
}
