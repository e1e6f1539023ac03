package dedupe

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/orrery-cxm/orrery"
)

// Seal makes everything added so far durable: [Set.Freeze], then [Set.Write].
func (s *Set) Seal(seq orrery.Seq, hash [32]byte) error {
	s.Freeze(seq, hash)
	return s.Write()
}

// Freeze ends the tail at a position of the log: every id up to seq has been added and none after it. It takes
// microseconds; Write does the work. It must not be called while a batch may still be taken back by Remove.
func (s *Set) Freeze(seq orrery.Seq, hash [32]byte) {
	s.memory.Lock()
	defer s.memory.Unlock()
	s.frozen = append(s.frozen, frozen{s.tail, Mark{s.incarnation, seq, hash}})
	s.tail = nil
}

// Write writes every frozen tail as files, durable when it returns. What could not be written stays in memory, where it
// is still seen, and is tried again by the next Write.
func (s *Set) Write() error {
	s.work.Lock()
	defer s.work.Unlock()
	s.memory.Lock()
	waiting, oldest := slices.Clone(s.frozen), s.latest-s.keep
	s.memory.Unlock()
	for _, f := range waiting {
		if err := s.writeTail(f, oldest); err != nil {
			return fmt.Errorf("writing message ids up to chunk %d: %w", f.mark.Seq, err)
		}
		s.memory.Lock() // after the files are in use: Seen looks here first, so the keys are always in one of both
		s.frozen = s.frozen[1:]
		s.memory.Unlock()
	}
	return nil
}

func (s *Set) writeTail(f frozen, oldest day) error {
	var made []*run
	for _, d := range f.tail {
		if d.day < oldest || len(d.keys) == 0 {
			continue
		}
		r, err := s.makeRun(header{day: d.day, count: uint64(len(d.keys))}, f.mark, func(name string, h header) error {
			return writeRun(s.fs, s.dir, name, h, d.sorted())
		})
		if err != nil {
			s.remove(made)
			return err
		}
		made = append(made, r)
	}
	return s.replace(nil, made, f.mark)
}

// makeRun writes a run under the next name and opens it.
func (s *Set) makeRun(h header, m Mark, write func(name string, h header) error) (_ *run, err error) {
	defer func() { s.strays = s.strays || err != nil }()
	if s.closing.Load() {
		return nil, ErrClosed
	}
	name := fmt.Sprintf("%05d-%012d.run", h.day, s.number)
	s.number++
	h.incarnation, h.seq, h.hash = m.Incarnation, m.Seq, m.Hash
	if err := write(name, h); err != nil {
		return nil, err
	}
	if err := s.step("run written"); err != nil {
		return nil, err
	}
	return openRun(s.fs, s.dir, name)
}

// replace puts runs into use in place of others, durably and at once, and removes the others. Where it fails, nothing
// has changed but that the manifest may already be the new one, which is as good.
func (s *Set) replace(old, made []*run, m Mark) (err error) {
	defer func() { s.strays = s.strays || err != nil }()
	runs := append(slices.Clone(made), slices.DeleteFunc(slices.Clone(s.runs), func(r *run) bool { return slices.Contains(old, r) })...)
	sortRuns(runs)
	next := manifest{mark: m}
	for _, r := range runs {
		next.runs = append(next.runs, r.name)
	}
	if err := next.write(s.fs, s.dir, s.step); err != nil {
		closeAll(made)
		return err
	}
	s.files.Lock()
	s.runs, s.mark = runs, m
	s.files.Unlock()
	if err := s.step("manifest replaced"); err != nil {
		return err
	}
	return s.remove(old)
}

// dropStrays removes the files that a change which failed has left, and makes sure that none of them counts.
func (s *Set) dropStrays() error {
	if !s.strays {
		return nil
	}
	if err := s.replace(nil, nil, s.mark); err != nil {
		return err
	}
	var names []string
	for _, r := range s.runs {
		names = append(names, r.name)
	}
	if _, err := tidy(s.fs, s.dir, names); err != nil {
		return err
	}
	s.strays = false
	return nil
}

// remove closes and deletes runs that nobody reads any more.
func (s *Set) remove(runs []*run) error {
	err := closeAll(runs)
	for _, r := range runs {
		if e := s.fs.Remove(filepath.Join(s.dir, r.name)); e != nil && err == nil {
			err = fmt.Errorf("removing a file of message ids: %w", e)
		}
	}
	return err
}
