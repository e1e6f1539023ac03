package decide

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/rule"
)

// Policy lists the audiences of a workspace.
type Policy struct {
	Audiences []Audience `yaml:"audiences"`
}

// Audience is a named set of people, kept live.
type Audience struct {
	// Name is what the audience is called inside: lower-case letters, digits, - and _.
	Name orrery.AudienceName `yaml:"name"`
	// Rule says who belongs, in the rule language; empty for an exclusion audience.
	Rule string `yaml:"rule,omitempty"`
	// Advertising says that the audience is for advertising: the gate is asked, and who is held is out.
	Advertising bool `yaml:"advertising,omitempty"`
	// Excludes makes it the set of people whom the gate bars from advertising and who consented to it before: the list
	// that an ad platform must exclude.
	Excludes bool `yaml:"excludes,omitempty"`
	// Title is how people read it on a screen.
	Title string `yaml:"title,omitempty"`
}

// MaxAudiences bounds the rules of one workspace.
const MaxAudiences = 1000

var audienceName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

// Validate checks names and compiles every rule.
func (p Policy) Validate() error {
	_, err := p.Compile()
	return err
}

// Plan is a policy ready to be run: rules compiled, and for each thing that may change, the audiences that read it.
type Plan struct {
	audiences []compiled
	index     map[orrery.AudienceName]int
	byEvent   map[string][]int
	byTrait   map[string][]int
	byState   []int // read the experience state, consent or life events, or ask the gate
	always    []int // read what every touch changes
	timed     []int // may change by time alone
}

type compiled struct {
	Audience
	program *rule.Program
}

// Compile builds the plan. Errors are *orrery.Error and name the audience, the place in its rule and what would be right.
func (p Policy) Compile() (*Plan, error) {
	if len(p.Audiences) > MaxAudiences {
		return nil, orrery.Invalid("policy.audiences", fmt.Sprintf("%d audiences: at most %d are possible", len(p.Audiences), MaxAudiences))
	}
	plan := &Plan{byEvent: map[string][]int{}, byTrait: map[string][]int{}, index: map[orrery.AudienceName]int{}}
	seen := map[orrery.AudienceName]bool{}
	for i, a := range p.Audiences {
		field := fmt.Sprintf("audiences[%d]", i)
		switch {
		case !audienceName.MatchString(string(a.Name)):
			return nil, orrery.Invalid("policy.audience", fmt.Sprintf("%s.name: %q is no name: use lower-case letters, digits, - and _", field, a.Name))
		case seen[a.Name]:
			return nil, orrery.Invalid("policy.audience", fmt.Sprintf("%s.name: %q stands twice", field, a.Name))
		case a.Excludes && a.Rule != "":
			return nil, orrery.Invalid("policy.audience", fmt.Sprintf("%s.rule: an audience that excludes takes no rule: it holds everybody whom the gate bars", field))
		case !a.Excludes && a.Rule == "":
			return nil, orrery.Invalid("policy.audience", fmt.Sprintf("%s.rule: missing: say who belongs, for example count(\"Product Viewed\", \"7d\") >= 3", field))
		}
		seen[a.Name] = true
		c := compiled{Audience: a}
		if a.Rule != "" {
			program, err := rule.Compile(a.Rule, Names())
			if err != nil {
				return nil, &orrery.Error{Kind: orrery.KindInvalid, Code: "policy.rule", Say: fmt.Sprintf("%s.rule (%s): %v", field, a.Name, err), Err: err}
			}
			c.program = program
		}
		plan.add(c)
	}
	return plan, nil
}

func (p *Plan) add(c compiled) {
	i := len(p.audiences)
	p.audiences = append(p.audiences, c)
	p.index[c.Name] = i
	state := c.program == nil || c.Advertising
	always := false
	if c.program != nil {
		reads := c.program.Reads()
		for _, e := range reads.Events {
			if e == "" {
				always = true
				continue
			}
			p.byEvent[e] = append(p.byEvent[e], i)
		}
		for _, t := range reads.Traits {
			root, _, dotted := strings.Cut(t, ".")
			p.byTrait[root] = append(p.byTrait[root], i)
			if dotted { // a source may also send a trait of that very name
				p.byTrait[t] = append(p.byTrait[t], i)
			}
		}
		for _, n := range reads.Names {
			switch n {
			case "touches", "first_touch", "last_touch", "channel.last", "locale", "zone":
				always = true
			case "orders.count", "orders.total", "orders.last":
				p.byEvent["order"] = append(p.byEvent["order"], i)
			default:
				state = true
			}
		}
		if reads.Orders {
			p.byEvent["order"] = append(p.byEvent["order"], i)
		}
		if len(reads.Products) > 0 {
			always = true
		}
		state = state || reads.Consent || len(reads.Lives) > 0
		if reads.Timed {
			p.timed = append(p.timed, i)
		}
	}
	if always {
		p.always = append(p.always, i)
	}
	if state {
		p.byState = append(p.byState, i)
	}
}

// Audiences lists the audiences in the order of the policy.
func (p *Plan) Audiences() []Audience {
	out := make([]Audience, len(p.audiences))
	for i := range p.audiences {
		out[i] = p.audiences[i].Audience
	}
	return out
}

// Program is the compiled rule of an audience, nil for an exclusion audience or an unknown name.
func (p *Plan) Program(name orrery.AudienceName) *rule.Program {
	for i := range p.audiences {
		if p.audiences[i].Name == name {
			return p.audiences[i].program
		}
	}
	return nil
}

// Names are the numbers, texts and flags that a rule may read beside traits and events; the engine answers them.
func Names() rule.Names {
	return rule.Names{
		Numbers: map[string]rule.Unit{
			"orders.count": rule.Whole, "orders.total": rule.Hundredths, "orders.last": rule.Moment, "touches": rule.Whole,
			"first_touch": rule.Moment, "last_touch": rule.Moment, "state.open_cases": rule.Whole, "identifiers": rule.Whole,
		},
		Texts: []string{"state.mood", "channel.last", "locale", "zone"},
		Flags: []string{"known", "state.held", "state.apology_due", "state.resting"},
		Money: rule.Hundredths,
	}
}
