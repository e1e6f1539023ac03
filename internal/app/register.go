package app

import (
	"context"
)

// takeRegister puts an erasure register into a restored workspace.
func takeRegister(from, dir string) error { return nil }

// eraseAgain erases whoever stands in the register and is known.
func (h *House) eraseAgain(ctx context.Context, say progress) (int, error) { return 0, nil }
