package file

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log"
	"github.com/orrery-cxm/orrery/internal/log/file/faultfs"
)

const firstFile = lifeDir + "/00000000000000000001.log"

// filled makes a log of chunks with the given bodies and closes it.
func filled(t *testing.T, bodies ...string) (*faultfs.FS, Options) {
	t.Helper()
	fs := faultfs.New(1)
	opts := Options{Dir: lifeDir, Workspace: "acme", FS: fs, SegmentSize: 8192, Foreground: true}
	l := opened(t, opts)
	for i, body := range bodies {
		if _, err := l.Append(context.Background(), orrery.Seq(i), []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	l.Close()
	return fs, opts
}

func opened(t *testing.T, opts Options) *Log {
	t.Helper()
	l, err := Open(context.Background(), opts)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return l
}

func change(t *testing.T, fs *faultfs.FS, name string, how func(b []byte)) {
	t.Helper()
	if err := fs.Change(name, how); err != nil {
		t.Fatal(err)
	}
}

// wantDamage wants err to say that the log is damaged at a chunk, with words.
func wantDamage(t *testing.T, err error, seq orrery.Seq, words string) {
	t.Helper()
	var d *log.DamagedError
	if !errors.Is(err, log.ErrDamaged) || !errors.As(err, &d) {
		t.Fatalf("the error is %v, want damage", err)
	}
	if d.Seq != seq || !strings.Contains(d.Why, words) {
		t.Errorf("the damage is at chunk %d because %q, want chunk %d and %q", d.Seq, d.Why, seq, words)
	}
}

func TestNoFlippedBitGoesUnseen(t *testing.T) {
	bodies := []string{"one", strings.Repeat("two ", 200), "three"}
	fs, opts := filled(t, bodies...)
	var end int
	change(t, fs, firstFile, func(b []byte) { end = len(bytes.TrimRight(b, "\x00")) })
	end = (end + sector - 1) / sector * sector
	for i := range end {
		change(t, fs, firstFile, func(b []byte) { b[i] ^= 1 << (i % 8) })
		l, err := Open(context.Background(), opts)
		if err == nil {
			_, err = l.Verify(context.Background())
			l.Close()
		}
		if !errors.Is(err, log.ErrDamaged) {
			t.Fatalf("with a bit of byte %d flipped: %v, want ErrDamaged", i, err)
		}
		change(t, fs, firstFile, func(b []byte) { b[i] ^= 1 << (i % 8) })
	}
	if l := opened(t, opts); int(l.end.seq) != len(bodies) {
		t.Errorf("the log ends at %d with nothing flipped, want %d", l.end.seq, len(bodies))
	}
}

func TestATornLastRecordIsCutWhateverIsLeftOfIt(t *testing.T) {
	bodies := []string{"one", strings.Repeat("two ", 400)}
	const start, sectors = sector, 4 // of the second record
	for left := range 1 << sectors {
		fs, opts := filled(t, bodies...)
		change(t, fs, firstFile, func(b []byte) {
			for s := range sectors {
				if left>>s&1 == 0 {
					clear(b[start+s*sector:][:sector])
				}
			}
		})
		want := orrery.Seq(1)
		if left == 1<<sectors-1 {
			want = 2
		}
		l := opened(t, opts)
		if end, _ := l.End(); end != want {
			t.Fatalf("with the sectors %04b left the log ends at %d, want %d", left, end, want)
		}
		if want == 1 && fs.Holds("two two") != nil {
			t.Errorf("with the sectors %04b left, the torn record can still be read", left)
		}
		if _, err := l.Append(context.Background(), want, []byte("next")); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Verify(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestATornRecordBeforeAGoodOneIsDamage(t *testing.T) {
	for s := range 4 {
		fs, opts := filled(t, "one", strings.Repeat("two ", 400), "three")
		change(t, fs, firstFile, func(b []byte) { clear(b[sector+s*sector:][:sector]) })
		_, err := Open(context.Background(), opts)
		wantDamage(t, err, 2, "a good record follows")
	}
}

func TestABodyThatLooksLikeARecordIsNotTakenForOne(t *testing.T) {
	h := header{seq: 99, workspace: workspaceHash("acme"), length: 3, room: roomFor(3), lineage: [16]byte{1}}
	h.original = sumOf(h.salt, []byte("foo"))
	h.current = h.original
	planted := appendRecord(nil, &h, []byte("foo"))
	body := string(make([]byte, sector-headerSize)) + strings.Repeat(string(planted), 3)
	fs, opts := filled(t, "one", body)
	change(t, fs, firstFile, func(b []byte) { clear(b[sector:][:sector]) })
	if end, _ := opened(t, opts).End(); end != 1 {
		t.Errorf("the log ends at %d, want 1: the torn record cut off", end)
	}
}

func TestDamageInAnEarlierSegmentIsFoundWhenItIsRead(t *testing.T) {
	ctx := context.Background()
	var bodies []string
	for i := range 40 {
		bodies = append(bodies, fmt.Sprint("chunk ", i+1))
	}
	fs, opts := filled(t, bodies...)
	change(t, fs, firstFile, func(b []byte) { b[2*sector+headerSize] ^= 1 })
	l := opened(t, opts)
	_, err := l.At(ctx, 3)
	wantDamage(t, err, 3, "does not match its sum")
	_, err = l.Verify(ctx)
	wantDamage(t, err, 3, "does not match its sum")
	wantDamage(t, l.Copy(ctx, "/backup", 40), 3, "does not match its sum")
	if _, err := l.Append(ctx, 40, []byte("goes on")); err != nil {
		t.Error(err)
	}
	l.Close()

	change(t, fs, firstFile, func(b []byte) { b[2*sector+headerSize] ^= 1; b[3*sector-1] = 1 })
	_, err = opened(t, opts).Verify(ctx)
	wantDamage(t, err, 3, "behind the body")

	fs, opts = filled(t, "one", strings.Repeat("two ", 1000), strings.Repeat("three ", 1000))
	change(t, fs, firstFile, func(b []byte) { b[len(b)-1] = 1 })
	_, err = opened(t, opts).Verify(ctx)
	wantDamage(t, err, 3, "behind the last record")
}

func TestMissingFilesAreDamage(t *testing.T) {
	ctx := context.Background()
	var bodies []string
	for i := range 40 {
		bodies = append(bodies, fmt.Sprint("chunk ", i+1))
	}
	fs, opts := filled(t, bodies...)
	if err := fs.Remove(lifeDir + "/00000000000000000017.log"); err != nil {
		t.Fatal(err)
	}
	l := opened(t, opts)
	_, err := l.Verify(ctx)
	wantDamage(t, err, 17, "the file ends before the record")
	l.Close()
	if err := fs.Remove(firstFile); err != nil {
		t.Fatal(err)
	}
	_, err = Open(ctx, opts)
	wantDamage(t, err, 1, "begins with chunk 33")
}

func TestALogOfAnotherWorkspaceOrFormatIsRefused(t *testing.T) {
	ctx := context.Background()
	fs, opts := filled(t, "one")
	other := opts
	other.Workspace = "globex"
	_, err := Open(ctx, other)
	wantDamage(t, err, 1, `another workspace than "globex"`)

	change(t, fs, firstFile, func(b []byte) {
		b[8] = 2
		sum := sha256.Sum256(b[:248])
		copy(b[248:headerSize], sum[:8])
	})
	_, err = Open(ctx, opts)
	wantDamage(t, err, 1, "format 2")
}

// interrupted is a log in which a redaction of chunk 2 stopped after the journal was written.
func interrupted(t *testing.T) (*faultfs.FS, *Log) {
	t.Helper()
	fs, opts := filled(t, "one", "the secret of a person", "three")
	l := opened(t, opts)
	stop := errors.New("stop")
	fs.FailWith(func(op faultfs.Op) error {
		if op.Kind == faultfs.WriteAt && op.Name == firstFile {
			return stop
		}
		return nil
	})
	err := l.Redact(context.Background(), 2, []byte("of a person"))
	if !errors.Is(err, log.ErrUnknown) || !errors.Is(err, stop) {
		t.Fatalf("redact gave %v, want ErrUnknown", err)
	}
	fs.FailWith(nil)
	return fs, l
}

func wantBody(t *testing.T, l *Log, seq orrery.Seq, body string) {
	t.Helper()
	if c, err := l.At(context.Background(), seq); err != nil || string(c.Body) != body {
		t.Errorf("chunk %d is %q, %v; want %q", seq, c.Body, err, body)
	}
}

func TestACompleteJournalIsFinished(t *testing.T) {
	fs, l := interrupted(t)
	if err := l.Reopen(context.Background()); err != nil {
		t.Fatal(err)
	}
	wantBody(t, l, 2, "of a person")
	if where := fs.Holds("secret"); where != nil {
		t.Errorf("the secret is still in %q", where)
	}
	change(t, fs, lifeDir+"/"+journalName, func(b []byte) {
		if !isZero(b) {
			t.Error("the journal was not wiped")
		}
	})
}

func TestATornJournalIsDropped(t *testing.T) {
	fs, l := interrupted(t)
	first, err := l.At(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	change(t, fs, lifeDir+"/"+journalName, func(b []byte) { b[sector+headerSize] ^= 1 })
	change(t, fs, firstFile, func(b []byte) { // as if nothing had been overwritten yet
		h := header{
			seq: 2, workspace: l.workspace, lineage: l.lineage, length: 22, room: roomFor(22), before: first.Hash,
			salt: [16]byte{1}, original: sumOf([16]byte{1}, []byte("the secret of a person")),
		}
		h.current = h.original
		third, _ := decodeHeader(b[2*sector:])
		third.before = h.chain()
		copy(b[sector:], appendRecord(nil, &h, []byte("the secret of a person")))
		copy(b[2*sector:], appendRecord(nil, &third, []byte("three")))
	})
	if err := l.Reopen(context.Background()); err != nil {
		t.Fatal(err)
	}
	wantBody(t, l, 2, "the secret of a person")
	change(t, fs, lifeDir+"/"+journalName, func(b []byte) {
		if !isZero(b) {
			t.Error("the journal was not wiped")
		}
	})
}

func TestWhatIsLeftOfARedactedBodyConfirmsNoGuess(t *testing.T) {
	ctx := context.Background()
	_, opts := filled(t, "one", "yes")
	l := opened(t, opts)
	before, _, err := l.readRecord(2, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Redact(ctx, 2, []byte("")); err != nil {
		t.Fatal(err)
	}
	after, _, err := l.readRecord(2, nil)
	if err != nil {
		t.Fatal(err)
	}
	if after.original != before.original || after.chain() != before.chain() {
		t.Error("the redaction changed the chain")
	}
	if after.salt == before.salt {
		t.Error("the salt of the old body is still there: a guess of it can be confirmed")
	}
}
