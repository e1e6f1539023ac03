package dedupe

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
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
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Mark{}, fmt.Errorf("making the directory for a copy of the message ids: %w", err)
	}
	m := manifest{mark: s.Mark()}
	for _, r := range s.runs { // they change only under work
		if err := copyFile(filepath.Join(s.dir, r.name), filepath.Join(dir, r.name)); err != nil {
			return Mark{}, fmt.Errorf("copying a file of message ids: %w", err)
		}
		m.runs = append(m.runs, r.name)
	}
	return m.mark, m.write(dir, func(string) error { return nil })
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
