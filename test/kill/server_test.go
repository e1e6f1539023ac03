package kill

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// binary is the product as it is shipped, built once for all tests.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "orrery-kill-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		if binary = os.Getenv("ORRERY_BINARY"); binary == "" {
			binary = filepath.Join(dir, "orrery")
			build := exec.Command("go", "build", "-o", binary, "../../cmd/orrery")
			if out, err := build.CombinedOutput(); err != nil {
				fmt.Fprintf(os.Stderr, "building the product: %v\n%s", err, out)
				return 1
			}
		}
		return m.Run()
	}())
}

// patience is how long anything awaited may take before the test says that it never came.
const patience = 90 * time.Second

// server is one process of the product.
type server struct {
	t       *testing.T
	cmd     *exec.Cmd
	address string
	said    said
	ended   chan error
}

// said is what a process wrote, for failure messages and to wait for.
type said struct {
	mu    sync.Mutex
	text  bytes.Buffer
	lines chan string
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.text.Bytes()
	return string(b[max(0, len(b)-4000):])
}

var serving = regexp.MustCompile(`msg=serving address=(\S+)`)

// start starts the product on a directory and returns at once; ready waits until it serves.
func start(t *testing.T, data string, args ...string) *server {
	t.Helper()
	s := &server{t: t, ended: make(chan error, 1)}
	s.said.lines = make(chan string, 1<<16)
	s.cmd = exec.Command(binary, append([]string{"--data", data, "serve", "--listen", "127.0.0.1:0"}, args...)...)
	s.cmd.Env = append(os.Environ(), "ORRERY_KILL_SECRET="+secret)
	out, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		scan := bufio.NewScanner(out)
		scan.Buffer(nil, 1<<20)
		for scan.Scan() {
			s.said.mu.Lock()
			s.said.text.WriteString(scan.Text() + "\n")
			s.said.mu.Unlock()
			select {
			case s.said.lines <- scan.Text():
			default: // nobody waits for that many
			}
		}
		_, _ = io.Copy(io.Discard, out)
		s.ended <- s.cmd.Wait()
		close(s.ended)
		close(s.said.lines)
	}()
	t.Cleanup(s.kill)
	return s
}

// ready waits until the process says where it serves.
func (s *server) ready() {
	s.t.Helper()
	late := time.After(patience)
	for {
		select {
		case line, more := <-s.said.lines:
			if m := serving.FindStringSubmatch(line); m != nil {
				s.address = "http://" + m[1]
				return
			}
			if !more {
				s.t.Fatalf("the server ended instead of serving:\n%s", &s.said)
			}
		case <-late:
			s.t.Fatalf("the server does not serve after %v:\n%s", patience, &s.said)
		}
	}
}

// kill ends the process as a crash would: SIGKILL.
func (s *server) kill() {
	_ = s.cmd.Process.Kill() // it may have ended already
	<-s.ended
}

// stop asks the process to end and waits.
func (s *server) stop() {
	s.t.Helper()
	_ = s.cmd.Process.Signal(os.Interrupt)
	select {
	case err := <-s.ended:
		if err != nil {
			s.t.Fatalf("the server ends with %v:\n%s", err, &s.said)
		}
	case <-time.After(patience):
		s.t.Fatalf("the server does not end when asked to:\n%s", &s.said)
	}
}

// command runs the product to its end.
func command(t *testing.T, data string, args ...string) (out string, ok bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	b, err := exec.CommandContext(ctx, binary, append([]string{"--data", data}, args...)...).CombinedOutput()
	return string(b), err == nil
}

// newKey makes a key and returns its secret.
func newKey(t *testing.T, data string) string {
	t.Helper()
	out, ok := command(t, data, "key", "create", "--source", "shop", "--trust", "server")
	if !ok {
		t.Fatalf("making a key: %s", out)
	}
	return strings.Fields(out)[0]
}

// post sends one batch; it fails when no whole answer came.
func post(ctx context.Context, address, key, body string) (status int, answer string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/v1/batch", strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	r.SetBasicAuth(key, "")
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	return response.StatusCode, string(b), err
}

// until asks again and again until the question is answered with yes.
func until(t *testing.T, what string, question func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(patience); !question(); {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("%s: not after %v", what, patience)
		}
	}
}
