package csvfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/ads"
)

func TestAHalfWrittenLastLineIsDroppedAndADamagedOneRefused(t *testing.T) {
	dir := t.TempDir()
	d := mustOpen(t, dir, Options{Platform: ads.X})
	apply(t, d, add("ann", 1, "ann@example.com"))
	apply(t, d, add("bob", 1, "bob@example.com"))
	d.Close()
	path := filepath.Join(dir, "X-01", journalName)
	whole := read(t, path)
	if err := os.WriteFile(path, []byte(whole[:len(whole)-5]), 0o600); err != nil {
		t.Fatal(err)
	}
	d = mustOpen(t, dir, Options{Platform: ads.X})
	if members, err := d.Members("X-01"); err != nil || !slices.Equal(members, []string{"ann"}) {
		t.Errorf("members are %v (%v), want ann: bob's line is cut", members, err)
	}
	if now := read(t, path); now != whole[:len(now)] || now[len(now)-1] != '\n' {
		t.Errorf("the cut line is still in the file: %q", now)
	}
	apply(t, d, remove("c", 1)) // shorter than what was cut
	d.Close()
	d = mustOpen(t, dir, Options{Platform: ads.X})
	apply(t, d, add("bob", 1, "bob@example.com"))
	if members, _ := d.Members("X-01"); !slices.Equal(members, []string{"ann", "bob"}) {
		t.Errorf("members are %v, want ann and bob once his line is written again", members)
	}
	d.Close()
	for _, bad := range []string{"", "{\n", whole[:60] + "x" + whole[61:], whole + "{}\n", whole + "[]\n", whole + `{"person":"x","version":1,"number":1,"rows":[["a"]]}` + "\n"} {
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, Options{Platform: ads.X}); !errors.Is(err, ErrDamaged) && orrery.KindOf(err) != orrery.KindConflict {
			t.Errorf("a damaged journal is taken: %.80q gives %v", bad, err)
		}
	}
}

func TestAWriteThatFailedHalfWayIsReadAgainBeforeTheNext(t *testing.T) {
	dir := t.TempDir()
	d := mustOpen(t, dir, Options{Platform: ads.X})
	apply(t, d, add("ann", 1, "ann@example.com"))
	journal := filepath.Join(dir, "X-01", journalName)
	full := errors.New("the disk is full")
	d.step = func(string) error { // of two lines one is written, and a part of the other
		f, err := os.OpenFile(journal, os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		fmt.Fprintf(f, `{"person":"bob","version":1,"number":2,"rows":[["%s","","",""]]}`+"\n"+`{"person":"cid","ver`, hashOf("bob@example.com"))
		return full
	}
	both := []Change{add("bob", 1, "bob@example.com"), add("cid", 1, "cid@example.com")}
	if _, err := d.Apply(t.Context(), both); !errors.Is(err, full) {
		t.Fatalf("the failure is not reported: %v", err)
	}
	d.step = func(string) error { return nil }
	apply(t, d, remove("d", 1)) // shorter than what is there
	d.Close()
	d = mustOpen(t, dir, Options{Platform: ads.X})
	apply(t, d, both...)
	if members, err := d.Members("X-01"); err != nil || !slices.Equal(members, []string{"ann", "bob", "cid"}) {
		t.Errorf("members are %v (%v), want all three", members, err)
	}
}

func TestTheJournalDoesNotGrowWithoutEnd(t *testing.T) {
	dir := t.TempDir()
	d := mustOpen(t, dir, Options{Platform: ads.X})
	var changes []Change
	for i := range 40 {
		changes = append(changes, add(fmt.Sprintf("p%d", i), 0, "ann@example.com"))
	}
	for version := range uint64(30) {
		for i := range changes {
			changes[i].Version = version + 1
		}
		apply(t, d, changes...)
	}
	d.Close()
	d = mustOpen(t, dir, Options{Platform: ads.X})
	if l := d.lists["X-01"]; l.lines != 40 || len(l.people) != 40 {
		t.Errorf("the journal has %d lines for %d people, want one each after it was opened", l.lines, len(l.people))
	}
	if members, err := d.Members("X-01"); err != nil || len(members) != 40 {
		t.Errorf("%d members are left (%v), want 40", len(members), err)
	}
	if got := apply(t, d, remove("p7", 30)); got[0].Outcome != orrery.Accepted || got[0].File != "" {
		t.Errorf("a version that was written is known no more: %+v", got[0])
	}
}

func TestWhatACrashLeavesHalfReplacedIsFinished(t *testing.T) {
	dir := t.TempDir()
	d := mustOpen(t, dir, Options{Platform: ads.X})
	apply(t, d, add("ann", 1, "ann@example.com"))
	d.Close()
	journal := filepath.Join(dir, "X-01", journalName)
	whole := read(t, journal)
	if err := os.Link(journal, journal+oldSuffix); err != nil { // the crash came before the new file took its place
		t.Fatal(err)
	}
	for _, name := range []string{"000001-add.csv" + oldSuffix, "000002-add.csv" + partSuffix} {
		if err := os.WriteFile(filepath.Join(dir, "X-01", name), []byte("ann,"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mustOpen(t, dir, Options{Platform: ads.X})
	if got := read(t, journal); got != whole {
		t.Errorf("the journal that was still in use is now %q", got)
	}
	if got := files(t, dir); !slices.Equal(got, []string{"000001-add.csv", journalName}) {
		t.Errorf("files are %v, want the leftovers gone", got)
	}
}

func FuzzAJournalIsReadOrRefused(f *testing.F) {
	f.Add([]byte(`{"platform":"x","columns":["person","email","phone_number","handle","device_id"],"number":3}` + "\n" +
		`{"person":"a","version":1,"number":1,"rows":[["a","b","c","d"]]}` + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "X-01"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "X-01", journalName), b, 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := Open(dir, Options{Platform: ads.X})
		if err != nil {
			return
		}
		defer d.Close()
		if _, err := d.Members("X-01"); err != nil {
			t.Fatalf("it was opened and cannot be read: %v", err)
		}
	})
}
