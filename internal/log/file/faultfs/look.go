package faultfs

import (
	"bytes"
	"io/fs"
	"path/filepath"
)

// Holds lists every place in which needle can be read, on the disk or by a program: names, or "freed" for what files
// that are gone left behind.
func (f *FS) Holds(needle string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var where []string
	want := []byte(needle)
	for _, name := range sortedNames(f.seen) {
		if bytes.Contains(f.seen[name].seen, want) {
			where = append(where, name)
		}
	}
	for _, name := range sortedNames(f.durable) {
		if bytes.Contains(f.durable[name].disk, want) {
			where = append(where, name+" on disk")
		}
	}
	for _, b := range f.freed {
		if bytes.Contains(b, want) {
			where = append(where, "freed")
		}
	}
	return where
}

// Change lets a test change the bytes of a file, seen and durable, behind the program's back. The file system waits
// meanwhile, so change must not use it.
func (f *FS) Change(name string, change func(b []byte)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.seen[filepath.Clean(name)]
	if n == nil {
		return fs.ErrNotExist
	}
	change(n.seen)
	n.disk = append(n.disk[:0], n.seen...)
	n.dirty = nil
	return nil
}
