package train

import (
	"bytes"
	"os"
	"testing"
)

// TestWriteModel is how the shipped weights were made: ORRERY_TRAIN names the file to write.
func TestWriteModel(t *testing.T) {
	name := os.Getenv("ORRERY_TRAIN")
	if name == "" {
		t.Skip("ORRERY_TRAIN is not set")
	}
	var b bytes.Buffer
	if err := Train(&b, os.Stdout); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
