package rule

import (
	"errors"
	"strings"
	"testing"
)

// FuzzCompile feeds whatever people may paste into a policy.
func FuzzCompile(f *testing.F) {
	for _, rule := range benchmarked() {
		f.Add(rule)
	}
	for _, rule := range []string{"", "(((", `traits.x.matches("(((")`, `count("A", "7d") == 3 ? known : !known`, "a.b.c.d[1][2]", `{"a": [1, {2: 3}]}`,
		`traits.tags.exists(t, t == "a" && !(t in ["b"]))`, "x'\\xff'", "traits.`a b` == 1", ".known", "has(has(traits.x))", "[].all(x, [].all(y, y))", "-9223372036854775808 == traits.x",
		"1e999 < traits.x", strings.Repeat("known && ", 300) + "known", "known" + strings.Repeat(" == known", 200), "// only a comment", "traits\n.\n\nx", `ago(last("A"))`} {
		f.Add(rule)
	}
	n, s := names(), ada()
	f.Fuzz(func(t *testing.T, src string) {
		p, err := Compile(src, n)
		if err != nil {
			var refused *Error
			if !errors.As(err, &refused) || refused.Line < 1 || refused.Column < 1 || refused.Say == "" {
				t.Fatalf("%q is refused without saying where and why: %#v", src, err)
			}
			return
		}
		answer, next, err := p.Eval(s, noon)
		if next != 0 && next <= noon {
			t.Fatalf("%q asks for a timer in the past", src)
		}
		if again, _, _ := p.Eval(s, next-1); err == nil && next != 0 && again != answer {
			t.Fatalf("%q changed its answer before the moment it named", src)
		}
		p.Explain(s, noon)
	})
}
