// Command orrery-onnx serves text classifiers in ONNX form to Orrery, over a Unix socket: one line of JSON in, one out.
//
//	orrery-onnx -socket /run/orrery/onnx.sock DIR...
//
// Each directory holds model.onnx, tokenizer.json, config.json (as models are published) and labels.json, which says what
// the model's labels mean; see docs/providers.md. It runs on Go alone, reads no network, and keeps no text. A fault of the
// runtime ends this process and not the product, which goes on with its own answers.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/knights-analytics/hugot"
)

func main() {
	socket := flag.String("socket", "", "path of the Unix socket to listen at")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *socket, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "orrery-onnx:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, socket string, dirs []string) error {
	if socket == "" || len(dirs) == 0 {
		return errors.New("name a socket and at least one directory of a model: orrery-onnx -socket PATH DIR...")
	}
	session, err := hugot.NewGoSession()
	if err != nil {
		return fmt.Errorf("starting the runtime: %w", err)
	}
	defer func() { _ = session.Destroy() }() // the process ends
	var models []*classifier
	for _, dir := range dirs {
		c, err := load(session, dir)
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		models = append(models, c)
	}
	l, err := listen(socket)
	if err != nil {
		return err
	}
	slog.Info("listening", "socket", socket, "models", len(models))
	return serve(ctx, l, models)
}

// listen opens the socket for this user alone. One that an earlier process left behind is taken over.
func listen(socket string) (net.Listener, error) {
	if conn, err := net.Dial("unix", socket); err == nil {
		_ = conn.Close()
		return nil, fmt.Errorf("%s: another process listens there", socket)
	}
	if info, err := os.Lstat(socket); err == nil && info.Mode().Type() == fs.ModeSocket {
		if err := os.Remove(socket); err != nil {
			return nil, fmt.Errorf("taking over a socket: %w", err)
		}
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		return nil, fmt.Errorf("listening: %w", err)
	}
	if err := os.Chmod(socket, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("closing the socket to others: %w", err), l.Close())
	}
	return l, nil
}
