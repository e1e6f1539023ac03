package train

import (
	"bytes"
	"io"
	"testing"
)

func TestTrainingTwiceGivesTheSameBytes(t *testing.T) {
	var runs [2]bytes.Buffer
	for i := range runs {
		m, err := Build(io.Discard, 0.01)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Encode(&runs[i]); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(runs[0].Bytes(), runs[1].Bytes()) {
		t.Error("two trainings from the same words differ: nobody could repeat the shipped model")
	}
}

func TestHeldOutPhrasesAreNeverSeen(t *testing.T) {
	for _, lang := range []string{"en", "zh", "ar"} {
		g, err := readGrammar(lang)
		if err != nil {
			t.Fatal(err)
		}
		a := &maker{g: g, part: seen, cache: map[string][]string{}}
		b := &maker{g: g, part: heldOut, fold: 0, cache: map[string][]string{}}
		for _, section := range []string{"neg.tweet", "pos.tweet", "neu.tweet", "gen.neg", "gen.pos", "int.question"} {
			in := map[string]bool{}
			for _, p := range a.phrases(section) {
				in[p] = true
			}
			for _, p := range b.phrases(section) {
				if in[p] {
					t.Errorf("%s %s: %q is in both parts", lang, section, p)
				}
			}
			if n := len(b.phrases(section)); n == 0 {
				t.Errorf("%s: no phrase of %s was held out", lang, section)
			}
		}
	}
}

func TestEveryGrammarHasEverySection(t *testing.T) {
	for _, lang := range []string{"en", "zh", "ar"} {
		g, err := readGrammar(lang)
		if err != nil {
			t.Fatal(err)
		}
		need := []string{"neg.tweet", "pos.tweet", "neu.tweet", "req.tweet", "res.pos", "sad.tweet", "pos.life", "gen.neg", "gen.pos", "gen.neu",
			"int.question", "int.purchase", "int.cancel", "int.suggest", "urg.high", "urg.none", "life.none", "open", "emoji.pos", "emoji.neg", "common"}
		for _, s := range lifeSections {
			need = append(need, "life."+s)
		}
		need = append(need, emotionSections[:]...)
		for _, a := range aspects {
			need = append(need, "asp."+a, "neg."+a, "pos."+a)
		}
		for _, s := range need {
			if len(g.sections[s]) == 0 {
				t.Errorf("%s: the grammar has no [%s]", lang, s)
			}
		}
	}
}
