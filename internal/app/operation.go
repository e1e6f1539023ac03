package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/log"
)

// operation is one thing that people ask of a workspace on the command line. It has one implementation, which runs in
// the process that has the workspace open: the server when one is running, else the command itself. Question and answer
// travel as JSON in the first case, so both must be the same after a round trip.
type operation[Q, A any] struct {
	name string
	run  func(ctx context.Context, h *House, q Q, say progress) (A, error)
}

// progress tells the person who waits what is happening.
type progress func(format string, args ...any)

// nothing is the question or answer of an operation that has none.
type nothing struct{}

// cliActor is who acts on the command line: only the owner of the directory can.
var cliActor = orrery.Actor{Name: "cli", Trust: orrery.Staff}

// ask carries out an operation on the workspace that the command names.
func ask[Q, A any](r *runner, op operation[Q, A], q Q) (A, error) {
	var none A
	say := func(format string, args ...any) { fmt.Fprintf(r.errors, format+"\n", args...) }
	h, err := openStill(r)
	if errors.Is(err, log.ErrLocked) {
		return askServer(r.ctx, workspaceDir(r), op, q, say)
	}
	if err != nil {
		return none, err
	}
	answer, err := op.run(r.ctx, h, q, say)
	return answer, errors.Join(err, h.Close())
}

// openStill opens a workspace that no server has open. Nothing goes out meanwhile: that is the server's work.
func openStill(r *runner) (*House, error) {
	dir := workspaceDir(r)
	if _, err := os.Stat(filepath.Join(dir, "log")); errors.Is(err, fs.ErrNotExist) {
		return nil, orrery.NotFound("workspace.unknown", fmt.Sprintf("there is no workspace %q in %s: start one with orrery serve, or name another with --data and --workspace", r.cli.Workspace, r.cli.Data))
	}
	s := r.settings()
	s.Still = true
	return OpenHouse(r.ctx, s)
}
