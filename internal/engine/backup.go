package engine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log"
	"github.com/orrery-cxm/orrery/internal/log/file"
)

// Backup is what was copied.
type Backup struct {
	Seq         orrery.Seq `json:"seq"` // the last chunk in it
	Incarnation uint16     `json:"incarnation"`
	Hash        log.Hash   `json:"-"` // of the chain there
}

// Backup copies state and log into dir, which holds neither yet, while the workspace serves on. The state goes first and
// the log to a later sequence, so that whoever opens the copy finds in its log everything that its state lacks. Nothing is
// ever trimmed from the log, so nothing the copy needs can go meanwhile. Message ids go with the state, up to a mark of
// their own. Lists are not copied: they follow from the log.
func (w *Workspace) Backup(ctx context.Context, dir string) (*Backup, error) {
	l, ok := w.log.(*file.Log)
	if !ok {
		return nil, fmt.Errorf("a log of this kind cannot be copied: %T", w.log)
	}
	w.erasing.Lock()
	defer w.erasing.Unlock()
	if err := w.Checkpoint(ctx); err != nil {
		return nil, err
	}
	if err := w.core.state.store.db.Checkpoint(filepath.Join(dir, "checkpoint")); err != nil {
		return nil, fmt.Errorf("copying the checkpoint: %w", err)
	}
	if _, err := w.core.seen.Copy(filepath.Join(dir, "dedupe")); err != nil {
		return nil, err
	}
	out := &Backup{}
	out.Seq, out.Hash = l.End()
	out.Incarnation = l.Incarnation()
	if err := l.Copy(ctx, filepath.Join(dir, "log"), out.Seq); err != nil {
		return nil, err
	}
	return out, nil
}

// MarkRestored says in the directory of a workspace that it came from a backup: when it is opened, a new incarnation
// begins and effects wait until they are resumed by hand.
func MarkRestored(dir string) error {
	f, err := os.OpenFile(filepath.Join(dir, restoredMark), os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		err = f.Sync()
		if e := f.Close(); err == nil {
			err = e
		}
	}
	if err != nil {
		return fmt.Errorf("marking the workspace as restored: %w", err)
	}
	return nil
}

// Paused says that effects wait to be resumed by hand, after a restore.
func (w *Workspace) Paused() bool {
	w.core.state.mu.RLock()
	defer w.core.state.mu.RUnlock()
	return w.core.paused
}

// Frozen says that timers wait to be resumed by hand, after a jump of the clock.
func (w *Workspace) Frozen() bool {
	w.core.state.mu.RLock()
	defer w.core.state.mu.RUnlock()
	return w.core.frozen
}

// CheckpointSeq is the last chunk that the checkpoint on disk holds.
func (w *Workspace) CheckpointSeq() (orrery.Seq, error) {
	at, err := w.core.state.store.position()
	return at.seq, err
}
