package radar

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/i18n"
)

// Page is what a brand should know of one day, at a glance.
type Page struct {
	Seq     orrery.Seq     `json:"seq"` // it is true up to here
	Day     orrery.Instant `json:"day"` // its beginning, UTC
	Markets []MarketDay    `json:"markets"`
	Rose    []Rise         `json:"rose"`
	Topics  []orrery.Topic `json:"topics"`
	Alerts  []orrery.Alert `json:"alerts"` // that lasted at any time of the day
	Missed  []Count        `json:"missed"` // signals nobody acted on in time
	Life    []Count        `json:"life"`   // people who spoke of an event in a life
}

// MarketDay is how many messages a market sent, and how many of them were negative.
type MarketDay struct {
	Market   string `json:"market"`
	Messages int    `json:"messages"`
	Negative int    `json:"negative"`
}

// Rise is something that clearly more people said than on the days before.
type Rise struct {
	Market string `json:"market"`
	What   string `json:"what"`   // aspect.refund: negatively of it; about.complaint, about.risk.injury
	People int    `json:"people"` // on the day
	Usual  int    `json:"usual"`  // thousandths of people, on average, on the days before
}

// Count is how many things have a name.
type Count struct {
	Name string `json:"name"`
	N    int    `json:"n"`
}

// DayCount is how often something was heard in a market on a day (since 1970).
type DayCount struct {
	Day    int64
	Market string
	What   string
	N      int
}

// Fill works out the numbers of a day from what was heard on it and on the days before.
func (p *Page) Fill(day int64, heard []DayCount) {
	p.Markets, p.Rose, p.Life = []MarketDay{}, []Rise{}, []Count{}
	days := map[string]map[int64]bool{} // of each market, on which anything was heard
	for _, d := range heard {
		if days[d.Market] == nil {
			days[d.Market] = map[int64]bool{}
		}
		days[d.Market][d.Day] = true
	}
	type what struct{ market, what string }
	before := map[what][]int{}
	for _, d := range heard {
		if d.Day < day {
			before[what{d.Market, d.What}] = append(before[what{d.Market, d.What}], d.N)
			continue
		}
		switch {
		case d.What == "messages":
			p.market(d.Market).Messages = d.N
		case d.What == "negative":
			p.market(d.Market).Negative = d.N
		case strings.HasPrefix(d.What, "life."):
			p.life(strings.TrimPrefix(d.What, "life."), d.N)
		}
	}
	for _, d := range heard {
		if d.Day == day && (strings.HasPrefix(d.What, "aspect.") || strings.HasPrefix(d.What, "about.")) {
			if mean, rose := roseOver(d.N, before[what{d.Market, d.What}], len(days[d.Market])-1); rose {
				p.Rose = append(p.Rose, Rise{Market: d.Market, What: d.What, People: d.N, Usual: thousandths(mean)})
			}
		}
	}
	slices.SortFunc(p.Rose, func(a, b Rise) int {
		return cmp.Or(cmp.Compare(b.People*1000-b.Usual, a.People*1000-a.Usual), strings.Compare(a.Market, b.Market), strings.Compare(a.What, b.What))
	})
	p.Rose = p.Rose[:min(len(p.Rose), 20)]
	slices.SortFunc(p.Markets, func(a, b MarketDay) int {
		return cmp.Or(cmp.Compare(b.Messages, a.Messages), strings.Compare(a.Market, b.Market))
	})
	slices.SortFunc(p.Life, func(a, b Count) int { return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Name, b.Name)) })
}

func (p *Page) market(name string) *MarketDay {
	i := slices.IndexFunc(p.Markets, func(m MarketDay) bool { return m.Market == name })
	if i < 0 {
		i = len(p.Markets)
		p.Markets = append(p.Markets, MarketDay{Market: name})
	}
	return &p.Markets[i]
}

func (p *Page) life(kind string, n int) {
	i := slices.IndexFunc(p.Life, func(c Count) bool { return c.Name == kind })
	if i < 0 {
		i = len(p.Life)
		p.Life = append(p.Life, Count{Name: kind})
	}
	p.Life[i].N += n
}

// What it takes to say that something rose: days before, people, and the chance of as many on a usual day.
const (
	roseDays   = 7
	roseLeast  = 5
	roseChance = 1e-3
)

// roseOver compares a day's number with those of days before; days on which nobody said it are not in the list.
func roseOver(today int, before []int, days int) (mean float64, rose bool) {
	if days < roseDays || today < roseLeast {
		return 0, false
	}
	sum, squares := 0.0, 0.0
	for _, n := range before {
		sum += float64(n)
		squares += float64(n) * float64(n)
	}
	mean = (sum + 0.5) / float64(days)
	variance := max(mean, squares/float64(days)-mean*mean) + mean/float64(days)
	log10, _ := tail(today, mean, variance)
	return mean, log10 < math.Log10(roseChance)
}

// Sentences says the page in a language, for people to read.
func (p *Page) Sentences(lang string) []string {
	c := i18n.For(lang)
	messages, negative := 0, 0
	for _, m := range p.Markets {
		messages += m.Messages
		negative += m.Negative
	}
	day := p.Day.Time().Format(time.DateOnly)
	if messages == 0 {
		out := []string{c.Say("radar.silent", i18n.Text("day", day))}
		return append(out, p.rest(c)...)
	}
	out := []string{c.Say("radar.day", i18n.Text("day", day), i18n.Number("count", messages), i18n.Text("share", percent(negative, messages)))}
	for _, m := range p.Markets[:min(len(p.Markets), 10)] {
		if len(p.Markets) > 1 || m.Market != "" {
			out = append(out, c.Say("radar.market", market(m.Market), i18n.Number("count", m.Messages), i18n.Text("share", percent(m.Negative, m.Messages))))
		}
	}
	return append(out, p.rest(c)...)
}

// rest says everything but the numbers of messages.
func (p *Page) rest(c *i18n.Catalogue) (out []string) {
	for i := range p.Alerts {
		out = append(out, SayAlert(c, &p.Alerts[i]))
	}
	for _, r := range p.Rose {
		what := "radar." + r.What
		if kind, ok := strings.CutPrefix(r.What, "about."); ok {
			what = "radar." + kind
		}
		out = append(out, c.Say("radar.rose", market(r.Market), i18n.Term("what", what), i18n.Number("count", r.People), i18n.Text("usual", people(r.Usual))))
	}
	for _, t := range p.Topics[:min(len(p.Topics), 20)] {
		out = append(out, c.Say("radar.topic", i18n.Text("term", strings.Join(append([]string{t.Term}, t.Also...), ", ")), i18n.Text("language", t.Language),
			i18n.Number("count", t.People), i18n.Text("usual", people(t.Usual))))
	}
	for _, m := range p.Missed {
		key := "radar.signal." + m.Name
		if strings.Contains(m.Name, ".") { // life.wedding, risk.injury
			key = "radar." + m.Name
		}
		out = append(out, c.Say("radar.missed", i18n.Number("count", m.N), i18n.Term("signal", key)))
	}
	for _, l := range p.Life {
		out = append(out, c.Say("radar.life", i18n.Number("count", l.N), i18n.Term("life", "radar.life."+l.Name)))
	}
	return out
}

// SayAlert says an alert in one sentence.
func SayAlert(c *i18n.Catalogue, a *orrery.Alert) string {
	key := "radar.alert.open"
	if a.Ended != 0 {
		key = "radar.alert." + a.End
	}
	what := "radar." + a.About
	if a.Aspect != "" {
		what = "radar.aspect." + a.Aspect
	}
	return c.Say(key, market(a.Market), i18n.Term("what", what), i18n.Number("count", a.People), i18n.Text("usual", people(a.Usual)),
		i18n.Text("window", a.Window.String()), i18n.Term("severity", "radar.severity."+a.Severity.String()), i18n.Text("since", i18n.Moment(a.Began.Time())),
		i18n.Text("until", i18n.Moment(a.Ended.Time())), i18n.Number("peak", a.Peak))
}

func market(name string) i18n.Arg {
	if name == "" {
		return i18n.Term("market", "radar.nowhere")
	}
	return i18n.Text("market", name)
}

// people writes thousandths of people: to a tenth below ten, whole above.
func people(thousandths int) string {
	if thousandths < 10_000 {
		return strings.TrimSuffix(strconv.FormatFloat(float64(thousandths)/1000, 'f', 1, 64), ".0")
	}
	return strconv.Itoa((thousandths + 500) / 1000)
}

func percent(part, whole int) string {
	if whole == 0 {
		return "0 %"
	}
	return strconv.Itoa((200*part+whole)/(2*whole)) + " %"
}
