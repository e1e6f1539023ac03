package radar

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery"
)

// chatter is what people of a language usually say.
var chatter = map[string][]string{
	"en":      {"my parcel is late again", "great service in the shop", "where can I change my address", "the price went up", "love the new shoes", "my order arrived broken", "how do I return shoes", "nobody answers the phone"},
	"zh-Hans": {"快递太慢了", "客服态度很好", "怎么修改地址", "价格又涨了", "鞋子质量不错", "订单还没有收到", "包装破损了"},
	"zh-Hant": {"快遞太慢了", "客服態度很好", "怎麼修改地址", "價格又漲了", "鞋子品質不錯", "訂單還沒有收到", "包裝破損了"},
	"ar":      {"الطلب متأخر جدا", "خدمة العملاء ممتازة", "كيف أغير العنوان", "السعر غالي", "المنتج وصل مكسور", "التوصيل بطيء"},
}

// weeksOf lets people of a language chat for some days.
func (w *world) weeksOf(r *rand.Rand, language string, days, perDay int) {
	for range days {
		for i := range perDay {
			list := chatter[language]
			w.who++
			w.put(says{person: 1<<32 + w.who, market: "GB", happy: true, language: language, text: list[r.IntN(len(list))]}.fact())
			if i%10 == 0 {
				w.decideTopics()
			}
			w.pass(orrery.Day / orrery.Span(perDay))
		}
	}
}

func terms(list []orrery.Topic) (out []string) {
	for _, t := range list {
		out = append(out, t.Term)
	}
	return out
}

func TestANewTopicEmergesInEachLanguage(t *testing.T) {
	for language, c := range map[string]struct{ say, want string }{
		"en":      {"checkout page shows error %s when paying", "checkout page"},
		"zh-Hans": {"付款页面崩溃了%s", "付款页面"},
		"zh-Hant": {"付款頁面崩潰了%s", "付款頁面"},
		"ar":      {"صفحة الدفع معطلة %s", "صفحه الدفع"},
	} {
		w, r := newWorld(), rand.New(rand.NewPCG(3, 4))
		w.weeksOf(r, language, 14, 40)
		if got := w.decideTopics(); len(got) != 0 {
			t.Errorf("%s: usual talk gave topics %v", language, terms(got))
		}
		for i := range 12 {
			w.who++
			w.put(says{person: 1<<32 + w.who, market: "GB", language: language, text: fmt.Sprintf(c.say, strings.Repeat("!", i))}.fact())
			w.pass(orrery.Minute)
		}
		got := w.decideTopics()
		if len(got) == 0 || !strings.Contains(strings.Join(append(got[0].Also, got[0].Term), "|"), c.want) {
			t.Errorf("%s: %q should emerge; there are %+v", language, c.want, got)
			continue
		}
		if term := got[0].Term; !strings.Contains(term, " ") && len([]rune(term)) != 4 {
			t.Errorf("%s: the phrase should stand for its words, not %q", language, term)
		}
		if len(got) > 1 {
			t.Errorf("%s: the words of the same messages are one topic, not %v", language, terms(got))
		}
		if x := got[0]; x.Language != language || x.People != 12 || len(x.Examples) == 0 {
			t.Errorf("%s: 12 people said it; the topic is %+v", language, x)
		}
		if again := w.decideTopics(); len(again) != 0 {
			t.Errorf("%s: what was told is told again: %v", language, terms(again))
		}
	}
}

func TestOnePersonMakesNoTopic(t *testing.T) {
	w, r := newWorld(), rand.New(rand.NewPCG(3, 4))
	w.weeksOf(r, "en", 10, 40)
	for range 100 {
		w.put(says{person: 9, market: "GB", text: "zorblax zorblax is coming"}.fact())
		w.pass(orrery.Minute)
	}
	if got := w.decideTopics(); len(got) != 0 {
		t.Errorf("one person who repeats a word 100 times gave %v", terms(got))
	}
}

func TestNothingIsNewBeforeEnoughWasHeard(t *testing.T) {
	w, r := newWorld(), rand.New(rand.NewPCG(3, 4))
	w.weeksOf(r, "en", 3, 40)
	for range 20 {
		w.say(says{market: "GB", text: "checkout page broken"})
	}
	if got := w.decideTopics(); len(got) != 0 {
		t.Errorf("after 120 people of three days nothing can be called new; %v was", terms(got))
	}
}

func TestPersonalDataIsNoTopic(t *testing.T) {
	w, r := newWorld(), rand.New(rand.NewPCG(3, 4))
	w.weeksOf(r, "en", 14, 40)
	for range 20 {
		f := says{market: "GB", text: "call Wolfeschlegel now"}.fact()
		f.Touch.Signals.Personal = []orrery.Label{{Name: "name", From: 5, To: 18}}
		w.who++
		f.Person, f.Anchor = orrery.FragmentID(1<<32+w.who), orrery.FragmentID(1<<32+w.who)
		w.put(f)
		w.pass(orrery.Minute)
	}
	for _, x := range w.decideTopics() {
		if strings.Contains(x.Term+strings.Join(x.Also, " "), "wolfe") {
			t.Errorf("a masked name became a topic: %+v", x)
		}
	}
	if strings.Contains(string(encoded(w.State)), "wolfe") {
		t.Error("a masked name is kept in the state")
	}
}

func TestOldTalkFadesAndRoomIsBounded(t *testing.T) {
	w := newWorld()
	r := rand.New(rand.NewPCG(5, 6))
	for i := range 3 * maxWords {
		w.put(says{person: uint64(i + 1), market: "GB", happy: true, text: fmt.Sprintf("w%sx", letters(r, 8))}.fact())
		if i%100 == 0 {
			w.pass(orrery.Minute)
		}
	}
	if n := len(w.words.now[0].grams); n > maxWords {
		t.Errorf("%d words are kept; %d are the bound", n, maxWords)
	}
	w.pass(200 * orrery.Day)
	w.put(says{person: 1, market: "GB", text: "hello again people"}.fact())
	if n := len(w.words.before); n > 0 {
		t.Errorf("%d words of half a year ago are still kept", n)
	}
}

func letters(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte(r.IntN(26))
	}
	return string(b)
}
