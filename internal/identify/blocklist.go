package identify

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// maxBlocked is the length of the longest value or beginning that a blocklist may hold.
const maxBlocked = 64

func compileBlocklist(entries []string) (blocklist, error) {
	b := blocklist{exact: make(map[string]bool, len(entries))}
	for i, e := range entries {
		field := fmt.Sprintf("blocklist[%d]", i)
		switch {
		case strings.TrimSpace(e) != e || e == "" || e == "*":
			return b, wrong(field, fmt.Sprintf("%q", e), "a value, a beginning with *, or /an expression/")
		case len(e) > 2 && e[0] == '/' && e[len(e)-1] == '/':
			re, err := regexp.Compile("(?i)" + e[1:len(e)-1])
			if err != nil {
				return b, wrong(field, e, "an expression of RE2: "+err.Error())
			}
			b.patterns = append(b.patterns, re)
		case len(e) > maxBlocked:
			return b, wrong(field, e, fmt.Sprintf("at most %d bytes", maxBlocked))
		case strings.HasSuffix(e, "*"):
			b.prefixes = append(b.prefixes, strings.ToLower(e[:len(e)-1]))
		default:
			b.exact[strings.ToLower(e)] = true
			b.longest = max(b.longest, len(e))
		}
	}
	return b, nil
}

// holds says that a value names nobody. Zeros and dashes alone, and one digit seven times or more, name nobody anyway.
// Letters beyond ASCII are compared as they are.
func (b *blocklist) holds(value string) bool {
	if value == "" || worthless(value) {
		return true
	}
	var buf [maxBlocked]byte
	low := buf[:min(len(value), maxBlocked)]
	for i := range low {
		c := value[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		low[i] = c
	}
	if len(value) <= b.longest && b.exact[string(low)] {
		return true
	}
	for _, p := range b.prefixes {
		if len(low) >= len(p) && string(low[:len(p)]) == p {
			return true
		}
	}
	for _, re := range b.patterns {
		if re.MatchString(value) {
			return true
		}
	}
	return false
}

func worthless(value string) bool {
	digits := strings.TrimPrefix(value, "+")
	zero, same := true, len(digits) >= 7 && '0' <= digits[0] && digits[0] <= '9'
	for i := range len(digits) {
		zero = zero && (digits[i] == '0' || digits[i] == '-')
		same = same && digits[i] == digits[0]
		if !zero && !same {
			return false
		}
	}
	return true
}

// wellFormed says that a value looks like what its namespace asks for.
func wellFormed(r *Rule, value string) bool {
	switch r.Validate {
	case "email":
		at := strings.IndexByte(value, '@')
		return at > 0 && at == strings.LastIndexByte(value, '@') && strings.IndexByte(value[at+1:], '.') > 0 &&
			value[len(value)-1] != '.' && !strings.ContainsAny(value, " \t\r\n,;")
	case "phone":
		if len(value) < 8 || len(value) > 16 || value[0] != '+' {
			return false
		}
		for i := 1; i < len(value); i++ {
			if value[i] < '0' || value[i] > '9' {
				return false
			}
		}
	}
	return true
}

// refusal says why an identifier is not accepted: "" when it is.
func (p *Policy) refusal(r *Rule, id *orrery.Identifier) string {
	switch {
	case id.Namespace == orrery.SliceID || p.blocked.holds(id.Value):
		return Blocked
	case r.Validate != "" && !wellFormed(r, id.Value):
		return Malformed
	}
	return ""
}
