package sim

import (
	"log/slog"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	if os.Getenv("ORRERY_SIM_LOG") == "" {
		slog.SetDefault(slog.New(slog.DiscardHandler))
	}
	os.Exit(m.Run())
}

func TestOneWorld(t *testing.T) {
	r, err := Run(Config{Seed: 1, Dir: t.TempDir()})
	t.Logf("%+v", r)
	if err != nil {
		t.Fatal(err)
	}
}
