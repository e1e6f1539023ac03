package dedupe

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"iter"
	"path/filepath"

	"github.com/orrery-cxm/orrery/internal/log/file/disk"
)

// writeBuffer is what each of the three parts of a run gathers before it is written, at most.
const writeBuffer = 256 << 10

// writeRun writes count keys, which must come in ascending order, as the run `name`, durable when it returns. It holds
// three buffers, however many keys there are. h needs day, count and the log position; the rest is filled in.
func writeRun(files disk.FS, dir, name string, h header, keys iter.Seq2[Key, error]) (err error) {
	h.lines = linesFor(h.count)
	f, err := files.Create(filepath.Join(dir, name))
	if err != nil {
		return fmt.Errorf("making a file of message ids: %w", err)
	}
	defer func() {
		err = errors.Join(err, f.Close())
		if err != nil {
			files.Remove(filepath.Join(dir, name))
		}
	}()
	w := newRunWriter(f, h)
	for k, err := range keys {
		if err != nil {
			return err
		}
		if err := w.add(&k); err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
	}
	if err := w.finish(); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("syncing %s: %w", name, err)
	}
	return nil
}

// runWriter writes the three parts of a run side by side: their places are known from the number of keys.
type runWriter struct {
	h      header
	f      io.WriterAt
	keys   *bufio.Writer
	filter *bufio.Writer
	fences *bufio.Writer

	block  [blockSize]byte
	held   int    // keys in block
	index  uint64 // of block
	line   [lineSize]byte
	lineAt uint64 // index of line
	last   Key
	added  uint64
}

func newRunWriter(f io.WriterAt, h header) *runWriter {
	part := func(from, to int64) *bufio.Writer {
		return bufio.NewWriterSize(io.NewOffsetWriter(f, from), int(min(writeBuffer, to-from)))
	}
	return &runWriter{h: h, f: f, keys: part(headerSize, h.filterAt()), filter: part(h.filterAt(), h.fencesAt()), fences: part(h.fencesAt(), h.size())}
}

func (w *runWriter) add(k *Key) error {
	if w.added == w.h.count || (w.added > 0 && compare(w.last, *k) > 0) {
		panic("dedupe: the keys of a run must be as many as announced, in ascending order")
	}
	hi, lo := halves(k)
	if w.held == 0 {
		if err := w.addFence(hi); err != nil {
			return err
		}
	}
	copy(w.block[w.held*keySize:], k[:])
	w.held++
	w.added++
	w.last = *k
	if w.held == keysPerBlock {
		if err := w.endBlock(); err != nil {
			return err
		}
	}
	if err := w.moveTo(w.h.lineOf(hi)); err != nil {
		return err
	}
	mark(w.line[:], lo)
	return nil
}

func (w *runWriter) addFence(hi uint64) error {
	var b [fenceSize]byte
	binary.LittleEndian.PutUint64(b[:], hi)
	w.h.fenceSum = crc32.Update(w.h.fenceSum, castagnoli, b[:])
	_, err := w.fences.Write(b[:])
	return err
}

func (w *runWriter) endBlock() error {
	sealBlock(&w.block, w.held, w.index)
	if _, err := w.keys.Write(w.block[:]); err != nil {
		return err
	}
	w.block, w.held = [blockSize]byte{}, 0
	w.index++
	return nil
}

// moveTo writes the lines before `line`, which no later key can belong to.
func (w *runWriter) moveTo(line uint64) error {
	for w.lineAt < line {
		w.h.filterSum = crc32.Update(w.h.filterSum, castagnoli, w.line[:])
		if _, err := w.filter.Write(w.line[:]); err != nil {
			return err
		}
		w.line = [lineSize]byte{}
		w.lineAt++
	}
	return nil
}

func (w *runWriter) finish() error {
	if w.added != w.h.count {
		panic("dedupe: the keys of a run must be as many as announced")
	}
	var err error
	if w.held > 0 {
		err = w.endBlock()
	}
	err = errors.Join(err, w.moveTo(w.h.lines), w.keys.Flush(), w.filter.Flush(), w.fences.Flush())
	if err != nil {
		return err
	}
	_, err = w.f.WriteAt(w.h.encode(), 0)
	return err
}

// sealBlock writes the end of a block: number of keys, index, checksum.
func sealBlock(b *[blockSize]byte, held int, index uint64) {
	binary.LittleEndian.PutUint16(b[4080:], uint16(held))
	binary.LittleEndian.PutUint32(b[4084:], uint32(index))
	binary.LittleEndian.PutUint32(b[4092:], crc32.Checksum(b[:4092], castagnoli))
}

// openBlock gives the keys of a block, one after the other in a slice of bytes.
func openBlock(b *[blockSize]byte, index uint64) ([]byte, error) {
	held := int(binary.LittleEndian.Uint16(b[4080:]))
	if crc32.Checksum(b[:4092], castagnoli) != binary.LittleEndian.Uint32(b[4092:]) ||
		held > keysPerBlock || binary.LittleEndian.Uint32(b[4084:]) != uint32(index) {
		return nil, fmt.Errorf("%w: block %d", ErrCorrupt, index)
	}
	return b[:held*keySize], nil
}
