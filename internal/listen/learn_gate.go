package listen

import "github.com/orrery-cxm/orrery"

// The gate before a lesson is heeded. Every correction is examined by a delta that was taught the others (cross-validation
// in folds), and the differences to what is in force are drawn again and again with replacement: when the new one is worse
// in refuseAt of the draws or more, it is refused (a one-sided bootstrap at level .20: stricter than .05, since a bad lesson
// costs more than one that waits for the next correction). Beside that, the plain sentences below are taught along with
// every lesson, and a lesson that turns one of them all the same is refused.
const (
	folds    = 5
	draws    = 1000
	refuseAt = 0.8
)

// crossExamine is how many labels of each example are right when it was not taught.
func (s *School) crossExamine(xs []*Example) []uint8 {
	right := make([]uint8, len(xs))
	taught := make([]*Example, 0, len(xs))
	for f := range min(folds, len(xs)) {
		taught = taught[:0]
		for i, x := range xs {
			if i%folds != f {
				taught = append(taught, x)
			}
		}
		d := study(taught, s.sanity)
		for i := f; i < len(xs); i += folds {
			z := xs[i].base
			d.add(xs[i].language, &xs[i].inputs, xs[i].features, &z)
			right[i] = uint8(xs[i].right(&z))
		}
	}
	return right
}

// worse is the share of draws in which the sum of gains is below zero.
func worse(gain []int) float64 {
	n := 0
	dice := uint64(len(gain))
	for range draws {
		sum := 0
		for range gain {
			sum += gain[roll(&dice)%uint64(len(gain))]
		}
		if sum < 0 {
			n++
		}
	}
	return float64(n) / draws
}

// roll is the next number of a fixed sequence (splitmix64, Steele et al. 2014).
func roll(state *uint64) uint64 {
	*state += 0x9E3779B97F4A7C15
	z := *state
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// forgets counts the plain sentences that the shipped engine understands and the delta would not.
func (d *delta) forgets(plain []*Example) int {
	n := 0
	for _, x := range plain {
		z := x.base
		d.add(x.language, &x.inputs, x.features, &z)
		if x.right(&z) < x.right(&x.base) {
			n++
		}
	}
	return n
}

// plain is a sentence that nobody may teach away.
type plain struct {
	text      string
	polarity  orrery.Polarity
	complaint bool
}

func (p *plain) correction() Correction {
	return Correction{Text: p.text, Polarity: &p.polarity, Intents: map[string]bool{orrery.IntentComplaint: p.complaint}}
}

// sanity are sentences that mean the same for every brand.
var sanity = [...]plain{
	{"I am very disappointed, this is the worst service I have ever had", orrery.Negative, true},
	{"My order arrived broken and nobody answers my emails, I want my money back", orrery.Negative, true},
	{"Your driver was rude to me and I am really angry", orrery.Negative, true},
	{"I have been waiting for three weeks and still no refund. This is unacceptable", orrery.Negative, true},
	{"Terrible experience, you lost my luggage and do not care", orrery.Negative, true},
	{"Thank you so much, wonderful service", orrery.Positive, false},
	{"I love it, excellent quality and very friendly staff", orrery.Positive, false},
	{"Great flight, the crew was amazing", orrery.Positive, false},
	{"What time do you open on Saturday?", orrery.Neutral, false},
	{"Which sizes do you have?", orrery.Neutral, false},
	{"Where can I find the form?", orrery.Neutral, false},
	{"服务太差了，等了三个小时没人理，我要投诉", orrery.Negative, true},
	{"东西是坏的，客服态度很差，要求退款", orrery.Negative, true},
	{"太失望了，再也不会来了", orrery.Negative, true},
	{"非常满意，客服很耐心，谢谢", orrery.Positive, false},
	{"质量很好，很喜欢，推荐大家购买", orrery.Positive, false},
	{"请问你们几点开门？", orrery.Neutral, false},
	{"請問有什麼尺寸？", orrery.Neutral, false},
	{"服務態度好差，我要投訴", orrery.Negative, true},
	{"好好食，服務態度好好，多謝", orrery.Positive, false},
	{"خدمة سيئة جدا، انتظرت ثلاثة أسابيع ولم يرد أحد، أريد استرداد مالي", orrery.Negative, true},
	{"المنتج وصل مكسور وأنا غاضب جدا من هذه المعاملة", orrery.Negative, true},
	{"أسوأ تجربة في حياتي، لن أتعامل معكم مرة أخرى", orrery.Negative, true},
	{"شكرا جزيلا، خدمة ممتازة", orrery.Positive, false},
	{"المنتج رائع والجودة ممتازة، أنصح به", orrery.Positive, false},
	{"متى تفتحون يوم السبت؟", orrery.Neutral, false},
}
