package listen

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen/weights"
)

func has(ls []orrery.Label, name string, least orrery.Confidence) bool {
	return slices.ContainsFunc(ls, func(l orrery.Label) bool { return l.Name == name && l.Confidence >= least })
}

func TestAWrongedMotherOpensAHoldInEveryScript(t *testing.T) {
	e := engine(t)
	for _, text := range []string{
		"You cancelled my elderly mother's line without asking and left her without a phone for three days. This is disgraceful.",
		"Your agent yelled at my mother and made her cry. Unacceptable!",
		"你们的客服对我妈妈大吼大叫，态度恶劣，太过分了",
		"你們的店員當眾羞辱我母親，態度惡劣，我要投訴",
		"你哋個職員對住我阿媽大大聲，態度好差，我要投訴",
		"الموظف صرخ على والدتي وأهانها، خدمة سيئة جدا وسأقدم شكوى",
	} {
		s := e.Listen(text, Hint{})
		if hold, _ := HoldWorthy(s); !hold {
			t.Errorf("%q must hold everything commercial; complaint is %+v, polarity %s %d", text, s.Intent(orrery.IntentComplaint), s.Polarity, s.Confidence)
		}
		if s.Polarity != orrery.Negative {
			t.Errorf("%q is %s", text, s.Polarity)
		}
		if c := s.Intent(orrery.IntentComplaint); c != nil && len(c.Evidence) == 0 {
			t.Errorf("%q: a complaint without a word that says so", text)
		}
	}
}

func TestPraiseAndPlainQuestionsNeverOpenAHold(t *testing.T) {
	e := engine(t)
	for _, text := range []string{
		"Thank you so much, the crew was wonderful", "Great flight, friendly staff, on time. Will fly again!", "no complaints at all, best hotel in town",
		"My bag was lost but you found it within an hour, thank you so much!", "what time do you open on sunday?", "How do I change my address?",
		"can I bring my dog on board", "I'd like to cancel my subscription please", "my mother passed away last week, how do I close her account?",
		"she said yes, we're engaged!", "谢谢客服，问题马上就解决了，非常满意", "请问周日几点开门", "多謝晒，服務好好", "شكرا جزيلا، خدمة ممتازة وموظفين محترمين", "متى تفتحون يوم الجمعة؟",
	} {
		s := e.Listen(text, Hint{})
		if hold, soft := HoldWorthy(s); hold || soft {
			t.Errorf("%q is no complaint, but was taken for one: %+v (%s)", text, s.Intent(orrery.IntentComplaint), s.Polarity)
		}
	}
}

func TestServiceMessagesKeepTheirPolarity(t *testing.T) {
	e := engine(t)
	for _, lang := range []string{"en", "zh", "ar"} {
		b, err := os.ReadFile("testdata/service." + lang + ".tsv")
		if err != nil {
			t.Fatal(err)
		}
		rows, right, blamed, held, praised, wronged := 0, 0, 0, 0, 0, 0
		for line := range strings.Lines(string(b)) {
			gold, text, ok := strings.Cut(strings.TrimSpace(line), "\t")
			if !ok {
				continue
			}
			s := e.Listen(text, Hint{})
			hold, _ := HoldWorthy(s)
			rows++
			if s.Polarity.String() == gold {
				right++
			}
			switch gold {
			case "negative":
				blamed++
				if hold {
					held++
				}
			case "positive":
				praised++
				if hold {
					wronged++
				}
			}
		}
		if right*100 < rows*85 {
			t.Errorf("%s: %d of %d messages keep their polarity; it was nine of ten", lang, right, rows)
		}
		if held*100 < blamed*60 || wronged > 0 {
			t.Errorf("%s: %d of %d complaints open a hold, and %d of %d of praise", lang, held, blamed, wronged, praised)
		}
	}
}

func TestIntentsAreUnderstood(t *testing.T) {
	e := engine(t)
	for _, c := range []struct{ text, want string }{
		{"how do I reset my password?", orrery.IntentQuestion}, {"请问怎么退货？", orrery.IntentQuestion}, {"كيف اقدر اغير عنواني؟", orrery.IntentQuestion},
		{"I want to cancel my subscription", orrery.IntentCancellation}, {"我要注销账号", orrery.IntentCancellation}, {"ابغى الغي اشتراكي", orrery.IntentCancellation},
		{"I want to buy two of these, where can I order?", orrery.IntentPurchase}, {"想买这个，哪里可以下单", orrery.IntentPurchase}, {"ابغى اشتري الجوال", orrery.IntentPurchase},
		{"it would be great if you added a dark mode", orrery.IntentSuggestion}, {"建议你们增加夜间模式", orrery.IntentSuggestion}, {"اقترح اضافة خيار الدفع", orrery.IntentSuggestion},
		{"could you please send me a copy of my invoice", orrery.IntentRequest}, {"麻烦帮我查一下订单", orrery.IntentRequest}, {"ارجو التواصل معي", orrery.IntentRequest},
		{"thank you so much, great service", orrery.IntentPraise}, {"服务很好，谢谢", orrery.IntentPraise}, {"خدمة ممتازة شكرا", orrery.IntentPraise},
	} {
		if got := e.Listen(c.text, Hint{}).Intents; !has(got, c.want, 500) {
			t.Errorf("%q: want %s, got %+v", c.text, c.want, got)
		}
	}
}

func TestDangersAreNamed(t *testing.T) {
	e := engine(t)
	for _, c := range []struct{ text, want string }{
		{"my lawyer will contact you", "legal_threat"}, {"I will sue you", "legal_threat"}, {"我要起诉你们", "legal_threat"}, {"سأرفع قضية في المحكمة", "legal_threat"},
		{"I filed a complaint with the FCC", "regulator"}, {"我要打12315投诉", "regulator"}, {"بشتكي عليكم في وزارة التجارة", "regulator"},
		{"I'm going to the press with this", "press"}, {"我要找媒体曝光", "press"}, {"my son was burned by your heater", "injury"}, {"孩子被烫伤了", "injury"},
		{"the charger caught fire", "fire"}, {"充电器冒烟了", "fire"}, {"طلع منه دخان", "fire"}, {"got food poisoning from your chicken", "food_safety"},
		{"吃完全家拉肚子", "food_safety"}, {"صار عندنا تسمم", "food_safety"}, {"my data was leaked", "data_breach"}, {"我的个人信息被泄露", "data_breach"},
		{"this is racist", "discrimination"}, {"refused because I am black", "discrimination"}, {"I want to die", "self_harm"}, {"不想活了", "self_harm"},
	} {
		if got := e.Listen(c.text, Hint{}).Risks; !has(got, c.want, 600) {
			t.Errorf("%q: want the risk %s, got %+v", c.text, c.want, got)
		}
	}
	for _, text := range []string{"the movie about a lawsuit was great", "great burger", "this show is fire", "my flight is late", "今天天气真好"} {
		if got := e.Listen(text, Hint{}).Risks; len(got) > 0 && got[0].Confidence >= 600 {
			t.Errorf("%q holds no danger, got %+v", text, got[0])
		}
	}
}

func TestUrgencyAspectsAndEmotionsAreGivenWithTheirPlace(t *testing.T) {
	e := engine(t)
	text := "The food was cold but the staff was lovely"
	s := e.Listen(text, Hint{})
	for name, want := range map[string]orrery.Polarity{"food": orrery.Negative, "staff": orrery.Positive} {
		i := slices.IndexFunc(s.Aspects, func(l orrery.Label) bool { return l.Name == name })
		if i < 0 || s.Aspects[i].Polarity != want || text[s.Aspects[i].From:s.Aspects[i].To] != name {
			t.Errorf("%q: aspect %s should be %s at its word, got %+v", text, name, want, s.Aspects)
		}
	}
	if u := e.Listen("please help right now, my flight leaves in 1 hour", Hint{}).Urgency; !has(u, "high", 600) {
		t.Errorf("an hour before the flight is urgent, got %+v", u)
	}
	for text, want := range map[string]string{"I am furious, this makes me so angry": "anger", "so sad, I can't stop crying": "sadness", "I'm scared and worried": "fear",
		"气死我了": "anger", "好害怕": "fear", "انا حزين جدا وابكي": "sadness", "thank you, so grateful": "gratitude", "this is disgusting, yuck": "disgust"} {
		if got := e.Listen(text, Hint{}).Emotions; len(got) == 0 || got[0].Name != want {
			t.Errorf("%q: want %s first, got %+v", text, want, got)
		}
	}
}

func TestWhoIsPleasedDoesNotComplain(t *testing.T) {
	v := [weights.Verdicts]float32{VerdictPolarity + 2: 3, VerdictIntent: 3}
	if p := thousandths(ComplaintChance(&v)); p >= SoftComplaint {
		t.Errorf("words of complaint in a text that is surely positive: %d opens a hold on praise", p)
	}
	v[VerdictPolarity], v[VerdictPolarity+2] = 3, 0
	if p := thousandths(ComplaintChance(&v)); p < CertainComplaint {
		t.Errorf("the same words in a negative text: %d opens no hold", p)
	}
}
