package identify

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/orrery-cxm/orrery"
)

func TestAPolicyIsReadFromYAML(t *testing.T) {
	const text = `
namespaces:
  - {name: user_id, unique: true, limit: {count: 1}, bridge: true}
  - {name: phone, limit: {count: 5, per: 365d}, bridge: proven, shared_after: {count: 3, per: 90d}, validate: phone}
  - {name: device_id, bridge: false, shared_after: {count: 2}, split_by_login: true}
guards: {max_identifiers: 200, max_connected: 1000, max_edges: 1000, growth_per_day: 50, suspect_joins_per_minute: 100}
blocklist: ["undefined", "test@*", "/^x+$/"]
`
	var p Policy
	if err := yaml.Unmarshal([]byte(text), &p); err != nil {
		t.Fatal(err)
	}
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	want := []Rule{
		{Name: orrery.UserID, Unique: true, Limit: Limit{Count: 1}, Bridge: BridgeAlways},
		{Name: orrery.Phone, Limit: Limit{5, 365 * orrery.Day}, Bridge: BridgeProven, SharedAfter: Limit{3, 90 * orrery.Day}, Validate: "phone"},
		{Name: orrery.DeviceID, SharedAfter: Limit{Count: 2}, Split: true},
	}
	if diff := cmp.Diff(want, p.Namespaces); diff != "" {
		t.Fatalf("the namespaces (-want +got):\n%s", diff)
	}
	back, err := yaml.Marshal(DefaultPolicy())
	if err != nil {
		t.Fatal(err)
	}
	var q Policy
	if err := yaml.Unmarshal(back, &q); err != nil {
		t.Fatal(err)
	}
	if err := q.Validate(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(DefaultPolicy(), &q, cmpopts.IgnoreUnexported(Policy{})); diff != "" {
		t.Fatalf("the default policy changes when written and read:\n%s", diff)
	}
}

func TestAnImpossiblePolicyIsRefusedByName(t *testing.T) {
	for field, spoil := range map[string]func(*Policy){
		"namespaces: 0":                       func(p *Policy) { p.Namespaces = nil },
		"namespaces: no unique one":           func(p *Policy) { p.Namespaces = p.Namespaces[1:] },
		"namespaces[0].name: slice":           func(p *Policy) { p.Namespaces[0].Name = orrery.SliceID },
		"namespaces[2].name: email":           func(p *Policy) { p.Namespaces[2].Name = orrery.Email },
		"namespaces[0].limit":                 func(p *Policy) { p.Namespaces[0].Limit.Count = 0 },
		"namespaces[1].limit":                 func(p *Policy) { p.Namespaces[1].Limit = Limit{0, orrery.Day} },
		"namespaces[1].shared_after":          func(p *Policy) { p.Namespaces[1].SharedAfter.Count = 1 },
		"namespaces[0]: user_id":              func(p *Policy) { p.Namespaces[0].Split = true },
		"namespaces[1].split_by_login":        func(p *Policy) { p.Namespaces[1].Split = true },
		"namespaces[1].validate: iban":        func(p *Policy) { p.Namespaces[1].Validate = "iban" },
		"guards.max_identifiers: 1":           func(p *Policy) { p.Guards.MaxIdentifiers = 1 },
		"guards.max_connected: 5":             func(p *Policy) { p.Guards.MaxConnected = 5 },
		"guards.max_edges: 0":                 func(p *Policy) { p.Guards.MaxEdges = 0 },
		"guards.growth_per_day: 0":            func(p *Policy) { p.Guards.GrowthPerDay = 0 },
		"guards.suspect_joins_per_minute: -1": func(p *Policy) { p.Guards.SuspectsPerMinute = -1 },
		"blocklist[0]: \"*\"":                 func(p *Policy) { p.Blocklist = []string{"*"} },
		"blocklist[0]: /(/":                   func(p *Policy) { p.Blocklist = []string{"/(/"} },
	} {
		p := DefaultPolicy()
		spoil(p)
		if err := p.Validate(); err == nil || !strings.Contains(err.Error(), "identity."+field) || orrery.KindOf(err) != orrery.KindInvalid {
			t.Errorf("%q: the error is %v", field, err)
		}
	}
	w := newWorld(&Policy{})
	if _, err := w.place(touchOf(1, "web", orrery.Server, "user_id:Ann")); err == nil {
		t.Error("a policy that was never validated places touches")
	}
}

func TestWhatNamesNobodyIsRefused(t *testing.T) {
	p := DefaultPolicy()
	p.Blocklist = append(p.Blocklist, "/^tmp-[0-9]+$/")
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]string{
		"user_id:undefined": Blocked, "user_id:NULL": Blocked, "user_id:-1": Blocked, "user_id:0": Blocked, "user_id:": Blocked,
		"user_id:00000000-0000-0000-0000-000000000000": Blocked, "device_id:[object Object]": Blocked, "user_id:TMP-12": Blocked,
		"user_id:tmp-1a": "", "user_id:7": "", "user_id:77": "", "phone:+11111111": Blocked, "phone:+11111112": "",
		"email:Test@x.org": Blocked, "email:testa@x.org": "", "email:noreply@x.org": Blocked, "email:a@x": Malformed,
		"email:a@@x.org": Malformed, "email:@x.org": Malformed, "email:a b@x.org": Malformed, "email:a@x.org": "",
		"phone:+4915112345678": "", "phone:015112345678": Malformed, "phone:+49 151": Malformed, "phone:+491511234567890123": Malformed,
		"slice:per_1|per_2": Blocked, "loyalty:undefined": Blocked, "loyalty:12": "",
	} {
		id := ident(value)
		rule, _ := p.rule(id.Namespace)
		if got := p.refusal(rule, &id); got != want {
			t.Errorf("%s is refused as %q, want %q", value, got, want)
		}
	}
}

func TestATouchThatNamesNobodyIsRefusedAndLeavesNoTrace(t *testing.T) {
	w := newWorld(DefaultPolicy())
	_, err := w.place(touchOf(1, "web", orrery.Server, "user_id:undefined email:test@x.org"))
	if orrery.KindOf(err) != orrery.KindInvalid || len(w.facts) != 0 {
		t.Fatalf("a touch that names nobody gave %v and %d facts", err, len(w.facts))
	}
	many := "user_id:Ann"
	for i := range 25 {
		many += " cookie_id:" + strings.Repeat("k", i+1)
	}
	pl := w.mustPlace(t, touchOf(1, "web", orrery.Server, many))
	if len(pl.Demoted) != 6 || pl.Demoted[0].Why != TooMany {
		t.Fatalf("of 26 identifiers %d were left out: %v", len(pl.Demoted), pl.Demoted)
	}
}
