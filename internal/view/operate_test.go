package view

import (
	"slices"
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

func TestPeopleAreFoundByTheWordsOfTheirNames(t *testing.T) {
	l := newLists(t)
	say := func(who orrery.FragmentID, name, value string) {
		l.put(&orrery.TouchRecorded{Anchor: who, Touch: orrery.Touch{Kind: orrery.Identify, Traits: []orrery.Trait{{Name: name, Value: value}}}})
	}
	say(1, "name", `"Ann O'Neill-Smith"`)
	say(1, "email", `"ann@example.com"`)
	say(2, "firstName", `"ANNA"`)
	say(3, "name", `"李小龙"`)
	say(4, "name", `{"no":"text"}`)
	for query, want := range map[string][]orrery.FragmentID{"ann": {1, 2}, "smith O'N": {1}, "ann@example.com": {1}, "李": {3}, "no": nil, "text": nil, "xavier": nil} {
		if got := must[List[orrery.FragmentID]](t)(l.SearchPeople(l.ctx, query, 0)).Items; !slices.Equal(got, want) {
			t.Errorf("%q should find %v, found %v", query, want, got)
		}
	}
	if _, err := l.SearchPeople(l.ctx, "  ", 0); orrery.KindOf(err) != orrery.KindInvalid {
		t.Errorf("a search for nothing should be refused, got %v", err)
	}
	l.put(&orrery.PersonErased{Fragments: []orrery.FragmentID{1}})
	if got := must[List[orrery.FragmentID]](t)(l.SearchPeople(l.ctx, "ann", 0)).Items; !slices.Equal(got, []orrery.FragmentID{2}) {
		t.Errorf("whoever was erased is not found: %v", got)
	}
	say(1, "email", `"ann@example.com"`)
	if got := must[List[orrery.FragmentID]](t)(l.SearchPeople(l.ctx, "ann", 0)).Items; !slices.Equal(got, []orrery.FragmentID{1, 2}) {
		t.Errorf("whoever comes back and says their address again is found again: %v", got)
	}
}
