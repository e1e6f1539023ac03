package radar

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
)

// used is a brand in a market where people speak a little every hour, for some weeks.
func usedTo(rate float64, weeks int, x says) (*world, *rand.Rand) {
	w, r := newWorld(), rand.New(rand.NewPCG(1, 2))
	w.keep = true
	w.live(r, weeks*168, flat(rate), x)
	return w, r
}

func TestABurstIsOneAlertWithBeginningPeakAndEnd(t *testing.T) {
	w, r := usedTo(1, 2, says{market: "GB", aspects: []string{"refund"}})
	if len(w.alerts()) != 0 {
		t.Fatalf("two usual weeks raised %v", names(w.alerts()))
	}
	began := w.now
	for range 40 {
		w.say(says{market: "GB", aspects: []string{"refund"}, text: "where is my refund"})
		w.pass(30 * orrery.Second)
	}
	w.live(r, 48, flat(1), says{market: "GB", aspects: []string{"refund"}})
	raised, ended := w.alerts(), w.ended()
	if diff := cmp.Diff([]string{"GB/refund/negative"}, names(raised)); diff != "" {
		t.Fatalf("one burst about refunds is one alert about refunds (-want +got):\n%s", diff)
	}
	if len(ended) != 1 || ended[0].ID != raised[0].ID || ended[0].End != Calm {
		t.Fatalf("the burst should have ended in calm once: %+v", ended)
	}
	a := ended[0]
	if a.Raised < began || a.Began > a.Raised || a.PeakAt < a.Raised || a.Ended < a.PeakAt || a.Ended > began.Add(4*orrery.Hour) {
		t.Errorf("began %s, raised %s, peak %s, ended %s: in this order and soon after the burst at %s is expected", a.Began, a.Raised, a.PeakAt, a.Ended, began)
	}
	if a.Peak < 40 || a.Peak > 46 || a.People < 40 {
		t.Errorf("40 people spoke in 20 minutes; the alert knows of a peak of %d and of %d people", a.Peak, a.People)
	}
	grew := 0
	for _, f := range w.facts {
		if c, ok := f.(*orrery.AlertChanged); ok && c.Change == Grew {
			grew++
		}
	}
	if raised[0].Severity != orrery.Low || a.Severity != orrery.Medium || grew != 1 {
		t.Errorf("%s at first and %s at last, grown %d times: it should have grown from low to medium once", raised[0].Severity, a.Severity, grew)
	}
}

func TestASlowDayRaisesNothing(t *testing.T) {
	w := newWorld()
	for range 30 {
		w.say(says{market: "GB", aspects: []string{"refund"}})
		w.pass(48 * orrery.Minute)
		w.decide()
	}
	if got := names(w.alerts()); len(got) != 0 {
		t.Errorf("30 people over a whole day are no burst, and %v were raised", got)
	}
}

func TestOnePersonIsNoBurst(t *testing.T) {
	w := newWorld()
	for range 200 {
		w.say(says{person: 7, market: "GB", aspects: []string{"refund"}, risks: []string{"injury"}})
		w.pass(orrery.Second)
	}
	if got := names(w.alerts()); len(got) != 0 {
		t.Errorf("one person who writes 200 times raised %v", got)
	}
}

func TestARiskIsRaisedByFewAndIsHighAtOnce(t *testing.T) {
	w, _ := usedTo(2, 1, says{market: "GB", happy: true})
	for range 3 {
		w.say(says{market: "GB", risks: []string{"injury"}})
		w.pass(orrery.Minute)
	}
	got := w.alerts()
	if diff := cmp.Diff([]string{"GB//risk.injury"}, names(got)); diff != "" {
		t.Fatalf("three injuries within minutes are an alert (-want +got):\n%s", diff)
	}
	if got[0].Severity != orrery.High {
		t.Errorf("an injury is high at once, not %s", got[0].Severity)
	}
}

func TestACorrectionTakesAMessageOut(t *testing.T) {
	w := newWorld()
	var touches []orrery.TouchID
	for range 20 {
		w.who++
		touches = append(touches, orrery.TouchID(w.put(says{person: 1<<32 + w.who, market: "GB", aspects: []string{"refund"}}.fact()).ID()))
	}
	for _, id := range touches {
		w.put(&orrery.SignalsRevised{Touch: id, Signals: orrery.Signals{Polarity: orrery.Positive, Confidence: 1000}})
	}
	for range 20 {
		w.say(says{market: "GB", aspects: []string{"refund"}})
	}
	if got := w.alerts(); len(got) != 0 {
		t.Errorf("20 of 40 complaints were praise, said an agent; still %d people raised an alert", got[0].People)
	}
	x := w.series[key{"GB", "refund", Negative}]
	if n := x.hours[len(x.hours)-1]; n != 20 || len(x.recent) != 20 {
		t.Errorf("20 people complained; the hour says %d, and %d are remembered", n, len(x.recent))
	}
}

func TestMarketsAndCausesAreToldApart(t *testing.T) {
	w := newWorld()
	for range 40 {
		w.say(says{market: "GB", aspects: []string{"refund"}})
		w.say(says{market: "SG", aspects: []string{"delivery"}})
		w.pass(20 * orrery.Second)
	}
	if diff := cmp.Diff([]string{"GB/refund/negative", "SG/delivery/negative"}, names(w.alerts())); diff != "" {
		t.Errorf("two bursts in two markets (-want +got):\n%s", diff)
	}
	w = newWorld()
	aspects := []string{"refund", "staff", "food", "app", "price"}
	for i := range 60 {
		w.say(says{market: "GB", aspects: aspects[i%5 : i%5+1]})
		w.pass(20 * orrery.Second)
	}
	if diff := cmp.Diff([]string{"GB//negative"}, names(w.alerts())); diff != "" {
		t.Errorf("a burst about five things is one alert about everything (-want +got):\n%s", diff)
	}
}

func TestWhatWasSaidInABurstDoesNotRaiseAgain(t *testing.T) {
	w, r := usedTo(2, 3, says{market: "GB", aspects: []string{"refund"}})
	for range 3 {
		for range 60 {
			w.say(says{market: "GB", aspects: []string{"refund"}})
			w.pass(10 * orrery.Second)
		}
		w.live(r, 72, flat(2), says{market: "GB", aspects: []string{"refund"}})
	}
	if a, e := len(w.alerts()), len(w.ended()); a != 3 || e != 3 {
		t.Errorf("three bursts, three days apart, are three alerts that end; %d were raised, %d ended", a, e)
	}
}

func TestWhatStaysBecomesUsual(t *testing.T) {
	w, r := usedTo(5, 3, says{market: "GB", aspects: []string{"app"}})
	x := says{market: "GB", aspects: []string{"app"}}
	for range 100 {
		if w.live(r, 1, flat(20), x); len(w.ended()) > 0 {
			break
		}
	}
	if mean, _ := w.series[key{"GB", "app", Negative}].level(w.now).usual(int64(w.now), int64(w.now)+hourMillis, 0); mean < 15 || mean > 25 {
		t.Errorf("20 people an hour are usual now, not %.1f", mean)
	}
	w.live(r, 30*24, flat(20), x)
	ended := w.ended()
	if len(w.alerts()) != 1 || len(ended) != 1 || ended[0].End != NewLevel {
		t.Fatalf("a rate that stays four times higher is one alert that ends as a new level: raised %v, ended %+v", names(w.alerts()), ended)
	}
	if d := ended[0].Ended - ended[0].Began; orrery.Span(d) > 80*orrery.Hour {
		t.Errorf("the new level was taken over after %s; about 72h are expected", orrery.Span(d))
	}
}

func TestExamplesAreOfDifferentPeopleAndDifferentWords(t *testing.T) {
	w := newWorld()
	texts := []string{"my refund never came, three weeks now", "refund refused although the shop had promised money back",
		"support keeps ignoring my refund request", "still waiting for your refund, shameful service"}
	for i := range 40 {
		text := "BOYCOTT this brand, they steal refunds from honest families and laugh about it in their offices"
		if i%10 == 0 {
			text = texts[i/10]
		} else if i%2 == 0 {
			text += "!!!"
		}
		w.say(says{market: "GB", aspects: []string{"refund"}, text: text})
		w.pass(orrery.Second)
	}
	a := w.alerts()[0]
	if a.People < 20 {
		t.Errorf("a copied post counts by the people who post it: %d people", a.People)
	}
	copies, people := 0, map[orrery.FragmentID]bool{}
	for _, e := range a.Examples {
		people[e.Fragment] = true
		for _, l := range w.log {
			if l.at.ID() == uint64(e.Touch) {
				copies++
			}
		}
	}
	if len(people) != len(a.Examples) || len(a.Examples) > maxExamples || len(a.Examples) < 3 {
		t.Errorf("there should be three to five examples, each of another person: %+v", a.Examples)
	}
}

func TestWhoIsErasedIsNoExampleAndNoHit(t *testing.T) {
	w := newWorld()
	for i := range uint64(40) {
		w.say(says{person: 0xA1B2C3D4E5F60000 + i, market: "GB", aspects: []string{"refund"}, text: "bad " + strings.Repeat("z", int(4+i))})
		w.pass(orrery.Second)
	}
	var all []orrery.FragmentID
	for i := range 40 {
		all = append(all, orrery.FragmentID(0xA1B2C3D4E5F60000+uint64(i)))
	}
	w.put(&orrery.PersonErased{Fragments: all})
	b := string(encoded(w.State))
	for _, f := range all {
		var id [8]byte
		for i := range id {
			id[i] = byte(f >> (8 * i))
		}
		if strings.Contains(b, string(id[:])) {
			t.Fatalf("the state still names %s", f)
		}
	}
	if strings.Contains(b, "zzzz") || w.hits != 0 || len(w.said) != 0 {
		t.Errorf("words that only erased people used, or their hits, are left: %d hits", w.hits)
	}
}

func TestAMarketIsNamedByPolicyElseByRegion(t *testing.T) {
	p := DefaultPolicy()
	p.Markets = []Market{{Name: "DACH", Regions: []string{"DE", "AT", "CH"}}, {Name: "Outlet", Sources: []orrery.SourceName{"outlet"}}}
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	for want, touch := range map[string]orrery.Touch{
		"DACH":   {Locale: "de-AT"},
		"GB":     {Locale: "en_gb"},
		"HK":     {Locale: "zh-Hant-HK"},
		"":       {Locale: "en"},
		"SG":     {Traits: []orrery.Trait{{Name: "country", Value: `"sg"`}}},
		"Outlet": {Locale: "de-DE", Source: "outlet"},
	} {
		if got := p.market(&touch); got != want {
			t.Errorf("a touch with locale %q is of market %q; %q is expected", touch.Locale, got, want)
		}
	}
	p.Markets[1].Regions = []string{"AT"}
	if err := p.Validate(); err == nil {
		t.Error("one region in two markets should be refused")
	}
}

func TestHistoryAndWhatNobodyUnderstoodSayNothing(t *testing.T) {
	w := newWorld()
	for range 50 {
		f := says{market: "GB", aspects: []string{"refund"}, risks: []string{"fire"}}.fact()
		w.who++
		f.Anchor, f.Person, f.Touch.Historical = orrery.FragmentID(1<<32+w.who), orrery.FragmentID(1<<32+w.who), true
		w.put(f)
		w.decide()
	}
	if len(w.alerts()) != 0 || len(w.series) != 0 {
		t.Errorf("imported history raised %v and opened %d series", names(w.alerts()), len(w.series))
	}
	f := says{market: "GB"}.fact()
	f.Touch.Signals = nil
	if _, ok := DefaultPolicy().Hear(f); ok {
		t.Error("a message without understood text says something to the radar")
	}
}

func TestMemoryIsBounded(t *testing.T) {
	w := newWorld()
	for m := range 100 {
		name := string(rune('A'+m/26)) + string(rune('A'+m%26))
		for a := range 30 {
			w.put(says{person: uint64(m*100 + a + 1), market: name, aspects: []string{strings.Repeat("a", a+1)}}.fact())
		}
	}
	if n := len(w.markets); n > maxMarkets+1 {
		t.Errorf("%d markets are kept; %d and one for all others are the bound", n, maxMarkets)
	}
	if n := len(w.series); n > maxSeries {
		t.Errorf("%d series are kept; %d are the bound", n, maxSeries)
	}
	w = newWorld()
	for i := range maxHits + 5000 {
		w.hit(key{"GB", "", Negative}, hit{at: monday, person: orrery.FragmentID(i + 1)}, 0)
	}
	if w.hits > maxHits || len(w.said) != w.hits || len(w.series[key{"GB", "", Negative}].recent) != w.hits {
		t.Errorf("%d people of a day are kept, %d remembered as said; %d are the bound", w.hits, len(w.said), maxHits)
	}
}

func TestAPolicyThatCannotBeIsRefusedByItsField(t *testing.T) {
	for field, change := range map[string]func(*Policy){
		"radar.alerts.from":         func(p *Policy) { p.Alerts.From = 1001 },
		"radar.alerts.least":        func(p *Policy) { p.Alerts.Least = 1 },
		"radar.alerts.rarity":       func(p *Policy) { p.Alerts.Rarity = 5 },
		"radar.alerts.risk_least":   func(p *Policy) { p.Alerts.RiskLeast = 0 },
		"radar.alerts.risk_rarity":  func(p *Policy) { p.Alerts.RiskRarity = 0 },
		"radar.alerts.lasting":      func(p *Policy) { p.Alerts.Lasting = orrery.Hour },
		"radar.topics.least":        func(p *Policy) { p.Topics.Least = 1 },
		"radar.topics.growth":       func(p *Policy) { p.Topics.Growth = 1 },
		"radar.topics.score":        func(p *Policy) { p.Topics.Score = 1 },
		"radar.topics.before":       func(p *Policy) { p.Topics.Before = 1 },
		"radar.topics.per_day":      func(p *Policy) { p.Topics.PerDay = 0 },
		"radar.markets[0].name":     func(p *Policy) { p.Markets = []Market{{Regions: []string{"GB"}}} },
		"radar.markets[0].regions":  func(p *Policy) { p.Markets = []Market{{Name: "x", Regions: []string{"gbr"}}} },
		"radar.markets[0]: empty":   func(p *Policy) { p.Markets = []Market{{Name: "x"}} },
		"radar.markets: 65 markets": func(p *Policy) { p.Markets = make([]Market, 65) },
	} {
		p := DefaultPolicy()
		change(p)
		if err := p.Validate(); err == nil || !strings.HasPrefix(err.Error(), field) && !strings.Contains(err.Error(), field) {
			t.Errorf("%s should be refused by its name: %v", field, err)
		}
	}
	if err := DefaultPolicy().Validate(); err != nil {
		t.Errorf("the default is refused: %v", err)
	}
}
