package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/seal"
)

type restoreCommand struct {
	Dir      string `arg:"" help:"Directory of the backup." type:"existingdir"`
	Into     string `help:"Data directory to restore into; --data when not given." type:"path"`
	Keys     string `help:"The exported keys of the workspace." required:"" type:"existingfile"`
	Register string `help:"The erasure register as it is now (erased.register of the workspace): whoever stands in it is erased again." type:"existingfile" optional:""`
}

// Run restores a backup. Nothing is in the target until everything was checked and copied; then it appears whole.
func (c *restoreCommand) Run(r *runner) error {
	m, err := readManifest(c.Dir)
	if err != nil {
		return err
	}
	keys, err := seal.Load(c.Keys)
	if err != nil {
		return err
	}
	if keys.Fingerprint() != m.Keys {
		return orrery.Invalid("restore.keys", fmt.Sprintf("these are the keys %s, but the backup was made with %s: with other keys everybody in it would be a stranger", keys.Fingerprint(), m.Keys))
	}
	into := c.Into
	if into == "" {
		into = r.cli.Data
	}
	target := filepath.Join(into, string(m.Workspace))
	if entries, err := os.ReadDir(target); err == nil && len(entries) > 0 {
		return orrery.Conflict("restore.not_empty", fmt.Sprintf("%s is not empty: a restore never overwrites; name another place with --into, or move it away", target))
	}
	fmt.Fprintln(r.errors, "checking every file of the backup")
	if err := checkFiles(r.ctx, c.Dir, m); err != nil {
		return err
	}
	if err := copyBackup(r.ctx, c.Dir, target, m, keys); err != nil {
		return err
	}
	return c.open(r, into, m)
}

// open begins the new incarnation, erases again whoever stands in the register, and says what to do next.
func (c *restoreCommand) open(r *runner, into string, m *manifest) error {
	s := Settings{Dir: into, Name: m.Workspace, Still: true}
	if c.Register != "" {
		if err := takeRegister(c.Register, filepath.Join(into, string(m.Workspace))); err != nil {
			return err
		}
	}
	h, err := OpenHouse(r.ctx, s)
	if err != nil {
		return err
	}
	again, err := h.eraseAgain(r.ctx, func(format string, args ...any) { fmt.Fprintf(r.errors, format+"\n", args...) })
	seq := h.Engine.Seq()
	if err = errors.Join(err, h.API.Views.Wait(r.ctx, seq), h.Close()); err != nil {
		return err
	}
	fmt.Fprintf(r.out, "%s is restored up to chunk %d; chunk %d begins its new life\n", filepath.Join(into, string(m.Workspace)), m.Seq, m.Seq+1)
	if c.Register == "" {
		fmt.Fprintln(r.out, "no erasure register was given: whoever was erased after this backup is back; restore again with --register if there was anybody")
	} else {
		fmt.Fprintf(r.out, "%d people who stand in the erasure register were erased again\n", again)
	}
	fmt.Fprintln(r.out, "effects are paused: look around, then let them go on with orrery resume effects")
	return nil
}

func readManifest(dir string) (*manifest, error) {
	b, err := os.ReadFile(filepath.Join(dir, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, orrery.Invalid("restore.no_manifest", fmt.Sprintf("%s is no finished backup: it has no %s", dir, manifestName))
	}
	if err != nil {
		return nil, fmt.Errorf("reading the manifest: %w", err)
	}
	var m manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, &orrery.Error{Kind: orrery.KindInvalid, Code: "restore.manifest", Say: "the manifest is damaged", Err: err}
	}
	if m.Format != backupFormat {
		return nil, orrery.Invalid("restore.format", fmt.Sprintf("the backup has format %d, unknown to this version", m.Format))
	}
	if !filepath.IsLocal(string(m.Workspace)) || m.Workspace == "" {
		return nil, orrery.Invalid("restore.manifest", fmt.Sprintf("the manifest is damaged: %q is no workspace", m.Workspace))
	}
	return &m, nil
}

// checkFiles compares every file with the manifest.
func checkFiles(ctx context.Context, dir string, m *manifest) error {
	found, err := describe(ctx, dir)
	if err != nil {
		return err
	}
	have := map[string]manifestFile{}
	for _, f := range found {
		have[f.Path] = f
	}
	for _, want := range m.Files {
		f, ok := have[want.Path]
		switch {
		case !ok:
			return orrery.Invalid("restore.missing", fmt.Sprintf("%s is missing from the backup", want.Path))
		case f != want:
			return orrery.Invalid("restore.damaged", fmt.Sprintf("%s is not what was backed up: %d bytes with sum %.12s, not %d with %.12s", want.Path, f.Size, f.SHA256, want.Size, want.SHA256))
		}
		delete(have, want.Path)
	}
	for path := range have {
		return orrery.Invalid("restore.foreign", fmt.Sprintf("%s does not belong to the backup", path))
	}
	return nil
}

// copyBackup puts the backup's files with keys and the mark of a restore in a directory beside the target, and then
// gives it the target's name.
func copyBackup(ctx context.Context, from, target string, m *manifest, keys *seal.Keys) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return fmt.Errorf("making the data directory: %w", err)
	}
	work, err := os.MkdirTemp(filepath.Dir(target), ".restoring-") // made with mode 0700
	if err != nil {
		return fmt.Errorf("making room for the restore: %w", err)
	}
	defer os.RemoveAll(work)
	for _, f := range m.Files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !filepath.IsLocal(filepath.FromSlash(f.Path)) {
			return orrery.Invalid("restore.manifest", fmt.Sprintf("the manifest is damaged: %q leads out of the backup", f.Path))
		}
		if err := copyFile(filepath.Join(from, filepath.FromSlash(f.Path)), filepath.Join(work, filepath.FromSlash(f.Path))); err != nil {
			return fmt.Errorf("restoring %s: %w", f.Path, err)
		}
	}
	if err := keys.Save(filepath.Join(work, "keys")); err != nil {
		return err
	}
	if err := engine.MarkRestored(work); err != nil {
		return err
	}
	if err := syncDir(work); err != nil {
		return fmt.Errorf("restoring: %w", err)
	}
	if err := os.Remove(target); err != nil && !errors.Is(err, fs.ErrNotExist) { // an empty directory
		return fmt.Errorf("restoring: %w", err)
	}
	if err := os.Rename(work, target); err != nil {
		return fmt.Errorf("restoring: %w", err)
	}
	return syncDir(filepath.Dir(target))
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close(), syncDir(filepath.Dir(to)))
}
