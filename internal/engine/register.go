package engine

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/seal"
)

// RegisterName is the name of the erasure register in the workspace directory. It is kept outside backups, so that who
// was erased after a backup is erased again when the backup is restored.
const RegisterName = "erased.register"

// registerHead is the first line of a register.
const registerHead = "orrery-erased-1"

// Register is who was erased, as keyed hashes: for each identifier a hash that only the workspace's keys can confirm, the
// id of its fragment, and when.
type Register struct {
	mu    sync.RWMutex
	path  string
	lines map[[32]byte]orrery.Instant // the latest erasure of an identifier
	ids   map[orrery.FragmentID]bool
}

// registerLine is one identifier of an erased person.
type registerLine struct {
	Hash     [32]byte
	Fragment orrery.FragmentID
	At       orrery.Instant
}

// openRegister reads the register at path; an empty one when there is none yet.
func openRegister(path string) (*Register, error) {
	r := &Register{path: path, lines: map[[32]byte]orrery.Instant{}, ids: map[orrery.FragmentID]bool{}}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err != nil {
		return nil, fmt.Errorf("opening the erasure register: %w", err)
	}
	defer f.Close()
	in := bufio.NewReader(f)
	for n := 1; ; n++ {
		text, err := in.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return r, nil // a last line without its end was cut off by a crash: its erasure is finished anew
		}
		if err != nil {
			return nil, fmt.Errorf("reading the erasure register: %w", err)
		}
		text = strings.TrimSpace(text)
		if n == 1 && text == registerHead || text == "" {
			continue
		}
		line, err := parseRegisterLine(text)
		if err != nil || n == 1 {
			return nil, orrery.Invalid("register.damaged", fmt.Sprintf("line %d of the erasure register %s is damaged: restore it from its copy", n, path))
		}
		r.take(line)
	}
}

func (r *Register) take(l registerLine) {
	r.lines[l.Hash] = max(r.lines[l.Hash], l.At)
	r.ids[l.Fragment] = true
}

func (l registerLine) String() string {
	return fmt.Sprintf("%s %s %s", hex.EncodeToString(l.Hash[:]), l.Fragment, l.At)
}

func parseRegisterLine(text string) (l registerLine, err error) {
	parts := strings.Fields(text)
	if len(parts) != 3 {
		return l, errors.New("three words are expected")
	}
	sum, err := hex.DecodeString(parts[0])
	if err != nil || copy(l.Hash[:], sum) != len(l.Hash) || len(sum) != len(l.Hash) {
		return l, errors.New("no hash")
	}
	return l, errors.Join(l.Fragment.UnmarshalText([]byte(parts[1])), l.At.UnmarshalText([]byte(parts[2])))
}

// add writes lines that are not there yet, durably.
func (r *Register) add(lines []registerLine) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var text strings.Builder
	for _, l := range lines {
		if r.lines[l.Hash] < l.At {
			fmt.Fprintln(&text, l)
		}
	}
	if text.Len() == 0 {
		return nil
	}
	f, err := os.OpenFile(r.path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("opening the erasure register: %w", err)
	}
	head, err := registerStart(f)
	if err == nil {
		_, err = f.WriteString(head + text.String())
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("writing the erasure register: %w", err)
	}
	for _, l := range lines {
		r.take(l)
	}
	return nil
}

// registerStart is what must be written before the next line: the head of a new file, or the end of a line that a crash
// cut off.
func registerStart(f *os.File) (string, error) {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return registerHead + "\n", err
	}
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, info.Size()-1); err != nil {
		return "", err
	}
	if last[0] == '\n' {
		return "", nil
	}
	// The torn line names nobody: cut it off.
	whole, err := os.ReadFile(f.Name())
	if err != nil {
		return "", err
	}
	return "", f.Truncate(int64(strings.LastIndexByte(string(whole), '\n') + 1))
}

// has says that the identifier of a fragment stands in the register.
func (r *Register) has(id orrery.FragmentID) bool {
	if r == nil {
		return false
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.ids[id]
}

// erasedAt is when an identifier was erased last; 0 for never.
func (r *Register) erasedAt(keys *seal.Keys, i orrery.Identifier) orrery.Instant {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if len(r.lines) == 0 {
		return 0
	}
	return r.lines[keys.Erasure(string(i.Namespace), i.Value)]
}

// CheckRegister reads a register and says how many identifiers stand in it.
func CheckRegister(path string) (int, error) {
	r, err := openRegister(path)
	if err != nil {
		return 0, err
	}
	return len(r.lines), nil
}

// Erased says that the identifier of a fragment stands in the erasure register.
func (b *batch) Erased(id orrery.FragmentID) bool { return b.core.state.register.has(id) }

// Erased says that the identifier of a fragment stands in the erasure register.
func (s *snapshot) Erased(id orrery.FragmentID) bool { return s.state.register.has(id) }

// Registered lists, after a restore, the fragments whose identifier stands in the register although they are known again:
// those that were known before the erasure, not those that came anew since.
func (w *Workspace) Registered(ctx context.Context) ([]orrery.FragmentID, error) {
	w.erasing.Lock()
	defer w.erasing.Unlock()
	view, err := w.freezeView(ctx)
	if err != nil {
		return nil, err
	}
	defer view.close()
	var out []orrery.FragmentID
	err = view.store.scan([]byte{keyFragment}, nil, func(key, blob []byte) (bool, error) {
		id := orrery.FragmentID(binary.BigEndian.Uint64(key[1:]))
		f, err := decodeFragment(id, blob)
		if err != nil || f.node.empty() {
			return true, err
		}
		at := w.register.erasedAt(w.keys, f.node.get().Identifier)
		if at == 0 {
			return true, ctx.Err()
		}
		first, err := firstEntry(view.store, id)
		if err == nil && first <= at {
			out = append(out, id)
		}
		return true, err
	})
	if err != nil {
		return nil, fmt.Errorf("looking for people who stand in the register: %w", err)
	}
	return out, nil
}

// firstEntry is when a fragment's timeline begins.
func firstEntry(s *store, id orrery.FragmentID) (first orrery.Instant, err error) {
	err = s.scan(idKey(keyPage, uint64(id)), nil, func(_, value []byte) (bool, error) {
		page, err := decodePage(bytes.Clone(value))
		if err == nil && len(page) > 0 {
			first = page[0].At.Time // pages come newest first
		}
		return true, err
	})
	return first, err
}
