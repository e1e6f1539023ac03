package collect

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// normalEmail writes an address in small letters, its domain in ASCII (IDNA 2008). Plus signs and dots stay: what they
// mean is the business of the provider alone.
func normalEmail(v string) (string, bool) {
	ascii, upper := true, false
	for i := range len(v) {
		c := v[i]
		ascii = ascii && c < utf8.RuneSelf
		upper = upper || c-'A' <= 25
		if c <= ' ' || c == 0x7f || strings.IndexByte(`()<>[],;:\"`, c) >= 0 {
			return "", false
		}
	}
	if !ascii {
		v = norm.NFC.String(v)
	}
	if !ascii || upper {
		v = strings.ToLower(v)
	}
	at := strings.LastIndexByte(v, '@')
	if at < 1 || at > 64 || v[0] == '.' || v[at-1] == '.' || strings.IndexByte(v[:at], '@') >= 0 || strings.Contains(v[:at], "..") {
		return "", false
	}
	domain := v[at+1:]
	if !isASCII(domain) || strings.Contains(domain, "xn--") {
		d, err := idna.Lookup.ToASCII(domain)
		if err != nil {
			return "", false
		}
		v, domain = v[:at+1]+d, d
	}
	return v, isHost(domain)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isHost tells whether s is a host name of at least two labels of letters, digits and inner dashes.
func isHost(s string) bool {
	if len(s) > 253 {
		return false
	}
	labels, start := 0, 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] != '.' {
			if c := s[i]; c != '-' && c-'0' > 9 && c-'a' > 25 {
				return false
			}
			continue
		}
		if n := i - start; n == 0 || n > 63 || s[start] == '-' || s[i-1] == '-' {
			return false
		}
		labels++
		start = i + 1
	}
	return labels > 1
}
