package dedupe

import (
	"flag"
	"math/rand/v2"
	"testing"
)

var benchKeys = flag.Uint64("keys", 4_000_000, "how many ids BenchmarkSeen remembers")

// BenchmarkSeen prints what an id costs, and what a thousand million of them would.
func BenchmarkSeen(b *testing.B) {
	for b.Loop() {
		m, err := Measure(b.TempDir(), *benchKeys)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(m.Absent), "ns/absent")
		b.ReportMetric(float64(m.Present), "ns/present")
		b.ReportMetric(m.BytesPerKey, "B/id")
		b.ReportMetric(100*m.HitRate, "%hit/absent")
		b.ReportMetric(float64(m.Writing), "ns/id-written")
		b.Logf("at 1,000,000,000 ids: %.2f B/id = %.1f GB on disk, of which %.2f GB are filters and fences; %.1f %% of new ids read one block of 4 KiB in vain",
			m.BytesPerKey, m.BytesPerKey, m.FilterPerKey, 100*m.HitRate)
	}
}

// BenchmarkErase forgets 40 ids of one person in 8 files of a full set.
func BenchmarkErase(b *testing.B) {
	dir := b.TempDir()
	if _, err := Measure(dir, *benchKeys); err != nil {
		b.Fatal(err)
	}
	s := mustOpen(b, dir)
	for b.Loop() {
		b.StopTimer()
		var keys []Key
		for _, r := range s.runs {
			var block [blockSize]byte
			for i := range uint64(5) {
				held, err := r.readBlock(&block, r.blocks()/5*i+uint64(b.N)%7)
				if err != nil {
					b.Fatal(err)
				}
				keys = append(keys, Key(held))
			}
		}
		b.StartTimer()
		if err := s.Erase(keys); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAddAndSeal(b *testing.B) {
	s := mustOpen(b, b.TempDir())
	chance := rand.New(rand.NewPCG(1, 2))
	for b.Loop() {
		k := makeKey(chance.Uint64(), chance.Uint64())
		if seen, err := s.Seen(k, start); seen || err != nil {
			b.Fatal(seen, err)
		}
		s.Add(k, start)
	}
	b.StopTimer()
	if err := s.Seal(1, [32]byte{}); err != nil {
		b.Fatal(err)
	}
}
