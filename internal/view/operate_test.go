package view

import (
	"testing"

	"github.com/orrery-cxm/orrery"
)

func TestWhatOperatorsSee(t *testing.T) {
	l := newLists(t)
	link := &orrery.EvidenceQuarantined{Link: 9, Evidence: orrery.Evidence{A: 1, B: 2, Kind: orrery.Together, Source: "web"}, Breaker: "rate"}
	other := &orrery.EvidenceQuarantined{Link: 10, Evidence: orrery.Evidence{A: 1, B: 3, Kind: orrery.Together, Source: "web"}, Breaker: "rate"}
	l.put(&orrery.IncarnationBegan{Incarnation: 1}, &orrery.PolicyApplied{Version: 1, Text: "a: ä", By: orrery.Actor{Name: "setup", Trust: orrery.Internal}},
		&orrery.SourceBroken{Source: "web", Broken: true, Joins: 40}, &orrery.SourceBroken{Source: "app", Broken: true}, link, other)
	l.put(&orrery.SourceBroken{Source: "app"}, &orrery.PolicyApplied{Version: 2, Text: ""}, &orrery.IncarnationBegan{Incarnation: 2, Restored: true},
		&orrery.IncarnationBegan{Incarnation: 2, Restored: true, Resumed: true}, &orrery.EvidenceAccepted{Link: 9, Evidence: link.Evidence})
	if s := must[List[SourceState]](t)(l.SourcesBroken(l.ctx)).Items; len(s) != 1 || s[0].Source != "web" || s[0].Joins != 40 {
		t.Errorf("only web is still broken: %+v", s)
	}
	if p := must[List[PolicyVersion]](t)(l.Policies(l.ctx, Page{})).Items; len(p) != 2 || p[0].Version != 2 || p[1].Bytes != 5 || p[1].By.Name != "setup" {
		t.Errorf("two versions of the policy, the newest first: %+v", p)
	}
	if text := must[string](t)(l.PolicyText(l.ctx, 1)); text != "a: ä" {
		t.Errorf("the text of version 1 is %q", text)
	}
	if _, err := l.PolicyText(l.ctx, 3); orrery.KindOf(err) != orrery.KindNotFound {
		t.Errorf("there is no version 3, got %v", err)
	}
	if i := must[List[Incarnation]](t)(l.Incarnations(l.ctx)).Items; len(i) != 2 || !i[0].Restored || i[0].ResumedAt == 0 || i[1].Seq != 1 {
		t.Errorf("made once and restored once: %+v", i)
	}
	if x := must[List[Link]](t)(l.LinksQuarantined(l.ctx, LinkFilter{Source: "web", Fragments: []orrery.FragmentID{3}})).Items; len(x) != 1 || x[0].Link != 10 || x[0].Evidence != other.Evidence {
		t.Errorf("one link waits: %+v", x)
	}
	l.put(&orrery.LinkDecided{Link: 77, A: 3, B: 1, By: orrery.Actor{Name: "agent"}, Why: "father and son"})
	x := must[List[Link]](t)(l.LinksQuarantined(l.ctx, LinkFilter{Decided: true})).Items
	if len(x) != 2 || x[0].State != "different" || x[0].Why != "father and son" || x[1].State != "accepted" {
		t.Errorf("both links are decided: %+v", x)
	}
}

func TestMembersAreListedByAudienceAndByPerson(t *testing.T) {
	l := newLists(t)
	l.put(&orrery.AudienceChanged{Fragment: 1, Audience: "a", In: true, Reason: "rule"}, &orrery.AudienceChanged{Fragment: 2, Audience: "a", In: true},
		&orrery.AudienceChanged{Fragment: 1, Audience: "b", In: true})
	l.put(&orrery.AudienceChanged{Fragment: 2, Audience: "a"})
	a := must[List[Member]](t)(l.Members(l.ctx, MemberFilter{Audience: "a"})).Items
	if want := (Member{Fragment: 1, Audience: "a", Since: l.s.chunks[0].Time, Reason: "rule"}); len(a) != 1 || a[0] != want {
		t.Errorf("1 is in a: %+v", a)
	}
	if of := must[List[Member]](t)(l.Members(l.ctx, MemberFilter{Fragments: []orrery.FragmentID{1, 2}})).Items; len(of) != 2 {
		t.Errorf("1 is in a and b: %+v", of)
	}
	if c := must[Counts](t)(l.AudienceCounts(l.ctx)); c.Of("a") != 1 || c.Of("b") != 1 || c.Seq != 2 {
		t.Errorf("one in each at chunk 2: %+v", c)
	}
}
