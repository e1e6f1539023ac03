package listen

import (
	"strings"
	"sync"
	"testing"

	"github.com/orrery-cxm/orrery"
)

func engine(t testing.TB) *Engine {
	t.Helper()
	e, err := Shipped()
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

func TestTextsOfAnyLengthTakeBoundedWork(t *testing.T) {
	e := engine(t)
	for name, unit := range map[string]string{"combining marks": "\u0301", "bidirectional controls": "\u202e\u2066", "zero width": "\u200b\u200d",
		"one word": "a", "the same pronoun": "my ", "the same character": "好", "patterns that almost match": "i have been waiting for my ",
		"mixed": "مرحبا hello 你好 😀 ", "digits": "4111 1111 1111 1111 ", "broken bytes": "\xf0\x9f", "kin": "my mother's father ", "dots": "...?!"} {
		text := strings.Repeat(unit, (1<<20)/len(unit))
		s := e.scratch()
		wellFormed(t, text, s.listen(cut(text), Hint{}))
		if last := len(s.reader.toks) - 1; last >= 0 && int(s.reader.toks[last].to) > MaxBytes {
			t.Errorf("%s: read up to byte %d of 1 MB; at most %d are judged", name, s.reader.toks[last].to, MaxBytes)
		}
		if most := 2 * (stepsAtLeast + stepsPerToken*len(s.reader.toks)); s.spent > most { // twice: unwinding costs a little
			t.Errorf("%s: the search for frames took %d steps; at most %d are allowed", name, s.spent, most)
		}
		if len(s.feats) > 3*maxFeatures {
			t.Errorf("%s: %d features", name, len(s.feats))
		}
	}
}

func TestManyMayListenAtOnce(t *testing.T) {
	e := engine(t)
	texts := []string{"worst flight ever, nobody answers", "谢谢，非常满意", "خدمة سيئة جدا ومحد يرد", "she said yes!", strings.Repeat("my order is late. ", 300)}
	want := make([]*orrery.Signals, len(texts))
	for i, text := range texts {
		want[i] = e.Listen(text, Hint{})
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for k := range 100 {
				i := k % len(texts)
				if got := e.Listen(texts[i], Hint{}); got.Confidence != want[i].Confidence || len(got.Intents) != len(want[i].Intents) {
					t.Errorf("%.20q is judged otherwise when others listen too", texts[i])
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestTheSearchForFramesStopsWhenItsStepsAreSpent(t *testing.T) {
	s := engine(t).scratch()
	s.listen("my mother passed away last week", Hint{})
	if len(s.hits) == 0 {
		t.Fatal("no frame was found at all")
	}
	s.finder.hits, s.finder.start, s.finder.budget = s.finder.hits[:0], 0, 1
	s.finder.from(0, 0)
	if len(s.finder.hits) > 0 || s.finder.budget >= 0 {
		t.Errorf("with one step to spend the search still found %d frames (%d steps left)", len(s.finder.hits), s.finder.budget)
	}
}
