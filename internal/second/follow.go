package second

import (
	"context"
	"sync"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/listen/provider"
)

// watched is how many chunks may wait before the log is read instead.
const watched = 256

// follow reads the log from where it stands and then watches. It returns nil when it fell behind.
func (p *Panel) follow() error {
	batches, stop := p.options.House.Watch(watched)
	defer stop()
	err := p.options.House.ReadLog(p.ctx, p.tide.seen(), func(b engine.Batch) error {
		p.look(&b)
		return p.ctx.Err()
	})
	if err != nil {
		return err
	}
	for {
		select {
		case b, ok := <-batches:
			switch {
			case !ok || b.Seq > p.tide.seen()+1:
				return nil
			case b.Seq > p.tide.seen():
				p.look(&b)
			}
		case <-p.ctx.Done():
			return nil
		}
	}
}

// look finds in a chunk what somebody is to be asked about.
func (p *Panel) look(b *engine.Batch) {
	policy := &p.options.House.Policy().Second
	for i := range b.Facts {
		switch f := b.Facts[i].Fact.(type) {
		case *orrery.PersonErased:
			p.cache.forget()
		case *orrery.TouchRecorded:
			if len(policy.Routes) == 0 || f.Touch.Historical || f.Touch.Signals == nil || f.Touch.Message == nil && f.Touch.Survey == nil {
				continue
			}
			for _, ask := range policy.Asks(f.Touch.Signals, p.options.Accuracy) {
				p.offer(ask, matter{seq: b.Seq, at: b.Time, touch: orrery.TouchID(b.Facts[i].At.ID()), fragment: f.Anchor,
					language: f.Touch.Signals.Language, age: policy.MaxAge})
			}
		}
	}
	p.tide.look(b.Seq)
}

// matter is one message before one provider.
type matter struct {
	seq      orrery.Seq
	at       orrery.Instant
	touch    orrery.TouchID
	fragment orrery.FragmentID
	language string
	age      orrery.Span // what it may wait
	heads    []provider.Head
}

// offer hands a matter to its provider. When that is busy, the log waits to be read.
func (p *Panel) offer(ask provider.Ask, m matter) {
	s := p.seat(ask.Provider)
	if s == nil {
		return
	}
	m.heads = ask.Heads
	p.tide.begin(m.seq)
	select {
	case s.matters <- m:
	case <-s.ctx.Done():
		p.tide.end(m.seq)
	}
}

// tide knows up to which chunk everything is settled.
type tide struct {
	mu     sync.Mutex
	looked orrery.Seq
	open   map[orrery.Seq]int
	moved  chan struct{} // closed and replaced at each step
}

func newTide(at orrery.Seq) *tide {
	return &tide{looked: at, open: map[orrery.Seq]int{}, moved: make(chan struct{})}
}

func (t *tide) change(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f()
	close(t.moved)
	t.moved = make(chan struct{})
}

func (t *tide) look(seq orrery.Seq)  { t.change(func() { t.looked = seq }) }
func (t *tide) begin(seq orrery.Seq) { t.change(func() { t.open[seq]++ }) }

func (t *tide) end(seq orrery.Seq) {
	t.change(func() {
		if t.open[seq]--; t.open[seq] == 0 {
			delete(t.open, seq)
		}
	})
}

func (t *tide) seen() orrery.Seq {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.looked
}

// low is the chunk up to which nothing is open.
func (t *tide) low() orrery.Seq {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lowest()
}

func (t *tide) lowest() orrery.Seq {
	low := t.looked
	for seq := range t.open {
		low = min(low, seq-1)
	}
	return low
}

func (t *tide) wait(ctx context.Context, seq orrery.Seq) error {
	for {
		t.mu.Lock()
		low, moved := t.lowest(), t.moved
		t.mu.Unlock()
		if low >= seq {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
