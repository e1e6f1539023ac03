package app

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/orrery-cxm/orrery"
)

// socketName is the server's local door: a unix socket that only the owner of the directory can open, so it asks for no
// key. A request is a POST of the question to the operation's name; the answer is a line of JSON for each thing that the
// operation says, and a last one with its answer or its error.
const socketName = "control.sock"

// maxQuestion bounds a question: the largest is a policy.
const maxQuestion = 4 << 20

type controlLine struct {
	Say    string         `json:"say,omitempty"`
	Answer jsontext.Value `json:"answer,omitempty"`
	Error  *controlError  `json:"error,omitempty"`
}

type controlError struct {
	Kind orrery.ErrorKind `json:"kind"`
	Code string           `json:"code"`
	Say  string           `json:"message"`
}

// served is an operation as the server sees it.
type served struct {
	name string
	run  func(ctx context.Context, h *House, question []byte, say progress) (any, error)
}

func (o operation[Q, A]) served() served {
	return served{name: o.name, run: func(ctx context.Context, h *House, question []byte, say progress) (any, error) {
		var q Q
		if err := json.Unmarshal(question, &q); err != nil {
			return nil, &orrery.Error{Kind: orrery.KindInvalid, Code: "control.question", Say: "this version's server does not understand the question: use the same version for both", Err: err}
		}
		return o.run(ctx, h, q, say)
	}}
}

// Control is the open local door of a house.
type Control struct {
	server *http.Server
	ended  chan struct{}
	path   string
}

// OpenControl listens on the workspace's socket. Whoever has the log locked owns it, so an old socket is swept away.
func OpenControl(h *House) (*Control, error) {
	path := filepath.Join(h.Dir, socketName)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("sweeping an old socket away: %w", err)
	}
	short, done, err := shortPath(path)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("unix", short)
	done()
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", path, err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("closing %s to others: %w", path, err), l.Close())
	}
	mux := http.NewServeMux()
	for _, o := range operations() {
		mux.HandleFunc("POST /"+o.name, func(w http.ResponseWriter, r *http.Request) { answerControl(w, r, h, o) })
	}
	c := &Control{server: &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn)},
		ended: make(chan struct{}), path: path}
	go func() {
		defer close(c.ended)
		if err := c.server.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			slog.Error("serving the local socket", "error", err)
		}
	}()
	return c, nil
}

// Close ends the door: operations under way are told to stop.
func (c *Control) Close() error {
	err := c.server.Close()
	<-c.ended
	if e := os.Remove(c.path); e != nil && !errors.Is(e, fs.ErrNotExist) {
		err = errors.Join(err, e)
	}
	return err
}

func answerControl(w http.ResponseWriter, r *http.Request, h *House, o served) {
	question, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxQuestion))
	if err != nil {
		http.Error(w, "the question is too long", http.StatusRequestEntityTooLarge)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	var mu sync.Mutex
	send := func(line controlLine) {
		mu.Lock()
		defer mu.Unlock()
		b, err := json.Marshal(line)
		if err != nil {
			slog.Error("encoding an answer for the command line", "error", err)
			return
		}
		_, _ = w.Write(append(b, '\n')) // the command may have gone
		_ = http.NewResponseController(w).Flush()
	}
	answer, err := o.run(r.Context(), h, question, func(format string, args ...any) { send(controlLine{Say: fmt.Sprintf(format, args...)}) })
	if err == nil {
		var b []byte
		if b, err = json.Marshal(answer, json.Deterministic(true)); err == nil {
			send(controlLine{Answer: b})
			return
		}
	}
	e := &orrery.Error{Kind: orrery.KindInternal, Code: "control.failed", Say: err.Error()}
	errors.As(err, &e)
	send(controlLine{Error: &controlError{Kind: e.Kind, Code: e.Code, Say: e.Say}})
}

// serverWait is how long a command waits for a server that is just starting.
const serverWait = 5 * time.Second

// askServer carries out an operation through the running server.
func askServer[Q, A any](ctx context.Context, dir string, op operation[Q, A], q Q, say progress) (A, error) {
	var none A
	question, err := json.Marshal(q)
	if err != nil {
		return none, fmt.Errorf("encoding the question: %w", err)
	}
	path := filepath.Join(dir, socketName)
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dialControl(ctx, path) }}}
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://orrery/"+op.name, bytes.NewReader(question))
	if err != nil {
		return none, fmt.Errorf("asking the server: %w", err)
	}
	response, err := client.Do(request)
	if err != nil {
		return none, &orrery.Error{Kind: orrery.KindUnavailable, Code: "control.no_server",
			Say: "another process has the workspace open, but no server answers at " + path + ": wait for it to end, or start orrery serve", Err: err}
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return none, fmt.Errorf("the running server does not know %s: it is of another version", op.name)
	}
	return readAnswer[A](response.Body, say)
}

func readAnswer[A any](body io.Reader, say progress) (A, error) {
	var answer A
	in := bufio.NewReader(body)
	for {
		b, err := in.ReadBytes('\n')
		if err != nil {
			return answer, fmt.Errorf("the server ended before it had answered: %w", err)
		}
		var line controlLine
		if err := json.Unmarshal(b, &line); err != nil {
			return answer, fmt.Errorf("reading the server's answer: %w", err)
		}
		switch {
		case line.Error != nil:
			return answer, &orrery.Error{Kind: line.Error.Kind, Code: line.Error.Code, Say: line.Error.Say}
		case line.Answer != nil:
			if err := json.Unmarshal(line.Answer, &answer); err != nil {
				return answer, fmt.Errorf("reading the server's answer: %w", err)
			}
			return answer, nil
		default:
			say("%s", line.Say)
		}
	}
}

// dialControl connects, waiting a little for a server that is just starting.
func dialControl(ctx context.Context, path string) (net.Conn, error) {
	for until := time.Now().Add(serverWait); ; {
		short, done, err := shortPath(path)
		if err != nil {
			return nil, err
		}
		var d net.Dialer
		c, err := d.DialContext(ctx, "unix", short)
		done()
		if err == nil || time.Now().After(until) {
			return c, err
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// maxSocketPath is how long the path of a unix socket may be on every system.
const maxSocketPath = 100

// shortPath is another path of the socket that is short enough to be used; done lets go of it.
func shortPath(path string) (short string, done func(), err error) {
	if len(path) <= maxSocketPath {
		return path, func() {}, nil
	}
	if runtime.GOOS != "linux" {
		return "", nil, fmt.Errorf("the path %s is too long for a socket: use a data directory with a shorter name", path)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return "", nil, fmt.Errorf("opening the workspace directory: %w", err)
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), filepath.Base(path)), func() { _ = dir.Close() }, nil
}
