package engine

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/dedupe"
	"github.com/orrery-cxm/orrery/internal/identify"
	"github.com/orrery-cxm/orrery/internal/log/file"
)

// Verified is what a verification found.
type Verified struct {
	Seq         orrery.Seq `json:"seq"`
	Fragments   int        `json:"fragments"`
	Cases       int        `json:"cases"`
	Pages       int        `json:"pages"`
	Differences []string   `json:"differences"` // at most 20
}

// Verify reads the whole log, folds it into a second state in a temporary directory, and compares that with the state in
// use, byte for byte. The chain of the log is checked on the way. It runs beside the workspace, which serves on.
func (w *Workspace) Verify(ctx context.Context) (*Verified, error) {
	w.erasing.Lock() // an erasure under way is not yet in both
	defer w.erasing.Unlock()
	if l, ok := w.log.(*file.Log); ok {
		if _, err := l.Verify(ctx); err != nil {
			return nil, fmt.Errorf("checking the chain of the log: %w", err)
		}
	}
	dir, err := os.MkdirTemp(w.options.Dir, "verify-")
	if err != nil {
		return nil, fmt.Errorf("making room for a second state: %w", err)
	}
	defer os.RemoveAll(dir)
	done := make(chan error, 1)
	select { // everything published goes to disk first, so that both sides are compared there
	case w.checkpointNow <- done:
		if err := <-done; err != nil {
			return nil, fmt.Errorf("writing a checkpoint: %w", err)
		}
	case <-w.loopDone:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	w.core.state.mu.RLock()
	view := w.core.state.store.db.NewSnapshot()
	w.core.state.mu.RUnlock()
	defer view.Close()
	live := &store{reader: view}
	at, err := live.position()
	if err != nil {
		return nil, err
	}
	again, err := w.rebuild(ctx, dir, at.seq)
	if err != nil {
		return nil, err
	}
	defer again.close()
	return compare(ctx, live, again, at.seq)
}

// rebuild folds the log up to seq into a store in dir.
func (w *Workspace) rebuild(ctx context.Context, dir string, upTo orrery.Seq) (*store, error) {
	s, err := openStore(filepath.Join(dir, "checkpoint"), vfs.Default, 8<<20)
	if err != nil {
		return nil, err
	}
	c := &core{keys: w.keys, policy: DefaultPolicy(), breakers: &identify.Breakers{}, incarnation: 1, alarms: &alarms{}, outbox: newOutbox(),
		state: newState(s, position{}, w.options.CacheBytes/4)}
	c.hot, c.hotLimit = map[orrery.FragmentID]*fragment{}, 10000
	if c.seen, err = dedupe.Open(filepath.Join(dir, "dedupe"), dedupe.Options{}); err != nil {
		return nil, errors.Join(err, s.close())
	}
	defer c.seen.Close()
	if c.encoder, err = newEncoder(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	if c.decoder, err = newDecoder(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	defer c.decoder.Close()
	flush := func() error {
		l, at := c.state.freeze()
		if l == nil {
			return nil
		}
		if err := s.flush(l, at, c.workspaceState()); err != nil {
			return err
		}
		c.state.thaw()
		c.timers.heap = c.timers.heap[:0]
		return nil
	}
	for chunk, err := range w.log.Read(ctx, 0) {
		if err != nil {
			return nil, errors.Join(fmt.Errorf("reading the log: %w", err), s.close())
		}
		if chunk.Seq > upTo {
			break
		}
		if err := c.apply(chunk, false); err != nil {
			return nil, errors.Join(err, s.close())
		}
		if c.state.fresh.bytes > w.options.CheckpointBytes/2 {
			if err := flush(); err != nil {
				return nil, errors.Join(err, s.close())
			}
		}
	}
	if err := flush(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// compare walks two stores side by side. Timers are not facts and pages may be cut at other places, so fragments, cases
// and accounts are compared, and of each timeline the entries.
func compare(ctx context.Context, live, again *store, at orrery.Seq) (*Verified, error) {
	v := &Verified{Seq: at, Differences: []string{}}
	differ := func(format string, args ...any) {
		if len(v.Differences) < 20 {
			v.Differences = append(v.Differences, fmt.Sprintf(format, args...))
		}
	}
	for _, kind := range []byte{keyFragment, keyCase, keyAccount} {
		err := walkBoth(ctx, live, again, []byte{kind}, func(key, a, b []byte) {
			name := fmt.Sprintf("%c %x", kind, key[1:])
			switch kind {
			case keyFragment:
				v.Fragments++
				name = orrery.FragmentID(binary.BigEndian.Uint64(key[1:])).String()
				if a != nil && b != nil {
					a, b = foldedPart(a), foldedPart(b)
				}
			case keyCase:
				v.Cases++
			}
			switch {
			case a == nil:
				differ("%s is in the log, not in the state", name)
			case b == nil:
				differ("%s is in the state, not in the log", name)
			case !bytes.Equal(a, b):
				differ("%s differs between state and log", name)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	if err := compareTimelines(ctx, live, again, v, differ); err != nil {
		return nil, err
	}
	return v, nil
}

// compareTimelines compares the entries of every timeline, however they are cut into pages.
func compareTimelines(ctx context.Context, live, again *store, v *Verified, differ func(string, ...any)) error {
	a, b := newTimelines(live), newTimelines(again)
	defer a.close()
	defer b.close()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		idA, entriesA, errA := a.next()
		idB, entriesB, errB := b.next()
		if err := errors.Join(errA, errB); err != nil {
			return err
		}
		if idA == 0 && idB == 0 {
			return nil
		}
		v.Pages++
		if idA != idB || !bytes.Equal(entriesA, entriesB) {
			differ("the timeline of %s differs between state and log", max(idA, idB))
			if idA != idB {
				return nil
			}
		}
	}
}
