package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// Options of a run.
type Options struct {
	Dir      string // for everything that is written; a temporary directory when empty
	People   int    // known people
	Seconds  int    // of each measurement
	Repeats  int    // of each measurement; medians are printed
	Messages float64
	Uniform  bool // print the main figure for uniform access too
	Out      io.Writer
}

// run is one run with its server.
type run struct {
	Options
	ctx    context.Context
	server *Process
	hook   *receiver
}

// Run measures everything and prints each figure beside the limit that it should be held against.
func Run(ctx context.Context, o Options) error {
	if o.Dir == "" {
		dir, err := os.MkdirTemp("", "orrery-bench-")
		if err != nil {
			return fmt.Errorf("making a directory: %w", err)
		}
		defer os.RemoveAll(dir)
		o.Dir = dir
	}
	r := &run{Options: o, ctx: ctx}
	r.say("Orrery benchmark: %d CPUs, %s, %d people known, %d x %d s a figure (medians)", runtime.NumCPU(), runtime.Version(), o.People, o.Repeats, o.Seconds)
	r.say("The load generator runs on the same processors. Per core-second: events / (user + system time of the server).\n")
	if err := r.limits(); err != nil {
		return err
	}
	if err := r.start(); err != nil {
		return err
	}
	defer r.hook.close()
	// Other mixes come late: what followers have still to do of their messages would slow down whatever is measured next.
	for _, step := range []func() error{r.preload, r.batches, r.offered, r.singles, r.reaction, r.reads, r.others, r.sizes, r.restart, r.erase} {
		if err := step(); err != nil {
			return errors.Join(err, r.server.Stop())
		}
	}
	if err := r.server.Stop(); err != nil {
		return err
	}
	for _, step := range []func() error{r.imports, r.inside} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) say(format string, args ...any) { fmt.Fprintf(r.Out, format+"\n", args...) }

// figure prints one line: what, how much, and what it is held against.
func (r *run) figure(name, value, against string) {
	fmt.Fprintf(r.Out, "%-58s %20s   %s\n", name, value, against)
}

func (r *run) limits() error {
	r.say("The machine's own limits")
	for _, size := range []int{4 << 10, 64 << 10} {
		l, err := fsyncLimit(r.Dir, size, 300)
		if err != nil {
			return err
		}
		r.figure(fmt.Sprintf("  write and sync %d KiB, p50 / p99", size>>10), fmt.Sprintf("%v / %v", l.quantile(.5).Round(time.Microsecond), l.quantile(.99).Round(time.Microsecond)), "")
	}
	w := r.workload(1)
	body := w.Batch(nil, 100)
	each, err := jsonLimit(body, 100)
	if err != nil {
		return err
	}
	r.figure("  decode one event of the mix, JSON library, envelope only", each.String(), fmt.Sprintf("%d bytes an event", len(body)/100))
	return nil
}

func (r *run) skew() float64 {
	if r.Uniform {
		return 0
	}
	return 1.1
}

func (r *run) workload(seed uint64) *Workload {
	w := &Workload{People: r.People, Skew: r.skew(), Seed: seed, Messages: r.Messages}
	w.Open()
	return w
}

// start starts an empty server and makes its keys.
func (r *run) start() error {
	hook, err := newReceiver()
	if err != nil {
		return err
	}
	r.hook = hook
	p, took, err := StartServer(r.ctx, r.Dir, Policy(hook.url), "ORRERY_BENCH_SECRET="+hook.secret)
	if err != nil {
		return err
	}
	r.server = p
	r.say("\nThe product")
	r.figure("  empty start to serving", took.Round(time.Millisecond).String(), "target < 1 s")
	for name, key := range map[string]*string{"server write": &p.Key, "staff write,read,outbound,care,govern,erase": &p.Admin} {
		trust, scopes, _ := strings.Cut(name, " ")
		out, err := exec.CommandContext(r.ctx, p.Command.Path, "--data", p.Dir, "key", "create", "--source", trust, "--trust", trust, "--scopes", scopes).Output()
		if err != nil {
			return fmt.Errorf("creating a key: %w", err)
		}
		*key, _, _ = strings.Cut(string(out), "\n")
	}
	w := r.workload(1)
	for deadline := time.Now().Add(10 * time.Second); ; { // the server takes new keys over within a second
		err := post(client(1), p.URL+"/v1/batch", p.Key, w.Batch(nil, 1))
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// preload makes everybody known.
func (r *run) preload() error {
	const each, workers = 900, 4
	c := client(workers)
	w := r.workload(2)
	next := make(chan int, r.People/each+1)
	for first := 0; first < r.People; first += each {
		next <- first
	}
	close(next)
	before, began := r.server.CPU(), time.Now()
	_, _, err := closed(r.ctx, workers, time.Hour, func(int) error {
		first, ok := <-next
		if !ok {
			return errDone
		}
		return post(c, r.server.URL+"/v1/batch", r.server.Key, w.PreloadBatch(nil, first, min(each, r.People-first)))
	})
	if err != nil && !errors.Is(err, errDone) {
		return fmt.Errorf("preloading: %w", err)
	}
	if err := r.server.CaughtUp(r.ctx); err != nil {
		return err
	}
	cpu := r.server.CPU() - before
	r.figure("  new people, events per core-second", perCore(int64(r.People), cpu), fmt.Sprintf("%d people in %v", r.People, time.Since(began).Round(time.Second)))
	return nil
}

var errDone = errors.New("done")

func perCore(events int64, cpu time.Duration) string {
	if cpu <= 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f", float64(events)/cpu.Seconds())
}
