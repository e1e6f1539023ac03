package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A mutation whose line is gone stops the whole run, which is long: it is seen here first.
func TestEveryLineToBreakStandsWhereItIsSaidToStand(t *testing.T) {
	for _, m := range mutations {
		b, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(m.file)))
		if err != nil {
			t.Errorf("%s: %v", m.name, err)
			continue
		}
		if n := strings.Count(string(b), m.old); n != 1 {
			t.Errorf("%s: %q stands %d times in %s, must stand there once: bring the mutation in step with the code", m.name, m.old, n, m.file)
		}
	}
}
