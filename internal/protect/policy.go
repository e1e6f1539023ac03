package protect

import (
	"fmt"
	"slices"

	"github.com/orrery-cxm/orrery"
)

// Policy is everything about protection that a workspace may set. [DefaultPolicy] is what a new workspace gets.
type Policy struct {
	Version int `yaml:"-"` // of the workspace's policy, named in every answer

	Rest        Rest        `yaml:"rest"`         // after resolved and satisfied, by severity: 7d, 14d, 30d
	ProductRest orrery.Span `yaml:"product_rest"` // the product of the complaint rests longer: 90d
	SoftHold    orrery.Span `yaml:"soft_hold"`    // a text that may be a complaint, under review: 48h, at most 7d
	ViewsBefore orrery.Span `yaml:"views_before"` // views of the product before the complaint are withdrawn: 14d

	AdsNeedConsent     bool `yaml:"ads_need_consent"`     // no consent for advertising, no audience: true
	SurveysNeedConsent bool `yaml:"surveys_need_consent"` // false: surveys pass unless research was refused
	OfferRecovery      bool `yaml:"offer_recovery"`       // while an apology is due, an offer's answer suggests recovery: true

	Life         map[orrery.LifeKind]LifeRule `yaml:"life"`
	LifeHoldFrom orrery.Confidence            `yaml:"life_hold_from"` // a sensitive event holds in silence from here: 400
	LifeNoteFrom orrery.Confidence            `yaml:"life_note_from"` // a happy event is noted from here: 800
	LifeReview   orrery.Span                  `yaml:"life_review"`    // the silent hold of an inference: 7d, at most 7d

	SignalFrom orrery.Confidence `yaml:"signal_from"` // an intent or a risk is listed as a signal from here: 600
	SignalDue  SignalDue         `yaml:"signal_due"`

	Caps     []Cap         `yaml:"caps"`
	Conflict Conflict      `yaml:"conflict"`
	Channels []ChannelRule `yaml:"channels"`
	Quiet    Quiet         `yaml:"quiet"`
	Mood     MoodRule      `yaml:"mood"`

	off lineSet // lines switched off, by tests only
}

// Rest is how long a person rests after a case ended well.
type Rest struct {
	Low    orrery.Span `yaml:"low"`
	Medium orrery.Span `yaml:"medium"`
	High   orrery.Span `yaml:"high"`
}

// For is the rest after a case of severity s; an unknown severity rests longest.
func (r Rest) For(s orrery.Severity) orrery.Span {
	switch s {
	case orrery.Low:
		return r.Low
	case orrery.Medium:
		return r.Medium
	}
	return r.High
}

// LifeRule says what one kind of life event means.
type LifeRule struct {
	Sensitive bool        `yaml:"sensitive"` // silence first; a person confirms before anything is said
	Lasts     orrery.Span `yaml:"lasts"`     // a fact of this kind counts this long
}

// SignalDue is how soon somebody should have acted.
type SignalDue struct {
	Complaint    orrery.Span `yaml:"complaint"`
	Cancellation orrery.Span `yaml:"cancellation"`
	Purchase     orrery.Span `yaml:"purchase"`
	Question     orrery.Span `yaml:"question"`
	Risk         orrery.Span `yaml:"risk"`
	Life         orrery.Span `yaml:"life"`
}

// Cap is a limit over a rolling window. Channel "" counts every channel together.
type Cap struct {
	Window  orrery.Span    `yaml:"window"`
	Limit   int            `yaml:"limit"`
	Channel orrery.Channel `yaml:"channel,omitempty"`
}

// Conflict says when two outbound things to one person get into each other's way.
type Conflict struct {
	Window        orrery.Span `yaml:"window"`        // 72h, at most 35d
	Contradiction string      `yaml:"contradiction"` // hold or warn
	Repeat        string      `yaml:"repeat"`        // hold or warn
}

// ChannelRule limits one channel.
type ChannelRule struct {
	Channel orrery.Channel `yaml:"channel"`
	MinGap  orrery.Span    `yaml:"min_gap"` // between two commercial things
	Closed  bool           `yaml:"closed"`  // nothing but what always passes
}

// DefaultPolicy is protective: what it lets through, a careful brand would send by hand.
func DefaultPolicy() *Policy {
	return &Policy{
		Rest:        Rest{Low: 7 * orrery.Day, Medium: 14 * orrery.Day, High: 30 * orrery.Day},
		ProductRest: 90 * orrery.Day, SoftHold: 48 * orrery.Hour, ViewsBefore: 14 * orrery.Day,
		AdsNeedConsent: true, OfferRecovery: true,
		Life: map[orrery.LifeKind]LifeRule{
			orrery.Bereavement: {Sensitive: true, Lasts: 365 * orrery.Day},
			orrery.Illness:     {Sensitive: true, Lasts: 180 * orrery.Day},
			orrery.JobLoss:     {Sensitive: true, Lasts: 180 * orrery.Day},
			orrery.Divorce:     {Sensitive: true, Lasts: 180 * orrery.Day},
			orrery.Engagement:  {Lasts: 365 * orrery.Day},
			orrery.Wedding:     {Lasts: 180 * orrery.Day},
			orrery.Graduation:  {Lasts: 90 * orrery.Day},
			orrery.Birth:       {Lasts: 365 * orrery.Day},
			orrery.Moving:      {Lasts: 90 * orrery.Day},
			orrery.NewJob:      {Lasts: 90 * orrery.Day},
			orrery.Retirement:  {Lasts: 180 * orrery.Day},
			orrery.Birthday:    {Lasts: 7 * orrery.Day},
		},
		LifeHoldFrom: 400, LifeNoteFrom: 800, LifeReview: 7 * orrery.Day,
		SignalFrom: 600,
		SignalDue: SignalDue{Complaint: orrery.Day, Cancellation: orrery.Day, Purchase: 2 * orrery.Day, Question: orrery.Day,
			Risk: 4 * orrery.Hour, Life: 7 * orrery.Day},
		Caps: []Cap{
			{Window: orrery.Day, Limit: 1},
			{Window: 7 * orrery.Day, Limit: 3},
			{Window: 30 * orrery.Day, Limit: 8},
			{Window: 7 * orrery.Day, Limit: 1, Channel: "sms"},
		},
		Conflict: Conflict{Window: 72 * orrery.Hour, Contradiction: ConflictHold, Repeat: ConflictHold},
		Channels: []ChannelRule{{Channel: "sms", MinGap: 4 * orrery.Hour}, {Channel: "phone", MinGap: 3 * orrery.Day}},
		Quiet:    DefaultQuiet(),
		Mood:     MoodRule{HalfLife: 7 * orrery.Day, Angry: 700, Unhappy: 250, Pleased: 250, Delighted: 900},
	}
}

// What a conflict does to the later of the two.
const (
	ConflictHold = "hold"
	ConflictWarn = "warn"
)

// Validate names the first field that cannot be, its value, and what would be right. It also makes ready what the gate
// needs of the quiet hours, so that asking costs nothing.
func (p *Policy) Validate() error {
	spans := []struct {
		name     string
		v        orrery.Span
		min, max orrery.Span
	}{
		{"rest.low", p.Rest.Low, orrery.Hour, 365 * orrery.Day},
		{"rest.medium", p.Rest.Medium, p.Rest.Low, 365 * orrery.Day},
		{"rest.high", p.Rest.High, p.Rest.Medium, 365 * orrery.Day},
		{"product_rest", p.ProductRest, p.Rest.High, 3650 * orrery.Day},
		{"soft_hold", p.SoftHold, orrery.Minute, 7 * orrery.Day},
		{"views_before", p.ViewsBefore, 0, 365 * orrery.Day},
		{"life_review", p.LifeReview, orrery.Hour, 7 * orrery.Day},
		{"signal_due.complaint", p.SignalDue.Complaint, orrery.Minute, 90 * orrery.Day},
		{"signal_due.cancellation", p.SignalDue.Cancellation, orrery.Minute, 90 * orrery.Day},
		{"signal_due.purchase", p.SignalDue.Purchase, orrery.Minute, 90 * orrery.Day},
		{"signal_due.question", p.SignalDue.Question, orrery.Minute, 90 * orrery.Day},
		{"signal_due.risk", p.SignalDue.Risk, orrery.Minute, 90 * orrery.Day},
		{"signal_due.life", p.SignalDue.Life, orrery.Minute, 90 * orrery.Day},
		{"conflict.window", p.Conflict.Window, orrery.Minute, keepSent},
		{"mood.half_life", p.Mood.HalfLife, orrery.Hour, 365 * orrery.Day},
	}
	for _, s := range spans {
		if s.v < s.min || s.v > s.max {
			return wrong(s.name, s.v, fmt.Sprintf("from %v to %v", s.min, s.max))
		}
	}
	for _, c := range []struct {
		name string
		v    orrery.Confidence
	}{{"life_hold_from", p.LifeHoldFrom}, {"life_note_from", p.LifeNoteFrom}, {"signal_from", p.SignalFrom}} {
		if c.v < 1 || c.v > 1000 {
			return wrong(c.name, c.v, "from 1 to 1000 thousandths")
		}
	}
	if p.LifeHoldFrom > p.LifeNoteFrom {
		return wrong("life_hold_from", p.LifeHoldFrom, fmt.Sprintf("at most life_note_from, which is %d: silence comes before words", p.LifeNoteFrom))
	}
	return firstError(p.validateLife, p.validateSending, p.Quiet.validate, p.Mood.validate)
}

func (p *Policy) validateLife() error {
	kinds := make([]orrery.LifeKind, 0, len(p.Life))
	for k := range p.Life {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	for _, k := range kinds {
		if r := p.Life[k]; k == "" || r.Lasts < orrery.Day || r.Lasts > 3650*orrery.Day {
			return wrong("life."+string(k)+".lasts", r.Lasts, "from 1d to 3650d")
		}
	}
	if r, ok := p.Life[orrery.Bereavement]; !ok || !r.Sensitive {
		return wrong("life.bereavement.sensitive", r.Sensitive, "true: a death in the family is always met with silence first")
	}
	return nil
}

func (p *Policy) validateSending() error {
	if len(p.Caps) > 16 {
		return wrong("caps", len(p.Caps), "at most 16 of them")
	}
	for i, c := range p.Caps {
		if c.Window < orrery.Minute || c.Window > keepSent {
			return wrong(fmt.Sprintf("caps[%d].window", i), c.Window, fmt.Sprintf("from 1m to %v", keepSent))
		}
		if c.Limit < 0 || c.Limit >= maxSent {
			return wrong(fmt.Sprintf("caps[%d].limit", i), c.Limit, fmt.Sprintf("from 0 to %d", maxSent-1))
		}
	}
	for _, c := range [][2]string{{"conflict.contradiction", p.Conflict.Contradiction}, {"conflict.repeat", p.Conflict.Repeat}} {
		if c[1] != ConflictHold && c[1] != ConflictWarn {
			return wrong(c[0], c[1], "hold or warn")
		}
	}
	for i, c := range p.Channels {
		if c.Channel == "" {
			return wrong(fmt.Sprintf("channels[%d].channel", i), `""`, "a channel's name, like email")
		}
		if c.MinGap < 0 || c.MinGap > keepSent {
			return wrong(fmt.Sprintf("channels[%d].min_gap", i), c.MinGap, fmt.Sprintf("from 0s to %v", keepSent))
		}
	}
	return nil
}

func (r MoodRule) validate() error {
	if r.Unhappy < 1 || r.Angry < r.Unhappy {
		return wrong("mood.angry", r.Angry, fmt.Sprintf("at least mood.unhappy, which is %d and must be positive", r.Unhappy))
	}
	if r.Pleased < 1 || r.Delighted < r.Pleased {
		return wrong("mood.delighted", r.Delighted, fmt.Sprintf("at least mood.pleased, which is %d and must be positive", r.Pleased))
	}
	return nil
}

func firstError(checks ...func() error) error {
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func wrong(field string, value any, right string) error {
	return orrery.Invalid("policy.protect", fmt.Sprintf("%s is %v; it should be %s", field, value, right))
}
