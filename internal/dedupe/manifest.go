package dedupe

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log/file/disk"
)

// Mark is a place in the log: all ids up to it are in the files.
type Mark struct {
	Incarnation uint16
	Seq         orrery.Seq
	Hash        [32]byte // of the chunk at Seq
}

// manifest says which files count and up to where they cover the log. It is replaced as a whole, so a crash leaves
// either the old set of files or the new one.
type manifest struct {
	mark Mark
	runs []string // file names, in no particular order
}

const (
	manifestName   = "manifest"
	manifestHeader = "orrery-dedupe-1"
	temporary      = ".tmp"
)

var runName = regexp.MustCompile(`^[0-9]{1,7}-[0-9]{1,19}\.run$`)

func (m manifest) encode() []byte {
	b := fmt.Appendf(nil, "%s\nmark %d %d %x\n", manifestHeader, m.mark.Incarnation, m.mark.Seq, m.mark.Hash)
	for _, name := range m.runs {
		b = fmt.Appendf(b, "run %s\n", name)
	}
	return fmt.Appendf(b, "sum %08x\n", crc32.Checksum(b, castagnoli))
}

// decodeManifest reads what encode wrote and refuses everything else.
func decodeManifest(b []byte) (manifest, error) {
	var m manifest
	bad := fmt.Errorf("%w: %s", ErrCorrupt, manifestName)
	at := bytes.LastIndex(b, []byte("sum "))
	if at < 0 {
		return m, bad
	}
	lines := strings.Split(string(b[:at]), "\n")
	if len(lines) < 3 || lines[0] != manifestHeader || lines[len(lines)-1] != "" {
		return m, bad
	}
	var hash string
	if _, err := fmt.Sscanf(lines[1], "mark %d %d %s", &m.mark.Incarnation, &m.mark.Seq, &hash); err != nil {
		return m, bad
	}
	if raw, err := hex.DecodeString(hash); err != nil || len(raw) != len(m.mark.Hash) {
		return m, bad
	} else {
		m.mark.Hash = [32]byte(raw)
	}
	for _, line := range lines[2 : len(lines)-1] {
		name, ok := strings.CutPrefix(line, "run ")
		if !ok || !runName.MatchString(name) {
			return m, bad
		}
		m.runs = append(m.runs, name)
	}
	if !bytes.Equal(m.encode(), b) { // also checks the sum
		return m, bad
	}
	return m, nil
}

// readManifest gives an empty manifest where there is none yet.
func readManifest(files disk.FS, dir string) (manifest, error) {
	b, err := disk.ReadFile(files, filepath.Join(dir, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return manifest{}, nil
	} else if err != nil {
		return manifest{}, fmt.Errorf("reading the list of files of message ids: %w", err)
	}
	return decodeManifest(b)
}

// write replaces the manifest. The files that it lists must be synced; their names become durable here, before it does.
func (m manifest) write(files disk.FS, dir string, step func(string) error) error {
	if err := syncDir(files, dir); err != nil {
		return err
	}
	path := filepath.Join(dir, manifestName)
	f, err := files.Create(path + temporary)
	if err != nil {
		return fmt.Errorf("writing the list of files of message ids: %w", err)
	}
	if _, err = f.WriteAt(m.encode(), 0); err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing the list of files of message ids: %w", err)
	}
	if err := step("manifest written"); err != nil {
		return err
	}
	if err := files.Rename(path+temporary, path); err != nil {
		return fmt.Errorf("replacing the list of files of message ids: %w", err)
	}
	return syncDir(files, dir)
}

func syncDir(files disk.FS, dir string) error {
	if err := files.SyncDir(dir); err != nil {
		return fmt.Errorf("syncing the directory of message ids: %w", err)
	}
	return nil
}
