package radar

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// something lets something happen that may happen to a brand.
func something(t *rapid.T, w *world) {
	switch rapid.IntRange(0, 10).Draw(t, "what") {
	default:
		x := says{person: rapid.Uint64Range(1, 60).Draw(t, "person"), market: rapid.SampledFrom([]string{"GB", "SG", ""}).Draw(t, "market"),
			happy: rapid.Bool().Draw(t, "happy"), text: rapid.SampledFrom(chatter["en"]).Draw(t, "text")}
		x.aspects = rapid.SliceOfN(rapid.SampledFrom([]string{"refund", "app"}), 0, 2).Draw(t, "aspects")
		x.risks = rapid.SliceOfN(rapid.SampledFrom([]string{"injury", "press"}), 0, 1).Draw(t, "risks")
		for range rapid.IntRange(1, 12).Draw(t, "times") {
			x.person += 100
			w.say(x)
		}
	case 6:
		w.pass(orrery.Span(rapid.Int64Range(0, int64(40*orrery.Minute)).Draw(t, "minutes")))
		w.decide()
	case 7:
		w.pass(orrery.Span(rapid.Int64Range(0, int64(3*orrery.Day)).Draw(t, "days")))
		w.decideTopics()
	case 8:
		w.put(&orrery.PersonErased{Fragments: []orrery.FragmentID{orrery.FragmentID(100*rapid.Uint64Range(1, 12).Draw(t, "erased") + rapid.Uint64Range(1, 60).Draw(t, "whom"))}})
	case 10:
		w.put(&orrery.SignalsRevised{Touch: orrery.TouchID(orrery.Stamp{Incarnation: 1, Seq: orrery.Seq(rapid.Uint64Range(1, w.seq+1).Draw(t, "corrected"))}.ID()),
			Signals: orrery.Signals{Polarity: orrery.Polarity(rapid.IntRange(-1, 1).Draw(t, "polarity")), Confidence: 1000}})
	case 9:
		w.put(&orrery.PolicyApplied{Text: rapid.SampledFrom([]string{"", "radar: {markets: [{name: Islands, regions: [GB, SG]}]}", "radar: {alerts: {least: 4, rarity: 1000}}"}).Draw(t, "policy")})
	}
}

func TestTheStateIsAFoldAndComesBackFromItsBytes(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld()
		w.keep = true
		for range rapid.IntRange(1, 40).Draw(r, "steps") {
			something(r, w)
			if rapid.IntRange(0, 5).Draw(r, "restart") == 0 { // as after a restart: from its bytes
				b := encoded(w.State)
				back := New()
				if err := back.Read(wire.NewReader(b)); err != nil || !bytes.Equal(b, encoded(back)) {
					r.Fatalf("the state comes back as another (%v)", err)
				}
				w.State = back
			}
		}
		if !bytes.Equal(encoded(w.again()), encoded(w.State)) {
			r.Fatal("folding the log anew gives another state")
		}
		if n := 0; w.hits != func() int {
			for _, x := range w.series {
				n += len(x.recent)
			}
			return n
		}() || len(w.said) != w.hits {
			r.Fatalf("%d hits, %d in series, %d remembered as said", w.hits, n, len(w.said))
		}
	})
}

func TestAlertsAreRaisedOnceAndEndOnce(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld()
		for range rapid.IntRange(1, 60).Draw(r, "steps") {
			something(r, w)
		}
		open := map[key]orrery.AlertID{}
		seen := map[orrery.AlertID]bool{}
		for _, f := range w.facts {
			switch f := f.(type) {
			case *orrery.AlertRaised:
				a := f.Alert
				k := key{a.Market, a.Aspect, a.About}
				if open[k] != 0 || seen[a.ID] {
					r.Fatalf("%v was raised while it lasted", k)
				}
				least, _ := w.policy.limits(k)
				if a.People < min(least, 4) && !k.risk() || a.Began > a.Raised || len(a.Examples) == 0 || len(a.Examples) > maxExamples {
					r.Fatalf("an alert that cannot be: %+v", a)
				}
				open[k], seen[a.ID] = a.ID, true
			case *orrery.AlertChanged:
				k := key{f.Alert.Market, f.Alert.Aspect, f.Alert.About}
				if open[k] != f.Alert.ID || (f.Change == Ended) != (f.Alert.Ended != 0) {
					r.Fatalf("%v changed without lasting, or ended without an end: %+v", k, f)
				}
				if f.Change == Ended {
					delete(open, k)
				}
			}
		}
		if len(open) != w.Open() {
			r.Fatalf("%d alerts last by what was told, %d by the state", len(open), w.Open())
		}
		w.pass(30 * orrery.Day)
		w.decide()
		if w.Open() != 0 {
			r.Fatalf("%d alerts last after a month of silence", w.Open())
		}
	})
}

func FuzzReadState(f *testing.F) {
	w := newWorld()
	for range 40 {
		w.say(says{market: "GB", aspects: []string{"refund"}, risks: []string{"injury"}})
	}
	whole := encoded(w.State)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		s := New()
		if s.Read(wire.NewReader(b)) != nil {
			return
		}
		again := encoded(s)
		back := New()
		if err := back.Read(wire.NewReader(again)); err != nil || !bytes.Equal(again, encoded(back)) {
			t.Fatalf("what was read and written reads as something else (%v)", err)
		}
	})
}

func FuzzCut(f *testing.F) {
	for _, list := range chatter {
		for _, text := range list {
			f.Add(text, 0, 3)
		}
	}
	f.Fuzz(func(t *testing.T, text string, from, to int) {
		x := says{text: text + " "}.fact()
		x.Touch.Signals.Personal = []orrery.Label{{From: from, To: to}}
		w := newWords()
		if got := w.read(x, "en"); len(got) > maxGrams {
			t.Fatalf("%d grams of one message", len(got))
		}
	})
}

// BenchmarkHear is one message through everything: counted, cut into words, and its series looked at.
func BenchmarkHear(b *testing.B) {
	w, r := newWorld(), rand.New(rand.NewPCG(1, 2))
	w.live(r, 2*168, flat(30), says{market: "GB", aspects: []string{"refund", "app"}})
	texts := chatter["en"]
	var facts []*orrery.TouchRecorded
	for i := range 1000 {
		facts = append(facts, says{person: uint64(1000 + i), market: "GB", happy: i%10 != 0, aspects: []string{"refund"},
			text: texts[i%len(texts)] + ", and " + texts[(i+3)%len(texts)]}.fact())
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		f := *facts[i%1000]
		f.Person = orrery.FragmentID(1<<33 + i)
		w.pass(2 * orrery.Second)
		w.put(&f)
		w.decide()
	}
}
