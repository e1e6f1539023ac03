package bench

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ownCPU is the processor time that this process has used.
func ownCPU() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// fsyncLimit times writing and syncing blocks to a file that has its size already.
func fsyncLimit(dir string, size, n int) (latencies, error) {
	f, err := os.OpenFile(filepath.Join(dir, "fsync.limit"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("measuring fsync: %w", err)
	}
	defer f.Close()
	block := make([]byte, size)
	for i := range 64 {
		if _, err := f.WriteAt(block, int64(i*size)); err != nil {
			return nil, fmt.Errorf("measuring fsync: %w", err)
		}
	}
	if err := f.Sync(); err != nil {
		return nil, fmt.Errorf("measuring fsync: %w", err)
	}
	var took latencies
	for i := range n {
		began := time.Now()
		block[0]++
		if _, err := f.WriteAt(block, int64(i%64*size)); err != nil {
			return nil, fmt.Errorf("measuring fsync: %w", err)
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			return nil, fmt.Errorf("measuring fsync: %w", err)
		}
		took = append(took, time.Since(began))
	}
	return took, nil
}

// event is what a plain JSON decoder is asked for as a limit: the envelope of an event, its parts left as they are.
type event struct {
	Type       string         `json:"type"`
	MessageID  string         `json:"messageId"`
	UserID     string         `json:"userId"`
	Anonymous  string         `json:"anonymousId"`
	Event      string         `json:"event"`
	Timestamp  string         `json:"timestamp"`
	Properties jsontext.Value `json:"properties"`
	Context    jsontext.Value `json:"context"`
}

// jsonLimit is the processor time in which a library decodes one event of the mix.
func jsonLimit(body []byte, events int) (time.Duration, error) {
	began := ownCPU()
	n := 0
	for ; n < 200; n++ {
		var batch struct {
			Batch []event `json:"batch"`
		}
		if err := json.Unmarshal(body, &batch); err != nil {
			return 0, fmt.Errorf("measuring JSON: %w", err)
		}
	}
	return (ownCPU() - began) / time.Duration(n*events), nil
}

// bareServer is the least that a durable server can be: it reads a body, waits for one fsync that serves everybody who
// waits at that moment, and answers. Its rate is the limit for single-event requests.
type bareServer struct {
	URL     string
	server  *http.Server
	file    *os.File
	mu      sync.Mutex
	pending []byte
	waiting []chan struct{}
	bell    chan struct{}
	done    chan struct{}
}

func startBare(dir string) (*bareServer, error) {
	f, err := os.OpenFile(filepath.Join(dir, "bare.log"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("starting the bare server: %w", err)
	}
	if err := syscall.Fallocate(int(f.Fd()), 0, 0, 256<<20); err != nil {
		return nil, fmt.Errorf("starting the bare server: %w", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the bare server: %w", err)
	}
	b := &bareServer{URL: "http://" + l.Addr().String(), file: f, bell: make(chan struct{}, 1), done: make(chan struct{})}
	b.server = &http.Server{Handler: http.HandlerFunc(b.serve)}
	go b.commit()
	go func() { _ = b.server.Serve(l) }() // ends when it is closed
	return b, nil
}

func (b *bareServer) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	done := make(chan struct{})
	b.mu.Lock()
	b.pending = append(b.pending, body...)
	b.waiting = append(b.waiting, done)
	b.mu.Unlock()
	select {
	case b.bell <- struct{}{}:
	default:
	}
	<-done
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"success":true}`)) // the client may have gone
}

func (b *bareServer) commit() {
	var offset int64
	for {
		select {
		case <-b.bell:
		case <-b.done:
			return
		}
		b.mu.Lock()
		block, waiting := b.pending, b.waiting
		b.pending, b.waiting = nil, nil
		b.mu.Unlock()
		if len(block) == 0 {
			continue
		}
		if offset+int64(len(block)) > 256<<20 {
			offset = 0
		}
		_, err := b.file.WriteAt(block, offset)
		if err == nil {
			err = syscall.Fdatasync(int(b.file.Fd()))
		}
		if err != nil {
			return // the requests that wait time out, and the benchmark says so
		}
		offset += int64(len(block))
		for _, c := range waiting {
			close(c)
		}
	}
}

func (b *bareServer) stop() {
	close(b.done)
	_ = b.server.Close() // nothing is under way
	_ = b.file.Close()
}
