package engine

import (
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// The checkpoint's keys. Every key starts with a letter for its kind; numbers are big endian, so they sort.
const (
	keyFragment = 'f' // fragment -> state blob
	keyCase     = 'c' // case -> CBOR
	keyPage     = 'p' // fragment, inverted chunk -> timeline page
	keyTimer    = 't' // due, person -> nothing
	keyWaiting  = 'w' // fragment -> nothing: something in its box waits to go out
	keyAccount  = 'a' // account id -> CBOR
	keyMention  = 'n' // fragment, chunk -> nothing: somebody else's touch names it
	keyMeta     = 'm' // "position"
)

// tableBytes is about how large a file of the checkpoint is: an erasure writes those anew in which the person was.
const tableBytes = 8 << 20

// mergeAfter is how many checkpoints lie above each other before they are merged into the tables below.
const mergeAfter = 8

// errMismatch says that the checkpoint belongs to another history of the workspace than the log.
var errMismatch = errors.New("the checkpoint does not belong to this log")

// store is the checkpoint on disk.
type store struct {
	dir     string
	options *pebble.Options
	db      *pebble.DB    // nil in a frozen view
	reader  pebble.Reader // db, or a snapshot of it

	seeker *pebble.Iterator // of the loop, as of the last checkpoint
}

// position is how far in the log the checkpoint is complete.
type position struct {
	seq         orrery.Seq
	incarnation uint16
	hash        log.Hash
	time        orrery.Instant
}

func openStore(dir string, fs vfs.FS, cacheBytes int64) (*store, error) {
	cache := pebble.NewCache(cacheBytes)
	defer cache.Unref()
	o := &pebble.Options{
		FS: fs, Cache: cache, DisableWAL: true, MemTableSize: 1 << 20, // everything comes as tables
		L0CompactionThreshold: mergeAfter, L0CompactionFileThreshold: mergeAfter * filesAtOnce, L0StopWritesThreshold: 4 * mergeAfter,
		CompactionConcurrencyRange: func() (int, int) { return 1, 2 }, LBaseMaxBytes: 4 << 30, MaxOpenFiles: 1024,
		Logger: quietLogger{}, FormatMajorVersion: pebble.FormatNewest,
	}
	for i := range o.TargetFileSizes {
		o.TargetFileSizes[i] = tableBytes
	}
	o.Levels[0].Compression = func() *sstable.CompressionProfile { return sstable.NoCompression }     // soon merged into the next
	o.Levels[1].Compression = func() *sstable.CompressionProfile { return sstable.SnappyCompression } // and all below
	for i := range o.Levels {
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
		o.Levels[i].FilterType = pebble.TableFilter
		o.Levels[i].BlockSize = 8 << 10
		o.Levels[i].IndexBlockSize = 1 << 20 // one level of index in a table
	}
	o.EnsureDefaults()
	db, err := pebble.Open(dir, o)
	if err != nil {
		return nil, fmt.Errorf("opening the checkpoint in %s: %w", dir, err)
	}
	s := &store{dir: dir, options: o, db: db, reader: db}
	if err := s.sweepIncoming(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *store) close() error {
	s.release()
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("closing the checkpoint: %w", err)
	}
	return nil
}

// get copies the value of a key; nil when there is none.
func (s *store) get(key []byte) ([]byte, error) {
	v, closer, err := s.reader.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the checkpoint: %w", err)
	}
	out := append(make([]byte, 0, len(v)), v...)
	if err := closer.Close(); err != nil {
		return nil, fmt.Errorf("reading the checkpoint: %w", err)
	}
	return out, nil
}

// find is get for the loop alone. It keeps its place in the tree and asks the filters of the lowest level too, which get
// does not: half of what the loop looks for is somebody whom nobody has met.
func (s *store) find(key []byte) ([]byte, error) {
	if s.seeker == nil {
		it, err := s.iter(&pebble.IterOptions{UseL6Filters: true})
		if err != nil {
			return nil, err
		}
		s.seeker = it
	}
	if !s.seeker.SeekPrefixGE(key) {
		if err := s.seeker.Error(); err != nil {
			return nil, fmt.Errorf("reading the checkpoint: %w", err)
		}
		return nil, nil
	}
	v, err := s.seeker.ValueAndErr()
	if err != nil {
		return nil, fmt.Errorf("reading the checkpoint: %w", err)
	}
	return append(make([]byte, 0, len(v)), v...), nil
}

// release ends what find holds on to: the files of the last checkpoint. The next find sees the newest one.
func (s *store) release() {
	if s.seeker == nil {
		return
	}
	if err := s.seeker.Close(); err != nil {
		slog.Error("reading the checkpoint", "error", err)
	}
	s.seeker = nil
}

func (s *store) position() (position, error) {
	b, err := s.get([]byte{keyMeta, 'p'})
	if err != nil || b == nil {
		return position{}, err
	}
	r := wire.NewReader(b)
	p := position{seq: orrery.Seq(r.Uint()), incarnation: uint16(r.Uint()), time: orrery.Instant(r.Int())}
	copy(p.hash[:], r.Bytes())
	if err := r.Err(); err != nil {
		return position{}, fmt.Errorf("reading the checkpoint's position: %w", err)
	}
	return p, nil
}

func positionBytes(p position) []byte {
	var w wire.Writer
	w.Uint(uint64(p.seq))
	w.Uint(uint64(p.incarnation))
	w.Int(int64(p.time))
	w.Bytes(p.hash[:])
	return w.B
}

func (s *store) iter(o *pebble.IterOptions) (*pebble.Iterator, error) {
	it, err := s.reader.NewIter(o)
	if err != nil {
		return nil, fmt.Errorf("walking the checkpoint: %w", err)
	}
	return it, nil
}

// scan calls f for each key that starts with prefix, in order, until f says no. Key and value are only valid in the call.
func (s *store) scan(prefix []byte, from []byte, f func(key, value []byte) (bool, error)) error {
	if from == nil {
		from = prefix
	}
	it, err := s.iter(&pebble.IterOptions{LowerBound: from, UpperBound: after(prefix)})
	if err != nil {
		return err
	}
	for ok := it.First(); ok; ok = it.Next() {
		v, err := it.ValueAndErr()
		if err != nil {
			return errors.Join(fmt.Errorf("scanning the checkpoint: %w", err), it.Close())
		}
		more, err := f(it.Key(), v)
		if err != nil || !more {
			return errors.Join(err, it.Close())
		}
	}
	if err := it.Close(); err != nil {
		return fmt.Errorf("scanning the checkpoint: %w", err)
	}
	return nil
}

// after is the first key behind all that start with prefix.
func after(prefix []byte) []byte {
	end := append([]byte(nil), prefix...)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			return end[:i+1]
		}
	}
	return nil
}

func idKey(kind byte, id uint64) []byte {
	var b [9]byte
	b[0] = kind
	binary.BigEndian.PutUint64(b[1:], id)
	return b[:]
}

func pairKey(kind byte, a, b uint64) []byte {
	var k [17]byte
	k[0] = kind
	binary.BigEndian.PutUint64(k[1:], a)
	binary.BigEndian.PutUint64(k[9:], b)
	return k[:]
}

func splitPair(key []byte) (a, b uint64) {
	return binary.BigEndian.Uint64(key[1:9]), binary.BigEndian.Uint64(key[9:17])
}

// quietLogger passes on what the store thinks is wrong and drops its chatter.
type quietLogger struct{}

func (quietLogger) Infof(string, ...any) {}
func (quietLogger) Errorf(format string, args ...any) {
	slog.Error("checkpoint store", "error", fmt.Sprintf(format, args...))
}
func (quietLogger) Fatalf(format string, args ...any) {
	panic("engine: checkpoint store: " + fmt.Sprintf(format, args...))
}
