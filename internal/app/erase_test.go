package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/go-json-experiment/json"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/app"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// receiver is a webhook destination that keeps what it got.
type receiver struct {
	*httptest.Server
	mu   sync.Mutex
	got  []string
	news chan struct{}
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{news: make(chan struct{}, 1)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		b, _ := io.ReadAll(q.Body)
		r.mu.Lock()
		r.got = append(r.got, string(b))
		r.mu.Unlock()
		select {
		case r.news <- struct{}{}:
		default:
		}
	}))
	t.Cleanup(r.Close)
	return r
}

// wait returns the first delivery that holds every text.
func (r *receiver) wait(t *testing.T, texts ...string) string {
	t.Helper()
	for until := time.After(20 * time.Second); ; {
		r.mu.Lock()
		for _, b := range r.got {
			all := true
			for _, text := range texts {
				all = all && strings.Contains(b, text)
			}
			if all {
				r.mu.Unlock()
				return b
			}
		}
		r.mu.Unlock()
		select {
		case <-r.news:
		case <-until:
			t.Fatalf("the destination never got %v; it got %v", texts, r.got)
		}
	}
}

const erasePolicy = `
audiences:
  - name: viewers
    rule: count("Product Viewed", "14d") >= 1
    advertising: true
destinations:
  - name: files
    kind: csv
    platform: google
  - name: hook
    kind: webhook
    url: %s
    private: true
    secrets: [ERASE_TEST_SECRET]
  - name: deaf
    kind: webhook
    url: https://nobody.invalid/hook
    secrets: [NO_SUCH_SECRET]
lists:
  - code: F-1
    destination: files
    audience: viewers
  - code: H-1
    destination: hook
    audience: viewers
channels:
  - channel: email
    destination: deaf
subscriptions:
  - destination: deaf
    events: ["*"]
  - destination: hook
    events: ["case.opened"]
`

// canaries stand in every place where the text of a person may be.
var canaries = []string{"canary-user", "canary@mail.example", "+33612345678", "canary-device", "CANARYTEXT", "CANARYTRAIT", "CANARYORDER", "CANARYINTENT",
	"CANARYTITLE", "CANARYBODY", "CANARYPRODUCT", "CANARYNOTE", "CANARYTHREAD", "CANARYCAMPAIGN", "CANARYMESSAGEID", "CANARYCOMMENT", "CANARYKEY"}

// village is a workspace with a person to erase, two others whose cases touch theirs, and neighbours.
type village struct {
	*testing.T
	*app.House
	data string
	next int
	hook *receiver
}

func newVillage(t *testing.T, neighbours int) *village {
	t.Setenv("ERASE_TEST_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	v := &village{T: t, data: t.TempDir(), hook: newReceiver(t)}
	var err error
	if v.House, err = app.OpenHouse(context.Background(), app.Settings{Dir: v.data, Name: "main", Policy: fmt.Sprintf(erasePolicy, v.hook.URL)}); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < neighbours; i += 500 {
		var inputs []engine.Input
		for n := i; n < min(i+500, neighbours); n++ {
			inputs = append(inputs, engine.Input{Touch: v.touch(orrery.Touch{Kind: orrery.Track, Name: "Product Viewed", Product: "kettle", Identifiers: ids(orrery.UserID, fmt.Sprint("n", n))})})
		}
		v.submit(inputs...)
	}
	return v
}

func ids(pairs ...any) (out []orrery.Identifier) {
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, orrery.Identifier{Namespace: pairs[i].(orrery.Namespace), Value: pairs[i+1].(string), Proven: true})
	}
	return out
}

func (v *village) touch(t orrery.Touch) *orrery.Touch {
	v.next++
	if t.MessageID == "" {
		t.MessageID = fmt.Sprint("m", v.next)
	}
	t.Source, t.Trust, t.At, t.Received = "shop", orrery.Server, v.Engine.Clock(), v.Engine.Clock()
	return &t
}

func (v *village) submit(inputs ...engine.Input) []engine.Result {
	v.Helper()
	results, err := v.Engine.Submit(context.Background(), inputs)
	if err != nil {
		v.Fatal(err)
	}
	for _, r := range results {
		if r.Err != nil {
			v.Fatal(r.Err)
		}
	}
	return results
}

func complains(t orrery.Touch) orrery.Touch {
	t.Kind, t.Channel = orrery.MessageTouch, "email"
	t.Signals = &orrery.Signals{Engine: "test", Language: "en", Polarity: orrery.Negative, Confidence: 950,
		Intents: []orrery.Label{{Name: orrery.IntentComplaint, Confidence: 950}}}
	if t.Identifiers[0].Value == "canary-user" {
		t.Signals.Intents[0].Evidence = []string{"CANARYTEXT"}
	}
	return t
}

var (
	canaryIDs = ids(orrery.UserID, "canary-user", orrery.Email, "canary@mail.example", orrery.Phone, "+33612345678", orrery.DeviceID, "canary-device")
	granted   = []orrery.ConsentClaim{{Purpose: orrery.Advertising, Channel: orrery.AnyChannel, Answer: orrery.Granted, How: "form"},
		{Purpose: orrery.Marketing, Channel: orrery.AnyChannel, Answer: orrery.Granted, How: "form"}}
)

// plant puts the canaries everywhere.
func (v *village) plant() {
	in := func(t orrery.Touch) engine.Input { return engine.Input{Touch: v.touch(t)} }
	v.submit(
		in(orrery.Touch{Kind: orrery.Identify, Identifiers: canaryIDs, MessageID: "CANARYMESSAGEID", Campaign: "CANARYCAMPAIGN", Consents: granted,
			Traits: []orrery.Trait{{Name: "firstName", Value: `"CANARYTRAIT"`}, {Name: "email", Value: `"canary@mail.example"`}}}),
		in(orrery.Touch{Kind: orrery.Track, Name: "Product Viewed", Product: "CANARYPRODUCT", Identifiers: canaryIDs}),
		in(orrery.Touch{Kind: orrery.OrderTouch, Identifiers: canaryIDs, Order: &orrery.Order{ID: "CANARYORDER", Total: orrery.Money{Minor: 100, Currency: "EUR"},
			Lines: []orrery.OrderLine{{Product: "CANARYPRODUCT", Quantity: 1}}}}),
		in(orrery.Touch{Kind: orrery.Group, Account: "acme", Identifiers: canaryIDs}),
		in(orrery.Touch{Kind: orrery.Group, Account: "acme", Identifiers: ids(orrery.UserID, "colleague")}),
	)
	v.hook.wait(v.T, `"add"`, "canary@mail.example")
	if err := v.Engine.Checkpoint(context.Background()); err != nil {
		v.Fatal(err)
	}
	v.submit(
		in(complains(orrery.Touch{Identifiers: canaryIDs, Message: &orrery.Message{Text: "CANARYTEXT was broken", Subject: "CANARYTITLE", Thread: "CANARYTHREAD", Order: "CANARYORDER",
			Affected: ids(orrery.Email, "mother@mail.example")}})),
		in(complains(orrery.Touch{Identifiers: ids(orrery.UserID, "neighbour"), Message: &orrery.Message{Text: "you wronged somebody", Subject: "about a friend", Order: "N-9",
			Affected: ids(orrery.Email, "canary@mail.example")}})),
		in(orrery.Touch{Kind: orrery.SurveyTouch, Identifiers: canaryIDs, Survey: &orrery.SurveyAnswer{Survey: "nps", Score: 1, Scale: 10, Comment: "CANARYCOMMENT"}}),
		engine.Input{Command: engine.Quarantine{Source: "shop", Trust: orrery.Server, MessageID: "CANARYMESSAGEID", Code: "test", Say: "bad",
			Body: []byte(`{"email":"canary@mail.example","text":"CANARYBODY"}`)}},
		engine.Input{Command: engine.Quarantine{Source: "shop", Trust: orrery.Server, Code: "test", Say: "bad", Body: []byte(`{"email":"other@mail.example"}`)}},
	)
	for _, class := range []orrery.Class{orrery.Commercial, orrery.Legal} {
		v.submit(engine.Input{Command: engine.Offer{Offer: act.Offer{Intent: orrery.Intent{Fragment: v.Engine.Find(orrery.UserID, "canary-user"), Key: "CANARYKEY" + string(class),
			Class: class, Channel: "email", Content: `{"text":"CANARYINTENT"}`, By: orrery.Actor{Name: "test", Trust: orrery.Staff}}}}})
	}
	if err := v.Engine.Checkpoint(context.Background()); err != nil {
		v.Fatal(err)
	}
	v.submit(in(orrery.Touch{Kind: orrery.Track, Name: "Product Viewed", Product: "CANARYPRODUCT", Identifiers: canaryIDs}))
}

// find looks for canaries everywhere below a directory: in the bytes of every file, in the facts of the log and in every
// entry of every file of the checkpoint, also those that nobody can reach any more.
func find(t *testing.T, dir string, texts []string) []string {
	t.Helper()
	// The store writes and removes tables beside us and tells nobody: one that is half written or just gone means
	// looking again.
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		found, err := findOnce(dir, texts)
		if err == nil {
			return found
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

func findOnce(dir string, texts []string) ([]string, error) {
	var found []string
	look := func(where string, b []byte) {
		for _, text := range texts {
			if bytes.Contains(b, []byte(text)) {
				found = append(found, where+": "+text)
			}
		}
	}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		look(path, b)
		if filepath.Ext(path) == ".sst" {
			return eachEntry(path, func(key, value []byte) {
				look(path+" (entry "+string(key[:1])+")", key)
				look(path+" (entry "+string(key[:1])+")", value)
			})
		}
		return nil
	})
	return found, err
}

func eachEntry(path string, f func(key, value []byte)) error {
	file, err := vfs.Default.Open(path)
	if err != nil {
		return err
	}
	readable, err := sstable.NewSimpleReadable(file)
	if err != nil {
		return err
	}
	r, err := sstable.NewReader(context.Background(), readable, sstable.ReaderOptions{Filters: map[string]sstable.FilterPolicy{"rocksdb.BuiltinBloomFilter": bloom.FilterPolicy(10)}})
	if err != nil {
		return err
	}
	defer r.Close()
	it, err := r.NewIter(sstable.NoTransforms, nil, nil, sstable.AssertNoBlobHandles)
	if err != nil {
		return err
	}
	defer it.Close()
	for kv := it.First(); kv != nil; kv = it.Next() {
		value, _, err := kv.Value(nil)
		if err != nil {
			return err
		}
		f(kv.K.UserKey, value)
	}
	return it.Error()
}

// nowhere fails when anything of the erased person is left.
func (v *village) nowhere(when string) {
	v.Helper()
	for _, f := range facts(v.T, v.House) {
		b, err := json.Marshal(f.Fact)
		if err != nil {
			v.Fatal(err)
		}
		for _, text := range canaries {
			if bytes.Contains(b, []byte(text)) {
				v.Errorf("%s: the log still says %s in %s: %.300s", when, text, engine.FactName(f.Fact), b)
			}
		}
	}
	for _, where := range find(v.T, v.data, canaries) {
		v.Errorf("%s: still there: %s", when, where)
	}
	verified, err := v.Engine.Verify(context.Background())
	if err != nil || len(verified.Differences) > 0 {
		v.Errorf("%s: state and log differ: %v %+v", when, err, verified)
	}
}

func (v *village) erase(t *testing.T, ref string) *engine.Receipt {
	t.Helper()
	receipt, err := v.House.Erase(context.Background(), ref, "R-1")
	if err != nil {
		t.Fatal(err)
	}
	return receipt
}

func TestAfterAnErasureNoByteOfThePersonIsLeftAndOthersKeepTheirs(t *testing.T) {
	v := newVillage(t, 2000)
	defer func() {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	}()
	v.plant()
	if len(find(t, v.data, canaries[:1])) == 0 {
		t.Fatal("the test finds no canary before the erasure, so it would find none after")
	}
	if p, err := v.Engine.Person(context.Background(), v.Engine.Find(orrery.UserID, "neighbour"), 0); err != nil || len(p.Desk.Open()) != 1 {
		t.Fatalf("the test needs a case that the neighbour reported: %v %+v", err, p)
	}
	backup := filepath.Join(t.TempDir(), "backup")
	if _, err := v.Backup(context.Background(), backup); err != nil {
		t.Fatal(err)
	}
	keys := filepath.Join(t.TempDir(), "keys")
	run(t, "--data", v.data, "backup", "--keys", keys)

	person := v.Engine.Find(orrery.UserID, "canary-user")
	receipt := v.erase(t, "email:canary@mail.example")
	v.nowhere("after the erasure")
	v.hook.wait(t, `"remove"`, receipt.Person.String())
	told := v.hook.wait(t, `"type":"person.erased"`)
	for _, i := range canaryIDs {
		if id := v.Engine.Find(i.Namespace, i.Value); !strings.Contains(told, id.String()) {
			t.Errorf("a subscriber who knows the person as %s is not told to forget it: %s", id, told)
		}
	}
	for _, text := range append(canaries, "R-1", "cli") {
		if strings.Contains(told, text) {
			t.Errorf("the notice of an erasure says %s: %s", text, told)
		}
	}
	if !strings.Contains(fmt.Sprint(receipt.Cleaned), "phone numbers as people wrote them") {
		t.Errorf("the receipt does not say that remembered phone numbers are gone: %v", receipt.Cleaned)
	}
	if _, err := v.Engine.Person(context.Background(), person, 0); orrery.KindOf(err) != orrery.KindNotFound {
		t.Errorf("the person can still be read: %v", err)
	}
	mother, err := v.Engine.Person(context.Background(), v.Engine.Find(orrery.Email, "mother@mail.example"), 0)
	if err != nil || len(mother.Experience.Holds) == 0 || len(mother.Desk.Open()) != 1 {
		t.Errorf("the mother who was wronged lost her case or her hold: %v %+v", err, mother)
	}
	neighbour, err := v.Engine.Person(context.Background(), v.Engine.Find(orrery.UserID, "neighbour"), 0)
	if err != nil || len(neighbour.Desk.Open()) != 1 || neighbour.Desk.Open()[0].Case.Title != "about a friend" {
		t.Errorf("the neighbour lost their case: %v %+v", err, neighbour.Desk.Open())
	}
	account, err := v.Engine.Account("acme")
	if err != nil || len(account.Members) != 1 {
		t.Errorf("the account has members %v (%v), want the colleague alone", account, err)
	}
	if n, _, err := v.API.Views.QuarantineContaining(context.Background(), []string{"other@mail.example"}); err != nil || len(n) != 1 {
		t.Errorf("somebody else's event left the quarantine: %v %v", n, err)
	}

	// Whoever comes again is new, and hears nothing commercial.
	came := v.submit(engine.Input{Touch: v.touch(orrery.Touch{Kind: orrery.Identify, MessageID: "CANARYMESSAGEID", Identifiers: ids(orrery.UserID, "canary-user"), Consents: granted})})
	if came[0].Duplicate {
		t.Fatal("the id of a message is still known that the erased person sent")
	}
	again, err := v.Engine.Person(context.Background(), person, 0)
	if err != nil || again.Known.Touches != 1 || len(again.Experience.Holds) != 0 {
		t.Fatalf("who comes again is not new: %v %+v", err, again)
	}
	entries, _, err := v.Engine.Timeline(person, engine.Cursor{}, 100)
	if err != nil || len(entries) == 0 || entries[len(entries)-1].At.Seq <= receipt.Seq {
		t.Errorf("the timeline of who comes again reaches back before the erasure: %v %v", err, entries)
	}
	answer, err := v.Engine.Ask(context.Background(), &orrery.Intent{Fragment: person, Class: orrery.Commercial, Channel: "email", At: v.Engine.Clock()})
	if err != nil || answer.Reason != "gate.erased" {
		t.Errorf("who asked to be forgotten may be sent offers: %+v %v", answer, err)
	}
	verified, err := v.Engine.Verify(context.Background())
	if err != nil || len(verified.Differences) > 0 {
		t.Errorf("after coming again: state and log differ: %v %+v", err, verified)
	}
	register := filepath.Join(v.data, "main", engine.RegisterName)

	// A backup from before the erasure, with the register of now.
	restored := filepath.Join(t.TempDir(), "restored")
	out := run(t, "restore", backup, "--into", restored, "--keys", keys, "--register", register)
	if !strings.Contains(out, "1 people who stand in the erasure register were erased again") {
		t.Errorf("the restore says: %s", out)
	}
	h, err := app.OpenHouse(context.Background(), app.Settings{Dir: restored, Name: "main", Still: true})
	if err != nil {
		t.Fatal(err)
	}
	(&village{T: t, House: h, data: restored}).nowhere("in the restored backup")
	if err := h.Close(); err != nil {
		t.Error(err)
	}
}

func TestAnErasureThatWasCutOffIsFinishedAtTheNextStart(t *testing.T) {
	v := newVillage(t, 10)
	v.plant()
	cut := fmt.Errorf("the power fails")
	_, err := v.Engine.Erase(context.Background(), engine.Erase{Fragment: v.Engine.Find(orrery.UserID, "canary-user"), By: orrery.Actor{Name: "test", Trust: orrery.Staff},
		Elsewhere: func(context.Context, *engine.Erasure, orrery.Seq) ([]engine.Cleaned, error) { return nil, cut }})
	if err != cut {
		t.Fatalf("the erasure ends with %v", err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if v.House, err = app.OpenHouse(context.Background(), app.Settings{Dir: v.data, Name: "main"}); err != nil {
		t.Fatal(err)
	}
	canaries := canaries // quarantined events were not asked for
	if left := find(t, filepath.Join(v.data, "main", "audiences"), canaries); len(left) > 0 {
		t.Errorf("still in audience files: %v", left)
	}
	if _, err := os.Stat(filepath.Join(v.data, "main", "erasing")); err == nil {
		t.Error("the plan of the erasure is still there")
	}
	verified, err := v.Engine.Verify(context.Background())
	if err != nil || len(verified.Differences) > 0 {
		t.Errorf("state and log differ: %v %+v", err, verified)
	}
	if err := v.Close(); err != nil {
		t.Error(err)
	}
}
