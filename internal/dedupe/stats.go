package dedupe

import (
	"sync/atomic"
)

type counters struct{ hits, confirmed atomic.Int64 }

// Stats says how large a set is and how its filters do.
type Stats struct {
	Tail      int    // keys in memory, frozen ones included
	Days      int    // that have files
	Runs      int    // files
	Keys      uint64 // in files
	Bytes     int64  // of the files
	Filter    int64  // bytes of their filters and fences, which should fit the page cache
	Hits      int64  // times a filter said "maybe" since the set was opened
	Confirmed int64  // times it was right
}

// Stats counts.
func (s *Set) Stats() Stats {
	var st Stats
	s.memory.Lock()
	st.Tail = s.tail.len()
	for _, f := range s.frozen {
		st.Tail += f.len()
	}
	s.memory.Unlock()
	s.files.RLock()
	defer s.files.RUnlock()
	days := map[day]struct{}{}
	for _, r := range s.runs {
		days[r.day] = struct{}{}
		st.Runs++
		st.Keys += r.held()
		st.Bytes += r.size()
		st.Filter += r.size() - r.filterAt()
	}
	st.Days = len(days)
	st.Hits, st.Confirmed = s.count.hits.Load(), s.count.confirmed.Load()
	return st
}

// Verify reads every block of every file and fails with [ErrCorrupt] at the first that is damaged. Seen and Add go on
// meanwhile; Write and Compact wait.
func (s *Set) Verify() error {
	s.work.Lock()
	defer s.work.Unlock()
	for _, r := range s.runs {
		for _, err := range s.untilClosed(merged([]*run{r})) {
			if err != nil {
				return err
			}
		}
	}
	return nil
}
