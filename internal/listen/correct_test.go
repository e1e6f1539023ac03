package listen

import (
	"fmt"
	"testing"

	"github.com/orrery-cxm/orrery"
)

func TestACorrectionIsHeededAtOnceAndChangesNothingElse(t *testing.T) {
	e := engine(t)
	neg, neu := orrery.Negative, orrery.Neutral
	lesson := []Correction{
		{Text: "my widget is blinking purple", Polarity: &neg, Intents: map[string]bool{orrery.IntentComplaint: true}},
		{Text: "purple blinking again on the widget", Polarity: &neg, Intents: map[string]bool{orrery.IntentComplaint: true}},
		{Text: "it blinks purple", Polarity: &neg, Intents: map[string]bool{orrery.IntentComplaint: true}},
		{Text: "the widget is grey", Polarity: &neu, Intents: map[string]bool{orrery.IntentComplaint: false}},
	}
	text := "the widget keeps blinking purple"
	if hold, _ := HoldWorthy(e.Listen(text, Hint{})); hold {
		t.Skip("the shipped engine knows it already: choose another example")
	}
	taught, gate := e.Learn(lesson)
	if !gate.Accepted {
		t.Fatalf("a plain lesson was not taken: %v", gate)
	}
	if s := taught.Listen(text, Hint{}); s.Polarity != orrery.Negative || s.Intent(orrery.IntentComplaint) == nil {
		t.Errorf("after the lesson %q is %s with intents %+v", text, s.Polarity, s.Intents)
	}
	if s := taught.Listen("thank you so much, great service", Hint{}); s.Polarity != orrery.Positive {
		t.Errorf("the lesson turned praise into %s", s.Polarity)
	}
	if e.Revision() == taught.Revision() {
		t.Errorf("both engines call themselves %s: nobody could tell whose answer it is", e.Revision())
	}
	if s := e.Listen(text, Hint{}); s.Intent(orrery.IntentComplaint) != nil && s.Intent(orrery.IntentComplaint).Confidence >= CertainComplaint {
		t.Error("Learn changed the engine that it was called on")
	}
}

func TestALessonThatContradictsItselfIsRefused(t *testing.T) {
	e := engine(t)
	neg, pos := orrery.Negative, orrery.Positive
	var cs []Correction
	for i := range 40 {
		c := Correction{Text: fmt.Sprintf("thank you so much, great service, order %c", 'a'+i%20), Polarity: &neg}
		if i%examineEvery == examineEvery-1 { // those that examine say the truth
			c.Polarity = &pos
		}
		cs = append(cs, c)
	}
	taught, gate := e.Learn(cs)
	if gate.Accepted || taught != e {
		t.Errorf("a lesson that makes held-out corrections worse was accepted: %v", gate)
	}
}

func TestTheSameCorrectionsTeachTheSame(t *testing.T) {
	e := engine(t)
	neg := orrery.Negative
	cs := []Correction{{Text: "it blinks purple", Polarity: &neg}, {Text: "so purple again", Polarity: &neg}}
	a, _ := e.Learn(cs)
	b, _ := a.Learn(cs) // a lesson starts from the shipped weights, whoever gives it
	x, y := a.Listen("purple blinks", Hint{}), b.Listen("purple blinks", Hint{})
	if x.Confidence != y.Confidence {
		t.Errorf("the same lesson gave %d and %d", x.Confidence, y.Confidence)
	}
}
