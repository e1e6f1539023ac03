package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/app"
	"github.com/orrery-cxm/orrery/internal/govern"
)

func TestTheDoctorNamesKeysThatNobodyUses(t *testing.T) {
	data := t.TempDir()
	h, err := app.OpenHouse(t.Context(), app.Settings{Dir: data, Name: "main"})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(data, "main")
	long := orrery.InstantOf(time.Now()).Add(-200 * orrery.Day)
	for _, k := range []struct {
		source  string
		created orrery.Instant
	}{{"asleep", long}, {"forgotten", long}, {"busy", long}, {"fresh", orrery.InstantOf(time.Now())}} {
		if _, _, err := app.CreateKey(dir, govern.Key{Source: orrery.SourceName(k.source), Trust: orrery.Public, Scopes: []govern.Scope{govern.Write}}, k.created); err != nil {
			t.Fatal(err)
		}
	}
	h.API.Ring.Uses.Note("key_forgotten_2", long.Add(10*orrery.Day))
	h.API.Ring.Uses.Note("key_busy_3", orrery.InstantOf(time.Now()))
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	said := run(t, "--data", data, "doctor")
	for _, want := range []string{"key_asleep_1 of source asleep was never used since", "key_forgotten_2 of source forgotten was not used since", "orrery key revoke key_asleep_1"} {
		if !strings.Contains(said, want) {
			t.Errorf("the doctor should say %q:\n%s", want, said)
		}
	}
	for _, not := range []string{"key_busy_3", "key_fresh_4"} {
		if strings.Contains(said, not) {
			t.Errorf("nothing is wrong with %s:\n%s", not, said)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "access.used.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file of uses is for the owner only: %v %v", info, err)
	}
	list := run(t, "--data", data, "key", "list")
	if !strings.Contains(list, "live, never used") || !strings.Contains(list, "live, last used "+time.Now().UTC().Format(time.DateOnly)) {
		t.Errorf("the list of keys says when each was used:\n%s", list)
	}
}
