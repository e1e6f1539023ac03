package view

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/orrery-cxm/orrery"
)

// Pages are cleared while the lists are in use: whatever is in them must read the same afterwards.
func TestClearingTheUnusedPartsOfAllPagesChangesNoRow(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var people []orrery.FragmentID
	for range 300 {
		people = append(people, orrery.FragmentID(r.Uint64()|1<<62))
	}
	s := newTape("a")
	f := follow(t, t.TempDir(), s)
	defer f.stop(t)
	crowd(s, people, 60)
	for _, who := range people[:60] {
		s.put(&orrery.PersonErased{Fragments: []orrery.FragmentID{who}})
	}
	f.reach(t, s.Seq())
	before := f.dump(t)
	var count int
	if err := f.db.write.QueryRowContext(context.Background(), "SELECT page_count FROM pragma_page_count").Scan(&count); err != nil {
		t.Fatal(err)
	}
	cleared := 0
	for n := 1; n <= count; n++ {
		if ok, err := f.clearPages(context.Background(), []int{n}); err != nil {
			t.Fatal(err)
		} else if ok {
			cleared++
		}
	}
	if cleared < count/2 {
		t.Errorf("only %d of %d pages could be cleared; most are tables or indexes", cleared, count)
	}
	if after := f.dump(t); after != before {
		t.Error("the lists read otherwise after their pages were cleared")
	}
	var sound string
	if err := f.db.write.QueryRowContext(context.Background(), "PRAGMA integrity_check").Scan(&sound); err != nil || sound != "ok" {
		t.Errorf("SQLite finds the file unsound: %q (%v)", sound, err)
	}
	crowd(s, people[60:], 20) // and they can be written
	f.reach(t, s.Seq())
	if anew := rebuilt(t, t.TempDir(), s); anew != f.dump(t) {
		t.Error("after further facts the lists are not what the log gives")
	}
}

func TestWhatIsFoundInAPageIsClearedWithoutWritingTheFileAnew(t *testing.T) {
	dir := t.TempDir()
	s := newTape("a")
	f := follow(t, dir, s)
	defer f.stop(t)
	s.put(opened(s.next(0), 1<<62|7, 0))
	f.reach(t, 1)
	// A copy of somebody's title in the gap of the first page that has room, as a row leaves it that was moved.
	title := []byte("Title of somebody who is gone")
	var page []byte
	number := 2
	for ; ; number++ {
		if err := f.db.write.QueryRowContext(context.Background(), "SELECT data FROM sqlite_dbpage WHERE pgno = ?", number).Scan(&page); err != nil {
			t.Fatal(err)
		}
		if page[0] == 13 || page[0] == 10 {
			break
		}
	}
	end := int(binary.BigEndian.Uint16(page[5:]))
	copy(page[end-len(title):], title)
	if _, err := f.db.write.ExecContext(context.Background(), "UPDATE sqlite_dbpage SET data = ? WHERE pgno = ?", page, number); err != nil {
		t.Fatal(err)
	}
	if err := f.settleFile(context.Background(), "SELECT 1"); err != nil {
		t.Fatal(err)
	}
	tr := &traces{}
	tr.text(title)
	pages, err := tr.in(filepath.Join(dir, fileName))
	if err != nil || fmt.Sprint(pages) != fmt.Sprint([]int{number}) {
		t.Fatalf("the copy stands in page %d; found in %v (%v)", number, pages, err)
	}
	if ok, err := f.clearPages(context.Background(), pages); !ok || err != nil {
		t.Fatalf("the page was not cleared: %v, %v", ok, err)
	}
	if err := f.settleFile(context.Background(), "SELECT 1"); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(bytesOf(t, dir), title) {
		t.Error("the copy is still in the files")
	}
}

func FuzzClearSlack(f *testing.F) {
	leaf := make([]byte, 512)
	leaf[0], leaf[4], leaf[5] = 13, 1, 1
	f.Add(leaf, 2)
	f.Add(leaf, 1)
	f.Fuzz(func(t *testing.T, page []byte, number int) {
		if len(page) < 512 {
			return
		}
		before := bytes.Clone(page)
		if !clearSlack(page, number) && !bytes.Equal(before, page) {
			t.Error("a page that cannot be cleared was changed")
		}
	})
}
