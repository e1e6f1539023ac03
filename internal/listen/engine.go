package listen

import (
	"embed"
	"fmt"
	"io/fs"
	"sync"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen/weights"
)

//go:embed data
var shipped embed.FS

// Options are what a caller may choose; the zero value is the product as shipped.
type Options struct {
	// Data replaces the embedded lexicons, frames and weights; for tests of the engine itself.
	Data fs.FS
	// Untrained leaves the weights out: for training, and for nothing else.
	Untrained bool
	// Model replaces the embedded weights.
	Model *weights.Model
}

// Hint is what is known about a text before it is read. Everything may be empty.
type Hint struct {
	Channel orrery.Channel
	Locale  string // BCP 47, as the source gave it: decides where the writing alone does not
	Parent  string // the post or question that the text answers
}

// Engine understands texts. It may be used by many goroutines at once and never changes.
type Engine struct {
	fold    *folding
	lex     *lexicon
	frames  *frames
	classes classes
	tongues tongues
	model   *weights.Model
	name    string
	taught  *delta  // of one workspace; nil as shipped
	shipped *Engine // what taught stands beside; nil as shipped

	intentLabel  [len(intentNames)]label
	urgencyLabel label
	lifeLabel    [len(lifeKinds)]label
	riskLabel    [len(riskKinds)]label
	abstract     []bool // by class: an element of shapes
	persons      []bool // by class: whoever is named, see [scratch.whoAt]
	pool         *sync.Pool
}

// revision is raised with each change of rules, lexicons or weights that may change an answer.
const revision = 3

// New reads the lexicons and frames; it fails only when they are broken, which a test of the product would have shown.
func New(o Options) (*Engine, error) {
	if o.Data == nil {
		sub, err := fs.Sub(shipped, "data")
		if err != nil {
			return nil, fmt.Errorf("open embedded data: %w", err)
		}
		o.Data = sub
	}
	e := &Engine{fold: newFolding()}
	e.lex = newLexicon(e.fold)
	if err := eachFile(o.Data, ".lex", e.lex.readAll); err != nil {
		return nil, err
	}
	e.frames = newFrames(e.lex)
	if err := eachFile(o.Data, ".frames", e.frames.readAll); err != nil {
		return nil, err
	}
	e.frames.joins = nil
	e.classes = e.lex.standard()
	if err := e.tongues.readAll(e.fold)(o.Data, "languages.txt"); err != nil {
		return nil, err
	}
	e.known()
	if e.model = o.Model; e.model == nil && !o.Untrained {
		b, err := fs.ReadFile(o.Data, "model.bin")
		if err != nil {
			return nil, fmt.Errorf("open weights: %w", err)
		}
		if e.model, err = weights.Decode(b); err != nil {
			return nil, fmt.Errorf("read weights: %w", err)
		}
	}
	e.rename()
	e.pool = &sync.Pool{}
	e.pool.New = func() any { return e.scratch() }
	return e, nil
}

// known looks up by name what is used for every text.
func (e *Engine) known() {
	for i, n := range intentNames {
		e.intentLabel[i] = e.frames.labelOf("intent." + n)
	}
	e.urgencyLabel = e.frames.labelOf("urgency.high")
	e.abstract = make([]bool, len(e.lex.names))
	for _, n := range [...]string{"kin", "friend", "pet", "self", "brandyou", "neg", "day", "span", "money"} {
		e.abstract[e.lex.class[n]] = true
	}
	for _, c := range e.classes.aspects {
		e.abstract[c] = true
	}
	e.persons = make([]bool, len(e.lex.names))
	for _, n := range [...]string{"kin", "name", "people", "faith", "body", "sex", "clerk"} {
		e.persons[e.lex.class[n]], e.abstract[e.lex.class[n]] = true, true
	}
	for i, n := range lifeKinds {
		e.lifeLabel[i] = e.frames.labelOf("life." + n)
	}
	for i, n := range riskKinds {
		e.riskLabel[i] = e.frames.labelOf("risk." + n)
	}
}

// eachFile calls read for the files with that ending, in order of their names.
func eachFile(fsys fs.FS, ending string, read func(fs.FS, string) error) error {
	names, err := fs.Glob(fsys, "*"+ending)
	if err != nil {
		return fmt.Errorf("list data: %w", err)
	}
	if len(names) == 0 {
		return fmt.Errorf("list data: there is no *%s", ending)
	}
	for _, n := range names {
		if err := read(fsys, n); err != nil {
			return err
		}
	}
	return nil
}

// Revision names the engine and its weights, as it stands in Signals.Engine.
// What a workspace taught is counted after a plus.
func (e *Engine) Revision() string { return e.name }

func (e *Engine) rename() {
	e.name = fmt.Sprintf("embedded/%d", revision)
	if e.taught != nil {
		e.name += fmt.Sprintf("+%d", e.taught.n)
	}
}

// scratch is what one text needs while it is read; it is used again.
type scratch struct {
	*Engine
	reader
	finder
	hint      Hint
	lang      language
	clauses   []clause
	terms     []valence
	feats     []uint32
	cuts      []int32 // where the features of each piece begin, and an end; see features
	shapeCuts []int32
	pieces    []weights.Sums
	whole     weights.Sums
	felt      [emotionCount]match
	finds     [weights.Finds]find
	outs      [weights.Outputs]float32
	x         [weights.Inputs]float32
	verdicts  [weights.Verdicts]float32
	moods     [emotionCount + 1]float32 // log odds of the emotions, none at the end
	taughts   opinions                  // what the workspace taught of this text
	odds      [3]float32
	known     float32 // how much of the text training knows, 0 to 1
}

func (e *Engine) scratch() *scratch {
	return &scratch{Engine: e, reader: reader{fold: e.fold}, finder: finder{frames: e.frames}}
}

// Listen says what is understood of text. The result is never nil and shares memory with text.
func (e *Engine) Listen(text string, h Hint) *orrery.Signals {
	s := e.pool.Get().(*scratch)
	out := s.listen(cut(text), h)
	s.reader.text = ""
	s.hint = Hint{}
	e.pool.Put(s)
	return out
}

func (s *scratch) listen(text string, h Hint) *orrery.Signals {
	out := &orrery.Signals{Revision: 1, Engine: s.Engine.Revision(), Language: "und"}
	s.hint, s.odds, s.known = h, [3]float32{}, 0
	s.reader.read(text)
	out.Personal = s.personal()
	if len(s.reader.toks) == 0 {
		s.lang = language{tag: "und"}
		return out
	}
	s.lang = s.language()
	out.Language = s.lang.tag
	if !s.lang.judged {
		s.verdicts = [weights.Verdicts]float32{}
		out.Abstained = append(out.Abstained, "polarity", "intents", "emotions", "life", "risks")
		return out
	}
	s.match()
	s.clausesOf()
	s.weigh()
	s.weighed()
	s.heed()
	s.polarity(out)
	s.intents(out)
	s.emotions(out)
	s.aspects(out)
	s.urgency(out)
	s.happenings(out)
	return out
}

// match finds every term and every frame.
func (s *scratch) match() {
	f := &s.finder
	f.toks = s.reader.toks
	f.matches = s.lex.scan(f.toks, f.matches[:0])
	n := len(f.toks)
	if cap(f.first) < n+1 {
		f.first = make([]int32, n+1, 2*n+1)
	}
	f.first = f.first[:n+1]
	m := 0
	for i := 0; i <= n; i++ {
		for m < len(f.matches) && int(f.matches[m].from) < i {
			m++
		}
		f.first[i] = int32(m)
	}
	f.find()
}

// span is the text of tokens from to to.
func (s *scratch) span(from, to int32) string {
	return s.text[s.reader.toks[from].from:s.reader.toks[to-1].to]
}

// at says whether a term of class c starts at token i.
func (s *scratch) at(i int, c class) bool {
	for m := s.first[i]; m < s.first[i+1]; m++ {
		if s.lex.entries[s.matches[m].entry].is(c) {
			return true
		}
	}
	return false
}

// classes are those that code knows by name.
type classes struct {
	neg, intens, dim, but, hypo, fiction, past, recent, planned, self, you, kin, friend, third, agree, asksBad, asksGood class
	emotions                                                                                                             [emotionCount]class
	aspects                                                                                                              [aspectCount]class
}

func (l *lexicon) standard() classes {
	c := classes{neg: l.classOf("neg"), intens: l.classOf("int"), dim: l.classOf("dim"), but: l.classOf("but"), hypo: l.classOf("hypo"),
		fiction: l.classOf("fiction"), past: l.classOf("past"), recent: l.classOf("recent"), planned: l.classOf("planned"),
		self: l.classOf("self"), you: l.classOf("brandyou"), kin: l.classOf("kin"), friend: l.classOf("friend"),
		agree: l.classOf("agree"), asksBad: l.classOf("asksbad"), asksGood: l.classOf("asksgood"), third: l.classOf("third")}
	for i, n := range emotionNames {
		c.emotions[i] = l.classOf("emo." + n)
	}
	for i, n := range aspectNames {
		c.aspects[i] = l.classOf("asp." + n)
	}
	return c
}
