package file

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log"
	"github.com/orrery-cxm/orrery/internal/log/file/faultfs"
)

// failing makes the operations of a kind fail with an error.
func failing(kind faultfs.Kind, err error) func(faultfs.Op) error {
	return func(op faultfs.Op) error {
		if op.Kind == kind {
			return err
		}
		return nil
	}
}

func TestAfterAFailedSyncTheLogRefusesUntilReopened(t *testing.T) {
	ctx := context.Background()
	fs, opts := filled(t, "one")
	l := opened(t, opts)
	fs.FailWith(failing(faultfs.DataSync, syscall.EIO))
	if _, err := l.Append(ctx, 1, []byte("two")); !errors.Is(err, log.ErrUnknown) || !errors.Is(err, syscall.EIO) {
		t.Fatalf("append gave %v, want ErrUnknown because of EIO", err)
	}
	if err := l.Reopen(ctx); !errors.Is(err, syscall.EIO) {
		t.Fatalf("reopening on a disk that still fails gave %v, want EIO", err)
	}
	fs.FailWith(nil)
	ops := fs.Ops()
	if _, err := l.Append(ctx, 1, []byte("two")); !errors.Is(err, log.ErrUnknown) {
		t.Errorf("append before reopening gave %v, want ErrUnknown", err)
	}
	if err := l.Redact(ctx, 1, nil); !errors.Is(err, log.ErrUnknown) {
		t.Errorf("redact before reopening gave %v, want ErrUnknown", err)
	}
	if fs.Ops() != ops {
		t.Error("a log in doubt touched its files before it was reopened")
	}
	if c, err := l.At(ctx, 1); err != nil || string(c.Body) != "one" {
		t.Errorf("what was durable cannot be read meanwhile: %q, %v", c.Body, err)
	}
	if err := l.Reopen(ctx); err != nil {
		t.Fatal(err)
	}
	end, _ := l.End()
	if _, err := l.Append(ctx, end, []byte("next")); err != nil {
		t.Errorf("append after reopening: %v", err)
	}
	if _, err := l.Verify(ctx); err != nil {
		t.Error(err)
	}
}

func TestAFullDiskIsSaidAndAppendsGoOnOnceThereIsRoom(t *testing.T) {
	ctx := context.Background()
	for name, fill := range map[string]func(*faultfs.FS){
		"no room for a segment": func(fs *faultfs.FS) { fs.SetRoom(0) },
		"no room for a record":  func(fs *faultfs.FS) { fs.FailWith(once(faultfs.WriteAt, syscall.ENOSPC)) },
	} {
		t.Run(name, func(t *testing.T) {
			fs, opts := filled(t, "one")
			l := opened(t, opts)
			size := 700
			if name == "no room for a segment" {
				size = 9000
			}
			fill(fs)
			secret := bytes.Repeat([]byte("secret "), size/7)
			if _, err := l.Append(ctx, 1, secret); !errors.Is(err, log.ErrFull) || errors.Is(err, log.ErrUnknown) {
				t.Fatalf("append gave %v, want ErrFull", err)
			}
			if where := fs.Holds("secret"); where != nil {
				t.Errorf("what was not kept can be read in %q", where)
			}
			if err := l.Redact(ctx, 1, nil); name == "no room for a segment" && !errors.Is(err, log.ErrFull) {
				t.Errorf("redact gave %v, want ErrFull", err)
			}
			fs.SetRoom(-1)
			if _, err := l.Append(ctx, 1, secret); err != nil {
				t.Fatalf("append with room again: %v", err)
			}
			if _, err := l.Verify(ctx); err != nil {
				t.Error(err)
			}
			l.Close()
			if end, _ := opened(t, opts).End(); end != 2 {
				t.Errorf("the log ends at %d, want 2", end)
			}
		})
	}
}

// once makes the first operation of a kind fail.
func once(kind faultfs.Kind, err error) func(faultfs.Op) error {
	done := false
	return func(op faultfs.Op) error {
		if op.Kind != kind || done {
			return nil
		}
		done = true
		return err
	}
}

func TestSegmentsPreparedAheadLeaveNothingBehind(t *testing.T) {
	ctx := context.Background()
	fs := faultfs.New(1)
	opts := Options{Dir: lifeDir, Workspace: "acme", FS: fs, SegmentSize: 4096}
	l := opened(t, opts)
	for i := range orrery.Seq(100) {
		fs.SetRoom(-1)
		if i%7 == 3 {
			fs.SetRoom(0) // what is being prepared now fails, and is tried again when it is needed
		}
		_, err := l.Append(ctx, i, fmt.Append(nil, "chunk ", i+1))
		if errors.Is(err, log.ErrFull) {
			fs.SetRoom(-1)
			_, err = l.Append(ctx, i, fmt.Append(nil, "chunk ", i+1))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := fs.List(lifeDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if name == spareName {
			t.Error("closing left the segment that was being prepared")
		}
	}
	l = opened(t, opts)
	if v, err := l.Verify(ctx); err != nil || v.Chunks != 100 {
		t.Errorf("verified %d chunks, %v; want 100", v.Chunks, err)
	}
}

func TestManySegmentsAreReadWithFewOpenFiles(t *testing.T) {
	ctx := context.Background()
	var bodies []string
	for i := range 700 {
		bodies = append(bodies, fmt.Sprint("chunk ", i+1))
	}
	_, opts := filled(t, bodies...)
	opts.SegmentSize = 4096
	l := opened(t, opts)
	if n := len(l.segments); n <= openFiles+5 {
		t.Fatalf("%d segments are too few for this test", n)
	}
	var wg sync.WaitGroup
	for r := range 4 {
		wg.Go(func() {
			for i := range 700 {
				seq := orrery.Seq((i*37+r*11)%700 + 1)
				if c, err := l.At(ctx, seq); err != nil || string(c.Body) != bodies[seq-1] {
					t.Errorf("chunk %d is %q, %v", seq, c.Body, err)
					return
				}
			}
		})
	}
	wg.Wait()
	if l.cache.open > openFiles+4 {
		t.Errorf("%d files are open, want about %d", l.cache.open, openFiles)
	}
}

func TestACopyBesideAppendsAndRedactionsIsAWholeLog(t *testing.T) {
	ctx := context.Background()
	_, opts := filled(t, "first")
	l := opened(t, opts)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := orrery.Seq(1); ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := l.Append(ctx, i, bytes.Repeat([]byte("a"), 300)); err != nil {
				t.Error(err)
				return
			}
			if err := l.Redact(ctx, i/2+1, bytes.Repeat([]byte("b"), 100)); err != nil {
				t.Error(err)
				return
			}
		}
	})
	var copied []string
	for i := range 5 {
		end, _ := l.End()
		dir := fmt.Sprint("/backup/", i)
		if err := l.Copy(ctx, dir, end); err != nil {
			t.Fatal(err)
		}
		copied = append(copied, dir)
		o := opts
		o.Dir = dir
		c := opened(t, o)
		if got, _ := c.End(); got != end {
			t.Errorf("the copy ends at %d, want %d", got, end)
		}
		if _, err := c.Verify(ctx); err != nil {
			t.Error(err)
		}
		if _, err := c.Append(ctx, end, []byte("goes on")); err != nil {
			t.Error(err)
		}
		c.Close()
	}
	close(stop)
	wg.Wait()
	if err := l.Copy(ctx, copied[0], 1); err == nil {
		t.Error("a copy over another log was not refused")
	}
	if err := l.Copy(ctx, "/backup/far", 1<<40); !errors.Is(err, log.ErrNoChunk) {
		t.Errorf("a copy beyond the end gave %v, want ErrNoChunk", err)
	}
}
