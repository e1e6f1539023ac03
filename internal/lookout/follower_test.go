package lookout

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

var epoch = orrery.InstantOf(time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC))

// tape is a log in memory, which takes what is noticed like a workspace does.
type tape struct {
	mu       sync.Mutex
	chunks   []engine.Batch
	salt     string
	now      orrery.Instant
	watchers map[chan engine.Batch]bool
	refuse   error         // of the next recording
	first    []orrery.Fact // come into the log just before what is recorded next
	noticed  int
	reads    int
}

func newTape(salt string) *tape {
	return &tape{salt: salt, now: epoch, watchers: map[chan engine.Batch]bool{}}
}

func (t *tape) put(facts ...orrery.Fact) orrery.Seq {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.append(facts)
}

func (t *tape) append(facts []orrery.Fact) orrery.Seq {
	b := engine.Batch{Seq: orrery.Seq(len(t.chunks) + 1), Incarnation: 1, Time: t.now, Hash: sha256.Sum256(fmt.Append(nil, t.salt, len(t.chunks)))}
	for i, f := range facts {
		at := orrery.Stamp{Incarnation: 1, Seq: b.Seq, Index: uint32(i), Time: t.now}
		if a, ok := f.(*orrery.AlertRaised); ok {
			n := *a
			n.Alert.ID = orrery.AlertID(at.ID())
			f = &n
		}
		b.Facts = append(b.Facts, engine.Fact{Fact: f, At: at})
	}
	t.chunks = append(t.chunks, b)
	for w := range t.watchers {
		select {
		case w <- b:
		default:
			delete(t.watchers, w)
			close(w)
		}
	}
	return b.Seq
}

func (t *tape) Watch(buffer int) (<-chan engine.Batch, func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := make(chan engine.Batch, buffer)
	t.watchers[c] = true
	return c, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.watchers[c] {
			delete(t.watchers, c)
			close(c)
		}
	}
}

func (t *tape) ReadLog(_ context.Context, after orrery.Seq, f func(engine.Batch) error) error {
	t.mu.Lock()
	chunks := t.chunks[min(int(after), len(t.chunks)):]
	t.reads += len(chunks)
	t.mu.Unlock()
	for _, b := range chunks {
		if err := f(b); err != nil {
			return err
		}
	}
	return nil
}

func (t *tape) Seq() orrery.Seq {
	t.mu.Lock()
	defer t.mu.Unlock()
	return orrery.Seq(len(t.chunks))
}

func (t *tape) Clock() orrery.Instant {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.now
}

func (t *tape) pass(d orrery.Span) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now = t.now.Add(d)
}

func (t *tape) Do(_ context.Context, c engine.Command) (any, orrery.Seq, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.refuse; err != nil {
		t.refuse = nil
		return nil, 0, err
	}
	for _, f := range t.first {
		t.append([]orrery.Fact{f})
	}
	t.first = nil
	n := c.(engine.Noticed)
	t.noticed += len(n.Facts)
	return len(n.Facts), t.append(n.Facts), nil
}

// raised are the alerts in the log.
func (t *tape) raised() (out []*orrery.AlertRaised) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, b := range t.chunks {
		for _, f := range b.Facts {
			if a, ok := f.Fact.(*orrery.AlertRaised); ok {
				out = append(out, a)
			}
		}
	}
	return out
}

// complains is somebody who complains about a refund.
func complains(who uint64, text string) *orrery.TouchRecorded {
	id := orrery.FragmentID(0xABCD_0000_0000_0000 + who)
	return &orrery.TouchRecorded{Anchor: id, Person: id, Touch: orrery.Touch{Kind: orrery.MessageTouch, Locale: "en-GB", Message: &orrery.Message{Text: text},
		Signals: &orrery.Signals{Language: "en", Polarity: orrery.Negative, Confidence: 900, Aspects: []orrery.Label{{Name: "refund", Confidence: 700}}}}}
}

func (t *tape) burst(from, to uint64) {
	for i := from; i < to; i++ {
		t.put(complains(i, fmt.Sprint("where is my refund ", strings.Repeat("z", int(3+i)))))
		t.pass(orrery.Second)
	}
}

func open(t *testing.T, dir string, s *tape, still bool) *Follower {
	t.Helper()
	f := Open(Options{Dir: dir, Source: s, Still: still, Look: time.Millisecond})
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func reach(t *testing.T, f *Follower, seq orrery.Seq) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := f.Wait(ctx, seq); err != nil {
		t.Fatal(err)
	}
}

// alerted waits until the log has so many alerts.
func alerted(t *testing.T, f *Follower, s *tape, n int) {
	t.Helper()
	for until := time.Now().Add(10 * time.Second); len(s.raised()) < n; {
		if time.Now().After(until) {
			t.Fatalf("%d alerts are in the log; %d are expected", len(s.raised()), n)
		}
		seq := s.put(&orrery.ClockJumped{})
		reach(t, f, seq)
	}
}

func verified(t *testing.T, f *Follower) {
	t.Helper()
	if d, err := f.Verify(context.Background()); err != nil || len(d) != 0 {
		t.Errorf("the radar is not what the log says: %v (%v)", d, err)
	}
}

func TestWhatIsNoticedIsRecordedOnceAndComesBackAfterARestart(t *testing.T) {
	s, dir := newTape("a"), t.TempDir()
	f := open(t, dir, s, false)
	s.burst(0, 40)
	alerted(t, f, s, 1)
	verified(t, f)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	s.burst(40, 60) // while nobody looks
	read := s.reads
	f = open(t, dir, s, false)
	reach(t, f, s.Seq())
	if n := s.reads - read; n > 60 {
		t.Errorf("after a restart %d chunks were read; only those since are needed", n)
	}
	alerted(t, f, s, 1)
	verified(t, f)
	if n := len(s.raised()); n != 1 {
		t.Errorf("one burst is %d alerts in the log", n)
	}
}

func TestWhatComesWhileAnAlertIsRecordedDoesNotRaiseItAgain(t *testing.T) {
	s := newTape("a")
	for i := range uint64(20) {
		s.first = append(s.first, complains(1000+i, "where is my refund"))
	}
	f := open(t, t.TempDir(), s, false)
	s.burst(0, 40)
	alerted(t, f, s, 1)
	reach(t, f, s.Seq())
	if n := len(s.raised()); n != 1 {
		t.Errorf("one burst is %d alerts in the log", n)
	}
}

func TestABurstDuringAPauseIsNoticedAtTheStart(t *testing.T) {
	s := newTape("a")
	s.burst(0, 40)
	alerted(t, open(t, t.TempDir(), s, false), s, 1)
}

func TestWhatCouldNotBeRecordedIsTriedAgain(t *testing.T) {
	s := newTape("a")
	s.refuse = errors.New("the disk is full")
	f := open(t, t.TempDir(), s, false)
	s.burst(0, 40)
	alerted(t, f, s, 1)
}

func TestAStillRadarRecordsNothing(t *testing.T) {
	s := newTape("a")
	f := open(t, t.TempDir(), s, true)
	s.burst(0, 40)
	reach(t, f, s.Seq())
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if s.noticed != 0 {
		t.Errorf("%d facts were recorded by a radar that is to be still", s.noticed)
	}
}

func TestAFileOfAnotherHistoryOrADamagedOneIsNotUsed(t *testing.T) {
	s, dir := newTape("a"), t.TempDir()
	f := open(t, dir, s, true)
	s.burst(0, 10)
	reach(t, f, s.Seq())
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	other := newTape("b")
	other.burst(100, 130)
	f = open(t, dir, other, true)
	reach(t, f, other.Seq())
	verified(t, f)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, FileName)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	f = open(t, dir, other, true)
	reach(t, f, other.Seq())
	verified(t, f)
}

func TestAfterAnErasureTheFileHoldsNothingOfThePersonAndCountsAreMadeRight(t *testing.T) {
	s, dir := newTape("a"), t.TempDir()
	f := open(t, dir, s, true)
	s.burst(0, 10)
	reach(t, f, s.Seq())
	seq := s.put(&orrery.PersonErased{Fragments: []orrery.FragmentID{0xABCD_0000_0000_0003}})
	if err := f.Erased(context.Background(), seq); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	s.chunks[3].Facts = nil // as the log is redacted
	s.mu.Unlock()
	b, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), "\x06zzzzzz\x02en") || strings.Contains(string(b), "\x03\x00\x00\x00\x00\x00\xcd\xab") {
		t.Error("the file still holds a word or the id of the erased person")
	}
	verified(t, f) // replaces the state
	verified(t, f) // and compares
	if f.stale {
		t.Error("after a verification the counts should be right")
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	f = open(t, dir, s, true)
	reach(t, f, s.Seq())
	verified(t, f)
}
