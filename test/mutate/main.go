// Command mutate breaks one line of the product at a time, in a copy, and runs the tests that should notice. It prints
// what each of them said and fails when one line could be broken without anybody noticing.
//
//	go run ./test/mutate            all of them
//	go run ./test/mutate gate log   those whose name holds one of the words
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// limit is how long the tests of one mutation may run: what hangs is noticed too.
const limit = 150 * time.Second

// longer asks for more random histories than the tests play on their own: the first that goes wrong ends them.
var longer = []string{"ORRERY_SIM_DAYS=12000", "ORRERY_DISK_RUNS=4000"}

func main() {
	survivors, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(2)
	}
	if survivors > 0 {
		fmt.Printf("\n%d lines can be broken without any test noticing\n", survivors)
		os.Exit(1)
	}
}

// abreast is how many lines are broken at a time, each in a copy of its own: linking a test keeps one core busy.
const abreast = 2

func run(words []string) (survivors int, err error) {
	root, err := moduleRoot()
	if err != nil {
		return 0, err
	}
	jobs := make(chan *mutation)
	began, dirs := time.Now(), [abreast]string{}
	for i := range dirs {
		if dirs[i], err = os.MkdirTemp("", "orrery-mutate-"); err != nil {
			return 0, fmt.Errorf("making room for a copy: %w", err)
		}
		defer os.RemoveAll(dirs[i])
		if err := copyTree(root, dirs[i]); err != nil {
			return 0, err
		}
	}
	var working sync.WaitGroup
	var mu sync.Mutex // of survivors, err and what is printed
	for _, dir := range dirs {
		working.Go(func() {
			for m := range jobs {
				verdict, spent, failed := m.try(dir)
				mu.Lock()
				if failed != nil {
					err = errors.Join(err, fmt.Errorf("%s: %w", m.name, failed))
				} else {
					fmt.Printf("%-10s %5.1fs  %-52s %s\n", verdict, spent.Seconds(), m.name, m.file)
				}
				if verdict == survived {
					survivors++
				}
				mu.Unlock()
			}
		})
	}
	for i := range mutations {
		if chosen(mutations[i].name, words) {
			jobs <- &mutations[i]
		}
	}
	close(jobs)
	working.Wait()
	fmt.Printf("%.0fs in all\n", time.Since(began).Seconds())
	return survivors, err
}

func chosen(name string, words []string) bool {
	for _, w := range words {
		if strings.Contains(name, w) {
			return true
		}
	}
	return len(words) == 0
}

func moduleRoot() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("looking for the module: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(out))), nil
}

// copyTree copies what the tests need: sources and their data.
func copyTree(from, to string) error {
	for _, name := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return fmt.Errorf("copying the module: %w", err)
		}
		if err := os.WriteFile(filepath.Join(to, name), b, 0o600); err != nil {
			return fmt.Errorf("copying the module: %w", err)
		}
	}
	sources, err := filepath.Glob(filepath.Join(from, "*.go"))
	if err != nil {
		return fmt.Errorf("copying the module: %w", err)
	}
	for _, name := range sources {
		b, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("copying the module: %w", err)
		}
		if err := os.WriteFile(filepath.Join(to, filepath.Base(name)), b, 0o600); err != nil {
			return fmt.Errorf("copying the module: %w", err)
		}
	}
	if err := os.CopyFS(filepath.Join(to, "internal"), os.DirFS(filepath.Join(from, "internal"))); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("copying the module: %w", err)
	}
	return nil
}

// Verdicts of a mutation.
const (
	caught   = "caught"
	survived = "SURVIVED"
)

// try breaks the line, runs the tests and mends it again. A mutation that does not compile is an error: it proves
// nothing.
func (m *mutation) try(dir string) (verdict string, spent time.Duration, err error) {
	path := filepath.Join(dir, filepath.FromSlash(m.file))
	whole, err := os.ReadFile(path)
	if err != nil {
		return "", 0, fmt.Errorf("reading the file: %w", err)
	}
	if n := strings.Count(string(whole), m.old); n != 1 {
		return "", 0, fmt.Errorf("%q stands %d times in %s; it must stand there once: bring the mutation in step with the code", m.old, n, m.file)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(whole), m.old, m.new, 1)), 0o600); err != nil {
		return "", 0, fmt.Errorf("breaking the line: %w", err)
	}
	defer func() { err = errors.Join(err, os.WriteFile(path, whole, 0o600)) }()
	began := time.Now()
	for _, target := range m.tests {
		args := []string{"test", "-short", "-count=1", "-vet=off", "-failfast", "-timeout", limit.String()}
		if target.run != "" {
			args = append(args, "-run", target.run)
		}
		out, err := inDir(dir, longer, "go", append(args, target.pkg)...)
		if err == nil {
			continue
		}
		if !strings.Contains(out, "FAIL") || strings.Contains(out, "[build failed]") || strings.Contains(out, "[setup failed]") {
			return "", 0, fmt.Errorf("it does not compile, or its tests do not run:\n%s", out)
		}
		return caught, time.Since(began), nil
	}
	return survived, time.Since(began), nil
}

func inDir(dir string, env []string, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit+5*time.Minute) // the first of all compiles everything
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = dir
	// Without paths in it, what is compiled for one copy serves the other, and what was compiled before serves both.
	c.Env = append(append(os.Environ(), "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -trimpath")), env...)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	err := c.Run()
	return out.String(), err
}
