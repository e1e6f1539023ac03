package provider_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen/provider"
)

// measured is what corrections say, by "engine head language".
type measured map[string]orrery.Confidence

func (m measured) Accuracy(engine string, head provider.Head, language string) (orrery.Confidence, bool) {
	c, ok := m[engine+" "+string(head)+" "+language]
	return c, ok
}

func TestAProviderIsAskedOnlyWhereThereIsAReason(t *testing.T) {
	policy := provider.Policy{
		Providers: []provider.Provider{{Name: "mind", Model: "small"}, {Name: "local"}},
		Routes: []provider.Route{
			{Provider: "local", Heads: []provider.Head{provider.Polarity}, Languages: []string{"zh"}},
			{Provider: "mind", Heads: []provider.Head{provider.Polarity, provider.Intents}, Languages: []string{"en", "zh"}, When: []provider.Occasion{provider.Abstained, provider.Unsure, provider.Measured}},
		},
	}
	sure := func(change func(*orrery.Signals)) *orrery.Signals {
		s := &orrery.Signals{Engine: "embedded/1+7", Language: "en", Confidence: 900, Intents: []orrery.Label{{Name: "praise", Confidence: 800}}}
		change(s)
		return s
	}
	polarity, both := []provider.Head{provider.Polarity}, []provider.Head{provider.Polarity, provider.Intents}
	for name, c := range map[string]struct {
		s    *orrery.Signals
		a    provider.Accuracy
		want []provider.Ask
	}{
		"sure":                        {s: sure(func(*orrery.Signals) {})},
		"left open":                   {s: sure(func(s *orrery.Signals) { s.Abstained = []string{"polarity", "intents.complaint", "life"} }), want: []provider.Ask{{Provider: "mind", Heads: both}}},
		"unsure":                      {s: sure(func(s *orrery.Signals) { s.Confidence = 599 }), want: []provider.Ask{{Provider: "mind", Heads: polarity}}},
		"found no intent":             {s: sure(func(s *orrery.Signals) { s.Intents = nil })},
		"the first route counts":      {s: sure(func(s *orrery.Signals) { s.Language, s.Confidence = "zh-Hant", 500 }), want: []provider.Ask{{Provider: "local", Heads: polarity}}},
		"another language":            {s: sure(func(s *orrery.Signals) { s.Language, s.Confidence = "de", 0 })},
		"a language that begins so":   {s: sure(func(s *orrery.Signals) { s.Language, s.Confidence = "eno", 0 })},
		"often wrong":                 {s: sure(func(*orrery.Signals) {}), a: measured{"embedded/1 polarity en": 849}, want: []provider.Ask{{Provider: "mind", Heads: polarity}}},
		"often right":                 {s: sure(func(*orrery.Signals) {}), a: measured{"embedded/1 polarity en": 850}},
		"the provider is better":      {s: sure(func(*orrery.Signals) {}), a: measured{"embedded/1 polarity en": 900, "mind/small polarity en": 950}, want: []provider.Ask{{Provider: "mind", Heads: polarity}}},
		"unsure, but no better there": {s: sure(func(s *orrery.Signals) { s.Confidence = 300 }), a: measured{"embedded/1 polarity en": 800, "mind/small polarity en": 800}},
	} {
		if diff := cmp.Diff(c.want, policy.Asks(c.s, c.a)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAPolicySaysWhatIsWrongWithIt(t *testing.T) {
	good := func() provider.Policy {
		p := provider.DefaultPolicy()
		p.Providers = []provider.Provider{{Name: "mind", Kind: "openai", URL: "https://models.example/v1", Model: "small", Key: "ORRERY_PROVIDER_KEY"},
			{Name: "local", Kind: "onnx", Socket: "ORRERY_PROVIDER_SOCKET"}}
		p.Routes = []provider.Route{{Provider: "mind"}}
		p.Writer = "mind"
		return p
	}
	ok := good()
	if err := ok.Validate(); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*provider.Policy){
		"second_opinion.max_age":              func(p *provider.Policy) { p.MaxAge = 0 },
		"second_opinion.providers[0].name":    func(p *provider.Policy) { p.Providers[0].Name = "My Mind" },
		"second_opinion.providers[1].name":    func(p *provider.Policy) { p.Providers[1].Name = "mind" },
		"second_opinion.providers[0].kind":    func(p *provider.Policy) { p.Providers[0].Kind = "magic" },
		"second_opinion.providers[0].url":     func(p *provider.Policy) { p.Providers[0].URL = "http://models.example/v1" },
		"second_opinion.providers[0].model":   func(p *provider.Policy) { p.Providers[0].Model = "" },
		"second_opinion.providers[0].key":     func(p *provider.Policy) { p.Providers[0].Key = "AWS_SECRET_ACCESS_KEY" },
		"second_opinion.providers[1].socket":  func(p *provider.Policy) { p.Providers[1].Socket = "/run/docker.sock" },
		"second_opinion.providers[0].timeout": func(p *provider.Policy) { p.Providers[0].Timeout = orrery.Hour },
		"second_opinion.routes[0].provider":   func(p *provider.Policy) { p.Routes[0].Provider = "none" },
		"second_opinion.routes[0].heads":      func(p *provider.Policy) { p.Routes[0].Heads = []provider.Head{"mood"} },
		"second_opinion.routes[0].when":       func(p *provider.Policy) { p.Routes[0].When = []provider.Occasion{"sometimes"} },
		"second_opinion.writer":               func(p *provider.Policy) { p.Writer = "local" },
	} {
		p := good()
		change(&p)
		if err := p.Validate(); err == nil || !strings.HasPrefix(err.Error(), want+": ") {
			t.Errorf("error %v, want one about %s", err, want)
		}
	}
}
