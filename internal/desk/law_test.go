package desk

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
	"pgregory.net/rapid"
)

// desks draws a desk. The lines of one case agree on everything but the thread, which only the reporter's desk knows.
func desks(t *rapid.T) *Desk {
	d := &Desk{}
	for range rapid.IntRange(0, 6).Draw(t, "cases") {
		n := rapid.Uint64Range(1, 20).Draw(t, "case")
		l := Line{Case: orrery.Case{ID: orrery.CaseID(n), Reporter: orrery.FragmentID(n % 3), Status: orrery.CaseStatus(n%4 + 1), Severity: orrery.Low,
			Product: "p", OpenedAt: orrery.Instant(n), ChangedAt: orrery.Instant(n * 2), Asked: uint8(n % 3)}, Resolved: orrery.Instant(n), Reports: int(n)}
		if rapid.Bool().Draw(t, "reporter") {
			l.Thread = "t"
		}
		d.put(l)
	}
	for range rapid.IntRange(0, 3).Draw(t, "reviews") {
		n := rapid.Uint64Range(1, 9).Draw(t, "review")
		d.Reviews = append(d.Reviews, Review{ID: orrery.ReviewID(n), About: "complaint", Answer: rapid.SampledFrom([]string{"", "yes", "no"}).Draw(t, "answer"),
			Message: Message{Touch: orrery.TouchID(n), Title: "x"}})
	}
	d.Reviews = unique(d.Reviews, byReview, greatest(appendReview))
	for range rapid.IntRange(0, 2).Draw(t, "recent") {
		n := rapid.Uint64Range(1, 9).Draw(t, "touch")
		d.Recent = append(d.Recent, Message{Touch: orrery.TouchID(n), Thread: "t", Verified: n%2 == 0})
	}
	d.Recent = unique(d.Recent, byTouch, greatest(appendMessage))
	return d
}

func bytesOf(d *Desk) []byte {
	var w wire.Writer
	d.AppendTo(&w)
	return w.B
}

func TestCombineDoesNotDependOnOrderOrGrouping(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := desks(t), desks(t), desks(t)
		before := [3]string{string(bytesOf(a)), string(bytesOf(b)), string(bytesOf(c))}
		pair := func(a, b *Desk) *Desk { return Combine([]*Desk{a, b}) }
		all := bytesOf(Combine([]*Desk{a, b, c}))
		for name, other := range map[string]*Desk{"(a b) c": pair(pair(a, b), c), "a (b c)": pair(a, pair(b, c)), "c b a": Combine([]*Desk{c, b, a})} {
			if d := cmp.Diff(all, bytesOf(other)); d != "" {
				t.Fatalf("a b c and %s combine differently:\n%s", name, d)
			}
		}
		if before != [3]string{string(bytesOf(a)), string(bytesOf(b)), string(bytesOf(c))} {
			t.Fatal("combining changed what was combined")
		}
	})
}

func TestWhatIsWrittenIsReadBackAndNothingIsWrittenOfNothing(t *testing.T) {
	if b := bytesOf(&Desk{}); len(b) != 0 {
		t.Fatalf("an empty desk writes %d bytes", len(b))
	}
	rapid.Check(t, func(t *rapid.T) {
		d := desks(t)
		var got Desk
		if err := got.Read(wire.NewReader(bytesOf(d))); err != nil {
			t.Fatalf("reading what was written: %v", err)
		}
		if string(bytesOf(&got)) != string(bytesOf(d)) {
			t.Fatalf("read back differently:\n%s", cmp.Diff(d, &got))
		}
	})
}

func FuzzReadNeverPanicsAndReadsWhatItWrites(f *testing.F) {
	d := &Desk{Cases: []Line{{Case: orrery.Case{ID: 1, Reporter: 2, Title: "x"}, Thread: "t"}}, Reviews: []Review{{ID: 3}}, Recent: []Message{{Touch: 4}}}
	f.Add(bytesOf(d))
	f.Add([]byte{0xff, 0xff, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, b []byte) {
		var first, second Desk
		if first.Read(wire.NewReader(b)) != nil {
			if !first.Empty() {
				t.Fatal("after an error the desk is not empty")
			}
			return
		}
		once := bytesOf(&first)
		if err := second.Read(wire.NewReader(once)); err != nil {
			t.Fatalf("what was written does not read: %v", err)
		}
		if twice := bytesOf(&second); string(once) != string(twice) {
			t.Fatalf("one desk, two encodings:\n%x\n%x", once, twice)
		}
	})
}

func TestOldCasesAreForgottenAndOpenOnesNever(t *testing.T) {
	d := &Desk{}
	open := func(n int, s orrery.CaseStatus, at orrery.Instant) {
		c := orrery.Case{ID: orrery.CaseID(n), Status: s, ChangedAt: at}
		d.Evolve(0, &orrery.CaseOpened{Case: c}, orrery.Stamp{Time: at})
	}
	open(1, orrery.CaseOpen, 1)
	for n := 2; n < 50; n++ {
		open(n, orrery.CaseSatisfied, 1)
	}
	if len(d.Cases) != maxEnded+1 || d.Cases[0].Case.ID != 1 {
		t.Fatalf("of one open and 48 ended cases %d are kept, expected %d with the open one", len(d.Cases), maxEnded+1)
	}
	open(60, orrery.CaseOpen, orrery.Instant(keepEnded)+2)
	if len(d.Cases) != 2 {
		t.Fatalf("after %v %d cases are kept, expected the two open ones", keepEnded, len(d.Cases))
	}
}

func TestATitleIsCutBetweenCharacters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringN(0, 200, -1).Draw(t, "title")
		got := cut(s)
		if len(got) > maxTitle || s[:len(got)] != got || (len(got) < len(s) && len(got) < maxTitle-4) {
			t.Fatalf("a title of %d bytes was cut to %d", len(s), len(got))
		}
		for _, r := range got {
			if r == 0xfffd && !holds(s, r) {
				t.Fatalf("a character was cut in two: %q", got)
			}
		}
	})
}

func holds(s string, want rune) bool {
	for _, r := range s {
		if r == want {
			return true
		}
	}
	return false
}

func TestThePolicyRefusesWhatCannotBeAndSaysWhatWouldBeRight(t *testing.T) {
	if err := DefaultPolicy().Validate(); err != nil {
		t.Fatalf("the default policy is refused: %v", err)
	}
	for want, change := range map[string]func(*Policy){
		"complaint_certain is 400; it should be from 450 to 1000 thousandths": func(p *Policy) { p.ComplaintCertain = 400 },
		"remind_after is 0s; it should be from 1h to 30d":                     func(p *Policy) { p.RemindAfter = 0 },
		"escalate_after is 91d; it should be from 1h to 90d":                  func(p *Policy) { p.EscalateAfter = 91 * orrery.Day },
		"source_limit is 0; it should be from 1 to 1000000":                   func(p *Policy) { p.SourceLimit = 0 },
		"unverified_limit is -1; it should be from 0 to 32":                   func(p *Policy) { p.UnverifiedLimit = -1 },
		"severity.steps_for_high is 0; it should be from 1 to 5":              func(p *Policy) { p.Severity.StepsForHigh = 0 },
		"severity.high is \"\"; it should be names of risks, like injury":     func(p *Policy) { p.Severity.High = []string{""} },
		"merge_window is 100d; it should be from 0s to 90d":                   func(p *Policy) { p.MergeWindow = 100 * orrery.Day },
	} {
		p := DefaultPolicy()
		change(p)
		if err := p.Validate(); err == nil || err.Error() != want {
			t.Errorf("the policy is answered %v, expected %q", err, want)
		}
	}
}
