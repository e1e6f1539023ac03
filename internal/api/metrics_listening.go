package api

import (
	"fmt"
	"strings"

	"github.com/orrery-cxm/orrery/internal/teach"
)

// listeningMetrics writes what was learned and how often the engine is right.
func (s *Server) listeningMetrics(b *strings.Builder, describe func(name, kind, help string), each func(func(h *House, label string))) {
	status := func(f func(t teach.Status, label string)) {
		each(func(h *House, label string) {
			if h.Teacher != nil {
				f(h.Teacher.Status(), label)
			}
		})
	}
	describe("orrery_lessons_total", "counter", "Lessons from corrections, by what the gate said.")
	status(func(t teach.Status, label string) {
		fmt.Fprintf(b, "orrery_lessons_total{%s,outcome=\"accepted\"} %d\n", label, t.Accepted)
		fmt.Fprintf(b, "orrery_lessons_total{%s,outcome=\"refused\"} %d\n", label, t.Refused)
	})
	describe("orrery_corrections", "gauge", "Corrections that are heeded.")
	status(func(t teach.Status, label string) {
		fmt.Fprintf(b, "orrery_corrections{%s} %d\n", label, t.Corrections)
	})
	for _, part := range []struct {
		name, help string
		value      func(a teach.Accuracy) float64
	}{
		{"orrery_listening_accuracy", "Share of first answers that were right, by the random sample.", func(a teach.Accuracy) float64 { return a.Share }},
		{"orrery_listening_accuracy_low", "Lower end of its 95 % interval.", func(a teach.Accuracy) float64 { return a.Low }},
		{"orrery_listening_accuracy_high", "Upper end of its 95 % interval.", func(a teach.Accuracy) float64 { return a.High }},
		{"orrery_listening_answers", "Answers about the random sample that it rests on.", func(a teach.Accuracy) float64 { return float64(a.Of) }},
	} {
		describe(part.name, "gauge", part.help)
		status(func(t teach.Status, label string) {
			for _, a := range t.Accuracy {
				if a.Random {
					fmt.Fprintf(b, "%s{%s,head=%q,language=%q} %g\n", part.name, label, a.Head, a.Language, part.value(a))
				}
			}
		})
	}
}
