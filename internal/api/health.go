package api

import (
	"net/http"

	"github.com/orrery-cxm/orrery/internal/engine"
)

// health says whether the server can do its work, and how far what follows the log lags behind. It shows no personal data
// and needs no key.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	status, code := "ok", http.StatusOK
	houses := []map[string]any{}
	for _, h := range s.Houses {
		lag := h.Views.Lag()
		x := map[string]any{"workspace": h.Name, "seq": h.Workspace.Seq(), "lists": lag, "alarms": h.Workspace.Alarms()}
		if len(h.Workspace.Alarms()) > 0 && status == "ok" {
			status = "attention"
		}
		if err := h.Workspace.Down(); err != nil {
			status, code = "down", http.StatusServiceUnavailable
			x["down"] = err.Error()
		}
		waiting := map[string]int{}
		for _, d := range h.Workspace.Policy().Destinations {
			waiting[string(d.Name)] = h.Workspace.Depth(d.Name)
		}
		x["waiting"] = waiting
		houses = append(houses, x)
	}
	answer(w, code, map[string]any{"status": status, "version": engine.Version, "workspaces": houses})
}
