package listen

import (
	"fmt"
	"testing"
	"time"
)

func TestSmoke(t *testing.T) {
	t0 := time.Now()
	e, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("new", time.Since(t0), len(e.frames.nodes), len(e.lex.entries), len(e.lex.names), len(e.frames.labels))
	for _, x := range []string{
		"You cancelled my elderly mother's line without asking and left her without a phone for three days. This is disgraceful, I have been on hold for 2 hours.",
		"my mother passed away last week, please cancel her account", "She said yes! We're engaged 😍", "I graduated today!!", "my phone died again", "the plane is moving slowly", "our wedding anniversary dinner was lovely",
		"Thank you so much, the crew was amazing", "what time do you open on sunday?", "我妈妈上周去世了，请帮我注销她的账号", "客服骂了我妈妈，态度恶劣，等了三天没人处理", "唔該，佢哋個服務好差，等咗兩個鐘", "توفيت والدتي الاسبوع الماضي وأريد إلغاء خطها", "خدمة سيئة جدا ومحد يرد علي من اسبوع", "تخرجت اليوم الحمدلله", "shukran jazilan",
	} {
		s := e.Listen(x, Hint{})
		fmt.Printf("%s\n   %s %v %d I:%v E:%v A:%v R:%v L:%v U:%v ev:%q\n", x, s.Language, s.Polarity, s.Confidence, s.Intents, s.Emotions, s.Aspects, s.Risks, s.Life, s.Urgency, s.Evidence)
	}
}
func BenchmarkListen(b *testing.B) {
	e, _ := New(Options{})
	b.ReportAllocs()
	for b.Loop() {
		e.Listen("You cancelled my elderly mother's line without asking and left her without a phone for three days. This is disgraceful, I have been on hold for 2 hours.", Hint{})
	}
}
