package protect

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
	"pgregory.net/rapid"
)

func some[T any](t *rapid.T, name string, most int, by func(a, b T) int, one func() T) []T {
	var out []T
	for range rapid.IntRange(0, most).Draw(t, name) {
		out = put(out, one(), by)
	}
	return out
}

func id[T ~uint64](t *rapid.T) T { return T(rapid.Uint64Range(1, 40).Draw(t, "id")) }

// pick derives a choice from an id.
func pick[I ~uint64, T any](n I, ts ...T) T { return ts[(uint64(n)*2654435761>>8)%uint64(len(ts))] }

func moment(t *rapid.T) orrery.Instant { return orrery.Instant(rapid.Int64Range(0, 60).Draw(t, "at")) }

func word[T ~string](t *rapid.T, ws ...T) T { return rapid.SampledFrom(ws).Draw(t, "word") }

// experiences draws any sorted, bounded state. A thing born in the log (a hold, a send) lives on one fragment, so two
// states that name one id agree on it: what it is derives from the id.
func experiences(t *rapid.T) *Experience {
	said := func() Said {
		return Said{Order: rapid.Uint64Range(0, 9).Draw(t, "order"), Since: moment(t), How: word(t, "", "gpc", "form"), Touch: id[orrery.TouchID](t)}.normal()
	}
	e := &Experience{
		Consents: some(t, "consents", 4, byKey, func() Consent {
			return Consent{Purpose: word(t, orrery.Marketing, orrery.Advertising, orrery.AnyPurpose), Channel: word(t, "email", "ads", orrery.AnyChannel),
				Refused: said(), Granted: said(), Unproven: said()}
		}),
		Holds: some(t, "holds", 5, byHold, func() orrery.Hold {
			n := id[orrery.HoldID](t)
			return orrery.Hold{ID: n, Kind: pick(n, orrery.HoldCase, orrery.HoldRest, orrery.HoldLife, orrery.HoldSoft, orrery.HoldLegal, orrery.HoldProduct),
				Until: moment(t), Product: pick(n, "", "kettle"), Reason: pick(n, HoldCaseOpen, HoldCaseResolved, HoldLifeInferred, HoldMaybe)}
		}),
		Apologies: some(t, "apologies", 25, byCase, func() Apology {
			a := Apology{Case: id[orrery.CaseID](t), Since: moment(t), Again: rapid.Bool().Draw(t, "again"), Paid: moment(t)}
			if !a.Due() {
				a.By = id[orrery.IntentID](t)
			}
			return a
		}),
		Life: some(t, "life", 25, byLife, func() Life {
			return Life{LifeEvent: orrery.LifeEvent{ID: id[orrery.LifeID](t), Kind: orrery.Bereavement, At: moment(t)}, Gone: word(t, "", LifeRejected, LifeExpired)}
		}),
		Reviews: some(t, "reviews", 3, byReview, func() Review {
			return Review{ID: id[orrery.ReviewID](t), About: word(t, "complaint", "life.illness"), Answer: word(t, "", "yes")}
		}),
		Marks: some(t, "marks", 12, byMark, func() Mark {
			return Mark{ID: id[orrery.TouchID](t), At: moment(t), Points: rapid.IntRange(-1000, 1000).Draw(t, "points")}
		}),
		Sent: some(t, "sent", 70, bySent, func() Sent {
			n := rapid.Uint64Range(1, 200).Draw(t, "id")
			return Sent{ID: n, At: orrery.Instant(n * 7 % 60), Class: pick(n, orrery.Commercial, orrery.Service), Channel: pick[uint64, orrery.Channel](n, "email", "sms"),
				Theme: pick(n, "", "summer"), Team: pick(n, "shop", "care"), State: orrery.IntentState(n*5%6 + 1)}
		}),
		Signals: some(t, "signals", 25, bySignal, func() Signal {
			return Signal{Touch: id[orrery.TouchID](t), Name: word(t, "question", "purchase"), Due: moment(t), Done: rapid.Bool().Draw(t, "done")}
		}),
		Clashes: some(t, "clashes", 20, byClash, func() Clash {
			return Clash{First: word(t, "a", "b", "c", "d", "e"), Second: word(t, "a", "b", "c", "d", "e"), At: moment(t)}
		}),
	}
	e.Apologies, e.Life, e.Marks = boundPaid(e.Apologies), boundGone(e.Life), newest(e.Marks, maxMarks, byMark)
	e.Sent, e.Signals, e.Clashes = boundSent(e.Sent), boundDone(e.Signals), newest(e.Clashes, maxClashes, byClashTime)
	return e
}

func (s Said) normal() Said {
	if s.Never() {
		return Said{}
	}
	return s
}

func bytesOf(e *Experience) []byte {
	var w wire.Writer
	e.AppendTo(&w)
	return w.B
}

func pair(a, b *Experience) *Experience { return Combine([]*Experience{a, b}) }

func TestCombineDoesNotDependOnOrderOrGrouping(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := experiences(t), experiences(t), experiences(t)
		before := [3]string{string(bytesOf(a)), string(bytesOf(b)), string(bytesOf(c))}
		all := Combine([]*Experience{a, b, c})
		for name, other := range map[string]*Experience{
			"(a b) c": pair(pair(a, b), c), "a (b c)": pair(a, pair(b, c)), "c b a": Combine([]*Experience{c, b, a}), "a a b c": Combine([]*Experience{a, a, b, c}),
		} {
			if d := cmp.Diff(all, other); d != "" {
				t.Fatalf("a b c and %s combine differently:\n%s", name, d)
			}
		}
		if before != [3]string{string(bytesOf(a)), string(bytesOf(b)), string(bytesOf(c))} {
			t.Fatal("combining changed what was combined")
		}
	})
}

// Lines of the person's state: whatever one fragment bars there, the person is barred from.
func TestAMergeTakesTheStricter(t *testing.T) {
	p := DefaultPolicy()
	p.off = lines(LineCaps, LineConflict, LineChannel, LineQuiet, LineConsent)
	rapid.Check(t, func(t *rapid.T) {
		a, b := experiences(t), experiences(t)
		both := pair(a, b)
		for _, c := range append(append([]orrery.Class(nil), orrery.Classes...), orrery.Advertisement) {
			q := Question{Now: 30, Class: c, Channel: "email", Product: "kettle", Known: true, Case: &orrery.Case{ID: 7, Status: orrery.CaseResolved}}
			for _, e := range []*Experience{a, b} {
				one, two := Ask(p, e, q), Ask(p, both, q)
				if one.Verdict != orrery.Allow && two.Verdict == orrery.Allow {
					t.Fatalf("%s is barred by %s for one fragment, and passes for the person", c, one.Reason)
				}
				if one.Verdict == orrery.HoldIt && two.Reason == one.Reason && (one.Until == 0) != (two.Until == 0) && two.Until != 0 {
					t.Fatalf("%s has no end for one fragment, and ends at %v for the person", one.Reason, two.Until)
				}
			}
		}
	})
}

// Consent of a person is as if everything had been said to one fragment; a refusal falls only by a later grant.
func TestConsentIsTheSameWhicheverFragmentHeardIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := []*Experience{{}, {}, {}}
		whole := &Experience{}
		for i := range rapid.IntRange(1, 12).Draw(t, "sayings") {
			f := &orrery.ConsentChanged{ConsentClaim: orrery.ConsentClaim{Purpose: word(t, orrery.Marketing, orrery.AnyPurpose), Channel: word(t, "email", orrery.AnyChannel),
				Answer: orrery.ConsentAnswer(rapid.IntRange(1, 2).Draw(t, "answer"))}, By: word(t, "", byBrowser)}
			at := orrery.Stamp{Seq: 1, Index: uint32(i), Time: orrery.Instant(i + 1)}
			parts[rapid.IntRange(0, 2).Draw(t, "fragment")].Evolve(0, f, at)
			whole.Evolve(0, f, at)
		}
		if d := cmp.Diff(whole.Consents, Combine(parts).Consents); d != "" {
			t.Fatalf("said to one fragment and said to three differ:\n%s", d)
		}
	})
}

func TestWhatIsWrittenIsReadBackAndNothingIsWrittenOfNothing(t *testing.T) {
	if b := bytesOf(&Experience{}); len(b) != 0 {
		t.Fatalf("an empty state writes %d bytes", len(b))
	}
	rapid.Check(t, func(t *rapid.T) {
		e := experiences(t)
		e.Moves = []Move{{Order: 1, Before: 2, Person: 3}}
		e.Left = []Left{{Fragment: 4, At: 5}}
		e.Shares = []Share{{Case: 6, To: 7}}
		var got Experience
		if err := got.Read(wire.NewReader(bytesOf(e))); err != nil {
			t.Fatalf("reading what was written: %v", err)
		}
		if d := cmp.Diff(e, &got); d != "" {
			t.Fatalf("read back differently (-written +read):\n%s", d)
		}
	})
}

func FuzzReadNeverPanicsAndReadsWhatItWrites(f *testing.F) {
	e := &Experience{Holds: []orrery.Hold{{ID: 1, Kind: orrery.HoldCase}}, Consents: []Consent{{Purpose: "a", Channel: "b", Refused: Said{Order: 3}}},
		Sent: []Sent{{ID: 4, State: orrery.IntentQueued}}, Life: []Life{{LifeEvent: orrery.LifeEvent{ID: 9}}}}
	f.Add(bytesOf(e))
	f.Add([]byte{0xff, 0xff, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, b []byte) {
		var first, second Experience
		if first.Read(wire.NewReader(b)) != nil {
			if !first.Empty() {
				t.Fatal("after an error the state is not empty")
			}
			return
		}
		once := bytesOf(&first)
		if err := second.Read(wire.NewReader(once)); err != nil {
			t.Fatalf("what was written does not read: %v", err)
		}
		if twice := bytesOf(&second); string(once) != string(twice) {
			t.Fatalf("one state, two encodings:\n%x\n%x", once, twice)
		}
	})
}

func TestThePolicyRefusesWhatCannotBeAndSaysWhatWouldBeRight(t *testing.T) {
	if err := DefaultPolicy().Validate(); err != nil {
		t.Fatalf("the default policy is refused: %v", err)
	}
	for want, change := range map[string]func(*Policy){
		"rest.low is 0s; it should be from 1h to 365d":                                           func(p *Policy) { p.Rest.Low = 0 },
		"rest.high is 1d; it should be from 14d to 365d":                                         func(p *Policy) { p.Rest.High = orrery.Day },
		"soft_hold is 8d; it should be from 1m0s to 7d":                                          func(p *Policy) { p.SoftHold = 8 * orrery.Day },
		"life_review is 8d; it should be from 1h to 7d":                                          func(p *Policy) { p.LifeReview = 8 * orrery.Day },
		"caps[0].limit is 64; it should be from 0 to 63":                                         func(p *Policy) { p.Caps[0].Limit = 64 },
		"conflict.repeat is shout; it should be hold or warn":                                    func(p *Policy) { p.Conflict.Repeat = "shout" },
		"life.moving.lasts is 0s; it should be from 1d to 3650d":                                 func(p *Policy) { p.Life[orrery.Moving] = LifeRule{} },
		"signal_from is 1001; it should be from 1 to 1000 thousandths":                           func(p *Policy) { p.SignalFrom = 1001 },
		"mood.angry is 1; it should be at least mood.unhappy, which is 250 and must be positive": func(p *Policy) { p.Mood.Angry = 1 },
	} {
		p := DefaultPolicy()
		change(p)
		if err := p.Validate(); err == nil || err.Error() != want {
			t.Errorf("the policy is answered %v, expected %q", err, want)
		}
	}
	p := DefaultPolicy()
	p.Life[orrery.Bereavement] = LifeRule{Lasts: orrery.Day}
	if p.Validate() == nil {
		t.Error("a policy that takes a death lightly is accepted")
	}
}

func everything() (*Policy, *Experience, Question) {
	p := DefaultPolicy()
	p.Caps = append(p.Caps, Cap{Window: 30 * orrery.Day, Limit: 40, Channel: "email"})
	e := tableClear()
	for _, c := range []orrery.Channel{"email", "sms", "phone"} {
		e.Consents = put(e.Consents, Consent{Purpose: orrery.Marketing, Channel: c, Granted: Said{Order: 3}, Refused: Said{Order: 2}}, byKey)
	}
	e.Holds = []orrery.Hold{{ID: 1, Kind: orrery.HoldProduct, Product: "toaster"}, {ID: 2, Kind: orrery.HoldProduct, Product: "iron"}}
	e.Apologies = []Apology{{Case: 1, Paid: 1}}
	e.Life = []Life{{LifeEvent: orrery.LifeEvent{Kind: orrery.Engagement, Certainty: orrery.Verified}}}
	for i := range 7 {
		e.putSent(Sent{ID: uint64(i + 1), At: tableNow.Add(-orrery.Span(29-i*4) * orrery.Day), Class: orrery.Commercial, Channel: "email", Theme: "winter", State: orrery.IntentAccepted}, tableNow)
	}
	return p, e, Question{Now: tableNow, Class: orrery.Commercial, Channel: "email", Product: "kettle", Theme: "summer", Stance: "buy", Team: "shop",
		Life: orrery.Engagement, UsefulUntil: tableNow.Add(orrery.Day), Zones: []string{"Europe/Dublin"}, Known: true}
}

func TestAskingAllocatesNothingWhenItAllows(t *testing.T) {
	p, e, q := everything()
	if a := Ask(p, e, q); a.Verdict != orrery.Allow {
		t.Fatalf("answered %s, expected allow", a.Reason)
	}
	if n := testing.AllocsPerRun(100, func() { Ask(p, e, q) }); n != 0 {
		t.Errorf("an allowed question allocates %v times, expected none", n)
	}
}

func BenchmarkAskWithEverythingAllowed(b *testing.B) {
	p, e, q := everything()
	b.ReportAllocs()
	for b.Loop() {
		Ask(p, e, q)
	}
}

func BenchmarkAskHeldByACase(b *testing.B) {
	p, e, q := everything()
	e.Holds = append(e.Holds, orrery.Hold{ID: 3, Kind: orrery.HoldCase, Reason: HoldCaseOpen})
	b.ReportAllocs()
	for b.Loop() {
		Ask(p, e, q)
	}
}

func BenchmarkAskOfAPersonOfThreeFragments(b *testing.B) {
	p, e, q := everything()
	es := []*Experience{e, {Consents: tableClear().Consents}, {Marks: []Mark{{ID: 1}}}}
	b.ReportAllocs()
	for b.Loop() {
		Ask(p, Combine(es), q)
	}
}
