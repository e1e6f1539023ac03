package dedupe

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/orrery-cxm/orrery/internal/log/file/disk"
)

// Copy writes everything that is in files into a new directory, for a backup, and returns the position in the log that
// the copy covers. Ids go on being seen and added meanwhile; files change only afterwards. The bytes are the copy's own,
// so an erasure here changes nothing there.
func (s *Set) Copy(dir string) (Mark, error) {
	s.work.Lock()
	defer s.work.Unlock()
	if s.closing.Load() {
		return Mark{}, ErrClosed
	}
	if err := s.fs.MkdirAll(dir); err != nil {
		return Mark{}, fmt.Errorf("making the directory for a copy of the message ids: %w", err)
	}
	if names, err := s.fs.List(dir); err != nil {
		return Mark{}, fmt.Errorf("looking into the directory for a copy of the message ids: %w", err)
	} else if len(names) > 0 {
		return Mark{}, fmt.Errorf("copying message ids to %s: %w", dir, fs.ErrExist)
	}
	m := manifest{mark: s.Mark()}
	for _, r := range s.runs { // they change only under work
		if err := copyFile(s.fs, filepath.Join(s.dir, r.name), filepath.Join(dir, r.name)); err != nil {
			return Mark{}, fmt.Errorf("copying a file of message ids: %w", err)
		}
		m.runs = append(m.runs, r.name)
	}
	if err := m.write(s.fs, dir, func(string) error { return nil }); err != nil {
		return Mark{}, err
	}
	if err := disk.SyncParents(s.fs, dir); err != nil {
		return Mark{}, fmt.Errorf("making a copy of the message ids last: %w", err)
	}
	return m.mark, nil
}

func copyFile(files disk.FS, from, to string) error {
	in, err := files.OpenToRead(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := files.Create(to)
	if err != nil {
		return err
	}
	if _, err = io.Copy(disk.Writer(out), disk.Reader(in)); err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}
