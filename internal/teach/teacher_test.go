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

func (d *desk) Policy() *engine.Policy { return d.policy }

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
	d.facts[answer] = &orrery.SignalsRevised{Touch: orrery.TouchID(touch), Fragment: 1, Signals: orrery.Signals{Polarity: p, Abstained: []string{"intents", "emotions"}},
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
	e, err := listen.New(listen.Options{})
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

func TestATeacherThatFellBehindFindsWhatItMissed(t *testing.T) {
	d := newDesk()
	x, ears := start(t, d)
	wait(t, x, 0)
	shipped := ears.Revision()
	seq := d.correct("my flobber is zinging", orrery.Negative)
	d.lose()
	for until := time.Now().Add(30 * time.Second); x.Status().Corrections == 0 && time.Now().Before(until); {
		wait(t, x, seq)
	}
	if got := ears.Revision(); got != shipped+"+1" {
		t.Errorf("the correction in a chunk that was missed is not heeded: %s", got)
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
