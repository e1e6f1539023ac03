package listen

import (
	"fmt"
	"testing"

	"github.com/orrery-cxm/orrery"
)

// teach gives corrections to a new school.
func teach(t *testing.T, e *Engine, cs []Correction) (*Engine, Lesson) {
	t.Helper()
	return NewSchool(e).Learn(examples(t, e, cs))
}

func examples(t *testing.T, e *Engine, cs []Correction) []*Example {
	t.Helper()
	var xs []*Example
	for i := range cs {
		if x, ok := e.Example(&cs[i]); ok {
			xs = append(xs, &x)
		}
	}
	return xs
}

func zinging() []Correction {
	neg, neu := orrery.Negative, orrery.Neutral
	return []Correction{
		{Text: "my flobber is zinging", Polarity: &neg, Intents: map[string]bool{orrery.IntentComplaint: true}},
		{Text: "zinging on the flobber today", Polarity: &neg, Intents: map[string]bool{orrery.IntentComplaint: true}},
		{Text: "it zings, this flobber", Polarity: &neg, Intents: map[string]bool{orrery.IntentComplaint: true}},
		{Text: "the flobber is grey", Polarity: &neu, Intents: map[string]bool{orrery.IntentComplaint: false}},
	}
}

const zingText = "our flobber will be zinging on the shelf"

func TestACorrectionIsHeededAtOnceAndChangesNothingElse(t *testing.T) {
	e := engine(t)
	if hold, _ := HoldWorthy(e.Listen(zingText, Hint{})); hold {
		t.Fatal("the shipped engine knows it already: choose another example")
	}
	taught, lesson := teach(t, e, zinging())
	if !lesson.Accepted || lesson.Taught != 4 {
		t.Fatalf("a plain lesson was not taken: %v", lesson)
	}
	if s := taught.Listen(zingText, Hint{}); s.Polarity != orrery.Negative || s.Intent(orrery.IntentComplaint) == nil {
		t.Errorf("after the lesson %q is %s with intents %+v", zingText, s.Polarity, s.Intents)
	}
	if s := taught.Listen("thank you so much, great service", Hint{}); s.Polarity != orrery.Positive {
		t.Errorf("the lesson turned praise into %s", s.Polarity)
	}
	if got, want := taught.Revision(), e.Revision()+"+4"; got != want {
		t.Errorf("the taught engine calls itself %s, want %s: nobody could tell whose answer it is", got, want)
	}
	if s := e.Listen(zingText, Hint{}); s.Polarity == orrery.Negative {
		t.Error("learning changed the engine that it started from")
	}
	if taught.Shipped() != e || e.Shipped() != e {
		t.Error("the shipped engine is lost: a lesson could not be taken back")
	}
}

func TestAnEmotionIsLearned(t *testing.T) {
	e := engine(t)
	fear := "fear"
	var cs []Correction
	for _, x := range []string{"the lift in your shop wobbles", "your lift wobbles between floors", "the lift wobbles again"} {
		cs = append(cs, Correction{Text: x, Emotion: &fear})
	}
	text := "that lift still wobbles"
	if got := emotionOf(e.Listen(text, Hint{})); got == fear {
		t.Fatal("the shipped engine knows it already: choose another example")
	}
	taught, lesson := teach(t, e, cs)
	if got := emotionOf(taught.Listen(text, Hint{})); got != fear {
		t.Errorf("after %v %q feels like %q, want fear", lesson, text, got)
	}
}

func TestALessonThatContradictsItselfIsRefused(t *testing.T) {
	e := engine(t)
	neg, neu := orrery.Negative, orrery.Neutral
	var cs []Correction
	for i := range 40 { // one text with two meanings, so that the folds of the examination teach each other wrong
		c := Correction{Text: "the flobber is grey", Polarity: &neg}
		if i%folds < 2 || i%(2*folds) == 4 {
			c.Polarity = &neu
		}
		cs = append(cs, c)
	}
	taught, lesson := teach(t, e, cs)
	if lesson.Accepted || lesson.Refused() != "held_out" || lesson.Worse < 0.95 {
		t.Errorf("a lesson that makes held-out corrections worse was accepted: %v, worse in %.2f of the draws", lesson, lesson.Worse)
	}
	if lesson.Taught == len(cs) || taught.Revision() == fmt.Sprintf("%s+%d", e.Revision(), len(cs)) {
		t.Errorf("a refused lesson is in force: %s", taught.Revision())
	}
}

func TestPlainSentencesCannotBeTaughtAway(t *testing.T) {
	e := engine(t)
	neg := orrery.Negative
	var cs []Correction
	for i := range 60 {
		cs = append(cs, Correction{Text: sanity[5+i%3].text, Polarity: &neg, Intents: map[string]bool{orrery.IntentComplaint: true}})
	}
	taught, lesson := teach(t, e, cs)
	if s := taught.Listen("Thank you so much, wonderful service", Hint{}); s.Polarity != orrery.Positive {
		t.Errorf("60 corrections made thanks %s: %v", s.Polarity, lesson)
	}
	if lesson.Refused() != "sanity" {
		t.Errorf("the lesson that turns plain thanks into complaints ended as %v", lesson)
	}
}

func TestTheEngineKnowsThePlainSentences(t *testing.T) {
	e := engine(t)
	wrong := 0
	for i := range sanity {
		c := sanity[i].correction()
		x, ok := e.Example(&c)
		if !ok {
			t.Fatalf("%q is not judged", sanity[i].text)
		}
		if x.right(&x.base) < 2 {
			t.Logf("%q is misunderstood", sanity[i].text)
			wrong++
		}
	}
	if wrong > 2 {
		t.Errorf("%d of %d plain sentences are misunderstood: the gate would guard nothing", wrong, len(sanity))
	}
}

func TestWhatIsLearnedDoesNotDependOnHowManyCorrectionsComeAtATime(t *testing.T) {
	e := engine(t)
	neg, pos := orrery.Negative, orrery.Positive
	var cs []Correction
	for i := range 45 {
		c := Correction{Text: fmt.Sprintf("the %c widget blinks purple since day %c", 'a'+i%7, 'a'+i%11), Polarity: &neg, Intents: map[string]bool{orrery.IntentComplaint: i%3 > 0}}
		if i%5 == 4 {
			c.Polarity = &pos
		}
		cs = append(cs, c)
	}
	xs := examples(t, e, cs)
	same := func(a, b *Engine) {
		t.Helper()
		for _, text := range []string{"a purple widget since day b", "blinks", "thank you, purple crew"} {
			if x, y := a.Listen(text, Hint{}), b.Listen(text, Hint{}); a.Revision() != b.Revision() || x.Confidence != y.Confidence || x.Polarity != y.Polarity {
				t.Errorf("%q: %s says %s %d, %s says %s %d", text, a.Revision(), x.Polarity, x.Confidence, b.Revision(), y.Polarity, y.Confidence)
			}
		}
	}
	step, leap := NewSchool(e), NewSchool(e)
	var a *Engine
	for n := range xs {
		a, _ = step.Learn(xs[:n+1])
	}
	b, _ := leap.Learn(xs)
	b0 := b
	same(a, b)
	// Taking some back gives what the rest alone would have given.
	rest := append(append([]*Example(nil), xs[:3]...), xs[20:]...)
	a, _ = step.Learn(rest)
	b, _ = NewSchool(a).Learn(rest)
	same(a, b)
	stopped := NewSchool(e)
	stopped.Stop = func() bool { return len(stopped.xs) == 8 }
	if e, _ := stopped.Learn(xs); e != nil {
		t.Error("a lesson that was told to stop has a result")
	}
	stopped.Stop = nil
	a, _ = stopped.Learn(xs)
	same(a, b0)
	if none, l := step.Learn(nil); none != e || l != (Lesson{}) {
		t.Errorf("without corrections the engine is %s: %v", none.Revision(), l)
	}
}

func TestACorrectionIsReadAsItIsSaid(t *testing.T) {
	s := &orrery.Signals{Polarity: orrery.Negative, Intents: []orrery.Label{{Name: orrery.IntentComplaint, Confidence: 900}, {Name: orrery.IntentQuestion, Confidence: 200}},
		Emotions: []orrery.Label{{Name: "anger", Confidence: 600}, {Name: "fear", Confidence: 800}}, Abstained: []string{"intents.praise"}}
	c := CorrectionOf("text", Hint{}, s)
	if c.Polarity == nil || *c.Polarity != orrery.Negative || !c.Intents[orrery.IntentComplaint] || c.Intents[orrery.IntentQuestion] || c.Emotion == nil || *c.Emotion != "fear" {
		t.Errorf("read as %+v", c)
	}
	if _, said := c.Intents[orrery.IntentPraise]; said {
		t.Error("praise was left open and is taught")
	}
	if _, said := c.Intents[orrery.IntentSuggestion]; !said {
		t.Error("what is not named is not there: it teaches that it is no suggestion")
	}
	if c := CorrectionOf("text", Hint{}, &orrery.Signals{Abstained: []string{"polarity", "intents", "emotions"}}); c.Polarity != nil || c.Intents != nil || c.Emotion != nil {
		t.Errorf("everything was left open: %+v", c)
	}
	if _, ok := engine(t).Example(&Correction{Text: "text"}); ok {
		t.Error("a correction that says nothing is an example")
	}
}

func TestLongTextsFillNoMemory(t *testing.T) {
	var xs []*Example
	for i := range 20 {
		x := &Example{}
		for k := range x.gold {
			x.gold[k] = -1
		}
		x.choose(VerdictPolarity, 3, i%3)
		for f := range 5000 { // 100,000 in all, and 100 that every text has
			x.features = append(x.features, uint32(1000+i*5000+f))
		}
		for f := range 100 {
			x.features = append(x.features, uint32(f))
		}
		xs = append(xs, x)
	}
	d := study(xs, nil)
	if len(d.rows) > maxRows {
		t.Errorf("%d rows are kept, at most %d are allowed", len(d.rows), maxRows)
	}
	if d.find(7) < 0 || d.find(1500) >= 0 {
		t.Errorf("features that every text has are to stay (%d), those that one text has to go (%d)", d.find(7), d.find(1500))
	}
}
