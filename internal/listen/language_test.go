package listen

import "testing"

func TestTheLanguageIsSaidHonestly(t *testing.T) {
	e := engine(t)
	for _, c := range []struct{ want, text string }{
		{"en", "where is my parcel"}, {"en", "worst flight ever"}, {"en", "Thanks!"}, {"en", "@brand still no refund after 3 weeks smh"},
		{"en", "lost luggage at LHR"}, {"en", "ok"}, {"en", "Fantastic crew tonight"}, {"en", "my battery died"},
		{"es", "mi pedido no llegó y nadie responde"}, {"es", "muchas gracias por la ayuda"}, {"es", "el vuelo fue cancelado"},
		{"fr", "je n'ai toujours pas reçu mon colis"}, {"fr", "merci beaucoup pour votre aide"}, {"fr", "service client déplorable"},
		{"de", "mein Paket ist nicht angekommen"}, {"de", "vielen Dank für die schnelle Hilfe"}, {"de", "schlechter Kundenservice"},
		{"it", "il mio ordine non è arrivato"}, {"it", "grazie mille per l'aiuto"},
		{"pt", "meu pedido não chegou ainda"}, {"pt", "muito obrigado pela ajuda"},
		{"nl", "mijn pakket is niet aangekomen"}, {"tr", "siparişim hala gelmedi çok kötü"}, {"id", "pesanan saya belum sampai"},
		{"pl", "moje zamówienie nie dotarło"}, {"sv", "mitt paket har inte kommit"}, {"vi", "tôi chưa nhận được hàng của tôi"},
		{"ja", "注文がまだ届きません"}, {"ko", "주문이 아직 안 왔어요"}, {"th", "ยังไม่ได้รับของ"}, {"hi", "मेरा ऑर्डर नहीं आया"},
		{"zh-Hans", "快递还没到"}, {"zh-Hans", "客服态度很好，谢谢"}, {"zh-Hant", "客服態度很差，我要退貨"}, {"zh-Hant", "請問幾點營業"},
		{"yue", "你哋嘅服務真係好差"}, {"yue", "等咗成個鐘都冇人理"}, {"yue", "佢好嬲"},
		{"ar", "الطلب ما وصل"}, {"ar", "خدمة ممتازة شكرا"}, {"ar", "التطبيق ما يفتح iphone 15"}, {"fa", "سفارش من هنوز نرسیده است پیگیری کنید"},
		{"und", "12345 !!!"}, {"und", ""},
	} {
		if got := e.Listen(c.text, Hint{}).Language; got != c.want {
			t.Errorf("%q is %s, was taken for %s", c.text, c.want, got)
		}
	}
}

func TestAnotherLanguageGetsNoOpinion(t *testing.T) {
	s := engine(t).Listen("mein Paket ist nicht angekommen, das ist eine Katastrophe", Hint{})
	if len(s.Intents)+len(s.Emotions)+len(s.Life)+len(s.Risks) > 0 || s.Confidence != 0 {
		t.Errorf("German is not judged, but got %+v", s)
	}
	if len(s.Abstained) == 0 {
		t.Error("what was left open must be named in Abstained")
	}
}
