package rule

import "testing"

// benchmarked are rules of the shapes that engines are usually compared by.
func benchmarked() []string {
	return []string{
		`traits.plan == "pro" && traits.country in ["DE", "AT", "CH"]`,
		`orders.count > 2 && orders.total >= 250.0 && !did("Signed In", "30d")`,
		`traits.address.city == "Wien" && consent("marketing", "email") && traits.country in ["DE", "AT"] && "vip" in traits.tags`,
		`traits.tags.exists(t, t == "press")`,
		`has(traits.shoe) && traits.shoe == "43"`,
		`count("Product Viewed", "7d") >= 3`,
	}
}

// fixture answers without maps, as an engine that has looked a person up does, so that the rule itself is measured.
type fixture struct {
	*person
	plan, country, city, tags Value
}

func (f *fixture) Trait(name string) (Value, bool) {
	switch name {
	case "plan":
		return f.plan, true
	case "country":
		return f.country, true
	case "address.city":
		return f.city, true
	case "tags":
		return f.tags, true
	}
	return Value{}, false
}

func (f *fixture) Number(name string) (int64, bool) {
	if name == "orders.count" {
		return 3, true
	}
	return 25_000, true
}

func (f *fixture) Consent(string, string) bool { return true }

func BenchmarkEval(b *testing.B) {
	a := ada()
	f := &fixture{person: a, plan: a.traits["plan"], country: a.traits["country"], city: a.traits["address.city"], tags: a.traits["tags"]}
	for _, subject := range []struct {
		name string
		s    Subject
	}{{"fields", f}, {"maps", a}} {
		for _, rule := range benchmarked() {
			p := compiled(b, rule)
			b.Run(subject.name+"/"+rule, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					_, _, _ = p.Eval(subject.s, noon)
				}
			})
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	n := names()
	for b.Loop() {
		if _, err := Compile(benchmarked()[1], n); err != nil {
			b.Fatal(err)
		}
	}
}
