package dedupe

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"time"

	"github.com/orrery-cxm/orrery"
)

// Measurement is what remembering ids costs on this machine.
type Measurement struct {
	Keys         uint64
	BytesPerKey  float64       // on disk, everything included
	FilterPerKey float64       // of these, what the page cache should hold
	Absent       time.Duration // one Seen of an id that never came
	Present      time.Duration // one Seen of an id that came, on a day picked evenly
	HitRate      float64       // share of absent ids for which a block was read in vain
	Writing      time.Duration // per key, as in a merge
}

// Measure fills an empty directory with n keys over 8 days, one run each, and asks for some. It leaves the files there.
func Measure(dir string, n uint64) (Measurement, error) {
	const days, asked = 8, 200_000
	s, err := Open(dir, Options{})
	if err != nil {
		return Measurement{}, err
	}
	defer s.Close()
	m := Measurement{Keys: n / days * days}
	chance := rand.New(rand.NewPCG(1, 2))
	var present []Key
	var runs []*run
	start := time.Now()
	for d := range day(days) {
		keys := evenKeys(n/days, chance, func(k Key) {
			if chance.Uint64N(max(m.Keys/asked, 1)) == 0 {
				present = append(present, k)
			}
		})
		r, err := s.makeRun(header{day: d, count: n / days}, Mark{}, func(name string, h header) error { return writeRun(s.fs, dir, name, h, keys) })
		if err != nil {
			return m, err
		}
		runs = append(runs, r)
	}
	if err := s.replace(nil, runs, Mark{}); err != nil {
		return m, err
	}
	m.Writing = time.Since(start) / time.Duration(m.Keys)
	st := s.Stats()
	m.BytesPerKey = float64(st.Bytes) / float64(m.Keys)
	m.FilterPerKey = float64(st.Filter) / float64(m.Keys)

	absent := make([]Key, asked)
	for i := range absent {
		absent[i] = makeKey(chance.Uint64(), chance.Uint64())
	}
	if m.Absent, err = s.timeSeen(absent, days-1, false); err != nil {
		return m, err
	}
	m.HitRate = float64(s.count.hits.Load()) / asked
	chance.Shuffle(len(present), func(i, j int) { present[i], present[j] = present[j], present[i] })
	m.Present, err = s.timeSeen(present, days-1, true)
	return m, err
}

func (s *Set) timeSeen(keys []Key, today day, want bool) (time.Duration, error) {
	now := orrery.Instant(today) * orrery.Instant(orrery.Day)
	start := time.Now()
	for _, k := range keys {
		if seen, err := s.Seen(k, now); err != nil || seen != want {
			return 0, fmt.Errorf("measuring message ids: seen is %v and should be %v (%w)", seen, want, err)
		}
	}
	return time.Since(start) / time.Duration(len(keys)), nil
}

// evenKeys yields n random keys in ascending order without holding them: the gaps between sorted random numbers are
// exponentially distributed. The gaps are drawn a little small, so that n of them fit with 8 standard deviations to spare.
func evenKeys(n uint64, chance *rand.Rand, note func(Key)) iter.Seq2[Key, error] {
	return func(yield func(Key, error) bool) {
		gap, at := math.Exp2(64)/(float64(n)+8*math.Sqrt(float64(n))), 0.0
		for range n {
			at += 1 + chance.ExpFloat64()*gap
			k := makeKey(uint64(at), chance.Uint64())
			note(k)
			if !yield(k, nil) {
				return
			}
		}
	}
}
