package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"

	"github.com/cockroachdb/pebble/v2/objstorage/objstorageprovider"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// What a checkpoint changes is written as sorted tables that the store takes over in one step. People are cut into
// stripes of the key space, the same ones each time, so that a table overlaps few others: an erasure then rewrites one
// stripe and not everybody, and the store merges stripe by stripe in the background.

// stripeBytes is about how much of the store a stripe holds; a store smaller than two of them is not cut at all.
const stripeBytes = 16 << 20

// maxStripeBits bounds the stripes: each costs a checkpoint two files, one of fragments and one of timelines.
const maxStripeBits = 6

// filesAtOnce is how many files a checkpoint makes at most: those of the stripes, and one for each other kind of row.
const filesAtOnce = 2<<maxStripeBits + 6

// incoming is the directory, inside that of the checkpoint, in which tables are made.
const incoming = "incoming"

// tables writes the rows of one change, which come in the order of their keys.
type tables struct {
	store *store
	bits  int // of a stripe's number
	paths []string
	group int
	open  *sstable.Writer
	err   error
}

func (s *store) newTables() *tables {
	t := &tables{store: s, group: -1}
	for size := s.db.Metrics().DiskSpaceUsage(); size >= 2*stripeBytes && t.bits < maxStripeBits; size /= 2 {
		t.bits++
	}
	return t
}

// groupOf is the table that a key belongs to: all in one where there are no stripes.
func (t *tables) groupOf(key []byte) int {
	if t.bits == 0 {
		return 0
	}
	stripe := 0
	if len(key) > 1 && (key[0] == keyFragment || key[0] == keyPage) {
		stripe = int(key[1] >> (8 - t.bits))
	}
	return int(key[0])<<8 | stripe
}

// at makes the table of a key the open one.
func (t *tables) at(key []byte) bool {
	group := t.groupOf(key)
	if t.err != nil || group == t.group {
		return t.err == nil
	}
	if t.err = t.end(); t.err != nil {
		return false
	}
	dir := filepath.Join(t.store.dir, incoming)
	if t.err = t.store.options.FS.MkdirAll(dir, 0o700); t.err != nil {
		return false
	}
	path := filepath.Join(dir, strconv.Itoa(len(t.paths))+".sst")
	file, err := t.store.options.FS.Create(path, vfs.WriteCategoryUnspecified)
	if err != nil {
		t.err = err
		return false
	}
	t.paths = append(t.paths, path)
	t.open = sstable.NewWriter(objstorageprovider.NewFileWritable(file), t.store.options.MakeWriterOptions(0, t.store.db.TableFormat()))
	t.group = group
	return true
}

// put sets a key; without a value it deletes it.
func (t *tables) put(key, value []byte) {
	if len(value) == 0 {
		t.delete(key)
		return
	}
	if t.at(key) {
		t.err = t.open.Set(key, value)
	}
}

// mark sets a key that has no value.
func (t *tables) mark(key []byte, set bool) {
	if !set {
		t.delete(key)
	} else if t.at(key) {
		t.err = t.open.Set(key, nil)
	}
}

func (t *tables) delete(key []byte) {
	if t.at(key) {
		t.err = t.open.Delete(key)
	}
}

// deleteAll deletes what starts with a prefix and was there before this change.
func (t *tables) deleteAll(prefix []byte) {
	if t.at(prefix) {
		t.err = t.open.DeleteRange(prefix, after(prefix))
	}
}

// end finishes the open table; it is durable then.
func (t *tables) end() error {
	if t.open == nil {
		return nil
	}
	w := t.open
	t.open = nil
	return w.Close()
}

// commit gives all tables to the store, which takes them whole or not at all.
func (t *tables) commit() error {
	err := errors.Join(t.err, t.end())
	if err == nil && len(t.paths) > 0 {
		err = t.store.db.Ingest(context.Background(), t.paths)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing the checkpoint: %w", err), t.store.sweepIncoming())
	}
	return nil
}

// sweepIncoming removes tables that were never taken over.
func (s *store) sweepIncoming() error {
	if err := s.options.FS.RemoveAll(filepath.Join(s.dir, incoming)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing unfinished tables of the checkpoint: %w", err)
	}
	return nil
}
