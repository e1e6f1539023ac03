package engine

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/collect"
	"github.com/orrery-cxm/orrery/internal/decide"
	"github.com/orrery-cxm/orrery/internal/desk"
	"github.com/orrery-cxm/orrery/internal/identify"
	"github.com/orrery-cxm/orrery/internal/listen"
	"github.com/orrery-cxm/orrery/internal/listen/provider"
	"github.com/orrery-cxm/orrery/internal/protect"
	"github.com/orrery-cxm/orrery/internal/radar"
)

// Policy is everything that a workspace decides for itself, as one YAML file: written by people, validated with line
// numbers, versioned in the log, applied without a restart.
type Policy struct {
	Collect      collect.Policy    `yaml:"collect"`        // how touches are taken
	Identity     identify.Policy   `yaml:"identity"`       // how far each kind of identifier is trusted
	Cases        desk.Policy       `yaml:"cases"`          // when a case opens, asks, reminds and escalates
	Protection   protect.Policy    `yaml:"protection"`     // what holds whom, and for how long
	Radar        radar.Policy      `yaml:"radar"`          // when many people together are heard
	Audiences    []decide.Audience `yaml:"audiences"`      // sets of people, kept live
	Destinations []Destination     `yaml:"destinations"`   // where messages, notices and lists go
	Second       provider.Policy   `yaml:"second_opinion"` // which larger models are asked, and when
	Learning     listen.Learning   `yaml:"learning"`       // what corrections teach
	act.Policy   `yaml:",inline"`

	Version int          `yaml:"-"`
	Text    string       `yaml:"-"`
	plan    *decide.Plan // compiled audiences
}

// Destination is one outlet to the outside world.
type Destination struct {
	Name orrery.DestinationName `yaml:"name"`          // its name, by which lists, channels and subscriptions call it
	Kind string                 `yaml:"kind"`          // webhook or csv
	URL  string                 `yaml:"url,omitempty"` // webhook: the address to which everything is posted
	// Secrets are the names of environment variables or files ("file:/run/secrets/x") that hold signing secrets; two
	// during a rotation. Secrets themselves never stand in a policy.
	Secrets  []string `yaml:"secrets,omitempty"`
	Platform string   `yaml:"platform,omitempty"` // csv: the platform whose format the files have: google, meta or x
	Folder   string   `yaml:"folder,omitempty"`   // csv: where the files go, inside the workspace unless absolute
	// Full keeps a file of all members beside the changes; it is written anew at each change, so it suits small lists.
	Full bool `yaml:"full,omitempty"`
	// Private allows addresses of private networks, for a receiver on the same premises.
	Private bool `yaml:"private,omitempty"`
	// PerSecond bounds deliveries; 0 means no bound.
	PerSecond int `yaml:"per_second,omitempty"`
}

var destinationName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

// DefaultPolicy is what a new workspace starts with: sound rules, no audiences, no destinations.
func DefaultPolicy() *Policy {
	p := &Policy{Collect: collect.DefaultPolicy(), Identity: *identify.DefaultPolicy(), Cases: *desk.DefaultPolicy(), Protection: *protect.DefaultPolicy(),
		Radar: *radar.DefaultPolicy(), Second: provider.DefaultPolicy(), Learning: listen.DefaultLearning()}
	if err := p.prepare(); err != nil {
		panic("engine: the default policy is invalid: " + err.Error())
	}
	return p
}

// maxPolicy bounds a policy file in bytes.
const maxPolicy = 1 << 20

// ParsePolicy reads a policy. What the text leaves out keeps its default. Errors are *orrery.Error and name the line.
func ParsePolicy(text string) (*Policy, error) {
	if len(text) > maxPolicy {
		return nil, orrery.Invalid("policy.too_large", fmt.Sprintf("the policy has %d bytes; at most %d are possible", len(text), maxPolicy))
	}
	p := DefaultPolicy()
	if says, err := saysSomething(text); err != nil {
		return nil, err
	} else if says {
		if err := yaml.NewDecoder(strings.NewReader(text), yaml.Strict()).Decode(p); err != nil {
			return nil, badYAML(err)
		}
	}
	p.Text = text
	if err := p.prepare(); err != nil {
		return nil, locate(text, err)
	}
	return p, nil
}

// saysSomething is false for a text without any value, such as one of comments only: decoding it would empty the policy.
func saysSomething(text string) (bool, error) {
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil && err.Error() != "EOF" {
		return false, badYAML(err)
	}
	return value != nil, nil
}

func badYAML(err error) error {
	return &orrery.Error{Kind: orrery.KindInvalid, Code: "policy.syntax", Say: yaml.FormatError(err, false, true), Err: err}
}

// prepare validates every part against the others and compiles the rules.
func (p *Policy) prepare() error {
	if err := errors.Join(p.Collect.Validate(), p.Identity.Validate(), p.Cases.Validate(), p.Protection.Validate(), p.Radar.Validate(),
		p.Second.Validate(), p.Learning.Validate()); err != nil {
		return asInvalid(err)
	}
	var names []orrery.DestinationName
	for i, d := range p.Destinations {
		if err := d.validate(i); err != nil {
			return err
		}
		if slices.Contains(names, d.Name) {
			return orrery.Invalid("policy.destination", fmt.Sprintf("destinations[%d].name: %q stands twice", i, d.Name))
		}
		names = append(names, d.Name)
	}
	plan, err := decide.Policy{Audiences: p.Audiences}.Compile()
	if err != nil {
		return err
	}
	p.plan = plan
	var advertising []orrery.AudienceName
	for _, a := range p.Audiences {
		if a.Advertising || a.Excludes {
			advertising = append(advertising, a.Name)
		}
	}
	return p.Policy.Validate(names, advertising)
}

func (d Destination) validate(i int) error {
	field := fmt.Sprintf("destinations[%d]", i)
	bad := func(part, say string) error {
		return orrery.Invalid("policy.destination", field+"."+part+": "+say)
	}
	switch {
	case !destinationName.MatchString(string(d.Name)):
		return bad("name", fmt.Sprintf("%q is no name: use lower-case letters, digits, - and _", d.Name))
	case d.Kind != "webhook" && d.Kind != "csv":
		return bad("kind", fmt.Sprintf("%q is none of webhook, csv", d.Kind))
	case d.Kind == "webhook" && !strings.HasPrefix(d.URL, "https://") && !(d.Private && strings.HasPrefix(d.URL, "http://")):
		return bad("url", fmt.Sprintf("%q: an https address is needed (http only with private: true)", d.URL))
	case d.Kind == "webhook" && len(d.Secrets) == 0:
		return bad("secrets", "missing: name the environment variable or file that holds the signing secret (whsec_...)")
	case d.Kind == "csv" && d.Platform != "google" && d.Platform != "meta" && d.Platform != "x":
		return bad("platform", fmt.Sprintf("%q is none of google, meta, x", d.Platform))
	}
	return nil
}

func asInvalid(err error) error {
	var e *orrery.Error
	if errors.As(err, &e) {
		return err
	}
	return &orrery.Error{Kind: orrery.KindInvalid, Code: "policy.invalid", Say: err.Error(), Err: err}
}

// fieldPath matches the path with which a validation error begins: audiences[2].rule
var fieldPath = regexp.MustCompile(`^([a-z_]+(?:\[\d+\])?(?:\.[a-z_]+(?:\[\d+\])?)*)`)

// locate adds the line to a validation error that begins with the path of a field.
func locate(text string, err error) error {
	var e *orrery.Error
	if !errors.As(err, &e) {
		return err
	}
	m := fieldPath.FindString(e.Say)
	if m == "" {
		return err
	}
	if line := lineOf(text, m); line > 0 {
		located := *e
		located.Say = fmt.Sprintf("line %d: %s", line, e.Say)
		return &located
	}
	return err
}

// lineOf finds the line of a field, or of the nearest parent that stands in the text; 0 for none.
func lineOf(text, path string) int {
	for path != "" {
		if p, err := yaml.PathString("$." + path); err == nil {
			if node, err := p.ReadNode(strings.NewReader(text)); err == nil && node.GetToken() != nil {
				return node.GetToken().Position.Line
			}
		}
		i := strings.LastIndexAny(path, ".[")
		if i < 0 {
			return 0
		}
		path = path[:i]
	}
	return 0
}
