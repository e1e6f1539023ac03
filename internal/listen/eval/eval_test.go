package eval

import (
	"os"
	"testing"

	"github.com/orrery-cxm/orrery/internal/listen"
)

// data is the directory with the public sets: $ORRERY_DATA/text or $ORRERY_DATA.
func data(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("ORRERY_DATA")
	if dir == "" {
		t.Skip("ORRERY_DATA is not set: the public sets stay outside the repository")
	}
	if _, err := os.Stat(dir + "/text"); err == nil {
		return dir + "/text"
	}
	return dir
}

func TestTheEngineIsMeasuredOnPublicSets(t *testing.T) {
	dir := data(t)
	e, err := listen.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	r, cost, err := Run(e, dir)
	if err != nil {
		t.Fatalf("measure: %v", err)
	}
	if err := r.Print(os.Stdout, cost, true); err != nil {
		t.Fatal(err)
	}
}
