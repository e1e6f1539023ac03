package eval

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Fixed compares the files of the blind set in dir with its HASH, and HASH with the last dated note in its README. It
// returns what HASH should hold and the digest that the note should name; the error tells what differs.
func Fixed(dir string) (hash, digest string, err error) {
	l := layout{patterns: []string{"messages-*.jsonl", "labels-*.jsonl"}}
	files := l.files(dir)
	slices.Sort(files)
	var b strings.Builder
	for _, f := range files {
		content, err := os.ReadFile(f)
		if err != nil {
			return "", "", fmt.Errorf("read the blind set: %w", err)
		}
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(content), filepath.Base(f))
	}
	hash = b.String()
	digest = fmt.Sprintf("%x", sha256.Sum256([]byte(hash)))[:12]
	had, err := os.ReadFile(filepath.Join(dir, "HASH"))
	if err != nil {
		return hash, digest, fmt.Errorf("read what fixes the blind set: %w", err)
	}
	if string(had) != hash {
		return hash, digest, fmt.Errorf("the blind set is not the one that HASH fixes; HASH has\n%sand the files are\n%s", had, hash)
	}
	readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		return hash, digest, fmt.Errorf("read the notes of the blind set: %w", err)
	}
	_, notes, _ := strings.Cut(string(readme), "\n## Notes\n")
	lines := strings.Split(strings.TrimSpace(notes), "\n")
	if last := lines[len(lines)-1]; !strings.Contains(last, digest) {
		return hash, digest, fmt.Errorf("the last note of the README names no digest %s: write when and why the set was changed", digest)
	}
	return hash, digest, nil
}
