package view

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/orrery-cxm/orrery"
)

// BenchmarkFollow measures a fact of the lists, and a plain touch, from the log to the file.
func BenchmarkFollow(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, fact := range map[string]func(i int, id uint64) orrery.Fact{
		"touch": func(int, uint64) orrery.Fact {
			return &orrery.TouchRecorded{Anchor: 1, Touch: orrery.Touch{Kind: orrery.Track}}
		},
		"member": func(i int, _ uint64) orrery.Fact {
			return &orrery.AudienceChanged{Fragment: orrery.FragmentID(r.Uint64()), Audience: orrery.AudienceName(fmt.Sprint("a", i%50)), In: true}
		},
		"push": func(i int, _ uint64) orrery.Fact {
			return &orrery.PushRequested{Fragment: orrery.FragmentID(r.Uint64()), Destination: "ads", Audience: "X", Push: orrery.PushAdd, Version: 1}
		},
		"name": func(i int, _ uint64) orrery.Fact {
			return &orrery.TouchRecorded{Anchor: orrery.FragmentID(r.Uint64()), Touch: orrery.Touch{Kind: orrery.Identify,
				Traits: []orrery.Trait{{Name: "email", Value: fmt.Sprintf(`"u%d@example.com"`, i)}}}}
		},
		"message": func(int, uint64) orrery.Fact {
			return &orrery.TouchRecorded{Anchor: orrery.FragmentID(r.Uint64()), Touch: orrery.Touch{Kind: orrery.MessageTouch, Locale: "en-GB", Message: &orrery.Message{Text: "x"},
				Signals: &orrery.Signals{Language: "en", Polarity: orrery.Negative, Confidence: 900, Aspects: []orrery.Label{{Name: "refund", Confidence: 700}}}}}
		},
		"offer": func(i int, id uint64) orrery.Fact {
			return &orrery.IntentOffered{Intent: orrery.Intent{ID: orrery.IntentID(id), Fragment: orrery.FragmentID(r.Uint64()), Class: orrery.Commercial, Channel: "email"}, State: orrery.IntentQueued}
		},
	} {
		b.Run(name, func(b *testing.B) {
			s := newTape("b")
			for done := 0; done < b.N; {
				facts := make([]orrery.Fact, min(500, b.N-done))
				for i := range facts {
					facts[i] = fact(done+i, s.next(i))
				}
				done += len(facts)
				s.put(facts...)
			}
			b.ResetTimer()
			f := follow(b, b.TempDir(), s)
			f.reach(b, s.Seq())
			b.StopTimer()
			f.stop(b)
		})
	}
}
