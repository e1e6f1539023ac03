package eval

import (
	"hash/fnv"
	"slices"
	"strings"
	"unicode"
)

// Near duplicates are texts whose shingles agree to nearLeast (Jaccard), of at least nearFrom shingles: in a shorter text
// one other word is another meaning. Candidates come from bands of minhashes (Broder 1997), and each is then compared in
// full: pairs at nearLeast are found with 99 %, pairs below are never taken.
const (
	nearLeast = 0.8
	nearFrom  = 30
	nearBands = 10
	nearRows  = 4
)

// dedupe removes rows whose letters an earlier row has, and rows that are nearly an earlier one. Mentions, addresses of
// pages, marks of forwarding, case, digits, signs and spaces do not count; emoji do.
func (s *Set) dedupe() {
	first := map[string]int{} // letters to kept row
	bands := map[uint64][]int{}
	var shingles [][]uint64
	kept := make([]Row, 0, len(s.Rows))
	for i := range s.Rows {
		r := &s.Rows[i]
		letters := bare(r.Text)
		k, again := first[string(letters)]
		near := false
		sh := shinglesOf(letters)
		var keys []uint64
		if !again && len(sh) >= nearFrom {
			keys = bandsOf(sh)
			k, near = nearest(sh, keys, bands, shingles)
		}
		if again || near {
			s.Removed.Exact += count(again)
			s.Removed.Near += count(near)
			s.Removed.Contradicting += count(kept[k].Gold != r.Gold || !slices.Equal(kept[k].Golds, r.Golds))
			continue
		}
		k = len(kept)
		first[string(letters)] = k
		for _, key := range keys {
			bands[key] = append(bands[key], k)
		}
		shingles = append(shingles, sh)
		kept = append(kept, *r)
	}
	s.Rows = kept
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// bare is what is left of a text when it is told apart from others: letters and emoji. A text without any stays whole.
func bare(text string) []rune {
	var out []rune
	for _, w := range strings.Fields(strings.ToLower(text)) {
		if w[0] == '@' || strings.HasPrefix(w, "http") || w == "rt" {
			continue
		}
		for _, r := range w {
			if unicode.IsLetter(r) || unicode.Is(unicode.So, r) {
				out = append(out, r)
			}
		}
	}
	if len(out) == 0 {
		return []rune(text)
	}
	return out
}

// shinglesOf hashes each stretch of five letters, or of three where the writing is Chinese, sorted and each once.
func shinglesOf(letters []rune) []uint64 {
	size, han := 5, 0
	for _, r := range letters {
		han += count(unicode.Is(unicode.Han, r))
	}
	if han*2 > len(letters) {
		size = 3
	}
	var out []uint64
	for i := 0; i+size <= len(letters); i++ {
		h := fnv.New64a()
		h.Write([]byte(string(letters[i : i+size])))
		out = append(out, h.Sum64())
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// bandsOf are the keys under which texts with such shingles meet.
func bandsOf(shingles []uint64) []uint64 {
	keys := make([]uint64, nearBands)
	for b := range keys {
		key := uint64(b)
		for i := range nearRows {
			seed := uint64(b*nearRows+i+1) * 0x9E3779B97F4A7C15
			least := ^uint64(0)
			for _, s := range shingles {
				least = min(least, mix(s^seed))
			}
			key = mix(key ^ least)
		}
		keys[b] = key
	}
	return keys
}

// mix is the finaliser of splitmix64 (Steele, Lea, Flood 2014).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

func nearest(sh, keys []uint64, bands map[uint64][]int, all [][]uint64) (int, bool) {
	for _, key := range keys {
		for _, k := range bands[key] {
			if jaccard(sh, all[k]) >= nearLeast {
				return k, true
			}
		}
	}
	return 0, false
}

// jaccard is the share of common members of two sorted lists.
func jaccard(a, b []uint64) float64 {
	both := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			both, i, j = both+1, i+1, j+1
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return float64(both) / float64(len(a)+len(b)-both)
}
