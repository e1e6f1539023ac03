package app_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/app"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// run runs the command line in this process and returns what it prints.
func run(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := app.Main(args, &out, &errs); code != 0 {
		t.Fatalf("orrery %v ended with %d: %s%s", args, code, out.String(), errs.String())
	}
	return out.String()
}

// mailPolicy has somebody who takes messages; there is no such address, so nothing goes out.
const mailPolicy = `
destinations:
  - name: mailer
    kind: webhook
    url: https://mail.invalid/hook
    secrets: [NO_SUCH_SECRET]
channels:
  - channel: email
    destination: mailer
`

func openHouse(t *testing.T, data string) *app.House {
	t.Helper()
	h, err := app.OpenHouse(context.Background(), app.Settings{Dir: data, Name: "main", Policy: mailPolicy})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestABackupUnderLoadRestoresToTheSameHistoryAndPausesEffects(t *testing.T) {
	data, elsewhere := t.TempDir(), t.TempDir()
	backup, keys := filepath.Join(elsewhere, "backup"), filepath.Join(elsewhere, "keys")
	h := openHouse(t, data)
	door, err := app.OpenControl(h)
	if err != nil {
		t.Fatal(err)
	}
	var stop atomic.Bool
	var load sync.WaitGroup
	sent := make(chan struct{}, 1)
	for n := range 2 {
		load.Go(func() {
			for i := 0; !stop.Load(); i++ {
				touch := orrery.Touch{Kind: orrery.Track, Name: "Product Viewed", Source: "shop", Trust: orrery.Server, MessageID: fmt.Sprintf("%d-%d", n, i), Channel: "web",
					Product: "kettle", At: h.Engine.Clock(), Received: h.Engine.Clock(), Identifiers: []orrery.Identifier{{Namespace: orrery.UserID, Value: fmt.Sprint(i % 300), Proven: true}}}
				if _, err := h.Engine.Submit(context.Background(), []engine.Input{{Touch: &touch}}); err != nil {
					t.Errorf("the workspace refuses a touch during a backup: %v", err)
					return
				}
				if i == 400 {
					sent <- struct{}{}
				}
			}
		})
	}
	<-sent
	run(t, "--data", data, "backup", backup)
	stop.Store(true)
	load.Wait()
	run(t, "--data", data, "backup", "--keys", keys)
	before := offer(t, h)
	wanted := facts(t, h)
	if err := door.Close(); err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if found, _ := filepath.Glob(filepath.Join(backup, "*key*")); len(found) > 0 {
		t.Errorf("the backup holds keys: %v", found)
	}

	again := filepath.Join(elsewhere, "again")
	run(t, "restore", backup, "--into", again, "--keys", keys)
	h = openHouse(t, again)
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	v, err := h.Engine.Verify(context.Background())
	if err != nil || len(v.Differences) > 0 {
		t.Fatalf("the restored workspace does not verify: %v %v", err, v)
	}
	got := facts(t, h)
	began := 0
	for ; began < len(got) && got[began].At.Incarnation == 1; began++ {
	}
	if began < 400 || began > len(wanted) {
		t.Fatalf("%d facts of the old life are restored, of %d", began, len(wanted))
	}
	if d := cmp.Diff(wanted[:began], got[:began]); d != "" {
		t.Errorf("the restored history differs (-backed up +restored):\n%.2000s", d)
	}
	after := offer(t, h)
	if before.Intent.ID == after.Intent.ID || orrery.Stamp.ID(orrery.Stamp{Incarnation: 2})>>54 != uint64(after.Intent.ID)>>54 {
		t.Errorf("ids of the new life (%s) do not tell it from the old one (%s)", after.Intent.ID, before.Intent.ID)
	}
	if runs, _ := filepath.Glob(filepath.Join(backup, "dedupe", "*.run")); len(runs) == 0 {
		t.Error("the backup holds no message ids: the first start would have to read them from the log")
	}
	known := orrery.Touch{Kind: orrery.Track, Name: "Product Viewed", Source: "shop", Trust: orrery.Server, MessageID: "0-5", Channel: "web",
		At: h.Engine.Clock(), Received: h.Engine.Clock(), Identifiers: []orrery.Identifier{{Namespace: orrery.UserID, Value: "5", Proven: true}}}
	if results, err := h.Engine.Submit(context.Background(), []engine.Input{{Touch: &known}}); err != nil || !results[0].Duplicate {
		t.Errorf("what was taken before the backup is taken again after the restore: %+v %v", results, err)
	}
	if !h.Engine.Paused() {
		t.Error("effects go out after a restore before anybody resumed them")
	}
}

// offer puts a message that always passes to the gate.
func offer(t *testing.T, h *app.House) *orrery.IntentOffered {
	t.Helper()
	v, _, err := h.Engine.Do(context.Background(), engine.Offer{Offer: act.Offer{Intent: orrery.Intent{Fragment: h.Engine.Find(orrery.UserID, "1"),
		Class: orrery.Legal, Channel: "email", Content: `{}`, By: orrery.Actor{Name: "test", Trust: orrery.Staff}}}})
	if err != nil {
		t.Fatal(err)
	}
	return v.(*orrery.IntentOffered)
}

func facts(t *testing.T, h *app.House) (all []engine.Fact) {
	t.Helper()
	err := h.Engine.ReadLog(context.Background(), 0, func(b engine.Batch) error {
		all = append(all, b.Facts...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestADamagedOrForeignBackupIsRefusedAndLeavesNothingBehind(t *testing.T) {
	data, elsewhere := t.TempDir(), t.TempDir()
	backup, keys := filepath.Join(elsewhere, "backup"), filepath.Join(elsewhere, "keys")
	if err := openHouse(t, data).Close(); err != nil {
		t.Fatal(err)
	}
	run(t, "--data", data, "backup", backup)
	run(t, "--data", data, "backup", "--keys", keys)
	segment, err := filepath.Glob(filepath.Join(backup, "log", "*.log"))
	if err != nil || len(segment) != 1 {
		t.Fatalf("the backup holds segments %v (%v)", segment, err)
	}
	whole, err := os.ReadFile(segment[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func() error{
		"a flipped byte": func() error {
			broken := bytes.Clone(whole)
			broken[len(broken)/2] ^= 1
			return os.WriteFile(segment[0], broken, 0o600)
		},
		"a missing file": func() error { return os.Remove(segment[0]) },
		"a foreign file": func() error { return os.WriteFile(filepath.Join(backup, "log", "x"), nil, 0o600) },
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		into := filepath.Join(elsewhere, "into")
		var out, errs bytes.Buffer
		if code := app.Main([]string{"restore", backup, "--into", into, "--keys", keys}, &out, &errs); code != 1 {
			t.Errorf("%s: the restore ended with %d: %s", name, code, errs.String())
		}
		if _, err := os.Stat(into); err == nil {
			t.Errorf("%s: a refused restore left %s behind", name, into)
		}
		_ = os.Remove(filepath.Join(backup, "log", "x"))
		if err := os.WriteFile(segment[0], whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run(t, "restore", backup, "--into", filepath.Join(elsewhere, "into"), "--keys", keys)
}
