package api

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery/internal/engine"
)

// metrics writes what the workspaces count in the text format that Prometheus reads. There is no personal data in it and
// no key is needed.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	var b strings.Builder
	describe := func(name, kind, help string) { fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind) }
	each := func(f func(h *House, label string)) {
		for _, h := range s.Houses {
			f(h, fmt.Sprintf("workspace=%q", string(h.Name)))
		}
	}
	counters := []struct {
		name, help string
		value      func(engine.Counts) int64
	}{
		{"orrery_chunks_total", "Chunks appended to the log.", func(c engine.Counts) int64 { return c.Chunks }},
		{"orrery_facts_total", "Facts appended to the log.", func(c engine.Counts) int64 { return c.Facts }},
		{"orrery_fact_bytes_total", "Bytes of facts before compression.", func(c engine.Counts) int64 { return c.FactBytes }},
		{"orrery_append_failures_total", "Appends that the disk did not take.", func(c engine.Counts) int64 { return c.AppendFailures }},
		{"orrery_checkpoints_total", "Checkpoints written.", func(c engine.Counts) int64 { return c.Checkpoints }},
	}
	for _, c := range counters {
		describe(c.name, "counter", c.help)
		each(func(h *House, label string) {
			fmt.Fprintf(&b, "%s{%s} %d\n", c.name, label, c.value(h.Workspace.Counts()))
		})
	}
	describe("orrery_sequence", "gauge", "The last durable chunk.")
	each(func(h *House, label string) { fmt.Fprintf(&b, "orrery_sequence{%s} %d\n", label, h.Workspace.Seq()) })
	describe("orrery_lists_behind_chunks", "gauge", "How many chunks the lists are behind.")
	each(func(h *House, label string) {
		fmt.Fprintf(&b, "orrery_lists_behind_chunks{%s} %d\n", label, h.Views.Lag().Behind)
	})
	describe("orrery_waiting", "gauge", "What waits for a destination.")
	each(func(h *House, label string) {
		for _, d := range h.Workspace.Policy().Destinations {
			fmt.Fprintf(&b, "orrery_waiting{%s,destination=%q} %d\n", label, string(d.Name), h.Workspace.Depth(d.Name))
		}
	})
	describe("orrery_second_opinions_total", "counter", "What became of the questions to a provider.")
	each(func(h *House, label string) {
		if h.Second == nil {
			return
		}
		counts := h.Second.Counts()
		for _, name := range slices.Sorted(maps.Keys(counts)) {
			counts[name].Each(func(what string, n int64) {
				fmt.Fprintf(&b, "orrery_second_opinions_total{%s,provider=%q,outcome=%q} %d\n", label, name, what, n)
			})
		}
	})
	s.listeningMetrics(&b, describe, each)
	describe("orrery_alarms", "gauge", "Things that an operator should look at, by code.")
	each(func(h *House, label string) {
		for _, a := range h.Workspace.Alarms() {
			fmt.Fprintf(&b, "orrery_alarms{%s,code=%q} %d\n", label, a.Code, a.Count)
		}
	})
	describe("orrery_up", "gauge", "Whether the workspace takes anything at the moment.")
	each(func(h *House, label string) {
		up := 1
		if h.Workspace.Down() != nil {
			up = 0
		}
		fmt.Fprintf(&b, "orrery_up{%s} %d\n", label, up)
	})
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write([]byte(b.String())) // the client may have gone
}
