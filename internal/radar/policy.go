package radar

import (
	"fmt"
	"slices"

	"github.com/goccy/go-yaml"

	"github.com/orrery-cxm/orrery"
)

// Policy says when the brand wants to hear of what its people say together.
type Policy struct {
	Markets []Market `yaml:"markets"` // none: the region of the touch's locale, or the person's country, is the market
	Alerts  Alerts   `yaml:"alerts"`
	Topics  Topics   `yaml:"topics"`
}

// Market puts regions and sources together under one name.
type Market struct {
	Name    string              `yaml:"name"`    // as alerts and pages call it
	Regions []string            `yaml:"regions"` // two letters: GB, IE
	Sources []orrery.SourceName `yaml:"sources"` // touches of these are of this market whatever they say
}

// Alerts says when a burst is one.
type Alerts struct {
	From       orrery.Confidence `yaml:"from"`        // a label counts from here: 600
	Least      int               `yaml:"least"`       // people in a window, at least: 8
	Rarity     int               `yaml:"rarity"`      // as many people in a usual window once in so many: 1000000
	RiskLeast  int               `yaml:"risk_least"`  // of one class of risk: 3
	RiskRarity int               `yaml:"risk_rarity"` // of one class of risk: 10000
	Lasting    orrery.Span       `yaml:"lasting"`     // what lasts so long is the new usual: 72h
}

// Topics says when a word is a topic.
type Topics struct {
	Least  int `yaml:"least"`   // people who use it in a day, at least: 5
	Growth int `yaml:"growth"`  // times what is usual, at least: 3
	Score  int `yaml:"score"`   // least log-likelihood ratio: 30
	Before int `yaml:"before"`  // people heard in this language before anything counts as new: 200
	PerDay int `yaml:"per_day"` // topics of one language in a day, at most: 10
}

// DefaultPolicy suits a brand of any size: thresholds follow what is usual in each market.
func DefaultPolicy() *Policy {
	return &Policy{
		Alerts: Alerts{From: 600, Least: 8, Rarity: 1_000_000, RiskLeast: 3, RiskRarity: 10_000, Lasting: 72 * orrery.Hour},
		Topics: Topics{Least: 5, Growth: 3, Score: 30, Before: 200, PerDay: 10},
	}
}

// Validate checks the policy. Errors name the field.
func (p *Policy) Validate() error {
	bad := func(field, say string) error { return orrery.Invalid("policy.radar", "radar."+field+": "+say) }
	a, t := p.Alerts, p.Topics
	switch {
	case a.From == 0 || a.From > 1000:
		return bad("alerts.from", fmt.Sprintf("%d is no confidence: 1 to 1000", a.From))
	case a.Least < 2 || a.Least > 10000:
		return bad("alerts.least", fmt.Sprintf("%d people: 2 to 10000 are possible", a.Least))
	case a.RiskLeast < 2 || a.RiskLeast > 10000:
		return bad("alerts.risk_least", fmt.Sprintf("%d people: 2 to 10000 are possible", a.RiskLeast))
	case a.Rarity < 100 || a.Rarity > 1e12:
		return bad("alerts.rarity", fmt.Sprintf("once in %d: 100 to 1000000000000 are possible", a.Rarity))
	case a.RiskRarity < 100 || a.RiskRarity > 1e12:
		return bad("alerts.risk_rarity", fmt.Sprintf("once in %d: 100 to 1000000000000 are possible", a.RiskRarity))
	case a.Lasting < 25*orrery.Hour || a.Lasting > 14*orrery.Day:
		return bad("alerts.lasting", fmt.Sprintf("%s: 25h to 14d are possible", a.Lasting))
	case t.Least < 3 || t.Least > 10000:
		return bad("topics.least", fmt.Sprintf("%d people: 3 to 10000 are possible; fewer could be told from each other", t.Least))
	case t.Growth < 2 || t.Growth > 1000:
		return bad("topics.growth", fmt.Sprintf("%d times: 2 to 1000 are possible", t.Growth))
	case t.Score < 10 || t.Score > 10000:
		return bad("topics.score", fmt.Sprintf("%d: 10 to 10000 are possible", t.Score))
	case t.Before < 50 || t.Before > 1_000_000:
		return bad("topics.before", fmt.Sprintf("%d people: 50 to 1000000 are possible", t.Before))
	case t.PerDay < 1 || t.PerDay > 100:
		return bad("topics.per_day", fmt.Sprintf("%d: 1 to 100 are possible", t.PerDay))
	case len(p.Markets) > maxMarkets:
		return bad("markets", fmt.Sprintf("%d markets: at most %d are possible", len(p.Markets), maxMarkets))
	}
	return p.validateMarkets(bad)
}

func (p *Policy) validateMarkets(bad func(field, say string) error) error {
	seen := map[string]string{}
	for i, m := range p.Markets {
		field := fmt.Sprintf("markets[%d]", i)
		if m.Name == "" || len(m.Name) > maxName {
			return bad(field+".name", fmt.Sprintf("%q: 1 to %d bytes are possible", m.Name, maxName))
		}
		for _, r := range m.Regions {
			if upper(r) != r || len(r) != 2 {
				return bad(field+".regions", fmt.Sprintf("%q is no region: write two capital letters, such as GB", r))
			}
			if other, ok := seen[r]; ok {
				return bad(field+".regions", fmt.Sprintf("%s stands in %s already", r, other))
			}
			seen[r] = m.Name
		}
		if len(m.Regions)+len(m.Sources) == 0 {
			return bad(field, "empty: name at least one region or source")
		}
	}
	return nil
}

// market is where a touch belongs: by its source, else by the region of its locale, else by the country that it tells of
// the person; "" when nothing says it.
func (p *Policy) market(t *orrery.Touch) string {
	for i := range p.Markets {
		if slices.Contains(p.Markets[i].Sources, t.Source) {
			return p.Markets[i].Name
		}
	}
	return p.MarketOf(Region(t))
}

// MarketOf is the market of a region: the region itself where the policy puts it into none.
func (p *Policy) MarketOf(region string) string {
	for i := range p.Markets {
		if slices.Contains(p.Markets[i].Regions, region) {
			return p.Markets[i].Name
		}
	}
	return region
}

// PolicyIn reads the radar's part of a policy as it stands in the log. What does not parse keeps the defaults: the engine
// refused it before it came there.
func PolicyIn(text string) *Policy {
	whole := struct {
		Radar *Policy `yaml:"radar"`
	}{DefaultPolicy()}
	if err := yaml.Unmarshal([]byte(text), &whole); err != nil || whole.Radar == nil || whole.Radar.Validate() != nil {
		return DefaultPolicy()
	}
	return whole.Radar
}
