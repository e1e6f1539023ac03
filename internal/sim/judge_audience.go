package sim

import (
	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// audiences is the judge's own idea of who is in which audience and what each destination should hold.
type audiences struct {
	policy *engine.Policy
	advert map[orrery.AudienceName]bool
	in     map[orrery.FragmentID]map[orrery.AudienceName]bool
	wishes map[wishKey]wish
}

type wishKey struct {
	fragment    orrery.FragmentID
	destination orrery.DestinationName
	list        orrery.AudienceName
}

type wish struct {
	kind    orrery.PushKind
	version uint64
	dead    bool
}

func newAudiences() audiences {
	return audiences{advert: map[orrery.AudienceName]bool{}, in: map[orrery.FragmentID]map[orrery.AudienceName]bool{}, wishes: map[wishKey]wish{}}
}

func (j *judge) applied(f *orrery.PolicyApplied) {
	p, err := engine.ParsePolicy(f.Text)
	if err != nil {
		broken("policy version %d in the log is invalid: %v", f.Version, err)
	}
	j.policy = p
	clear(j.advert)
	for _, a := range p.Audiences {
		j.advert[a.Name] = a.Advertising
	}
}

func (j *judge) listed(f orrery.Fact, at orrery.Stamp, note func(orrery.FragmentID)) {
	switch f := f.(type) {
	case *orrery.AudienceChanged:
		if f.In && j.advert[f.Audience] {
			if why := j.bars(f.Fragment, ""); why != "" {
				broken("%s enters the advertising audience %s although there is %s", f.Fragment, f.Audience, why)
			}
			if !j.consents(f.Fragment, orrery.Advertising, "ads") {
				broken("%s enters the advertising audience %s without consent:\n%s", f.Fragment, f.Audience, j.told(f.Fragment))
			}
		}
		if j.in[f.Fragment] == nil {
			j.in[f.Fragment] = map[orrery.AudienceName]bool{}
		}
		if j.in[f.Fragment][f.Audience] == f.In {
			broken("%s is told to be in %s: %v, as before", f.Fragment, f.Audience, f.In)
		}
		j.in[f.Fragment][f.Audience] = f.In
		note(f.Fragment)
	case *orrery.PushRequested:
		k := wishKey{f.Fragment, f.Destination, f.Audience}
		if f.Version != j.wishes[k].version+1 {
			broken("the wish for %s at %s jumps from version %d to %d", f.Fragment, f.Destination, j.wishes[k].version, f.Version)
		}
		if f.Push == orrery.PushAdd {
			for _, l := range j.policy.Lists {
				if l.Destination == f.Destination && orrery.AudienceName(l.Code) == f.Audience && j.advert[l.Audience] {
					if why := j.bars(f.Fragment, ""); why != "" {
						broken("%s is added to %s at %s although there is %s", f.Fragment, f.Audience, f.Destination, why)
					}
				}
			}
		}
		j.wishes[k] = wish{kind: f.Push, version: f.Version}
		note(f.Fragment)
	case *orrery.PushAnswered:
		k := wishKey{f.Fragment, f.Destination, f.Audience}
		if x := j.wishes[k]; f.Version == x.version {
			x.dead = f.Outcome == orrery.OutcomeDead || f.Outcome == orrery.Rejected
			j.wishes[k] = x
		}
	}
}

// afterChunk judges a person at the end of a chunk: what was decided must have taken effect in the same commit.
func (j *judge) afterChunk(f orrery.FragmentID) {
	p := j.person[f]
	if p == 0 {
		return
	}
	barred, asked := "", false
	for _, x := range j.members[p] {
		for a, in := range j.in[x] {
			if !in {
				continue
			}
			if x != p {
				broken("%s is in audience %s as somebody else than %s, who they are", x, a, p)
			}
			if !j.advert[a] {
				continue
			}
			if !asked {
				barred, asked = j.bars(p, ""), true
			}
			if barred != "" {
				broken("%s stays in the advertising audience %s although there is %s", p, a, barred)
			}
		}
	}
}

// sees judges what a worker reads just before it sends.
func (j *judge) sees(f orrery.FragmentID, d orrery.DestinationName, list orrery.AudienceName, kind orrery.PushKind, version uint64) {
	if x := j.wishes[wishKey{f, d, list}]; x.kind != kind || x.version != version {
		broken("the worker reads %s version %d for %s, the log says %s version %d", kind, version, f, x.kind, x.version)
	}
}
