package file

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log"
	"github.com/orrery-cxm/orrery/internal/log/file/faultfs"
)

// entry is a chunk as the caller knows it. Its secrets are words that occur nowhere else.
type entry struct {
	body        []byte
	secrets     []string // still in the body, in order
	incarnation uint16
	redacted    bool
}

// doubt is a change of which the caller does not know whether it was kept.
type doubt struct {
	seq orrery.Seq
	entry
}

// life is one random history of a log on a file system that fails, and what must be true of it.
type life struct {
	rand    *rand.Rand
	fs      *faultfs.FS
	opts    Options
	log     *Log
	chunks  []entry
	doubt   *doubt
	gone    []string // words that must not be readable anywhere
	copies  int
	history []string
}

const lifeDir = "/data/acme"

// live plays the history of one seed with the syncs of some points left out, and says what broke.
func live(seed uint64, skip func(string) bool) (err error) {
	r := rand.New(rand.NewPCG(seed, 1))
	l := &life{rand: r, fs: faultfs.New(seed)}
	l.opts = Options{
		Dir: lifeDir, Workspace: "acme", FS: l.fs, SegmentSize: int64(4096 + 2048*r.IntN(3)),
		Entropy: entropy{r}, Foreground: true, skipSync: skip,
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
		if err != nil {
			err = fmt.Errorf("seed %d: %w\nhistory: %q", seed, err, l.history)
		}
	}()
	if err := l.reopen(); err != nil {
		return err
	}
	for range 6 + r.IntN(20) {
		if err := l.step(); err != nil {
			return err
		}
	}
	l.calm()
	l.fs.CutPower()
	return l.reopen()
}

// entropy is chance that a seed repeats.
type entropy struct{ r *rand.Rand }

func (e entropy) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(e.r.Uint32())
	}
	return len(b), nil
}

func (l *life) note(format string, args ...any) {
	l.history = append(l.history, fmt.Sprintf(format, args...))
}

// step is one thing that happens to the log.
func (l *life) step() error {
	switch n := l.rand.IntN(100); {
	case n < 50:
		return l.append()
	case n < 68:
		return l.redact()
	case n < 72:
		l.note("close")
		l.log.Close()
		return l.reopen()
	case n < 77:
		l.note("kill")
		l.fs.Kill()
		return l.reopen()
	case n < 81:
		l.note("power cut")
		l.fs.CutPower()
		return l.reopen()
	case n < 87:
		n := l.rand.IntN(16)
		l.note("power cut after %d", n)
		l.fs.CutPowerAfter(n)
		return nil
	case n < 94:
		l.trouble()
		return nil
	case n < 96:
		room := int64(l.rand.IntN(60000))
		l.note("room %d", room)
		l.fs.SetRoom(room)
		return nil
	case n < 98:
		l.opts.Incarnation++
		return nil
	default:
		return l.copy()
	}
}

// trouble makes some of the next operations fail.
func (l *life) trouble() {
	kinds := [][]faultfs.Kind{
		{faultfs.DataSync, faultfs.Sync}, {faultfs.DataSync, faultfs.Sync, faultfs.SyncDir},
		{faultfs.WriteAt}, {faultfs.WriteAt, faultfs.Allocate}, {faultfs.SyncDir, faultfs.Rename, faultfs.Create},
		{faultfs.ReadAt},
	}[l.rand.IntN(6)]
	cause := []error{syscall.EIO, syscall.EIO, syscall.ENOSPC}[l.rand.IntN(3)]
	chance, left := 1+l.rand.IntN(3), 1+l.rand.IntN(3)
	l.note("trouble %v %v", kinds, cause)
	l.fs.FailWith(func(op faultfs.Op) error {
		if left > 0 && slices.Contains(kinds, op.Kind) && l.rand.IntN(chance) == 0 {
			left--
			return cause
		}
		return nil
	})
}

func (l *life) calm() {
	l.fs.FailWith(nil)
	l.fs.SetRoom(-1)
}

// text is a body with two secrets.
func (l *life) text() entry {
	size := l.rand.IntN(200)
	switch l.rand.IntN(12) {
	case 0:
		size = l.rand.IntN(6000)
	case 1, 2:
		size = l.rand.IntN(1500)
	}
	fill := func(n int) []byte { return bytes.Repeat([]byte("lorem "), n/6) }
	a, b := fmt.Sprintf("a-%016x", l.rand.Uint64()), fmt.Sprintf("b-%016x", l.rand.Uint64())
	cut := l.rand.IntN(size + 1)
	body := slices.Concat(fill(cut), []byte(a), fill(size-cut), []byte(b))
	return entry{body: body, secrets: []string{a, b}}
}

func (l *life) append() error {
	e := l.text()
	after := orrery.Seq(len(l.chunks))
	c, err := l.log.Append(context.Background(), after, e.body)
	l.note("append %d of %d: %v", after+1, len(e.body), err)
	e.incarnation = l.log.Incarnation()
	switch {
	case err == nil:
		if c.Seq != after+1 || c.Redacted {
			return fmt.Errorf("appended after %d, got %+v", after, c)
		}
		e.incarnation = c.Incarnation
		l.chunks = append(l.chunks, e)
		return nil
	case errors.Is(err, log.ErrUnknown):
		l.doubt = &doubt{after + 1, e}
		return l.reopen()
	case errors.Is(err, log.ErrFull):
		l.gone = append(l.gone, e.secrets...)
		if l.rand.IntN(2) == 0 {
			l.calm()
		}
		return l.checkGone()
	}
	return fmt.Errorf("append: %w", err)
}

func (l *life) redact() error {
	if len(l.chunks) == 0 {
		return nil
	}
	i := l.rand.IntN(len(l.chunks))
	if l.rand.IntN(3) == 0 {
		i = len(l.chunks) - 1
	}
	e := l.chunks[i]
	if len(e.secrets) == 0 {
		return nil
	}
	secret := e.secrets[0]
	e.body = bytes.ReplaceAll(e.body, []byte(secret), nil)
	if n := l.rand.IntN(len(secret) + 100); n > 0 {
		e.body = append(bytes.Repeat([]byte("x"), n), e.body...)
	}
	e.secrets, e.redacted = e.secrets[1:], true
	err := l.log.Redact(context.Background(), orrery.Seq(i+1), e.body)
	l.note("redact %d: %v", i+1, err)
	switch {
	case err == nil:
		l.chunks[i] = e
		l.gone = append(l.gone, secret)
		return l.checkGone()
	case errors.Is(err, log.ErrUnknown):
		l.doubt = &doubt{orrery.Seq(i + 1), e}
		return l.reopen()
	case errors.Is(err, log.ErrDamaged):
		return err
	case errors.Is(err, log.ErrTooLarge):
		return nil
	}
	l.calm() // nothing happened: no room, or the record could not be read
	return nil
}

// copy takes a copy, lets the power fail and looks whether the copy is whole.
func (l *life) copy() error {
	l.calm()
	l.fs.Restart() // no power cut half-way: a copy that was not finished promises nothing
	l.copies++
	dir := filepath.Join("/backup", strconv.Itoa(l.copies))
	upTo := orrery.Seq(l.rand.IntN(len(l.chunks) + 1))
	err := l.log.Copy(context.Background(), dir, upTo)
	l.note("copy %d: %v", upTo, err)
	l.fs.CutPower()
	if err == nil {
		l.fs.Restart()
		opts := l.opts
		opts.Dir = dir
		c, err := Open(context.Background(), opts)
		if err != nil {
			return fmt.Errorf("open the copy: %w", err)
		}
		if end, _ := c.End(); end != upTo {
			return fmt.Errorf("the copy ends at %d, want %d", end, upTo)
		}
		if err := checkChunks(c, l.chunks[:upTo], nil); err != nil {
			return fmt.Errorf("the copy: %w", err)
		}
		c.Close()
	}
	return l.reopen()
}

// reopen opens the log again in whatever way the present trouble allows, and checks everything.
func (l *life) reopen() error {
	for try := 0; ; try++ {
		err := l.openOnce(try)
		l.note("open: %v", err)
		if err == nil {
			break
		}
		if errors.Is(err, log.ErrDamaged) || errors.Is(err, log.ErrLocked) || try > 8 {
			return fmt.Errorf("open: %w", err)
		}
		if try == 4 {
			l.calm()
		}
		if l.rand.IntN(4) == 0 {
			l.note("power cut while open fails")
			l.fs.CutPower()
		}
	}
	return l.check()
}

func (l *life) openOnce(try int) (err error) {
	ctx := context.Background()
	if l.log != nil && l.rand.IntN(2) == 0 {
		if err := l.log.Reopen(ctx); err == nil || (!errors.Is(err, faultfs.ErrDown) && !errors.Is(err, log.ErrClosed) && !errors.Is(err, os.ErrClosed)) {
			if err == nil {
				l.opts.Incarnation = l.log.Incarnation()
			}
			return err
		}
	}
	if l.log != nil {
		l.log.Close()
	}
	if l.rand.IntN(2) == 0 {
		l.fs.Kill()
	}
	l.fs.Restart()
	opened, err := Open(ctx, l.opts)
	if err == nil {
		l.log = opened
	}
	return err
}

// check compares the log with what the caller knows, and settles the doubt.
func (l *life) check() error {
	end, _ := l.log.End()
	if d := l.doubt; d != nil {
		l.doubt = nil
		if err := l.resolve(d, end); err != nil {
			return err
		}
	}
	if int(end) != len(l.chunks) {
		return fmt.Errorf("the log ends at %d, want %d", end, len(l.chunks))
	}
	l.fs.FailWith(nil)
	l.fs.Restart() // no power cut while we look
	if err := checkChunks(l.log, l.chunks, l.note); err != nil {
		return err
	}
	return l.checkGone()
}

// resolve finds out whether a change in doubt was kept.
func (l *life) resolve(d *doubt, end orrery.Seq) error {
	if int(d.seq) == len(l.chunks)+1 {
		if end == d.seq {
			l.chunks = append(l.chunks, d.entry)
		} else {
			l.gone = append(l.gone, d.secrets...)
		}
		return nil
	}
	l.fs.FailWith(nil)
	l.fs.Restart()
	c, err := l.log.At(context.Background(), d.seq)
	if err != nil {
		return err
	}
	old := &l.chunks[d.seq-1]
	if bytes.Equal(c.Body, d.body) {
		l.gone = append(l.gone, old.secrets[0])
		*old = d.entry
	}
	return nil
}

func (l *life) checkGone() error {
	for _, secret := range l.gone {
		for _, where := range l.fs.Holds(secret) {
			if !strings.HasPrefix(where, "/backup/") { // what was copied before it was erased stays in the copy
				return fmt.Errorf("%s should be gone and is in %s", secret, where)
			}
		}
	}
	return nil
}

func checkChunks(l *Log, want []entry, note func(string, ...any)) error {
	ctx := context.Background()
	i := 0
	var hash log.Hash
	for c, err := range l.Read(ctx, 0) {
		if err != nil {
			return err
		}
		if i >= len(want) {
			return fmt.Errorf("chunk %d is there, but was never appended", c.Seq)
		}
		w := want[i]
		i++
		if int(c.Seq) != i || !bytes.Equal(c.Body, w.body) || c.Redacted != w.redacted || c.Incarnation != w.incarnation {
			return fmt.Errorf("chunk %d is %d %q (incarnation %d, redacted %v), want %q (%d, %v)",
				i, c.Seq, c.Body, c.Incarnation, c.Redacted, w.body, w.incarnation, w.redacted)
		}
		hash = c.Hash
	}
	if i != len(want) {
		return fmt.Errorf("read %d chunks, want %d", i, len(want))
	}
	if _, end := l.End(); end != hash {
		return fmt.Errorf("the hash at the end is %s, want %s", end, hash)
	}
	_, err := l.Verify(ctx)
	return err
}
