package sim

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/log/file/faultfs"
	"github.com/orrery-cxm/orrery/internal/seal"
)

// house is a calm workspace for laws that need two of them. Houses have the same keys, so the same names.
type house struct {
	*testing.T
	w     *engine.Workspace
	dir   string
	fs    *faultfs.FS
	now   time.Duration
	ended bool
}

func newHouse(t *testing.T) *house {
	h := &house{T: t, dir: t.TempDir(), fs: faultfs.New(1)}
	if err := seal.New([seal.MasterSize]byte{1}).Save(filepath.Join(h.dir, "keys")); err != nil {
		t.Fatal(err)
	}
	h.open()
	t.Cleanup(h.end)
	return h
}

func (h *house) end() {
	if !h.ended {
		h.ended = true
		h.w.Kill()
	}
}

func (h *house) open() {
	h.Helper()
	policy, err := engine.ParsePolicy(policies[0])
	if err != nil {
		h.Fatal(err)
	}
	h.w, err = engine.Open(context.Background(), engine.Options{Dir: h.dir, Workspace: "sim", Policy: policy, CacheBytes: 64, CheckpointBytes: 32 << 10,
		Now: func() time.Time { return start.Add(h.now) }, Elapsed: func() time.Duration { return h.now }, LogFS: h.fs, LogSegment: 256 << 10, Driven: true})
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) restart() {
	h.w.Kill()
	h.fs.Kill()
	h.open()
}

func (h *house) drive(inputs ...engine.Input) []engine.Result {
	h.Helper()
	results, err := h.w.Drive(inputs...)
	if err != nil {
		h.Fatal(err)
	}
	for i, r := range results {
		if r.Err != nil {
			h.Fatalf("input %d: %v", i, r.Err)
		}
	}
	return results
}

func (h *house) touch(t orrery.Touch) engine.Result {
	h.Helper()
	return h.drive(engine.Input{Touch: &t})[0]
}

// judge reads the whole log.
func (h *house) judge() *judge {
	j := newJudge()
	j.catchUp(h.w)
	return j
}

// partition names the groups of identifiers, slices of shared devices left out: which of them were needed depends on the
// order of arrival.
func partition(j *judge) []string {
	var out []string
	for _, p := range sortedKeys(j.members) {
		var names []string
		for _, f := range j.members[p] {
			if n := j.names[f]; n.Namespace != orrery.SliceID {
				names = append(names, string(n.Namespace)+":"+n.Value)
			}
		}
		if len(names) > 0 {
			slices.Sort(names)
			out = append(out, strings.Join(names, " "))
		}
	}
	slices.Sort(out)
	return out
}

func names(list ...string) []orrery.Identifier {
	var out []orrery.Identifier
	for _, s := range list {
		ns, v, _ := strings.Cut(s, ":")
		out = append(out, orrery.Identifier{Namespace: orrery.Namespace(ns), Value: v, Proven: ns == "user_id"})
	}
	return out
}

// evidence makes up touches of a few people who share mailboxes, phones and devices more than is good.
func evidence(r *rand.Rand, n int) []orrery.Touch {
	kinds := []string{"user_id", "email", "phone", "anonymous_id", "device_id"}
	name := func(people int) string {
		kind := kinds[r.IntN(len(kinds))]
		value := fmt.Sprint("x", r.IntN(people))
		switch kind {
		case "email":
			value += "@example.org"
		case "phone":
			value = "+493012345" + fmt.Sprint(10+r.IntN(people))
		}
		return kind + ":" + value
	}
	var out []orrery.Touch
	people := 4 + r.IntN(12)
	for i := range n {
		ids := []string{name(people)}
		for range r.IntN(3) {
			ids = append(ids, name(people))
		}
		at := orrery.InstantOf(start).Add(orrery.Span(r.IntN(1000)) * orrery.Minute)
		out = append(out, orrery.Touch{Kind: orrery.Track, Name: "Seen", MessageID: fmt.Sprint(i), Source: "shop", Trust: orrery.Server, Channel: "web",
			At: at, Received: orrery.InstantOf(start).Add(orrery.Day), Identifiers: names(ids...)})
	}
	return out
}

func rounds(most int) int {
	if testing.Short() {
		return most / 5
	}
	return most
}

func TestThePartitionDoesNotDependOnTheOrderOfArrival(t *testing.T) {
	for seed := range uint64(rounds(25)) {
		r := rand.New(rand.NewPCG(firstSeed()+seed, 2))
		touches := evidence(r, 60)
		var want []string
		for order := range 3 {
			h := newHouse(t)
			h.now = 24 * time.Hour
			for i, x := range touches {
				h.touch(x)
				if order == 1 && i%20 == 19 {
					h.restart()
				}
			}
			got := partition(h.judge())
			if order == 0 {
				want = got
			} else if !slices.Equal(got, want) {
				t.Fatalf("seed %d: the same evidence in another order gives other persons:\n%s\nbefore:\n%s", firstSeed()+seed, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			h.end()
			r.Shuffle(len(touches), func(i, j int) { touches[i], touches[j] = touches[j], touches[i] })
		}
	}
}

func TestTheSizeOfTheCacheChangesNothing(t *testing.T) {
	for seed := range uint64(rounds(5)) {
		c := Config{Seed: firstSeed() + seed, Days: 25, People: 30, CheckpointBytes: 128 << 10}
		var chains [2][32]byte
		for i, cache := range []int{1, 64 << 20} {
			c.CacheBytes, c.Dir = cache, t.TempDir()
			report, err := Run(c)
			if err != nil {
				t.Fatal(err)
			}
			chains[i] = report.Chain
		}
		if chains[0] != chains[1] {
			t.Fatalf("seed %d: with a cache of one byte the log is another than with a large one", c.Seed)
		}
	}
}

// told is what a person at the brand sees of somebody, as far as it must be as if a link had never been.
func told(h *house, j *judge) []string {
	h.Helper()
	var out []string
	for _, p := range sortedKeys(j.members) {
		if len(j.members[p]) == 0 {
			continue
		}
		x, err := h.w.Person(context.Background(), p, 0)
		if err != nil {
			h.Fatal(err)
		}
		var parts []string
		for _, n := range x.Fragments {
			parts = append(parts, string(n.Identifier.Namespace)+":"+n.Identifier.Value)
		}
		var cases []string
		for _, l := range x.Desk.Cases {
			cases = append(cases, fmt.Sprintf("%s %s", l.Case.Order, l.Case.Status))
		}
		slices.Sort(parts)
		slices.Sort(cases)
		consents := []string{}
		for _, purpose := range []orrery.Purpose{orrery.Marketing, orrery.Advertising} {
			consents = append(consents, fmt.Sprint(purpose, x.Experience.Standing(purpose, "email").Answer))
		}
		counts := []string{}
		for _, e := range x.Known.Events {
			counts = append(counts, fmt.Sprint(e.Name, e.Total))
		}
		out = append(out, fmt.Sprintf("%v: %d touches %v, cases %v, consent %v", parts, x.Known.Touches, counts, cases, consents))
	}
	slices.SortFunc(out, cmp.Compare[string])
	return out
}
