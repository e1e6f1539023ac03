package collect

import (
	"encoding/base64"
	"strings"
)

// WriteKey finds the write key of a request: the user name of Basic authorization (the colon behind it may be missing),
// a Bearer token, or writeKey in the body. Where a Bearer token is a signed one of OAuth (it has two dots) and the body
// holds a write key, that one counts. The body must not be decoded yet, or no more change.
func WriteKey(authorization string, body []byte) (key string, ok bool) {
	scheme, rest, _ := strings.Cut(strings.TrimSpace(authorization), " ")
	rest = strings.TrimSpace(rest)
	switch strings.ToLower(scheme) {
	case "basic":
		key, ok = basicKey(rest)
		return key, ok
	case "bearer":
		if strings.Count(rest, ".") == 2 {
			if key, ok = bodyKey(body); ok {
				return key, true
			}
		}
		return rest, isKey(rest)
	}
	return bodyKey(body)
}

func basicKey(encoded string) (string, bool) {
	plain, ok := decode64(encoded)
	if !ok {
		return "", false
	}
	key, _, _ := strings.Cut(string(plain), ":")
	return key, isKey(key)
}

// isKey tells whether v can be a write key at all.
func isKey(v string) bool {
	return v != "" && len(v) <= MaxName && isASCII(v) && printable(v)
}

// decode64 reads base 64 of either alphabet, padded or not.
func decode64(v string) ([]byte, bool) {
	v = strings.TrimRight(v, "=")
	enc := base64.RawStdEncoding
	if strings.ContainsAny(v, "-_") {
		enc = base64.RawURLEncoding
	}
	out, err := enc.DecodeString(v)
	return out, err == nil
}

// bodyKey finds the member writeKey of the object that body holds.
func bodyKey(body []byte) (string, bool) {
	if len(body) > MaxBody {
		return "", false
	}
	s := scanner{b: body, nodes: make([]node, 0, 64), clean: true}
	if s.skip(); !s.is('{') {
		return "", false
	}
	for more := s.open('}'); more; more = s.more('}') {
		s.nodes = append(s.nodes[:0], node{})
		k0, k1, marks, ok := s.keyed(0, &keys{})
		if !ok {
			return "", false
		}
		if s.is('[') && depthOne(&s) {
			continue
		}
		if s.err != nil || !s.value(k0, k1, marks, 2) {
			return "", false
		}
		if m := &s.nodes[1]; m.form == text && string(body[k0:k1]) == "writeKey" {
			key := body[m.val0:m.val1]
			if m.marks&escaped != 0 {
				key = unescape(key)
			}
			return string(key), isKey(string(key))
		}
	}
	return "", false
}

// depthOne passes an array, forgetting each of its elements at once.
func depthOne(s *scanner) bool {
	for more := s.open(']'); more; more = s.more(']') {
		s.nodes = s.nodes[:0]
		if !s.value(0, 0, 0, 2) {
			return false
		}
	}
	return s.err == nil
}
