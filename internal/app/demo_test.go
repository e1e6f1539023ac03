package app_test

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/api"
	"github.com/orrery-cxm/orrery/internal/app"
	"github.com/orrery-cxm/orrery/internal/demo"
	"github.com/orrery-cxm/orrery/internal/view"
)

// play runs the demo's stories and returns what they printed.
func play(t *testing.T, dir string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := app.Main([]string{"demo", "--once", "--speed", "0", "--dir", dir, "--log-level", "warn"}, &out, &errs); code != 0 {
		t.Fatalf("the demo ended with code %d: %s\n%s", code, errs.String(), out.String())
	}
	return out.String()
}

func TestEachStoryOfTheDemoEndsAsItWasTold(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	play(t, dir)
	ctx := context.Background()
	h, err := app.OpenHouse(ctx, app.Settings{Dir: dir, Name: demo.Workspace, Still: true, Now: func() time.Time { return demo.Begin.Add(374 * 24 * time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	person := func(user string) *api.Profile {
		t.Helper()
		id, err := h.API.Person("user_id:"+user, "")
		if err != nil {
			t.Fatal(err)
		}
		p, err := h.Engine.Person(ctx, id, 0)
		if err != nil {
			t.Fatalf("%s: %v", user, err)
		}
		return api.ProfileOf(p)
	}
	if err := h.API.Views.Wait(ctx, h.Engine.Seq()); err != nil {
		t.Fatal(err)
	}

	cases, err := h.API.Views.Cases(ctx, view.CaseFilter{Page: view.Page{Limit: 10}})
	if err != nil || len(cases.Items) != 1 {
		t.Fatalf("the angry customer has the one case; there are %+v (%v)", cases.Items, err)
	}
	if c := cases.Items[0]; c.Status != orrery.CaseSatisfied || c.Reporter == c.Affected || c.Affected == 0 {
		t.Errorf("the case should be satisfied, and reporter and affected person differ: %+v", c)
	}
	apologies, err := h.API.Views.Apologies(ctx, view.ApologyFilter{Page: view.Page{Limit: 10}})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range apologies.Items {
		if a.PaidAt == 0 {
			t.Errorf("an apology was never paid: %+v", a)
		}
	}
	for _, user := range []string{"maya", "ingrid"} {
		if p := person(user); len(p.State.Holds) != 0 || p.State.ApologyDue {
			t.Errorf("%s has rested and was apologised to; still held by %+v", user, p.State.Holds)
		}
	}

	wei := person("liwei")
	if len(wei.State.Life) != 1 || wei.State.Life[0].Certainty != orrery.Verified || len(wei.State.Holds) != 1 {
		t.Errorf("Li Wei's loss is confirmed and holds: %+v", wei.State)
	}
	if slices.ContainsFunc(wei.Lists, func(l api.ProfileList) bool {
		return l.List == "NL-01" && (l.Desired != "remove" || l.State != "accepted")
	}) {
		t.Errorf("every destination has taken Li Wei off: %+v", wei.Lists)
	}

	intents, err := h.API.Views.Intents(ctx, view.IntentFilter{Page: view.Page{Limit: 100}})
	if err != nil {
		t.Fatal(err)
	}
	became := map[string]orrery.IntentState{}
	for _, x := range intents.Items {
		became[x.Theme] = x.State
	}
	if became["graduation"] != orrery.IntentAccepted || became["dress"] == orrery.IntentAccepted || became["dress"] == 0 {
		t.Errorf("the graduate got her offer and nobody got the dress: %v", became)
	}

	conflicts, err := h.API.Views.Conflicts(ctx, view.ConflictFilter{Page: view.Page{Limit: 10}})
	if err != nil || len(conflicts.Items) != 1 || !conflicts.Items[0].Contradicts || len(conflicts.Items[0].Teams) != 2 {
		t.Errorf("the two departments contradict each other once: %+v (%v)", conflicts.Items, err)
	}

	signals, err := h.API.Views.Signals(ctx, view.SignalFilter{Page: view.Page{Limit: 100}})
	if err != nil || !slices.ContainsFunc(signals.Items, func(s view.Signal) bool { return s.Signal == "life.engagement" && s.State == "missed" }) {
		t.Errorf("nobody acted on the engagement, and the list says so: %+v (%v)", signals.Items, err)
	}

	verified, err := h.Engine.Verify(ctx)
	if err != nil || len(verified.Differences) > 0 {
		t.Errorf("state and log differ after the demo: %v (%v)", verified, err)
	}
}

// changing is what differs between two tellings: places, keys, chunks and moments.
var changing = regexp.MustCompile(`127\.0\.0\.1:\d+|ork_\w+|chunk \d+ *|number \d+|\d\d:\d\d:\d\d\.\d{3}|/\S*/demo\d?`)

func TestTheDemoTellsTheSameTwice(t *testing.T) {
	dir := t.TempDir()
	first := changing.ReplaceAllString(play(t, filepath.Join(dir, "demo1")), "*")
	second := changing.ReplaceAllString(play(t, filepath.Join(dir, "demo2")), "*")
	if diff := cmp.Diff(strings.Split(first, "\n"), strings.Split(second, "\n")); diff != "" {
		t.Errorf("two tellings differ (-first +second):\n%s", diff)
	}
}

func TestTheDemoRefusesAPortInUseAndSomebodysDirectory(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	full := t.TempDir()
	if err := os.MkdirAll(filepath.Join(full, "main", "log"), 0o700); err != nil {
		t.Fatal(err)
	}
	for say, args := range map[string][]string{
		"give another address with --listen": {"demo", "--once", "--listen", l.Addr().String()},
		"is not empty":                       {"demo", "--once", "--dir", full},
		"0 or more":                          {"demo", "--once", "--speed=-1"},
	} {
		var out, errs bytes.Buffer
		if code := app.Main(args, &out, &errs); code != 1 || !strings.Contains(errs.String(), say) || out.Len() > 0 {
			t.Errorf("%v: code 1 and %q are expected; code %d: %s%s", args, say, code, errs.String(), out.String())
		}
	}
}
