package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
	"github.com/orrery-cxm/orrery/internal/log/file/faultfs"
	"github.com/orrery-cxm/orrery/internal/seal"
)

// Config says what world to live through.
type Config struct {
	Seed   uint64
	Dir    string // an empty directory for checkpoints; the log lives in memory
	People int    // 0: 20 to 200, by the seed
	Days   int    // 0: 20 to 60, by the seed
	// CacheBytes and CheckpointBytes go to the engine; 0 are a few bytes and 8 KiB to 4 MiB.
	CacheBytes      int
	CheckpointBytes int
	// Calm leaves out restarts, power cuts and disks that refuse.
	Calm bool
}

// Report is what was lived through.
type Report struct {
	Config     Config
	PersonDays int // days on which something happened to a person: an input, or a timer that changed something
	Inputs     int
	Chunks     int
	Facts      int
	Restarts   int
	PowerCuts  int
	Refusals   int // appends that the disk refused
	Happened   map[string]int
	Chain      [32]byte // the hash of the log's chain at the end
}

// start is when every world begins: a Tuesday before the busiest week of the year.
var start = time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)

// world is one run.
type world struct {
	cfg     Config
	rand    *rand.Rand
	disk    *faultfs.FS
	chance  *rand.ChaCha8 // of the log's salts
	house   *engine.Workspace
	now     time.Duration // since start, on the monotonic clock
	skew    time.Duration // of the wall clock
	people  []*person
	judge   *judge
	outside map[orrery.DestinationName]*destination
	report  Report

	unsure []*orrery.Touch // sent without an answer: sent again with the same message ids
	acked  map[messageKey]bool
	lately []*orrery.Touch // of the last days, to be sent again by mistake
	number int
	policy int
}

type messageKey struct {
	source orrery.SourceName
	id     string
}

// violation is what an oracle found. It travels as a panic inside a run.
type violation struct{ say string }

func broken(format string, args ...any) { panic(violation{fmt.Sprintf(format, args...)}) }

// Run lives through one world and returns what happened, or an error that names the seed and what did not hold.
func Run(c Config) (report *Report, err error) {
	r := rand.New(rand.NewPCG(c.Seed, 1))
	if c.People == 0 {
		c.People = 20 + r.IntN(60)
		if r.IntN(8) == 0 {
			c.People = 200
		}
	}
	if c.Days == 0 {
		c.Days = 20 + r.IntN(40)
	}
	if c.CacheBytes == 0 {
		c.CacheBytes = 64
	}
	if c.CheckpointBytes == 0 {
		c.CheckpointBytes = []int{256 << 10, 1 << 20, 4 << 20}[r.IntN(3)]
		if r.IntN(8) == 0 {
			c.CheckpointBytes = 8 << 10
		}
	}
	w := &world{cfg: c, rand: r, disk: faultfs.New(c.Seed), judge: newJudge(), acked: map[messageKey]bool{},
		outside: map[orrery.DestinationName]*destination{}}
	w.chance = rand.NewChaCha8([32]byte{byte(c.Seed), byte(c.Seed >> 8), byte(c.Seed >> 16), 7})
	w.report = Report{Config: c, Happened: map[string]int{}}
	defer func() {
		if w.house != nil {
			w.house.Kill()
		}
		if p := recover(); p != nil {
			v, ok := p.(violation)
			if !ok {
				panic(p)
			}
			report, err = &w.report, fmt.Errorf("seed %d, %d people, day %d, after chunk %d: %s", c.Seed, c.People, int(w.now/(24*time.Hour)), w.judge.seq, v.say)
		}
	}()
	master := [seal.MasterSize]byte{byte(c.Seed), byte(c.Seed >> 8), byte(c.Seed >> 16), 42}
	if err := seal.New(master).Save(filepath.Join(c.Dir, "keys")); err != nil {
		return nil, fmt.Errorf("making keys: %w", err)
	}
	w.populate()
	w.open()
	for day := range c.Days {
		w.day(day)
	}
	w.endOfTime()
	w.report.Chain = w.judge.hash
	return &w.report, nil
}

func (w *world) ctx() context.Context    { return context.Background() }
func (w *world) wall() time.Time         { return start.Add(w.now + w.skew) }
func (w *world) instant() orrery.Instant { return orrery.InstantOf(w.wall()) }

// open opens the workspace, trying again while the disk refuses.
func (w *world) open() {
	policy, err := engine.ParsePolicy(policies[w.policy])
	if err != nil {
		broken("the simulated policy is invalid: %v", err)
	}
	for try := 0; ; try++ {
		house, err := engine.Open(context.Background(), engine.Options{
			Dir: w.cfg.Dir, Workspace: "sim", Policy: policy, CacheBytes: w.cfg.CacheBytes, CheckpointBytes: w.cfg.CheckpointBytes,
			Now: w.wall, Elapsed: func() time.Duration { return w.now }, LogFS: w.disk, LogSegment: 256 << 10, LogChance: w.chance, Driven: true,
		})
		if err == nil {
			w.house = house
			break
		}
		if try > 20 {
			broken("the workspace does not open again: %v", err)
		}
		w.disk.Kill()
		w.disk.Restart()
		w.heal()
		w.now += time.Second
	}
	w.judge.catchUp(w.house)
}

// crash ends the process without warning, perhaps with the power, and starts it again.
func (w *world) crash(power bool) {
	if power {
		w.disk.CutPower()
		w.report.PowerCuts++
	}
	w.house.Kill()
	w.disk.Kill()
	w.disk.Restart()
	w.heal()
	w.report.Restarts++
	w.loseFiles()
	w.now += time.Duration(1+w.rand.IntN(90)) * time.Second
	w.open()
}

func (w *world) heal() {
	w.disk.FailWith(nil)
	w.disk.SetRoom(-1)
}

// loseFiles now and then puts an older checkpoint in the place of the newest, or loses a derived store altogether: what
// a crash does to whoever trusts a file that was not synced.
func (w *world) loseFiles() {
	for _, name := range []string{"checkpoint", "dedupe"} {
		path := filepath.Join(w.cfg.Dir, name)
		old := path + ".old"
		must := func(err error) {
			if err != nil {
				broken("losing files on purpose: %v", err)
			}
		}
		switch w.rand.IntN(8) {
		case 0:
			must(os.RemoveAll(path))
			w.happened("lost " + name)
		case 1, 2:
			must(os.RemoveAll(old))
			must(os.CopyFS(old, os.DirFS(path)))
		case 3, 4:
			if _, err := os.Stat(old); err == nil {
				must(os.RemoveAll(path))
				must(os.Rename(old, path))
				w.happened("older " + name)
			}
		}
	}
}

func (w *world) happened(what string) { w.report.Happened[what]++ }

func (w *world) chanceOf(per1000 int) bool { return w.rand.IntN(1000) < per1000 }

func pick[T any](w *world, list []T) T { return list[w.rand.IntN(len(list))] }

// drive hands inputs to the engine. It returns false when the process crashed on the way or the disk refused: then
// nothing is known of the inputs that got no result.
func (w *world) drive(inputs ...engine.Input) ([]engine.Result, bool) {
	if len(inputs) == 0 {
		return nil, true
	}
	w.report.Inputs += len(inputs)
	results, err := w.house.Drive(inputs...)
	if err != nil {
		w.report.Refusals++
		w.afterRefusal()
		return results, false
	}
	w.follow()
	return results, true
}

// follow lets the judge read on; a machine that went down after its last append is started again.
func (w *world) follow() {
	if w.disk.Down() {
		w.crash(true)
		return
	}
	w.judge.catchUp(w.house)
}

// afterRefusal waits until the disk takes appends again, or restarts when the machine is down.
func (w *world) afterRefusal() {
	for try := 0; ; try++ {
		if try > 60 {
			broken("the engine does not recover from a disk that took nothing for a while")
		}
		_, err := w.house.Drive(engine.Input{Command: engine.Quarantine{Source: "probe", Code: "sim.probe"}})
		if err == nil {
			w.follow()
			return
		}
		if w.disk.Down() {
			w.crash(true)
			return
		}
		if try > 3 {
			w.heal()
		}
		w.now += 6 * time.Second
	}
}

// advance moves the clock to a moment, ringing timers on the way.
func (w *world) advance(to time.Duration) {
	for stuck := 0; ; {
		next := w.house.NextDue()
		due := next.Time().Sub(start) - w.skew + 5*time.Minute // several at once, as a busy loop would
		if next == 0 || due > to {
			break
		}
		w.now = max(w.now, due)
		w.runDue()
		if w.house.NextDue() != next {
			stuck = 0
			continue
		}
		w.now += 6 * time.Second // the disk refuses
		if stuck++; stuck > 4 {
			w.heal()
		}
		if stuck > 100 {
			broken("a timer of %v does not ring, and it is %v", next, w.instant())
		}
	}
	w.now = max(w.now, to)
	w.runDue()
}

func (w *world) runDue() {
	if n := w.house.RunDue(1000); n == 1000 {
		broken("the loop finds something due for ever")
	}
	w.follow()
}
