package faultfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
)

const sector = 512

// inode is a file or a directory, whatever its names.
type inode struct {
	dir   bool
	seen  []byte   // what a program reads
	disk  []byte   // what is left after a power cut; its length is the durable one
	dirty []uint64 // a bit for each sector of seen that a sync must still write
}

func (n *inode) isDirty(s int) bool { return s/64 < len(n.dirty) && n.dirty[s/64]>>(s%64)&1 == 1 }

func (n *inode) soil(s int) {
	for s/64 >= len(n.dirty) {
		n.dirty = append(n.dirty, 0)
	}
	n.dirty[s/64] |= 1 << (s % 64)
}

func (n *inode) clean(s int) {
	if s/64 < len(n.dirty) {
		n.dirty[s/64] &^= 1 << (s % 64)
	}
}

func (n *inode) sectors() int { return (len(n.seen) + sector - 1) / sector }

// flush writes one sector to the part of the disk that has a durable length.
func (n *inode) flush(s int) {
	from, to := s*sector, min((s+1)*sector, len(n.seen), len(n.disk))
	if from < to {
		copy(n.disk[from:to], n.seen[from:to])
	}
}

// resize changes the length that is seen; what it grows by is zeros.
func (n *inode) resize(size int) {
	if size <= len(n.seen) {
		n.seen = n.seen[:size:size]
		for s := n.sectors(); s < len(n.dirty)*64; s++ {
			n.clean(s)
		}
		return
	}
	grown := make([]byte, size)
	copy(grown, n.seen)
	for s := len(n.seen) / sector; s < (size+sector-1)/sector; s++ {
		n.soil(s) // after a shrinking the disk may hold something else there
	}
	n.seen = grown
}

// setLength makes the seen length durable. What a shorter length cuts off stays readable on the disk.
func (n *inode) setLength(f *FS) {
	if len(n.seen) < len(n.disk) {
		f.freed = append(f.freed, append([]byte(nil), n.disk[len(n.seen):]...))
		n.disk = n.disk[:len(n.seen):len(n.seen)]
	}
	if len(n.seen) > len(n.disk) {
		n.disk = append(n.disk, make([]byte, len(n.seen)-len(n.disk))...)
	}
}

// lose is a power cut: of each sector not synced chance decides.
func (n *inode) lose(f *FS) {
	if n.dir {
		return
	}
	if len(n.seen) != len(n.disk) && f.rand.IntN(2) == 0 {
		n.setLength(f)
	}
	keep := []int{0, 1, 2, 2, 4}[f.rand.IntN(5)] // of 4: sometimes nothing, sometimes all
	for s := range n.sectors() {
		if n.isDirty(s) && f.rand.IntN(4) < keep {
			n.flush(s)
		}
	}
	n.seen = append([]byte(nil), n.disk...)
	n.dirty = nil
}

// file is an open file.
type file struct {
	fs     *FS
	name   string
	node   *inode
	life   int
	closed bool
}

// begin starts an operation on the file. The caller holds the lock of the file system.
func (h *file) begin(kind Kind) error {
	if h.closed || (h.life != h.fs.life && !h.fs.down) {
		return fmt.Errorf("%s %s: %w", kind, h.name, fs.ErrClosed)
	}
	return h.fs.begin(kind, h.name)
}

func (h *file) ReadAt(b []byte, off int64) (int, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if err := h.begin(ReadAt); err != nil {
		return 0, h.fs.finish(err)
	}
	if off >= int64(len(h.node.seen)) {
		return 0, io.EOF
	}
	n := copy(b, h.node.seen[off:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (h *file) WriteAt(b []byte, off int64) (int, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	err := h.begin(WriteAt)
	if errors.Is(err, fs.ErrClosed) || h.fs.down {
		return 0, err
	}
	if err == nil {
		err = h.fs.fits(off + int64(len(b)) - int64(len(h.node.seen)))
	}
	if err != nil && len(b) > 0 {
		// A write that fails was cut short somewhere: at a sector most of the time, as disks do, else at any byte.
		n := h.fs.rand.IntN(len(b))
		if h.fs.rand.IntN(4) > 0 {
			n = n / sector * sector
		}
		b = b[:n]
		if h.fs.fits(off+int64(n)-int64(len(h.node.seen))) != nil {
			b = nil
		}
	}
	h.write(b, off)
	if err != nil {
		return len(b), h.fs.finish(err)
	}
	return len(b), nil
}

func (h *file) write(b []byte, off int64) {
	n := h.node
	if len(b) == 0 {
		return
	}
	if end := int(off) + len(b); end > len(n.seen) {
		n.resize(end)
	}
	for s := int(off) / sector; s <= (int(off)+len(b)-1)/sector; s++ {
		// The system writes back when it likes, so an older content may be what the disk holds in the end.
		if n.isDirty(s) && h.fs.rand.IntN(2) == 0 {
			n.flush(s)
		}
		n.soil(s)
	}
	copy(n.seen[off:], b)
}

func (h *file) Close() error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	h.closed = true
	return nil
}

func (h *file) Size() (int64, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if err := h.begin(Size); err != nil {
		return 0, h.fs.finish(err)
	}
	return int64(len(h.node.seen)), nil
}

func (h *file) Allocate(size int64) error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	err := h.begin(Allocate)
	if err == nil {
		err = h.fs.fits(size - int64(len(h.node.seen)))
	}
	if err != nil {
		return h.fs.finish(err)
	}
	h.node.resize(int(max(size, int64(len(h.node.seen)))))
	return nil
}

func (h *file) Truncate(size int64) error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if err := h.begin(Truncate); err != nil {
		return h.fs.finish(err)
	}
	h.node.resize(int(size))
	return nil
}

func (h *file) Sync() error { return h.sync(Sync) }

func (h *file) DataSync() error { return h.sync(DataSync) }

// sync writes the dirty sectors. When it fails, it wrote some of them, and the others count as clean all the same; the
// system may then forget them and read again what the disk holds.
func (h *file) sync(kind Kind) error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	n := h.node
	err := h.begin(kind)
	if errors.Is(err, fs.ErrClosed) || h.fs.down {
		return err
	}
	if errors.Is(err, ErrDown) {
		return h.fs.finish(err)
	}
	if kind == Sync && err == nil {
		n.setLength(h.fs)
	}
	for s := range n.sectors() {
		if !n.isDirty(s) || (err == nil && s*sector >= len(n.disk)) {
			continue
		}
		if err == nil || h.fs.rand.IntN(2) == 0 {
			n.flush(s)
		} else if from, to := s*sector, min((s+1)*sector, len(n.seen)); to <= len(n.disk) && h.fs.rand.IntN(2) == 0 {
			copy(n.seen[from:to], n.disk[from:to])
		}
		n.clean(s)
	}
	return err
}
