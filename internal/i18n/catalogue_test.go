package i18n

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

var hole = regexp.MustCompile(`\{[a-z_]+\}`)

// formsOf are the plural forms of whole numbers that a language tells apart.
func formsOf(tag language.Tag) []string {
	seen := map[string]bool{}
	for n := range 2000 {
		seen[formNames[plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)]] = true
	}
	var out []string
	for f := range seen {
		out = append(out, f)
	}
	slices.Sort(out)
	return out
}

func TestEveryCatalogueSaysWhatTheEnglishOneSays(t *testing.T) {
	english := For("en")
	for _, lang := range Languages {
		c := For(lang)
		for _, key := range c.Keys() {
			if !english.Has(key) {
				t.Errorf("%s: the key %s is not in the English catalogue: take it out, or add it there", lang, key)
			}
		}
		for _, key := range english.Keys() {
			said := c.says[key]
			if said == nil {
				t.Errorf("%s: nothing is said under %s", lang, key)
				continue
			}
			counted := len(english.says[key]) > 1
			if needs := formsOf(c.tag); counted {
				for _, f := range needs {
					if said[f] == "" {
						t.Errorf("%s: %s lacks the plural form %q", lang, key, f)
					}
				}
				for f := range said {
					if !slices.Contains(needs, f) {
						t.Errorf("%s: %s has the plural form %q, which the language does not tell apart", lang, key, f)
					}
				}
			} else if len(said) != 1 || said["other"] == "" {
				t.Errorf("%s: %s is one sentence in English and is to be one here", lang, key)
			}
			want := holesOf(english.says[key]["other"])
			for f, text := range said {
				got := holesOf(text)
				if counted { // "one touch" and "two touches" need no number
					got, want = without(got, "{n}"), without(want, "{n}")
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s: %s (%s) has the holes %v, English has %v", lang, key, f, got, want)
				}
			}
		}
	}
}

func holesOf(s string) []string {
	h := hole.FindAllString(s, -1)
	slices.Sort(h)
	return h
}

func without(list []string, x string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == x })
}

func TestTheLanguagesAreWrittenInTheirOwnScript(t *testing.T) {
	arabic := regexp.MustCompile(`\p{Arabic}`)
	han := regexp.MustCompile(`\p{Han}`)
	for lang, script := range map[string]*regexp.Regexp{"ar": arabic, "zh-Hans": han, "zh-Hant": han} {
		for key, f := range For(lang).says {
			for form, text := range f {
				if key != "at" && !script.MatchString(text) {
					t.Errorf("%s: %s (%s) is not written in the script of its language: %s", lang, key, form, text)
				}
			}
		}
	}
	simplified := regexp.MustCompile("[们这个为与发没还过说请问间对时开关门网从会东车见觉读写买卖后]")
	for key, f := range For("zh-Hant").says {
		if bad := simplified.FindString(f["other"]); bad != "" && bad != "后" {
			t.Errorf("zh-Hant: %s holds the simplified character %s: %s", key, bad, f["other"])
		}
	}
}

func TestANumberChoosesThePluralForm(t *testing.T) {
	for _, c := range []struct {
		lang string
		n    int
		want string
	}{
		{"en", 1, "One message waits for this person."}, {"en", 5, "5 messages wait for this person."},
		{"zh-Hans", 1, "有 1 条消息在等待此人。"},
		{"ar", 2, "رسالتان تنتظران هذا الشخص."}, {"ar", 3, isolate + "3" + isolateEnd + " رسائل تنتظر هذا الشخص."},
		{"ar", 11, isolate + "11" + isolateEnd + " رسالة تنتظر هذا الشخص."}, {"ar", 100, isolate + "100" + isolateEnd + " رسالة تنتظر هذا الشخص."},
	} {
		if got := For(c.lang).Say("line.waiting", Number("n", c.n)); got != c.want {
			t.Errorf("%s, %d: %q; expected %q", c.lang, c.n, got, c.want)
		}
	}
}

func TestNamesAreIsolatedInArabicOnly(t *testing.T) {
	if got := For("ar").Say("and.list", Text("list", "X-01")); !strings.Contains(got, isolate+"X-01"+isolateEnd) {
		t.Errorf("the name should stand between isolates: %q", got)
	}
	if got := For("en").Say("and.list", Text("list", "X-01")); got != "The list is X-01." {
		t.Errorf("English needs no isolates: %q", got)
	}
}

func TestWhatNobodyTranslatedIsSaidAsItIs(t *testing.T) {
	if got := For("en").Say("no.such.key"); got != "no.such.key" {
		t.Errorf("an unknown key should be said as it is, not as %q", got)
	}
}

func TestTheLanguageThatFitsBestIsSpoken(t *testing.T) {
	for wanted, want := range map[string]string{
		"": "en", "de": "en", "en-GB": "en", "zh": "zh-Hans", "zh-CN": "zh-Hans", "zh-TW": "zh-Hant", "zh-HK,en;q=0.5": "zh-Hant",
		"ar-EG": "ar", "fr;q=0.9, ar;q=0.8": "ar", "\x00broken": "en",
	} {
		if got := Match(wanted); got != want {
			t.Errorf("who wants %q is spoken to in %s; expected %s", wanted, got, want)
		}
	}
	if got := Match("", "ar"); got != "ar" {
		t.Errorf("the second wish counts when the first is empty: %s", got)
	}
}

func TestAMomentIsWrittenInUTC(t *testing.T) {
	at := time.Date(2026, 11, 24, 11, 0, 0, 0, time.FixedZone("", 3600))
	if got := Moment(at); got != "2026-11-24 10:00 UTC" {
		t.Errorf("got %q", got)
	}
	if got := Moment(time.Time{}); got != "" {
		t.Errorf("no moment should be nothing, not %q", got)
	}
}
