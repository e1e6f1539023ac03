package radar

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/i18n"
)

var update = flag.Bool("update", false, "write the golden files")

// pageOfADay is a day in which everything happens that a page can tell of.
func pageOfADay() *Page {
	p := &Page{Day: monday}
	day := int64(monday) / int64(orrery.Day)
	var heard []DayCount
	add := func(day int64, market, what string, n int) { heard = append(heard, DayCount{day, market, what, n}) }
	for d := day - 28; d < day; d++ {
		add(d, "GB", "messages", 400)
		add(d, "GB", "negative", 40)
		add(d, "GB", "aspect.refund", 4+int(d%3))
		add(d, "GB", "aspect.app", 6)
		add(d, "SG", "messages", 90)
	}
	heard = append(heard, []DayCount{{day, "GB", "messages", 430}, {day, "GB", "negative", 86}, {day, "GB", "aspect.refund", 41}, {day, "GB", "aspect.app", 8},
		{day, "GB", "about.risk.injury", 5}, {day, "GB", "life.wedding", 3}, {day, "SG", "messages", 1}, {day, "SG", "life.wedding", 1},
		{day, "SG", "life.bereavement", 2}, {day, "", "messages", 12}, {day, "", "negative", 1}}...)
	p.Fill(day, heard)
	p.Alerts = []orrery.Alert{
		{Market: "GB", Aspect: "refund", About: Complaint, Severity: orrery.Medium, Began: monday + 1, Raised: monday.Add(orrery.Minute), Window: orrery.Hour, People: 38, Usual: 1240, Peak: 31},
		{About: "risk.injury", Severity: orrery.High, Began: monday.Add(-orrery.Hour), Window: orrery.Day, People: 4, Usual: 12, Peak: 2, Ended: monday.Add(6 * orrery.Hour), End: Calm},
		{Market: "SG", About: Negative, Severity: orrery.Low, Began: monday.Add(-70 * orrery.Hour), Window: 6 * orrery.Hour, People: 600, Usual: 13400, Peak: 22, Ended: monday.Add(2 * orrery.Hour), End: NewLevel},
	}
	p.Topics = []orrery.Topic{{Term: "checkout page", Also: []string{"error"}, Language: "en", People: 12, Usual: 300}, {Term: "付款页面", Language: "zh-Hans", People: 7}}
	p.Missed = []Count{{"complaint", 3}, {"life.wedding", 1}, {"risk.injury", 1}}
	return p
}

func TestAPageReadsWellInEveryLanguage(t *testing.T) {
	var b strings.Builder
	for _, lang := range i18n.Languages {
		b.WriteString("== " + lang + "\n")
		for _, p := range []*Page{pageOfADay(), {Day: monday}} {
			for _, s := range p.Sentences(lang) {
				b.WriteString(s + "\n")
				if strings.Contains(s, "radar.") || strings.Contains(s, "{") {
					t.Errorf("%s: nobody translated part of %q, or a hole was not filled", lang, s)
				}
			}
		}
	}
	path := filepath.Join("testdata", "page.golden.txt")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); diff != "" {
		t.Errorf("the page reads otherwise (-want +got); if that is meant: go test ./internal/radar -update\n%s", diff)
	}
}

func TestWhatRoseIsToldAndWhatDidNotIsNot(t *testing.T) {
	p := pageOfADay()
	var got []string
	for _, r := range p.Rose {
		got = append(got, r.Market+" "+r.What)
	}
	if diff := cmp.Diff([]string{"GB aspect.refund", "GB about.risk.injury"}, got); diff != "" {
		t.Errorf("41 people instead of 5 spoke of refunds, and 5 instead of none of injuries; 8 instead of 6 of the app is nothing (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Count{{"wedding", 4}, {"bereavement", 2}}, p.Life); diff != "" {
		t.Errorf("life events are counted over markets (-want +got):\n%s", diff)
	}
	young := &Page{Day: monday}
	young.Fill(int64(monday)/int64(orrery.Day), []DayCount{{int64(monday) / int64(orrery.Day), "GB", "aspect.refund", 50}, {int64(monday)/int64(orrery.Day) - 1, "GB", "messages", 5}})
	if len(young.Rose) != 0 {
		t.Errorf("a market of two days has no usual day: %+v", young.Rose)
	}
}

// Every aspect, risk, life event and signal that is heard has a name in every language.
func TestEverythingThatIsHeardHasAName(t *testing.T) {
	for _, lang := range i18n.Languages {
		c := i18n.For(lang)
		for _, key := range []string{"aspect.delivery", "aspect.staff", "aspect.response", "aspect.price", "aspect.refund", "aspect.app", "aspect.product", "aspect.food",
			"aspect.travel", "aspect.room", "aspect.network", "aspect.account", "aspect.store", "aspect.safety", "aspect.privacy", "risk.legal_threat", "risk.regulator",
			"risk.press", "risk.injury", "risk.fire", "risk.food_safety", "risk.data_breach", "risk.discrimination", "risk.self_harm", Negative, Complaint} {
			if !c.Has("radar." + key) {
				t.Errorf("%s has no name for %s", lang, key)
			}
		}
	}
}
