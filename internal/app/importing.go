package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/collect"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/history"
)

// position is how far an import has come: everything before it is durable.
type position struct {
	File    string `json:"file"`
	Offset  int64  `json:"offset"`
	Lines   int    `json:"lines"`
	Rows    int64  `json:"rows"`
	Refused int64  `json:"refused"`
	Known   int64  `json:"known"`
	Done    bool   `json:"done"`
}

// importing is one import on its way.
type importing struct {
	mapping      *history.Mapping
	file         *os.File
	hash         string
	size         int64
	name         string
	errorsPath   string
	positionPath string
	errors       *history.Errors // nil until the first row that is not taken
	errorsFile   *os.File
	header       string
	at           position
	saved        time.Time
	take         func(ctx context.Context, body []byte) (verdict, error)
	progress     *bar
}

// verdict is what became of a batch.
type verdict struct {
	known    int64
	rejected []rejection
}

type rejection struct {
	index int // of the batch; -1 when the server does not say
	err   history.RowError
}

// load is one batch with where its rows stand in the file.
type load struct {
	body     []byte
	spans    []span
	bad      []badRow
	next     int64
	lines    int
	rows     int64
	verdict  verdict
	err      error
	finished chan struct{}
}

type span struct {
	line     int
	from, to int64
}

type badRow struct {
	line int
	raw  []byte
	err  history.RowError
}

const (
	batchRows  = 1000
	batchBytes = 450 << 10 // a request has at most 500 KiB
)

// inFlight is how many batches are decoded and committed side by side.
func inFlight() int { return 2 + runtime.GOMAXPROCS(0) }

// resume takes up the position of an earlier import of the same file.
func (i *importing) resume() error {
	b, err := os.ReadFile(i.positionPath)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // there is nothing to go on from: begin
	}
	if err != nil {
		return fmt.Errorf("reading where the import ended: %w", err)
	}
	if err := json.Unmarshal(b, &i.at); err != nil {
		return fmt.Errorf("reading where the import ended: %w", err)
	}
	if i.at.Done {
		return orrery.Conflict("import.done", fmt.Sprintf("%s was imported to its end: leave --resume out to import it again", i.name))
	}
	i.progress.offset = i.at.Offset
	return nil
}

// run reads, sends several batches at once, and settles them in the order of the file.
func (i *importing) run(parent context.Context) error {
	rows, err := history.OpenRows(i.file, i.mapping, i.at.Offset, i.at.Lines)
	if err != nil {
		var e *history.RowError
		if errors.As(err, &e) {
			return orrery.Invalid(e.Code, i.name+": "+e.Say)
		}
		return err
	}
	if len(i.mapping.Columns) == 0 && i.mapping.Format != history.JSONLines {
		i.header = headerLine(rows, i.mapping)
	}
	ctx, stop := context.WithCancel(parent)
	defer stop()
	loads := make(chan *load, inFlight())
	go func() {
		defer close(loads)
		slots := make(chan struct{}, inFlight())
		for {
			l := i.read(rows)
			if l == nil {
				return
			}
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return
			}
			go func() {
				defer func() { <-slots; close(l.finished) }()
				l.verdict, l.err = i.send(ctx, l.body)
			}()
			select {
			case loads <- l:
			case <-ctx.Done():
				return
			}
		}
	}()
	var failure error
	for l := range loads {
		<-l.finished
		if failure == nil {
			failure = errors.Join(l.err, i.settle(l))
		}
		if failure != nil {
			stop()
		}
	}
	if parent.Err() != nil {
		failure = &orrery.Error{Kind: orrery.KindUnavailable, Code: "import.interrupted", Say: "interrupted; what was read until here is durable", Err: parent.Err()}
	}
	i.at.Done = failure == nil
	return errors.Join(failure, i.save(), i.closeErrors())
}

// headerLine is the header as it goes into an errors file.
func headerLine(rows *history.Rows, m *history.Mapping) string {
	if m.Format != history.CSV {
		return strings.Join(rows.Header(), " ")
	}
	cells := make([]string, len(rows.Header()))
	for i, h := range rows.Header() {
		if cells[i] = h; strings.ContainsAny(h, string(rows.Comma())+"\"\n") {
			cells[i] = `"` + strings.ReplaceAll(h, `"`, `""`) + `"`
		}
	}
	return strings.Join(cells, string(rows.Comma()))
}

// read gathers the next batch; nil at the end.
func (i *importing) read(rows *history.Rows) *load {
	l := &load{body: append(make([]byte, 0, 256<<10), `{"batch":[`...), finished: make(chan struct{})}
	for len(l.spans) < batchRows && len(l.body) < batchBytes-collect.MaxEvent {
		row := rows.Next()
		if row == nil {
			break
		}
		l.next, l.lines = row.Next, row.Lines
		l.rows++
		err := row.Err
		if err == nil {
			before := len(l.body)
			if before > len(`{"batch":[`) {
				l.body = append(l.body, ',')
			}
			if l.body, err = i.mapping.Append(l.body, row, i.hash); err != nil {
				l.body = l.body[:before]
			}
		}
		if err != nil {
			l.bad = append(l.bad, badRow{row.Line, bytes.Clone(row.Raw), *err})
			continue
		}
		l.spans = append(l.spans, span{row.Line, row.Start, row.Next})
	}
	if l.rows == 0 {
		return nil
	}
	l.body = append(l.body, `]}`...)
	return l
}

// send brings one batch to the workspace, as often as it is told to come back.
func (i *importing) send(ctx context.Context, body []byte) (verdict, error) {
	if len(body) <= len(`{"batch":[]}`) {
		return verdict{}, nil
	}
	for {
		v, err := i.take(ctx, body)
		var e *orrery.Error
		if err == nil || ctx.Err() != nil || !errors.As(err, &e) || (e.Kind != orrery.KindLimited && e.Kind != orrery.KindUnavailable) {
			return v, err
		}
		if err := wait(ctx, e.RetryAfter); err != nil {
			return v, err
		}
	}
}

// settle counts a batch that is durable, keeps its errors, and moves the position.
func (i *importing) settle(l *load) error {
	if l.err != nil {
		return nil // told by run; the position stays before it
	}
	for _, r := range l.verdict.rejected {
		if r.index < 0 || r.index >= len(l.spans) {
			i.at.Refused++
			continue
		}
		s := l.spans[r.index]
		raw, err := i.raw(s)
		if err != nil {
			return err
		}
		if r.err.Field == "" {
			r.err.Field = i.mapping.Column(r.err.Say)
		}
		l.bad = append(l.bad, badRow{s.line, raw, r.err})
	}
	for _, b := range l.bad {
		if err := i.refuse(b); err != nil {
			return err
		}
	}
	i.at.File, i.at.Offset, i.at.Lines = i.name, l.next, l.lines
	i.at.Rows += l.rows
	i.at.Refused += int64(len(l.bad))
	i.at.Known += l.verdict.known
	i.progress.show(i.at.Rows, i.at.Offset)
	if time.Since(i.saved) < time.Second {
		return nil
	}
	return i.save()
}

// raw reads a row again from the file.
func (i *importing) raw(s span) ([]byte, error) {
	b := make([]byte, s.to-s.from)
	if _, err := i.file.ReadAt(b, s.from); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading line %d again: %w", s.line, err)
	}
	return bytes.Trim(b, "\r\n"), nil
}

func (i *importing) refuse(b badRow) error {
	if i.errors == nil {
		mode := os.O_CREATE | os.O_WRONLY | os.O_TRUNC
		if i.at.Refused > 0 { // going on: what was refused before stays
			mode = os.O_CREATE | os.O_WRONLY | os.O_APPEND
		}
		f, err := os.OpenFile(i.errorsPath, mode, 0o600)
		if err != nil {
			return fmt.Errorf("opening the errors file: %w", err)
		}
		i.errorsFile = f
		i.errors = history.NewErrors(f, i.hash, i.header)
	}
	i.errors.Add(b.line, b.raw, b.err)
	return nil
}

// save keeps the position; it is only moved forward over what is durable.
func (i *importing) save() error {
	i.saved = time.Now()
	if i.errors != nil {
		if err := i.errors.Flush(); err != nil {
			return err
		}
	}
	b, err := json.Marshal(&i.at)
	if err != nil {
		return fmt.Errorf("keeping the position: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(i.positionPath), 0o700); err != nil {
		return fmt.Errorf("keeping the position: %w", err)
	}
	if err := os.WriteFile(i.positionPath+".new", b, 0o600); err != nil {
		return fmt.Errorf("keeping the position: %w", err)
	}
	if err := os.Rename(i.positionPath+".new", i.positionPath); err != nil {
		return fmt.Errorf("keeping the position: %w", err)
	}
	return nil
}

func (i *importing) closeErrors() error {
	if i.errorsFile == nil {
		return nil
	}
	return i.errorsFile.Close()
}

func (o *local) take(ctx context.Context, body []byte) (verdict, error) {
	h := o.house
	request := collect.Request{Call: collect.Import, Body: body, Received: h.Engine.Clock(),
		Source: collect.Source{Name: o.source, Trust: orrery.Internal, Historical: true}}
	decoder := h.API.Decoder()
	touches, rejected, err := decoder.Decode(&request)
	if err != nil {
		return verdict{}, err
	}
	inputs, v, at := make([]engine.Input, len(touches)), verdict{}, make([]int, 0, len(touches))
	origin, skip := decoder.Origin(&request, rejected), map[int]bool{}
	for _, r := range rejected {
		skip[r.Index] = true
		v.rejected = append(v.rejected, rejection{r.Index, history.RowError{Code: r.Code, Say: r.Say}})
	}
	for index := 0; len(at) < len(touches); index++ {
		if !skip[index] {
			at = append(at, index)
		}
	}
	for i := range touches {
		h.API.Hear(&touches[i])
		inputs[i] = engine.Input{Touch: &touches[i], Origin: origin, Index: i}
	}
	results, err := h.Engine.Submit(ctx, inputs)
	if err != nil {
		return verdict{}, err
	}
	for i := range results {
		if results[i].Duplicate {
			v.known++
		}
		var e *orrery.Error
		switch {
		case results[i].Err == nil:
		case errors.As(results[i].Err, &e):
			v.rejected = append(v.rejected, rejection{at[i], history.RowError{Code: e.Code, Say: e.Say}})
		default:
			return v, results[i].Err
		}
	}
	return v, nil
}
