package teach

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/listen"
	"github.com/orrery-cxm/orrery/internal/view"
)

// Source is the workspace that is followed.
type Source interface {
	Watch(buffer int) (batches <-chan engine.Batch, stop func())
	Born(ctx context.Context, id uint64) (engine.Fact, error)
	Policy() *engine.Policy
	Seq() orrery.Seq
}

// Lists know which corrections there are.
type Lists interface {
	Wait(ctx context.Context, seq orrery.Seq) error
	Corrections(ctx context.Context, n int) ([]view.Correction, error)
}

// Options of a teacher.
type Options struct {
	Source Source
	Lists  Lists
	Ears   *listen.Ears // that learn
	// Gather is how long corrections are gathered into one lesson; 200 ms when 0.
	Gather time.Duration
	// Pause is how long the teacher waits after a failure before it tries again; 1 s when 0.
	Pause time.Duration
}

// Teacher teaches one workspace. All methods are safe for concurrent use.
type Teacher struct {
	o      Options
	school *listen.School
	known  map[orrery.TouchID]*lesson // by touch; of the goroutine that learns
	taught []*listen.Example          // of the lesson before

	mu     sync.Mutex
	want   orrery.Seq                       // corrections up to here are to be heeded
	done   orrery.Seq                       // and are up to here
	erased map[orrery.FragmentID]orrery.Seq // what they wrote up to there is gone
	afresh bool                             // forget what was read, and read the log again
	status Status
	moved  chan struct{} // closed and replaced at each step

	kick   chan struct{}
	hurry  chan struct{} // somebody waits: do not gather any longer
	cancel context.CancelFunc
	ended  sync.WaitGroup
	once   sync.Once
}

// Start follows a workspace until Close. Corrections that the log holds already are heeded first.
func Start(o Options) *Teacher {
	if o.Gather == 0 {
		o.Gather = 200 * time.Millisecond
	}
	if o.Pause == 0 {
		o.Pause = time.Second
	}
	ctx, cancel := context.WithCancel(context.Background())
	t := &Teacher{o: o, school: listen.NewSchool(o.Ears.Engine()), known: map[orrery.TouchID]*lesson{}, erased: map[orrery.FragmentID]orrery.Seq{},
		moved: make(chan struct{}), kick: make(chan struct{}, 1), hurry: make(chan struct{}, 1), cancel: cancel}
	t.status.Engine = o.Ears.Revision()
	t.school.Stop = func() bool { return ctx.Err() != nil }
	batches, stop := o.Source.Watch(watched)
	t.note(o.Source.Seq())
	t.ended.Add(2)
	go t.watch(ctx, batches, stop)
	go t.run(ctx)
	return t
}

// watched is how many chunks may wait for the teacher before it looks at everything again.
const watched = 256

// Close ends the teacher. The engine in force stays.
func (t *Teacher) Close() {
	t.once.Do(t.cancel)
	t.ended.Wait()
}

// note says that there is something to heed up to seq.
func (t *Teacher) note(seq orrery.Seq) {
	t.mu.Lock()
	t.want = max(t.want, seq)
	t.mu.Unlock()
	select {
	case t.kick <- struct{}{}:
	default:
	}
}

// watch looks for facts that change what is to be learned. It never learns itself, so it keeps up with any workspace.
func (t *Teacher) watch(ctx context.Context, batches <-chan engine.Batch, stop func()) {
	defer t.ended.Done()
	defer func() { stop() }()
	for {
		select {
		case <-ctx.Done():
			return
		case b, ok := <-batches:
			if !ok { // fell behind, or the workspace is closed
				stop()
				batches, stop = t.o.Source.Watch(watched)
				t.startAfresh(nil, 0)
				t.note(t.o.Source.Seq())
				continue
			}
			if t.matters(&b) {
				t.note(b.Seq)
			}
		}
	}
}

// matters says whether a chunk changes what is to be learned.
func (t *Teacher) matters(b *engine.Batch) (does bool) {
	for i := range b.Facts {
		switch f := b.Facts[i].Fact.(type) {
		case *orrery.SignalsRevised:
			does = does || f.By.Trust != orrery.Internal
		case *orrery.PersonErased:
			does = true
			t.startAfresh(f.Fragments, b.Seq)
		case *orrery.PolicyApplied:
			does = true
		}
	}
	return does
}

// startAfresh forgets what was read, and never again reads what these fragments wrote up to seq.
func (t *Teacher) startAfresh(erased []orrery.FragmentID, seq orrery.Seq) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.afresh = true
	for _, f := range erased {
		t.erased[f] = max(t.erased[f], seq)
	}
}

// Erased returns once nothing that these fragments wrote is taught any more, at chunk seq.
func (t *Teacher) Erased(ctx context.Context, fragments []orrery.FragmentID, seq orrery.Seq) error {
	t.mu.Lock()
	t.done = min(t.done, seq-1) // what was learned before may have read them from the log
	t.mu.Unlock()
	t.startAfresh(fragments, seq)
	t.note(seq)
	return t.Wait(ctx, seq)
}

// Wait returns once everything up to seq was heeded, or with the context's error.
func (t *Teacher) Wait(ctx context.Context, seq orrery.Seq) error {
	t.note(seq)
	for {
		t.mu.Lock()
		done, moved := t.done, t.moved
		t.mu.Unlock()
		if done >= seq {
			return nil
		}
		select {
		case t.hurry <- struct{}{}:
		default:
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return fmt.Errorf("waiting for a lesson: %w", ctx.Err())
		}
	}
}

// run learns whenever there is something to heed.
func (t *Teacher) run(ctx context.Context) {
	defer t.ended.Done()
	wait := time.Duration(0) // the first lesson is about what is there already
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.kick:
		}
		if !sleep(ctx, wait, t.hurry) {
			return
		}
		wait = t.o.Gather
		for err := t.learn(ctx); err != nil; err = t.learn(ctx) {
			if ctx.Err() != nil {
				return
			}
			slog.Error("learning from corrections", "error", err)
			if !sleep(ctx, t.o.Pause, nil) {
				return
			}
		}
	}
}

func sleep(ctx context.Context, d time.Duration, hurry <-chan struct{}) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-hurry:
		return true
	case <-ctx.Done():
		return false
	}
}

// learn heeds everything that is asked for, and puts the engine that comes out in force.
func (t *Teacher) learn(ctx context.Context) error {
	t.mu.Lock()
	want := t.want
	if t.afresh {
		t.known, t.afresh = map[orrery.TouchID]*lesson{}, false
	}
	t.mu.Unlock()
	if err := t.o.Lists.Wait(ctx, want); err != nil {
		return fmt.Errorf("waiting for the list of corrections: %w", err)
	}
	rows, err := t.o.Lists.Corrections(ctx, listen.MaxLessons)
	if err != nil {
		return fmt.Errorf("listing corrections: %w", err)
	}
	if err := t.read(ctx, rows); err != nil {
		return err
	}
	policy := t.o.Source.Policy().Learning
	var xs []*listen.Example
	s := Status{Enabled: policy.Enabled}
	var marks []mark
	for _, r := range rows {
		l := t.known[r.Touch]
		if l == nil {
			continue
		}
		s.Corrections++
		marks = append(marks, l.marks...)
		switch {
		case slices.Contains(policy.Ignore, r.By):
			s.Ignored++
		case policy.Enabled && l.example != nil:
			xs = append(xs, l.example)
		}
	}
	s.Accuracy = accuracies(marks)
	if !t.study(xs, &s) {
		return ctx.Err()
	}
	t.finish(want, &s)
	return nil
}

// study has the school study the examples, unless it did already; false when it was told to stop.
func (t *Teacher) study(xs []*listen.Example, s *Status) bool {
	t.mu.Lock()
	was := t.status
	t.mu.Unlock()
	s.Accepted, s.Refused, s.Lesson = was.Accepted, was.Refused, was.Lesson
	if !slices.Equal(xs, t.taught) {
		e, l := t.school.Learn(xs)
		if e == nil {
			return false // the workspace is being closed
		}
		t.o.Ears.Set(e)
		t.taught = xs
		s.Lesson = nil
		switch {
		case len(xs) == 0:
			slog.Info("no lesson is in force", "engine", e.Revision())
		case l.Accepted:
			s.Accepted++
			slog.Info("lesson accepted", "engine", e.Revision(), "corrections", l.Corrections, "labels", l.Labels, "right", l.After, "right_before", l.Before)
		default:
			s.Refused++
			slog.Warn("lesson refused; the engine in force stays", "engine", e.Revision(), "reason", l.Refused(), "corrections", l.Corrections,
				"labels", l.Labels, "right", l.After, "right_before", l.Before, "plain_sentences_lost", l.Sanity)
		}
		if len(xs) > 0 {
			s.Lesson = &LessonStatus{Lesson: l, Reason: l.Refused()}
		}
	}
	s.Engine = t.o.Ears.Revision()
	return true
}

// finish tells those who wait.
func (t *Teacher) finish(seq orrery.Seq, s *Status) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.status = *s
	if !t.afresh {
		t.done = max(t.done, seq)
	}
	close(t.moved)
	t.moved = make(chan struct{})
}

// read reads from the log what is not known yet, and forgets what is not listed any more.
func (t *Teacher) read(ctx context.Context, rows []view.Correction) error {
	listed := make(map[orrery.TouchID]*lesson, len(rows))
	for _, r := range rows {
		l := t.known[r.Touch]
		if l == nil || l.id != r.ID {
			var err error
			if l, err = t.lesson(ctx, r); err != nil {
				return err
			}
		}
		if l != nil && !t.isErased(r.Touch, l) {
			listed[r.Touch] = l
		}
	}
	t.known = listed
	return nil
}

// isErased says that the writer of a touch, or the person it was said of, was erased since.
func (t *Teacher) isErased(touch orrery.TouchID, l *lesson) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	seq := orrery.SeqOf(touch)
	return seq <= t.erased[l.anchor] || seq <= t.erased[l.fragment]
}

// notFound says that the log does not hold something any more.
func notFound(err error) bool {
	var e *orrery.Error
	return errors.As(err, &e) && e.Kind == orrery.KindNotFound
}
