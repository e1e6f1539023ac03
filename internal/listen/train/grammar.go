package train

import (
	"bufio"
	"embed"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"

	"github.com/orrery-cxm/orrery/internal/listen"
)

//go:embed grammar
var grammars embed.FS

// grammar is the phrases of one language by section.
type grammar struct {
	lang     string
	sections map[string][]string
}

func readGrammar(lang string) (*grammar, error) {
	g := &grammar{lang: lang, sections: map[string][]string{}}
	for _, name := range []string{lang + ".txt", lang + "-more.txt"} {
		f, err := grammars.Open("grammar/" + name)
		if err != nil {
			return nil, fmt.Errorf("open grammar: %w", err)
		}
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			line := strings.TrimSpace(lines.Text())
			if line == "" || line[0] == '#' {
				continue
			}
			head, body, ok := strings.Cut(line, "]")
			if !ok || head[0] != '[' {
				return nil, fmt.Errorf("%s: a line is [section] phrase|phrase, not %.40q", name, line)
			}
			for _, p := range strings.Split(body, "|") {
				if p = strings.TrimSpace(p); p != "" {
					g.sections[head[1:]] = append(g.sections[head[1:]], p)
				}
			}
		}
		if err := lines.Err(); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		if err := f.Close(); err != nil {
			return nil, fmt.Errorf("close %s: %w", name, err)
		}
	}
	return g, nil
}

// part says which phrases may be used: all, only those held out, or only the others.
type part uint8

const (
	all part = iota
	seen
	heldOut
)

// folds are how many ways there are to hold phrases out: each phrase and each term is held out in one of them.
const folds = 3

// foldOf is the fold in which a term of the lexicons is held out; of the phrases of a section they take turns.
func foldOf(term string) int {
	h := fnv.New32a()
	h.Write([]byte(term)) // never fails
	return int(h.Sum32() % folds)
}

// maker makes sentences.
type maker struct {
	g     *grammar
	e     *listen.Engine
	rng   *rand.Rand
	part  part
	fold  int
	cache map[string][]string
}

func (m *maker) phrases(section string) []string {
	if ps, ok := m.cache[section]; ok {
		return ps
	}
	var ps []string
	for i, p := range m.g.sections[section] {
		if m.part == all || len(m.g.sections[section]) < folds || (i%folds == m.fold) == (m.part == heldOut) {
			ps = append(ps, p)
		}
	}
	m.cache[section] = ps
	return ps
}

// pick is a phrase of the section with its slots filled; slots take from all phrases.
func (m *maker) pick(section string) string {
	ps := m.phrases(section)
	if len(ps) == 0 {
		return ""
	}
	return m.fill(ps[m.rng.IntN(len(ps))], 0)
}

func (m *maker) fill(p string, depth int) string {
	if !strings.Contains(p, "{") || depth > 4 {
		return p
	}
	var b strings.Builder
	for {
		open := strings.IndexByte(p, '{')
		if open < 0 {
			b.WriteString(p)
			return b.String()
		}
		b.WriteString(p[:open])
		end := strings.IndexByte(p, '}')
		if end < open {
			return b.String()
		}
		name := p[open+1 : end]
		if name == "asp" {
			name = m.aspect("asp")
		}
		if vs := m.g.sections[name]; len(vs) > 0 {
			b.WriteString(m.fill(vs[m.rng.IntN(len(vs))], depth+1))
		}
		p = p[end+1:]
	}
}

var aspects = [...]string{"delivery", "staff", "response", "price", "refund", "app", "product", "food", "travel", "room", "network", "account"}

func (m *maker) aspect(prefix string) string { return prefix + "." + aspects[m.rng.IntN(len(aspects))] }

// about is a thing and what happened to it: "my package" "never arrived".
func (m *maker) about(lean string) string {
	a := aspects[m.rng.IntN(len(aspects))]
	thing, what := m.pick("asp."+a), m.pick(lean+"."+a)
	switch m.g.lang {
	case "en":
		return m.one("the ", "my ", "your ", "", "this ") + thing + " " + what
	case "zh":
		return m.one("", "你们的", "这个", "你家", "我的") + thing + what
	}
	return thing + " " + what
}

func (m *maker) one(of ...string) string { return of[m.rng.IntN(len(of))] }

func (m *maker) chance(p float64) bool { return m.rng.Float64() < p }

// join puts segments together as people do.
func (m *maker) join(segs []string) string {
	var b strings.Builder
	for i, s := range segs {
		if s == "" {
			continue
		}
		if i > 0 && b.Len() > 0 {
			switch m.g.lang {
			case "zh":
				b.WriteString(m.one("，", "。", "，", " ", "！", "。"))
			case "ar":
				b.WriteString(m.one(" ", "، ", ". ", " ", " و"))
			default:
				b.WriteString(m.one(". ", ". ", ", ", "! ", " ", " - "))
			}
		}
		b.WriteString(s)
	}
	return b.String()
}
