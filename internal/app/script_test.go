package app_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/orrery-cxm/orrery/internal/app"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"orrery": func() { os.Exit(app.Main(os.Args[1:], os.Stdout, os.Stderr)) },
	})
}

// TestTheCommandLineDoesWhatItSays runs the scripts in testdata/script against real directories and real servers.
func TestTheCommandLineDoesWhatItSays(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			e.Setenv("ORRERY_DATA_DIR", filepath.Join(e.WorkDir, "data"))
			e.Setenv("ORRERY_LOG_LEVEL", "warn")
			port, err := freePort()
			e.Setenv("ORRERY_LISTEN", fmt.Sprintf("127.0.0.1:%d", port))
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"send": send, "key": key, "flip": flip, "bytes": countBytes, "waitfor": waitFor, "number": number, "touch": touch},
	})
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// key NAME reads the secret that orrery key create printed last into the variable KEY.
func key(ts *testscript.TestScript, neg bool, args []string) {
	secret, _, _ := strings.Cut(ts.ReadFile("stdout"), "\n")
	ts.Setenv("KEY", secret)
}

// send CALL FILE posts a file to the tracking API until the server takes it.
func send(ts *testscript.TestScript, neg bool, args []string) {
	body := ts.ReadFile(args[1])
	for until := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		r, err := http.NewRequest(http.MethodPost, "http://"+ts.Getenv("ORRERY_LISTEN")+"/v1/"+args[0], strings.NewReader(body))
		ts.Check(err)
		r.SetBasicAuth(ts.Getenv("KEY"), "")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			if time.Now().After(until) {
				ts.Fatalf("the server does not answer: %v", err)
			}
			continue
		}
		text, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode == http.StatusUnauthorized && time.Now().Before(until) {
			continue // the key file has not been read yet
		}
		if (answer.StatusCode != http.StatusOK) != neg {
			ts.Fatalf("%s: %s", answer.Status, text)
		}
		return
	}
}

// waitfor FILE waits until a file is there.
func waitFor(ts *testscript.TestScript, neg bool, args []string) {
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
	}
	ts.Fatalf("%s does not appear", args[0])
}

// number reads the number of the first quarantined event that was listed last into the variable NUMBER.
func number(ts *testscript.TestScript, neg bool, args []string) {
	m := regexp.MustCompile(`"number": "?(\d+)`).FindStringSubmatch(ts.ReadFile("stdout"))
	if m == nil {
		ts.Fatalf("no number")
	}
	ts.Setenv("NUMBER", m[1])
}

// touch reads the id of the first touch that the last output names into the variable TOUCH.
func touch(ts *testscript.TestScript, neg bool, args []string) {
	id := regexp.MustCompile(`tch_[0-9a-z]+`).FindString(ts.ReadFile("stdout"))
	if id == "" {
		ts.Fatalf("the output names no touch")
	}
	ts.Setenv("TOUCH", id)
}

// flip FILE changes one byte in the middle of a file.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	path := ts.MkAbs(args[0])
	b, err := os.ReadFile(path)
	ts.Check(err)
	b[len(b)/2] ^= 1
	ts.Check(os.WriteFile(path, b, 0o600))
}

// bytes DIR TEXT... looks for texts in every byte of every file below a directory; with ! none may be there.
func countBytes(ts *testscript.TestScript, neg bool, args []string) {
	found := 0
	ts.Check(filepath.Walk(ts.MkAbs(args[0]), func(path string, info os.FileInfo, err error) error {
		if err != nil || !info.Mode().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		for _, text := range args[1:] {
			if n := bytes.Count(b, []byte(text)); n > 0 {
				found += n
				ts.Logf("%s: %d times %q", path, n, text)
			}
		}
		return err
	}))
	if (found > 0) == neg {
		ts.Fatalf("found %d times", found)
	}
}
