package listening

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// Where the engine's words stand: lexicons, frames, grammars, and the sentences of its tests.
var material = []string{"internal/listen/data/*.lex", "internal/listen/data/*.frames", "internal/listen/train/grammar/*.txt",
	"internal/listen/train/messages/*.tsv", "internal/listen/testdata/*.tsv",
	"internal/listen/*_test.go", "internal/listen/eval/fairness/*.txt"}

// A stretch of so many letters, or characters in Chinese, is longer than what two people write alike by chance.
const (
	stretch    = 30
	stretchHan = 12
)

// sharedBound is the share of messages that may share such a stretch with the material: stock phrases exist.
const sharedBound = 0.02

func letters(s string) []rune {
	var out []rune
	for _, r := range strings.ToLower(s) {
		if unicode.IsLetter(r) {
			out = append(out, r)
		}
	}
	return out
}

// windows calls use for each stretch of s.
func windows(s string, use func(string)) {
	l := letters(s)
	size := stretch
	if len(l) > 0 && unicode.Is(unicode.Han, l[len(l)/2]) {
		size = stretchHan
	}
	for i := 0; i+size <= len(l); i++ {
		use(string(l[i : i+size]))
	}
}

func TestTheBlindSetIsNotInTheMaterial(t *testing.T) {
	b := blind(t)
	known := map[string]bool{}
	files := 0
	for _, pattern := range material {
		names, err := filepath.Glob(filepath.Join("../..", filepath.FromSlash(pattern)))
		if err != nil || len(names) == 0 {
			t.Fatalf("no file is called %s: the material has moved (%v)", pattern, err)
		}
		for _, n := range names {
			text, err := os.ReadFile(n)
			if err != nil {
				t.Fatal(err)
			}
			files++
			for _, phrase := range strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' || r == '|' || r == '"' }) {
				windows(phrase, func(w string) { known[w] = true })
			}
		}
	}
	if len(known) < 5000 {
		t.Fatalf("only %d stretches were found in %d files: the material is written in another way now", len(known), files)
	}
	var shared []string
	for _, m := range b.Messages {
		found := false
		windows(m.Text, func(w string) { found = found || known[w] })
		if found {
			shared = append(shared, m.ID)
		}
	}
	t.Logf("%d of %d messages share a stretch of %d letters (%d in Chinese) with %d files: %v", len(shared), len(b.Messages), stretch, stretchHan, files, shared)
	if float64(len(shared)) > sharedBound*float64(len(b.Messages)) {
		t.Errorf("more than %.0f %% of the messages stand in part in lexicons, grammars or tests: somebody wrote one with the other in view", 100*sharedBound)
	}
}
