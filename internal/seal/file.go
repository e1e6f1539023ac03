package seal

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log/file/disk"
)

// FileName is the name of the key file in a workspace's directory.
const FileName = "workspace.key"

// fileHeader is the first line of a key file and names its format.
const fileHeader = "orrery-key-1"

// Errors about key files.
var (
	ErrDamaged = orrery.Invalid("seal.damaged", "the key file is damaged: restore it from where the keys were exported to")
	ErrExposed = orrery.Denied("seal.exposed", "the key file may be read by everybody on this machine: chmod 600 it, and consider its keys known")
	ErrExists  = orrery.Conflict("seal.exists", "there is a key file already: it is never replaced, because everything stored depends on it")
)

// Open loads the key file at path and makes a new one where there is none. Two processes that open the same path at the
// same time end up with the same keys.
//
// The keys that it gives are durable, whoever made the file: what is sealed with them can never lose them.
func Open(path string) (*Keys, error) { return openIn(disk.OS{}, path) }

func openIn(files disk.FS, path string) (*Keys, error) {
	k, err := loadFrom(files, path)
	if errors.Is(err, fs.ErrNotExist) {
		k = New(randomMaster())
		if err = k.saveTo(files, path); errors.Is(err, ErrExists) {
			k, err = loadFrom(files, path)
		}
	}
	if err != nil {
		return nil, err
	}
	// Whoever made the file may have ended before its name was durable, or may not have come so far yet.
	if err := syncNames(files, path); err != nil {
		return nil, err
	}
	return k, nil
}

// Load reads the key file at path. It fails with fs.ErrNotExist, [ErrDamaged] or [ErrExposed] where that is the reason.
func Load(path string) (*Keys, error) { return loadFrom(disk.OS{}, path) }

func loadFrom(files disk.FS, path string) (*Keys, error) {
	f, err := files.OpenToRead(path)
	if err != nil {
		return nil, fmt.Errorf("opening the key file: %w", err)
	}
	defer f.Close()
	if real, ok := f.(interface{ Stat() (fs.FileInfo, error) }); ok {
		info, err := real.Stat()
		if err != nil {
			return nil, fmt.Errorf("looking at the key file: %w", err)
		}
		if info.Mode().Perm()&0o007 != 0 {
			return nil, fmt.Errorf("loading %s: %w", path, ErrExposed)
		}
	}
	text, err := io.ReadAll(disk.Reader(f))
	if err != nil {
		return nil, fmt.Errorf("reading the key file: %w", err)
	}
	k, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("loading %s: %w", path, err)
	}
	return k, nil
}

// Save writes the keys to path, readable by the owner only and durable when it returns: at the first start, and to
// export them apart from backups. A file that is there already is left alone and gives [ErrExists].
func (k *Keys) Save(path string) (err error) { return k.saveTo(disk.OS{}, path) }

func (k *Keys) saveTo(files disk.FS, path string) error {
	tmp := filepath.Join(filepath.Dir(path), ".key-"+rand.Text()) // a name that nobody else makes
	f, err := files.Create(tmp)
	if err != nil {
		return fmt.Errorf("making the key file: %w", err)
	}
	defer files.Remove(tmp)
	if _, err = f.WriteAt(k.format(), 0); err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing the key file: %w", err)
	}
	// A link, unlike a rename, fails where a file is: the first of two writers wins.
	if err := files.Link(tmp, path); errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("writing %s: %w", path, ErrExists)
	} else if err != nil {
		return fmt.Errorf("putting the key file in place: %w", err)
	}
	return syncNames(files, path)
}

// syncNames makes the name of the key file durable, and those of the directories above it.
func syncNames(files disk.FS, path string) error {
	if err := disk.SyncParents(files, path); err != nil {
		return fmt.Errorf("syncing the directory of the key file: %w", err)
	}
	return nil
}

// format is three lines: the format's name, the master secret, and a checksum that a slipped digit cannot pass.
func (k *Keys) format() []byte {
	return fmt.Appendf(nil, "%s\n%s\n%s\n", fileHeader, base64.RawStdEncoding.EncodeToString(k.master[:]), checksum(k.master))
}

func parse(text []byte) (*Keys, error) {
	lines := bytes.Fields(text)
	if len(lines) != 3 || string(lines[0]) != fileHeader {
		return nil, ErrDamaged
	}
	secret, err := base64.RawStdEncoding.Strict().DecodeString(string(lines[1]))
	if err != nil || len(secret) != MasterSize {
		return nil, ErrDamaged
	}
	master := [MasterSize]byte(secret)
	if string(lines[2]) != checksum(master) {
		return nil, ErrDamaged
	}
	return New(master), nil
}

func checksum(master [MasterSize]byte) string {
	sum := sha256.Sum256(append([]byte(fileHeader), master[:]...))
	return hex.EncodeToString(sum[:4])
}

func randomMaster() [MasterSize]byte {
	var m [MasterSize]byte
	rand.Read(m[:]) // never fails: it ends the process instead (crypto/rand)
	return m
}
