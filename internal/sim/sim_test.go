package sim

import (
	"log/slog"
	"os"
	"strconv"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	if os.Getenv("ORRERY_SIM_LOG") == "" {
		slog.SetDefault(slog.New(slog.DiscardHandler))
	}
	os.Exit(m.Run())
}

// firstSeed is where seeds begin: ORRERY_SIM_SEED, to look at one again.
func firstSeed() uint64 {
	if n, err := strconv.ParseUint(os.Getenv("ORRERY_SIM_SEED"), 10, 64); err == nil {
		return n
	}
	return 1
}

func TestWorldsKeepTheirPromises(t *testing.T) {
	limit, want := 30*time.Second, 0
	if testing.Short() {
		limit = 4 * time.Second
	}
	if n, err := strconv.Atoi(os.Getenv("ORRERY_SIM_DAYS")); err == nil {
		want, limit = n, 0
	}
	began, days, first, seed := time.Now(), 0, firstSeed(), firstSeed()
	happened := map[string]int{}
	for {
		r, err := Run(Config{Seed: seed, Dir: t.TempDir()})
		if err != nil {
			t.Fatalf("%v\nsee it again with ORRERY_SIM_SEED=%d go test ./internal/sim -run TestWorlds", err, seed)
		}
		days += r.PersonDays
		for k, n := range r.Happened {
			happened[k] += n
		}
		seed++
		if spent := time.Since(began); (want == 0 && spent > limit) || (want > 0 && days >= want) {
			t.Logf("%d person-days in %v, %.0f a second, seeds %d to %d: %v", days, spent.Round(time.Second), float64(days)/spent.Seconds(), first, seed-1, happened)
			return
		}
	}
}
