package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/act"
	"github.com/orrery-cxm/orrery/internal/engine"
)

type doctorCommand struct {
	JSON bool `help:"Print the findings as JSON." name:"json"`
}

// finding is one line of a checkup.
type finding struct {
	State string `json:"state"` // ok, warn, fail
	What  string `json:"what"`
	Say   string `json:"say"`          // what was found
	Do    string `json:"do,omitempty"` // what to do about it; "" when all is well
}

const (
	isOK   = "ok"
	isWarn = "warn"
	isFail = "fail"
)

var checkup = operation[nothing, []finding]{name: "doctor", run: func(ctx context.Context, h *House, _ nothing, say progress) ([]finding, error) {
	d := &doctor{h: h}
	d.disk()
	d.permissions()
	d.fsync()
	d.clock()
	d.log(ctx)
	d.lag()
	d.destinations(ctx)
	d.keys()
	d.policy()
	d.paused()
	d.alarms()
	return d.findings, nil
}}

func (c *doctorCommand) Run(r *runner) error {
	findings, err := ask(r, checkup, nothing{})
	if err != nil {
		return err
	}
	failed := 0
	s := newSheet(r.out)
	for _, f := range findings {
		s.row(f.State, f.What, f.Say)
		if f.Do != "" {
			s.row("", "", "-> "+f.Do)
		}
		if f.State == isFail {
			failed++
		}
	}
	if c.JSON {
		err = printJSON(r.out, findings)
	} else {
		err = s.Flush()
	}
	if failed > 0 {
		return errors.Join(err, orrery.Conflict("doctor.failed", fmt.Sprintf("%d things must be put right", failed)))
	}
	return err
}

// doctor looks a workspace over.
type doctor struct {
	h        *House
	findings []finding
}

func (d *doctor) found(state, what, do, format string, args ...any) {
	if state == isOK {
		do = ""
	}
	d.findings = append(d.findings, finding{State: state, What: what, Say: fmt.Sprintf(format, args...), Do: do})
}

// Room below which a disk is too full.
const (
	littleRoom = 5 << 30
	noRoom     = 512 << 20
)

func (d *doctor) disk() {
	free, err := freeBytes(d.h.Dir)
	if err != nil {
		d.found(isWarn, "disk", "look yourself", "how much room is left cannot be told: %v", err)
		return
	}
	state := isOK
	if free < noRoom {
		state = isFail
	} else if free < littleRoom {
		state = isWarn
	}
	d.found(state, "disk", "make room: when it is full, events are refused with 503 until there is some", "%d MB free in %s", free>>20, d.h.Dir)
}

func (d *doctor) permissions() {
	bad := 0
	check := func(name string, most fs.FileMode) {
		path := filepath.Join(d.h.Dir, name)
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err != nil || info.Mode().Perm()&^most != 0 {
			bad++
			d.found(isFail, "permissions", fmt.Sprintf("chmod %o %s", most, path), "others can read %s", path)
		}
	}
	check(".", 0o700)
	for _, name := range []string{"keys", accessFile, usesFile, socketName, engine.RegisterName} {
		check(name, 0o600)
	}
	if bad == 0 {
		d.found(isOK, "permissions", "", "only you can read the workspace")
	}
}

// slowSync is a sync that no single event should have to wait for.
const slowSync = 20 * time.Millisecond

func (d *doctor) fsync() {
	took, err := measureSync(d.h.Dir)
	if err != nil {
		d.found(isFail, "fsync", "see whether the disk is writable", "the directory takes no file: %v", err)
		return
	}
	state := isOK
	if took > slowSync {
		state = isWarn
	}
	d.found(state, "fsync", "every acknowledged event waits for one: use a disk of your own, or one with a power-safe cache", "a durable write takes %s", took.Round(10*time.Microsecond))
}

// measureSync is the median of a few durable writes.
func measureSync(dir string) (time.Duration, error) {
	f, err := os.CreateTemp(dir, "verify-sync-") // swept away like other leftovers, should we crash
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	var took []time.Duration
	for range 9 {
		began := time.Now()
		if _, err := f.Write(make([]byte, 4096)); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}

func (d *doctor) clock() {
	switch {
	case d.h.Engine.Frozen():
		d.found(isFail, "clock", "set the clock right, then orrery resume timers", "the clock jumped by over an hour; timers are frozen, so no rest and no hold ends")
	default:
		d.found(isOK, "clock", "", "it is %s here", d.h.Engine.Clock())
	}
}

// lookedBack is how many chunks at the end of the log a checkup reads.
const lookedBack = 500

func (d *doctor) log(ctx context.Context) {
	end := d.h.Engine.Seq()
	from := end - min(end, lookedBack)
	n, latest := 0, orrery.Instant(0)
	err := d.h.Engine.ReadLog(ctx, from, func(b engine.Batch) error {
		n++
		latest = max(latest, b.Time)
		return nil
	})
	if err != nil {
		d.found(isFail, "log", "stop the server, keep the directory as it is, and restore the latest backup elsewhere", "its end cannot be read: %v", err)
		return
	}
	d.found(isOK, "log", "", "the last %d of %d chunks read well", n, end)
	if ahead := latest - d.h.Engine.Clock(); ahead > orrery.Instant(orrery.Minute) {
		d.found(isWarn, "clock", "see that the clock is kept by NTP: until it catches up, time stands still for holds and caps", "the log is %s ahead of the clock", orrery.Span(ahead))
	}
	if _, err := os.Stat(filepath.Join(d.h.Dir, "erasing")); err == nil {
		d.found(isFail, "erasure", "start the server again: it is finished then", "an erasure was cut off")
	}
}

// farBehind is how many chunks a follower may lack.
const farBehind = 100_000

func (d *doctor) lag() {
	at, err := d.h.Engine.CheckpointSeq()
	end := d.h.Engine.Seq()
	switch {
	case err != nil:
		d.found(isFail, "checkpoint", "stop the server, move the directory checkpoint away and start again: it is built from the log", "cannot be read: %v", err)
	case end-at > farBehind:
		d.found(isWarn, "checkpoint", "look for errors of the checkpoint in the server's log", "%d chunks behind: a start takes that much longer", end-at)
	default:
		d.found(isOK, "checkpoint", "", "%d chunks behind", end-at)
	}
	lag := d.h.API.Views.Lag()
	switch {
	case lag.Err != nil:
		d.found(isFail, "lists", "stop the server, remove views.db and start again: they are built from the log", "stand still: %v", lag.Err)
	case lag.Behind > farBehind:
		d.found(isWarn, "lists", "wait; they catch up by themselves", "%d chunks behind", lag.Behind)
	default:
		d.found(isOK, "lists", "", "%d chunks behind", lag.Behind)
	}
}

func (d *doctor) destinations(ctx context.Context) {
	for _, x := range d.h.Engine.Policy().Destinations {
		what := "destination " + string(x.Name)
		waiting := d.h.Engine.Depth(x.Name)
		var err error
		do := "put the folder right"
		if x.Kind == "webhook" {
			do = "set the variable or file for the server, and restart it"
			for _, name := range x.Secrets {
				if _, e := readSecret(name); e != nil {
					err = errors.Join(err, e)
				}
			}
			if err == nil {
				do, err = "see that the receiver runs; everything waits meanwhile", reach(ctx, x.URL)
			}
		}
		if err != nil {
			d.found(isFail, what, do, "%v; %d wait", err, waiting)
			continue
		}
		d.found(isOK, what, "", "%s, %d wait", x.Kind, waiting)
	}
}

// reach sees whether anybody answers at an address, without sending anything.
func reach(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	port := u.Port()
	if port == "" {
		port = u.Scheme
	}
	dialer := net.Dialer{Timeout: 3 * time.Second}
	c, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return fmt.Errorf("nobody answers: %w", err)
	}
	return c.Close()
}

// A key that is younger than newKey need not have been used yet; one that was not used for longKey is forgotten.
const (
	newKey  = 30 * orrery.Day
	longKey = 90 * orrery.Day
)

func (d *doctor) keys() {
	live, idle := 0, 0
	now := d.h.Engine.Clock()
	for _, k := range d.h.API.Ring.List() {
		if k.Revoked != 0 {
			continue
		}
		live++
		last := d.h.API.Ring.Uses.Last(k.ID)
		switch {
		case last == 0 && k.Created.Add(newKey) < now:
			idle++
			d.found(isWarn, "API keys", "orrery key revoke "+k.ID+", unless it is still to be used", "%s of source %s was never used since %s", k.ID, k.Source, day(k.Created))
		case last != 0 && last.Add(longKey) < now:
			idle++
			d.found(isWarn, "API keys", "orrery key revoke "+k.ID+", unless it is still needed", "%s of source %s was not used since %s", k.ID, k.Source, day(last))
		}
	}
	switch {
	case live == 0:
		d.found(isWarn, "API keys", "orrery key create --source website --trust public", "there is none, so nobody can send anything")
	case idle == 0:
		d.found(isOK, "API keys", "", "%d live", live)
	}
}

// day is the day of a moment, in UTC.
func day(at orrery.Instant) string { return at.Time().UTC().Format(time.DateOnly) }

func (d *doctor) policy() {
	p := d.h.Engine.Policy()
	n := len(d.findings)
	if len(p.Channels) == 0 {
		d.found(isWarn, "policy", "add channels: to the policy", "no channel has a destination, so no message can be sent")
	}
	if len(p.Destinations) > 0 && len(p.Lists) == 0 && len(p.Subscriptions) == 0 && len(p.Channels) == 0 {
		d.found(isWarn, "policy", "add lists:, channels: or subscriptions:", "destinations are named, but nothing goes to them")
	}
	for _, x := range p.Audiences {
		if (x.Advertising || x.Excludes) && !slices.ContainsFunc(p.Lists, func(l act.List) bool { return l.Audience == x.Name }) {
			d.found(isWarn, "policy", "add it to lists:, or take advertising: from it", "the advertising audience %s goes nowhere", x.Name)
		}
	}
	if len(d.findings) == n {
		d.found(isOK, "policy", "", "version %d", p.Version)
	}
}

func (d *doctor) paused() {
	if d.h.Engine.Paused() {
		d.found(isWarn, "effects", "look around, then orrery resume effects", "paused after a restore: nothing goes out")
	}
	if err := d.h.Engine.Down(); err != nil {
		d.found(isFail, "workspace", "see the server's log", "takes nothing: %v", err)
	}
}

func (d *doctor) alarms() {
	list := d.h.Engine.Alarms()
	slices.SortFunc(list, func(a, b engine.Alarm) int { return b.Count - a.Count })
	for _, a := range list {
		d.found(isWarn, "alarm", "see the server's log around it", "%s: %s (%d times)", a.Code, a.Detail, a.Count)
	}
}
