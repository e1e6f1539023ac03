package docs

import (
	"bytes"
	"encoding/json"
	"flag"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/api"
)

var update = flag.Bool("update", false, "write the generated documents anew")

const root = "../.."

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// golden compares a generated document with the committed one, and writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(filepath.Join(root, name), []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(strings.Split(read(t, name), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s is not what the code says; run go test ./test/docs -update (-written +now):\n%s", name, diff)
	}
}

func TestTheAPIIsDescribedAsItIs(t *testing.T) {
	s := &api.Server{Now: func() orrery.Instant { return 0 }}
	w := httptest.NewRecorder()
	s.Routes().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("/openapi.json answers %d: %s", w.Code, w.Body)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, w.Body.Bytes(), "", " "); err != nil {
		t.Fatal(err)
	}
	golden(t, "docs/openapi.json", strings.TrimSpace(b.String())+"\n")
	golden(t, "docs/http-api.md", httpPage(t, b.Bytes()))
}

func TestTheGateIsShownAsItIs(t *testing.T) {
	golden(t, "docs/gate.md", gateHead+read(t, "internal/protect/testdata/gate.golden.md"))
}

const gateHead = `# The gate

Every message, push, survey and offer asks the gate, when it is planned and again when it is released. Legal and safety
messages pass in every state. This is the table that the tests hold the code to: one row a state of the person, one column
a class of message; the last column is membership in an advertising audience. ` + "`6d`" + ` means held for at most six more days;
a hold without a time ends with what caused it.

`

// link finds links of Markdown pages to files.
var link = regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	pages(t, func(name, text string) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s: there is nothing at %s", name, m[1])
			}
		}
	})
}

func pages(t *testing.T, look func(name, text string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules" || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".md") {
			return nil
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		look(filepath.ToSlash(name), string(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryDependencyHasItsReason(t *testing.T) {
	direct := map[string]bool{}
	block := false
	for line := range strings.Lines(read(t, "go.mod")) {
		line = strings.TrimSpace(line)
		switch {
		case line == "require (":
			block = true
		case line == ")":
			block = false
		case block && !strings.Contains(line, "// indirect"):
			name, _, _ := strings.Cut(line, " ")
			direct[name] = true
		}
	}
	listed := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (.*) \\|$").FindAllStringSubmatch(read(t, "docs/dependencies.md"), -1) {
		listed[m[1]] = true
		if !direct[m[1]] {
			t.Errorf("docs/dependencies.md gives a reason for %s, which go.mod does not require", m[1])
		}
	}
	for name := range direct {
		if !listed[name] {
			t.Errorf("go.mod requires %s, and docs/dependencies.md gives no reason for it", name)
		}
	}
}
