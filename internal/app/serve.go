package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/api"
)

// Serve answers HTTP on a listener until the context ends, then lets requests under way finish. All houses have one clock.
func Serve(ctx context.Context, l net.Listener, houses ...*House) error {
	server := &api.Server{Now: func() orrery.Instant { return orrery.InstantOf(time.Now()) }}
	for _, h := range houses {
		server.Now = h.Engine.Clock
		server.Houses = append(server.Houses, h.API)
	}
	server.Own = server.Routes()
	s := &http.Server{
		Handler:           server,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serving HTTP: %w", err)
	case <-ctx.Done():
	}
	finish, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.Shutdown(finish); err != nil {
		return fmt.Errorf("ending HTTP: %w", err)
	}
	if err := <-failed; err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving HTTP: %w", err)
	}
	return nil
}
