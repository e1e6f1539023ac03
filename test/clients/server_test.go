package clients

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// server is the product as a user starts it: the built binary, in a directory of its own.
type server struct {
	url                        string
	secret, browser, care, log string // keys and the file of log lines
}

// start builds the binary (or takes the one that ORRERY_BINARY names), makes the keys and starts serving.
func start(t *testing.T, policy string, env ...string) *server {
	t.Helper()
	dir := t.TempDir()
	binary := os.Getenv("ORRERY_BINARY")
	if binary == "" {
		binary = filepath.Join(dir, "orrery")
		build := exec.Command("go", "build", "-o", binary, "./cmd/orrery")
		build.Dir = filepath.Join("..", "..")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("building the product: %v\n%s", err, out)
		}
	}
	env = append(os.Environ(), append(env, "ORRERY_DATA_DIR="+filepath.Join(dir, "data"))...)
	key := func(args ...string) string {
		t.Helper()
		c := exec.Command(binary, append([]string{"key", "create"}, args...)...)
		c.Env = env
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("making a key: %v\n%s", err, out)
		}
		secret, _, _ := strings.Cut(string(out), "\n")
		return secret
	}
	s := &server{log: filepath.Join(dir, "log"),
		secret:  key("--source", "shop", "--trust", "server"),
		browser: key("--source", "website", "--trust", "public"),
		care:    key("--source", "care", "--trust", "staff", "--scopes", "read,write,care,outbound,govern")}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	s.url = "http://" + address
	args := []string{"serve", "--listen", address}
	if policy != "" {
		file := filepath.Join(dir, "policy.yaml")
		if err := os.WriteFile(file, []byte(policy), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--policy", file)
	}
	lines, err := os.Create(s.log)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(binary, args...)
	c.Env, c.Stdout, c.Stderr = env, lines, lines
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		if err := c.Wait(); err != nil {
			t.Errorf("the server ended badly: %v", err)
		}
		lines.Close()
		if t.Failed() {
			b, _ := os.ReadFile(s.log)
			t.Logf("the server said:\n%s", b)
		}
	})
	eventually(t, "the server answers", func() bool {
		r, err := http.Get(s.url + "/healthz")
		if err == nil {
			r.Body.Close()
		}
		return err == nil && r.StatusCode == http.StatusOK
	})
	return s
}

// eventually asks again until a thing is so, for at most twenty seconds.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	late := time.After(20 * time.Second)
	for !is() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// call asks the API of the server and decodes its answer.
func (s *server) call(t *testing.T, method, path string, body, into any) {
	t.Helper()
	var b bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&b).Encode(body); err != nil {
			t.Fatal(err)
		}
	}
	r, err := http.NewRequest(method, s.url+path, &b)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.care)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	if answer.StatusCode/100 != 2 {
		t.Fatalf("%s %s: %s: %s", method, path, answer.Status, text)
	}
	if into != nil {
		if err := json.Unmarshal(text, into); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, text)
		}
	}
}

// touch is one recorded touch as the timeline shows it.
type touch struct {
	Kind, Name, MessageID, Source, Properties string
	At                                        string
	Identifiers, Alias                        []struct{ Namespace, Value string }
	Account                                   string
}

func (t touch) String() string { return t.Kind + " " + t.Name }

func (t touch) has(namespace, value string) bool {
	for _, i := range t.Identifiers {
		if i.Namespace == namespace && (value == "" || i.Value == value) {
			return true
		}
	}
	return false
}

// touches reads back every touch of a person, oldest first.
func (s *server) touches(t *testing.T, who string) []touch {
	t.Helper()
	var page struct {
		Entries []struct {
			Kind string          `json:"kind"`
			Fact json.RawMessage `json:"fact"`
		} `json:"entries"`
	}
	s.call(t, "GET", "/v1/persons/"+url.PathEscape("user_id:"+who)+"/timeline?limit=500", nil, &page)
	var list []touch
	for i := len(page.Entries) - 1; i >= 0; i-- {
		if page.Entries[i].Kind != "touch.recorded" {
			continue
		}
		var f struct{ Touch touch }
		if err := json.Unmarshal(page.Entries[i].Fact, &f); err != nil {
			t.Fatalf("reading a touch: %v in %s", err, page.Entries[i].Fact)
		}
		list = append(list, f.Touch)
	}
	return list
}

// profile is what the tests read of a person.
type profile struct {
	ID          string
	Identifiers []struct{ Namespace, Value string }
	Traits      map[string]struct{ Value any }
	Accounts    []string
}

func (s *server) profile(t *testing.T, who string) profile {
	t.Helper()
	var p profile
	s.call(t, "GET", "/v1/persons/"+url.PathEscape("user_id:"+who), nil, &p)
	return p
}

// node runs a script of ours with the installed client libraries, or skips with the reason.
func node(t *testing.T, script string, stdin []byte, env ...string) []byte {
	t.Helper()
	program, err := exec.LookPath("node")
	if err != nil {
		t.Skip("skipped: node is not installed; .ci/run installs it")
	}
	if _, err := os.Stat(filepath.Join("node", "node_modules")); err != nil {
		t.Skip("skipped: the client libraries are not installed; run npm ci in test/clients/node, as .ci/run does")
	}
	c := exec.Command(program, script)
	c.Dir, c.Env, c.Stdin = "node", append(os.Environ(), env...), bytes.NewReader(stdin)
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", script, err, out, errs.Bytes())
	}
	return out
}

func jsonOf(t *testing.T, text string) map[string]any {
	t.Helper()
	m := map[string]any{}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			t.Fatalf("properties are no JSON object: %v in %s", err, text)
		}
	}
	return m
}

func count(list []touch) map[string]int {
	m := map[string]int{}
	for _, t := range list {
		m[fmt.Sprint(t)]++
	}
	return m
}

// quiet is a logger for client libraries that talk much; what fails shows in what arrives.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
