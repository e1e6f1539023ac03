package provider

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// Policy says who gives second opinions and when they are asked. Without providers nothing leaves the process.
type Policy struct {
	Providers []Provider `yaml:"providers"` // who may be asked; none: nothing leaves the process
	Routes    []Route    `yaml:"routes"`    // of the routes that fit a head of a message, the first counts
	// Writer is the provider that translates messages and drafts replies when an agent asks for it; none: nobody does.
	Writer string `yaml:"writer"`
	// MaxAge: what waited longer for its second opinion goes without: 1h.
	MaxAge orrery.Span `yaml:"max_age"`
}

// Kinds of providers.
const (
	OpenAI = "openai" // an endpoint that speaks the chat completions protocol, with answers by a JSON schema
	ONNX   = "onnx"   // a classifier in ONNX form, served beside the product by orrery-onnx
)

// Provider is one model to ask.
type Provider struct {
	Name string `yaml:"name"` // lower-case letters, digits, - and _; it stands in signals
	Kind string `yaml:"kind"` // openai or onnx
	// URL is the base address of an openai endpoint; /chat/completions is added to it.
	URL   string `yaml:"url,omitempty"`
	Model string `yaml:"model,omitempty"` // as the endpoint names it
	// Key is the name of the environment variable with the key. It begins with ORRERY_PROVIDER_, so that a policy
	// cannot send another secret of the machine away. Empty for an endpoint that needs none.
	Key string `yaml:"key,omitempty"`
	// Socket is the name of the environment variable with the path of the socket of orrery-onnx, ORRERY_PROVIDER_...
	Socket string `yaml:"socket,omitempty"`
	// Private allows addresses of private networks and plain http, for a model on the same premises.
	Private bool `yaml:"private,omitempty"`
	// Timeout of one question: 10s when 0, at most 2m.
	Timeout orrery.Span `yaml:"timeout,omitempty"`
	// RequestsPerDay bounds the questions of a day (UTC), writing included: 1000 when 0.
	RequestsPerDay int `yaml:"requests_per_day,omitempty"`
	// TokensPerDay bounds what an openai endpoint says they took: 1000000 when 0.
	TokensPerDay int `yaml:"tokens_per_day,omitempty"`
	// Parallel bounds the questions in flight: 2 when 0, at most 16.
	Parallel int `yaml:"parallel,omitempty"`
	// MaxConfidence is the most that an answer's own confidence counts for: models overrate themselves. 900 when 0.
	MaxConfidence orrery.Confidence `yaml:"max_confidence,omitempty"`
}

// Occasion is a reason to ask.
type Occasion string

const (
	Abstained Occasion = "abstained" // the engine left the head open
	Unsure    Occasion = "unsure"    // its best label lies below the route's Below
	Measured  Occasion = "measured"  // corrections show it to be right less often than Accuracy, or than the provider
	Always    Occasion = "always"
)

// Route sends heads of messages to a provider.
type Route struct {
	Provider  string            `yaml:"provider"`  // the name of one of the providers
	Heads     []Head            `yaml:"heads"`     // none: all
	Languages []string          `yaml:"languages"` // BCP 47; "zh" is also zh-Hant; none: all
	When      []Occasion        `yaml:"when"`      // abstained, unsure, measured, always; none: abstained and unsure
	Below     orrery.Confidence `yaml:"below"`     // 600 when 0
	Accuracy  orrery.Confidence `yaml:"accuracy"`  // 850 when 0
}

// DefaultPolicy asks nobody.
func DefaultPolicy() Policy { return Policy{MaxAge: orrery.Hour} }

// fill puts in what 0 stands for.
func (p Provider) fill() Provider {
	p.Timeout = orDefault(p.Timeout, 10*orrery.Second)
	p.RequestsPerDay = orDefault(p.RequestsPerDay, 1000)
	p.TokensPerDay = orDefault(p.TokensPerDay, 1_000_000)
	p.Parallel = orDefault(p.Parallel, 2)
	p.MaxConfidence = orDefault(p.MaxConfidence, 900)
	return p
}

func orDefault[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// Engine is how signals name the provider and its model.
func (p Provider) Engine() string {
	if p.Model == "" {
		return p.Name
	}
	return p.Name + "/" + p.Model
}

// Find is the provider of that name, with what its zeros stand for.
func (p *Policy) Find(name string) (Provider, bool) {
	for _, x := range p.Providers {
		if x.Name == name {
			return x.fill(), true
		}
	}
	return Provider{}, false
}

// All are the providers with what their zeros stand for.
func (p *Policy) All() []Provider {
	out := make([]Provider, len(p.Providers))
	for i, x := range p.Providers {
		out[i] = x.fill()
	}
	return out
}

var (
	name     = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)
	variable = regexp.MustCompile(`^ORRERY_PROVIDER_[A-Z0-9_]{1,64}$`)
)

// Validate says what is wrong, by the path of the field.
func (p *Policy) Validate() error {
	if p.MaxAge <= 0 || p.MaxAge > 7*orrery.Day {
		return bad("max_age", fmt.Sprintf("%s is not between 1s and 7d", p.MaxAge))
	}
	for i, x := range p.Providers {
		if slices.ContainsFunc(p.Providers[:i], func(y Provider) bool { return y.Name == x.Name }) {
			return bad(fmt.Sprintf("providers[%d].name", i), fmt.Sprintf("%q stands twice", x.Name))
		}
		if part, say := x.validate(); say != "" {
			return bad(fmt.Sprintf("providers[%d].%s", i, part), say)
		}
	}
	for i, r := range p.Routes {
		if part, say := r.validate(p); say != "" {
			return bad(fmt.Sprintf("routes[%d].%s", i, part), say)
		}
	}
	if p.Writer != "" {
		if w, ok := p.Find(p.Writer); !ok || w.Kind != OpenAI {
			return bad("writer", fmt.Sprintf("%q is no provider of kind openai", p.Writer))
		}
	}
	return nil
}

func (p Provider) validate() (part, say string) {
	switch {
	case !name.MatchString(p.Name):
		return "name", fmt.Sprintf("%q is no name: use lower-case letters, digits, - and _", p.Name)
	case p.Kind != OpenAI && p.Kind != ONNX:
		return "kind", fmt.Sprintf("%q is none of openai, onnx", p.Kind)
	case p.Kind == OpenAI && !strings.HasPrefix(p.URL, "https://") && !(p.Private && strings.HasPrefix(p.URL, "http://")):
		return "url", fmt.Sprintf("%q: an https address is needed (http only with private: true)", p.URL)
	case p.Kind == OpenAI && p.Model == "":
		return "model", "missing: the name of the model, as the endpoint knows it"
	case p.Key != "" && !variable.MatchString(p.Key):
		return "key", fmt.Sprintf("%q: name an environment variable that begins with ORRERY_PROVIDER_; the key itself never stands in a policy", p.Key)
	case p.Kind == ONNX && !variable.MatchString(p.Socket):
		return "socket", fmt.Sprintf("%q: name an environment variable that begins with ORRERY_PROVIDER_ and holds the path of the socket", p.Socket)
	case p.Timeout < 0 || p.Timeout > 2*orrery.Minute:
		return "timeout", fmt.Sprintf("%s is not between 0s and 2m", p.Timeout)
	case p.RequestsPerDay < 0:
		return "requests_per_day", fmt.Sprintf("%d is below 0", p.RequestsPerDay)
	case p.TokensPerDay < 0:
		return "tokens_per_day", fmt.Sprintf("%d is below 0", p.TokensPerDay)
	case p.Parallel < 0 || p.Parallel > 16:
		return "parallel", fmt.Sprintf("%d is not between 0 and 16", p.Parallel)
	case p.MaxConfidence > 1000:
		return "max_confidence", fmt.Sprintf("%d is above 1000", p.MaxConfidence)
	}
	return "", ""
}

func (r Route) validate(p *Policy) (part, say string) {
	if _, ok := p.Find(r.Provider); !ok {
		return "provider", fmt.Sprintf("%q is none of the providers", r.Provider)
	}
	for _, h := range r.Heads {
		if !slices.Contains(Heads(), h) {
			return "heads", fmt.Sprintf("%q is none of %v", h, Heads())
		}
	}
	for _, w := range r.When {
		if all := []Occasion{Abstained, Unsure, Measured, Always}; !slices.Contains(all, w) {
			return "when", fmt.Sprintf("%q is none of %v", w, all)
		}
	}
	switch {
	case r.Below > 1000:
		return "below", fmt.Sprintf("%d is above 1000", r.Below)
	case r.Accuracy > 1000:
		return "accuracy", fmt.Sprintf("%d is above 1000", r.Accuracy)
	}
	return "", ""
}

func bad(field, say string) error {
	return orrery.Invalid("policy.second_opinion", "second_opinion."+field+": "+say)
}
