package explain_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/explain"
	"github.com/orrery-cxm/orrery/internal/i18n"
)

var update = flag.Bool("update", false, "write the golden sentences anew")

const storyPolicy = `
audiences:
  - name: runners
    rule: count("Product Viewed", "14d") >= 2
    advertising: true
destinations:
  - name: ads
    kind: csv
    platform: meta
  - name: mailer
    kind: webhook
    url: https://mail.example/hook
    secrets: [MAILER_SECRET]
lists:
  - code: X-01
    destination: ads
    audience: runners
channels:
  - channel: email
    destination: mailer
`

var start = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

// house is a real workspace whose clock and loop the story moves.
type house struct {
	*testing.T
	w    *engine.Workspace
	now  time.Time
	next int
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{T: t, now: start}
	policy, err := engine.ParsePolicy(storyPolicy)
	if err != nil {
		t.Fatal(err)
	}
	h.w, err = engine.Open(context.Background(), engine.Options{Dir: t.TempDir(), Workspace: "test", Policy: policy, Driven: true,
		Now: func() time.Time { return h.now }, Elapsed: func() time.Duration { return h.now.Sub(start) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.w.Kill() })
	return h
}

// later moves the clock on, hour by hour, ringing what is due.
func (h *house) later(d time.Duration) {
	for until := h.now.Add(d); h.now.Before(until); {
		h.now = h.now.Add(min(time.Hour, until.Sub(h.now)))
		for h.w.RunDue(1000) > 0 {
		}
	}
}

func (h *house) try(in engine.Input) engine.Result {
	h.Helper()
	results, err := h.w.Drive(in)
	if err != nil {
		h.Fatal(err)
	}
	return results[0]
}

func (h *house) do(c engine.Command) any {
	h.Helper()
	r := h.try(engine.Input{Command: c})
	if r.Err != nil {
		h.Fatal(r.Err)
	}
	return r.Value
}

// touch submits a touch a minute after what came before, and gives its id.
func (h *house) touch(t orrery.Touch) orrery.TouchID {
	h.Helper()
	h.now = h.now.Add(time.Minute)
	h.next++
	t.MessageID = fmt.Sprintf("m%d", h.next)
	if t.Source == "" {
		t.Source, t.Trust = "shop", orrery.Server
	}
	t.Received = orrery.InstantOf(h.now)
	t.At = t.Received
	r := h.try(engine.Input{Touch: &t})
	if r.Err != nil {
		h.Fatal(r.Err)
	}
	facts, err := h.w.Chunk(context.Background(), r.Seq)
	if err != nil {
		h.Fatal(err)
	}
	for _, f := range facts {
		if x, ok := f.Fact.(*orrery.TouchRecorded); ok && x.Touch.MessageID == t.MessageID {
			return orrery.TouchID(f.At.ID())
		}
	}
	h.Fatal("the touch is not in its chunk")
	return 0
}

func (h *house) id(user string) orrery.FragmentID { return h.w.Find(orrery.UserID, user) }

func (h *house) person(user string) *engine.Person {
	h.Helper()
	p, err := h.w.Person(context.Background(), h.id(user), 0)
	if err != nil {
		h.Fatal(err)
	}
	return p
}

// offer offers a message to somebody and gives its id.
func (h *house) offer(user string, in orrery.Intent) orrery.IntentID {
	h.Helper()
	h.now = h.now.Add(time.Minute)
	in.Fragment, in.By = h.id(user), orrery.Actor{Name: "crm", Trust: orrery.Server}
	if in.Class == "" {
		in.Class = orrery.Commercial
	}
	in.Channel = "email"
	return h.do(engine.Offer{Offer: act.Offer{Intent: in}}).(*orrery.IntentOffered).Intent.ID
}

// attempt begins an attempt to send what waits for the mailer and ends it with an outcome.
func (h *house) attempt(o orrery.Outcome, detail string, next orrery.Instant, overtaken bool) {
	h.Helper()
	h.now = h.now.Add(time.Minute)
	items, _ := h.w.Take("mailer", 1)
	if len(items) != 1 {
		h.Fatal("nothing waits for the mailer")
	}
	f := h.do(engine.Release{Release: act.Release{Fragment: items[0].Fragment, Effect: items[0].Effect}}).(*orrery.EffectReleased)
	h.do(engine.Answered{Answered: act.Answered{Fragment: items[0].Fragment, Effect: items[0].Effect, Attempt: f.Attempt, Outcome: o,
		Detail: detail, NotBefore: next, Overtaken: overtaken}})
	h.w.Done(&items[0])
}

func user(id string) []orrery.Identifier {
	return []orrery.Identifier{{Namespace: orrery.UserID, Value: id, Proven: true}}
}

func view(id, product string) orrery.Touch {
	return orrery.Touch{Kind: orrery.Track, Name: "Product Viewed", Identifiers: user(id), Product: product, Channel: "web"}
}

func complaint(id string) orrery.Touch {
	return orrery.Touch{Kind: orrery.MessageTouch, Identifiers: user(id), Channel: "email", Message: &orrery.Message{Text: "It broke again and nobody answers"},
		Signals: &orrery.Signals{Engine: "test", Language: "en", Polarity: orrery.Negative, Confidence: 950, Evidence: []string{"broke", "nobody"},
			Intents: []orrery.Label{{Name: orrery.IntentComplaint, Confidence: 950, Evidence: []string{"broke again"}}}}}
}

func consent(id string) orrery.Touch {
	return orrery.Touch{Kind: orrery.Identify, Identifiers: user(id),
		Consents: []orrery.ConsentClaim{{Purpose: orrery.Advertising, Channel: orrery.AnyChannel, Answer: orrery.Granted, How: "form"},
			{Purpose: orrery.Marketing, Channel: orrery.AnyChannel, Answer: orrery.Granted, How: "form"}}}
}

// explainedID is any id; fragments are keyed hashes, which differ from run to run.
var explainedID = regexp.MustCompile(`(per|tch|cas|hld|lif|int|eff|rev|lnk)_[0-9a-z]{13}`)

// golden compares the sentences in every language with the story's file. Ids are numbered in the order of their sight.
func (h *house) golden(name string, a *explain.Answer) {
	h.Helper()
	var b strings.Builder
	for _, lang := range i18n.Languages {
		fmt.Fprintf(&b, "# %s\n%s\n\n", lang, strings.Join(a.Sentences(lang), "\n"))
	}
	seen := map[string]string{}
	got := explainedID.ReplaceAllStringFunc(b.String(), func(id string) string {
		if seen[id] == "" {
			seen[id] = fmt.Sprintf("%s#%d", id[:3], len(seen)+1)
		}
		return seen[id]
	})
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			h.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		h.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
		h.Errorf("the story is told otherwise (run with -update when that is meant):\n%s", d)
	}
}

// says checks the verdict and that the English sentences hold each text.
func (h *house) says(a *explain.Answer, verdict string, texts ...string) {
	h.Helper()
	if a.Verdict != verdict {
		h.Errorf("the verdict is %q, expected %q", a.Verdict, verdict)
	}
	all := strings.Join(a.Sentences("en"), "\n")
	for _, text := range texts {
		if !strings.Contains(all, text) {
			h.Errorf("%q is not said:\n%s", text, all)
		}
	}
}
