package rule

import (
	"slices"
	"testing"

	"github.com/orrery-cxm/orrery"
)

// person is a Subject of plain maps.
type person struct {
	traits   map[string]Value
	times    map[string][]orrery.Instant // newest first
	numbers  map[string]int64
	texts    map[string]string
	flags    map[string]bool
	lives    map[string]orrery.Instant
	consents map[string]bool // "purpose/channel"
	views    map[string][]orrery.Instant
	orders   []OrderAt
}

func (p *person) Trait(name string) (Value, bool)              { v, ok := p.traits[name]; return v, ok }
func (p *person) Count(event string) int64                     { return int64(len(p.times[event])) }
func (p *person) Times(event string) []orrery.Instant          { return newestFew(p.times[event]) }
func (p *person) Number(name string) (int64, bool)             { n, ok := p.numbers[name]; return n, ok }
func (p *person) Text(name string) (string, bool)              { t, ok := p.texts[name]; return t, ok }
func (p *person) Flag(name string) (bool, bool)                { b, ok := p.flags[name]; return b, ok }
func (p *person) Life(kind string) (bool, orrery.Instant)      { u, ok := p.lives[kind]; return ok, u }
func (p *person) Consent(purpose, channel string) bool         { return p.consents[purpose+"/"+channel] }
func (p *person) ProductTimes(product string) []orrery.Instant { return newestFew(p.views[product]) }
func (p *person) OrderTimes() []OrderAt                        { return p.orders[:min(len(p.orders), MaxTimes)] }

func (p *person) First(event string) orrery.Instant {
	if times := p.times[event]; len(times) > 0 {
		return times[len(times)-1]
	}
	return 0
}

func newestFew(times []orrery.Instant) []orrery.Instant { return times[:min(len(times), MaxTimes)] }

// names is what the product registers, as the tests know it.
func names() Names {
	return Names{
		Numbers: map[string]Unit{"orders.count": Whole, "orders.total": Hundredths, "orders.last": Moment, "touches": Whole,
			"state.open_cases": Whole, "score.health": Thousandths},
		Texts: []string{"state.mood", "channel.last", "locale", "market"},
		Flags: []string{"known", "state.held", "state.apology_due"},
		Money: Hundredths,
	}
}

const noon = orrery.Instant(1_795_521_600_000) // 2026-11-24T12:00:00Z

// hoursAgo lists moments before noon, newest first.
func hoursAgo(hours ...int) []orrery.Instant {
	var times []orrery.Instant
	for _, h := range hours {
		times = append(times, noon-orrery.Instant(h)*orrery.Instant(orrery.Hour))
	}
	slices.SortFunc(times, func(a, b orrery.Instant) int { return int(b - a) })
	return times
}

func compiled(t testing.TB, src string) *Program {
	t.Helper()
	p, err := Compile(src, names())
	if err != nil {
		t.Fatalf("the rule %s is part of the language, but: %v", src, err)
	}
	return p
}
