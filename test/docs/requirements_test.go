package docs

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// requirements is how many requirements each chapter of the mission has.
var requirements = [...]int{1: 13, 6, 10, 8, 12, 5, 11, 16, 15, 11, 16, 10, 6, 9, 10, 8, 19, 14, 10, 9}

var (
	row     = regexp.MustCompile(`(?m)^\| (A\d+\.\d+) \| (.*) \| (.*) \|$`)
	pointer = regexp.MustCompile("`([^`]+)`")
	tested  = regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9_]+)\(`)
	command = regexp.MustCompile("(?m)^\\s*[A-Za-z]+ +([a-z][A-Za-z]*)Command +`cmd:\"\"")
)

func TestEveryRequirementPointsSomewhere(t *testing.T) {
	tests, commands := map[string]bool{}, map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		b, err := os.ReadFile(path)
		if strings.HasSuffix(path, "_test.go") {
			for _, m := range tested.FindAllSubmatch(b, -1) {
				tests[string(m[1])] = true
			}
		}
		if strings.HasSuffix(path, filepath.Join("internal", "app", "main.go")) {
			for _, m := range command.FindAllSubmatch(b, -1) {
				commands["orrery "+string(m[1])] = true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, m := range row.FindAllStringSubmatch(read(t, "docs/requirements.md"), -1) {
		id, where := m[1], m[3]
		if seen[id] {
			t.Errorf("%s stands twice", id)
		}
		seen[id] = true
		chapter, number, _ := strings.Cut(id[1:], ".")
		c, _ := strconv.Atoi(chapter)
		if n, _ := strconv.Atoi(number); c < 1 || c >= len(requirements) || n < 1 || n > requirements[c] {
			t.Errorf("%s is no requirement", id)
		}
		if where == "later" {
			continue
		}
		found := pointer.FindAllStringSubmatch(where, -1)
		if len(found) == 0 {
			t.Errorf("%s points to nothing: name a test or a command, or say later", id)
		}
		for _, p := range found {
			if !tests[p[1]] && !commands[p[1]] {
				t.Errorf("%s points to %s: there is no such test or command (commands: %d, tests: %d)", id, p[1], len(commands), len(tests))
			}
		}
	}
	for c, n := range requirements {
		for i := 1; i <= n; i++ {
			if id := fmt.Sprintf("A%d.%d", c, i); !seen[id] {
				t.Errorf("%s is missing in docs/requirements.md", id)
			}
		}
	}
}
