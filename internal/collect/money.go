package collect

import (
	"fmt"
	"math"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// Currencies of ISO 4217 by the number of digits of their minor unit.
const (
	noDigits    = " BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF "
	threeDigits = " BHD IQD JOD KWD LYD OMR TND "
	fourDigits  = " CLF UYW "
	twoDigits   = " AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD " +
		"CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD " +
		"HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR " +
		"MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD " +
		"SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG " +
		"YER ZAR ZMW ZWG "
)

// minorDigits is how many digits the minor unit of a currency has; -1 for what is no currency.
func minorDigits(currency string) int {
	if len(currency) != 3 || strings.IndexByte(currency, ' ') >= 0 {
		return -1
	}
	switch {
	case strings.Contains(twoDigits, currency):
		return 2
	case strings.Contains(noDigits, currency):
		return 0
	case strings.Contains(threeDigits, currency):
		return 3
	case strings.Contains(fourDigits, currency):
		return 4
	}
	return -1
}

func isCurrency(v string) bool { return minorDigits(v) >= 0 }

// money reads a decimal amount, as a number or a string, into minor units. Digits beyond the minor unit are refused,
// unless fine says that there may be such (the price of one of many), or the amount has so many that they are the noise
// of binary arithmetic (59.970000000000006): then the amount is rounded, halves away from zero.
func (s *reading) money(n uint32, path, currency string, fine bool) (orrery.Money, *orrery.Error) {
	v := s.raw(n)
	switch s.nodes[n].form {
	case text:
		v = strings.TrimSpace(s.str(n))
	case number:
	default:
		v = ""
	}
	digits := minorDigits(currency)
	minor, exact, ok := minorUnits(v, digits)
	switch {
	case !ok:
		return orrery.Money{}, s.bad(n, path, "amount: write a decimal number such as 19.99")
	case !exact && !fine && significant(v) < 15:
		return orrery.Money{}, s.bad(n, path, fmt.Sprintf("amount in %s, which has %d digits after the point", currency, digits))
	}
	return orrery.Money{Minor: minor, Currency: currency}, nil
}

// minorUnits reads a decimal number into units of 10^-digits. It is exact when nothing had to be rounded; ok is false
// for what is no decimal number or too large.
func minorUnits(v string, digits int) (minor int64, exact, ok bool) {
	v, negative := strings.CutPrefix(v, "-")
	mantissa, exponent, scientific := strings.Cut(strings.ToLower(v), "e")
	power := 0
	if scientific {
		if power, ok = smallInt(exponent); !ok {
			return 0, false, false
		}
	}
	before, after, _ := strings.Cut(mantissa, ".")
	all := before + after
	if all == "" || len(all) > maxDigits {
		return 0, false, false
	}
	point := len(before) + power + digits // how many of the digits are whole minor units
	exact = true
	var sum uint64
	for i := range max(len(all), point) {
		d := uint64(0)
		if i < len(all) {
			if d = uint64(all[i] - '0'); d > 9 {
				return 0, false, false
			}
		}
		if i >= point {
			if i == point && d >= 5 {
				sum++ // may be one more than fits: seen below
			}
			exact = exact && d == 0
			continue
		}
		if sum > (math.MaxInt64-d)/10 {
			return 0, false, false
		}
		sum = sum*10 + d
	}
	if sum > math.MaxInt64 {
		return 0, false, false
	}
	if minor = int64(sum); negative {
		minor = -minor
	}
	return minor, exact, true
}

func smallInt(v string) (int, bool) {
	digits := strings.TrimPrefix(v, "+")
	digits, negative := strings.CutPrefix(digits, "-")
	if digits == "" || len(digits) > 2 {
		return 0, false
	}
	n := 0
	for i := range len(digits) {
		if digits[i]-'0' > 9 {
			return 0, false
		}
		n = n*10 + int(digits[i]-'0')
	}
	if negative {
		n = -n
	}
	return n, true
}

// significant counts the digits of a decimal number from its first that is not zero.
func significant(v string) int {
	mantissa, _, _ := strings.Cut(strings.ToLower(v), "e")
	return len(strings.TrimLeft(strings.ReplaceAll(mantissa, ".", ""), "-0"))
}
