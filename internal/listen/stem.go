package listen

// hash gives t its hash and its other readings: what a dictionary may know it under when it does not know the form.
func (r *reader) hash(t *token, stretched bool) {
	w := r.runes[t.rFrom:t.rTo]
	switch t.kind {
	case kindLatin:
		r.hashLatin(t, w, stretched)
	case kindArabic:
		t.hash = hashRunes(w)
		if stretched {
			t.also(squeeze(w))
		}
		t.arabic(w)
	default:
		t.hash = hashRunes(w)
	}
}

func (t *token) also(h uint64) {
	if h == t.hash || int(t.alts) == len(t.alt) {
		return
	}
	for _, have := range t.alt[:t.alts] {
		if have == h {
			return
		}
	}
	t.alt[t.alts] = h
	t.alts++
}

// squeeze is the hash with every doubled letter written once.
func squeeze(w []rune) uint64 {
	h := uint64(hashBasis)
	for i, c := range w {
		if i == 0 || c != w[i-1] {
			h = hashRune(h, c)
		}
	}
	return h
}

// hashLatin reads "don't" and "i'm" without their apostrophe, and knows "parcels" and "dad's" by their stems.
func (r *reader) hashLatin(t *token, w []rune, stretched bool) {
	n := len(w)
	if n > 2 && w[n-2] == '\'' && w[n-1] == 't' || n == 3 && w[0] == 'i' && w[1] == '\'' && w[2] == 'm' {
		h := hashRunes(w[:n-2])
		t.hash = hashRune(h, w[n-1])
	} else {
		t.hash = hashRunes(w)
	}
	if stretched {
		t.also(squeeze(w))
	}
	if n > 3 && w[n-2] == '\'' && w[n-1] == 's' {
		t.also(hashRunes(w[:n-2]))
		return
	}
	if n < 5 {
		if n == 4 && w[3] == 's' && w[2] != 's' {
			t.also(hashRunes(w[:3]))
		}
		return
	}
	end := func(s string) bool {
		l := len(s)
		for i := range l {
			if w[n-l+i] != rune(s[i]) {
				return false
			}
		}
		return true
	}
	switch {
	case end("ies"):
		t.also(hashRune(hashRunes(w[:n-3]), 'y'))
	case end("sses"), end("xes"), end("shes"), end("ches"):
		t.also(hashRunes(w[:n-2]))
	case w[n-1] == 's' && w[n-2] != 's':
		t.also(hashRunes(w[:n-1]))
	case end("ing") && n > 5:
		t.also(hashRune(hashRunes(w[:n-3]), 'e'))
		t.also(hashRunes(w[:n-3]))
	case end("ied"):
		t.also(hashRune(hashRunes(w[:n-3]), 'y'))
	case end("ed"):
		t.also(hashRunes(w[:n-1]))
		t.also(hashRunes(w[:n-2]))
	}
}

// Prefixes and endings that Arabic writes onto a word, longest first, folded.
var (
	arabicPrefixes = [...][]rune{[]rune("وبال"), []rune("وال"), []rune("بال"), []rune("فال"), []rune("كال"), []rune("عال"), []rune("هال"),
		[]rune("ولل"), []rune("لل"), []rune("ال"), []rune("و"), []rune("ف"), []rune("ب"), []rune("ل")}
	arabicEndings = [...][]rune{[]rune("تكم"), []rune("تني"), []rune("تنا"), []rune("تها"), []rune("تهم"), []rune("كم"), []rune("هم"), []rune("ها"), []rune("نا"), []rune("ين"), []rune("ون"),
		[]rune("ات"), []rune("وا"), []rune("ني"), []rune("ه"), []rune("ك"), []rune("ي"), []rune("ا"), []rune("ت")}
)

// arabic adds the readings without article, conjunction and pronoun.
func (t *token) arabic(w []rune) {
	stem := w
	for _, p := range arabicPrefixes {
		if len(w)-len(p) >= 3 && same(w[:len(p)], p) {
			stem = w[len(p):]
			t.also(hashRunes(stem))
			break
		}
	}
	for _, e := range arabicEndings {
		if len(stem)-len(e) >= 3 && same(stem[len(stem)-len(e):], e) {
			stem = stem[:len(stem)-len(e)]
			t.also(hashRunes(stem))
			break
		}
	}
	if len(stem) >= 4 && (stem[0] == 'ي' || stem[0] == 'ت') { // he does, she does
		t.also(hashRune(hashRunes(stem[1:]), 'ي'))
	}
}

func same(a, b []rune) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
