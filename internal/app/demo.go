package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/channel/webhook"
	"github.com/orrery-cxm/orrery/internal/demo"
	"github.com/orrery-cxm/orrery/internal/govern"
)

type demoCommand struct {
	Dir    string  `help:"Directory to keep the demo's data in; it must be empty. Without it, a temporary one that is removed at the end." type:"path"`
	Listen string  `help:"Address to listen on; by default a free local port." default:"127.0.0.1:0"`
	Speed  float64 `help:"How fast the stories are told: 1 for reading along, 10 for ten times as fast, 0 without pauses." default:"1"`
	Once   bool    `help:"End after the stories."`
}

// readingPause is how long a line stands before the next one, at speed 1.
const readingPause = 150 * time.Millisecond

func (c *demoCommand) Run(r *runner) error {
	if c.Speed < 0 {
		return orrery.Invalid("demo.speed", fmt.Sprintf("--speed %v: 0 or more is possible", c.Speed))
	}
	o := demo.Options{Out: r.out, Once: c.Once}
	if c.Speed > 0 {
		o.Pause = time.Duration(float64(readingPause) / c.Speed)
	}
	o.In, o.EndWithIn = os.Stdin, isTerminal(os.Stdin)
	return runDemo(r.ctx, c.Dir, c.Listen, o)
}

// isTerminal says whether somebody sits there and types.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&fs.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// runDemo starts a server in a directory of its own and tells the stories on it.
func runDemo(ctx context.Context, dir, address string, o demo.Options) (err error) {
	dir, done, err := stage(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	secret := webhook.NewSecret()
	secretFile := filepath.Join(dir, "receiver.secret")
	if err := os.WriteFile(secretFile, []byte(secret), 0o600); err != nil {
		return fmt.Errorf("keeping the webhook secret: %w", err)
	}
	if o.Receiver, err = demo.StartReceiver(secret); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.Receiver.Close()) }()
	l, err := net.Listen("tcp", address)
	if err != nil {
		return &orrery.Error{Kind: orrery.KindUnavailable, Code: "demo.listen", Say: fmt.Sprintf("cannot listen on %s (%v): give another address with --listen, or leave it out for a free port", address, err), Err: err}
	}
	o.Data, o.Base, o.Clock = dir, "http://"+l.Addr().String(), demo.NewClock()
	if o.Keys, err = demoKeys(filepath.Join(dir, demo.Workspace), orrery.InstantOf(o.Clock.Now())); err != nil {
		return errors.Join(err, l.Close())
	}
	h, err := OpenHouse(ctx, Settings{Dir: dir, Name: demo.Workspace, Policy: demo.Policy(o.Receiver.Address(), secretFile), Now: o.Clock.Now, Elapsed: o.Clock.Elapsed})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	door, err := OpenControl(h)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer func() { err = errors.Join(err, door.Close()) }()
	return perform(ctx, l, h, o)
}

// perform serves while the stories are told; whichever ends first ends the other.
func perform(ctx context.Context, l net.Listener, h *House, o demo.Options) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 1)
	go func() {
		defer stop()
		served <- Serve(ctx, l, h)
	}()
	err := demo.Run(ctx, o)
	stop()
	return errors.Join(err, <-served)
}

// stage is the directory of a demo: the given one, which must be empty, or a temporary one, which done removes.
func stage(dir string) (path string, done func() error, err error) {
	if dir == "" {
		if dir, err = os.MkdirTemp("", "orrery-demo-"); err != nil {
			return "", nil, fmt.Errorf("making a temporary directory: %w", err)
		}
		return dir, func() error { return os.RemoveAll(dir) }, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", nil, fmt.Errorf("making the demo's directory: %w", err)
	}
	d, err := os.Open(dir)
	if err != nil {
		return "", nil, fmt.Errorf("looking into the demo's directory: %w", err)
	}
	defer d.Close()
	if _, err := d.Readdirnames(1); !errors.Is(err, io.EOF) {
		return "", nil, orrery.Conflict("demo.directory", fmt.Sprintf("%s is not empty, and the demo mixes with nobody's data: give an empty or new directory with --dir", dir))
	}
	return dir, func() error { return nil }, nil
}

// demoKeys creates the keys that the demo's clients use.
func demoKeys(dir string, now orrery.Instant) (keys demo.Keys, err error) {
	for _, k := range []struct {
		secret *string
		key    govern.Key
	}{
		{&keys.Browser, govern.Key{Source: "website", Trust: orrery.Public, Scopes: []govern.Scope{govern.Write}, Channel: "web"}},
		{&keys.Shop, govern.Key{Source: "shop", Trust: orrery.Server, Scopes: []govern.Scope{govern.Write}, Channel: "web"}},
		{&keys.Care, govern.Key{Source: "care-desk", Trust: orrery.Staff, Scopes: []govern.Scope{govern.Read, govern.Outbound, govern.Care, govern.Govern}}},
	} {
		secret, _, err := CreateKey(dir, k.key, now)
		if err != nil {
			return keys, fmt.Errorf("making the demo's keys: %w", err)
		}
		*k.secret = secret.Reveal()
	}
	return keys, nil
}
