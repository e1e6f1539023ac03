package csvfile

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/ads"
)

func mustOpen(t testing.TB, dir string, o Options) *Destination {
	t.Helper()
	d, err := Open(dir, o)
	if err != nil {
		t.Fatalf("opening: %v", err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func add(key string, version uint64, email string) Change {
	return Change{List: "X-01", Op: orrery.PushAdd, Version: version, PersonKey: key, Person: ads.Person{Emails: []string{email}}}
}

func remove(key string, version uint64) Change {
	return Change{List: "X-01", Op: orrery.PushRemove, Version: version, PersonKey: key}
}

func apply(t testing.TB, d *Destination, changes ...Change) []Result {
	t.Helper()
	results, err := d.Apply(t.Context(), changes)
	if err != nil {
		t.Fatalf("applying: %v", err)
	}
	return results
}

func read(t testing.TB, parts ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// files lists what is in the directory of the list X-01.
func files(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, "X-01"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func hashOf(email string) string {
	return ads.KeptRows(ads.X, ads.Person{Emails: []string{email}})[0][0]
}

func TestChangesBecomeFilesWithRemovalsByTheHashesThatWereAdded(t *testing.T) {
	dir := t.TempDir()
	d := mustOpen(t, dir, Options{Platform: ads.X, Full: true})
	got := apply(t, d, add("ann", 1, "ann@example.com"), add("bob", 1, "bob@example.com"))
	want := []Result{{Outcome: orrery.Accepted, File: "X-01/000001-add.csv"}, {Outcome: orrery.Accepted, File: "X-01/000001-add.csv"}}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("results of adding two (-want +got):\n%s", diff)
	}
	head := "person,email,phone_number,handle,device_id\n"
	ann, bob := "ann,"+hashOf("ann@example.com")+",,,\n", "bob,"+hashOf("bob@example.com")+",,,\n"
	if diff := gocmp.Diff(head+ann+bob, read(t, dir, "X-01", "000001-add.csv")); diff != "" {
		t.Errorf("the file of additions (-want +got):\n%s", diff)
	}
	// The address has changed in between and the caller does not know the old one.
	gone := remove("ann", 2)
	gone.Person.Emails = []string{"new@example.com"}
	got = apply(t, d, gone, add("bob", 2, "robert@example.com"))
	want = []Result{{Outcome: orrery.Accepted, File: "X-01/000002-remove.csv"}, {Outcome: orrery.Accepted, File: "X-01/000002-add.csv"}}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("results of removing one and changing one (-want +got):\n%s", diff)
	}
	robert := "bob," + hashOf("robert@example.com") + ",,,\n"
	for name, want := range map[string]string{
		"000002-remove.csv": head + ann + "ann," + hashOf("new@example.com") + ",,,\n" + bob,
		"000002-add.csv":    head + robert,
		"full.csv":          head + robert,
	} {
		if diff := gocmp.Diff(want, read(t, dir, "X-01", name)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if members, err := d.Members("X-01"); err != nil || !slices.Equal(members, []string{"bob"}) {
		t.Errorf("members are %v (%v), want bob", members, err)
	}
	if members, err := d.Members("X-02"); err != nil || members != nil {
		t.Errorf("a list nobody was on has members %v (%v)", members, err)
	}
	for _, name := range append(files(t, dir), ".") {
		info, err := os.Stat(filepath.Join(dir, "X-01", name))
		if want := fs.FileMode(0o600); err != nil || (info.Mode().Perm() != want && !info.IsDir()) || (info.IsDir() && info.Mode().Perm() != 0o700) {
			t.Errorf("%s has mode %v, want it for its owner only (%v)", name, info.Mode(), err)
		}
	}
}

func TestAWishThatIsWrittenIsNotWrittenAgainAndAnOlderOneIsStale(t *testing.T) {
	dir := t.TempDir()
	d := mustOpen(t, dir, Options{Platform: ads.X})
	apply(t, d, add("ann", 5, "ann@example.com"))
	before := files(t, dir)
	d.Close()
	d = mustOpen(t, dir, Options{Platform: ads.X}) // it is known after a restart too
	got := apply(t, d, add("ann", 5, "ann@example.com"), remove("ann", 4), add("cid", 9, ""), add("cid", 9, ""))
	nobody := Result{Outcome: orrery.Rejected, Detail: "nothing is known by which x could find the person"}
	want := []Result{{Outcome: orrery.Accepted}, {Outcome: orrery.OutcomeStale, Detail: "a newer wish is written already"}, nobody, nobody}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
	if after := files(t, dir); !slices.Equal(before, after) {
		t.Errorf("files were %v and are %v, want no new ones", before, after)
	}
	got = apply(t, d, add("dan", 1, "dan@example.com"), remove("dan", 3), add("dan", 2, "dan@example.com"))
	if got[0].Outcome != orrery.OutcomeStale || got[1].Outcome != orrery.Accepted || got[2].Outcome != orrery.OutcomeStale {
		t.Errorf("of three wishes at once only the newest counts, got %+v", got)
	}
	if members, err := d.Members("X-01"); err != nil || !slices.Equal(members, []string{"ann"}) {
		t.Errorf("members are %v (%v), want ann", members, err)
	}
}

func TestNumbersDoNotComeAgainWhenFilesAreTakenAway(t *testing.T) {
	dir := t.TempDir()
	d := mustOpen(t, dir, Options{Platform: ads.X})
	apply(t, d, add("ann", 1, "ann@example.com"))
	apply(t, d, add("bob", 1, "bob@example.com"))
	if err := d.Erase(t.Context(), "bob"); err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(dir, "X-01", "000001-add.csv"))
	if err := d.Erase(t.Context(), "ann"); err != nil {
		t.Fatal(err)
	}
	d.Close()
	d = mustOpen(t, dir, Options{Platform: ads.X})
	if got := apply(t, d, add("cid", 1, "cid@example.com")); got[0].File != "X-01/000003-add.csv" {
		t.Errorf("after two files that were taken away comes %s, want number 3", got[0].File)
	}
}

func TestAChangeThatCannotBeWrittenIsRejected(t *testing.T) {
	d := mustOpen(t, t.TempDir(), Options{Platform: ads.X})
	for what, c := range map[string]Change{
		"a telling list": {List: "HIV-1", Op: orrery.PushAdd, Version: 1, PersonKey: "a"},
		"a path":         {List: "../X-1", Op: orrery.PushAdd, Version: 1, PersonKey: "a"},
		"no key":         {List: "X-1", Op: orrery.PushAdd, Version: 1},
		"a key of CSV":   {List: "X-1", Op: orrery.PushAdd, Version: 1, PersonKey: "a,b"},
		"no operation":   {List: "X-1", Version: 1, PersonKey: "a"},
	} {
		if got := apply(t, d, c); got[0].Outcome != orrery.Rejected || got[0].Detail == "" {
			t.Errorf("%s gives %+v, want rejected with a reason", what, got[0])
		}
	}
	if _, err := Open(t.TempDir(), Options{Platform: "tiktok"}); err == nil {
		t.Error("an unknown platform is taken")
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := d.Apply(ended, []Change{add("ann", 1, "ann@example.com")}); !errors.Is(err, context.Canceled) {
		t.Errorf("a call that was called off gives %v", err)
	}
}

func TestAnotherPlatformNeedsAnotherDirectory(t *testing.T) {
	dir := t.TempDir()
	apply(t, mustOpen(t, dir, Options{Platform: ads.X}), add("ann", 1, "ann@example.com"))
	if _, err := Open(dir, Options{Platform: ads.Meta}); orrery.KindOf(err) != orrery.KindConflict {
		t.Errorf("rows of x and meta would be mixed: %v", err)
	}
}

func TestNoIdentifierIsEverOnDiskAndAfterErasureNothingIs(t *testing.T) {
	who := ads.Person{
		Emails: []string{"ann@example.com"}, Phones: []string{"+16505551212"}, FirstName: "Annabel", LastName: "Leeson", Country: "US",
		City: "Springfield", Birth: "1985-04-23", Postcode: "94035", ExternalID: "customer-17", MobileAdIDs: []string{"4b61639e-47cc"}, Handles: []string{"annie"},
	}
	for _, p := range []ads.Platform{ads.Google, ads.Meta, ads.X} {
		dir := t.TempDir()
		d := mustOpen(t, dir, Options{Platform: p, Full: true})
		for version := range uint64(3) {
			apply(t, d, Change{"X-01", orrery.PushAdd, 3*version + 1, "per_ann", who}, Change{"X-02", orrery.PushAdd, version + 1, "per_ann", who}, add("per_bob", 3*version+1, "bob@example.com"))
			apply(t, d, remove("per_ann", 3*version+2))
		}
		text := everything(t, dir)
		for _, raw := range []string{"ann@example", "6505551212", "nnabel", "eeson", "pringfield", "1985-04", "customer-17", "4b61639e", "annie"} {
			if strings.Contains(text, raw) {
				t.Errorf("%s: %q is on disk", p, raw)
			}
		}
		if !strings.Contains(text, "per_ann") || !strings.Contains(text, ads.KeptRows(p, who)[0][0]) {
			t.Fatalf("%s: nothing of the person was written, so the test shows nothing", p)
		}
		if err := d.Erase(t.Context(), "per_ann"); err != nil {
			t.Fatal(err)
		}
		text = everything(t, dir)
		for _, cell := range append(ads.KeptRows(p, who)[0], "per_ann") {
			if len(cell) > 5 && strings.Contains(text, cell) {
				t.Errorf("%s: after the erasure %q is on disk", p, cell)
			}
		}
		if members, err := d.Members("X-01"); err != nil || !strings.Contains(text, "per_bob") || members != nil && !slices.Equal(members, []string{"per_bob"}) {
			t.Errorf("%s: members are %v (%v), want the others untouched", p, members, err)
		}
	}
}

func TestErasureOverwritesWhatWasThere(t *testing.T) {
	dir := t.TempDir()
	d := mustOpen(t, dir, Options{Platform: ads.X})
	apply(t, d, add("ann", 1, "ann@example.com"), add("bob", 1, "bob@example.com"))
	var kept []*os.File // open files show the old content for as long as it is there
	for _, name := range files(t, dir) {
		f, err := os.Open(filepath.Join(dir, "X-01", name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		kept = append(kept, f)
	}
	if err := d.Erase(t.Context(), "ann"); err != nil {
		t.Fatal(err)
	}
	for _, f := range kept {
		b := make([]byte, 4096)
		n, _ := f.ReadAt(b, 0)
		if n == 0 || !bytes.Equal(b[:n], make([]byte, n)) {
			t.Errorf("the old content of %s is still on the disk: %q", filepath.Base(f.Name()), b[:n])
		}
	}
}

func everything(t testing.TB, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		all.WriteString(path + "\n" + read(t, path))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}
