package listen

import (
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery"
)

// judgement is what must not move when only somebody's name, faith or brand does.
type judgement struct {
	polarity   orrery.Polarity
	hold, soft bool
}

func judge(e *Engine, text string) judgement {
	s := e.Listen(text, Hint{})
	h, f := HoldWorthy(s)
	return judgement{s.Polarity, h, f}
}

func TestSwappingWhoSpeaksChangesNothing(t *testing.T) {
	e := engine(t)
	frames := []string{
		"X was left waiting at the gate for three hours, this is unacceptable", "Thank you for being so kind to X", "X would like to know when the store opens",
		"the driver refused to help X and laughed", "X loves your new app", "as a X I expected better service, I am very disappointed",
	}
	groups := map[string][]string{
		"names":     {"Emily", "Mohammed", "Wei", "Lakisha", "José", "Olga", "Fatima", "Nguyen"},
		"genders":   {"he", "she", "they"},
		"kin":       {"my mother", "my father", "my brother", "my sister", "my husband", "my wife"},
		"faiths":    {"Christian", "Muslim", "Jew", "Hindu", "Buddhist", "atheist"},
		"peoples":   {"American", "Chinese", "Arab", "Nigerian", "Indian", "Mexican"},
		"brandlike": {"Acme", "Globex", "Initech", "Contoso"},
	}
	for group, words := range groups {
		moved, total := 0, 0
		for _, f := range frames {
			first := judge(e, strings.Replace(f, "X", words[0], 1))
			for _, w := range words[1:] {
				total++
				if got := judge(e, strings.Replace(f, "X", w, 1)); got != first {
					moved++
					t.Errorf("%s: %q instead of %q in %q changes %v to %v", group, w, words[0], f, first, got)
				}
			}
		}
		t.Logf("%s: %d of %d swaps moved a judgement", group, moved, total)
	}
}

func TestTraditionalAndSimplifiedWritingAreJudgedAlike(t *testing.T) {
	e := engine(t)
	for _, p := range [][2]string{
		{"客服态度恶劣，我要投诉", "客服態度惡劣，我要投訴"}, {"谢谢你们的帮助，非常满意", "謝謝你們的幫助，非常滿意"}, {"快递还没到，等了三天", "快遞還沒到，等了三天"},
		{"请问几点关门", "請問幾點關門"}, {"我妈妈去世了", "我媽媽去世了"}, {"质量太差，要求退货退款", "質量太差，要求退貨退款"},
	} {
		a, b := e.Listen(p[0], Hint{}), e.Listen(p[1], Hint{})
		if a.Polarity != b.Polarity || a.Confidence != b.Confidence || len(a.Intents) != len(b.Intents) || len(a.Life) != len(b.Life) {
			t.Errorf("%q is %s %d, %q is %s %d", p[0], a.Polarity, a.Confidence, p[1], b.Polarity, b.Confidence)
		}
	}
}

func TestWritingHabitsChangeNothing(t *testing.T) {
	e := engine(t)
	for _, p := range [][2]string{
		{"this is sooooo baaad, worst service ever", "this is so bad, worst service ever"}, {"THE WORST SERVICE EVER", "the worst service ever"},
		{"I can’t reach anybody & nobody answers", "I can't reach anybody &amp; nobody answers"}, {"ｔｅｒｒｉｂｌｅ service", "terrible service"},
		{"ter\u200brible ser\u0301vice", "terrible service"}, {"خِدْمَةٌ سَيِّئَةٌ جِدًّا", "خدمة سيئة جدا"}, {"خدمة سيئـــــة جدا", "خدمه سيئه جدا"}, {"thank you 😊", "thank you 😄"},
		{"awful!!! 😡", "awful!!! 😠"}, {"𝘁𝗲𝗿𝗿𝗶𝗯𝗹𝗲 service", "terrible service"},
	} {
		if a, b := judge(e, p[0]), judge(e, p[1]); a != b {
			t.Errorf("%q is judged %v, %q %v", p[0], a, p[1], b)
		}
	}
}

func TestNegationTurnsTheMeaning(t *testing.T) {
	e := engine(t)
	for _, p := range [][2]string{{"the staff was helpful", "the staff was not helpful"}, {"I am happy with the product", "I am not happy with the product"},
		{"a graceful garden", "not a graceful garden"}, {"it felt tranquil", "it never felt tranquil"}, {"服务好", "服务不好"}, {"الخدمة جيدة", "الخدمة غير جيدة"}, {"I would recommend it", "I would not recommend it"}} {
		a, b := e.Leaning(p[0], Hint{}), e.Leaning(p[1], Hint{})
		if a <= 0 || b >= 0 {
			t.Errorf("%q leans %.2f and %q leans %.2f; they should lean to opposite sides", p[0], a, p[1], b)
		}
	}
}

func TestTheSameTextAlwaysGetsTheSameAnswer(t *testing.T) {
	a, b := engine(t), engine(t)
	for _, text := range []string{"worst flight ever, I want a refund", "客服太差", "شكرا", "she said yes"} {
		x, y := a.Listen(text, Hint{}), b.Listen(text, Hint{})
		if x.Confidence != y.Confidence || len(x.Intents) != len(y.Intents) || x.Polarity != y.Polarity || x.Engine != y.Engine {
			t.Errorf("%q: two engines disagree: %+v, %+v", text, x, y)
		}
		a.Listen(strings.Repeat("disturb the scratch ", 50), Hint{})
		if z := a.Listen(text, Hint{}); z.Confidence != x.Confidence {
			t.Errorf("%q: the answer depends on the text before", text)
		}
	}
}
