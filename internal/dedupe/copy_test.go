package dedupe

import (
	"path/filepath"
	"sync"
	"testing"

	"github.com/orrery-cxm/orrery"
)

func TestACopyIsASetOfItsOwnUpToItsMark(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(filepath.Join(dir, "ids"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for n := range 3000 {
		s.Add(key(n), start.Add(orrery.Span(n%3)*orrery.Day))
	}
	if err := s.Seal(7, [32]byte{7}); err != nil {
		t.Fatal(err)
	}
	s.Add(key(9000), start) // after the mark
	var beside sync.WaitGroup
	beside.Go(func() { // the set serves on meanwhile
		for n := range 2000 {
			s.Add(key(10_000+n), start)
			if n%500 == 0 {
				if err := s.Seal(orrery.Seq(8+n), [32]byte{8}); err != nil {
					t.Error(err)
				}
			}
		}
	})
	copied := filepath.Join(dir, "copy")
	mark, err := s.Copy(copied)
	beside.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if mark.Seq < 7 {
		t.Fatalf("the copy covers chunk %d; at least chunk 7 was in files", mark.Seq)
	}
	if err := s.Erase([]Key{key(1)}); err != nil {
		t.Fatal(err)
	}
	c, err := Open(copied, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if c.Mark() != mark {
		t.Errorf("the copy says that it covers %+v, and Copy said %+v", c.Mark(), mark)
	}
	for n := range 3000 {
		if seen, err := c.Seen(key(n), start.Add(3*orrery.Day)); err != nil || !seen {
			t.Fatalf("id %d is not in the copy (%v)", n, err)
		}
	}
	if seen, _ := c.Seen(key(50_000), start); seen {
		t.Error("the copy knows an id that nobody added")
	}
	if err := c.Verify(); err != nil {
		t.Errorf("the copy is damaged: %v", err)
	}
	if _, err := s.Copy(copied); err == nil {
		t.Error("a copy over a copy is refused")
	}
}
