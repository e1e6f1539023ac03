package app

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen"
)

func TestTheCheckOfTheModelSaysWhetherItIsTheSame(t *testing.T) {
	shipped, err := listen.ShippedModel()
	if err != nil {
		t.Fatal(err)
	}
	writes := func(b []byte) func(model, log io.Writer) error {
		return func(model, _ io.Writer) error {
			_, err := model.Write(b)
			return err
		}
	}
	name := filepath.Join(t.TempDir(), "model.bin")
	var out bytes.Buffer
	if err := (&listenTrain{Check: true, Out: name}).with(&out, writes(shipped)); err != nil || !strings.Contains(out.String(), "bit for bit") {
		t.Errorf("the same bytes: %v, %q", err, out.String())
	}
	if b, err := os.ReadFile(name); err != nil || !bytes.Equal(b, shipped) {
		t.Errorf("--out did not write what was built: %v", err)
	}
	other := bytes.Clone(shipped)
	other[len(other)/2]++
	if err := (&listenTrain{Check: true}).with(io.Discard, writes(other)); orrery.KindOf(err) != orrery.KindConflict {
		t.Errorf("one byte differs and the check says %v", err)
	}
	if err := (&listenTrain{}).with(io.Discard, writes(other)); err != nil {
		t.Errorf("nobody asked to compare: %v", err)
	}
}
