package sim

import (
	"log/slog"
	"os"
	"runtime"
	"strconv"
	"sync"
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
		if d, err := time.ParseDuration(os.Getenv("ORRERY_SIM_LIMIT")); err == nil {
			limit = d
		}
	}
	l := lives{first: firstSeed(), happened: map[string]int{}, began: time.Now(), limit: limit, want: want}
	l.next = l.first
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() { l.live(t) })
	}
	wait.Wait()
	spent := time.Since(l.began)
	t.Logf("%d person-days in %v, %.0f a second, seeds %d to %d: %v", l.days, spent.Round(time.Second), float64(l.days)/spent.Seconds(), l.first, l.next-1, l.happened)
	if l.days < want {
		t.Logf("ORRERY_SIM_LIMIT ended it before %d person-days", want)
	}
}

// lives are worlds side by side, each with the next seed.
type lives struct {
	mu          sync.Mutex
	first, next uint64
	days, want  int
	happened    map[string]int
	began       time.Time
	limit       time.Duration
}

// live runs one world after the other until enough was lived or one broke a promise.
func (l *lives) live(t *testing.T) {
	for {
		l.mu.Lock()
		seed := l.next
		if spent := time.Since(l.began); t.Failed() || (l.limit > 0 && spent > l.limit) || (l.want > 0 && l.days >= l.want) {
			l.mu.Unlock()
			return
		}
		l.next++
		l.mu.Unlock()
		dir, err := os.MkdirTemp("", "orrery-sim-")
		if err != nil {
			t.Error(err)
			return
		}
		r, err := Run(Config{Seed: seed, Dir: dir})
		if err != nil {
			t.Errorf("%v\nsee it again with ORRERY_SIM_SEED=%d go test ./internal/sim -run TestWorlds", err, seed)
		}
		if rerr := os.RemoveAll(dir); rerr != nil {
			t.Error(rerr)
		}
		if err != nil {
			return
		}
		l.mu.Lock()
		l.days += r.PersonDays
		for k, n := range r.Happened {
			l.happened[k] += n
		}
		l.mu.Unlock()
	}
}
