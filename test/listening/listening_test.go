package listening

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"testing"

	"github.com/orrery-cxm/orrery/internal/listen"
	"github.com/orrery-cxm/orrery/internal/listen/eval"
)

var update = flag.Bool("update", false, "write HASH, after a change that a dated note gives the reason for")

// blind is the set, or the reason why there is none.
func blind(t *testing.T) *eval.Blind {
	t.Helper()
	b, err := eval.FindBlind(".")
	if err != nil {
		t.Fatalf("put right what breaks the guidelines of README.md: %v", err)
	}
	if b == nil {
		t.Fatal("the messages of the blind set, messages-*.jsonl, are not here: bring them back, see README.md")
	}
	return b
}

func TestTheBlindSetIsTheOneThatWasFixed(t *testing.T) {
	blind(t)
	hash, digest, err := eval.Fixed(".")
	if *update {
		if err := os.WriteFile("HASH", []byte(hash), 0o644); err != nil {
			t.Fatal(err)
		}
		_, _, err = eval.Fixed(".")
	}
	if err != nil {
		t.Fatalf("%v\nwhoever may change the set runs go test ./test/listening -run Fixed -update and adds a note with %s to README.md", err, digest)
	}
}

// floors guard against a broken engine or broken labels and are far below what either should reach: nobody is to tune to
// them, and they are not raised.
const (
	floorPolarity = 0.5
	floorKappa    = 0.4
)

func TestTheBlindSetIsMeasured(t *testing.T) {
	b := blind(t)
	if !b.Labelled() {
		t.Fatal("labels-a.jsonl or labels-b.jsonl is not here: bring it back, see README.md")
	}
	e, err := listen.New(listen.Options{})
	if err != nil {
		t.Fatal(err)
	}
	report, cost, err := eval.Run(e, ".")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := report.Print(&out, cost, true); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s", out.Bytes())
	at := slices.IndexFunc(report.Results, func(r eval.Result) bool { return r.Set == "blind" && r.Task == eval.Polarity })
	if at < 0 || report.Results[at].Rows < len(b.Messages)/2 {
		t.Fatalf("the annotators agree on the polarity of less than half of %d messages: the labels or the loader are broken", len(b.Messages))
	}
	if f := report.Results[at].Accuracy; f.Value < floorPolarity {
		t.Errorf("polarity is right in %s: below %.2f the engine is broken", f, floorPolarity)
	}
	for _, a := range report.Agreement {
		if a.Head == "polarity" && a.Kappa < floorKappa {
			t.Errorf("Cohen's kappa of polarity is %.3f: below %.1f the labels are broken", a.Kappa, floorKappa)
		}
	}
	for _, task := range []eval.Task{eval.Polarity, eval.Emotion, eval.Urgent, eval.Hold, eval.Intents, eval.Events, eval.Risks, eval.Personal} {
		if !slices.ContainsFunc(report.Results, func(r eval.Result) bool { return r.Set == "blind" && r.Task == task && r.Accuracy != nil }) {
			t.Errorf("no figure of %s was computed", task)
		}
	}
}
