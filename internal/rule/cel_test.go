package rule

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// someTrait is a random condition about traits.
func someTrait(t *rapid.T) asked {
	name := rapid.SampledFrom([]string{"traits.a", "traits.b", "traits.c", `traits["d e"]`, "traits.o.x", "traits.o.y"}).Draw(t, "trait")
	list := rapid.SampledFrom([]string{"traits.l", "traits.m", "traits.missing"}).Draw(t, "list")
	value := rapid.SampledFrom([]string{`"x"`, `"xy"`, `""`, `"z"`, "1", "1.0", "1.5", "-2", "0.125"}).Draw(t, "value")
	text := rapid.SampledFrom([]string{`"x"`, `"xy"`, `""`, `"y"`}).Draw(t, "text")
	relation := rapid.SampledFrom([]string{"==", "!=", "<", "<=", ">", ">="}).Draw(t, "relation")
	other := rapid.SampledFrom([]string{"traits.a", "traits.b", "traits.c", "traits.o.x", "traits.l"}).Draw(t, "other")
	truth := rapid.SampledFrom([]string{"== true", "!= true", "== false", "!= false", ""}).Draw(t, "truth")
	function := rapid.SampledFrom([]string{"startsWith", "endsWith", "contains", "matches"}).Draw(t, "function")
	quantifier := rapid.SampledFrom([]string{"exists", "all"}).Draw(t, "quantifier")
	number := rapid.IntRange(0, 3).Draw(t, "number")
	return asked{text: rapid.SampledFrom([]string{
		fmt.Sprintf("%s %s %s", name, relation, value),
		fmt.Sprintf("%s %s %s", value, relation, name),
		fmt.Sprintf("%s %s %s", name, relation, other),
		fmt.Sprintf("%s %s", name, truth),
		fmt.Sprintf(`%s in [%s, %s, "q"]`, name, value, text),
		fmt.Sprintf(`%s in [%s, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1.5, "a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]`, name, text),
		fmt.Sprintf("%s in %s", text, list),
		fmt.Sprintf("has(traits.%s)", rapid.SampledFrom([]string{"a", "b", "c", "o.x", "o.y", "l"}).Draw(t, "asked for")),
		fmt.Sprintf("%s.%s(%s)", name, function, text),
		fmt.Sprintf("%s.%s(t, t %s %s || !t.%s(%s))", list, quantifier, relation, text, function, text),
		fmt.Sprintf(`%s.%s(t, t in [%s, "y"] && %s %s t)`, list, quantifier, text, text, relation),
		fmt.Sprintf("size(%s) %s %d", rapid.SampledFrom([]string{"traits.l", "traits.m"}).Draw(t, "sized"), relation, number),
	}).Draw(t, "condition")}
}

// someTraits is a random person's traits for both sides: as Subject has them and as CEL does.
func someTraits(t *rapid.T) (*person, map[string]any) {
	p, plain := &person{traits: map[string]Value{}}, map[string]any{}
	object := map[string]any{}
	for _, name := range []string{"a", "b", "c", "d e", "o.x"} {
		var v Value
		var same any
		switch rapid.IntRange(0, 4).Draw(t, name) {
		case 0:
			continue
		case 1:
			text := rapid.SampledFrom([]string{"x", "xy", "", "z", "yx"}).Draw(t, "text")
			v, same = TextOf(text), text
		case 2:
			n := rapid.SampledFrom([]int64{1000, 1500, -2000, 125, 0}).Draw(t, "thousandths")
			v, same = NumberOf(n), float64(n)/Thousand
			if n%Thousand == 0 && rapid.Bool().Draw(t, "whole") {
				same = n / Thousand
			}
		case 3:
			b := rapid.Bool().Draw(t, "bool")
			v, same = BoolOf(b), b
		case 4:
			list := rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y", "xy"}), 0, 3).Draw(t, "list")
			v, same = ListOf(list), list
		}
		p.traits[name] = v
		if name == "o.x" {
			object["x"] = same
		} else {
			plain[name] = same
		}
	}
	for _, name := range []string{"l", "m"} {
		if rapid.Bool().Draw(t, name) {
			list := rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y", "xy"}), 0, 3).Draw(t, "list")
			p.traits[name], plain[name] = ListOf(list), list
		}
	}
	plain["o"] = object
	return p, plain
}

// Where CEL has an answer, ours is the same. Where CEL has an error, about traits that are missing or of another kind,
// we have an answer too: see the package comment.
func TestConditionsOfTraitsAnswerAsCELDoes(t *testing.T) {
	env, err := language(names())
	if err != nil {
		t.Fatal(err)
	}
	answered := 0
	rapid.Check(t, func(t *rapid.T) {
		rule := someRule(t, rapid.IntRange(0, 2).Draw(t, "depth"), someTrait)
		p, err := Compile(rule.text, names())
		if err != nil {
			t.Fatalf("%s: %v", rule.text, err)
		}
		tree, issues := env.Compile(rule.text)
		if issues.Err() != nil {
			t.Fatalf("%s compiles here and not in CEL: %v", rule.text, issues.Err())
		}
		program, err := env.Program(tree)
		if err != nil {
			t.Fatalf("%s: %v", rule.text, err)
		}
		s, traits := someTraits(t)
		got, _, err := p.Eval(s, noon)
		if err != nil {
			t.Fatalf("%s: %v", rule.text, err)
		}
		out, _, err := program.Eval(map[string]any{"traits": traits})
		if err != nil {
			return
		}
		want, ok := out.Value().(bool)
		if !ok {
			return // a trait alone that holds no yes or no
		}
		answered++
		if got != want {
			t.Fatalf("%s answers %v, and CEL says %v, for %v", rule.text, got, want, traits)
		}
	})
	if answered < 1 || (!testing.Short() && answered < 10) {
		t.Errorf("CEL answered only %d of the rules: this compares nothing", answered)
	}
}
