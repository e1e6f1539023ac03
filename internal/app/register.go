package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// takeRegister puts an erasure register into a restored workspace.
func takeRegister(from, dir string) error {
	if _, err := engine.CheckRegister(from); err != nil {
		return err
	}
	text, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("reading the erasure register: %w", err)
	}
	return writeDurably(filepath.Join(dir, engine.RegisterName), text)
}

// eraseAgain erases whoever stands in the register and is known from before, and says how many people those were.
func (h *House) eraseAgain(ctx context.Context, say progress) (int, error) {
	again, err := h.Engine.Registered(ctx)
	if err != nil {
		return 0, err
	}
	people := 0
	for _, id := range again {
		_, err := h.erase(ctx, id, "register", cliActor, say)
		if orrery.KindOf(err) == orrery.KindNotFound {
			continue // went with another of their identifiers
		}
		if err != nil {
			return people, fmt.Errorf("erasing again who stands in the register: %w", err)
		}
		people++
	}
	return people, nil
}
