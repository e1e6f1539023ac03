package csvfile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/ads"
)

var errCrash = errors.New("the power went out")

// platform plays the files of a list as a platform would: in order, removals of a number before its additions.
func platform(t *rapid.T, dir string) (now []string) {
	on := map[string]bool{}
	names, _ := filepath.Glob(filepath.Join(dir, "X-01", "*-*.csv"))
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(filepath.Base(a)[:6], filepath.Base(b)[:6]), -cmp.Compare(a, b))
	})
	for _, name := range names {
		err := readRows(name, func(row []string, first bool) error {
			if !first {
				on[strings.Join(row, ",")] = strings.HasSuffix(name, "add.csv")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for row, is := range on {
		if is {
			now = append(now, row)
		}
	}
	slices.Sort(now)
	return now
}

func full(t *rapid.T, dir string) (rows []string) {
	err := readRows(filepath.Join(dir, "X-01", fullName), func(row []string, first bool) error {
		if !first {
			rows = append(rows, strings.Join(row, ","))
		}
		return nil
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	slices.Sort(rows)
	return rows
}

func TestThePlatformEndsWithTheNewestWishesWhateverIsRepeatedErasedOrCutShort(t *testing.T) {
	parent, tries := t.TempDir(), 0
	rapid.Check(t, func(t *rapid.T) {
		tries++
		dir := filepath.Join(parent, fmt.Sprint(tries))
		open := func() *Destination {
			d, err := Open(dir, Options{Platform: ads.X, Full: true})
			if err != nil {
				t.Fatalf("it does not open again: %v", err)
			}
			return d
		}
		d := open()
		defer func() { d.Close() }()
		wishes := map[string]Change{}
		version := uint64(0)
		draw := func() Change {
			version++
			c := add(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "person"), version, "")
			c.Person.Emails = rapid.SliceOfN(rapid.SampledFrom([]string{"a@x.example", "b@x.example", "c@x.example"}), 0, 2).Draw(t, "emails")
			c.Op = rapid.SampledFrom([]orrery.PushKind{orrery.PushAdd, orrery.PushRemove}).Draw(t, "op")
			if len(wishes) > 0 && rapid.IntRange(0, 3).Draw(t, "again") == 0 {
				keys := slices.Sorted(maps.Keys(wishes))
				return wishes[rapid.SampledFrom(keys).Draw(t, "which")]
			}
			return c
		}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			left := rapid.IntRange(-5, 3).Draw(t, "power lasts")
			if left >= 0 {
				d.step = func(string) error {
					if left--; left == -1 {
						return errCrash
					}
					return nil
				}
			}
			var do func() error
			if rapid.IntRange(0, 4).Draw(t, "erase") == 0 {
				key := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "erased")
				delete(wishes, key)
				do = func() error { return d.Erase(context.Background(), key) }
			} else {
				var changes []Change
				for range rapid.IntRange(1, 4).Draw(t, "changes") {
					c := draw()
					changes = append(changes, c)
					if c.Version > wishes[c.PersonKey].Version {
						wishes[c.PersonKey] = c
					}
				}
				do = func() error { _, err := d.Apply(context.Background(), changes); return err }
			}
			if err := do(); errors.Is(err, errCrash) {
				d.Close()
				d = open()
				if err := do(); err != nil {
					t.Fatalf("again after a crash: %v", err)
				}
			} else if err != nil {
				t.Fatal(err)
			}
			d.step = func(string) error { return nil }
			var want, members []string
			for _, key := range slices.Sorted(maps.Keys(wishes)) {
				if c := wishes[key]; c.Op == orrery.PushAdd {
					rows := ads.KeptRows(ads.X, c.Person)
					for _, row := range rows {
						want = append(want, key+","+strings.Join(row, ","))
					}
					if rows != nil {
						members = append(members, key)
					}
				}
			}
			slices.Sort(want)
			if diff := gocmp.Diff(want, platform(t, dir)); diff != "" {
				t.Fatalf("on the platform (-want +got):\n%s", diff)
			}
			if diff := gocmp.Diff(want, full(t, dir)); diff != "" {
				t.Fatalf("in the full file (-want +got):\n%s", diff)
			}
			if got, err := d.Members("X-01"); err != nil || !slices.Equal(got, members) {
				t.Fatalf("members are %v (%v), want %v", got, err, members)
			}
		}
	})
}
