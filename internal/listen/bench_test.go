package listen

import (
	"strings"
	"testing"
)

func BenchmarkListen(b *testing.B) {
	e := engine(b)
	for name, text := range map[string]string{
		"en": "@brand you cancelled my flight with no notice and I have been on hold for 2 hours, nobody answers. Unacceptable! I want a refund.",
		"zh": "快递晚了三天，客服态度恶劣，一直推来推去，没有人处理，非常失望，要求退款",
		"ar": "خدمة سيئة جدا، انتظرت اسبوع كامل ومحد رد علي، ابغى فلوسي ترجع",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e.Listen(text, Hint{})
			}
		})
	}
}

// BenchmarkListenLong reads reviews, which are long and speak of prices and dates.
func BenchmarkListenLong(b *testing.B) {
	e := engine(b)
	for name, text := range map[string]string{
		"en": strings.Repeat("We came on the 14th and waited 45 minutes for a table near the way out, the staff on this place were friendly but slow. ", 3),
		"zh": strings.Repeat("上星期六同朋友去食飯，叫咗2個餐，味道不錯，不過等咗40分鐘先有位，價錢每人$180左右，服務一般。", 7),
		"ar": strings.Repeat("زرنا المطعم يوم 14 وانتظرنا 45 دقيقة في طريق الدخول، الطعم جيد لكن الخدمة بطيئة والسعر 120 ريال. ", 4),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				e.Listen(text, Hint{})
			}
		})
	}
}
