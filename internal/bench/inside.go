package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/collect"
	"github.com/orrery-cxm/orrery/internal/dedupe"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/identify"
	"github.com/orrery-cxm/orrery/internal/protect"
)

// Figures of the engine in this process, without a server: the gate, an unmerge, deduplication.

func (r *run) inside() error {
	policy, err := engine.ParsePolicy(Policy("") + "identity:\n  guards: {growth_per_day: 1000}\n") // 200 identifiers come at once
	if err != nil {
		return fmt.Errorf("the policy of the benchmark: %w", err)
	}
	dir := filepath.Join(r.Dir, "inside")
	w, err := engine.Open(r.ctx, engine.Options{Dir: dir, Workspace: "inside", Policy: policy})
	if err != nil {
		return fmt.Errorf("opening a workspace: %w", err)
	}
	i := inside{run: r, w: w, policy: policy}
	err = i.measure()
	if cerr := w.Close(); err == nil && cerr != nil {
		err = fmt.Errorf("closing the workspace: %w", cerr)
	}
	if rerr := os.RemoveAll(dir); err == nil && rerr != nil {
		err = rerr
	}
	if err != nil {
		return err
	}
	return r.deduplication()
}

type inside struct {
	*run
	w      *engine.Workspace
	policy *engine.Policy
}

// insidePeople are few enough to be made in a second.
const insidePeople = 5000

func (i *inside) measure() error {
	load := &Workload{People: insidePeople, Skew: 1.1, Seed: 7, Messages: 0.03}
	load.Open()
	decoder := collect.New(collect.DefaultPolicy(), nil)
	for first := 0; first < insidePeople; first += 1000 {
		if err := i.send(decoder, load.PreloadBatch(nil, first, 1000)); err != nil {
			return err
		}
	}
	for range 40 {
		if err := i.send(decoder, load.Batch(nil, 500)); err != nil {
			return err
		}
	}
	if err := i.gate(load); err != nil {
		return err
	}
	return i.unmerge()
}

func (i *inside) send(d *collect.Decoder, body []byte) error {
	touches, _, err := d.Decode(&collect.Request{Call: collect.Batch, Body: body, Received: orrery.InstantOf(time.Now()),
		Source: collect.Source{Name: "shop", Trust: orrery.Server}})
	if err != nil {
		return fmt.Errorf("decoding: %w", err)
	}
	inputs := make([]engine.Input, len(touches))
	for n := range touches {
		inputs[n].Touch = &touches[n]
	}
	_, err = i.w.Submit(i.ctx, inputs)
	return err
}

// gate asks for people as they come back: with everything that is read of a person for it, and with a person in hand.
func (i *inside) gate(load *Workload) error {
	intents := make([]orrery.Intent, 512)
	people := make([]*engine.Person, len(intents))
	for n := range intents {
		id := i.w.Find(orrery.UserID, string(appendUser(nil, load.person())))
		intents[n] = orrery.Intent{Fragment: id, Class: orrery.Commercial, Channel: "email", At: i.w.Clock()}
		var err error
		if people[n], err = i.w.Person(i.ctx, id, 0); err != nil {
			return fmt.Errorf("reading a person: %w", err)
		}
	}
	during := time.Duration(i.Seconds) * time.Second
	whole, err := perProcessorSecond(during, func(n int) error {
		_, err := i.w.Ask(context.Background(), &intents[n%len(intents)])
		return err
	})
	if err != nil {
		return fmt.Errorf("asking the gate: %w", err)
	}
	alone, err := perProcessorSecond(during, func(n int) error {
		in, p := &intents[n%len(intents)], people[n%len(people)]
		q := protect.QuestionOf(in, in.At)
		q.Known = true
		protect.Ask(&i.policy.Protection, p.Experience, q)
		return nil
	})
	if err != nil {
		return err
	}
	i.figure("  gate decisions per core-second, in process", fmt.Sprintf("%.0f", alone), "target >= 500,000; of a person in hand")
	i.figure("  the same, reading the person for each", fmt.Sprintf("%.0f", whole), "")
	return nil
}

// perProcessorSecond is how often f runs in a second of this process's processor time, the collector included.
func perProcessorSecond(during time.Duration, f func(n int) error) (float64, error) {
	before, began, n := processorTime(), time.Now(), 0
	for time.Since(began) < during {
		for range 256 {
			if err := f(n); err != nil {
				return 0, err
			}
			n++
		}
	}
	return float64(n) / (processorTime() - before).Seconds(), nil
}

func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// unmerge takes back the one link in the middle of 200 identifiers, durably.
func (i *inside) unmerge() error {
	touch := func(n int, ids ...orrery.Identifier) engine.Input {
		at := i.w.Clock()
		return engine.Input{Touch: &orrery.Touch{Kind: orrery.Page, MessageID: fmt.Sprint("unmerge-", n, ids[0].Value), Source: "shop", Trust: orrery.Server, At: at, Received: at, Identifiers: ids}}
	}
	ann, bob := orrery.Identifier{Namespace: orrery.UserID, Value: "bench-ann", Proven: true}, orrery.Identifier{Namespace: orrery.Email, Value: "bench-bob@example.com", Proven: true}
	var took latencies
	for round := range 5 {
		a, b := ann, bob
		a.Value, b.Value = fmt.Sprint(a.Value, round), fmt.Sprint(round, b.Value)
		var inputs []engine.Input
		for n := range 99 {
			device := orrery.Identifier{Namespace: orrery.AnonymousID, Value: fmt.Sprintf("bench-%d-%d", round, n)}
			other := device
			other.Value += "-b"
			inputs = append(inputs, touch(n, a, device), touch(n, b, other))
		}
		if _, err := i.w.Submit(i.ctx, append(inputs, touch(200, a, b))); err != nil {
			return fmt.Errorf("making somebody of 200 identifiers: %w", err)
		}
		one, other := i.w.Find(a.Namespace, a.Value), i.w.Find(b.Namespace, b.Value)
		chain, err := i.w.ExplainIdentity(i.ctx, one, other)
		if err != nil || len(chain.Steps) == 0 {
			return fmt.Errorf("nothing links the two: %w", err)
		}
		began := time.Now()
		if _, _, err := i.w.Do(i.ctx, engine.Identity{Command: identify.UnlinkLink{Of: one, Link: chain.Steps[0].Link, By: orrery.Actor{Name: "bench", Trust: orrery.Staff}}}); err != nil {
			return fmt.Errorf("taking the link back: %w", err)
		}
		took = append(took, time.Since(began))
		p, err := i.w.Person(i.ctx, one, 0)
		if err != nil {
			return fmt.Errorf("reading who is left: %w", err)
		}
		if len(p.Fragments) != 100 {
			return fmt.Errorf("100 of 200 identifiers should stay, not %d", len(p.Fragments))
		}
	}
	i.figure("  unmerge of 200 identifiers, durable", took.quantile(.5).Round(10*time.Microsecond).String(), "target < 10 ms")
	return nil
}

// deduplication measures ids of a week on disk; what a billion would take is computed from it.
func (r *run) deduplication() error {
	dir := filepath.Join(r.Dir, "ids")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	keys := uint64(r.People) * 8
	m, err := dedupe.Measure(dir, keys)
	if err != nil {
		return fmt.Errorf("measuring deduplication: %w", err)
	}
	r.figure("  deduplication, bytes an id", fmt.Sprintf("%.1f", m.BytesPerKey),
		fmt.Sprintf("%d ids; a billion take %.1f GB, of which %.1f GB want to be cached (computed)", m.Keys, m.BytesPerKey, m.FilterPerKey))
	r.figure("  the same, new / known id", fmt.Sprintf("%v / %v", m.Absent.Round(10*time.Nanosecond), m.Present.Round(10*time.Nanosecond)), "")
	return os.RemoveAll(dir)
}
