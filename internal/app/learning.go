package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/orrery-cxm/orrery/internal/teach"
)

// firstLesson is how long opening a workspace waits for what was learned before. When it takes longer, the first texts
// are understood as shipped.
const firstLesson = 2 * time.Second

// startTeaching begins to learn, and takes up what was learned before.
func (h *House) startTeaching(ctx context.Context) {
	h.API.Teacher = teach.Start(teach.Options{Source: h.Engine, Lists: h.API.Views, Ears: h.API.Listen})
	ctx, cancel := context.WithTimeout(ctx, firstLesson)
	defer cancel()
	if err := h.API.Teacher.Wait(ctx, h.Engine.Seq()); err != nil {
		slog.Warn("what was learned before is not taken up yet; it follows in the background", "error", err)
	}
}
