package listen

import (
	"testing"

	"github.com/orrery-cxm/orrery"
)

func TestAShortAnswerIsReadWithThePostItAnswers(t *testing.T) {
	e := engine(t)
	for _, c := range []struct {
		parent, answer string
		want           orrery.Polarity
	}{
		{"@shop my order never arrived and nobody answers, terrible service", "same here", orrery.Negative},
		{"@shop thank you so much, wonderful service", "same here!", orrery.Positive},
		{"What went wrong on your visit?", "the queue", orrery.Negative},
		{"What did you like most about your visit?", "the queue", orrery.Positive},
		{"服务太差了，等了三个小时没人理", "我也是", orrery.Negative},
		{"خدمة سيئة جدا، انتظرت ثلاثة أسابيع ولم يرد أحد", "انا كمان", orrery.Negative},
		{"What went wrong on your visit?", "nothing, the staff was wonderful and I loved it", orrery.Positive},
	} {
		if got := e.Listen(c.answer, Hint{Parent: c.parent}); got.Polarity != c.want {
			t.Errorf("%q to %q is %s, want %s", c.answer, c.parent, got.Polarity, c.want)
		}
	}
	alone := e.Listen("same here", Hint{})
	if again := e.Listen("same here", Hint{}); again.Confidence != alone.Confidence || alone.Intent(orrery.IntentComplaint) != nil {
		t.Errorf("an answer without its post is %+v, then %+v: it must not know of posts read before", alone, again)
	}
}
