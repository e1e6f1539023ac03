//go:build unix

package app

import (
	"fmt"
	"os"
	"syscall"
)

// giveTo gives a file that root writes to whoever owns the directory: the server that runs there under a user of its own
// must be able to read it.
func giveTo(dir string, f *os.File) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("looking whose directory it is: %w", err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid == 0 {
		return nil
	}
	if err := f.Chown(int(owner.Uid), int(owner.Gid)); err != nil {
		return fmt.Errorf("giving it to the owner of the directory: %w", err)
	}
	return nil
}
