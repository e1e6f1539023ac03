package app

import (
	"context"
	"fmt"
	"io"

	"github.com/orrery-cxm/orrery/internal/api"
	"github.com/orrery-cxm/orrery/internal/i18n"
	"github.com/orrery-cxm/orrery/internal/view"
)

type radarCommand struct {
	Day      string `help:"Day, such as 2026-11-24 (UTC); today when missing."`
	Language string `help:"Language of the sentences: en, zh-Hans, zh-Hant or ar." default:"en"`
	JSON     bool   `help:"Print the page as JSON." name:"json"`
}

type radarQuestion struct {
	Day  string `json:"day"`
	Lang string `json:"lang"`
}

type radarAnswer struct {
	Page   *api.RadarPage   `json:"page"`
	Alerts []api.BrandAlert `json:"alerts"` // that last, with examples
}

var radarOfDay = operation[radarQuestion, *radarAnswer]{name: "radar", run: func(ctx context.Context, h *House, q radarQuestion, _ progress) (*radarAnswer, error) {
	if err := h.API.Views.Wait(ctx, h.Engine.Seq()); err != nil {
		return nil, err
	}
	lang := i18n.Match(q.Lang)
	page, err := h.API.Radar(ctx, q.Day, h.Engine.Clock(), lang)
	if err != nil {
		return nil, err
	}
	alerts, err := h.API.Alerts(ctx, view.AlertFilter{}, lang)
	return &radarAnswer{Page: page, Alerts: alerts.Items}, err
}}

func (c *radarCommand) Run(r *runner) error {
	a, err := ask(r, radarOfDay, radarQuestion{Day: c.Day, Lang: c.Language})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(r.out, a)
	}
	printRadar(r.out, a)
	return nil
}

// printRadar writes the sentences of the day, and what was said in the alerts that last.
func printRadar(w io.Writer, a *radarAnswer) {
	for _, s := range a.Page.Sentences {
		fmt.Fprintln(w, s)
	}
	for _, x := range a.Alerts {
		fmt.Fprintf(w, "\n%s  %s\n", x.Alert.ID, x.Say)
		for _, e := range x.Examples {
			fmt.Fprintf(w, "  %s  %s  %q\n", e.Touch, e.Person, e.Text)
		}
	}
}
