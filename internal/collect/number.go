package collect

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

var negativeZero = []byte("-0")

// shortNumbers writes the numbers with a fraction or an exponent in a compact JSON text as RFC 8785 says, where that
// changes nothing of their value.
func shortNumbers(v []byte) []byte {
	if !bytes.ContainsAny(v, ".eE") && !bytes.Contains(v, negativeZero) {
		return v
	}
	out := make([]byte, 0, len(v))
	for i := 0; i < len(v); {
		end := i + 1
		switch c := v[i]; {
		case c == '"':
			for v[end] != '"' {
				if v[end] == '\\' {
					end++
				}
				end++
			}
			end++
			out = append(out, v[i:end]...)
		case c == '-' || c >= '0' && c <= '9':
			for end < len(v) && strings.IndexByte("+-.0123456789eE", v[end]) >= 0 {
				end++
			}
			out = append(out, shortNumber(v[i:end])...)
		default:
			out = append(out, c)
		}
		i = end
	}
	return out
}

func shortNumber(raw []byte) []byte {
	if !bytes.ContainsAny(raw, ".eE") && !bytes.Equal(raw, negativeZero) {
		return raw
	}
	short := jsontext.Value(raw).Clone()
	if short.Canonicalize() != nil {
		return raw // the scanner has accepted it, so this is never so
	}
	digits, exponent := decimal(string(raw))
	if d, e := decimal(string(short)); d != digits || e != exponent {
		return raw
	}
	return short
}

// decimal takes a JSON number apart: sign and digits without zeros at either end, and the power of ten of the last one.
func decimal(raw string) (digits string, exponent int) {
	raw = strings.ToLower(raw)
	mantissa, power, _ := strings.Cut(raw, "e")
	exponent, _ = strconv.Atoi(power) // "" is 0; a number has at most 64 characters
	sign := ""
	if strings.HasPrefix(mantissa, "-") {
		sign, mantissa = "-", mantissa[1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	exponent -= len(fraction)
	digits = strings.TrimLeft(whole+fraction, "0")
	short := strings.TrimRight(digits, "0")
	exponent += len(digits) - len(short)
	if short == "" {
		return "", 0
	}
	return sign + short, exponent
}
