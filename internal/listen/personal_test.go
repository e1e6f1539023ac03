package listen

import (
	"strings"
	"testing"
)

func TestPersonalDataAreFoundAndNothingElse(t *testing.T) {
	e := engine(t)
	for _, c := range []struct{ text, want, span string }{
		{"mail me at jane.doe+x@example.co.uk please", "email", "jane.doe+x@example.co.uk"},
		{"card 4111 1111 1111 1111 was charged", "card", "4111 1111 1111 1111"},
		{"card 4111 1111 1111 1112 was charged", "", ""},
		{"my amex is 378282246310005", "card", "378282246310005"},
		{"order 4111111111111111 is late", "", ""},
		{"tracking 1234567890123 not moving", "", ""},
		{"call +1 (415) 555-0132 tonight", "phone", "+1 (415) 555-0132"},
		{"ring me 415-555-0132", "phone", "415-555-0132"},
		{"我的电话是13812345678", "phone", "13812345678"},
		{"جوالي ٠٥٥١٢٣٤٥٦٧ اتصلوا", "phone", "٠٥٥١٢٣٤٥٦٧"},
		{"手机１３８１２３４５６７８", "phone", "１３８１２３４５６７８"},
		{"IBAN DE89 3704 0044 0532 0130 00 thanks", "iban", "DE89 3704 0044 0532 0130 00"},
		{"IBAN DE89 3704 0044 0532 0130 01 thanks", "", ""},
		{"SA0380000000608010167519", "iban", "SA0380000000608010167519"},
		{"身份证11010519491231002X", "national_id", "11010519491231002X"},
		{"my SSN 078-05-1120", "national_id", "078-05-1120"},
		{"身分證 A123456789", "national_id", "A123456789"},
		{"ship to 221b Baker Street, London please", "address", "221b Baker Street, London"},
		{"寄到上海市浦东新区世纪大道100号5栋301室谢谢", "address", "上海市浦东新区世纪大道100号5栋301室"},
		{"ich wohne Goethestr. 5a, 50667 Köln", "address", "Goethestr. 5a, 50667 Köln"},
		{"j'habite 12 rue de la Paix, 75002 Paris", "address", "12 rue de la Paix, 75002 Paris"},
		{"vivo en Calle Mayor 12", "address", "Calle Mayor 12"},
		{"عنواني شارع الملك فهد، مبنى 12", "address", "شارع الملك فهد، مبنى 12"},
		{"5 minutes down the road", "", ""},
		{"坐5路公交车301号车", "", ""},
		{"Heimweg 20 Minuten", "", ""},
		{"my NI number is AB 12 34 56 C. Regards", "national_id", "AB 12 34 56 C"},
		{"CF RSSMRA85T10A562S", "national_id", "RSSMRA85T10A562S"},
		{"it is 2024-11-24 and I paid 1,299.00 for 3 items", "", ""},
		{"invoice 20241124001", "", ""},
		{"@brand see http://x.example/1234567890", "", ""},
		{"flight BA2490 at 14:30, gate 22", "", ""},
	} {
		got := e.Listen(c.text, Hint{}).Personal
		if c.want == "" {
			if len(got) > 0 {
				t.Errorf("%q: found %s %q; it holds no personal data", c.text, got[0].Name, c.text[got[0].From:got[0].To])
			}
			continue
		}
		if len(got) != 1 || got[0].Name != c.want || c.text[got[0].From:got[0].To] != c.span {
			t.Errorf("%q: found %+v; want %s %q", c.text, got, c.want, c.span)
		}
	}
}

func TestMaskHidesPersonalDataInTextsOfAnyLength(t *testing.T) {
	e := engine(t)
	text := strings.Repeat("nothing here. ", 2000) + "write to a.b@c.org or 13812345678."
	got := e.Mask(text)
	if strings.Contains(got, "a.b@c.org") || strings.Contains(got, "13812345678") || !strings.HasSuffix(got, "write to [email] or [phone].") {
		t.Errorf("the mask ends in %q", got[len(got)-60:])
	}
	if plain := "no secret at all"; e.Mask(plain) != plain {
		t.Errorf("Mask changed %q to %q", plain, e.Mask(plain))
	}
}
