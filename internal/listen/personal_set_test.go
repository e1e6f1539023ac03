package listen

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
)

// carriers are sentences that people put personal data into; %s is the place.
var carriers = [...]string{
	"hi, please use %s from now on, thanks", "%s is mine, why is nobody answering", "I gave you %s twice already!!", "update my details: %s. Regards, Ann", "(%s)",
	"Meine Daten: %s, bitte ändern", "voici %s, merci de vérifier", "mis datos son %s, gracias", "这是我的信息：%s，请尽快处理", "我的是%s謝謝", "بياناتي %s شكرا", "هذا %s وما رد أحد",
}

// digits are n random digits, the first of which is one of first.
func digits(r *rand.Rand, first string, n int) string {
	b := []byte{first[r.IntN(len(first))]}
	for len(b) < n {
		b = append(b, byte('0'+r.IntN(10)))
	}
	return string(b)
}

// spaced writes s in groups.
func spaced(s, by string, groups ...int) string {
	var parts []string
	for _, n := range groups {
		if n = min(n, len(s)); n == 0 {
			break
		}
		parts, s = append(parts, s[:n]), s[n:]
	}
	if s != "" {
		parts = append(parts, s)
	}
	return strings.Join(parts, by)
}

func pick(r *rand.Rand, list ...string) string { return list[r.IntN(len(list))] }

// withLuhn adds the check digit of ISO/IEC 7812-1.
func withLuhn(s string) string {
	sum, double := 0, true
	for i := len(s) - 1; i >= 0; i-- {
		d := int(s[i] - '0')
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		double = !double
		sum += d
	}
	return s + string(byte('0'+(10-sum%10)%10))
}

// withIBAN puts country and check digits before an account.
func withIBAN(country, account string) string {
	var number strings.Builder
	for _, c := range account + country + "00" {
		if c >= 'A' {
			fmt.Fprint(&number, int(c-'A')+10)
		} else {
			number.WriteRune(c)
		}
	}
	n, _ := new(big.Int).SetString(number.String(), 10)
	return fmt.Sprintf("%s%02d%s", country, 98-n.Mod(n, big.NewInt(97)).Int64(), account)
}

// checked tries last characters until the check holds; the checks themselves are held by published numbers.
func checked(r *rand.Rand, body func() string, alphabet string, ok func([]byte) bool) string {
	for {
		s := body()
		for _, i := range r.Perm(len(alphabet)) {
			if b := append([]byte(s), alphabet[i]); ok(b) {
				return string(b)
			}
		}
	}
}

// kinds make personal data as people write them.
var kinds = map[string]func(r *rand.Rand) string{
	PersonalEmail: func(r *rand.Rand) string {
		local := pick(r, "ann.smith", "j_doe+shop", "li.wei", "omar-2", "x9", "MÜLLER"[:1]+"eyer", "first.last99", "a%b")
		return local + "@" + pick(r, "example.com", "mail.example.co.uk", "uni-bonn.example.de", "correo.example.es", "qq.example.cn", "x.example.museum")
	},
	PersonalCard: func(r *rand.Rand) string {
		switch r.IntN(5) {
		case 0:
			return spaced(withLuhn(pick(r, "34", "37")+digits(r, "0123456789", 12)), pick(r, "", " ", "-"), 4, 6, 5)
		case 1:
			return spaced(withLuhn(fmt.Sprint(2221+r.IntN(499))+digits(r, "0123456789", 11)), pick(r, "", " ", "-"), 4, 4, 4, 4)
		case 2:
			return spaced(withLuhn("62"+digits(r, "0123456789", 13)), pick(r, "", " "), 4, 4, 4, 4)
		}
		return spaced(withLuhn(pick(r, "4", "5")+digits(r, "12345", 14)), pick(r, "", " ", "-"), 4, 4, 4, 4)
	},
	PersonalIBAN: func(r *rand.Rand) string {
		any := "0123456789"
		var s string
		switch r.IntN(7) {
		case 0:
			s = withIBAN("DE", digits(r, any, 18))
		case 1:
			s = withIBAN("FR", digits(r, any, 23))
		case 2:
			s = withIBAN("ES", digits(r, any, 20))
		case 3:
			s = withIBAN("GB", "NWBK"+digits(r, any, 14))
		case 4:
			s = withIBAN("SA", digits(r, any, 20))
		case 5:
			s = withIBAN("AE", digits(r, any, 19))
		default:
			s = withIBAN("NL", "ABNA"+digits(r, any, 10))
		}
		if r.IntN(2) == 0 {
			s = spaced(s, " ", 4, 4, 4, 4, 4, 4, 4)
		}
		return s
	},
	PersonalPhone: func(r *rand.Rand) string {
		any := "0123456789"
		area := digits(r, "23456789", 1) + digits(r, any, 2)
		switch r.IntN(14) {
		case 0:
			return "+1 (" + area + ") " + digits(r, "23456789", 3) + "-" + digits(r, any, 4)
		case 1:
			return area + "-" + digits(r, "23456789", 3) + "-" + digits(r, any, 4)
		case 2:
			return "(" + area + ") " + digits(r, "23456789", 3) + "-" + digits(r, any, 4)
		case 3:
			return pick(r, "+44 7", "07") + digits(r, any, 3) + " " + digits(r, any, 6)
		case 4:
			return pick(r, "+49 1", "0049 1", "01") + pick(r, "51", "60", "70", "76") + pick(r, " ", "/", "") + digits(r, any, 7)
		case 5:
			return pick(r, "030", "089", "0221") + pick(r, " ", "/", "-") + digits(r, "23456789", 7)
		case 6:
			return pick(r, "06", "07") + strings.Repeat(" ", 1) + spaced(digits(r, any, 8), pick(r, " ", "."), 2, 2, 2, 2)
		case 7:
			return "+33 6 " + spaced(digits(r, any, 8), " ", 2, 2, 2, 2)
		case 8:
			return pick(r, "+34 ", "") + spaced(digits(r, "67", 9), " ", 3, 3, 3)
		case 9:
			return pick(r, "", "+86 ", "86") + "1" + digits(r, "3456789", 10)
		case 10:
			return "1" + digits(r, "3589", 2) + " " + digits(r, any, 4) + " " + digits(r, any, 4)
		case 11:
			return pick(r, "05", "+966 5", "009665", "9665") + digits(r, any, 8)
		case 12:
			return arabic(pick(r, "05"+digits(r, any, 8), "01"+digits(r, "0125", 9)))
		}
		return pick(r, "+852 ", "+886 9", "+20 10", "+971 50 ") + digits(r, "23456789", 8)
	},
	PersonalNational: func(r *rand.Rand) string {
		any, date := "0123456789", func() string { return fmt.Sprintf("%02d%02d%02d", r.IntN(100), 1+r.IntN(12), 1+r.IntN(28)) }
		switch r.IntN(18) {
		case 0:
			return checked(r, func() string {
				return digits(r, "123456", 6) + fmt.Sprintf("%d%02d%02d", 1940+r.IntN(70), 1+r.IntN(12), 1+r.IntN(28)) + digits(r, any, 3)
			}, "0123456789X", residentOK)
		case 1:
			return spaced(withLuhn("784"+fmt.Sprint(1950+r.IntN(60))+digits(r, any, 7)), pick(r, "", "-"), 3, 4, 7, 1)
		case 2:
			return pick(r, "national id ", "هوية ", "رقم الهوية ") + withLuhn(digits(r, "12", 9))
		case 3:
			return fmt.Sprintf("%03d-%02d-%04d", 1+r.IntN(600), 1+r.IntN(99), 1+r.IntN(9999))
		case 4:
			return checked(r, func() string { return digits(r, "ABCDEFGHJ", 1)[:1] + digits(r, "12", 8) }, any, taiwanOK)
		case 5:
			return checked(r, func() string { return digits(r, "ABCDEGHKRZ", 7) }, "0123456789A", hongKongOK)
		case 6:
			return spaced(pick(r, "AB", "CE", "JN", "TW")+digits(r, any, 6)+pick(r, "A", "B", "C", "D"), pick(r, "", " "), 2, 2, 2, 2, 1)
		case 7:
			return checked(r, func() string { return digits(r, any, 8) }, "TRWAGMYFPDXBNJZSQVHLCKE", spainOK)
		case 8:
			s := checked(r, func() string { return digits(r, any, 10) }, any, brazilOK)
			return pick(r, s[:3]+"."+s[3:6]+"."+s[6:9]+"-"+s[9:], "CPF "+s)
		case 9:
			return spaced(checked(r, func() string { return digits(r, "23456789", 11) }, any, verhoeff), " ", 4, 4, 4)
		case 10:
			return strings.ToUpper(checked(r, func() string {
				return "RSSMRA" + fmt.Sprintf("%02d", r.IntN(100)) + pick(r, "A", "H", "T") + fmt.Sprintf("%02d", 1+r.IntN(28)) + "A" + digits(r, any, 3)
			}, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", func(b []byte) bool { return italyOK(string(b)) }))
		case 11:
			return checked(r, func() string { return digits(r, "STFG", 8) }, "ABCDEFGHIZJKLMNPQRTUWX", singaporeOK)
		case 12:
			return checked(r, func() string { return date() + "-" + digits(r, "1234", 6) }, any, func(b []byte) bool {
				return koreaOK([]byte(strings.Replace(string(b), "-", "", 1)))
			})
		case 13:
			return pick(r, "TCKN ", "kimlik no ") + turkish(r)
		case 14:
			return "PESEL " + checked(r, func() string { return date() + digits(r, any, 4) }, any, polandOK)
		case 15:
			return pick(r, "Steuer-ID ", "Steueridentifikationsnummer ") + checked(r, func() string { return digits(r, "123456789", 10) }, any, germanyOK)
		case 16:
			return french(r)
		}
		s := withLuhn(date() + digits(r, any, 3))
		return s[:6] + "-" + s[6:]
	},
	PersonalAddress: func(r *rand.Rand) string {
		n := fmt.Sprint(1 + r.IntN(250))
		switch r.IntN(12) {
		case 0:
			return n + " " + pick(r, "Baker", "High", "Old Kent", "W. Elm") + " " + pick(r, "Street", "St", "Road", "Rd", "Avenue", "Ave", "Lane")
		case 1:
			return n + pick(r, "", "b") + " " + pick(r, "maple", "king's", "victoria park") + " " + pick(r, "street", "road", "avenue")
		case 2:
			return n + " Sunset Blvd, Los Angeles, CA 90028"
		case 3:
			return "Flat 2, " + n + " Mill Road, Cambridge CB1 2AZ"
		case 4:
			return pick(r, "Berliner Straße ", "Goethestr. ", "Hauptstraße ", "Lindenallee ", "Rosenweg ", "Schillerplatz ") + n + pick(r, "", "a", ", 50667 Köln")
		case 5:
			return n + pick(r, " rue de la Paix", " rue Victor Hugo, 69002 Lyon", " avenue des Ternes", " bis rue Lepic"[1:], ", boulevard Saint-Michel, 75005 Paris")
		case 6:
			return pick(r, "Calle de Alcalá, ", "Calle Mayor ", "Av. Reforma ", "C/ Serrano, ", "Plaza de España, ") + n
		case 7:
			return pick(r, "上海市浦东新区世纪大道", "北京市朝阳区建国路", "广东省深圳市南山区科技园路", "中山北路") + n + "号" + pick(r, "", "3号楼502室", "5栋301", "2单元")
		case 8:
			return pick(r, "台北市信義區松仁路", "高雄市左營區博愛二路", "彌敦道") + n + "號" + pick(r, "", "12樓")
		case 9:
			return pick(r, "شارع الملك فهد، مبنى ", "شارع التحرير رقم ", "حي العليا، شارع العروبة عمارة ") + n
		case 10:
			return arabic(n) + " شارع " + pick(r, "طلعت حرب", "الجامعة", "الهرم")
		}
		return "PO Box " + n
	},
}

// turkish and french make numbers with two check digits.
func turkish(r *rand.Rand) string {
	b := []byte(digits(r, "123456789", 9))
	odd, even := 0, 0
	for i, c := range b {
		if i%2 == 0 {
			odd += int(c - '0')
		} else {
			even += int(c - '0')
		}
	}
	ten := ((odd*7-even)%10 + 10) % 10
	return fmt.Sprintf("%s%d%d", b, ten, (odd+even+ten)%10)
}

func french(r *rand.Rand) string {
	s := digits(r, "12", 1) + fmt.Sprintf("%02d%02d", r.IntN(100), 1+r.IntN(12)) + digits(r, "1234567", 8)
	n, _ := new(big.Int).SetString(s, 10)
	return spaced(fmt.Sprintf("%s%02d", s, 97-n.Mod(n, big.NewInt(97)).Int64()), pick(r, "", " "), 1, 2, 2, 2, 3, 3, 2)
}

// arabic writes digits as Arabic does.
func arabic(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c - '0' + '٠'
		}
		return c
	}, s)
}

// decoys are sentences with numbers that are nobody's: orders, parcels, prices, dates, versions, lines of buses.
func decoy(r *rand.Rand) string {
	any := "0123456789"
	n := func(from, to int) string { return digits(r, "123456789", from+r.IntN(to-from+1)) }
	switch r.IntN(31) {
	case 0:
		return pick(r, "order ", "Order no. ", "order #", "my order number is ") + n(6, 16) + " never came"
	case 1:
		return pick(r, "tracking ", "tracking number ", "parcel ", "shipment ") + pick(r, "1Z999AA1", "JD01", "RR", "") + n(10, 18) + pick(r, "", "DE")
	case 2:
		return pick(r, "订单", "订单号：", "单号", "快递单号 ", "運單 ") + n(10, 18) + "还没到"
	case 3:
		return pick(r, "طلب رقم ", "رقم الطلب ", "شحنة ", "فاتورة رقم ") + n(6, 16)
	case 4:
		return fmt.Sprintf("it cost %d,%03d.%02d and you charged %d.%02d", r.IntN(99)+1, r.IntN(1000), r.IntN(100), r.IntN(1000), r.IntN(100))
	case 5:
		return fmt.Sprintf("since %04d-%02d-%02d %02d:%02d nothing works", 2000+r.IntN(30), 1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60))
	case 6:
		return fmt.Sprintf("bought on %02d/%02d/%04d, returned %02d.%02d.%04d", 1+r.IntN(12), 1+r.IntN(28), 2000+r.IntN(30), 1+r.IntN(28), 1+r.IntN(12), 2000+r.IntN(30))
	case 7:
		return "flight BA" + n(3, 4) + " gate " + n(1, 2) + " seat 23A, booking " + n(6, 10)
	case 8:
		return fmt.Sprintf("app version %d.%d.%d build %s crashes", r.IntN(20), r.IntN(20), r.IntN(100), n(3, 6))
	case 9:
		return "see https://shop.example/item/" + n(6, 15) + "?ref=" + n(3, 8)
	case 10:
		return "invoice " + fmt.Sprintf("%d%02d%02d", 2020+r.IntN(9), 1+r.IntN(12), 1+r.IntN(28)) + n(3, 5)
	case 11:
		return "the server 10." + fmt.Sprint(r.IntN(256)) + "." + fmt.Sprint(r.IntN(256)) + ".1 answers " + n(3, 3)
	case 12:
		return n(1, 2) + " minutes down the road and " + n(1, 2) + " days on the way"
	case 13:
		return "we waited " + n(1, 2) + " hours on this street for a taxi"
	case 14:
		return "坐" + n(1, 3) + "路公交" + n(1, 2) + "站，等了" + n(1, 2) + "分钟"
	case 15:
		return "在这条路上等了" + n(2, 2) + "分钟，花了" + n(2, 4) + "块"
	case 16:
		return "Der Heimweg " + n(2, 2) + " Minuten, am Marktplatz " + n(1, 2) + " Uhr"
	case 17:
		return "la rue est fermée depuis " + n(1, 2) + " jours, place numéro " + n(1, 2)
	case 18:
		return "en la calle esperé " + n(1, 2) + " minutos, pagué " + n(2, 4) + " euros"
	case 19:
		return "في الشارع انتظرت " + n(1, 2) + " دقيقة ودفعت " + n(2, 4) + " ريال"
	case 20:
		return "model X" + n(3, 4) + "-" + n(2, 4) + ", serial " + n(8, 14)
	case 21:
		return "ticket " + n(5, 10) + ", case " + n(4, 8) + ", ref " + n(6, 12)
	case 22:
		return fmt.Sprintf("%d%% off, %d x %d cm, %d kg, %dGB", r.IntN(90)+5, r.IntN(200)+1, r.IntN(200)+1, r.IntN(100)+1, r.IntN(512)+1)
	case 23:
		return "价格是" + n(2, 5) + "元，" + fmt.Sprint(2000+r.IntN(30)) + "年" + fmt.Sprint(1+r.IntN(12)) + "月买的"
	case 24:
		return "SKU " + n(8, 13) + " and EAN " + digits(r, "0123456789", 13) + " are the same serial"
	case 25:
		return "Bestellnummer " + n(6, 14) + ", Rechnung " + n(6, 12) + ", Sendungsnummer " + digits(r, any, 12)
	case 26:
		return "commande " + n(6, 14) + ", facture " + n(6, 12) + ", colis " + n(8, 14)
	case 27:
		return "pedido " + n(6, 14) + ", factura " + n(6, 12) + ", envío " + n(8, 14)
	case 29:
		return fmt.Sprintf("the rate is %.9f, or %.10f a day", r.Float64(), 2*r.Float64())
	case 28:
		return "between " + fmt.Sprint(1990+r.IntN(30)) + " and " + fmt.Sprint(2000+r.IntN(30)) + " I bought " + n(1, 3) + " of them"
	}
	return "score " + n(1, 2) + "-" + n(1, 2) + ", " + n(4, 7) + " followers, " + n(7, 9) + " views"
}

// figure counts what was found of one kind.
type figure struct{ said, found, right, wrong int }

func TestPersonalDataAreFoundAsOftenAsWeSay(t *testing.T) {
	e, r := engine(t), rand.New(rand.NewPCG(20261124, 3))
	const each = 1500
	figures := map[string]*figure{}
	of := func(kind string) *figure {
		if figures[kind] == nil {
			figures[kind] = &figure{}
		}
		return figures[kind]
	}
	missed := map[string][]string{}
	count := func(text, kind, value string) {
		at := strings.LastIndex(text, value)
		hit := false
		for _, l := range e.fold.personal(text) {
			inside := kind != "" && l.From < at+len(value) && l.To > at
			switch {
			case inside && l.Name == kind:
				hit = hit || l.To >= at+len(value)
				of(l.Name).right++
			default:
				of(l.Name).wrong++
				missed["wrong "+l.Name] = append(missed["wrong "+l.Name], text)
			}
		}
		if kind == "" {
			return
		}
		if of(kind).said++; hit {
			of(kind).found++
		} else {
			missed[kind] = append(missed[kind], text)
		}
	}
	for _, kind := range [...]string{PersonalEmail, PersonalCard, PersonalIBAN, PersonalPhone, PersonalNational, PersonalAddress} {
		for range each {
			value := kinds[kind](r)
			count(fmt.Sprintf(pick(r, carriers[:]...), value), kind, value)
		}
	}
	for range 6 * each {
		count(decoy(r), "", "")
	}
	for _, kind := range [...]string{PersonalEmail, PersonalCard, PersonalIBAN, PersonalPhone, PersonalNational, PersonalAddress} {
		f := of(kind)
		recall, precision := float64(f.found)/float64(f.said), float64(f.right)/float64(f.right+f.wrong)
		t.Logf("%-11s recall %.4f of %d, precision %.4f of %d", kind, recall, f.said, precision, f.right+f.wrong)
		least := 0.995
		if kind == PersonalAddress {
			least = 0.99 // a first form
		}
		if recall < least || precision < least {
			t.Errorf("%s: recall %.4f and precision %.4f, at least %.3f is promised; missed %q; wrong %q", kind, recall, precision, least, first(missed[kind]), first(missed["wrong "+kind]))
		}
	}
}

func first(list []string) []string { return list[:min(len(list), 12)] }
