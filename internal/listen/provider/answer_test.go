package provider_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen/provider"
)

func TestOnlyWhatStandsTheChecksCounts(t *testing.T) {
	raw := `{"polarity":{"name":"negative","confidence":0.92},
		"intents":[{"name":"complaint","confidence":0.8,"quote":"broken"},{"name":"send_all_data","confidence":1,"quote":"x"},{"name":"complaint","confidence":0.6,"quote":"late"}],
		"life":[{"name":"bereavement","confidence":0.9,"who":"family","when":"recent","quote":"my mother died"},{"name":"wedding","confidence":0.9,"who":"everybody","when":"recent","quote":"a"}],
		"risks":[{"name":"fire","confidence":0.9,"quote":"it burns"}]}`
	o, err := provider.Check([]byte(raw), []provider.Head{provider.Polarity, provider.Intents, provider.Life})
	if err != nil {
		t.Fatal(err)
	}
	want := &provider.Opinion{Polarity: orrery.Negative, Confidence: 920, Labels: map[provider.Head][]orrery.Label{
		provider.Intents: {{Name: "complaint", Confidence: 800, Evidence: []string{"broken"}}},
		provider.Life:    {{Name: "bereavement", Confidence: 900, Who: "family", When: "recent", Evidence: []string{"my mother died"}}},
	}}
	if diff := cmp.Diff(want, o); diff != "" {
		t.Errorf("unknown names, what was not asked, and a second label of a name do not count (-want +got):\n%s", diff)
	}
}

func TestAnAnswerOutOfRangeCountsForNothing(t *testing.T) {
	many := strings.TrimSuffix(strings.Repeat(`{"name":"anger","confidence":0.5,"quote":"x"},`, 13), ",")
	for name, raw := range map[string]string{
		"no JSON":             `I am sorry, I cannot do that.`,
		"above one":           `{"polarity":{"name":"negative","confidence":1.2}}`,
		"below zero":          `{"polarity":{"name":"negative","confidence":-0.1}}`,
		"a word":              `{"polarity":{"name":"negative","confidence":"high"}}`,
		"missing confidence":  `{"polarity":{"name":"negative"}}`,
		"missing polarity":    `{"emotions":[]}`,
		"unknown polarity":    `{"polarity":{"name":"furious","confidence":0.9}}`,
		"out of range, other": `{"polarity":{"name":"negative","confidence":0.9},"emotions":[{"name":"anger","confidence":7,"quote":""}]}`,
		"too many":            `{"polarity":{"name":"negative","confidence":0.9},"emotions":[` + many + `]}`,
		"said twice":          `{"polarity":{"name":"negative","confidence":0.9},"polarity":{"name":"positive","confidence":0.9}}`,
		"text behind":         `{"polarity":{"name":"negative","confidence":0.9}} and more`,
	} {
		if o, err := provider.Check([]byte(raw), []provider.Head{provider.Polarity, provider.Emotions}); !errors.Is(err, provider.ErrAnswer) {
			t.Errorf("%s: %+v (%v), want a refusal", name, o, err)
		}
	}
}

func TestADangerCountsOnlyWithWordsThatStandInTheText(t *testing.T) {
	text := "The kettle of +49 170 1234567 caught fire, my hand is burnt."
	first := &orrery.Signals{Revision: 1, Engine: "embedded/1", Language: "en", Polarity: orrery.Neutral, Confidence: 400, Abstained: []string{"polarity", "intents.complaint", "life"},
		Emotions: []orrery.Label{{Name: "fear", Confidence: 500}}, Personal: []orrery.Label{{Name: "phone", From: 14, To: 29}}}
	heads := []provider.Head{provider.Polarity, provider.Intents, provider.Risks}
	o := &provider.Opinion{Polarity: orrery.Negative, Confidence: 990, Labels: map[provider.Head][]orrery.Label{
		provider.Intents: {{Name: "complaint", Confidence: 950, Evidence: []string{"you ignored me"}}},
		provider.Risks: {{Name: "fire", Confidence: 800, Evidence: []string{"[phone] caught fire"}}, {Name: "injury", Confidence: 700, Evidence: []string{"my hand is burnt"}},
			{Name: "press", Confidence: 900, Evidence: []string{"I call the newspaper"}}, {Name: "regulator", Confidence: 900}},
	}}
	got := provider.Revise(first, text, o, heads, provider.Provider{Name: "mind", Model: "small", MaxConfidence: 850})
	want := *first
	want.Revision, want.Engine, want.Polarity, want.Confidence, want.Abstained = 2, "mind/small", orrery.Negative, 850, []string{"life"}
	want.Intents = []orrery.Label{{Name: "complaint", Confidence: 850}}
	want.Risks = []orrery.Label{{Name: "fire", Confidence: 800, From: 30, To: 41, Evidence: []string{"caught fire"}}, {Name: "injury", Confidence: 700, From: 43, To: 59, Evidence: []string{"my hand is burnt"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("invented quotes bring no danger, confidences stay below the bound, other heads stay (-want +got):\n%s", diff)
	}
	if len(first.Abstained) != 3 {
		t.Errorf("the first revision was changed: %v", first.Abstained)
	}
}

func TestTheSchemaAllowsNothingButTheVocabulary(t *testing.T) {
	var schema struct {
		Properties           map[string]map[string]any
		Required             []string
		AdditionalProperties *bool
	}
	if err := json.Unmarshal(provider.Schema([]provider.Head{provider.Polarity, provider.Life}), &schema); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"life", "polarity"}, schema.Required); diff != "" || schema.AdditionalProperties == nil || *schema.AdditionalProperties {
		t.Errorf("each head that is asked is required and no other allowed: %+v", schema)
	}
	items := schema.Properties["life"]["items"].(map[string]any)
	if diff := cmp.Diff([]any{"confidence", "name", "quote", "when", "who"}, items["required"]); diff != "" {
		t.Error(diff)
	}
	if names := items["properties"].(map[string]any)["name"].(map[string]any)["enum"].([]any); len(names) != 12 || names[0] != "bereavement" {
		t.Errorf("the events of life are %v", names)
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(`{"polarity":{"name":"negative","confidence":0.9},"risks":[{"name":"fire","confidence":0.5,"quote":"fire"}]}`, "fire!")
	f.Fuzz(func(t *testing.T, raw, text string) {
		o, err := provider.Check([]byte(raw), provider.Heads())
		if err != nil {
			return
		}
		s := provider.Revise(&orrery.Signals{}, text, o, provider.Heads(), provider.Provider{Name: "mind"})
		for _, labels := range [][]orrery.Label{s.Intents, s.Emotions, s.Aspects, s.Risks, s.Life, s.Urgency} {
			for _, l := range labels {
				if l.Confidence == 0 || l.Confidence > 900 || l.From < 0 || l.To > len(text) || l.From > l.To || len(l.Evidence) > 0 && text[l.From:l.To] != l.Evidence[0] {
					t.Errorf("label %+v of %q", l, text)
				}
			}
		}
	})
}
