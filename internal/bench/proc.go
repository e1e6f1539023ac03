package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// Process is a server of the product that a benchmark runs beside itself, so that its processor time and memory are its
// own.
type Process struct {
	Command *exec.Cmd
	URL     string
	Dir     string
	Key     string // may write
	Admin   string // may do everything
	output  *os.File
}

// StartServer runs this binary's serve command in dir, with a policy for a new workspace, and waits until it answers.
func StartServer(ctx context.Context, dir, policy string, environment ...string) (*Process, time.Duration, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, 0, fmt.Errorf("finding this program: %w", err)
	}
	policyFile := filepath.Join(dir, "policy.yaml")
	if err := os.WriteFile(policyFile, []byte(policy), 0o600); err != nil {
		return nil, 0, fmt.Errorf("writing the policy: %w", err)
	}
	p := &Process{Dir: filepath.Join(dir, "data")}
	if p.output, err = os.OpenFile(filepath.Join(dir, "serve.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		return nil, 0, fmt.Errorf("opening the server's log: %w", err)
	}
	port, err := freePort()
	if err != nil {
		return nil, 0, err
	}
	p.URL = "http://127.0.0.1:" + port
	p.Command = exec.CommandContext(ctx, self, "--data", p.Dir, "serve", "--listen", "127.0.0.1:"+port, "--policy", policyFile)
	p.Command.Stdout, p.Command.Stderr = p.output, p.output
	p.Command.Env = append(os.Environ(), environment...)
	began := time.Now()
	if err := p.Command.Start(); err != nil {
		return nil, 0, fmt.Errorf("starting the server: %w", err)
	}
	for {
		if r, err := http.Get(p.URL + "/healthz"); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return p, time.Since(began), nil
			}
		}
		if time.Since(began) > 5*time.Minute {
			return nil, 0, errors.Join(errors.New("the server did not answer in time; see "+p.output.Name()), p.Stop())
		}
		time.Sleep(2 * time.Millisecond) // a start is what is measured here: nothing can be awaited but the answer
	}
}

// Stop ends the server as an operator would.
func (p *Process) Stop() error {
	if err := p.Command.Process.Signal(os.Interrupt); err != nil {
		return fmt.Errorf("stopping the server: %w", err)
	}
	err := p.Command.Wait()
	return errors.Join(err, p.output.Close())
}

// CaughtUp waits until the lists have everything that was acknowledged: what they cost belongs to the events that caused
// it, not to those that are measured next.
func (p *Process) CaughtUp(ctx context.Context) error {
	var health struct {
		Workspaces []struct {
			Lists struct {
				Behind uint64 `json:"behind"`
			} `json:"lists"`
		} `json:"workspaces"`
	}
	for {
		r, err := http.Get(p.URL + "/healthz")
		if err != nil {
			return fmt.Errorf("asking how far the lists are: %w", err)
		}
		err = json.UnmarshalRead(r.Body, &health)
		r.Body.Close()
		if err != nil {
			return fmt.Errorf("reading how far the lists are: %w", err)
		}
		if len(health.Workspaces) == 1 && health.Workspaces[0].Lists.Behind == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// CPU is the processor time, user and system, that the server has used.
func (p *Process) CPU() time.Duration {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Command.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(f[11], 10, 64)
	system, _ := strconv.ParseInt(f[12], 10, 64)
	const tick = 10 * time.Millisecond // USER_HZ is 100 on every Linux that Go supports
	return time.Duration(user+system) * tick
}

// Resident is the server's memory in bytes, pages of files that it only maps left out.
func (p *Process) Resident() int64 { return p.status("RssAnon:") }

// Written is how many bytes the server has had written to disk.
func (p *Process) Written() int64 {
	f, err := os.Open(fmt.Sprintf("/proc/%d/io", p.Command.Process.Pid))
	if err != nil {
		return 0
	}
	defer f.Close()
	return field(f, "write_bytes:")
}

func (p *Process) status(name string) int64 {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", p.Command.Process.Pid))
	if err != nil {
		return 0
	}
	defer f.Close()
	return field(f, name) * 1024
}

func field(r io.Reader, name string) int64 {
	for s := bufio.NewScanner(r); s.Scan(); {
		if v, ok := strings.CutPrefix(s.Text(), name); ok {
			n, _ := strconv.ParseInt(strings.Fields(v)[0], 10, 64)
			return n
		}
	}
	return 0
}
