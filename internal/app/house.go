package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/api"
	"github.com/orrery-cxm/orrery/internal/effect"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/govern"
	"github.com/orrery-cxm/orrery/internal/listen"
	"github.com/orrery-cxm/orrery/internal/lookout"
	"github.com/orrery-cxm/orrery/internal/seal"
	"github.com/orrery-cxm/orrery/internal/view"
)

// Settings of one workspace.
type Settings struct {
	Dir        string // of all workspaces
	Name       orrery.WorkspaceName
	Policy     string // text to start a new workspace with; "" for the default
	CacheBytes int
	Now        func() time.Time     // nil: the wall clock
	Elapsed    func() time.Duration // the monotonic clock beside Now; nil: the machine's
	Still      bool                 // nothing goes out: opened by a command, not by a server
}

// House is an open workspace with everything that runs beside it.
type House struct {
	API     *api.House
	Engine  *engine.Workspace
	Workers *effect.Workers
	Radar   *lookout.Follower
	Dir     string
	keys    *seal.Keys

	still   bool
	operate sync.Mutex // long operations (verify, backup, erase) go one after the other

	mu      sync.Mutex
	outlets map[orrery.DestinationName]engine.Destination
	files   map[orrery.DestinationName]*csvOutlet // of outlets, those that keep audience files
	stop    context.CancelFunc
	done    chan struct{}
}

// OpenHouse opens or creates a workspace and starts its workers.
func OpenHouse(ctx context.Context, s Settings) (*House, error) {
	dir := filepath.Join(s.Dir, string(s.Name))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the workspace directory: %w", err)
	}
	keys, err := seal.Open(filepath.Join(dir, "keys"))
	if err != nil {
		return nil, fmt.Errorf("opening the workspace keys: %w", err)
	}
	var policy *engine.Policy
	if s.Policy != "" {
		if policy, err = engine.ParsePolicy(s.Policy); err != nil {
			return nil, err
		}
	}
	w, err := engine.Open(ctx, engine.Options{Dir: dir, Workspace: s.Name, Policy: policy, CacheBytes: s.CacheBytes, Now: s.Now, Elapsed: s.Elapsed})
	if err != nil {
		return nil, err
	}
	ears, err := listen.Shipped()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting to listen: %w", err), w.Close())
	}
	ring := &govern.Ring{}
	h := &House{Engine: w, Dir: dir, keys: keys, still: s.Still, outlets: map[orrery.DestinationName]engine.Destination{},
		files: map[orrery.DestinationName]*csvOutlet{}, done: make(chan struct{}),
		API: &api.House{Name: s.Name, Workspace: w, Keys: keys, Ring: ring, Listen: listen.NewEars(ears)}}
	h.API.Rights = rights{h}
	if err := h.ReloadKeys(); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	if err := loadUses(dir, &ring.Uses); err != nil {
		slog.Warn("when keys were last used is not known", "error", err)
	}
	if h.API.Views, err = view.Open(ctx, view.Options{Dir: dir, Source: w, Gather: 200 * time.Millisecond}); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the lists: %w", err), w.Close())
	}
	h.startTeaching(ctx)
	h.Radar = lookout.Open(lookout.Options{Dir: dir, Source: w, Still: s.Still})
	if !s.Still {
		h.Workers = effect.Start(effect.Options{Workspace: w, Name: s.Name, Key: h.personKey, Prepare: h.prepare, Tell: h.API.Tell, Now: s.Now})
		h.setOutlets()
		if err := h.startSecond(s); err != nil {
			h.Workers.Close()
			h.API.Teacher.Close()
			return nil, errors.Join(fmt.Errorf("starting second opinions: %w", err), h.Radar.Close(), h.API.Views.Close(), w.Close())
		}
	}
	if receipt, err := w.FinishErasure(ctx, h.eraseElsewhere); err != nil {
		slog.Error("an erasure that was cut off could not be finished; it is tried again at the next start", "error", err)
	} else if receipt != nil {
		slog.Warn("an erasure that was cut off is finished", "request", receipt.Request, "chunk", uint64(receipt.Seq))
	}
	follow, stop := context.WithCancel(context.Background())
	h.stop = stop
	go h.follow(follow)
	return h, nil
}

// Close ends workers, then the workspace.
func (h *House) Close() error {
	h.stop()
	<-h.done
	var second error
	if h.API.Second != nil {
		second = h.API.Second.Close()
	}
	if h.Workers != nil {
		h.Workers.Close()
	}
	h.API.Teacher.Close()
	return errors.Join(second, saveUses(h.Dir, &h.API.Ring.Uses), h.Radar.Close(), h.API.Views.Close(), h.Engine.Close())
}

// ReloadKeys takes over the keys as they stand in the file.
func (h *House) ReloadKeys() error {
	keys, err := LoadKeys(h.Dir)
	if err != nil {
		return err
	}
	h.API.Ring.Set(keys)
	return nil
}

// follow keeps outlets in step with the policy in force, and keys with their file.
func (h *House) follow(ctx context.Context) {
	defer close(h.done)
	var mark time.Time
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if !h.still {
			h.setOutlets()
			h.API.Second.Set(&h.Engine.Policy().Second)
		}
		if err := saveUses(h.Dir, &h.API.Ring.Uses); err != nil {
			slog.Warn("the day on which a key was last used is not kept", "error", err)
		}
		if info, err := os.Stat(filepath.Join(h.Dir, accessFile)); err == nil && !info.ModTime().Equal(mark) {
			mark = info.ModTime()
			if err := h.ReloadKeys(); err != nil {
				slog.Error("API keys were not reloaded; the ones in use stay", "error", err)
			}
		}
	}
}

// setOutlets starts, changes and ends outlets as the policy says.
func (h *House) setOutlets() {
	h.mu.Lock()
	defer h.mu.Unlock()
	wanted := map[orrery.DestinationName]engine.Destination{}
	for _, d := range h.Engine.Policy().Destinations {
		wanted[d.Name] = d
	}
	for name := range h.outlets {
		if _, ok := wanted[name]; !ok {
			h.Workers.Set(name, nil)
			delete(h.outlets, name)
			delete(h.files, name)
		}
	}
	for name, d := range wanted {
		if old, ok := h.outlets[name]; ok && same(old, d) {
			continue
		}
		h.Workers.Set(name, nil) // an outlet of files must be closed before the next is opened
		outlet := newOutlet(h.Dir, d)
		h.Workers.Set(name, outlet)
		h.outlets[name] = d
		delete(h.files, name)
		if files, ok := outlet.(*csvOutlet); ok {
			h.files[name] = files
		}
	}
}

func same(a, b engine.Destination) bool { return fmt.Sprint(a) == fmt.Sprint(b) }

// personKey is what a destination knows a person by: it names nobody, and two destinations cannot compare notes.
func (h *House) personKey(d orrery.DestinationName, p orrery.PersonID) string {
	secret := h.keys.Derive("destination/" + string(d))
	sum := sha256.Sum256(append(secret[:], p.String()...))
	return hex.EncodeToString(sum[:16])
}

// prepare signs the link in a satisfaction question.
func (h *House) prepare(in *orrery.Intent, fields map[string]any) {
	if in.Class == orrery.CaseSurvey && in.Case != 0 {
		fields["survey"] = map[string]any{"survey": "case_satisfaction", "case": in.Case, "token": h.API.SurveyToken("case_satisfaction", in.Case)}
	}
}
