package decide_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/decide"
	"github.com/orrery-cxm/orrery/internal/wire"
)

func encode(m *decide.Members) []byte {
	var w wire.Writer
	m.AppendTo(&w)
	return w.B
}

func TestMembershipsAreWhatTheLastFactsSaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m decide.Members
		since := map[orrery.AudienceName]orrery.Instant{}
		for i := range rapid.IntRange(0, 40).Draw(t, "facts") {
			f := &orrery.AudienceChanged{Fragment: orrery.FragmentID(rapid.IntRange(1, 2).Draw(t, "whose")),
				Audience: rapid.SampledFrom([]orrery.AudienceName{"a", "b", "c-1", "d"}).Draw(t, "audience"), In: rapid.Bool().Draw(t, "in")}
			at := noon.Add(orrery.Span(i) * orrery.Second)
			m.Evolve(1, f, orrery.Stamp{Time: at})
			if _, was := since[f.Audience]; f.Fragment == 1 && f.In && !was {
				since[f.Audience] = at
			} else if f.Fragment == 1 && !f.In {
				delete(since, f.Audience)
			}
		}
		got := map[orrery.AudienceName]orrery.Instant{}
		for _, x := range m.In {
			got[x.Audience] = x.Since
		}
		if diff := cmp.Diff(since, got); diff != "" {
			t.Fatalf("memberships (-by the facts +kept):\n%s", diff)
		}
		if !slices.IsSortedFunc(m.In, func(a, b decide.Membership) int { return bytes.Compare([]byte(a.Audience), []byte(b.Audience)) }) {
			t.Fatalf("not sorted, so equal states would differ in their bytes: %v", m.In)
		}
		var back decide.Members
		if err := back.Read(wire.NewReader(encode(&m))); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(encode(&m), encode(&back)); diff != "" {
			t.Fatalf("read back, the memberships are others:\n%s", diff)
		}
		if len(m.In) == 0 && len(encode(&m)) != 0 {
			t.Fatal("nobody's memberships take bytes")
		}
	})
}

func FuzzReadMembers(f *testing.F) {
	f.Add(encode(&decide.Members{In: []decide.Membership{{Audience: "a", Since: noon}, {Audience: "b"}}}))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		var m, again decide.Members
		if m.Read(wire.NewReader(b)) != nil {
			return
		}
		if err := again.Read(wire.NewReader(encode(&m))); err != nil {
			t.Fatalf("what was read cannot be written and read again: %v", err)
		}
		if !bytes.Equal(encode(&m), encode(&again)) {
			t.Fatal("what was read is written in two ways")
		}
	})
}
