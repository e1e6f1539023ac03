package second_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen/provider"
)

// fails makes the endpoint answer with a status n times, then well.
func (w *world) fails(n, status int, after string) {
	left := n
	w.serves(func(out http.ResponseWriter, text string) {
		w.mu.Lock()
		left--
		over := left < 0
		w.mu.Unlock()
		if !over {
			out.Header().Set("Retry-After", after)
			out.WriteHeader(status)
			return
		}
		w.says(angry)
		w.current()(out, text)
	})
}

func TestAFailureIsTriedAgainWithGrowingPauses(t *testing.T) {
	w := newWorld(t, always)
	w.fails(2, 503, "")
	r := w.writes("ann", "odd")
	if diff := cmp.Diff([]time.Duration{500 * time.Millisecond, time.Second}, w.paused); diff != "" || w.heard(r).Signals.Revision != 2 {
		t.Errorf("pauses (-want +got):\n%s", diff)
	}
	w.fails(3, 503, "")
	r = w.writes("ann", "odder")
	if c := w.panel.Counts()["mind"]; c.Failed != 1 || w.heard(r).Signals.Revision != 1 {
		t.Errorf("after three attempts the first answer stands: %+v", c)
	}
}

func TestAnEndpointThatAsksForAPauseGetsIt(t *testing.T) {
	w := newWorld(t, always)
	w.fails(1, 429, "90")
	r := w.writes("ann", "odd")
	if diff := cmp.Diff([]time.Duration{90 * time.Second}, w.paused); diff != "" || w.heard(r).Signals.Revision != 2 {
		t.Errorf("pauses (-want +got):\n%s", diff)
	}
}

func TestAWrongKeyIsNotTriedAgain(t *testing.T) {
	w := newWorld(t, always)
	w.fails(1, 401, "")
	r := w.writes("ann", "odd")
	if len(w.paused) != 0 || w.heard(r).Signals.Revision != 1 || w.asked() != "odd" {
		t.Errorf("asked %q, paused %v", w.asked(), w.paused)
	}
}

func TestAProviderThatFailsAgainAndAgainIsLeftAlone(t *testing.T) {
	w := newWorld(t, always)
	w.fails(6, 500, "")
	w.writes("ann", "one")      // three failures
	r := w.writes("ann", "two") // two more open the breaker for a minute, the sixth, to see, for two; then all is well
	var rests []time.Duration
	for _, d := range w.paused {
		if d >= 10*time.Second {
			rests = append(rests, d.Round(10*time.Second))
		}
	}
	if diff := cmp.Diff([]time.Duration{time.Minute}, rests); diff != "" {
		t.Errorf("rests (-want +got):\n%s", diff)
	}
	if w.heard(r).Signals.Revision != 1 {
		t.Errorf("three attempts, no answer")
	}
	if _, err := w.panel.Write(context.Background(), provider.Writing{Text: "x", To: "de"}); orrery.KindOf(err) != orrery.KindUnavailable {
		t.Errorf("while it is left alone nobody waits for a translation: %v", err)
	}
	r = w.writes("ann", "three")
	if w.heard(r).Signals.Revision != 2 {
		t.Errorf("after the rest it is asked again")
	}
	if got := w.paused[len(w.paused)-1].Round(10 * time.Second); got != 2*time.Minute {
		t.Errorf("the second rest is %s, want twice the first", got)
	}
}

func TestAnAnswerThatIsWrongIsNoOpinion(t *testing.T) {
	w := newWorld(t, always)
	for _, content := range []string{"As you wish, master.", `{"polarity":{"name":"negative","confidence":12},"intents":[]}`, `{}`} {
		w.says(content)
		r := w.writes("ann", "text for "+content[:2]+strings.Repeat(".", len(content)))
		if h := w.heard(r); h.Signals.Revision != 1 {
			t.Errorf("%q became %+v", content, h.Signals)
		}
	}
	if c := w.panel.Counts()["mind"]; c.Refused != 3 {
		t.Errorf("counts %+v", c)
	}
}

func TestAProviderThatLeavesTakesNothingWithIt(t *testing.T) {
	w := newWorld(t, always)
	release := make(chan struct{})
	w.serves(func(http.ResponseWriter, string) { <-release })
	defer close(release)
	r := w.records("ann", "odd")
	for range 100 { // more than may wait
		w.records("ann", "odd")
	}
	none := provider.DefaultPolicy()
	w.panel.Set(&none)
	w.settle()
	if h := w.heard(r); h.Signals.Revision != 1 {
		t.Errorf("%+v", h.Signals)
	}
}

func TestWritingIsMaskedAndNotKept(t *testing.T) {
	w := newWorld(t, always)
	w.says(`{"text":"Rufen Sie [phone] an."}`)
	got, err := w.panel.Write(context.Background(), provider.Writing{Text: "call +49 170 1234567", To: "de", Note: "or ann@example.com"})
	if err != nil || got.Text != "Rufen Sie [phone] an." || got.Engine != "mind/small" || w.asked() != "call [phone]" {
		t.Errorf("%+v (%v), asked %q", got, err, w.asked())
	}
	none := provider.DefaultPolicy()
	w.panel.Set(&none)
	if _, err := w.panel.Write(context.Background(), provider.Writing{Text: "x", To: "de"}); orrery.KindOf(err) != orrery.KindUnavailable {
		t.Errorf("a writer that is not there: %v", err)
	}
}
