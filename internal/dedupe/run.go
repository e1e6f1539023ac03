package dedupe

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math/bits"
	"path/filepath"
	"sort"
	"sync"

	"github.com/orrery-cxm/orrery/internal/log/file/disk"
)

// run is an open file of keys. It is immutable and safe for concurrent reads.
type run struct {
	header
	name   string
	f      disk.File
	mapped []byte // the whole file where the system can map it, else nil
	filter []byte
	fences []byte
}

// openRun opens a run and checks everything about it but the blocks, which are checked when they are read.
func openRun(files disk.FS, dir, name string) (_ *run, err error) {
	f, err := files.OpenToRead(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s is missing", ErrCorrupt, name)
	} else if err != nil {
		return nil, fmt.Errorf("opening a file of message ids: %w", err)
	}
	r := &run{name: name, f: f}
	defer func() {
		if err != nil {
			r.close()
		}
	}()
	var head [headerSize]byte
	if _, err := f.ReadAt(head[:], 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	size, err := f.Size()
	if err != nil {
		return nil, fmt.Errorf("looking at %s: %w", name, err)
	}
	if r.header, err = decodeHeader(head[:]); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if size != r.size() {
		return nil, fmt.Errorf("%s: %w: it has %d bytes and should have %d", name, ErrCorrupt, size, r.size())
	}
	if err := r.load(); err != nil {
		return nil, fmt.Errorf("reading the filter of %s: %w", name, err)
	}
	if crc32.Checksum(r.filter, castagnoli) != r.filterSum || crc32.Checksum(r.fences, castagnoli) != r.fenceSum {
		return nil, fmt.Errorf("%s: %w: the filter's checksum is wrong", name, ErrCorrupt)
	}
	return r, nil
}

// load makes filter and fences readable: through the page cache, or in the heap where the system cannot map files.
func (r *run) load() error {
	var err error
	if r.mapped, err = mapFile(r.f, r.size()); err == nil {
		r.filter = r.mapped[r.filterAt():r.fencesAt()]
		r.fences = r.mapped[r.fencesAt():r.size()]
		return nil
	}
	if !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	both := make([]byte, r.size()-r.filterAt())
	if _, err := r.f.ReadAt(both, r.filterAt()); err != nil {
		return err
	}
	r.filter, r.fences = both[:r.lines*lineSize], both[r.lines*lineSize:]
	return nil
}

func (r *run) close() error {
	var err error
	if r.mapped != nil {
		err = unmapFile(r.mapped)
	}
	r.mapped, r.filter, r.fences = nil, nil, nil
	return errors.Join(err, r.f.Close())
}

// maybe asks the filter: false means that the key is not here.
func (r *run) maybe(hi, lo uint64) bool {
	at := r.lineOf(hi) * lineSize
	return marked(r.filter[at:at+lineSize], lo)
}

var blockPool = sync.Pool{New: func() any { return new([blockSize]byte) }}

// times is how often k is here: 0, or 1, or more if it was added more than once on that day. It reads the block in
// which k would be, and those before it that begin alike.
func (r *run) times(k *Key) (n int, err error) {
	hi, lo := halves(k)
	if !r.maybe(hi, lo) {
		return 0, nil
	}
	buf := blockPool.Get().(*[blockSize]byte)
	defer blockPool.Put(buf)
	for i := r.blockOf(hi); i >= 0; i-- {
		keys, err := r.readBlock(buf, uint64(i))
		if err != nil {
			return 0, err
		}
		n += timesInBlock(keys, k)
		if r.fence(uint64(i)) != hi {
			break
		}
	}
	return n, nil
}

func (r *run) fence(i uint64) uint64 { return binary.LittleEndian.Uint64(r.fences[i*fenceSize:]) }

// blockOf is the last block whose first key begins with at most hi, -1 if there is none. Keys spread evenly, so it
// lies near the place that hi has among all 64-bit numbers: search outwards from there, then between.
func (r *run) blockOf(hi uint64) int {
	n := int(r.blocks())
	guess, _ := bits.Mul64(hi, uint64(n))
	low, high := int(guess), int(guess)+1 // the answer is in [low-1, high-1] once both loops are done
	for step := 1; low > 0 && r.fence(uint64(low)) > hi; step *= 2 {
		high = low
		low = max(low-step, 0)
	}
	for step := 1; high < n && r.fence(uint64(high)) <= hi; step *= 2 {
		low = high
		high = min(high+step, n)
	}
	return low + sort.Search(high-low, func(i int) bool { return r.fence(uint64(low+i)) > hi }) - 1
}

func (r *run) readBlock(buf *[blockSize]byte, i uint64) ([]byte, error) {
	if _, err := r.f.ReadAt(buf[:], int64(headerSize+i*blockSize)); err != nil {
		return nil, fmt.Errorf("reading block %d of %s: %w", i, r.name, err)
	}
	keys, err := openBlock(buf, i)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.name, err)
	}
	return keys, nil
}

func timesInBlock(keys []byte, k *Key) (n int) {
	held := len(keys) / keySize
	i := sort.Search(held, func(i int) bool { return bytes.Compare(keys[i*keySize:(i+1)*keySize], k[:]) >= 0 })
	for ; i < held && Key(keys[i*keySize:]) == *k; i++ {
		n++
	}
	return n
}
