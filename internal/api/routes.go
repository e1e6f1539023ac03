package api

import (
	"net/http"

	"github.com/orrery-cxm/orrery"
)

// Routes is the product's own API.
func (s *Server) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, r, orrery.NotFound("http.not_found", "there is nothing at this address"))
	})
	return mux
}

func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	var houses []map[string]any
	for _, h := range s.Houses {
		houses = append(houses, map[string]any{"workspace": h.Name, "seq": h.Workspace.Seq()})
	}
	answer(w, http.StatusOK, map[string]any{"status": "ok", "workspaces": houses})
}
