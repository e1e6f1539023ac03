package teach

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/listen"
	"github.com/orrery-cxm/orrery/internal/view"
)

// desk is a workspace in memory: touches with their corrections, and a list of these.
type desk struct {
	mu       sync.Mutex
	seq      orrery.Seq
	facts    map[uint64]orrery.Fact
	rows     []view.Correction
	policy   *engine.Policy
	watchers []chan engine.Batch
	fail     int // reads that fail before one succeeds
	reads    int
}

func newDesk() *desk { return &desk{facts: map[uint64]orrery.Fact{}, policy: engine.DefaultPolicy()} }

func (d *desk) Watch(buffer int) (<-chan engine.Batch, func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := make(chan engine.Batch, buffer)
	d.watchers = append(d.watchers, c)
	return c, func() {}
}

func (d *desk) Born(_ context.Context, id uint64) (engine.Fact, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reads++
	if d.fail > 0 {
		d.fail--
		return engine.Fact{}, fmt.Errorf("the disk is away for a moment")
	}
	if f := d.facts[id]; f != nil {
		return engine.Fact{Fact: f}, nil
	}
	return engine.Fact{}, orrery.NotFound("fact.unknown", "nothing")
}

func (d *desk) Policy() *engine.Policy {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.policy
}

func (d *desk) Seq() orrery.Seq {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.seq
}

func (d *desk) Wait(ctx context.Context, _ orrery.Seq) error { return ctx.Err() }

func (d *desk) Corrections(context.Context, int) ([]view.Correction, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]view.Correction(nil), d.rows...), nil
}

// correct puts a touch and its correction into the log; announced only when somebody is to be told.
func (d *desk) correct(text string, p orrery.Polarity) orrery.Seq {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seq += 2
	touch, answer := orrery.Stamp{Seq: d.seq - 1}.ID(), orrery.Stamp{Seq: d.seq}.ID()
	d.facts[touch] = &orrery.TouchRecorded{Anchor: 1, Touch: orrery.Touch{Message: &orrery.Message{Text: text}, Signals: &orrery.Signals{Language: "en"}}}
	d.facts[answer] = &orrery.SignalsRevised{Touch: orrery.TouchID(touch), Fragment: 2, Signals: orrery.Signals{Polarity: p, Abstained: []string{"intents", "emotions"}},
		By: orrery.Actor{Name: "ann", Trust: orrery.Staff}}
	d.rows = append(d.rows, view.Correction{ID: answer, Touch: orrery.TouchID(touch), By: "ann"})
	return d.seq
}

// tell announces a chunk.
func (d *desk) tell(seq orrery.Seq, facts ...orrery.Fact) {
	d.mu.Lock()
	defer d.mu.Unlock()
	b := engine.Batch{Seq: seq}
	for _, f := range facts {
		b.Facts = append(b.Facts, engine.Fact{Fact: f})
	}
	for _, w := range d.watchers {
		w <- b
	}
}

// lose closes the channels of all watchers, as the engine does when they fall behind.
func (d *desk) lose() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, w := range d.watchers {
		close(w)
	}
	d.watchers = nil
}

func start(t *testing.T, d *desk) (*Teacher, *listen.Ears) {
	t.Helper()
	e, err := listen.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	ears := listen.NewEars(e)
	x := Start(Options{Source: d, Lists: d, Ears: ears, Gather: time.Millisecond, Pause: time.Millisecond})
	t.Cleanup(x.Close)
	return x, ears
}

func wait(t *testing.T, x *Teacher, seq orrery.Seq) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := x.Wait(ctx, seq); err != nil {
		t.Fatal(err)
	}
}

func TestARefusedLessonIsShownAndNotHeeded(t *testing.T) {
	d := newDesk()
	for i := range 40 { // one text with two meanings, so that the folds of the examination teach each other wrong
		p := orrery.Negative
		if i%5 < 2 || i%10 == 4 {
			p = orrery.Neutral
		}
		d.correct("the flobber is grey", p)
	}
	x, ears := start(t, d)
	wait(t, x, d.Seq())
	s := x.Status()
	if s.Refused != 1 || s.Lesson == nil || s.Lesson.Accepted || s.Lesson.Reason != "held_out" || s.Corrections != 40 {
		t.Errorf("corrections that contradict each other are refused, and that is shown: %+v with %+v", s, s.Lesson)
	}
	if s.Lesson != nil && s.Lesson.Taught == 40 {
		t.Errorf("the refused lesson is in force: %s", ears.Revision())
	}
}

// until waits, without asking for anything, until the teacher's status is as it should be.
func until(t *testing.T, x *Teacher, want string, is func(Status) bool) {
	t.Helper()
	late := time.After(30 * time.Second)
	for {
		x.mu.Lock()
		s, moved := x.status, x.moved
		x.mu.Unlock()
		if is(s) {
			return
		}
		select {
		case <-moved:
		case <-late:
			t.Fatalf("the teacher never %s: %+v", want, s)
		}
	}
}

func TestATeacherHearsOfCorrectionsByItself(t *testing.T) {
	d := newDesk()
	x, ears := start(t, d)
	wait(t, x, 0)
	shipped := ears.Revision()
	seq := d.correct("my flobber is zinging", orrery.Negative)
	d.tell(seq, &orrery.SignalsRevised{By: orrery.Actor{Trust: orrery.Staff}})
	until(t, x, "heard of the correction", func(s Status) bool { return s.Corrections == 1 })
	if got := ears.Revision(); got != shipped+"+1" {
		t.Errorf("one correction was heard of; the engine in force is %s", got)
	}
	d.mu.Lock()
	d.policy = engine.DefaultPolicy()
	d.policy.Learning.Enabled = false
	d.mu.Unlock()
	d.tell(seq+1, &orrery.PolicyApplied{})
	until(t, x, "heard of the policy", func(s Status) bool { return !s.Enabled })
	if got := ears.Revision(); got != shipped {
		t.Errorf("learning is switched off; the engine in force is %s", got)
	}
}

func TestATeacherThatFellBehindFindsWhatItMissed(t *testing.T) {
	d := newDesk()
	x, ears := start(t, d)
	wait(t, x, 0)
	shipped := ears.Revision()
	d.correct("my flobber is zinging", orrery.Negative)
	d.lose()
	until(t, x, "found the correction that it missed", func(s Status) bool { return s.Corrections == 1 })
	if got := ears.Revision(); got != shipped+"+1" {
		t.Errorf("the correction in a chunk that was missed is not heeded: %s", got)
	}
	d.mu.Lock()
	for id, f := range d.facts { // an erasure took the text out of the log, and nobody told
		if _, ok := f.(*orrery.TouchRecorded); ok {
			delete(d.facts, id)
		}
	}
	d.mu.Unlock()
	d.lose()
	until(t, x, "looked at the log again", func(s Status) bool { return s.Corrections == 0 })
	if got := ears.Revision(); got != shipped {
		t.Errorf("what was erased in a chunk that was missed is still taught: %s", got)
	}
}

func TestAFaultOfTheDiskIsTriedAgain(t *testing.T) {
	d := newDesk()
	seq := d.correct("my flobber is zinging", orrery.Negative)
	d.fail = 3
	x, ears := start(t, d)
	wait(t, x, seq)
	if x.Status().Corrections != 1 {
		t.Errorf("the correction was given up after a fault: %s, %+v", ears.Revision(), x.Status())
	}
}

func TestWhoeverIsErasedAndComesBackMayTeachAgain(t *testing.T) {
	d := newDesk()
	x, _ := start(t, d)
	seq := d.correct("my flobber is zinging", orrery.Negative)
	wait(t, x, seq)
	d.tell(seq+1, &orrery.PersonErased{Fragments: []orrery.FragmentID{1}}) // the log still holds the text
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := x.Erased(ctx, []orrery.FragmentID{1}, seq+1); err != nil {
		t.Fatal(err)
	}
	if n := x.Status().Corrections; n != 0 {
		t.Errorf("%d corrections of an erased person are left", n)
	}
	d.mu.Lock()
	d.seq = seq + 1
	d.mu.Unlock()
	wait(t, x, d.correct("the flobber zings again", orrery.Negative))
	if n := x.Status().Corrections; n != 1 {
		t.Errorf("what was said after the erasure counts: %d corrections, want 1", n)
	}
}

func TestNothingIsReadTwiceAndAModelsAnswerTeachesNothing(t *testing.T) {
	d := newDesk()
	x, _ := start(t, d)
	seq := d.correct("my flobber is zinging", orrery.Negative)
	wait(t, x, seq)
	d.mu.Lock()
	before := d.reads
	d.mu.Unlock()
	wait(t, x, seq+1)
	d.mu.Lock()
	after := d.reads
	d.mu.Unlock()
	if before != after {
		t.Errorf("a lesson without news read the log %d times", after-before)
	}
	b := engine.Batch{Facts: []engine.Fact{{Fact: &orrery.SignalsRevised{By: orrery.Actor{Trust: orrery.Internal}}}, {Fact: &orrery.TouchRecorded{}}}}
	if x.matters(&b) {
		t.Error("a touch and a model's answer are no reason for a lesson")
	}
}
