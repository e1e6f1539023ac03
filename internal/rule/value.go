package rule

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// ValueAt reads the JSON of a trait; path leads into an object ("city", "address.city"), "" is the trait itself. Texts
// without escapes share the memory of raw and allocate nothing. false is null, an object, or what cannot be read.
//
// Numbers are rounded to thousandths and stay at about nine million billions. The elements of a list are texts: numbers,
// true and false as they are written; lists, objects and null inside a list are left out.
func ValueAt(raw, path string) (Value, bool) {
	for path != "" {
		var object map[string]json.RawMessage
		if len(raw) == 0 || raw[0] != '{' || json.Unmarshal([]byte(raw), &object) != nil {
			return Value{}, false
		}
		// A field whose name has dots goes before the path that looks the same.
		if whole, ok := object[path]; ok {
			raw, path = string(whole), ""
			break
		}
		field, rest, _ := strings.Cut(path, ".")
		inner, ok := object[field]
		if !ok {
			return Value{}, false
		}
		raw, path = string(inner), rest
	}
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return Value{}, false
	}
	switch raw[0] {
	case '"':
		text, ok := unquoted(raw)
		return TextOf(text), ok
	case 't', 'f':
		return BoolOf(raw == "true"), raw == "true" || raw == "false"
	case '[':
		return listAt(raw)
	case '{', 'n':
		return Value{}, false
	}
	n, ok := thousandths(raw)
	return NumberOf(n), ok
}

func unquoted(raw string) (string, bool) {
	if len(raw) >= 2 && raw[len(raw)-1] == '"' && !strings.ContainsAny(raw[1:len(raw)-1], "\\\"") {
		return raw[1 : len(raw)-1], true
	}
	var text string
	if json.Unmarshal([]byte(raw), &text) != nil {
		return "", false
	}
	return text, true
}

func listAt(raw string) (Value, bool) {
	var elements []json.RawMessage
	if json.Unmarshal([]byte(raw), &elements) != nil {
		return Value{}, false
	}
	texts := make([]string, 0, len(elements))
	for _, element := range elements {
		switch element[0] {
		case '"':
			if text, ok := unquoted(string(element)); ok {
				texts = append(texts, text)
			}
		case '{', '[', 'n':
		default:
			texts = append(texts, string(element))
		}
	}
	return ListOf(texts), true
}

// thousandths reads a JSON number, exactly where it has at most three decimals.
func thousandths(raw string) (int64, bool) {
	if digits := strings.TrimPrefix(raw, "-"); digits == "" || digits[0] < '0' || digits[0] > '9' {
		return 0, false
	}
	whole, decimals, _ := strings.Cut(raw, ".")
	if len(decimals) <= 3 && !strings.ContainsAny(raw, "eE") {
		padded := whole + (decimals + "000")[:3]
		if n, err := strconv.ParseInt(padded, 10, 64); err == nil {
			return n, true
		}
	}
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil && !math.IsInf(f, 0) {
		return 0, false
	}
	switch f = math.Round(f * Thousand); {
	case math.IsNaN(f):
		return 0, false
	case f >= math.MaxInt64:
		return math.MaxInt64, true
	case f <= math.MinInt64:
		return math.MinInt64, true
	}
	return int64(f), true
}
