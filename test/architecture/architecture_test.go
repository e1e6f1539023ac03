package architecture

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/imports.txt anew")

const (
	module   = "github.com/orrery-cxm/orrery"
	root     = "../.."
	maxLines = 400
	maxFunc  = 80
)

// goPackage is what go list says of a package.
type goPackage struct {
	ImportPath string
	Doc        string
	Name       string
	Imports    []string
	GoFiles    []string
}

func (p goPackage) rel() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	c := exec.Command("go", "list", "-json=ImportPath,Doc,Name,Imports,GoFiles", "./...")
	c.Dir = root
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, errs.Bytes())
	}
	var list []goPackage
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

// floor is the line of the table on which a package stands, or -1.
func floor(rel string) int {
	for i, l := range layers {
		for _, p := range l.packages {
			if below, ok := strings.CutSuffix(p, "/*"); rel == p || ok && strings.HasPrefix(rel, below+"/") {
				return i
			}
		}
	}
	return -1
}

func TestPackagesImportOnlyFromBelow(t *testing.T) {
	for _, p := range packages(t) {
		at := floor(p.rel())
		if at < 0 {
			t.Errorf("%s stands on no line of the table in test/architecture/layers_test.go: put it where it belongs", p.rel())
			continue
		}
		for _, i := range p.Imports {
			if !strings.HasPrefix(i, module) {
				continue
			}
			other := strings.TrimPrefix(strings.TrimPrefix(i, module), "/")
			if crossings[p.rel()+" -> "+other] != "" {
				continue
			}
			if under := floor(other); under >= at {
				t.Errorf("%s (%s) imports %s (%s): a package imports only from lines below its own; ask through a port, or tell by a fact",
					p.rel(), layers[at].name, other, layers[max(under, 0)].name)
			}
		}
	}
}

func TestTheDomainIsPure(t *testing.T) {
	for _, p := range packages(t) {
		if at := floor(p.rel()); at < 0 || layers[at].name != domain {
			continue
		}
		for _, i := range p.Imports {
			if why := impure[i]; why != "" {
				t.Errorf("%s imports %s: %s", p.rel(), i, why)
			}
		}
		for _, name := range p.GoFiles {
			b, err := os.ReadFile(filepath.Join(root, p.rel(), name))
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(b, []byte("time.Now(")) {
				t.Errorf("%s/%s asks the clock: time comes in with the turn", p.rel(), name)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIsForAndIsNamedForIt(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.GoFiles) > 0 && p.Doc == "" {
			t.Errorf("%s has no doc comment: say what it is for", p.ImportPath)
		}
		if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "manager", "misc", "types", "models", "base"}, p.Name) {
			t.Errorf("%s: %q says nothing: name the package for what it is about", p.ImportPath, p.Name)
		}
	}
}

func TestImportsAreTheOnesReviewed(t *testing.T) {
	var lines []string
	for _, p := range packages(t) {
		for _, i := range p.Imports {
			if strings.HasPrefix(i, module) && !strings.HasPrefix(p.rel(), "test/") {
				lines = append(lines, short(p.ImportPath)+" -> "+short(i))
			}
		}
	}
	slices.Sort(lines)
	got := strings.Join(lines, "\n") + "\n"
	file := filepath.Join(root, "docs", "imports.txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("imports changed; if they should, run go test ./test/architecture -update (-reviewed +now):\n%s", diff)
	}
}

func short(path string) string {
	rel := strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
	if rel == "" {
		return "orrery"
	}
	return strings.TrimPrefix(rel, "internal/")
}

// sources gives every Go file of the product by its path from the root.
func sources(t *testing.T, look func(name string, b []byte)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules" || d.Name() == "testdata" || d.Name() == "data") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		look(filepath.ToSlash(name), b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFilesAndFunctionsFitTheMind(t *testing.T) {
	unused := maps.Clone(longFiles)
	maps.Copy(unused, longFunctions)
	sources(t, func(name string, b []byte) {
		if n := bytes.Count(b, []byte("\n")); n > maxLines {
			if longFiles[name] == "" {
				t.Errorf("%s has %d lines; at most %d: split it by matter, or list it with a reason", name, n, maxLines)
			}
			delete(unused, name)
		}
		files := token.NewFileSet()
		f, err := parser.ParseFile(files, name, b, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || strings.HasSuffix(name, "_test.go") { // a test is often one table
				continue
			}
			n := files.Position(fn.End()).Line - files.Position(fn.Pos()).Line + 1
			id := fmt.Sprintf("%s: %s", name, fn.Name.Name)
			if n > maxFunc {
				if longFunctions[id] == "" {
					t.Errorf("%s has %d lines; at most %d: split it, or list it with a reason", id, n, maxFunc)
				}
				delete(unused, id)
			}
		}
	})
	for id := range unused {
		t.Errorf("%s is listed as long and is not: take it off the list", id)
	}
}

// unfinished finds the usual marks of things left for later.
var unfinished = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`)

func TestNothingIsLeftForLaterInTheCode(t *testing.T) {
	sources(t, func(name string, b []byte) {
		for i, line := range strings.Split(string(b), "\n") {
			if unfinished.MatchString(line) {
				t.Errorf("%s:%d: finish it or file an issue: %s", name, i+1, strings.TrimSpace(line))
			}
		}
	})
}
