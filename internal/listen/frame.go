package listen

import (
	"bufio"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// frame is a pattern over words and classes that speaks for one label.
//
//	[life.bereavement 3.0 who=family when=recent]
//	my {kin} (just|has|) passed away
//
// A word stands for itself and its inflections, {name} for any term of a class, {num} for a number, (a|b c|) for a
// choice, ".." for up to three tokens and "..." for up to seven within one sentence.
type frame struct {
	label  label
	weight float32 // added to the log odds of the label
	who    string
	when   string
}

// label is a number for "head.name".
type label uint8

// hit is one frame found.
type hit struct {
	from, to int32 // tokens
	frame    int32
}

type frameEdge struct {
	class class
	gap   int8 // tokens that may be skipped; class edges have -1
	to    int32
}

type frameNode struct {
	edges  []frameEdge
	frames []int32
}

// frames is all frames of all languages in one automaton.
type frames struct {
	lex    *lexicon
	labels []string
	label  map[string]label
	all    []frame
	nodes  []frameNode
	steps  table
	joins  map[string]int32 // while reading
	num    class
}

func newFrames(l *lexicon) *frames {
	return &frames{lex: l, label: map[string]label{}, joins: map[string]int32{}, nodes: make([]frameNode, 1), num: l.classOf("num")}
}

func (f *frames) labelOf(name string) label {
	if l, ok := f.label[name]; ok {
		return l
	}
	l := label(len(f.labels))
	f.labels = append(f.labels, name)
	f.label[name] = l
	return l
}

func (f *frames) readAll(fsys fs.FS, name string) error {
	file, err := fsys.Open(name)
	if err != nil {
		return fmt.Errorf("open frames: %w", err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	current := int32(-1)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '[' {
			fr, err := f.header(strings.Trim(line, "[]"))
			if err != nil {
				return fmt.Errorf("%s:%d: %w", name, n, err)
			}
			f.all = append(f.all, fr)
			current = int32(len(f.all) - 1)
			continue
		}
		if current < 0 {
			return fmt.Errorf("%s:%d: a pattern stands before any [label weight]", name, n)
		}
		if err := f.add(current, line); err != nil {
			return fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

func (f *frames) header(s string) (frame, error) {
	fields := strings.Fields(s)
	if len(fields) < 2 || len(f.labels) > 250 {
		return frame{}, fmt.Errorf("a header is [label weight who= when=], not %q", s)
	}
	w, err := strconv.ParseFloat(fields[1], 32)
	if err != nil {
		return frame{}, fmt.Errorf("weight %q: %w", fields[1], err)
	}
	fr := frame{label: f.labelOf(fields[0]), weight: float32(w)}
	for _, a := range fields[2:] {
		switch k, v, _ := strings.Cut(a, "="); k {
		case "who":
			fr.who = v
		case "when":
			fr.when = v
		default:
			return frame{}, fmt.Errorf("no such attribute: %q", a)
		}
	}
	return fr, nil
}

// add puts a pattern into the automaton.
func (f *frames) add(fr int32, pattern string) error {
	node, err := f.sequence(0, pattern)
	if err != nil {
		return err
	}
	if node == 0 {
		return fmt.Errorf("pattern %q can match nothing", pattern)
	}
	for _, have := range f.nodes[node].frames {
		if have == fr {
			return nil
		}
	}
	f.nodes[node].frames = append(f.nodes[node].frames, fr)
	return nil
}

// sequence adds the elements of p after node and returns the node after the last.
func (f *frames) sequence(node int32, p string) (int32, error) {
	var err error
	for rest := strings.TrimSpace(p); rest != ""; rest = strings.TrimLeft(rest, " ") {
		switch {
		case rest[0] == '(':
			end := closing(rest)
			if end < 0 {
				return 0, fmt.Errorf("%q: a ( is not closed", p)
			}
			if node, err = f.choice(node, rest[1:end]); err != nil {
				return 0, err
			}
			rest = rest[end+1:]
		case rest[0] == '{':
			end := strings.IndexByte(rest, '}')
			if end < 0 {
				return 0, fmt.Errorf("%q: a { is not closed", p)
			}
			c, ok := f.lex.class[rest[1:end]]
			if !ok {
				return 0, fmt.Errorf("%q: no lexicon has a class %q", p, rest[1:end])
			}
			node = f.edge(node, frameEdge{class: c, gap: -1})
			rest = rest[end+1:]
		case strings.HasPrefix(rest, "..."):
			node = f.edge(node, frameEdge{gap: 7})
			rest = rest[3:]
		case strings.HasPrefix(rest, ".."):
			node = f.edge(node, frameEdge{gap: 3})
			rest = rest[2:]
		default:
			end := len(rest)
			for _, sign := range []string{"(", "{", ".."} {
				if i := strings.Index(rest, sign); i >= 0 && i < end {
					end = i
				}
			}
			f.lex.reader.read(rest[:end])
			for i := range f.lex.reader.toks {
				node = f.literal(node, f.lex.reader.toks[i].hash)
			}
			rest = rest[end:]
		}
	}
	return node, nil
}

// choice adds alternatives that meet again in one node; the same choice after the same node is added once.
func (f *frames) choice(node int32, group string) (int32, error) {
	key := strconv.Itoa(int(node)) + "(" + group
	if join, ok := f.joins[key]; ok {
		return join, nil
	}
	join := f.node()
	depth, from := 0, 0
	for i := 0; i <= len(group); i++ {
		if i < len(group) {
			switch group[i] {
			case '(':
				depth++
			case ')':
				depth--
			}
			if group[i] != '|' || depth > 0 {
				continue
			}
		}
		end, err := f.sequence(node, group[from:i])
		if err != nil {
			return 0, err
		}
		f.nodes[end].edges = append(f.nodes[end].edges, frameEdge{to: join})
		from = i + 1
	}
	f.joins[key] = join
	return join, nil
}

// closing is the index of the parenthesis that closes the one at the start of s.
func closing(s string) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

func (f *frames) literal(node int32, hash uint64) int32 {
	next := f.steps.get(node, hash)
	if next < 0 {
		next = f.node()
		f.steps.put(node, hash, next)
	}
	return next
}

func (f *frames) edge(node int32, e frameEdge) int32 {
	for _, have := range f.nodes[node].edges {
		if have.class == e.class && have.gap == e.gap && e.gap != 0 {
			return have.to
		}
	}
	e.to = f.node()
	f.nodes[node].edges = append(f.nodes[node].edges, e)
	return e.to
}

func (f *frames) node() int32 {
	f.nodes = append(f.nodes, frameNode{})
	return int32(len(f.nodes) - 1)
}

// finder looks for frames in one text.
type finder struct {
	*frames
	toks    []token
	matches []match
	first   []int32 // by token: the first match that starts there
	hits    []hit
	start   int32
	budget  int
	spent   int // steps taken in the whole text
}

// The search is bounded: so many steps from one token, and so many for each token of the text on average. A natural text
// needs a tenth of it.
const (
	stepsPerStart = 3000
	stepsPerToken = 200
	stepsAtLeast  = 30000
)

func (f *finder) find() {
	f.hits = f.hits[:0]
	f.spent = 0
	left := stepsAtLeast + stepsPerToken*len(f.toks)
	for i := range f.toks {
		f.start, f.budget = int32(i), min(stepsPerStart, left)
		before := f.budget
		f.from(0, i)
		left -= before - max(f.budget, 0)
		f.spent += before - f.budget
	}
}

func (f *finder) from(node int32, i int) {
	if f.budget--; f.budget < 0 {
		return
	}
	n := &f.nodes[node]
	for _, fr := range n.frames {
		f.hits = append(f.hits, hit{from: f.start, to: int32(i), frame: fr})
	}
	if i >= len(f.toks) { // only joins of choices can still lead to an end
		for _, e := range n.edges {
			if e.gap >= 0 {
				f.from(e.to, i)
			}
		}
		return
	}
	t := &f.toks[i]
	if next := f.steps.step(node, t); next >= 0 {
		f.from(next, i+1)
	}
	for _, e := range n.edges {
		switch {
		case e.gap >= 0:
			gap := int(e.gap)
			if t.kind == kindHan { // a character is half a word
				gap *= 2
			}
			for k := 0; k <= gap && i+k < len(f.toks); k++ {
				f.from(e.to, i+k)
				if f.toks[i+k].ends() {
					break
				}
			}
		case e.class == f.num:
			if t.kind == kindDigit {
				f.from(e.to, i+1)
			}
		default:
			for m := f.first[i]; m < f.first[i+1]; m++ {
				if f.lex.entries[f.matches[m].entry].is(e.class) {
					f.from(e.to, int(f.matches[m].to))
				}
			}
		}
	}
}

// ends says that a sentence ends here.
func (t *token) ends() bool {
	return t.kind == kindPunct && (t.sign == '.' || t.sign == '!' || t.sign == '?' || t.sign == ';' || t.sign == '…')
}
