package listen

import (
	"strings"
	"unicode/utf8"
)

func allDigits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// luhn is the check of ISO/IEC 7812-1, annex B.
func luhn(b []byte) bool {
	sum := 0
	for i := range b {
		d := int(b[len(b)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// cardOK checks issuer ranges, lengths and Luhn: Visa, Mastercard, American Express, Discover, JCB, UnionPay, Diners, Mada.
func cardOK(b []byte) bool {
	n := len(b)
	two := int(b[0]-'0')*10 + int(b[1]-'0')
	four := two*100 + int(b[2]-'0')*10 + int(b[3]-'0')
	issuer := false
	switch {
	case b[0] == '4':
		issuer = n == 13 || n == 16 || n == 19
	case two >= 51 && two <= 55, four >= 2221 && four <= 2720:
		issuer = n == 16
	case two == 34 || two == 37:
		issuer = n == 15
	case four == 6011, two == 64, two == 65, two == 62, two == 60, two == 81:
		issuer = n >= 16 && n <= 19
	case two == 35:
		issuer = n == 16
	case two == 36 || two == 38 || two == 39, four >= 3000 && four <= 3059:
		issuer = n == 14
	case two == 58 || two == 50 || two == 56 || two == 57 || two == 63 || two == 67 || two == 68:
		issuer = n >= 13
	}
	return issuer && luhn(b) && !repeated(b)
}

func repeated(b []byte) bool {
	for _, c := range b {
		if c != b[0] {
			return false
		}
	}
	return true
}

// Words that name a number that is nobody's secret: an order, a parcel, an invoice.
var harmless = [...]string{"order", "invoice", "tracking", "track", "ticket", "case", "reference", "ref", "booking", "confirmation", "sku",
	"serial", "parcel", "awb", "shipment", "imei", "订单", "訂單", "单号", "單號", "运单", "運單", "快递", "快遞", "发票", "發票", "编号", "編號",
	"model", "part no", "barcode", "ean", "isbn", "build", "commande", "facture", "colis", "suivi",
	"pedido", "factura", "envío", "envio", "seguimiento", "bestell", "rechnung", "sendung", "auftrag", "流水", "工单", "工單", "رقم الطلب", "الطلب", "طلب", "فاتورة", "شحنة", "الشحنة", "تتبع", "التذكرة", "البلاغ", "بلاغ", "الحجز"}

// Words that name a secret number although a harmless word stands near.
var telling = [...]string{"card", "phone", "call", "mobile", "mobil", "móvil", "cell", "whatsapp", "tel", "tél", "handy", "portable", "卡", "电话", "電話", "手机", "手機", "致电",
	"بطاق", "جوال", "هاتف", "موبايل", "اتصل", "واتس", "رقمي"}

// words are the places before a run of the nearest words that name it; -1 for none.
type words struct {
	lower             string
	harmless, telling int
}

// named looks for the words once: a run is judged several times.
func (x *run) named() *words {
	if x.words == nil {
		x.words = &words{lower: strings.ToLower(x.before), harmless: -1, telling: -1}
		x.words.harmless, x.words.telling = lastOf(x.words.lower, harmless[:]), lastOf(x.words.lower, telling[:])
	}
	return x.words
}

func lastOf(text string, list []string) int {
	at := -1
	for _, w := range list {
		at = max(at, lastWord(text, w))
	}
	return at
}

// lastWord is where a word of text begins with w for the last time; where w is not Latin, it may stand anywhere.
func lastWord(text, w string) int {
	for {
		at := strings.LastIndex(text, w)
		if at <= 0 || w[0] >= utf8.RuneSelf || !isWordByte(w[0]) || !isWordByte(text[at-1]) {
			return at
		}
		text = text[:at]
	}
}

// isHarmless says that the nearest naming word before is one of a harmless number.
func (x *run) isHarmless() bool {
	w := x.named()
	return w.harmless >= 0 && w.harmless > w.telling
}

// likeCard wants groups as on cards, or no groups and no harmless name.
func (x *run) likeCard() bool {
	if x.plus {
		return false
	}
	if len(x.groups) == 1 {
		return !x.isHarmless()
	}
	g := x.groups
	switch len(x.chars) {
	case 15:
		return len(g) == 3 && g[0] == 4 && g[1] == 6
	case 14:
		return len(g) == 3 && g[0] == 4 && g[1] == 6
	}
	for i, n := range g {
		if n != 4 && i < len(g)-1 || n > 4 {
			return false
		}
	}
	return true
}

// ibanLengths by country, from the SWIFT registry; those that our markets meet.
var ibanLengths = map[string]int{"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28,
	"CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22,
	"GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30,
	"KZ": 20, "LB": 28, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30,
	"NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27,
	"SD": 18, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "XK": 20}

// ibanOK is the check of ISO 13616: the rearranged number leaves 1 modulo 97.
func ibanOK(b []byte) bool {
	if len(b) < 15 || !upperByte(b[0]) || !upperByte(b[1]) || ibanLengths[string(b[:2])] != len(b) {
		return false
	}
	m := 0
	step := func(c byte) {
		if upperByte(c) {
			m = (m*100 + int(c-'A') + 10) % 97
		} else {
			m = (m*10 + int(c-'0')) % 97
		}
	}
	for _, c := range b[4:] {
		step(c)
	}
	for _, c := range b[:4] {
		step(c)
	}
	return m == 1
}

// phone accepts international numbers, and national ones of the first markets by their prefix and grouping.
func (x *run) phone() bool {
	b, n := x.chars, len(x.chars)
	if x.plus {
		return n >= 8 && n <= 15
	}
	if x.cut && len(x.groups) == 1 || len(x.groups) == 2 && x.groups[0] == 1 {
		return false // a piece of something longer, or a decimal
	}
	if strings.HasPrefix(string(b[:2]), "00") && n >= 11 && n <= 17 && b[2] != '0' {
		return !x.isHarmless()
	}
	if x.isHarmless() {
		return false
	}
	told := x.named().telling >= 0 && !x.cut
	grouped := len(x.groups) > 1
	switch {
	case n == 11 && b[0] == '1' && b[1] >= '3': // China, mobile
		return true
	case n == 13 && b[0] == '8' && b[1] == '6' && b[2] == '1' && b[3] >= '3':
		return true
	case n == 10 && b[0] == '0' && (b[1] == '5' || b[1] == '9' || b[1] == '7' || b[1] == '6'): // Saudi, UAE, Taiwan, Jordan, France, ...
		return true
	case n == 11 && b[0] == '0' && (b[1] == '1' || b[1] == '7' || b[1] == '2'): // Egypt, United Kingdom
		return true
	case n == 12 && (string(b[:3]) == "966" || string(b[:3]) == "971" || string(b[:3]) == "962"):
		return true
	case n == 9 && b[0] == '5' && told: // Gulf without the zero
		return true
	case n == 10 && b[0] >= '2' && b[3] >= '2': // North America
		return told || len(x.groups) == 3 && x.groups[0] == 3 && x.groups[1] == 3
	case n == 11 && b[0] == '1' && b[1] >= '2' && grouped:
		return len(x.groups) == 4 && x.groups[1] == 3 && x.groups[2] == 3
	case n == 8 && b[0] >= '5' && (told || len(x.groups) == 2 && x.groups[0] == 4): // Hong Kong
		return true
	case n == 9 && b[0] >= '6' && grouped && x.groups[0] == 3 && x.groups[1] <= 3: // Spain
		return true
	case n >= 10 && n <= 12 && b[0] == '0' && grouped && !x.cut: // land lines
		return true
	}
	return told && n >= 8 && n <= 13 && b[0] != '0'
}
