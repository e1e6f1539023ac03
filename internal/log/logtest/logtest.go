// Package logtest holds every implementation of log.Log to the same behaviour, and offers a log in memory that fails on
// request.
//
// It tests what callers may rely on, nothing of how a log is kept: that is for each implementation's own tests.
package logtest

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log"
)

// Opener opens the log of one place, which is empty at first, with an incarnation. The suite closes a log before it
// opens it again.
type Opener func(incarnation uint16) (log.Log, error)

// Run runs the suite; place makes a new place for each test.
func Run(t *testing.T, place func(t *testing.T) Opener) {
	for _, test := range []struct {
		name string
		run  func(s *suite)
	}{
		{"AnEmptyLogEndsAtZero", emptyLog},
		{"ChunksComeBackByteForByte", byteForByte},
		{"OnlyTheEndCanBeAppendedTo", onlyTheEnd},
		{"ADoneContextStopsBeforeAnythingHappens", doneContext},
		{"ReadingStartsAndStopsWhereAsked", readingParts},
		{"BodiesAreNotShared", notShared},
		{"ARedactedBodyIsReplacedAndTheChainStays", redaction},
		{"ABodyThatDoesNotFitIsRefused", doesNotFit},
		{"TheIncarnationRisesAndNeverFalls", incarnation},
		{"ReadersBesideAppendsSeeOnlyWhatIsDurable", besideAppends},
		{"AClosedLogRefuses", closedLog},
		{"AnyMixOfChangesMatchesAListInMemory", anyMix},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &suite{T: t, ctx: context.Background(), open: place(t)}
			s.start(0)
			test.run(s)
			s.log.Close()
		})
	}
}

type suite struct {
	*testing.T
	ctx  context.Context
	open Opener
	log  log.Log
}

func (s *suite) start(incarnation uint16) {
	s.Helper()
	l, err := s.open(incarnation)
	if err != nil {
		s.Fatalf("open: %v", err)
	}
	s.log = l
}

func (s *suite) restart(incarnation uint16) {
	s.Helper()
	if err := s.log.Close(); err != nil {
		s.Fatalf("close: %v", err)
	}
	s.start(incarnation)
}

// append appends bodies at the end and returns the chunks with the bodies.
func (s *suite) append(bodies ...string) []log.Chunk {
	s.Helper()
	var chunks []log.Chunk
	for _, body := range bodies {
		end, _ := s.log.End()
		c, err := s.log.Append(s.ctx, end, []byte(body))
		if err != nil {
			s.Fatalf("append after %d: %v", end, err)
		}
		if c.Body != nil {
			s.Errorf("Append returned a body with chunk %d, want none", c.Seq)
		}
		c.Body = []byte(body)
		chunks = append(chunks, c)
	}
	return chunks
}

// expect compares all of the log with want, by reading, by At, and by its end.
func (s *suite) expect(want []log.Chunk) {
	s.Helper()
	i := 0
	for c, err := range s.log.Read(s.ctx, 0) {
		if err != nil {
			s.Fatalf("read after %d chunks: %v", i, err)
		}
		if i >= len(want) {
			s.Fatalf("read chunk %d, want an end after %d", c.Seq, len(want))
		}
		s.same("Read", c, want[i])
		i++
	}
	if i != len(want) {
		s.Fatalf("read %d chunks, want %d", i, len(want))
	}
	var end log.Chunk
	for _, w := range want {
		c, err := s.log.At(s.ctx, w.Seq)
		if err != nil {
			s.Fatalf("At(%d): %v", w.Seq, err)
		}
		s.same("At", c, w)
		end = w
	}
	if seq, hash := s.log.End(); seq != end.Seq || hash != end.Hash {
		s.Errorf("End is %d %s, want %d %s", seq, hash, end.Seq, end.Hash)
	}
}

func (s *suite) same(by string, got, want log.Chunk) {
	s.Helper()
	if got.Seq != want.Seq || got.Incarnation != want.Incarnation || got.Hash != want.Hash || got.Redacted != want.Redacted {
		s.Errorf("%s gives chunk %d (incarnation %d, hash %s, redacted %v), want %d (%d, %s, %v)", by,
			got.Seq, got.Incarnation, got.Hash, got.Redacted, want.Seq, want.Incarnation, want.Hash, want.Redacted)
	}
	if !bytes.Equal(got.Body, want.Body) {
		s.Errorf("%s gives chunk %d a body of %d bytes %.40q, want %d bytes %.40q", by, got.Seq, len(got.Body), got.Body, len(want.Body), want.Body)
	}
}

func (s *suite) wants(err, want error, doing string) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Errorf("%s: error %v, want %v", doing, err, want)
	}
}

func emptyLog(s *suite) {
	s.expect(nil)
	if seq, hash := s.log.End(); seq != 0 || hash != (log.Hash{}) {
		s.Errorf("an empty log ends at %d %s, want 0 and the zero hash", seq, hash)
	}
	s.restart(0)
	s.expect(nil)
}

func byteForByte(s *suite) {
	random := make([]byte, 300_000)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	zeros := string(make([]byte, 5000))
	chunks := s.append("first", "", "x", string(random), zeros, string(random[:511]), string(random[:512]), string(random[:513]), "last")
	for i, c := range chunks {
		if int(c.Seq) != i+1 {
			s.Errorf("chunk %d of the log has sequence %d", i+1, c.Seq)
		}
		if i > 0 && c.Hash == chunks[i-1].Hash {
			s.Errorf("chunks %d and %d have the same hash", i, i+1)
		}
	}
	s.expect(chunks)
	s.restart(0)
	s.expect(chunks)
	s.expect(append(chunks, s.append("more", string(random))...))
}

func onlyTheEnd(s *suite) {
	_, err := s.log.Append(s.ctx, 1, []byte("ahead"))
	s.wants(err, log.ErrConflict, "append after 1 in an empty log")
	chunks := s.append("one", "two")
	for _, after := range []orrery.Seq{0, 1, 3, 1 << 60} {
		_, err := s.log.Append(s.ctx, after, []byte("elsewhere"))
		s.wants(err, log.ErrConflict, "append elsewhere")
	}
	s.expect(append(chunks, s.append("three")...))
}

func doneContext(s *suite) {
	chunks := s.append("one", "two")
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	_, err := s.log.Append(ctx, 2, []byte("late"))
	s.wants(err, context.Canceled, "append")
	s.wants(s.log.Redact(ctx, 1, nil), context.Canceled, "redact")
	_, err = s.log.At(ctx, 1)
	s.wants(err, context.Canceled, "At")
	for c, err := range s.log.Read(ctx, 0) {
		s.wants(err, context.Canceled, "read")
		if c.Seq != 0 {
			s.Errorf("read yielded chunk %d with a done context", c.Seq)
		}
	}
	s.expect(chunks)
	s.restart(0)
	s.expect(chunks)
}

func readingParts(s *suite) {
	s.append("one", "two", "three", "four")
	for from := range orrery.Seq(7) {
		want := from
		for c, err := range s.log.Read(s.ctx, from) {
			want++
			if err != nil || c.Seq != want {
				s.Fatalf("reading from %d gave chunk %d, %v, want chunk %d", from, c.Seq, err, want)
			}
		}
		if want != max(from, 4) {
			s.Errorf("reading from %d ended at %d, want 4", from, want)
		}
	}
	n := 0
	for range s.log.Read(s.ctx, 0) {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		s.Errorf("a reader that stops after 2 chunks got %d", n)
	}
	for _, seq := range []orrery.Seq{0, 5, 1 << 63} {
		_, err := s.log.At(s.ctx, seq)
		s.wants(err, log.ErrNoChunk, "At outside the log")
	}
}

func notShared(s *suite) {
	body := []byte("mine")
	c, err := s.log.Append(s.ctx, 0, body)
	if err != nil {
		s.Fatal(err)
	}
	copy(body, "your")
	c.Body = []byte("mine")
	got, err := s.log.At(s.ctx, 1)
	if err != nil {
		s.Fatal(err)
	}
	copy(got.Body, "your")
	s.expect([]log.Chunk{c})
}

func redaction(s *suite) {
	chunks := s.append("one", "the secret of a person", "three", "another secret")
	redact := func(i int, body string) {
		s.Helper()
		if err := s.log.Redact(s.ctx, chunks[i].Seq, []byte(body)); err != nil {
			s.Fatalf("redact chunk %d: %v", i+1, err)
		}
		chunks[i].Body, chunks[i].Redacted = []byte(body), true
		s.expect(chunks)
	}
	redact(1, "of a person")
	redact(3, "")
	redact(1, "a little longer than what was there at first")
	s.restart(0)
	s.expect(chunks)
	chunks = append(chunks, s.append("five")...)
	redact(4, "5")
	redact(1, "p")
	s.restart(0)
	s.expect(chunks)
	for _, seq := range []orrery.Seq{0, 6} {
		s.wants(s.log.Redact(s.ctx, seq, nil), log.ErrNoChunk, "redact outside the log")
	}
}

func doesNotFit(s *suite) {
	chunks := s.append("one", "two")
	err := s.log.Redact(s.ctx, 1, make([]byte, 100_000))
	s.wants(err, log.ErrTooLarge, "redact with a much larger body")
	var large *log.TooLargeError
	if !errors.As(err, &large) || large.Seq != 1 || large.Size != 100_000 || large.Room < len("one") {
		s.Fatalf("the error is %#v, want one that says how large and how much room", err)
	}
	s.expect(chunks)
	fits := bytes.Repeat([]byte("x"), large.Room)
	if err := s.log.Redact(s.ctx, 1, fits); err != nil {
		s.Errorf("a body of exactly the room named was refused: %v", err)
	}
	chunks[0].Body, chunks[0].Redacted = fits, true
	s.expect(chunks)
}

func incarnation(s *suite) {
	var chunks []log.Chunk
	for i, step := range []struct{ open, want uint16 }{{0, 0}, {3, 3}, {0, 3}, {2, 3}, {9, 9}} {
		s.restart(step.open)
		c := s.append("chunk")
		if c[0].Incarnation != step.want {
			s.Errorf("opening %d with incarnation %d: the chunk carries %d, want %d", i, step.open, c[0].Incarnation, step.want)
		}
		chunks = append(chunks, c...)
	}
	s.expect(chunks)
}

func closedLog(s *suite) {
	s.append("one")
	s.log.Close()
	if err := s.log.Close(); err != nil {
		s.Errorf("closing twice: %v, want no error", err)
	}
	_, err := s.log.Append(s.ctx, 1, nil)
	s.wants(err, log.ErrClosed, "append")
	s.wants(s.log.Redact(s.ctx, 1, nil), log.ErrClosed, "redact")
	_, err = s.log.At(s.ctx, 1)
	s.wants(err, log.ErrClosed, "At")
	n := 0
	for _, err := range s.log.Read(s.ctx, 0) {
		n++
		s.wants(err, log.ErrClosed, "read")
	}
	if n != 1 {
		s.Errorf("reading a closed log yielded %d times, want one error", n)
	}
}

func anyMix(s *suite) {
	r := rand.New(rand.NewPCG(3, 4))
	var chunks []log.Chunk
	text := func() string {
		b := make([]byte, r.IntN(3000))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return string(b)
	}
	for range 150 {
		switch n := r.IntN(10); {
		case n < 6 || len(chunks) == 0:
			chunks = append(chunks, s.append(text())...)
		case n < 9:
			c := &chunks[r.IntN(len(chunks))]
			body := []byte(text())
			err := s.log.Redact(s.ctx, c.Seq, body)
			if err == nil {
				c.Body, c.Redacted = body, true
			} else if !errors.Is(err, log.ErrTooLarge) {
				s.Fatalf("redact chunk %d: %v", c.Seq, err)
			}
		default:
			s.restart(0)
			s.expect(chunks)
		}
	}
	s.expect(chunks)
}
