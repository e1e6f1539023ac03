package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/seal"
)

// backupFormat is the version of the layout of a backup.
const backupFormat = 1

// manifestName is written last: a directory without it is no finished backup.
const manifestName = "manifest.json"

// manifest says what a backup is and what must be in it, byte for byte.
type manifest struct {
	Format      int                  `json:"format"`
	Workspace   orrery.WorkspaceName `json:"workspace"`
	Incarnation uint16               `json:"incarnation"`
	Seq         orrery.Seq           `json:"seq"`
	Chain       string               `json:"chain"` // hash of the log's chain at Seq
	Keys        string               `json:"keys"`  // fingerprint of the keys that are needed; they are not in the backup
	Made        orrery.Instant       `json:"made"`
	Bytes       int64                `json:"bytes"`
	Files       []manifestFile       `json:"files"`
}

type manifestFile struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

type backupCommand struct {
	Dir  string `arg:"" optional:"" help:"New directory for the backup." type:"path"`
	Keys string `help:"Export the workspace's keys to this new file instead. Keep it apart from the backups: without it they are worth nothing, with it they can be read." type:"path"`
	JSON bool   `help:"Print the manifest as JSON." name:"json"`
}

type backupQuestion struct {
	Dir string `json:"dir"`
}

var makeBackup = operation[backupQuestion, *manifest]{name: "backup", run: func(ctx context.Context, h *House, q backupQuestion, say progress) (*manifest, error) {
	h.operate.Lock()
	defer h.operate.Unlock()
	if err := mustBeNew(q.Dir, h.Dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(q.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the backup's directory: %w", err)
	}
	say("copying the state, then the log")
	b, err := h.Engine.Backup(ctx, q.Dir)
	if err != nil {
		return nil, err
	}
	access, err := os.ReadFile(filepath.Join(h.Dir, accessFile))
	if err == nil {
		err = writeDurably(filepath.Join(q.Dir, accessFile), access)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("copying the API keys: %w", err)
	}
	say("reading the copy for its manifest")
	m := &manifest{Format: backupFormat, Workspace: h.API.Name, Incarnation: b.Incarnation, Seq: b.Seq, Chain: b.Hash.String(),
		Keys: h.keys.Fingerprint(), Made: orrery.InstantOf(time.Now())}
	if m.Files, err = describe(ctx, q.Dir); err != nil {
		return nil, err
	}
	for _, f := range m.Files {
		m.Bytes += f.Size
	}
	text, err := json.Marshal(m, jsontext.WithIndent("  "))
	if err != nil {
		return nil, fmt.Errorf("encoding the manifest: %w", err)
	}
	return m, writeDurably(filepath.Join(q.Dir, manifestName), append(text, '\n'))
}}

// Backup copies the workspace into a new directory while it serves on, and returns the last chunk in the copy.
func (h *House) Backup(ctx context.Context, dir string) (orrery.Seq, error) {
	m, err := makeBackup.run(ctx, h, backupQuestion{Dir: dir}, quietly)
	if err != nil {
		return 0, err
	}
	return m.Seq, nil
}

// mustBeNew refuses a directory that holds something, or lies inside the workspace.
func mustBeNew(dir, workspace string) error {
	if inside, err := filepath.Rel(workspace, dir); err == nil && inside != ".." && !strings.HasPrefix(inside, "../") {
		return orrery.Invalid("backup.inside", fmt.Sprintf("%s lies inside the workspace: a backup there would go with it", dir))
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("looking at %s: %w", dir, err)
	case len(entries) > 0:
		return orrery.Conflict("backup.not_empty", fmt.Sprintf("%s is not empty: name a new directory", dir))
	}
	return nil
}

// writeDurably writes a file that only the owner can read, and its name, to the disk.
func writeDurably(path string, b []byte) error {
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	_, err = f.Write(b)
	if err = errors.Join(err, giveTo(filepath.Dir(path), f), f.Sync(), f.Close()); err == nil {
		err = os.Rename(path+".new", path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// describe lists every file below a directory with its sum, sorted, but for the manifest.
func describe(ctx context.Context, dir string) ([]manifestFile, error) {
	var out []manifestFile
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err = errors.Join(err, ctx.Err()); err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil || name == manifestName {
			return err
		}
		f := manifestFile{Path: filepath.ToSlash(name)}
		f.Size, f.SHA256, err = sumFile(path)
		out = append(out, f)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the backup: %w", err)
	}
	slices.SortFunc(out, func(a, b manifestFile) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

func sumFile(path string) (int64, string, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return n, hex.EncodeToString(h.Sum(nil)), err
}

func (c *backupCommand) Run(r *runner) error {
	switch {
	case c.Dir == "" && c.Keys == "":
		return orrery.Invalid("backup.where", "name a new directory for the backup, or a new file for the keys with --keys")
	case c.Dir != "" && c.Keys != "":
		return orrery.Invalid("backup.where", "a backup and its keys are kept apart: make them one after the other")
	case c.Keys != "":
		keys, err := seal.Load(filepath.Join(workspaceDir(r), "keys"))
		if err != nil {
			return err
		}
		if err := keys.Save(c.Keys); err != nil {
			return err
		}
		fmt.Fprintf(r.out, "keys %s are in %s: keep them apart from the backups\n", keys.Fingerprint(), c.Keys)
		return nil
	}
	m, err := ask(r, makeBackup, backupQuestion{Dir: c.Dir})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(r.out, m)
	}
	fmt.Fprintf(r.out, "%s holds everything up to chunk %d: %d files, %d bytes\nit needs the keys %s, which are not in it: orrery backup --keys FILE\n",
		c.Dir, m.Seq, len(m.Files), m.Bytes, m.Keys)
	return nil
}

// writeNew writes a file that must not be there yet.
func writeNew(path string, b []byte) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return orrery.Conflict("file.exists", fmt.Sprintf("%s is there already: name a new file", path))
	}
	return writeDurably(path, b)
}
