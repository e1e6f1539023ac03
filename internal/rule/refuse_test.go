package rule

import (
	"errors"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery"
)

func TestWhatIsOutsideTheLanguageIsRefusedWhereItStands(t *testing.T) {
	tests := []struct {
		rule         string
		line, column int
		say, hint    string
	}{
		{"known &&\n  plan == 3", 2, 3, `there is no name "plan"`, "traits.plan"},
		{`orders.cuont > 1`, 1, 1, `there is no name "orders.cuont"`, "did you mean orders.count?"},
		{`known && traits.x + 1 > 2`, 1, 10, "arithmetic", "compare the result"},
		{`traits.tags.map(t, t)`, 1, 1, "map() is not part", "exists()"},
		{`traits.tags.filter(t, t == "a").size() > 1`, 1, 1, "size() is asked of a trait", "size(traits.tags)"},
		{`traits.tags.exists(t, traits.x == t)`, 1, 23, "only t itself", `t == "vip"`},
		{`traits.tags.exists(t, [1].exists(u, u == 1))`, 1, 33, "only t itself", `t == "vip"`},
		{`["a"].exists(t, t == "a")`, 1, 1, "exists() is asked of a trait", "traits.tags.exists"},
		{`count("x", "7d") > 50`, 1, 1, "only the 50 most recent", "without a window"},
		{`count("x", "7d") == 50`, 1, 1, "only the 50 most recent", "without a window"},
		{`count("x", "7d") >= 0`, 1, 1, "always the same", ""},
		{`count("x", "7d") >= 1.5`, 1, 1, "whole number", ""},
		{`count("x", "7d") > -1`, 1, 1, "never negative", ""},
		{`count("x", "7d") > traits.n`, 1, 1, "only with a fixed number", ""},
		{`count("") > 1 && count("", "7d") > 1`, 1, 24, "needs a name", ""},
		{`count("x", "7 d") > 1`, 1, 12, `"7 d" is no length of time`, "7d or 2w"},
		{`did("x", "5000d")`, 1, 10, `"5000d" is no length of time`, "ten years"},
		{`did(traits.x)`, 1, 5, "needs fixed texts", `did("Order Completed", "30d")`},
		{`did()`, 1, 1, "0 arguments", `did("Order`},
		{`sequence("A", "", "2h")`, 1, 15, "two names", ""},
		{`abandoned("A", "B", "2h", "1h")`, 1, 27, "ends before the wait", ""},
		{`known > true`, 1, 1, "not ordered", ""},
		{`known > state.held`, 1, 1, "not ordered", ""},
		{`known == 1`, 1, 1, "a yes or no cannot be compared with a number", ""},
		{`"a" == "b"`, 1, 1, "always the same", ""},
		{`count("X") == "a"`, 1, 1, "a number cannot be compared with text", "in quotes"},
		{`orders.last > 3`, 1, 1, "a moment cannot be compared", "ago("},
		{`ago(last("x")) == span("1d")`, 1, 1, "one millisecond", ">="},
		{`ago(last("x")) > traits.n`, 1, 1, "fixed length of time", "span("},
		{`ago(timestamp("2026-01-01T00:00:00Z")) > span("1d")`, 1, 1, "differs from person to person", ""},
		{`last("x") > timestamp("yesterday")`, 1, 13, `"yesterday" is no moment`, "2026-01-01"},
		{`duration("3s") < ago(last("x"))`, 1, 1, "no function duration()", `span("30d")`},
		{`traits.x == null`, 1, 13, "null", "has(traits.x)"},
		{`traits.x == 1.2345`, 1, 13, "three decimals", ""},
		{`traits.x == 9300000000000000`, 1, 13, "too large", ""},
		{`traits.x == {"a": 1}`, 1, 13, "maps and objects", ""},
		{`traits.x in ["a", known]`, 1, 19, "only fixed texts and numbers", ""},
		{`known in ["a"]`, 1, 1, "cannot be looked for", ""},
		{`traits.x in traits.y`, 1, 1, "a list on its right", `"vip" in traits.tags`},
		{`traits.tags[0] == "a"`, 1, 1, "[ ] only names a trait", "exists()"},
		{`traits == "a"`, 1, 1, "all traits at once", "traits.plan"},
		{`orders.count`, 1, 1, "orders.count is a number, not a yes or no", "orders.count >= 1"},
		{`locale && known`, 1, 1, "locale is text, not a yes or no", `locale == "..."`},
		{`has(orders.count)`, 1, 1, "has() asks for a trait", ""},
		{`orders.count.startsWith("1")`, 1, 1, "asked of text, and this is a number", ""},
		{`traits.x.startsWith(traits.y)`, 1, 21, "needs a fixed text", ""},
		{`traits.x.matches("(?=a)")`, 1, 18, "not RE2", "look-around"},
		{`traits.x.lowerAscii() == "a"`, 1, 1, "lowerAscii() is not part", "(?i)"},
		{`traits.x == `, 1, 13, "this is not CEL", "ends where more is needed"},
		{`(known`, 1, 7, "this is not CEL", "ends where more is needed"},
		{`known; known`, 1, 6, "this is not CEL", ""},
		{"  \n ", 1, 1, "the rule is empty", "true for everyone"},
		{"\xff", 1, 1, "not UTF-8", ""},
		{strings.Repeat("(", 100) + "known" + strings.Repeat(")", 100), 1, 49, "inside each other", ""},
		{strings.Repeat("!", 100) + "known", 1, 49, "inside each other", ""},
		{"known" + strings.Repeat(" ", MaxSource), 1, 1, "has 4101 bytes", "4096"},
	}
	for _, tt := range tests {
		_, err := Compile(tt.rule, names())
		var refused *Error
		if !errors.As(err, &refused) {
			t.Errorf("%.60q must be refused, and was %v", tt.rule, err)
			continue
		}
		if refused.Line != tt.line || refused.Column != tt.column || !strings.Contains(refused.Say, tt.say) || !strings.Contains(refused.Hint, tt.hint) {
			t.Errorf("%.60q is refused with\n\t%v\nwant line %d, column %d: ...%s...; ...%s...", tt.rule, refused, tt.line, tt.column, tt.say, tt.hint)
		}
		if orrery.KindOf(err) != orrery.KindInvalid {
			t.Errorf("%.60q: somebody who wrote a wrong rule is told that the fault is ours", tt.rule)
		}
	}
}

func TestWordsThatAreGivenAreTheOnlyOnes(t *testing.T) {
	n := names()
	n.Lives, n.Purposes, n.Channels = []string{"moved"}, []string{"marketing"}, []string{"email"}
	for rule, ok := range map[string]bool{`life("moved")`: true, `life("mooved")`: false, `consent("marketing")`: true, `consent("marketing", "email")`: true,
		`consent("marketing", "*")`: true, `consent("marketing", "fax")`: false, `consent("sales", "email")`: false} {
		if _, err := Compile(rule, n); (err == nil) != ok {
			t.Errorf("%s: %v; a misspelt word would silently never hold", rule, err)
		}
	}
}

func TestMoneyWithoutAUnitIsRefused(t *testing.T) {
	n := names()
	n.Money = 0
	n.Numbers["odd"] = 0
	for _, rule := range []string{`spent("9d") > 1.0`, `odd > 1`} {
		if _, err := Compile(rule, n); err == nil {
			t.Errorf("%s is accepted although nobody said whether it is cents: the comparison would be wrong a hundredfold", rule)
		}
	}
}

func TestARuleThatMayTakeTooLongIsRefused(t *testing.T) {
	for _, rule := range []string{
		`traits.x.matches("(a|b|c){50}(d|e|f){50}(g|h|i){50}")`,
		`traits.tags.exists(t, t.matches("^(a|b){9}c"))`,
		strings.TrimSuffix(strings.Repeat(`traits.a == traits.b || `, 50), " || "),
	} {
		_, err := Compile(rule, names())
		if err == nil || !strings.Contains(err.Error(), "10000 are allowed") {
			t.Errorf("%.60s: %v; it must be refused for its cost", rule, err)
		}
	}
	if cost := compiled(t, `traits.plan == "pro" && count("A", "7d") >= 3`).Cost(); cost != 4 {
		t.Errorf("a plain rule costs %d steps, want 4", cost)
	}
}

func TestSpansAreOneNumberAndOneUnit(t *testing.T) {
	for s, want := range map[string]orrery.Span{"90s": 90 * orrery.Second, "30m": 30 * orrery.Minute, "48h": 48 * orrery.Hour, "7d": 7 * orrery.Day,
		"2w": 14 * orrery.Day, "3660d": 3660 * orrery.Day, "": 0, "d": 0, "7": 0, "0d": 0, "-1d": 0, "+1d": 0, "1.5h": 0, "1y": 0, "3661d": 0, "99999999999w": 0, "7dd": 0, "٣d": 0} {
		if got, err := parseSpan(s); got != want || (err == nil) != (want != 0) {
			t.Errorf("%q is read as %v, %v; want %v", s, got, err, want)
		}
	}
}
