package collect

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
)

// normalPhone writes a phone number in E.164. Reading a number as people write it takes tens of microseconds, so answers
// are remembered; a number that is already plain takes none of that.
func (d *Decoder) normalPhone(v, region string) (string, bool) {
	plain, ok := stripPhone(v)
	if !ok {
		return "", false
	}
	if isPlain(plain) {
		return plain, true
	}
	return d.phones.get(plain, region, parsePhone)
}

// stripPhone drops the marks that people put between digits; ok is false when more than such marks and digits is there.
func stripPhone(v string) (string, bool) {
	v = strings.TrimPrefix(v, "tel:")
	digits, clean := 0, true
	for i := range len(v) {
		switch c := v[i]; {
		case c-'0' <= 9:
			digits++
		case c == '+' && i == 0:
		case strings.IndexByte(" -.()/", c) >= 0:
			clean = false
		default:
			return v, digits > 0 || c >= utf8.RuneSelf // an extension, other digits: only the full reading knows
		}
	}
	if digits < 4 || digits > 17 {
		return "", false
	}
	if clean {
		return v, true
	}
	return strings.Map(func(r rune) rune {
		if r == '+' || r-'0' <= 9 && r >= '0' {
			return r
		}
		return -1
	}, v), true
}

// plainCodes are country codes whose numbers have a known shape after the code when written plainly: the lengths, and
// no leading zero, so that the full reading would change nothing. (ITU-T E.164 list of assigned country codes.)
var plainCodes = map[string][2]int{
	"44": {10, 10}, "33": {9, 9}, "49": {10, 11}, "34": {9, 9}, "31": {9, 9}, "32": {8, 9}, "41": {9, 9}, "45": {8, 8},
	"46": {9, 9}, "47": {8, 8}, "48": {9, 9}, "30": {10, 10}, "351": {9, 9}, "353": {9, 9}, "61": {9, 9}, "65": {8, 8},
	"91": {10, 10}, "86": {11, 11}, "852": {8, 8}, "886": {9, 9}, "81": {10, 10}, "82": {10, 10}, "966": {9, 9},
	"971": {9, 9}, "20": {10, 10}, "27": {9, 9}, "62": {10, 11},
}

// isPlain tells whether v is a number in E.164 that a full reading would not change.
func isPlain(v string) bool {
	if len(v) < 9 || v[0] != '+' {
		return false
	}
	for i := 1; i < len(v); i++ {
		if v[i]-'0' > 9 {
			return false
		}
	}
	if v[1] == '1' { // North America: three digits of area, seven of subscriber, neither beginning with 0 or 1
		return len(v) == 12 && v[2] >= '2' && v[5] >= '2'
	}
	for n := 2; n <= 3; n++ {
		if shape, ok := plainCodes[v[1:1+n]]; ok {
			rest := v[1+n:]
			return len(rest) >= shape[0] && len(rest) <= shape[1] && rest[0] != '0'
		}
	}
	return false
}

func parsePhone(v, region string) (string, bool) {
	if strings.HasPrefix(v, "+") {
		region = ""
	}
	n, err := phonenumbers.Parse(v, region)
	if err != nil || !phonenumbers.IsPossibleNumber(n) {
		return "", false
	}
	return phonenumbers.Format(n, phonenumbers.E164), true
}

// phoneCache remembers the answers for a few thousand numbers. A new one takes the place of whatever stood there.
type phoneCache struct {
	seed  maphash.Seed
	slots [4096]atomic.Pointer[readPhone]
}

type readPhone struct {
	written, region, number string
	ok                      bool
}

// ForgetPhones forgets every remembered number and returns how many there were: after an erasure nothing that a person
// wrote stays in memory.
func (d *Decoder) ForgetPhones() (n int) {
	for i := range d.phones.slots {
		if d.phones.slots[i].Swap(nil) != nil {
			n++
		}
	}
	return n
}

func newPhoneCache() *phoneCache { return &phoneCache{seed: maphash.MakeSeed()} }

func (c *phoneCache) get(v, region string, read func(v, region string) (string, bool)) (string, bool) {
	slot := &c.slots[maphash.String(c.seed, v)%uint64(len(c.slots))]
	if p := slot.Load(); p != nil && p.written == v && p.region == region {
		return p.number, p.ok
	}
	number, ok := read(v, region)
	slot.Store(&readPhone{strings.Clone(v), strings.Clone(region), number, ok})
	return number, ok
}
