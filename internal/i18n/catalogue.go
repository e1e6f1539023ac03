package i18n

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed en.json zh-Hans.json zh-Hant.json ar.json
var files embed.FS

// Languages lists what can be spoken, the fallback first.
var Languages = []string{"en", "zh-Hans", "zh-Hant", "ar"}

// Catalogue is everything that can be said in one language. It is safe for concurrent use.
type Catalogue struct {
	Lang string
	tag  language.Tag
	says map[string]forms
	rtl  bool
}

// forms is a sentence by plural form; one that needs no plural has only "other".
type forms map[string]string

// Arg fills a hole of a sentence. Exactly one of Text, Term and Number is used.
type Arg struct {
	Hole   string
	Text   string // a name, an id, a moment: shown as it is
	Term   string // the key of another sentence
	Number int    // chooses the plural form when the hole is named n
	kind   uint8
}

const (
	isText uint8 = iota
	isTerm
	isNumber
)

// Text fills a hole with a name, an id, or anything else that is shown as it is.
func Text(hole, value string) Arg { return Arg{Hole: hole, Text: value} }

// Term fills a hole with what the catalogue says under another key.
func Term(hole, key string) Arg { return Arg{Hole: hole, Term: key, kind: isTerm} }

// Number fills a hole with a number; in the hole "n" it also chooses the plural form.
func Number(hole string, n int) Arg { return Arg{Hole: hole, Number: n, kind: isNumber} }

var catalogues = sync.OnceValue(func() map[string]*Catalogue {
	all := map[string]*Catalogue{}
	for _, lang := range Languages {
		c, err := load(lang)
		if err != nil {
			panic("i18n: " + err.Error()) // embedded files, read by every test
		}
		all[lang] = c
	}
	return all
})

func load(lang string) (*Catalogue, error) {
	b, err := files.ReadFile(lang + ".json")
	if err != nil {
		return nil, fmt.Errorf("reading the catalogue of %s: %w", lang, err)
	}
	var raw map[string]any
	if err := json.Unmarshal(b, &raw); err != nil {
		return nil, fmt.Errorf("reading the catalogue of %s: %w", lang, err)
	}
	c := &Catalogue{Lang: lang, tag: language.MustParse(lang), says: make(map[string]forms, len(raw)), rtl: lang == "ar"}
	for key, v := range raw {
		switch v := v.(type) {
		case string:
			c.says[key] = forms{"other": v}
		case map[string]any:
			f := forms{}
			for form, s := range v {
				text, ok := s.(string)
				if !ok {
					return nil, fmt.Errorf("the catalogue of %s: %s.%s is no sentence", lang, key, form)
				}
				f[form] = text
			}
			c.says[key] = f
		default:
			return nil, fmt.Errorf("the catalogue of %s: %s is neither a sentence nor plural forms", lang, key)
		}
	}
	return c, nil
}

// For is the catalogue of a language, given by any tag; English when it is not spoken.
func For(lang string) *Catalogue { return catalogues()[Match(lang)] }

// Has says whether there is a sentence under the key.
func (c *Catalogue) Has(key string) bool { return c.says[key] != nil }

// Keys lists every key, sorted.
func (c *Catalogue) Keys() []string {
	keys := make([]string, 0, len(c.says))
	for k := range c.says {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Say is the sentence under the key with its holes filled. A key that nobody knows is said as it is, so that nothing is
// hidden; a hole that nothing fills stays visible.
func (c *Catalogue) Say(key string, args ...Arg) string {
	f, ok := c.says[key]
	if !ok {
		return c.isolated(key)
	}
	form := "other"
	var pairs []string
	for _, a := range args {
		value := ""
		switch a.kind {
		case isTerm:
			value = c.Say(a.Term)
		case isNumber:
			value = c.isolated(strconv.Itoa(a.Number))
			if a.Hole == "n" {
				form = c.form(a.Number)
			}
		default:
			value = c.isolated(a.Text)
		}
		pairs = append(pairs, "{"+a.Hole+"}", value)
	}
	text, ok := f[form]
	if !ok {
		text = f["other"]
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// First-strong isolate and its end: the inside neither turns around nor turns its surroundings around.
const (
	isolate    = "\u2068"
	isolateEnd = "\u2069"
)

func (c *Catalogue) isolated(s string) string {
	if !c.rtl || s == "" {
		return s
	}
	return isolate + s + isolateEnd
}

// form is the CLDR plural category of a whole number.
func (c *Catalogue) form(n int) string {
	if n < 0 {
		n = -n
	}
	return formNames[plural.Cardinal.MatchPlural(c.tag, n, 0, 0, 0, 0)]
}

var formNames = map[plural.Form]string{plural.Other: "other", plural.Zero: "zero", plural.One: "one", plural.Two: "two",
	plural.Few: "few", plural.Many: "many"}

// Join puts sentences behind each other as the language does.
func (c *Catalogue) Join(sentences ...string) string {
	sep := " "
	if strings.HasPrefix(c.Lang, "zh") {
		sep = ""
	}
	return strings.Join(slices.DeleteFunc(sentences, func(s string) bool { return s == "" }), sep)
}
