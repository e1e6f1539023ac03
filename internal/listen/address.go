package listen

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/orrery-cxm/orrery"
)

// PersonalAddress is a postal address: a street with a number, in a first form for the languages below.
const PersonalAddress = "address"

// script is how addresses are written in one language.
type addressing struct {
	triggers []string // one of them stands, in lower case, in every text that pattern matches
	pattern  *regexp.Regexp
	refuse   func(match, after string) bool // by the match and what follows it; nil: nothing
}

// addressings are tried in order. Every pattern wants a number: a street alone is nobody's.
var addressings = [...]addressing{
	{ // 221b Baker Street, London NW1 6XE; 1600 Amphitheatre Pkwy, Mountain View, CA 94043; PO Box 1234
		triggers: []string{"street", " st", "road", " rd", "avenue", " ave", "lane", " ln", "boulevard", "blvd", "drive", " dr", "court", " ct", "place", "square",
			"terrace", "crescent", "close", "highway", "hwy", "parkway", "pkwy", "way", "box"},
		pattern: regexp.MustCompile(`\b(?:(?:[Ff]lat|[Aa]pt\.?|[Aa]partment|[Uu]nit|[Ss]uite) ?#?\d{1,4}[A-Za-z]?,? )?\d{1,5}[A-Za-z]? (?:` +
			`(?:[NSEW]\.? )?(?:[A-Z0-9][A-Za-z0-9'’.-]* ){1,3}(?:St(?:reet)?|R(?:oa)?d|Ave(?:nue)?|L(?:a)?ne?|B(?:oule)?v(?:ar)?d|Dr(?:ive)?|C(?:our)?t|Pl(?:ace)?|Sq(?:uare)?|Terrace|Crescent|Close|H(?:igh)?wa?y|P(?:ar)?kwa?y|Way)\b` +
			`|(?:[\pL'’-]+ ){1,2}(?i:street|road|avenue|boulevard|blvd)\b)` +
			`(?:\.?,? (?:[Ff]lat|[Aa]pt\.?|[Uu]nit|[Ss]uite|#) ?#?\d{1,4}[A-Za-z]?)?` +
			`(?:,? [A-Z][A-Za-z.]+(?: [A-Z][a-z]+){0,2})?(?:,? (?:[A-Z]{2} \d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2})\b)?` +
			`|\b[Pp]\.? ?[Oo]\.? [Bb]ox \d{1,6}\b`),
		refuse: idle,
	},
	{ // Berliner Straße 12a, 10115 Berlin; Goethestr. 5; Am Ring 3 is left out: too much reads like it
		triggers: []string{"straße", "strasse", "str.", "weg ", "platz ", "allee ", "gasse ", "damm ", "ufer "},
		pattern: regexp.MustCompile(`(?:\p{Lu}[\p{L}-]*(?:[Ss]traße|[Ss]trasse|[Ss]tr\.|weg|platz|allee|gasse|damm|ufer)|(?:\p{Lu}[\p{L}-]+ ){1,2}(?:Straße|Strasse|Str\.|Weg|Platz|Allee|Gasse|Damm|Ufer)) ?` +
			`\d{1,4} ?(?:[a-hA-H]\b)?(?:,? (?:D-)?\d{5} \p{Lu}[\p{L}-]+(?: \p{Lu}[\p{L}-]+)?)?`),
		refuse: measure,
	},
	{ // 12 bis, rue de la Paix, 75002 Paris
		triggers: []string{"rue ", "avenue ", "boulevard ", " bd ", "place ", "chemin ", "allée ", "impasse ", "quai ", "route "},
		pattern: regexp.MustCompile(`\b\d{1,4}(?: ?(?:bis|ter))?,? (?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Bb]d|[Pp]lace|[Cc]hemin|[Aa]llée|[Ii]mpasse|[Qq]uai|[Rr]oute) ` +
			`(?:(?:de la|de l['’]|de|du|des|d['’]|la|le|les|l['’]) ?)?\p{Lu}[\p{L}'’-]+(?: (?:(?:de|du|des|la|le|et) )?\p{Lu}[\p{L}'’-]+){0,3}(?:,? \d{5} \p{Lu}[\p{L}-]+(?: \p{Lu}[\p{L}-]+)?)?`),
	},
	{ // Calle de Alcalá, 42, 3º B, 28014 Madrid; Av. Reforma 222
		triggers: []string{"calle", "c/", "avenida", "avda", "av. ", "plaza", "paseo", "carrera", "camino", "ronda"},
		pattern: regexp.MustCompile(`(?:\b(?:[Cc]alle|[Aa]venida|[Aa]vda\.?|[Aa]v\.|[Pp]laza|[Pp]aseo|[Cc]arrera|[Cc]amino|[Rr]onda)|[Cc]/) ?` +
			`(?:(?:de las|de los|de la|del|de|la|las|los|el) )?\p{Lu}[\p{L}-]+(?: (?:(?:de la|de|del|y|la) )?\p{Lu}[\p{L}-]+){0,3},? (?:(?:n\.?[ºo°]|núm\.?|número|#) ?)?\d{1,4}\b` +
			`(?:,? \d{1,2}[ºª°] ?[A-Za-z]?\b)?(?:,? \d{5} \p{Lu}[\p{L}-]+)?`),
	},
	{ // 上海市浦东新区世纪大道100号5栋302室; 台北市信義區信義路五段7號12樓
		triggers: []string{"路", "街", "道", "巷", "弄", "村"},
		pattern: regexp.MustCompile(`(?:\p{Han}{2,4}省)?(?:\p{Han}{2,4}?市)?(?:\p{Han}{1,5}?(?:新区|區|区|县|縣))?(?:\p{Han}{1,4}?(?:镇|鎮|乡|鄉|街道))?\p{Han}{1,6}?(?:大道|路|街|道|巷|弄|村)(?:[东西南北中一二三四五六七八九十]{1,2}(?:段|路|街|巷))?` +
			` ?[0-9０-９]{1,5}(?:[-之][0-9０-９]{1,4})? ?(?:号|號|弄|巷)(?:院)?(?:[^\s，。,.!！?？；;、]{0,6}?[0-9０-９A-Za-z]{1,5}(?:号楼|號樓|单元|單元|栋|棟|幢|座|室|楼|樓|层|層|号|號)){0,4}`),
		refuse: lineOfBuses,
	},
	{ // شارع الملك فهد، مبنى 12، شقة 3؛ شارع التحرير رقم ٤٥
		triggers: []string{"شارع", "طريق", "حي "},
		pattern: regexp.MustCompile(`(?:حي [\p{Arabic}]+(?: [\p{Arabic}]+)?[،,]? )?(?:شارع|طريق) [\p{Arabic}]+(?: [\p{Arabic}]+){0,3}?[،,]? ?` +
			`(?:(?:رقم|مبنى|مبني|عمارة|فيلا|منزل|بناية|برج|بيت) )(?:رقم )?[0-9٠-٩]{1,5}(?:[،,]? (?:الدور|شقة|طابق|مكتب|رقم) [\p{Arabic}0-9٠-٩]{1,8})*`),
	},
	{ // ١٢ شارع طلعت حرب
		triggers: []string{"شارع"},
		pattern:  regexp.MustCompile(`[0-9٠-٩]{1,4} شارع (?:ال)?[\p{Arabic}]{2,}(?: (?:ال)?[\p{Arabic}]{2,})?`),
	},
}

// addresses finds postal addresses. Texts without a digit, and without a word of streets, cost next to nothing.
func (f *folding) addresses(text string, out []orrery.Label) []orrery.Label {
	for at := 0; ; {
		from, to, ok := f.aroundNumbers(text, at)
		if !ok {
			return out
		}
		out = addressesIn(text, from, to, out)
		at = to
	}
}

// How far an address reaches before and after its first number, in bytes.
const (
	beforeNumber = 160
	afterNumber  = 240
)

// aroundNumbers is the next stretch of text from byte at on that has a number and may hold an address with it.
func (f *folding) aroundNumbers(text string, at int) (from, to int, ok bool) {
	first := f.digit(text, at)
	if first < 0 {
		return 0, 0, false
	}
	from = max(at, first-beforeNumber)
	for from > at && text[from-1] != ' ' && from > first-beforeNumber-40 {
		from--
	}
	for from < first && !utf8.RuneStart(text[from]) {
		from++
	}
	to = first
	for next := first; next >= 0 && next < to+beforeNumber; next = f.digit(text, to) {
		to = min(len(text), max(next, to)+afterNumber)
		if to == len(text) {
			return from, to, true
		}
	}
	for to > first && !utf8.RuneStart(text[to]) {
		to--
	}
	return from, to, true
}

// addressesIn finds addresses from byte lo to hi.
func addressesIn(text string, lo, hi int, out []orrery.Label) []orrery.Label {
	part := text[lo:hi]
	lower := strings.ToLower(part)
	for i := range addressings {
		a := &addressings[i]
		if !containsAny(lower, a.triggers) || i == addressHan && !numbersHouse(part) {
			continue
		}
		for _, at := range a.pattern.FindAllStringIndex(part, -1) {
			from, to := lo+at[0], lo+at[1]
			if i == addressHan {
				from += afterLead(text[from:to])
				to += room(text[:to], text[to:])
			}
			if a.refuse != nil && a.refuse(text[from:to], text[to:min(len(text), to+24)]) {
				continue
			}
			out = append(out, spot(PersonalAddress, 800, from, to))
		}
	}
	return out
}

// addressHan is the place of Chinese in addressings: its words have no spaces, so what leads to the address is cut off.
const addressHan = 4

// numbersHouse says whether a number of a house in Chinese stands in the text, as in every match: the words of streets alone
// are in too many others (味道 is taste), and reviews are long.
func numbersHouse(text string) bool {
	for _, sign := range [...]string{"号", "號", "弄", "巷"} {
		for rest := text; ; {
			at := strings.Index(rest, sign)
			if at < 0 {
				break
			}
			before := strings.TrimSuffix(rest[:at], " ")
			if r, _ := utf8.DecodeLastRuneInString(before); r >= '0' && r <= '9' || r >= '０' && r <= '９' {
				return true
			}
			rest = rest[at+len(sign):]
		}
	}
	return false
}

func containsAny(text string, words []string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// digit is the place of the first digit of any script from byte i on, or -1.
func (f *folding) digit(text string, i int) int {
	for i < len(text) {
		c := text[i]
		if c < utf8.RuneSelf {
			if c >= '0' && c <= '9' {
				return i
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		if k, _ := f.of(r); k == kindDigit {
			return i
		}
		i += n
	}
	return -1
}

// idleWords stand between a number and a street in texts that name no house: "5 minutes down the road".
var idleWords = [...]string{"minute", "minutes", "min", "mins", "hour", "hours", "day", "days", "week", "weeks", "mile", "miles", "km", "block", "blocks", "the", "this",
	"my", "your", "our", "their", "down", "on", "in", "of", "a", "an", "from", "across", "per", "shops", "stores", "more", "to", "per", "and", "or", "for", "at", "times", "same", "new",
	"years", "months", "people", "cars", "off"}

// idle says whether a match is no address but a number and a street in a sentence.
func idle(match, _ string) bool {
	words := strings.Fields(strings.ToLower(match))
	for i, w := range words {
		if i == 0 || i > 4 || words[0] == "po" || words[0] == "p.o." {
			continue
		}
		switch strings.Trim(w, ".,") {
		case "street", "st", "road", "rd", "avenue", "ave", "lane", "boulevard", "blvd":
			return false
		}
		for _, x := range idleWords {
			if w == x {
				return true
			}
		}
	}
	return false
}

// measure says whether the number after a German way is a length, a time or a price: "Heimweg 20 Minuten".
func measure(match, after string) bool {
	at := strings.IndexAny(match, "0123456789")
	if at < 0 {
		return true
	}
	after = strings.TrimLeft(match[at:]+after, "0123456789 ")
	for _, unit := range [...]string{"min", "Min", "Stund", "Uhr", "uhr", "Euro", "€", "km", "Kilo", "Meter", "%", "Tag", "Woche", "Jahr", "mal", "x ", "Personen", "Leute"} {
		if strings.HasPrefix(after, unit) {
			return true
		}
	}
	return false
}

// lineOfBuses says whether a Chinese match is a line of buses or trains, not a house: "坐5路301号车".
func lineOfBuses(match, after string) bool {
	match += after[:min(len(after), 6)]
	return strings.Contains(match, "号车") || strings.Contains(match, "號車") || strings.Contains(match, "号线") || strings.Contains(match, "號線") ||
		strings.Contains(match, "号店") || strings.Contains(match, "號店") || strings.Contains(match, "号出口") || strings.Contains(match, "號出口")
}

// leads are words that end before a Chinese address begins.
var leads = [...]string{"地址是", "地址在", "地址为", "地址為", "地址", "住在", "寄到", "送到", "寄往", "寄去", "搬到", "家在", "位于", "位於", "改成", "改为", "改為", "收货", "我在", "住", "是", "到", "在", "请", "請", "我"}

// room is the length of the number of a room that stands right after a building: 5栋301.
func room(match, after string) int {
	for _, building := range [...]string{"栋", "棟", "幢", "座", "号楼", "號樓", "单元", "單元"} {
		if strings.HasSuffix(match, building) {
			return len(after) - len(strings.TrimLeft(after, "0123456789"))
		}
	}
	return 0
}

// afterLead is where the address begins in a match.
func afterLead(match string) int {
	from := 0
	for _, l := range leads {
		if at := strings.LastIndex(match[:max(0, len(match)*2/3)], l); at >= 0 && at+len(l) > from && at < 36 {
			from = at + len(l)
		}
	}
	return from
}
