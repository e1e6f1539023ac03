//go:build unix

package dedupe

import (
	"errors"

	"golang.org/x/sys/unix"

	"github.com/orrery-cxm/orrery/internal/log/file/disk"
)

// mapFile shows a file as memory that belongs to the page cache. An empty file cannot be mapped; no run is empty.
func mapFile(f disk.File, size int64) ([]byte, error) {
	real, ok := f.(interface{ Fd() uintptr })
	if !ok {
		return nil, errors.ErrUnsupported
	}
	return unix.Mmap(int(real.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
}

func unmapFile(b []byte) error { return unix.Munmap(b) }
