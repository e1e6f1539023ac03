package listen

import (
	"strings"
	"testing"
)

func TestTheChecksHoldForPublishedNumbers(t *testing.T) {
	for name, c := range map[string]struct {
		ok      func([]byte) bool
		numbers string
	}{
		"China (GB 11643)":       {residentOK, "11010519491231002X"},
		"Taiwan":                 {taiwanOK, "A123456789"},
		"Hong Kong":              {hongKongOK, "A1234563 G123456A"},
		"Brazil":                 {brazilOK, "11144477735 52998224725"},
		"India":                  {verhoeff, "234123412346"},
		"Italy":                  {func(b []byte) bool { return italyOK(string(b)) }, "MRTMTT25D09F205Z RSSMRA85T10A562S"},
		"Mexico":                 {func(b []byte) bool { return mexicoOK(string(b)) }, "HEGG560427MVZRRL04"},
		"Spain":                  {spainOK, "12345678Z"},
		"United Kingdom":         {insuranceOK, "AB123456C"},
		"Singapore":              {singaporeOK, "S1234567D F1234567N T1234567J G1234567X"},
		"France":                 {franceOK, "255081416802538"},
		"South Korea":            {koreaOK, "9001011234568"},
		"Turkey":                 {turkeyOK, "10000000146"},
		"Poland":                 {polandOK, "44051401359"},
		"Germany":                {germanyOK, "86095742719 47036892816 65929970489"},
		"Japan":                  {japanOK, "123456789018"},
		"Canada":                 {luhn, "046454286"},
		"the Netherlands":        {elevenOK, "111222333"},
		"Sweden":                 {luhn, "8112189876"},
		"IBAN (SWIFT registry)":  {ibanOK, "DE89370400440532013000 GB29NWBK60161331926819 FR1420041010050500013M02606 SA0380000000608010167519 AE070331234567890123456"},
		"cards (issuers' tests)": {cardOK, "4111111111111111 5555555555554444 2223003122003222 378282246310005 6011111111111117 3530111333300000 36227206271667"},
	} {
		for _, n := range strings.Fields(c.numbers) {
			if !c.ok([]byte(n)) {
				t.Errorf("%s: %s is refused", name, n)
			}
			if b := []byte(n); b[5] >= '0' && b[5] <= '9' { // one digit mistyped
				b[5] = '0' + (b[5]-'0'+1)%10
				if name != "United Kingdom" && c.ok(b) {
					t.Errorf("%s: %s is taken although a digit is wrong", name, b)
				}
			}
		}
	}
}
