package file_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log/file"
	_ "modernc.org/sqlite"
)

// BenchmarkAppend sets the log beside what the machine can do at best, a bare write and sync of as many bytes, and
// beside the same chunks as rows of SQLite.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{4 << 10, 100 << 10} {
		for _, way := range []struct {
			name string
			open func(b *testing.B, size int) func(i int, body []byte)
		}{
			{"machine,fdatasync", func(b *testing.B, size int) func(int, []byte) { return machine(b, size, 0) }},
			{"machine,O_DSYNC", func(b *testing.B, size int) func(int, []byte) { return machine(b, size, syscall.O_DSYNC) }},
			{"log", ours},
			{"sqlite", sqlite},
		} {
			b.Run(fmt.Sprintf("%dKiB/%s", size>>10, way.name), func(b *testing.B) {
				body := make([]byte, size)
				r := rand.New(rand.NewPCG(1, 2))
				for i := range body {
					body[i] = byte(r.Uint32())
				}
				do := way.open(b, size)
				var took []time.Duration
				var before, after syscall.Rusage
				syscall.Getrusage(syscall.RUSAGE_SELF, &before)
				b.SetBytes(int64(size))
				for b.Loop() {
					start := time.Now()
					do(len(took), body)
					took = append(took, time.Since(start))
				}
				syscall.Getrusage(syscall.RUSAGE_SELF, &after)
				cpu := after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano()
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e3, "p50-µs")
				b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1e3, "p99-µs")
				b.ReportMetric(float64(cpu)/1e3/float64(len(took)), "cpu-µs")
			})
		}
	}
}

// machine overwrites a file of zeros, 64 MiB, again and again.
func machine(b *testing.B, size, flag int) func(int, []byte) {
	const length = 64 << 20
	name := filepath.Join(b.TempDir(), "file")
	if err := os.WriteFile(name, make([]byte, length), 0o600); err != nil {
		b.Fatal(err)
	}
	f, err := os.OpenFile(name, os.O_RDWR|flag, 0)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.Close() })
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
	step := (size + 256 + 8 + 128 + 511) / 512 * 512
	record := make([]byte, step)
	return func(i int, body []byte) {
		copy(record, body)
		if _, err := f.WriteAt(record, int64(i%(length/step))*int64(step)); err != nil {
			b.Fatal(err)
		}
		if flag == 0 {
			if err := syscall.Fdatasync(int(f.Fd())); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func ours(b *testing.B, _ int) func(int, []byte) {
	ctx := context.Background()
	l, err := file.Open(ctx, file.Options{Dir: b.TempDir(), Workspace: "acme"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	if _, err := l.Append(ctx, 0, nil); err != nil { // the first segment is made outside of what is measured
		b.Fatal(err)
	}
	return func(i int, body []byte) {
		if _, err := l.Append(ctx, orrery.Seq(i+1), body); err != nil {
			b.Fatal(err)
		}
	}
}

func sqlite(b *testing.B, _ int) func(int, []byte) {
	name := filepath.Join(b.TempDir(), "log.sqlite")
	db, err := sql.Open("sqlite", "file:"+name+"?_pragma=journal_mode(wal)&_pragma=synchronous(full)")
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	b.Cleanup(func() { db.Close() })
	if _, err := db.Exec("create table chunk (seq integer primary key, body blob) strict"); err != nil {
		b.Fatal(err)
	}
	insert, err := db.Prepare("insert into chunk values (?, ?)")
	if err != nil {
		b.Fatal(err)
	}
	return func(i int, body []byte) {
		if _, err := insert.Exec(i, body); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRead reads chunks of 100 KiB that the system has in memory, as a replay does.
func BenchmarkRead(b *testing.B) {
	ctx := context.Background()
	do := func(b *testing.B) *file.Log {
		l, err := file.Open(ctx, file.Options{Dir: b.TempDir(), Workspace: "acme"})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { l.Close() })
		for i := range orrery.Seq(1000) {
			if _, err := l.Append(ctx, i, make([]byte, 100<<10)); err != nil {
				b.Fatal(err)
			}
		}
		return l
	}
	l := do(b)
	b.SetBytes(1000 * 100 << 10)
	for b.Loop() {
		for _, err := range l.Read(ctx, 0) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
