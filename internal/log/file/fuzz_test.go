package file

import (
	"bytes"
	"context"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log/file/faultfs"
	"pgregory.net/rapid"
)

func anyHeader(t *rapid.T) header {
	hash := func(name string) (h [32]byte) {
		copy(h[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, name))
		return h
	}
	length := rapid.IntRange(0, 1<<30).Draw(t, "length")
	h := header{
		redacted:    rapid.Bool().Draw(t, "redacted"),
		incarnation: rapid.Uint16().Draw(t, "incarnation"),
		seq:         orrery.Seq(rapid.Uint64Min(1).Draw(t, "seq")),
		before:      hash("before"), original: hash("original"), current: hash("current"),
		length: int64(length), room: roomFor(length),
	}
	ids := hash("ids")
	copy(h.workspace[:], ids[:16])
	copy(h.lineage[:], ids[16:])
	return h
}

func TestAHeaderComesBackAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := anyHeader(t)
		var b [headerSize]byte
		h.encode(b[:])
		got, err := decodeHeader(b[:])
		if err != nil || got != h {
			t.Fatalf("wrote %+v, read %+v, %v", h, got, err)
		}
		if h.size()%sector != 0 || h.room < h.length+slack || h.size() < h.used() {
			t.Fatalf("a body of %d bytes has room for %d in %d", h.length, h.room, h.size())
		}
	})
}

func FuzzHeader(f *testing.F) {
	h := header{seq: 7, incarnation: 2, length: 5, room: roomFor(5), redacted: true}
	record := appendRecord(nil, &h, []byte("hello"))
	f.Add(record)
	f.Add(record[:headerSize])
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := decodeHeader(b)
		if err != nil {
			return
		}
		again := make([]byte, headerSize)
		if h.encode(again); !bytes.Equal(again, b[:headerSize]) {
			t.Errorf("a header that was read is written otherwise:\n%x\n%x", b[:headerSize], again)
		}
		h.checkBody(b[headerSize:])
	})
}

func FuzzJournal(f *testing.F) {
	h := header{seq: 7, length: 5, room: roomFor(5)}
	f.Add(encodeJournal(2048, 1, 512, appendRecord(nil, &h, []byte("hello"))))
	f.Fuzz(func(t *testing.T, b []byte) {
		first, offset, record, ok := decodeJournal(b)
		if !ok {
			return
		}
		again := encodeJournal(int64(len(b)), first, offset, record)
		if _, _, r, ok := decodeJournal(again); !ok || !bytes.Equal(r, record) {
			t.Error("a journal that was read cannot be written and read again")
		}
	})
}

// FuzzOpen opens a log whose files hold anything: it may refuse, but neither panic nor hand out what does not verify.
func FuzzOpen(f *testing.F) {
	fs, _ := filledForFuzz()
	var segment []byte
	fs.Change(firstFile, func(b []byte) { segment = bytes.Clone(b) })
	f.Add(segment, []byte{})
	h, _ := decodeHeader(segment)
	f.Add(segment, encodeJournal(4096, 1, 0, appendRecord(nil, &h, []byte("other"))))
	f.Add(segment[:sector+100], []byte{})
	f.Fuzz(func(t *testing.T, segment, journal []byte) {
		ctx := context.Background()
		fs, opts := filledForFuzz()
		for name, b := range map[string][]byte{firstFile: segment, lifeDir + "/" + journalName: journal} {
			f, err := fs.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.WriteAt(b, 0); err != nil {
				t.Fatal(err)
			}
		}
		l, err := Open(ctx, opts)
		if err != nil {
			return
		}
		for c, err := range l.Read(ctx, 0) {
			if err != nil {
				t.Fatalf("a log that opened does not read: %v", err)
			}
			if c.Seq > l.end.seq {
				t.Fatalf("chunk %d is beyond the end %d", c.Seq, l.end.seq)
			}
		}
		if _, err := l.Append(ctx, l.end.seq, []byte("next")); err != nil {
			t.Fatalf("a log that opened does not append: %v", err)
		}
	})
}

func filledForFuzz() (*faultfs.FS, Options) {
	fs := faultfs.New(1)
	opts := Options{Dir: lifeDir, Workspace: "acme", FS: fs, SegmentSize: 4096, Foreground: true}
	l, err := Open(context.Background(), opts)
	if err != nil {
		panic(err)
	}
	for _, body := range []string{"one", "two"} {
		if _, err := l.Append(context.Background(), l.end.seq, []byte(body)); err != nil {
			panic(err)
		}
	}
	l.Close()
	return fs, opts
}
