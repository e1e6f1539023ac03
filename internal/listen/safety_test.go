package listen

import (
	"strings"
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
)

func engine(t testing.TB) *Engine {
	t.Helper()
	e, err := New(Options{})
	if err != nil {
		t.Fatalf("the embedded data do not load: %v", err)
	}
	return e
}

// wellFormed fails when signals break a promise that holds for every text.
func wellFormed(t *testing.T, text string, s *orrery.Signals) {
	t.Helper()
	if s == nil {
		t.Fatal("Listen returned nil")
	}
	if s.Language == "" || s.Engine == "" || s.Confidence > 1000 {
		t.Fatalf("incomplete signals: language %q engine %q confidence %d", s.Language, s.Engine, s.Confidence)
	}
	for _, ls := range [][]orrery.Label{s.Emotions, s.Intents, s.Aspects, s.Risks, s.Life, s.Urgency, s.Personal} {
		for _, l := range ls {
			if l.Name == "" || l.Confidence > 1000 {
				t.Fatalf("label %+v: no name or a confidence above 1000", l)
			}
			if l.From < 0 || l.From > l.To || l.To > len(text) {
				t.Fatalf("label %s: span %d..%d of a text of %d bytes", l.Name, l.From, l.To, len(text))
			}
		}
	}
}

func FuzzListen(f *testing.F) {
	for _, seed := range []string{"", "my mom passed away :( call +1 415 555 0100", "客服態度好差，等咗兩個鐘", "خدمة سيئة جدا", "\xff\xfe\x00", "<3 &lt;3 http:// @ #AbcDef",
		strings.Repeat("a\u0301\u200d\u202e", 50), "𝓱𝓮𝓵𝓵𝓸 👍🏽 👨‍👩‍👧", "IBAN DE89 3704 0044 0532 0130 00 4111 1111 1111 1111"} {
		f.Add(seed, "en")
	}
	e, err := New(Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text, locale string) {
		wellFormed(t, text, e.Listen(text, Hint{Locale: locale}))
		e.LifeOf("relationship", text)
	})
}

func TestAnyLengthTakesBoundedTime(t *testing.T) {
	e := engine(t)
	for name, unit := range map[string]string{"combining marks": "\u0301", "bidirectional controls": "\u202e\u2066", "zero width": "\u200b\u200d",
		"one word": "a", "the same pronoun": "my ", "the same character": "好", "patterns that almost match": "i have been waiting for my ",
		"mixed": "مرحبا hello 你好 😀 ", "digits": "4111 1111 1111 1111 ", "broken bytes": "\xf0\x9f", "kin": "my mother's father ", "dots": "...?!"} {
		text := strings.Repeat(unit, (1<<20)/len(unit))
		start := time.Now()
		wellFormed(t, text, e.Listen(text, Hint{}))
		if took := time.Since(start); took > time.Second { // a hundred times what it needs; an unbounded search takes minutes
			t.Errorf("%s: 1 MB took %v; the engine must judge at most %d bytes", name, took, MaxBytes)
		}
	}
}
