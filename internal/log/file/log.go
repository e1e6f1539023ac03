package file

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log"
	"github.com/orrery-cxm/orrery/internal/log/file/disk"
)

// DefaultSegmentSize is the length of a segment in bytes unless Options says otherwise.
const DefaultSegmentSize = 64 << 20

// Options say where a log lives and how it is kept.
type Options struct {
	Dir         string // made if it is not there
	Workspace   orrery.WorkspaceName
	Incarnation uint16    // chunks appended from now on carry it, or that of the last chunk when that is higher
	SegmentSize int64     // bytes, at least 4 KiB; 0 is DefaultSegmentSize. May differ from one opening to the next
	FS          disk.FS   // nil is the machine's
	Entropy     io.Reader // for salts and lineage; nil is crypto/rand
	Foreground  bool      // prepare segments when they are needed, not ahead: the same order of disk operations each time

	skipSync func(point string) bool // for the test which shows that every sync is needed
}

// Log is a log in segment files. See the package comment.
type Log struct {
	opts      Options
	workspace [16]byte
	lock      io.Closer

	write sync.Mutex // held by the one who changes something; taken before mu
	buf   []byte     // of the record being written
	spare spare

	mu     sync.RWMutex // held for reading by who reads a record, for writing by who changes what readers can see
	broken error        // what left the log in doubt, or nil
	closed bool
	state
}

// state is what is known of the files of an open log.
type state struct {
	segments []*segment // by first sequence
	end      position
	lineage  [16]byte
	offset   int64 // in the last segment, where the next record goes
	size     int64 // of the last segment
	journal  disk.File
	cache    *cache
}

// position is a place between two chunks.
type position struct {
	seq         orrery.Seq // of the chunk before it
	hash        log.Hash   // of the chain there
	incarnation uint16     // of the chunk before it
}

var _ log.Log = (*Log)(nil)

// Open opens the log in opts.Dir, or makes a new one there, and settles what a crash left at its end. It fails with
// log.ErrLocked when another process has it open, and with log.ErrDamaged when the last segment cannot be trusted.
func Open(ctx context.Context, opts Options) (*Log, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if opts.FS == nil {
		opts.FS = disk.OS{}
	}
	if opts.Entropy == nil {
		opts.Entropy = rand.Reader
	}
	if opts.SegmentSize == 0 {
		opts.SegmentSize = DefaultSegmentSize
	}
	if opts.SegmentSize < 4096 {
		return nil, fmt.Errorf("open log: a segment of %d bytes is too small: 4096 is the least", opts.SegmentSize)
	}
	opts.SegmentSize = opts.SegmentSize / sector * sector
	l := &Log{opts: opts, workspace: workspaceHash(opts.Workspace)}
	if err := opts.FS.MkdirAll(opts.Dir); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	lock, err := opts.FS.Lock(filepath.Join(opts.Dir, lockName))
	if errors.Is(err, disk.ErrInUse) {
		return nil, fmt.Errorf("%w: %s", log.ErrLocked, opts.Dir)
	}
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	l.lock = lock
	st, err := l.load(ctx)
	if err != nil {
		lock.Close()
		return nil, fmt.Errorf("open log in %s: %w", opts.Dir, classify(err))
	}
	l.state = *st
	return l, nil
}

// Reopen closes the files and opens them again, which settles whether a change that failed with log.ErrUnknown was
// kept: compare End. Until it succeeds nothing can be changed; what was durable before can be read.
func (l *Log) Reopen(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.write.Lock()
	defer l.write.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return log.ErrClosed
	}
	l.dropSpare()
	st, err := l.load(ctx)
	if err != nil {
		l.broken = err
		return fmt.Errorf("reopen log in %s: %w", l.opts.Dir, classify(err))
	}
	l.state.close()
	l.state, l.broken = *st, nil
	return nil
}

// End is the last durable chunk and the hash of the chain there.
func (l *Log) End() (orrery.Seq, log.Hash) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.end.seq, l.end.hash
}

// Incarnation is what the next chunk will carry.
func (l *Log) Incarnation() uint16 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return max(l.opts.Incarnation, l.end.incarnation)
}

// Close ends all use of the log. Closing twice does nothing.
func (l *Log) Close() error {
	l.write.Lock()
	defer l.write.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	l.dropSpare()
	return errors.Join(l.state.close(), l.lock.Close())
}

func (s *state) close() error {
	err := s.cache.closeAll(s.segments)
	if s.journal != nil {
		err = errors.Join(err, s.journal.Close())
		s.journal = nil
	}
	return err
}

// usable says whether the log may be changed. The caller holds write.
func (l *Log) usable() error {
	switch {
	case l.closed:
		return log.ErrClosed
	case l.broken != nil:
		return fmt.Errorf("%w: refused after: %w", log.ErrUnknown, l.broken)
	}
	return nil
}

// fail makes the log refuse all changes until it is reopened.
func (l *Log) fail(doing string, err error) error {
	l.mu.Lock()
	l.broken = fmt.Errorf("%s: %w", doing, err)
	l.mu.Unlock()
	return fmt.Errorf("%w: %s: %w", log.ErrUnknown, doing, err)
}

// classify turns the system's word for a full disk into ours.
func classify(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", log.ErrFull, err)
	}
	return err
}

func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// sync does one sync of the named point in the protocol.
func (l *Log) sync(point string, do func() error) error {
	if l.opts.skipSync != nil && l.opts.skipSync(point) {
		return nil
	}
	return do()
}

func (l *Log) syncDir(point, dir string) error {
	return l.sync(point, func() error { return l.opts.FS.SyncDir(dir) })
}

// syncParents makes the name of dir durable, and those of the directories above it, which may be as new.
func (l *Log) syncParents(point, dir string) error {
	return l.sync(point, func() error { return disk.SyncParents(l.opts.FS, dir) })
}

func (l *Log) path(name string) string { return filepath.Join(l.opts.Dir, name) }

func workspaceHash(name orrery.WorkspaceName) (h [16]byte) {
	sum := sha256.Sum256([]byte(name))
	copy(h[:], sum[:])
	return h
}
