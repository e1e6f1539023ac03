package rule

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/orrery-cxm/orrery"
)

// asked is a random condition: as it is written, and as somebody slow and careful would answer it, who looks at every
// time there is and knows nothing of windows that close.
type asked struct {
	text string
	slow func(p *person, now orrery.Instant) bool
}

// tick is the grid on which random people do things, so that moments often coincide.
const tick = 30 * orrery.Minute

var events = []string{"A", "B", "C"}

func someEvent(t *rapid.T) string { return rapid.SampledFrom(events).Draw(t, "event") }

func someSpan(t *rapid.T) (string, orrery.Span) {
	half := rapid.IntRange(1, 8).Draw(t, "half hours")
	return fmt.Sprintf("%dm", half*30), orrery.Span(half) * tick
}

func someRelation(t *rapid.T) (string, func(a, b int64) bool) {
	all := map[string]func(a, b int64) bool{
		"==": func(a, b int64) bool { return a == b }, "!=": func(a, b int64) bool { return a != b },
		"<": func(a, b int64) bool { return a < b }, "<=": func(a, b int64) bool { return a <= b },
		">": func(a, b int64) bool { return a > b }, ">=": func(a, b int64) bool { return a >= b },
	}
	name := rapid.SampledFrom([]string{"==", "!=", "<", "<=", ">", ">="}).Draw(t, "relation")
	return name, all[name]
}

func inside(times []orrery.Instant, now orrery.Instant, w orrery.Span) int64 {
	n := int64(0)
	for _, at := range times {
		if now-at < orrery.Instant(w) {
			n++
		}
	}
	return n
}

func newestOf(times []orrery.Instant) (at orrery.Instant, ok bool) {
	if len(times) == 0 {
		return 0, false
	}
	return slices.Max(times), true
}

// leaves are the ways to make a random condition about time; someTrait in cel_test.go makes those about traits.
func leaves() []func(t *rapid.T) asked { return append(leavesOfOne(), leavesOfMore()...) }

// leavesOfOne ask about touches of one name.
func leavesOfOne() []func(t *rapid.T) asked {
	return []func(t *rapid.T) asked{
		func(t *rapid.T) asked {
			e, k := someEvent(t), rapid.IntRange(0, 5).Draw(t, "k")
			text, w := someSpan(t)
			name, holds := someRelation(t)
			if k == 0 && (name == "<" || name == ">=") {
				k = 1
			}
			return asked{fmt.Sprintf(`count(%q, %q) %s %d`, e, text, name, k),
				func(p *person, now orrery.Instant) bool { return holds(inside(p.times[e], now, w), int64(k)) }}
		},
		func(t *rapid.T) asked {
			e := someEvent(t)
			text, w := someSpan(t)
			return asked{fmt.Sprintf(`did(%q, %q)`, e, text), func(p *person, now orrery.Instant) bool { return inside(p.times[e], now, w) > 0 }}
		},
		func(t *rapid.T) asked {
			e := someEvent(t)
			text, w := someSpan(t)
			return asked{fmt.Sprintf(`since_last(%q, %q)`, e, text), func(p *person, now orrery.Instant) bool {
				at, ok := newestOf(p.times[e])
				return ok && now-at > orrery.Instant(w)
			}}
		},
		func(t *rapid.T) asked {
			e := someEvent(t)
			text, w := someSpan(t)
			name, holds := someRelation(t)
			if name == "==" || name == "!=" {
				name, holds = ">=", func(a, b int64) bool { return a >= b }
			}
			return asked{fmt.Sprintf(`ago(first(%q)) %s span(%q)`, e, name, text), func(p *person, now orrery.Instant) bool {
				return len(p.times[e]) > 0 && holds(int64(now-slices.Min(p.times[e])), int64(w))
			}}
		},
	}
}

// leavesOfMore ask about two names, or about other things than touches.
func leavesOfMore() []func(t *rapid.T) asked {
	return []func(t *rapid.T) asked{
		func(t *rapid.T) asked {
			a, b := someEvent(t), someEvent(t)
			within, w := someSpan(t)
			text, since := someSpan(t)
			return asked{fmt.Sprintf(`sequence(%q, %q, %q, %q)`, a, b, within, text), func(p *person, now orrery.Instant) bool {
				for _, x := range p.times[a] {
					for _, y := range p.times[b] {
						if x < y && y-x <= orrery.Instant(w) && now-y < orrery.Instant(since) {
							return true
						}
					}
				}
				return false
			}}
		},
		func(t *rapid.T) asked {
			a, b := someEvent(t), someEvent(t)
			text, w := someSpan(t)
			until, end := "", orrery.Span(1<<50)
			if rapid.Bool().Draw(t, "until") {
				end = w + tick
				until = fmt.Sprintf(", \"%dm\"", end/orrery.Minute)
			}
			return asked{fmt.Sprintf(`abandoned(%q, %q, %q%s)`, a, b, text, until), func(p *person, now orrery.Instant) bool {
				begun, ok := newestOf(p.times[a])
				done, finished := newestOf(p.times[b])
				return ok && !(finished && done >= begun) && now-begun >= orrery.Instant(w) && now-begun < orrery.Instant(end)
			}}
		},
		func(t *rapid.T) asked {
			text, w := someSpan(t)
			return asked{fmt.Sprintf(`viewed("sku", %q)`, text), func(p *person, now orrery.Instant) bool { return inside(p.views["sku"], now, w) > 0 }}
		},
		func(t *rapid.T) asked {
			text, w := someSpan(t)
			name, holds := someRelation(t)
			cents := int64(rapid.IntRange(0, 12).Draw(t, "amount") * 50)
			return asked{fmt.Sprintf(`spent(%q) %s %d.%02d`, text, name, cents/100, cents%100), func(p *person, now orrery.Instant) bool {
				sum := int64(0)
				for _, o := range p.orders {
					if now-o.At < orrery.Instant(w) {
						sum += o.Minor
					}
				}
				return holds(sum, cents)
			}}
		},
		func(t *rapid.T) asked {
			kind := rapid.SampledFrom([]string{"moved", "engaged"}).Draw(t, "life")
			return asked{fmt.Sprintf(`life(%q)`, kind), func(p *person, now orrery.Instant) bool {
				until, ok := p.lives[kind]
				return ok && (until == 0 || now < until)
			}}
		},
		func(t *rapid.T) asked {
			return asked{`known`, func(p *person, _ orrery.Instant) bool { return p.flags["known"] }}
		},
	}
}

func someLeaf(t *rapid.T) asked { return rapid.SampledFrom(leaves()).Draw(t, "leaf")(t) }

// someRule combines leaves at random.
func someRule(t *rapid.T, depth int, leaf func(t *rapid.T) asked) asked {
	if depth == 0 {
		return leaf(t)
	}
	some := func() asked { return someRule(t, depth-1, leaf) }
	switch rapid.IntRange(0, 6).Draw(t, "shape") {
	case 0, 1:
		a, b := some(), some()
		return asked{"(" + a.text + " && " + b.text + ")", func(p *person, now orrery.Instant) bool { return a.slow(p, now) && b.slow(p, now) }}
	case 2, 3:
		a, b := some(), some()
		return asked{"(" + a.text + " || " + b.text + ")", func(p *person, now orrery.Instant) bool { return a.slow(p, now) || b.slow(p, now) }}
	case 4:
		a := some()
		return asked{"!(" + a.text + ")", func(p *person, now orrery.Instant) bool { return !a.slow(p, now) }}
	case 5:
		a, b, c := some(), some(), some()
		return asked{"(" + a.text + " ? " + b.text + " : " + c.text + ")", func(p *person, now orrery.Instant) bool {
			if a.slow(p, now) {
				return b.slow(p, now)
			}
			return c.slow(p, now)
		}}
	}
	return leaf(t)
}

// somePerson does things on the grid between 0 and 12 hours after noon.
func somePerson(t *rapid.T) *person {
	moment := rapid.Custom(func(t *rapid.T) orrery.Instant {
		return noon.Add(orrery.Span(rapid.IntRange(0, 24).Draw(t, "tick")) * tick)
	})
	newestFirst := func(a, b orrery.Instant) int { return int(b - a) }
	p := &person{times: map[string][]orrery.Instant{}, views: map[string][]orrery.Instant{}, lives: map[string]orrery.Instant{},
		flags: map[string]bool{"known": rapid.Bool().Draw(t, "known")}}
	for _, e := range events {
		p.times[e] = rapid.SliceOfN(moment, 0, 6).Draw(t, e)
		slices.SortFunc(p.times[e], newestFirst)
	}
	p.views["sku"] = rapid.SliceOfN(moment, 0, 3).Draw(t, "views")
	slices.SortFunc(p.views["sku"], newestFirst)
	for range rapid.IntRange(0, 5).Draw(t, "orders") {
		p.orders = append(p.orders, OrderAt{moment.Draw(t, "order"), int64(rapid.IntRange(-2, 6).Draw(t, "minor") * 50)})
	}
	slices.SortFunc(p.orders, func(a, b OrderAt) int { return int(b.At - a.At) })
	if rapid.Bool().Draw(t, "moved") {
		p.lives["moved"] = 0
	}
	if rapid.Bool().Draw(t, "engaged") {
		p.lives["engaged"] = moment.Draw(t, "until")
	}
	return p
}

// interesting is every moment at which anything about a person of the grid can change, and its neighbours.
func interesting() []orrery.Instant {
	var moments []orrery.Instant
	for i := range 36 {
		at := noon.Add(orrery.Span(i) * tick)
		moments = append(moments, at-1, at, at+1)
	}
	return moments
}

// follow evaluates p from start on at every moment that it names itself, and never in between.
func follow(t *rapid.T, p *Program, s Subject, start, end orrery.Instant) (changes []orrery.Instant, answers []bool) {
	for now := start; now != 0 && now <= end; {
		answer, next, err := p.Eval(s, now)
		if err != nil {
			t.Fatalf("%s: %v", p.Source(), err)
		}
		if next != 0 && next <= now {
			t.Fatalf("%s at %v wants to be asked again at %v: a timer would spin", p.Source(), now, next)
		}
		changes, answers = append(changes, now), append(answers, answer)
		now = next
	}
	return changes, answers
}

func TestFollowingTheTimersGivesTheSameTimelineAsLookingAtEveryMoment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule, s := someRule(t, rapid.IntRange(0, 3).Draw(t, "depth"), someLeaf), somePerson(t)
		p, err := Compile(rule.text, names())
		if err != nil {
			t.Fatalf("%s: %v", rule.text, err)
		}
		moments := interesting()
		changes, answers := follow(t, p, s, moments[0], moments[len(moments)-1])
		for _, now := range moments {
			want := rule.slow(s, now)
			if got, _, _ := p.Eval(s, now); got != want {
				t.Fatalf("%s at %v answers %v, and careful reading says %v", rule.text, now, got, want)
			}
			i, found := slices.BinarySearch(changes, now)
			if !found {
				i--
			}
			if answers[i] != want {
				t.Fatalf("%s: whoever follows the timers believes %v at %v since %v, but it is %v", rule.text, answers[i], now, changes[i], want)
			}
		}
	})
}

func TestTheTimerOfASingleConditionIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule, s := someLeaf(t), somePerson(t)
		if rapid.Bool().Draw(t, "negated") {
			inner := rule
			rule = asked{"!(" + inner.text + ")", func(p *person, now orrery.Instant) bool { return !inner.slow(p, now) }}
		}
		p, err := Compile(rule.text, names())
		if err != nil {
			t.Fatalf("%s: %v", rule.text, err)
		}
		moments := interesting()
		changes, answers := follow(t, p, s, moments[0], moments[len(moments)-1])
		for i := 1; i < len(changes); i++ {
			if answers[i] == answers[i-1] {
				t.Fatalf("%s wakes at %v for nothing", rule.text, changes[i])
			}
		}
	})
}

func TestOnlyTheMostRecentTimesAreSeen(t *testing.T) {
	s := &person{times: map[string][]orrery.Instant{"A": slices.Repeat([]orrery.Instant{noon}, 80)}}
	for rule, want := range map[string]bool{`count("A", "1d") >= 50`: true, `count("A", "1d") > 49`: true, `count("A", "1d") < 50`: false,
		`count("A", "1d") == 49`: false, `count("A", "1d") != 49`: true, `count("A") == 80`: true} {
		if got, _, _ := compiled(t, rule).Eval(s, noon); got != want {
			t.Errorf("%s answers %v of somebody who did it 80 times", rule, got)
		}
	}
}

func TestWhatCompilesCompilesAgainFromItsExplanation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule, s := someRule(t, 2, someLeaf), somePerson(t)
		p, err := Compile(rule.text, names())
		if err != nil {
			t.Fatalf("%s: %v", rule.text, err)
		}
		for _, term := range p.Explain(s, noon) {
			again, err := Compile(term.Text, names())
			if err != nil {
				t.Fatalf("%s is explained by %s, which cannot be read: %v", rule.text, term.Text, err)
			}
			if answer, next, _ := again.Eval(s, noon); answer != term.Held || next != term.Next {
				t.Fatalf("%s is explained as %v until %v, but is %v until %v", term.Text, term.Held, term.Next, answer, next)
			}
		}
		if strings.TrimSpace(p.Source()) != rule.text {
			t.Fatalf("the source changed to %s", p.Source())
		}
	})
}
