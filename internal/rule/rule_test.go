package rule

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
)

// ada is a person about whom something is known of every kind.
func ada() *person {
	return &person{
		traits: map[string]Value{"plan": TextOf("pro"), "country": TextOf("AT"), "age": NumberOf(41_500), "vip": BoolOf(true),
			"tags": ListOf([]string{"vip", "press"}), "address.city": TextOf("Wien"), "favourite colour": TextOf("red"), "none": ListOf(nil)},
		times: map[string][]orrery.Instant{"Product Viewed": hoursAgo(1, 2, 100, 200), "Signed In": hoursAgo(24 * 40), "Twice": hoursAgo(1, 1),
			"Cart Viewed": hoursAgo(3, 50), "Order Completed": hoursAgo(49)},
		numbers: map[string]int64{"orders.count": 3, "orders.total": 25_000, "orders.last": int64(hoursAgo(49)[0]), "touches": 8,
			"state.open_cases": 0, "score.health": 750},
		texts:    map[string]string{"state.mood": "angry", "locale": "de-AT"},
		flags:    map[string]bool{"known": true, "state.held": false},
		lives:    map[string]orrery.Instant{"engagement": noon + 1000, "moved": 0, "over": noon},
		consents: map[string]bool{"marketing/email": true, "research/*": true},
		views:    map[string][]orrery.Instant{"sku-1": hoursAgo(24 * 10)},
		orders:   []OrderAt{{hoursAgo(49)[0], 9_999}, {hoursAgo(24 * 100)[0], 15_001}},
	}
}

func TestEveryKindOfConditionAnswers(t *testing.T) {
	tests := []struct {
		rule string
		want bool
	}{
		{`true`, true}, {`false`, false}, {`!true || known`, true},
		{`traits.plan == "pro"`, true}, {`traits.plan != "pro"`, false}, {`"pro" == traits.plan`, true}, {`traits.plan < "q"`, true},
		{`traits.plan == 3`, false}, {`traits.plan != 3`, true}, {`traits.plan > 3`, false},
		{`traits.age >= 41.5`, true}, {`traits.age > 41.5`, false}, {`41 < traits.age`, true}, {`traits.age != 41`, true}, {`traits.age > -1`, true},
		{`traits.vip`, true}, {`traits.vip == true`, true}, {`traits.vip != true`, false}, {`traits.plan`, false}, {`traits.plan != false`, true},
		{`traits.address.city == "Wien"`, true}, {`traits["favourite colour"] == "red"`, true}, {`traits["address"].city == "Wien"`, true},
		{`has(traits.plan)`, true}, {`has(traits.shoe)`, false}, {`has(traits.address.city)`, true},
		{`traits.shoe == "a"`, false}, {`traits.shoe != "a"`, false}, {`!(traits.shoe == "a")`, true}, {`traits.shoe != true`, false}, {`traits.shoe in ["a"]`, false},
		{`traits.country in ["DE", "AT"]`, true}, {`traits.country in ["DE"]`, false}, {`traits.age in [41.5, "x"]`, true}, {`orders.count in [1, 2]`, false},
		{`traits.country in ["z","y","c","d","e","f","g","h","i","AT"]`, true}, {`traits.country in ["a","b","c","d","e","f","g","h","i","AU"]`, false},
		{`traits.age in [41.5,9,8,7,6,5,4,3,2,1]`, true}, {`state.mood in ["angry", "sad"]`, true},
		{`traits.plan.startsWith("pr")`, true}, {`traits.plan.endsWith("ro")`, true}, {`traits.plan.contains("x")`, false}, {`traits.plan.matches("^p.o$")`, true},
		{`traits.age.startsWith("")`, false}, {`traits.shoe.contains("")`, false}, {`locale.startsWith("de")`, true}, {`market.startsWith("de")`, false},
		{`traits.tags.exists(t, t == "vip")`, true}, {`traits.tags.exists(t, t == "x" || t.startsWith("pre"))`, true}, {`traits.tags.exists(t, "zz" < t)`, false},
		{`traits.tags.all(t, t in ["vip", "press"])`, true}, {`traits.tags.all(t, !(t == "vip"))`, false}, {`traits.none.all(t, t == "x")`, true},
		{`traits.none.exists(t, t != "x")`, false}, {`traits.plan.exists(t, t == "pro")`, false}, {`traits.shoe.all(t, t == "x")`, false},
		{`"vip" in traits.tags`, true}, {`"pro" in traits.plan`, false}, {`size(traits.tags) == 2`, true}, {`traits.tags.size() > 2`, false}, {`size(traits.plan) >= 0`, false},
		{`traits.plan == traits.country`, false}, {`traits.plan != traits.age`, true}, {`traits.tags == traits.tags`, true}, {`traits.tags != traits.none`, true}, {`traits.tags != traits.tags`, false}, {`traits.tags < traits.tags`, false}, {`traits.plan == traits.shoe`, false}, {`traits.country < state.mood`, true}, {`traits.age > orders.count`, true},
		{`count("Product Viewed") >= 4`, true}, {`count("Product Viewed") > 4`, false}, {`count("Other") == 0`, true},
		{`count("Product Viewed", "7d") >= 3`, true}, {`count("Product Viewed", "7d") > 3`, false}, {`count("Product Viewed", "7d") == 3`, true},
		{`count("Product Viewed", "7d") != 3`, false}, {`count("Product Viewed", "7d") < 3`, false}, {`count("Product Viewed", "7d") <= 3`, true}, {`3 <= count("Product Viewed", "7d")`, true},
		{`count("Product Viewed", "30m") == 0`, true}, {`count("Product Viewed", "100h") == 2`, true},
		{`did("Signed In")`, true}, {`did("Signed In", "30d")`, false}, {`!did("Signed In", "30d")`, true}, {`did("Other")`, false},
		{`since_last("Signed In", "30d")`, true}, {`since_last("Product Viewed", "30d")`, false}, {`since_last("Other", "30d")`, false},
		{`ago(last("Signed In")) > span("30d")`, true}, {`ago(last("Signed In")) > span("40d")`, false}, {`ago(last("Signed In")) >= span("40d")`, true},
		{`span("40d") >= ago(first("Signed In"))`, true}, {`ago(last("Other")) < span("1d")`, false}, {`ago(orders.last) < span("50h")`, true},
		{`last("Order Completed") > last("Cart Viewed")`, false}, {`first("Product Viewed") < last("Product Viewed")`, true},
		{`last("Signed In") < timestamp("2026-11-24T12:00:00Z")`, true}, {`last("Other") < timestamp("2026-11-24T12:00:00Z")`, false},
		{`sequence("Cart Viewed", "Order Completed", "2h")`, true}, {`sequence("Cart Viewed", "Order Completed", "1h")`, true}, {`sequence("Cart Viewed", "Order Completed", "59m")`, false}, {`sequence("Order Completed", "Signed In", "2w")`, false},
		{`sequence("Cart Viewed", "Order Completed", "2h", "2d")`, false}, {`sequence("Cart Viewed", "Order Completed", "2h", "50h")`, true},
		{`abandoned("Cart Viewed", "Order Completed", "2h")`, true}, {`abandoned("Cart Viewed", "Order Completed", "4h")`, false}, {`abandoned("Cart Viewed", "Product Viewed", "2h")`, false},
		{`abandoned("Cart Viewed", "Order Completed", "2h", "3h")`, false}, {`abandoned("Cart Viewed", "Order Completed", "2h", "1d")`, true}, {`abandoned("Other", "Order Completed", "2h")`, false},
		{`viewed("sku-1", "14d")`, true}, {`viewed("sku-1", "9d")`, false}, {`viewed("sku-1")`, true}, {`viewed("sku-2")`, false},
		{`spent("90d") > 99.98`, true}, {`spent("90d") > 100`, false}, {`spent("200d") == 250`, true}, {`spent("1d") == 0`, true},
		{`orders.count > 2`, true}, {`orders.total >= 250.0`, true}, {`orders.total > 250`, false}, {`score.health == 0.75`, true}, {`touches == 8`, true},
		{`life("engagement")`, true}, {`life("moved")`, true}, {`life("over")`, false}, {`life("graduation")`, false},
		{`consent("marketing", "email")`, true}, {`consent("marketing", "sms")`, false}, {`consent("research")`, true}, {`consent("marketing", "*")`, false},
		{`state.mood == "angry"`, true}, {`market == "eu"`, false}, {`market != "eu"`, false}, {`known`, true}, {`state.held`, false}, {`state.apology_due`, false}, {`state.open_cases == 0`, true},
		{`known == true`, true}, {`known != true`, false}, {`did("Signed In") == false`, false}, {`known == did("Signed In")`, true}, {`known != viewed("sku-2")`, true},
		{`known ? traits.vip : state.held`, true}, {`state.held ? traits.vip : !known`, false}, {`(known && state.held) || traits.vip && !state.held`, true},
	}
	for _, tt := range tests {
		got, _, err := compiled(t, tt.rule).Eval(ada(), noon)
		if err != nil || got != tt.want {
			t.Errorf("%s answered %v, %v for Ada; it should answer %v", tt.rule, got, err, tt.want)
		}
	}
}

func TestARuleSaysWhenItsAnswerMayChange(t *testing.T) {
	hour := orrery.Instant(orrery.Hour)
	tests := []struct {
		rule string
		want orrery.Instant // after noon
	}{
		{`traits.plan == "pro"`, 0},
		{`count("Product Viewed", "7d") >= 3`, 68 * hour}, {`count("Product Viewed", "7d") >= 4`, 0}, {`count("Product Viewed", "10d") == 2`, 140 * hour},
		{`count("Twice", "2h") == 1`, 0}, {`count("Twice", "2h") == 2`, hour}, {`count("Product Viewed", "3h") == 1`, hour},
		{`!did("Product Viewed", "2h")`, hour}, {`did("Product Viewed", "30m")`, 0},
		{`since_last("Product Viewed", "2h")`, hour + 1}, {`ago(last("Product Viewed")) >= span("2h")`, hour},
		{`abandoned("Cart Viewed", "Order Completed", "4h")`, hour}, {`abandoned("Cart Viewed", "Order Completed", "2h")`, 0},
		{`abandoned("Cart Viewed", "Order Completed", "2h", "5h")`, 2 * hour},
		{`sequence("Cart Viewed", "Order Completed", "2h", "50h")`, hour},
		{`life("engagement")`, 1000}, {`life("moved")`, 0}, {`!life("engagement") && traits.plan == "pro"`, 1000},
		{`state.held && life("engagement")`, 0}, {`known && life("engagement")`, 1000}, {`known || life("engagement")`, 0},
		{`life("engagement") ? did("Product Viewed", "2h") : known`, 1000},
		{`spent("50h") > 50`, hour}, {`spent("50h") > 500`, 0},
	}
	for _, tt := range tests {
		_, next, err := compiled(t, tt.rule).Eval(ada(), noon)
		want := tt.want
		if want != 0 {
			want += noon
		}
		if err != nil || next != want {
			t.Errorf("%s: the answer may change at %v (%v); it should say %v", tt.rule, next, err, want)
		}
	}
}

func TestARuleSaysWhatItReads(t *testing.T) {
	p := compiled(t, `traits.b == "x" && has(traits.a.c) && count("Z", "7d") > 1 && sequence("A", "B", "2h") && viewed("sku-1") &&
		spent("9d") > 1.5 && consent("marketing", "email") && known && orders.count in [1] && life("moved") && "v" in traits.tags && first("F") < last("A")`)
	want := Reads{Events: []string{"A", "B", "F", "Z"}, Traits: []string{"a.c", "b", "tags"}, Names: []string{"known", "orders.count"},
		Products: []string{"sku-1"}, Lives: []string{"moved"}, Orders: true, Consent: true, Timed: true}
	if diff := cmp.Diff(want, p.Reads()); diff != "" {
		t.Errorf("a touch would miss this rule or wake it for nothing (-want +got):\n%s", diff)
	}
	for rule, timed := range map[string]bool{`sequence("A", "B", "2h") && known`: false, `did("A") && count("A") > 1 && viewed("s") && last("A") > first("B")`: false,
		`count("A", "7d") > 1`: true, `did("A", "7d")`: true, `viewed("s", "7d")`: true, `since_last("A", "7d")`: true, `ago(last("A")) > span("7d")`: true,
		`sequence("A", "B", "2h", "7d")`: true, `abandoned("A", "B", "2h")`: true, `spent("7d") > 1`: true, `life("moved")`: true} {
		if compiled(t, rule).Reads().Timed != timed {
			t.Errorf("%s must say %v when asked whether it needs a timer", rule, timed)
		}
	}
}

func TestExplainShowsEachConditionAndWhatWasFound(t *testing.T) {
	p := compiled(t, `traits.plan=="free" && !did('Signed In',"30d") && (count("Product Viewed", "7d") >= 3 || traits.age > 50) && orders.total >= 250.0 && (known == false) && traits.tags.exists(t, t == "vip")`)
	want := []Term{
		{Text: `traits.plan == "free"`, Value: "pro"},
		{Text: `!did("Signed In", "30d")`, Value: "2026-10-15T12:00:00.000Z", Held: true},
		{Text: `count("Product Viewed", "7d") >= 3`, Value: "3", Held: true, Next: hoursAgo(-68)[0]},
		{Text: `traits.age > 50`, Value: "41.5"},
		{Text: `orders.total >= 250.0`, Value: "250", Held: true},
		{Text: `known == false`},
		{Text: `traits.tags.exists(t, t == "vip")`, Value: "[vip press]", Held: true},
	}
	if diff := cmp.Diff(want, p.Explain(ada(), noon)); diff != "" {
		t.Errorf("the explanation is not what was asked (-want +got):\n%s", diff)
	}
}

func TestAPersonWithTooLongListsOrTextsGetsNoAnswer(t *testing.T) {
	p := &person{traits: map[string]Value{"tags": ListOf(make([]string, MaxList+1)), "text": TextOf(strings.Repeat("a", maxContained+1)),
		"long": ListOf([]string{strings.Repeat("a", maxMatched+1)}), "wide": ListOf(slices.Repeat([]string{strings.Repeat("a", 200)}, 21))}}
	for _, rule := range []string{`traits.tags.exists(t, t == "x")`, `"x" in traits.tags`, `traits.text.contains("b")`, `traits.text.matches("b")`,
		`!traits.text.contains("b")`, `traits.text.contains("b") ? true : false`, `known || traits.text.contains("b")`, `traits.long.all(t, !t.matches("b"))`,
		`traits.wide.exists(t, t == "b")`, `traits.tags == traits.tags`, `known == traits.text.contains("b")`} {
		if answer, _, err := compiled(t, rule).Eval(p, noon); !errors.Is(err, ErrCost) {
			t.Errorf("%s answered %v, %v although the work is over the limit: it must say ErrCost", rule, answer, err)
		}
	}
	if answer, _, err := compiled(t, `traits.text.startsWith("a") || traits.text.contains("b")`).Eval(p, noon); err != nil || !answer {
		t.Errorf("a part that is not needed must not fail the rule: %v, %v", answer, err)
	}
	if terms := compiled(t, `traits.text.contains("b")`).Explain(p, noon); !terms[0].Over {
		t.Errorf("the explanation hides that a condition was over the limit: %+v", terms)
	}
}

func TestCountsAndTraitsAreAnsweredWithoutAllocating(t *testing.T) {
	s := Subject(ada())
	for _, rule := range append(benchmarked(), `count("Product Viewed", "7d") == 3`, `sequence("Cart Viewed", "Order Completed", "2h", "30d")`, `spent("90d") > 1.0`) {
		p := compiled(t, rule)
		if n := testing.AllocsPerRun(100, func() { _, _, _ = p.Eval(s, noon) }); n != 0 {
			t.Errorf("%s allocates %v times an evaluation; it must not", rule, n)
		}
	}
}
