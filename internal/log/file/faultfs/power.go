package faultfs

import (
	"path/filepath"
	"sort"
)

// cut loses what is not durable.
func (f *FS) cut() {
	if f.down {
		return
	}
	f.down = true
	f.life++
	clear(f.locks)
	nodes := map[*inode]bool{}
	for _, m := range []map[string]*inode{f.seen, f.durable} {
		for _, name := range sortedNames(m) {
			if n := m[name]; !nodes[n] {
				nodes[n] = true
				n.lose(f)
			}
		}
	}
	for _, c := range f.pending {
		if f.rand.IntN(2) == 0 {
			f.apply(c)
		}
	}
	f.pending = nil
	f.dropOrphans()
	clear(f.seen)
	for name, n := range f.durable {
		f.seen[name] = n
	}
}

// apply makes a change of names durable.
func (f *FS) apply(c change) {
	node := c.node
	if c.from != "" {
		if f.durable[c.from] != node {
			if c.to == "" { // its addition was lost
				f.free(node)
				return
			}
		} else {
			delete(f.durable, c.from)
		}
	}
	if c.to != "" {
		old := f.durable[c.to]
		f.durable[c.to] = node
		if old != nil && old != node {
			f.free(old)
		}
	} else if node != nil {
		f.free(node)
	}
}

// free keeps what is left on disk of a file without a name.
func (f *FS) free(n *inode) {
	for _, named := range f.durable {
		if named == n {
			return // it has another name
		}
	}
	if !n.dir && len(n.disk) > 0 {
		f.freed = append(f.freed, append([]byte(nil), n.disk...))
	}
}

// dropOrphans forgets files whose directory was lost.
func (f *FS) dropOrphans() {
	for again := true; again; {
		again = false
		for _, name := range sortedNames(f.durable) {
			if parent := filepath.Dir(name); parent != "." && parent != "/" && f.durable[parent] == nil {
				delete(f.durable, name)
				again = true
			}
		}
	}
}

func sortedNames(m map[string]*inode) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
