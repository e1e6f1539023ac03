//go:build unix

package app

import "golang.org/x/sys/unix"

// freeBytes is how much room the file system of a directory has for us.
func freeBytes(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return uint64(s.Bavail) * uint64(s.Bsize), nil
}
