package view

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

var epoch = orrery.InstantOf(time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC))

// tape is a log in memory, to be followed like a workspace.
type tape struct {
	mu          sync.Mutex
	chunks      []engine.Batch
	incarnation uint16
	watchers    map[chan engine.Batch]bool
	reads       int // how often the log was read
	salt        string
	fail        error         // of the next read
	gate        chan struct{} // when set, nobody begins to watch before it is closed
}

func newTape(salt string) *tape {
	return &tape{incarnation: 1, watchers: map[chan engine.Batch]bool{}, salt: salt}
}

// put appends a chunk of facts and announces it.
func (t *tape) put(facts ...orrery.Fact) orrery.Seq {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := t.chunk(facts)
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

// slip appends a chunk without telling the watchers, as when an append turned out to have been kept.
func (t *tape) slip(facts ...orrery.Fact) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.chunks = append(t.chunks, t.chunk(facts))
}

func (t *tape) chunk(facts []orrery.Fact) engine.Batch {
	seq := orrery.Seq(len(t.chunks) + 1)
	b := engine.Batch{Seq: seq, Incarnation: t.incarnation, Time: epoch.Add(orrery.Span(seq) * orrery.Hour)}
	text := fmt.Append(nil, t.salt, t.incarnation, seq)
	for _, f := range facts {
		text = fmt.Appendf(text, " %+v", f)
	}
	b.Hash = sha256.Sum256(text)
	for i, f := range facts {
		b.Facts = append(b.Facts, engine.Fact{Fact: f, At: orrery.Stamp{Incarnation: t.incarnation, Seq: seq, Index: uint32(i), Time: b.Time}})
	}
	return b
}

func (t *tape) next(index int) uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return orrery.Stamp{Incarnation: t.incarnation, Seq: orrery.Seq(len(t.chunks) + 1), Index: uint32(index)}.ID()
}

func (t *tape) Watch(buffer int) (<-chan engine.Batch, func()) {
	if t.gate != nil {
		<-t.gate
	}
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
	t.reads++
	chunks, err := slices.Clone(t.chunks), t.fail
	t.fail = nil
	t.mu.Unlock()
	if err != nil {
		return err
	}
	for i := range chunks {
		if chunks[i].Seq > after {
			if err := f(chunks[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tape) Seq() orrery.Seq {
	t.mu.Lock()
	defer t.mu.Unlock()
	return orrery.Seq(len(t.chunks))
}

// tb is what the helpers need of a test, so that rapid can use them too.
type tb interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// follow opens a follower over a directory; options beyond the two may be set by with.
func follow(t tb, dir string, s Source, with ...func(*Options)) *Follower {
	t.Helper()
	o := Options{Dir: dir, Source: s, Pause: time.Millisecond}
	for _, w := range with {
		w(&o)
	}
	f, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *Follower) stop(t tb) {
	t.Helper()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// soon bounds how long a test waits for something that should come at once.
func soon() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), 30*time.Second)
}

func (f *Follower) reach(t tb, seq orrery.Seq) {
	t.Helper()
	ctx, cancel := soon()
	defer cancel()
	if err := f.Erased(ctx, seq); err != nil {
		t.Fatalf("the lists should reach chunk %d; they stand at %d: %v (%+v)", seq, f.Seq(), err, f.Lag())
	}
}

// dump is every row of every table, in a form that can be compared. Counts of nothing are left out.
func (f *Follower) dump(t tb) string {
	t.Helper()
	var out strings.Builder
	rows, err := f.db.read.Query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
	if err != nil {
		t.Fatal(err)
	}
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, name)
	}
	rows.Close()
	for _, table := range tables {
		where := ""
		if table == "tally" || table == "days" {
			where = " WHERE n <> 0"
		}
		var lines []string
		rows, err := f.db.read.Query("SELECT * FROM " + table + where)
		if err != nil {
			t.Fatal(err)
		}
		columns, _ := rows.Columns()
		for rows.Next() {
			values := make([]any, len(columns))
			places := make([]any, len(columns))
			for i := range values {
				places[i] = &values[i]
			}
			if err := rows.Scan(places...); err != nil {
				t.Fatal(err)
			}
			line := table
			for i, c := range columns {
				line += fmt.Sprintf(" %s=%v", c, values[i])
			}
			lines = append(lines, line)
		}
		rows.Close()
		slices.Sort(lines)
		out.WriteString(strings.Join(lines, "\n") + "\n")
	}
	return out.String()
}

// rebuilt is the dump of lists made anew from the whole log.
func rebuilt(t tb, dir string, s Source) string {
	t.Helper()
	f := follow(t, dir, s)
	defer f.stop(t)
	f.reach(t, s.Seq())
	return f.dump(t)
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
