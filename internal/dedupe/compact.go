package dedupe

import (
	"fmt"
	"iter"
	"math/bits"
	"slices"
)

// tierRuns is how many runs of about the same size are merged into one: each key is then written about once for each
// time that the day grows by this factor.
const tierRuns = 4

// Compact merges runs and drops days that are no longer remembered, in bounded memory. A day that is over becomes one
// run; of the newest day, runs are merged when four are of about the same size. Call it after Write.
func (s *Set) Compact() error {
	s.work.Lock()
	defer s.work.Unlock()
	s.memory.Lock()
	latest := s.latest
	s.memory.Unlock()
	if err := s.dropBefore(latest - s.keep); err != nil {
		return fmt.Errorf("dropping old message ids: %w", err)
	}
	for {
		group := nextMerge(s.runs, latest)
		if group == nil {
			return nil
		}
		if err := s.merge(group); err != nil {
			return fmt.Errorf("merging files of message ids: %w", err)
		}
	}
}

func (s *Set) dropBefore(oldest day) error {
	var old []*run
	for _, r := range s.runs {
		if r.day < oldest {
			old = append(old, r)
		}
	}
	if old == nil {
		return nil
	}
	return s.replace(old, nil, s.mark)
}

// nextMerge picks runs of one day to merge, nil when there is nothing to do. It expects the newest day first.
func nextMerge(runs []*run, latest day) []*run {
	for len(runs) > 0 {
		n := 1
		for n < len(runs) && runs[n].day == runs[0].day {
			n++
		}
		group := runs[:n]
		runs = runs[n:]
		if group[0].day < latest {
			if n > 1 {
				return slices.Clone(group)
			}
			continue
		}
		tiers := map[int][]*run{}
		for _, r := range group {
			t := bits.Len64(r.count) / bits.TrailingZeros(tierRuns)
			tiers[t] = append(tiers[t], r)
			if len(tiers[t]) == tierRuns {
				return tiers[t]
			}
		}
	}
	return nil
}

func (s *Set) merge(all []*run) error {
	group := slices.DeleteFunc(slices.Clone(all), func(r *run) bool { return r.held() == 0 })
	if len(group) == 0 {
		return s.replace(all, nil, s.mark)
	}
	h := header{day: group[0].day}
	m := Mark{}
	for _, r := range group {
		h.count += r.held()
		if r.seq >= m.Seq {
			m = Mark{r.incarnation, r.seq, r.hash}
		}
	}
	r, err := s.makeRun(h, m, func(name string, h header) error {
		return writeRun(s.fs, s.dir, name, h, s.untilClosed(merged(group)))
	})
	if err != nil {
		return err
	}
	return s.replace(all, []*run{r}, s.mark)
}

// untilClosed ends a long walk when the set is being closed.
func (s *Set) untilClosed(keys iter.Seq2[Key, error]) iter.Seq2[Key, error] {
	return func(yield func(Key, error) bool) {
		n := 0
		for k, err := range keys {
			if n++; n&(1<<16-1) == 0 && s.closing.Load() {
				err = ErrClosed
			}
			if !yield(k, err) || err != nil {
				return
			}
		}
	}
}
