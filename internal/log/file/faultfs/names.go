package faultfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"sort"
	"syscall"

	"github.com/orrery-cxm/orrery/internal/log/file/disk"
)

// MkdirAll makes the directory and its parents.
func (f *FS) MkdirAll(dir string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.begin(MkdirAll, dir); err != nil {
		return f.finish(err)
	}
	dir = filepath.Clean(dir)
	var missing []string
	for d := dir; d != "." && d != "/" && f.seen[d] == nil; d = filepath.Dir(d) {
		missing = append(missing, d)
	}
	for i := len(missing) - 1; i >= 0; i-- {
		f.name(missing[i], &inode{dir: true})
	}
	return nil
}

// name gives a new node its name, which is not yet durable.
func (f *FS) name(name string, n *inode) {
	f.seen[name] = n
	f.pending = append(f.pending, change{dir: filepath.Dir(name), to: name, node: n})
}

// List is the names in dir, sorted.
func (f *FS) List(dir string) ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.begin(List, dir); err != nil {
		return nil, f.finish(err)
	}
	dir = filepath.Clean(dir)
	if n := f.seen[dir]; n == nil && dir != "." && dir != "/" {
		return nil, fmt.Errorf("list %s: %w", dir, fs.ErrNotExist)
	} else if n != nil && !n.dir {
		return nil, fmt.Errorf("list %s: %w", dir, syscall.ENOTDIR)
	}
	var names []string
	for name := range f.seen {
		if filepath.Dir(name) == dir {
			names = append(names, filepath.Base(name))
		}
	}
	sort.Strings(names)
	return names, nil
}

// Create makes an empty file in place of any of that name.
func (f *FS) Create(name string) (disk.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.begin(Create, name); err != nil {
		return nil, f.finish(err)
	}
	name = filepath.Clean(name)
	n := f.seen[name]
	if n == nil {
		if dir := filepath.Dir(name); dir != "." && dir != "/" && f.seen[dir] == nil {
			return nil, fmt.Errorf("create %s: %w", name, fs.ErrNotExist)
		}
		n = &inode{}
		f.name(name, n)
	} else {
		n.resize(0)
	}
	return &file{fs: f, name: name, node: n, life: f.life}, nil
}

// Open opens a file.
func (f *FS) Open(name string) (disk.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.begin(Open, name); err != nil {
		return nil, f.finish(err)
	}
	name = filepath.Clean(name)
	n := f.seen[name]
	if n == nil || n.dir {
		return nil, fmt.Errorf("open %s: %w", name, fs.ErrNotExist)
	}
	return &file{fs: f, name: name, node: n, life: f.life}, nil
}

// OpenToRead opens a file.
func (f *FS) OpenToRead(name string) (disk.File, error) { return f.Open(name) }

// Link gives a file a second name, which is not yet durable.
func (f *FS) Link(from, to string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.begin(Link, from)
	if err != nil && !errors.Is(err, ErrDown) {
		return err
	}
	from, to = filepath.Clean(from), filepath.Clean(to)
	n := f.seen[from]
	if n == nil || n.dir {
		return f.finish(errors.Join(err, fmt.Errorf("link %s: %w", from, fs.ErrNotExist)))
	}
	if f.seen[to] != nil {
		return f.finish(errors.Join(err, fmt.Errorf("link %s: %w", to, fs.ErrExist)))
	}
	f.name(to, n)
	return f.finish(err)
}

// Same says whether two names are those of one file.
func (f *FS) Same(a, b string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.seen[filepath.Clean(a)]
	return n != nil && n == f.seen[filepath.Clean(b)]
}

// Rename gives a file another name.
func (f *FS) Rename(from, to string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.begin(Rename, from)
	if err != nil && !errors.Is(err, ErrDown) {
		return err
	}
	from, to = filepath.Clean(from), filepath.Clean(to)
	n := f.seen[from]
	if n == nil {
		return f.finish(errors.Join(err, fmt.Errorf("rename %s: %w", from, fs.ErrNotExist)))
	}
	delete(f.seen, from)
	f.seen[to] = n
	f.pending = append(f.pending, change{dir: filepath.Dir(to), from: from, to: to, node: n})
	return f.finish(err)
}

// Remove takes a name away.
func (f *FS) Remove(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.begin(Remove, name)
	if err != nil && !errors.Is(err, ErrDown) {
		return err
	}
	name = filepath.Clean(name)
	n := f.seen[name]
	if n == nil {
		return f.finish(errors.Join(err, fmt.Errorf("remove %s: %w", name, fs.ErrNotExist)))
	}
	delete(f.seen, name)
	f.pending = append(f.pending, change{dir: filepath.Dir(name), from: name, node: n})
	return f.finish(err)
}

// SyncDir makes the names in dir durable. When it fails, the older changes may be.
func (f *FS) SyncDir(dir string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.begin(SyncDir, dir)
	dir = filepath.Clean(dir)
	var left []change
	failed := false
	for _, c := range f.pending {
		failed = failed || (err != nil && f.rand.IntN(2) == 0)
		if c.dir != dir || failed {
			left = append(left, c)
			continue
		}
		f.apply(c)
	}
	f.pending = left
	return f.finish(err)
}

// Lock takes a lock.
func (f *FS) Lock(name string) (io.Closer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.begin(Lock, name); err != nil {
		return nil, f.finish(err)
	}
	if f.locks[name] {
		return nil, disk.ErrInUse
	}
	f.locks[name] = true
	return lock{f, name, f.life}, nil
}

type lock struct {
	fs   *FS
	name string
	life int
}

func (l lock) Close() error {
	l.fs.mu.Lock()
	defer l.fs.mu.Unlock()
	if l.fs.life == l.life {
		delete(l.fs.locks, l.name)
	}
	return nil
}
