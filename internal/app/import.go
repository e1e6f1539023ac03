package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/history"
	"github.com/orrery-cxm/orrery/internal/log"
)

type importCommand struct {
	File    string `arg:"" help:"CSV, table or JSON Lines file; an errors file of an earlier import, corrected, is one too." type:"existingfile"`
	Mapping string `help:"What the columns mean: a file, or one of cdnow, orders-csv, segment-jsonl." required:""`
	Source  string `help:"Name of the source, instead of the mapping's."`
	Errors  string `help:"File for the rows that cannot be taken; FILE.errors by default." type:"path"`
	Resume  bool   `help:"Go on where an import of this file ended."`
	Server  string `help:"Address of a server elsewhere, to send the rows to its /v1/import. A server that has the directory open takes them through its local socket without this."`
	Key     string `help:"Key for --server, with the scope write." env:"ORRERY_KEY"`
}

func (c *importCommand) Run(r *runner) error {
	m, err := history.LoadMapping(c.Mapping)
	if err != nil {
		return err
	}
	if c.Source != "" {
		m.Source = orrery.SourceName(c.Source)
	}
	f, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("opening the file: %w", err)
	}
	defer f.Close()
	hash, size, err := hashOf(f)
	if err != nil {
		return err
	}
	i := &importing{mapping: m, file: f, hash: hash, size: size, name: c.File, progress: newBar(r.errors, size), errorsPath: c.Errors}
	if i.errorsPath == "" {
		i.errorsPath = c.File + ".errors"
	}
	if err := i.differs(c.File); err != nil {
		return err
	}
	close, err := c.door(r, i)
	if err != nil {
		return err
	}
	if c.Resume {
		if err := i.resume(); err != nil {
			return errors.Join(err, close())
		}
	}
	err = errors.Join(i.run(r.ctx), close())
	i.report(r.out)
	return err
}

// door finds out where the rows go: into the workspace's directory, through the local socket of a server that has it
// open, or to a server elsewhere.
func (c *importCommand) door(r *runner, i *importing) (close func() error, err error) {
	if c.Server != "" {
		if c.Key == "" {
			return nil, orrery.Invalid("import.key", "--server needs a key with the scope write: give --key or ORRERY_KEY")
		}
		i.positionPath = filepath.Join(os.TempDir(), "orrery-import-"+i.hash+".json")
		i.take = (&remote{address: strings.TrimRight(c.Server, "/"), key: c.Key, http: &http.Client{Timeout: time.Minute}}).take
		return func() error { return nil }, nil
	}
	s := r.settings()
	s.Still = true
	h, err := OpenHouse(r.ctx, s)
	if errors.Is(err, log.ErrLocked) {
		i.positionPath = filepath.Join(workspaceDir(r), "imports", i.hash+".json")
		i.take = (&beside{dir: workspaceDir(r), source: i.mapping.Source}).take
		return func() error { return nil }, nil
	}
	if err != nil {
		return nil, err
	}
	i.positionPath = filepath.Join(h.Dir, "imports", i.hash+".json")
	i.take = (&local{house: h, source: i.mapping.Source}).take
	return h.Close, nil
}

// differs refuses to write the errors over the file itself.
func (i *importing) differs(file string) error {
	a, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("looking at the file: %w", err)
	}
	if b, err := os.Stat(i.errorsPath); err == nil && os.SameFile(a, b) {
		return orrery.Invalid("import.errors", "--errors names the file that is imported: name another")
	}
	return nil
}

// hashOf names a file by its content, so that rows which are imported again are recognised.
func hashOf(f *os.File) (hash string, size int64, err error) {
	h := sha256.New()
	if size, err = io.Copy(h, f); err != nil {
		return "", 0, fmt.Errorf("reading the file: %w", err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", 0, fmt.Errorf("reading the file: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), size, nil
}

func (i *importing) report(out io.Writer) {
	i.progress.end()
	fmt.Fprintf(out, "%d rows read, %d taken, %d of them known already, %d not taken\n", i.at.Rows, i.at.Rows-i.at.Refused, i.at.Known, i.at.Refused)
	switch {
	case i.errors != nil && i.errors.Count() > 0:
		fmt.Fprintf(out, "the rows that were not taken are in %s with their reasons: correct them and import that file\n", i.errorsPath)
	case !i.at.Done:
		fmt.Fprintf(out, "the import is not complete: go on with --resume\n")
	}
}

// local takes events into an open workspace.
type local struct {
	house  *House
	source orrery.SourceName
}

// bar is a progress line on a terminal; elsewhere it is silent.
type bar struct {
	out    io.Writer
	shown  bool
	total  int64
	began  time.Time
	last   time.Time
	offset int64 // where this run began
}

func newBar(out io.Writer, total int64) *bar {
	f, ok := out.(*os.File)
	return &bar{out: out, shown: ok && isTerminal(f), total: total, began: time.Now()}
}

const barWidth = 30

func (b *bar) show(rows, done int64) {
	now := time.Now()
	if !b.shown || now.Sub(b.last) < 100*time.Millisecond || b.total == 0 {
		return
	}
	b.last = now
	spent := now.Sub(b.began).Seconds()
	n := int(done * barWidth / b.total)
	left := "?"
	if done > b.offset {
		left = (time.Duration(spent*float64(b.total-done)/float64(done-b.offset)) * time.Second).String()
	}
	fmt.Fprintf(b.out, "\r[%s%s] %3d %%  %d rows  %.0f rows/s  %s left ", strings.Repeat("=", n), strings.Repeat(" ", barWidth-n), done*100/b.total, rows, float64(rows)/max(spent, 0.001), left)
}

func (b *bar) end() {
	if b.shown && !b.last.IsZero() {
		fmt.Fprintln(b.out)
	}
}

// wait pauses before a batch that was refused for now is tried again.
func wait(ctx context.Context, after orrery.Span) error {
	select {
	case <-time.After(time.Duration(max(after, 50)) * time.Millisecond):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
