package faultfs_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"github.com/orrery-cxm/orrery/internal/log/file/disk"
	"github.com/orrery-cxm/orrery/internal/log/file/faultfs"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// made is a durable file of size zeros.
func made(t *testing.T, f *faultfs.FS, name string, size int64) disk.File {
	t.Helper()
	h, err := f.Create(name)
	must(t, err)
	must(t, h.Allocate(size))
	must(t, h.Sync())
	must(t, f.SyncDir("/"))
	return h
}

func content(t *testing.T, f *faultfs.FS, name string) []byte {
	t.Helper()
	f.Restart()
	h, err := f.Open(name)
	must(t, err)
	n, err := h.Size()
	must(t, err)
	b := make([]byte, n)
	if n > 0 {
		_, err = h.ReadAt(b, 0)
		must(t, err)
	}
	return b
}

var four = bytes.Repeat([]byte("x"), 4*512)

// outcomes is how often each content of a file was left by a power cut, over many seeds.
func outcomes(t *testing.T, do func(f *faultfs.FS, h disk.File)) map[string]int {
	t.Helper()
	seen := map[string]int{}
	for seed := range uint64(300) {
		f := faultfs.New(seed)
		h := made(t, f, "/file", 4*512)
		do(f, h)
		f.CutPower()
		b := content(t, f, "/file")
		var left string
		for i := 0; i+512 <= len(b); i += 512 {
			left += string(max(b[i], '.'))
		}
		seen[left]++
	}
	return seen
}

func TestUnsyncedSectorsAreLostInEveryCombination(t *testing.T) {
	seen := outcomes(t, func(_ *faultfs.FS, h disk.File) { h.WriteAt(four, 0) })
	if len(seen) != 16 {
		t.Errorf("of four sectors written %d combinations were left, want all 16: %v", len(seen), seen)
	}
}

func TestSyncedSectorsStay(t *testing.T) {
	for name, sync := range map[string]func(disk.File) error{"sync": disk.File.Sync, "datasync": disk.File.DataSync} {
		seen := outcomes(t, func(_ *faultfs.FS, h disk.File) { h.WriteAt(four, 0); sync(h) })
		if len(seen) != 1 || seen["xxxx"] != 300 {
			t.Errorf("after %s this was left: %v", name, seen)
		}
	}
}

func TestDataSyncDoesNotKeepALongerLength(t *testing.T) {
	seen := outcomes(t, func(_ *faultfs.FS, h disk.File) { h.WriteAt(four, 2*512); h.DataSync() })
	if seen["..xx"] == 0 {
		t.Errorf("the longer length was never lost: %v", seen)
	}
	for left := range seen {
		if left[:4] != "..xx" {
			t.Errorf("what lay inside the durable length was lost: %q", left)
		}
	}
}

func TestASyncAfterAFailedOneDoesNotWriteWhatWasLost(t *testing.T) {
	seen := outcomes(t, func(f *faultfs.FS, h disk.File) {
		h.WriteAt(four, 0)
		f.FailWith(func(op faultfs.Op) error {
			if op.Kind == faultfs.DataSync {
				return syscall.EIO
			}
			return nil
		})
		if err := h.DataSync(); !errors.Is(err, syscall.EIO) {
			t.Fatalf("the sync gave %v, want EIO", err)
		}
		f.FailWith(nil)
		h.DataSync()
	})
	if len(seen) != 16 {
		t.Errorf("a failed sync and a good one left %d combinations of four sectors, want all 16: %v", len(seen), seen)
	}
}

func TestNamesAreLostUntilTheirDirectoryIsSynced(t *testing.T) {
	kept := 0
	for seed := range uint64(100) {
		f := faultfs.New(seed)
		made(t, f, "/old", 512)
		_, err := f.Create("/new")
		must(t, err)
		must(t, f.Rename("/old", "/renamed"))
		f.CutPower()
		f.Restart()
		names, err := f.List("/")
		must(t, err)
		has := map[string]bool{}
		for _, n := range names {
			has[n] = true
		}
		if has["old"] == has["renamed"] {
			t.Fatalf("a renaming was done by half: %q", names)
		}
		if has["new"] {
			kept++
		}
	}
	if kept == 0 || kept == 100 {
		t.Errorf("an unsynced name was kept %d times of 100, want sometimes", kept)
	}
}

func TestTheSameSeedGivesTheSameOutcome(t *testing.T) {
	play := func() string {
		f := faultfs.New(7)
		h := made(t, f, "/file", 8*512)
		for i := range 8 {
			h.WriteAt(four, int64(i)*300)
		}
		f.CutPowerAfter(2)
		h.WriteAt(four, 9)
		h.WriteAt(four, 99)
		_, err := h.WriteAt(four, 999)
		if !errors.Is(err, faultfs.ErrDown) {
			t.Fatalf("the third write after the cut was planned gave %v, want ErrDown", err)
		}
		return fmt.Sprintf("%x", content(t, f, "/file"))
	}
	if first, second := play(), play(); first != second {
		t.Error("two plays of one seed differ")
	}
}

func TestAKilledProcessLosesItsFilesAndLocksButNoBytes(t *testing.T) {
	f := faultfs.New(1)
	h := made(t, f, "/file", 4*512)
	_, err := f.Lock("/LOCK")
	must(t, err)
	if _, err := f.Lock("/LOCK"); !errors.Is(err, disk.ErrInUse) {
		t.Errorf("a second lock gave %v, want ErrInUse", err)
	}
	h.WriteAt(four, 0)
	f.Kill()
	if _, err := h.WriteAt(four, 0); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("a write of a killed process gave %v, want ErrClosed", err)
	}
	if _, err := f.Lock("/LOCK"); err != nil {
		t.Errorf("the lock of a killed process is still held: %v", err)
	}
	if !bytes.Equal(content(t, f, "/file"), four) {
		t.Error("bytes were lost")
	}
}

func TestADiskWithoutRoomSaysSo(t *testing.T) {
	f := faultfs.New(1)
	h := made(t, f, "/file", 1024)
	f.SetRoom(2048)
	if err := h.Allocate(4096); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("growing beyond the room gave %v, want ENOSPC", err)
	}
	if _, err := h.WriteAt(four, 1024); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("writing beyond the room gave %v, want ENOSPC", err)
	}
	if _, err := h.WriteAt(four[:1024], 0); err != nil {
		t.Errorf("overwriting gave %v", err)
	}
	if f.Holds("xxx") == nil || f.Holds("yyy") != nil {
		t.Error("Holds does not find what is there, or finds what is not")
	}
}
