package decide_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/decide"
)

func TestAWrongAudienceIsRefusedWithItsPlaceAndWhatWouldBeRight(t *testing.T) {
	good := decide.Audience{Name: "good", Rule: `did("A")`}
	many := make([]decide.Audience, decide.MaxAudiences+1)
	for i := range many {
		many[i] = decide.Audience{Name: orrery.AudienceName(fmt.Sprintf("a%d", i)), Rule: `did("A")`}
	}
	for _, c := range []struct {
		what      string
		audiences []decide.Audience
		code      string
		says      []string
	}{
		{"a name with capitals", []decide.Audience{good, {Name: "Big", Rule: `known`}}, "policy.audience", []string{"audiences[1].name", `"Big"`, "lower-case"}},
		{"no name", []decide.Audience{{Rule: `known`}}, "policy.audience", []string{"audiences[0].name"}},
		{"a name of 65 letters", []decide.Audience{{Name: orrery.AudienceName(strings.Repeat("a", 65)), Rule: `known`}}, "policy.audience", []string{"audiences[0].name"}},
		{"a name twice", []decide.Audience{good, good}, "policy.audience", []string{"audiences[1].name", `"good"`, "twice"}},
		{"no rule", []decide.Audience{good, {Name: "empty"}}, "policy.audience", []string{"audiences[1].rule", "missing", `count("Product Viewed", "7d") >= 3`}},
		{"excludes with a rule", []decide.Audience{{Name: "x", Excludes: true, Rule: `known`}}, "policy.audience", []string{"audiences[0].rule", "takes no rule"}},
		{"a rule that is none", []decide.Audience{good, {Name: "typo", Rule: `cuont("A") > 1`}}, "policy.rule", []string{"audiences[1].rule", "typo", "cuont"}},
		{"a name that is not registered", []decide.Audience{{Name: "x", Rule: `orders.sum > 1`}}, "policy.rule", []string{"audiences[0].rule", "orders.sum"}},
		{"too many", many, "policy.audiences", []string{"1001", "1000"}},
	} {
		err := decide.Policy{Audiences: c.audiences}.Validate()
		e, ok := err.(*orrery.Error)
		if !ok || e.Kind != orrery.KindInvalid || e.Code != c.code {
			t.Errorf("%s: the answer is %v; it should be refused as %s", c.what, err, c.code)
			continue
		}
		for _, word := range c.says {
			if !strings.Contains(e.Say, word) {
				t.Errorf("%s: %q does not say %q", c.what, e.Say, word)
			}
		}
	}
	if err := (decide.Policy{Audiences: many[:decide.MaxAudiences]}).Validate(); err != nil {
		t.Errorf("%d audiences are possible, and are refused: %v", decide.MaxAudiences, err)
	}
}

func TestAPlanListsItsAudiencesInTheOrderOfThePolicy(t *testing.T) {
	list := []decide.Audience{{Name: "z", Rule: `known`, Title: "Known"}, {Name: "a", Excludes: true}, {Name: "m", Rule: `did("A")`, Advertising: true}}
	plan, err := decide.Policy{Audiences: list}.Compile()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(list, plan.Audiences()); diff != "" {
		t.Errorf("(-policy +plan):\n%s", diff)
	}
	if p := plan.Program("m"); p == nil || p.Source() != `did("A")` {
		t.Errorf("the rule of m is %v", p)
	}
	if plan.Program("a") != nil || plan.Program("nobody") != nil {
		t.Error("an exclusion audience and an unknown name have no rule to explain")
	}
}

func TestEveryRegisteredNameCanBeReadByARule(t *testing.T) {
	names := decide.Names()
	for name := range names.Numbers {
		rule := name + " >= 0"
		if strings.HasPrefix(name, "first_") || strings.HasPrefix(name, "last_") || name == "orders.last" {
			rule = "ago(" + name + `) >= span("1d")`
		}
		if err := (decide.Policy{Audiences: []decide.Audience{{Name: "x", Rule: rule}}}).Validate(); err != nil {
			t.Errorf("%s is registered and %s is refused: %v", name, rule, err)
		}
	}
	for _, name := range names.Texts {
		if err := (decide.Policy{Audiences: []decide.Audience{{Name: "x", Rule: name + ` == "a"`}}}).Validate(); err != nil {
			t.Errorf("%s is registered as a text and refused: %v", name, err)
		}
	}
	for _, name := range names.Flags {
		if err := (decide.Policy{Audiences: []decide.Audience{{Name: "x", Rule: name}}}).Validate(); err != nil {
			t.Errorf("%s is registered as a flag and refused: %v", name, err)
		}
	}
}
