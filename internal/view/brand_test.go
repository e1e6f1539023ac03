package view

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/radar"
)

func ofBrand(id uint64, market string, people ...orrery.FragmentID) orrery.Alert {
	a := orrery.Alert{ID: orrery.AlertID(id), Market: market, Aspect: "refund", About: "complaint", Severity: orrery.Low, Began: epoch, Raised: epoch.Add(orrery.Minute),
		Window: orrery.Hour, People: 9, Usual: 500, Odds: 6, Counted: "poisson", Peak: 9, PeakAt: epoch.Add(orrery.Minute)}
	for i, p := range people {
		a.Examples = append(a.Examples, orrery.Example{Touch: orrery.TouchID(i + 1), Fragment: p})
	}
	return a
}

func TestAlertsAreListedUntilTheyEndAndWithoutErasedExamples(t *testing.T) {
	l := newLists(t)
	first, second := ofBrand(l.s.next(0), "GB", 7, 8), ofBrand(l.s.next(1), "SG", 9)
	l.put(&orrery.AlertRaised{Alert: first}, &orrery.AlertRaised{Alert: second})
	if diff := cmp.Diff([]orrery.Alert{second, first}, must[List[orrery.Alert]](t)(l.Alerts(l.ctx, AlertFilter{})).Items); diff != "" {
		t.Errorf("both last, the later one first (-want +got):\n%s", diff)
	}
	grown := first
	grown.Severity, grown.People = orrery.High, 80
	l.put(&orrery.AlertChanged{Alert: grown, Change: "grew"})
	grown.Ended, grown.End = epoch.Add(orrery.Hour), "calm"
	l.put(&orrery.AlertChanged{Alert: grown, Change: "ended"}, &orrery.PersonErased{Fragments: []orrery.FragmentID{7}})
	grown.Examples = grown.Examples[1:]
	if diff := cmp.Diff([]orrery.Alert{second}, must[List[orrery.Alert]](t)(l.Alerts(l.ctx, AlertFilter{})).Items); diff != "" {
		t.Errorf("one has ended (-want +got):\n%s", diff)
	}
	market := "GB"
	if diff := cmp.Diff([]orrery.Alert{grown}, must[List[orrery.Alert]](t)(l.Alerts(l.ctx, AlertFilter{Past: true, Market: &market})).Items); diff != "" {
		t.Errorf("the past one of its market, as it ended, without the example of who was erased (-want +got):\n%s", diff)
	}
}

func TestTheDaysPageCountsWhatWasHeard(t *testing.T) {
	l := newLists(t)
	day := epoch - epoch%orrery.Instant(orrery.Day)
	says := func(who orrery.FragmentID, polarity orrery.Polarity, life ...orrery.Label) orrery.Fact {
		return &orrery.TouchRecorded{Anchor: who, Touch: orrery.Touch{Kind: orrery.MessageTouch, Locale: "en-GB", Message: &orrery.Message{Text: "x"},
			Signals: &orrery.Signals{Language: "en", Polarity: polarity, Confidence: 900, Life: life, Aspects: []orrery.Label{{Name: "refund", Confidence: 700}}}}}
	}
	topic := orrery.Topic{ID: orrery.TopicID(l.s.next(6)), Term: "checkout page", Also: []string{"error"}, Language: "en", At: epoch, People: 6, Of: 90, Usual: 10, Score: 44}
	l.put(says(1, orrery.Negative), says(1, orrery.Negative), says(2, orrery.Negative), says(3, orrery.Positive, orrery.Label{Name: "wedding", Confidence: 900}),
		&orrery.SignalRaised{Fragment: 1, Touch: 5, Signal: "complaint"}, &orrery.SignalActed{Fragment: 1, Touch: 5, Signal: "complaint", Missed: true},
		&orrery.TopicEmerged{Topic: topic}, &orrery.AlertRaised{Alert: ofBrand(l.s.next(7), "GB")})
	p, err := l.Radar(l.ctx, day)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]radar.MarketDay{{Market: "GB", Messages: 4, Negative: 3}}, p.Markets); diff != "" {
		t.Errorf("four messages, three of them negative (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]radar.Count{{Name: "wedding", N: 1}}, p.Life); diff != "" {
		t.Errorf("one spoke of a wedding (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]radar.Count{{Name: "complaint", N: 1}}, p.Missed); diff != "" {
		t.Errorf("one signal was missed (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]orrery.Topic{topic}, p.Topics); diff != "" || len(p.Alerts) != 1 {
		t.Errorf("one topic and one alert are of the day; alerts %+v (-want +got):\n%s", p.Alerts, diff)
	}
	if n := len(must[List[orrery.Topic]](t)(l.Topics(l.ctx, TopicFilter{Language: "ar"})).Items); n != 0 {
		t.Errorf("no topic is Arabic; %d are listed", n)
	}
	l.put(&orrery.PersonErased{Fragments: []orrery.FragmentID{1}})
	if p, err = l.Radar(l.ctx, day); err != nil || len(p.Markets) != 1 || p.Markets[0] != (radar.MarketDay{Market: "GB", Messages: 2, Negative: 1}) {
		t.Errorf("what an erased person said counts no more: %+v (%v)", p.Markets, err)
	}
	if p, err = l.Radar(l.ctx, day.Add(orrery.Day)); err != nil || len(p.Markets)+len(p.Topics)+len(p.Missed) != 0 || len(p.Alerts) != 1 {
		t.Errorf("on the next day only the alert lasts: %+v (%v)", p, err)
	}
}
