package listen

import (
	"strings"

	"github.com/orrery-cxm/orrery"
)

// lettered finds, around the digit at byte i, an id that mixes letters and digits in one word: the fiscal code of Italy and
// the population code of Mexico.
func lettered(text string, i int) (orrery.Label, bool) {
	from, to := i, i
	for from > 0 && i-from < 17 && isWordByte(text[from-1]) {
		from--
	}
	for to < len(text) && to-from < 19 && isWordByte(text[to]) {
		to++
	}
	switch word := strings.ToUpper(text[from:to]); {
	case len(word) == 16 && italyOK(word), len(word) == 18 && mexicoOK(word):
		return spot(PersonalNational, 950, from, to), true
	}
	return orrery.Label{}, false
}

// form says whether word has a letter where form has A and a digit where it has 9.
func form(word, form string) bool {
	for i := range len(word) {
		if digit := word[i] >= '0' && word[i] <= '9'; digit != (form[i] == '9') || !digit && !upperByte(word[i]) {
			return false
		}
	}
	return true
}

// italyOK is the check of the codice fiscale (decree of 23 December 1976): characters in odd places by a table, even ones by
// their order. Codes with letters for digits, given where two people have one code, are not known here.
func italyOK(w string) bool {
	if !form(w, "AAAAAA99A99A999A") || !strings.ContainsRune("ABCDEHLMPRST", rune(w[8])) {
		return false
	}
	odd := [26]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
	sum := 0
	for i := range 15 {
		v := int(w[i]) - 'A'
		if w[i] <= '9' {
			v = int(w[i]) - '0'
		}
		if i%2 == 0 {
			v = odd[v]
		}
		sum += v
	}
	return int(w[15]-'A') == sum%26
}

// mexicoOK is the check of the CURP: places in the alphabet with Ñ, weighted 18 down to 2, modulo 10.
func mexicoOK(w string) bool {
	if !form(w[:16], "AAAA999999AAAAAA") || w[17] < '0' || w[17] > '9' || w[10] != 'H' && w[10] != 'M' && w[10] != 'X' {
		return false
	}
	sum := 0
	for i := range 17 {
		v := int(w[i]) - '0'
		if upperByte(w[i]) {
			if v = int(w[i]) - 'A' + 10; w[i] > 'N' {
				v++ // Ñ comes after N
			}
		}
		sum += v * (18 - i)
	}
	return int(w[17]-'0') == (10-sum%10)%10
}

// spainOK is the letter of DNI and NIE, the number modulo 23.
func spainOK(b []byte) bool {
	v := 0
	for _, c := range b[:8] {
		v = v*10 + int(c-'0')
	}
	return "TRWAGMYFPDXBNJZSQVHLCKE"[v%23] == b[8]
}

// insuranceOK knows the prefixes that no National Insurance number has.
func insuranceOK(b []byte) bool {
	two := string(b[:2])
	return !strings.ContainsAny(two, "DFIQUV") && b[1] != 'O' && two != "BG" && two != "GB" && two != "KN" && two != "NK" && two != "NT" && two != "TN" && two != "ZZ"
}

// singaporeOK is the letter of NRIC and FIN: weights 2 7 6 5 4 3 2, with 4 more for T and G, modulo 11.
func singaporeOK(b []byte) bool {
	sum := 0
	for i, w := range [7]int{2, 7, 6, 5, 4, 3, 2} {
		sum += w * int(b[i+1]-'0')
	}
	if b[0] == 'T' || b[0] == 'G' {
		sum += 4
	}
	letters := "JZIHGFEDCBA"
	if b[0] == 'F' || b[0] == 'G' {
		letters = "XWUTRQPNMLK"
	}
	return letters[sum%11] == b[8]
}

// franceOK is the key of the number of the social security: 97 less the number modulo 97.
func franceOK(b []byte) bool {
	month := int(b[3]-'0')*10 + int(b[4]-'0')
	if month < 1 || month > 12 && month < 20 {
		return false
	}
	v := 0
	for _, c := range b[:13] {
		v = v*10 + int(c-'0')
	}
	return 97-v%97 == int(b[13]-'0')*10+int(b[14]-'0')
}

// weighed is the sum of digits times weights.
func weighed(b []byte, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += w * int(b[i]-'0')
	}
	return sum
}

// koreaOK is the check of the resident registration number: weights 2 to 9, then 2 to 5, modulo 11.
func koreaOK(b []byte) bool {
	return monthDay(b[2:6]) && b[6] >= '1' && b[6] <= '8' && (11-weighed(b, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)%11)%10 == int(b[12]-'0')
}

// turkeyOK is the check of the identity number: its tenth and eleventh digits.
func turkeyOK(b []byte) bool {
	odd := weighed(b, 1, 0, 1, 0, 1, 0, 1, 0, 1)
	even := weighed(b, 0, 1, 0, 1, 0, 1, 0, 1)
	ten := ((odd*7-even)%10 + 10) % 10
	return ten == int(b[9]-'0') && (odd+even+ten)%10 == int(b[10]-'0')
}

// polandOK is the check of PESEL: weights 1 3 7 9.
func polandOK(b []byte) bool {
	return (10-weighed(b, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3)%10)%10 == int(b[10]-'0')
}

// monthDayPL is a date whose month tells the century by 20, 40, 60 or 80 more.
func monthDayPL(b []byte) bool {
	month := (int(b[2]-'0')*10 + int(b[3]-'0')) % 20
	day := int(b[4]-'0')*10 + int(b[5]-'0')
	return month >= 1 && month <= 12 && day >= 1 && day <= 31
}

// germanyOK is the check of the tax number, ISO 7064 mod 11,10.
func germanyOK(b []byte) bool {
	if b[0] == '0' {
		return false
	}
	product := 10
	for _, c := range b[:10] {
		sum := (int(c-'0') + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = 2 * sum % 11
	}
	return (11-product)%10 == int(b[10]-'0')
}

// japanOK is the check of the individual number: weights 6 5 4 3 2 7 6 5 4 3 2, modulo 11.
func japanOK(b []byte) bool {
	rest := weighed(b, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11
	want := 11 - rest
	if rest <= 1 {
		want = 0
	}
	return want == int(b[11]-'0')
}

// elevenOK is the test of the Dutch number: weights 9 to 2 and minus 1, modulo 11.
func elevenOK(b []byte) bool { return weighed(b, 9, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0 }
