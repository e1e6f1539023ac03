package second

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen/provider"
)

// book keeps the place in the log and what was spent today, in a file of the workspace.
type book struct {
	path   string
	mu     sync.Mutex
	page   page
	dirty  bool
	silent map[string]string // by provider: why it does not sit, as it was said last
}

// page is the file.
type page struct {
	Seq   orrery.Seq       `json:"seq"`   // up to which everything is settled
	Day   string           `json:"day"`   // UTC, of Spent
	Spent map[string]spent `json:"spent"` // by provider
}

type spent struct {
	Requests int `json:"requests"`
	Tokens   int `json:"tokens"`
}

// openBook reads the file. Without one, or with a place that the log has not reached (it was restored), it begins at end.
func openBook(dir string, end orrery.Seq) (*book, error) {
	b := &book{path: filepath.Join(dir, "second.json"), silent: map[string]string{}}
	raw, err := os.ReadFile(b.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		b.page.Seq = end
	case err != nil:
		return nil, err
	default:
		if err := json.Unmarshal(raw, &b.page); err != nil {
			return nil, fmt.Errorf("%s is damaged; delete it to begin at the end of the log with nothing spent: %w", b.path, err)
		}
	}
	if b.page.Seq > end {
		b.page.Seq = end
	}
	if b.page.Spent == nil {
		b.page.Spent = map[string]spent{}
	}
	return b, nil
}

func (b *book) seq() orrery.Seq { return b.page.Seq }

// spend takes a request and about so many tokens from the day's budget; false when it does not hold them.
func (b *book) spend(p provider.Provider, now time.Time, tokens int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if day := now.UTC().Format(time.DateOnly); day != b.page.Day {
		b.page.Day = day
		clear(b.page.Spent)
	}
	s := b.page.Spent[p.Name]
	if s.Requests+1 > p.RequestsPerDay || p.Kind == provider.OpenAI && s.Tokens+tokens > p.TokensPerDay {
		return false
	}
	b.page.Spent[p.Name] = spent{Requests: s.Requests + 1, Tokens: s.Tokens + tokens}
	b.dirty = true
	return true
}

// settle replaces an estimate by what it was. Where the provider did not say, the estimate stays.
func (b *book) settle(name string, estimate, tokens int) {
	if tokens == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.page.Spent[name]
	s.Tokens = max(0, s.Tokens-estimate+tokens)
	b.page.Spent[name] = s
	b.dirty = true
}

// save writes the file when it changed.
func (b *book) save(seq orrery.Seq) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.dirty && seq == b.page.Seq {
		return nil
	}
	b.page.Seq = seq
	raw, err := json.Marshal(b.page, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("writing %s: %w", b.path, err)
	}
	next := b.path + ".new"
	if err := os.WriteFile(next, raw, 0o600); err != nil {
		return fmt.Errorf("writing %s: %w", b.path, err)
	}
	if err := os.Rename(next, b.path); err != nil {
		return fmt.Errorf("writing %s: %w", b.path, err)
	}
	b.dirty = false
	return nil
}

// say logs once why a provider does not sit.
func (b *book) say(name string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	why := ""
	if err != nil {
		why = err.Error()
	}
	if why != "" && b.silent[name] != why {
		slog.Error("a provider of second opinions is not asked", "provider", name, "why", why)
	}
	b.silent[name] = why
}
