package ads

import (
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"
)

// each normalises values, leaves out those that come to nothing, and each that came before.
func each(values []string, normalise func(string) string) []string {
	var out []string
	seen := map[string]bool{}
	for _, v := range values {
		if v = normalise(v); v != "" && !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

func trim(s string) string  { return strings.TrimSpace(norm.NFC.String(s)) }
func lower(s string) string { return strings.ToLower(trim(s)) }
func upper(s string) string { return strings.ToUpper(trim(s)) }

// keep drops the characters of s for which ok is false.
func keep(s string, ok func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if ok(r) {
			return r
		}
		return -1
	}, s)
}

// plainEmail is what Meta and X hash: trimmed, in lower case.
func plainEmail(s string) string {
	s = lower(s)
	user, domain, ok := strings.Cut(s, "@")
	if !ok || user == "" || domain == "" || strings.Contains(domain, "@") {
		return ""
	}
	return s
}

// googleEmail is what Google hashes: without any white space, in lower case, and for its own mail domains without dots
// and without what follows a plus.
func googleEmail(s string) string {
	s = plainEmail(keep(s, func(r rune) bool { return !unicode.IsSpace(r) }))
	user, domain, _ := strings.Cut(s, "@")
	if domain == "gmail.com" || domain == "googlemail.com" {
		user, _, _ = strings.Cut(user, "+")
		if user = strings.ReplaceAll(user, ".", ""); user == "" {
			return ""
		}
		return user + "@" + domain
	}
	return s
}

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// phones gives E.164 with the plus, which Google and X hash.
func phones(w Person) []string {
	return each(w.Phones, func(s string) string {
		if e164.MatchString(s) { // as identify keeps them: nothing to find out
			return s
		}
		number, err := phonenumbers.Parse(s, upper(w.Country))
		if err != nil || !phonenumbers.IsPossibleNumber(number) {
			return ""
		}
		return phonenumbers.Format(number, phonenumbers.E164)
	})
}

// metaPhones gives the digits alone, country code first.
func metaPhones(w Person) []string {
	return each(phones(w), func(s string) string { return strings.TrimPrefix(s, "+") })
}

// handle is a name on X without @, in lower case.
func handle(s string) string { return strings.TrimPrefix(lower(s), "@") }

// titles come before a name or after it and are no part of it.
var titles = map[string]bool{
	"mr": true, "mrs": true, "ms": true, "miss": true, "mx": true, "dr": true, "prof": true, "sir": true, "dame": true, "rev": true,
	"jr": true, "sr": true, "ii": true, "iii": true, "iv": true, "phd": true, "md": true, "esq": true,
}

// googleName is a name in lower case without titles around it (Mrs., Jr.).
func googleName(s string) string {
	words := strings.Fields(lower(s))
	title := func(w string) bool { return titles[strings.ReplaceAll(strings.Trim(w, ".,"), ".", "")] }
	for len(words) > 1 && title(words[0]) {
		words = words[1:]
	}
	for len(words) > 1 && title(words[len(words)-1]) {
		words = words[:len(words)-1]
		words[len(words)-1] = strings.TrimRight(words[len(words)-1], ",")
	}
	return strings.Join(words, " ")
}

// metaName is a name in lower case without punctuation; letters of every script stay as they are.
func metaName(s string) string {
	return strings.Join(strings.Fields(keep(lower(s), func(r rune) bool { return !unicode.IsPunct(r) && !unicode.IsSymbol(r) })), " ")
}

// metaPlace is a city or state in lower case without punctuation, spaces and digits.
func metaPlace(s string) string {
	return keep(lower(s), func(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) })
}

// country is two letters in lower case, or nothing.
func country(w Person) string {
	s := lower(w.Country)
	if len(s) != 2 || s[0] < 'a' || s[0] > 'z' || s[1] < 'a' || s[1] > 'z' {
		return ""
	}
	return s
}

// metaPostcode is in lower case without spaces and dashes; in the United States the first five digits.
func metaPostcode(w Person) string {
	s := keep(lower(w.Postcode), func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	if country(w) == "us" && len(s) > 5 {
		s = s[:5]
	}
	return s
}

// birth splits "1985-04-23", or a year alone, into YYYY, MM and DD.
func birth(s string) (year, month, day string) {
	s = trim(s)
	if t, err := time.Parse("2006-01-02", s); err == nil && t.Year() >= 1900 {
		return s[:4], s[5:7], s[8:]
	}
	if t, err := time.Parse("2006", s); err == nil && t.Year() >= 1900 {
		return s, "", ""
	}
	return "", "", ""
}

// gender is f or m, or nothing.
func gender(w Person) string {
	switch s := lower(w.Gender); s {
	case "f", "m":
		return s
	case "female":
		return "f"
	case "male":
		return "m"
	}
	return ""
}

// wholeAddress gives a part of Google's address only where all parts are there: it counts as a whole or not at all.
func wholeAddress(part func(Person) string) func(Person) string {
	return func(w Person) string {
		if googleName(w.FirstName) == "" || googleName(w.LastName) == "" || country(w) == "" || trim(w.Postcode) == "" {
			return ""
		}
		return part(w)
	}
}
