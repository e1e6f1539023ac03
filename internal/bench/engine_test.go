package bench_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/bench"
	"github.com/orrery-cxm/orrery/internal/collect"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// BenchmarkEngine decodes and processes the mix in process, without HTTP: durable, in batches of 100, as a server does.
func BenchmarkEngine(b *testing.B) {
	policy, err := engine.ParsePolicy(bench.Policy(""))
	if err != nil {
		b.Fatal(err)
	}
	w, err := engine.Open(context.Background(), engine.Options{Dir: b.TempDir(), Workspace: "bench", Policy: policy})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	load := bench.Workload{People: 100_000, Skew: 1.1, Seed: 1}
	load.Open()
	d := collect.New(collect.DefaultPolicy(), nil)
	send := func(body []byte) {
		touches, _, err := d.Decode(&collect.Request{Call: collect.Batch, Body: body, Received: orrery.InstantOf(time.Now()),
			Source: collect.Source{Name: "shop", Trust: orrery.Server}})
		if err != nil {
			b.Fatal(err)
		}
		inputs := make([]engine.Input, len(touches))
		for i := range touches {
			inputs[i].Touch = &touches[i]
		}
		if _, err := w.Submit(context.Background(), inputs); err != nil {
			b.Fatal(err)
		}
	}
	for first := 0; first < load.People; first += 1000 {
		send(load.PreloadBatch(nil, first, 1000))
	}
	b.ReportAllocs()
	b.ResetTimer()
	before := cpu(b)
	for n := 0; n < b.N; n += 500 {
		send(load.Batch(nil, 500))
	}
	b.ReportMetric(float64(cpu(b)-before)/1e3/float64(b.N), "cpu-us/event")
}

// cpu is the processor time that this process has used, generator included.
func cpu(b *testing.B) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
