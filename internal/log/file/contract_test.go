package file_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery/internal/log"
	"github.com/orrery-cxm/orrery/internal/log/file"
	"github.com/orrery-cxm/orrery/internal/log/file/disk"
	"github.com/orrery-cxm/orrery/internal/log/file/faultfs"
	"github.com/orrery-cxm/orrery/internal/log/logtest"
)

func TestTheContractHoldsOnARealDisk(t *testing.T) { contract(t, disk.OS{}, t.TempDir()) }

func TestTheContractHoldsInMemory(t *testing.T) { contract(t, faultfs.New(1), "/data") }

func contract(t *testing.T, fs disk.FS, root string) {
	n := 0
	logtest.Run(t, func(t *testing.T) logtest.Opener {
		n++
		opts := file.Options{Dir: root + "/" + strings.Repeat("w", n), Workspace: "acme", SegmentSize: 64 << 10, FS: fs}
		return func(incarnation uint16) (log.Log, error) {
			opts.Incarnation = incarnation
			return file.Open(context.Background(), opts)
		}
	})
}

func TestASecondProcessIsRefusedAndToldWhere(t *testing.T) {
	for name, fs := range map[string]disk.FS{"disk": disk.OS{}, "memory": faultfs.New(1)} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			opts := file.Options{Dir: t.TempDir(), Workspace: "acme", SegmentSize: 4096, FS: fs}
			first, err := file.Open(ctx, opts)
			if err != nil {
				t.Fatal(err)
			}
			_, err = file.Open(ctx, opts)
			if !errors.Is(err, log.ErrLocked) || !strings.Contains(err.Error(), opts.Dir) {
				t.Fatalf("the second got %v, want ErrLocked with the directory", err)
			}
			if _, err := first.Append(ctx, 0, []byte("still mine")); err != nil {
				t.Errorf("the first can no longer append: %v", err)
			}
			if err := first.Close(); err != nil {
				t.Fatal(err)
			}
			again, err := file.Open(ctx, opts)
			if err != nil {
				t.Fatalf("after the first closed: %v", err)
			}
			again.Close()
		})
	}
}

func TestOptionsThatCannotWorkAreRefused(t *testing.T) {
	_, err := file.Open(context.Background(), file.Options{Dir: t.TempDir(), Workspace: "acme", SegmentSize: 100})
	if err == nil || !strings.Contains(err.Error(), "4096") {
		t.Errorf("a segment of 100 bytes gave %v, want an error that names the least size", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := file.Open(ctx, file.Options{Dir: t.TempDir(), Workspace: "acme"}); !errors.Is(err, context.Canceled) {
		t.Errorf("opening with a done context gave %v, want its error", err)
	}
}
