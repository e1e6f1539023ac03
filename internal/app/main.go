package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/govern"
)

// cli is every command, flag and environment variable of the product. Flags win over the environment, which wins over
// the file given by --config.
type cli struct {
	Config    kong.ConfigFlag `help:"Settings file (JSON or YAML keys named like the flags)." type:"path"`
	Data      string          `help:"Directory of all workspaces." env:"ORRERY_DATA_DIR" default:"data" type:"path"`
	Workspace string          `help:"Workspace: one brand's tenant." env:"ORRERY_WORKSPACE" default:"main"`
	LogLevel  string          `help:"Least level of log lines." env:"ORRERY_LOG_LEVEL" default:"info" enum:"debug,info,warn,error"`

	Serve  serveCommand  `cmd:"" help:"Serve the tracking API and everything behind it."`
	Demo   demoCommand   `cmd:"" help:"See it work: a simulated brand, its customers' stories, and a place to write a complaint of your own."`
	Import importCommand `cmd:"" help:"Import orders and events of the past from a CSV, table or JSON Lines file, as history."`
	Key    keyCommand    `cmd:"" help:"Create, list and revoke API keys."`
	Bench  benchCommand  `cmd:"" help:"Measure this machine and the product on it, and print each figure beside its limit."`
	Listen listenCommand `cmd:"" help:"Look at what is understood of a text, measure how well, and build the model again."`

	Person     personCommand     `cmd:"" help:"Look at a person: who they are, what holds, what waits, what happened and why."`
	Apply      applyCommand      `cmd:"" help:"Put a policy in force, or see what it would change."`
	Explain    explainCommand    `cmd:"" help:"Why a person is held, why a message was sent or not, why two identifiers are one person, why somebody is in an audience, what a touch caused; in four languages."`
	Radar      radarCommand      `cmd:"" help:"A day at a glance: how many spoke and how, what rose, new topics, alerts with examples, what nobody acted on."`
	Doctor     doctorCommand     `cmd:"" help:"Look a workspace over and say what to do; exit code 1 when something must be put right."`
	Quarantine quarantineCommand `cmd:"" help:"List, show, send again or throw away events that could not be processed."`
	Verify     verifyCommand     `cmd:"" help:"Build the state again from the log and compare; exit code 1 when they differ."`

	Backup  backupCommand  `cmd:"" help:"Copy a workspace while it serves on, or export its keys."`
	Restore restoreCommand `cmd:"" help:"Restore a backup into an empty place. Effects stay paused until they are resumed."`
	Erase   eraseCommand   `cmd:"" help:"Forget a person, at once and in every file, and print the receipt."`
	Export  exportCommand  `cmd:"" help:"Write everything that is held about a person, as JSON."`
	Resume  resumeCommand  `cmd:"" help:"Let effects go on after a restore, or timers after a jump of the clock."`
}

// runner is what commands get.
type runner struct {
	ctx    context.Context
	cli    *cli
	out    io.Writer
	errors io.Writer
}

func (r *runner) settings() Settings {
	return Settings{Dir: r.cli.Data, Name: orrery.WorkspaceName(r.cli.Workspace)}
}

// Main runs the command line and returns the exit code: 0 done, 1 failed, 2 used wrongly.
func Main(args []string, out, errs io.Writer) int {
	var c cli
	asked := false // for help, which is all that happens then
	parser, err := kong.New(&c, kong.Name("orrery"), kong.Description("Unified customer experience management: one record of each person, where knowing and acting are one step."),
		kong.UsageOnError(), kong.Writers(out, errs), kong.Configuration(kong.JSON), kong.Exit(func(int) { asked = true }))
	if err != nil {
		fmt.Fprintln(errs, "orrery:", err)
		return 1
	}
	parsed, err := parser.Parse(args)
	if asked {
		return 0
	}
	if err != nil {
		fmt.Fprintln(errs, "orrery:", err)
		return 2
	}
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // the parser admits only levels
	slog.SetDefault(slog.New(slog.NewTextHandler(errs, &slog.HandlerOptions{Level: level})))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := parsed.Run(&runner{ctx: ctx, cli: &c, out: out, errors: errs}); err != nil {
		var e *orrery.Error
		if errors.As(err, &e) {
			fmt.Fprintln(errs, "orrery:", e.Say)
		} else {
			fmt.Fprintln(errs, "orrery:", err)
		}
		return 1
	}
	return 0
}

type serveCommand struct {
	Memory int64  `help:"Memory in MiB that the process aims to stay within." env:"ORRERY_MEMORY" default:"1300"`
	Listen string `help:"Address to listen on." env:"ORRERY_LISTEN" default:"127.0.0.1:8480"`
	Policy string `help:"Policy file to start a new workspace with." env:"ORRERY_POLICY" type:"existingfile" optional:""`
}

func (c *serveCommand) Run(r *runner) error {
	limitMemory(c.Memory)
	s := r.settings()
	if c.Policy != "" {
		b, err := os.ReadFile(c.Policy)
		if err != nil {
			return fmt.Errorf("reading the policy: %w", err)
		}
		s.Policy = string(b)
	}
	h, err := OpenHouse(r.ctx, s)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return errors.Join(fmt.Errorf("listening on %s: %w", c.Listen, err), h.Close())
	}
	door, err := OpenControl(h)
	if err != nil {
		return errors.Join(err, l.Close(), h.Close())
	}
	slog.Info("serving", "address", l.Addr().String(), "workspace", r.cli.Workspace, "directory", h.Dir)
	if len(h.API.Ring.List()) == 0 {
		slog.Info("no API key yet: create one with orrery key create --source website --trust public")
	}
	err = Serve(r.ctx, l, h)
	return errors.Join(err, door.Close(), h.Close())
}

type keyCommand struct {
	Create keyCreate `cmd:"" help:"Create a key; its secret is shown once and kept nowhere."`
	List   keyList   `cmd:"" help:"List keys."`
	Revoke keyRevoke `cmd:"" help:"Revoke a key at once."`
}

type keyCreate struct {
	Source  string         `help:"Name of the source: website, shop, care." required:""`
	Trust   string         `help:"public (may stand in a page), server, or staff." required:"" enum:"public,server,staff"`
	Scopes  []govern.Scope `help:"What the key may do: write, read, outbound, care, govern, erase." default:"write"`
	Channel string         `help:"Channel of touches that do not say it."`
	Region  string         `help:"Country of phone numbers without a country code, such as DE."`
	Zone    string         `help:"Time zone of people who do not say it, such as Europe/Berlin."`
	History bool           `help:"Everything it sends is history."`
}

func (c *keyCreate) Run(r *runner) error {
	k := govern.Key{Source: orrery.SourceName(c.Source), Scopes: c.Scopes, Channel: orrery.Channel(c.Channel), Region: c.Region, Zone: c.Zone, History: c.History}
	if err := k.Trust.UnmarshalText([]byte(c.Trust)); err != nil {
		return err
	}
	secret, made, err := CreateKey(workspaceDir(r), k, orrery.InstantOf(time.Now()))
	if err != nil {
		return err
	}
	fmt.Fprintf(r.out, "%s\n\n%s for source %s (%s), scopes %v. This secret is shown once.\n", secret.Reveal(), made.ID, made.Source, made.Trust, made.Scopes)
	return nil
}

type keyList struct{}

func (c *keyList) Run(r *runner) error {
	keys, err := LoadKeys(workspaceDir(r))
	if err != nil {
		return err
	}
	var uses govern.Uses
	if err := loadUses(workspaceDir(r), &uses); err != nil {
		return err
	}
	for _, k := range keys {
		state := "live, never used"
		if last := uses.Last(k.ID); last != 0 {
			state = "live, last used " + day(last)
		}
		if k.Revoked != 0 {
			state = "revoked " + k.Revoked.String()
		}
		fmt.Fprintf(r.out, "%-28s %-16s %-8s %-40v %s\n", k.ID, k.Source, k.Trust, k.Scopes, state)
	}
	return nil
}

type keyRevoke struct {
	ID string `arg:"" help:"Id of the key, from orrery key list."`
}

func (c *keyRevoke) Run(r *runner) error {
	return RevokeKey(workspaceDir(r), c.ID, orrery.InstantOf(time.Now()))
}
