package listen

import "testing"

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
