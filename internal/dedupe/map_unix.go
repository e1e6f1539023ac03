//go:build unix

package dedupe

import (
	"os"

	"golang.org/x/sys/unix"
)

// mapFile shows a file as memory that belongs to the page cache. An empty file cannot be mapped; no run is empty.
func mapFile(f *os.File, size int64) ([]byte, error) {
	return unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
}

func unmapFile(b []byte) error { return unix.Munmap(b) }
