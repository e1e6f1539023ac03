package api

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/govern"
	"github.com/orrery-cxm/orrery/internal/i18n"
	"github.com/orrery-cxm/orrery/internal/radar"
	"github.com/orrery-cxm/orrery/internal/view"
)

// Quote is a message by which an alert or a topic can be understood, as it is shown: personal data is masked.
type Quote struct {
	Touch    orrery.TouchID  `json:"touch"`
	Person   orrery.PersonID `json:"person"`
	At       orrery.Instant  `json:"at"`
	Channel  orrery.Channel  `json:"channel,omitempty"`
	Language string          `json:"language,omitempty"`
	Text     string          `json:"text" doc:"what was said, personal data masked, cut after 280 characters"`
}

// BrandAlert is a burst with the words of its examples.
type BrandAlert struct {
	Alert    orrery.Alert `json:"alert"`
	Examples []Quote      `json:"examples"`
	Say      string       `json:"say" doc:"the same in a sentence"`
}

// BrandTopic is a topic with the words of its examples.
type BrandTopic struct {
	Topic    orrery.Topic `json:"topic"`
	Examples []Quote      `json:"examples"`
}

// RadarPage is a day's page with its sentences.
type RadarPage struct {
	*radar.Page
	Lang      string   `json:"lang" doc:"the language of the sentences"`
	Sentences []string `json:"sentences" doc:"the same, for people"`
}

// maxExampleText is how many characters of an example are shown.
const maxExampleText = 280

// Examples reads messages from the log. Those of people who were erased since are left out.
func (h *House) Examples(ctx context.Context, list []orrery.Example) ([]Quote, error) {
	out := []Quote{}
	for _, e := range list {
		born, err := h.Workspace.Born(ctx, uint64(e.Touch))
		if orrery.KindOf(err) == orrery.KindNotFound {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading an example: %w", err)
		}
		f, ok := born.Fact.(*orrery.TouchRecorded)
		if !ok {
			continue
		}
		x := Quote{Touch: e.Touch, Person: f.Person, At: born.At.Time, Channel: f.Touch.Channel}
		switch {
		case f.Touch.Message != nil:
			x.Text = f.Touch.Message.Text
		case f.Touch.Survey != nil:
			x.Text = f.Touch.Survey.Comment
		}
		x.Text = cutText(h.Listen.Mask(x.Text))
		if f.Touch.Signals != nil {
			x.Language = f.Touch.Signals.Language
		}
		out = append(out, x)
	}
	return out, nil
}

// cutText cuts a text after maxExampleText characters.
func cutText(text string) string {
	if utf8.RuneCountInString(text) <= maxExampleText {
		return text
	}
	return string([]rune(text)[:maxExampleText]) + "…"
}

// Tell is the data of a notice as it goes out: with the words of examples, which the log does not repeat.
func (h *House) Tell(ctx context.Context, kind, data string) ([]byte, error) {
	switch kind {
	case "alert.raised", "alert." + radar.Grew, "alert." + radar.Ended:
		var f orrery.AlertChanged // AlertRaised has the same alert
		if err := json.Unmarshal([]byte(data), &f); err != nil {
			return nil, fmt.Errorf("reading an alert: %w", err)
		}
		a, err := h.alert(ctx, f.Alert, "en")
		if err != nil {
			return nil, err
		}
		return json.Marshal(a, json.Deterministic(true))
	case "topic.emerged":
		var f orrery.TopicEmerged
		if err := json.Unmarshal([]byte(data), &f); err != nil {
			return nil, fmt.Errorf("reading a topic: %w", err)
		}
		t, err := h.topic(ctx, f.Topic)
		if err != nil {
			return nil, err
		}
		return json.Marshal(t, json.Deterministic(true))
	}
	return []byte(data), nil
}

func (h *House) alert(ctx context.Context, a orrery.Alert, lang string) (BrandAlert, error) {
	examples, err := h.Examples(ctx, a.Examples)
	say := radar.SayAlert(i18n.For(lang), &a)
	a.Examples = nil
	return BrandAlert{Alert: a, Examples: examples, Say: say}, err
}

func (h *House) topic(ctx context.Context, t orrery.Topic) (BrandTopic, error) {
	examples, err := h.Examples(ctx, t.Examples)
	t.Examples = nil
	return BrandTopic{Topic: t, Examples: examples}, err
}

// Alerts lists alerts with their examples.
func (h *House) Alerts(ctx context.Context, by view.AlertFilter, lang string) (view.List[BrandAlert], error) {
	list, err := h.Views.Alerts(ctx, by)
	out := view.List[BrandAlert]{Seq: list.Seq, Next: list.Next, Items: []BrandAlert{}}
	if err != nil {
		return out, err
	}
	for i := range list.Items {
		a, err := h.alert(ctx, list.Items[i], lang)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, a)
	}
	return out, nil
}

// Topics lists topics with their examples.
func (h *House) Topics(ctx context.Context, by view.TopicFilter) (view.List[BrandTopic], error) {
	list, err := h.Views.Topics(ctx, by)
	out := view.List[BrandTopic]{Seq: list.Seq, Next: list.Next, Items: []BrandTopic{}}
	if err != nil {
		return out, err
	}
	for i := range list.Items {
		t, err := h.topic(ctx, list.Items[i])
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, t)
	}
	return out, nil
}

// Radar is the page of a day, written 2026-11-24; of the day of now when it is "".
func (h *House) Radar(ctx context.Context, day string, now orrery.Instant, lang string) (*RadarPage, error) {
	begin := now - now%orrery.Instant(orrery.Day)
	if day != "" {
		t, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return nil, orrery.Invalid("radar.day", fmt.Sprintf("day: %q is no day: write it as 2026-11-24", day))
		}
		begin = orrery.InstantOf(t)
	}
	p, err := h.Views.Radar(ctx, begin)
	if err != nil {
		return nil, err
	}
	return &RadarPage{Page: p, Lang: lang, Sentences: p.Sentences(lang)}, nil
}

// brand is what concerns the brand as a whole.
func (s *Server) brand(api huma.API) {
	operation(api, "GET", "/v1/alerts", "listAlerts", govern.Read, "Bursts of complaints and risks, with examples; those that last unless the past is asked for",
		func(ctx context.Context, c caller, in *struct {
			PageRef
			Past   bool   `query:"past" doc:"those that have ended too"`
			Lang   string `query:"lang" doc:"of the sentences: en, zh-Hans, zh-Hant or ar"`
			Accept string `header:"Accept-Language"`
		}) (*struct{ Body view.List[BrandAlert] }, error) {
			if err := c.visible(ctx, in.After); err != nil {
				return nil, err
			}
			list, err := c.house.Alerts(ctx, view.AlertFilter{Page: in.page(), Past: in.Past}, i18n.Match(in.Lang, in.Accept))
			return &struct{ Body view.List[BrandAlert] }{list}, err
		})
	operation(api, "GET", "/v1/topics", "listTopics", govern.Read, "Words that people began to use, with examples",
		func(ctx context.Context, c caller, in *struct {
			PageRef
			Language string         `query:"language" doc:"only of one language, such as zh-Hans"`
			Since    orrery.Instant `query:"since" doc:"that emerged at or after"`
		}) (*struct{ Body view.List[BrandTopic] }, error) {
			if err := c.visible(ctx, in.After); err != nil {
				return nil, err
			}
			list, err := c.house.Topics(ctx, view.TopicFilter{Page: in.page(), Language: in.Language, Since: in.Since})
			return &struct{ Body view.List[BrandTopic] }{list}, err
		})
	operation(api, "GET", "/v1/radar", "readRadar", govern.Read, "A day at a glance: volume, what rose, topics, alerts, what nobody acted on",
		func(ctx context.Context, c caller, in *struct {
			TongueRef
			Day string `query:"day" doc:"2026-11-24, UTC; today when it is missing"`
		}) (*struct {
			Language string `header:"Content-Language"`
			Body     *RadarPage
		}, error) {
			if err := c.visible(ctx, in.After); err != nil {
				return nil, err
			}
			lang := i18n.Match(in.Lang, in.Accept)
			p, err := c.house.Radar(ctx, in.Day, s.Now(), lang)
			return &struct {
				Language string `header:"Content-Language"`
				Body     *RadarPage
			}{lang, p}, err
		})
}
