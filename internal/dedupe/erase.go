package dedupe

import (
	"fmt"
	"iter"
	"slices"
)

// Erase forgets keys everywhere: in memory and, by rewriting the runs that hold them, in the files. The ids must be
// gone from the log first, or a later rebuild brings them back.
func (s *Set) Erase(keys []Key) error {
	s.work.Lock()
	defer s.work.Unlock()
	s.memory.Lock()
	for _, k := range keys {
		s.tail.remove(k)
		for _, f := range s.frozen {
			f.remove(k)
		}
	}
	s.memory.Unlock()
	for _, r := range slices.Clone(s.runs) {
		if err := s.eraseFrom(r, keys); err != nil {
			return fmt.Errorf("erasing message ids: %w", err)
		}
	}
	return nil
}

func (s *Set) eraseFrom(r *run, keys []Key) error {
	gone := map[Key]struct{}{}
	left := r.count
	for _, k := range keys {
		n, err := r.times(&k)
		if err != nil {
			return err
		}
		if _, twice := gone[k]; n > 0 && !twice {
			gone[k] = struct{}{}
			left -= uint64(n)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	if left == 0 {
		return s.replace([]*run{r}, nil, s.mark)
	}
	rest, err := s.makeRun(header{day: r.day, count: left}, Mark{r.incarnation, r.seq, r.hash}, func(name string, h header) error {
		return writeRun(s.dir, name, h, without(gone, merged([]*run{r})))
	})
	if err != nil {
		return err
	}
	return s.replace([]*run{r}, []*run{rest}, s.mark)
}

func without(gone map[Key]struct{}, keys iter.Seq2[Key, error]) iter.Seq2[Key, error] {
	return func(yield func(Key, error) bool) {
		for k, err := range keys {
			if _, skip := gone[k]; skip && err == nil {
				continue
			}
			if !yield(k, err) {
				return
			}
		}
	}
}
