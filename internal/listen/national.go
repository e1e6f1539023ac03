package listen

// national says whether the run is a national id of one of the first markets, by form and check digit.
func (x *run) national() bool {
	b, n := x.chars, len(x.chars)
	switch {
	case n == 18 && allDigits(b[:17]):
		return residentOK(b)
	case n == 15 && allDigits(b) && string(b[:3]) == "784": // United Arab Emirates
		return dateIn(b[3:7], 1900, 2100) && luhn(b)
	case n == 14 && allDigits(b) && (b[0] == '2' || b[0] == '3') && len(x.groups) == 1: // Egypt: century, date, governorate
		return monthDay(b[3:7]) && !x.isHarmless()
	case n == 10 && allDigits(b) && (b[0] == '1' || b[0] == '2') && len(x.groups) == 1: // Saudi Arabia
		return luhn(b) && !x.isHarmless() && x.saysID()
	case n == 9 && allDigits(b) && len(x.groups) == 3 && x.groups[0] == 3 && x.groups[1] == 2: // United States
		return string(b[:3]) != "000" && string(b[:3]) != "666" && b[0] != '9' && string(b[3:5]) != "00" && string(b[5:]) != "0000"
	case n == 10 && upperByte(b[0]) && (b[1] == '1' || b[1] == '2' || b[1] == '8' || b[1] == '9') && allDigits(b[1:]): // Taiwan
		return taiwanOK(b)
	case n == 8 && upperByte(b[0]) && allDigits(b[1:7]) && (len(x.groups) == 1 || len(x.groups) == 2 && x.groups[0] == 6): // Hong Kong
		return hongKongOK(b)
	case n == 9 && upperByte(b[0]) && upperByte(b[1]) && allDigits(b[2:8]) && b[8] >= 'A' && b[8] <= 'D': // United Kingdom
		return insuranceOK(b) && !x.isHarmless()
	case n == 9 && (b[0] == 'S' || b[0] == 'T' || b[0] == 'F' || b[0] == 'G') && allDigits(b[1:8]) && upperByte(b[8]): // Singapore
		return singaporeOK(b)
	case n == 9 && b[0] >= 'X' && b[0] <= 'Z' && allDigits(b[1:8]) && upperByte(b[8]): // Spain, foreigners
		return spainOK(append([]byte{b[0] - 'X' + '0'}, b[1:]...))
	case n == 9 && allDigits(b[:8]) && upperByte(b[8]): // Spain
		return spainOK(b)
	case n == 11 && allDigits(b) && len(x.groups) == 4 && x.groups[3] == 2 && x.groups[0] == 3: // Brazil, as it is written
		return brazilOK(b)
	case n == 12 && allDigits(b) && len(x.groups) == 3 && x.groups[0] == 4 && x.groups[1] == 4 && b[0] >= '2': // India
		return verhoeff(b)
	}
	return allDigits(b) && x.told()
}

// told knows ids whose digits alone could be anything: they need their check digits, and their form or a word before.
func (x *run) told() bool {
	b, n := x.chars, len(x.chars)
	switch {
	case n == 15 && (b[0] == '1' || b[0] == '2') && franceOK(b): // France
		return !x.isHarmless()
	case n == 13 && len(x.groups) == 2 && x.groups[0] == 6 && koreaOK(b): // South Korea, as it is written
		return true
	case n == 11 && b[0] != '0' && turkeyOK(b) && x.saysID(): // Turkey
		return true
	case n == 11 && monthDayPL(b) && polandOK(b) && x.saysID(): // Poland
		return true
	case n == 11 && germanyOK(b) && x.saysID(): // Germany, tax number
		return true
	case n == 11 && len(x.groups) == 1 && brazilOK(b) && x.saysID(): // Brazil, digits only
		return true
	case n == 12 && len(x.groups) == 1 && b[0] >= '2' && verhoeff(b) && x.saysID(): // India, digits only
		return true
	case n == 12 && japanOK(b) && x.saysID(): // Japan
		return true
	case n == 9 && (luhn(b) || elevenOK(b)) && x.saysID(): // Canada, the Netherlands
		return !repeated(b)
	case n == 10 && len(x.groups) == 2 && x.groups[0] == 6 && monthDay(b[2:6]) && luhn(b): // Sweden
		return true
	}
	return false
}

// idWords name the ids that need a word.
var idWords = [...]string{"هوية", "هويه", "هويتي", "اقامة", "إقامة", "اقامه", "إقامتي", "سجل", "national", " id", "iqama", "身份", "身分", "cpf", "aadhaar", "aadhar", "pesel",
	"tckn", "kimlik", "steuer", "social insurance", "bsn", "burgerservice", "マイナンバー", "個人番号", "my number"}

// saysID wants a word before that names an id, where the number alone could be anything.
func (x *run) saysID() bool {
	return lastOf(x.named().lower, idWords[:]) >= 0
}

// residentOK is the check of GB 11643-1999: date of birth and ISO 7064 mod 11-2.
func residentOK(b []byte) bool {
	if !dateIn(b[6:10], 1900, 2100) || !monthDay(b[10:14]) || b[17] != 'X' && (b[17] < '0' || b[17] > '9') {
		return false
	}
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(b[i]-'0')
	}
	return "10X98765432"[sum%11] == b[17]
}

func dateIn(b []byte, from, to int) bool {
	y := int(b[0]-'0')*1000 + int(b[1]-'0')*100 + int(b[2]-'0')*10 + int(b[3]-'0')
	return y >= from && y < to
}

func monthDay(b []byte) bool {
	m, d := int(b[0]-'0')*10+int(b[1]-'0'), int(b[2]-'0')*10+int(b[3]-'0')
	return m >= 1 && m <= 12 && d >= 1 && d <= 31
}

// taiwanOK checks the letter as two digits and the weights 1 9 8 7 6 5 4 3 2 1 1.
func taiwanOK(b []byte) bool {
	code := [26]int{10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33}[b[0]-'A']
	sum := code/10 + code%10*9
	for i := 1; i < 9; i++ {
		sum += int(b[i]-'0') * (9 - i)
	}
	return (sum+int(b[9]-'0'))%10 == 0
}

// hongKongOK checks the weights 9 8 7 ... 2 1 modulo 11, with 36 for the missing first letter.
func hongKongOK(b []byte) bool {
	sum := 36*9 + int(b[0]-'A'+10)*8
	for i := 1; i < 7; i++ {
		sum += int(b[i]-'0') * (8 - i)
	}
	check := byte('0' + (11-sum%11)%11)
	if check == '0'+10 {
		check = 'A'
	}
	return b[7] == check
}

func brazilOK(b []byte) bool {
	if repeated(b) {
		return false
	}
	for _, n := range [2]int{9, 10} {
		sum := 0
		for i := range n {
			sum += int(b[i]-'0') * (n + 1 - i)
		}
		if d := sum * 10 % 11 % 10; d != int(b[n]-'0') {
			return false
		}
	}
	return true
}

// verhoeff is the dihedral check of Verhoeff (1969), as Aadhaar uses it.
func verhoeff(b []byte) bool {
	perm := [10]int{1, 5, 7, 6, 2, 8, 3, 0, 9, 4}
	c := 0
	for i := range b {
		d := int(b[len(b)-1-i] - '0')
		for range i % 8 {
			d = perm[d]
		}
		c = dihedral(c, d)
	}
	return c == 0
}

// dihedral multiplies in the dihedral group of order ten: 0 to 4 are rotations, 5 to 9 reflections.
func dihedral(a, b int) int {
	switch {
	case a < 5 && b < 5:
		return (a + b) % 5
	case a < 5:
		return 5 + (a+b)%5
	case b < 5:
		return 5 + (a-b+5)%5
	}
	return (a - b + 5) % 5
}
