package protect

import (
	"fmt"
	"slices"

	"github.com/orrery-cxm/orrery"
)

// Policy is everything about protection that a workspace may set. [DefaultPolicy] is what a new workspace gets.
type Policy struct {
	Version int `yaml:"-"` // of the workspace's policy, named in every answer

	Rest        Rest        `yaml:"rest"`         // rest of a person who said that a case is solved
	ProductRest orrery.Span `yaml:"product_rest"` // how long the product of the complaint rests
	SoftHold    orrery.Span `yaml:"soft_hold"`    // how long a person is held while a text that may be a complaint is under review; at most 7d
	ViewsBefore orrery.Span `yaml:"views_before"` // views of the product so long before the complaint no longer count for audiences

	AdsNeedConsent     bool `yaml:"ads_need_consent"`     // whether somebody who did not agree to advertising stays out of advertising audiences
	SurveysNeedConsent bool `yaml:"surveys_need_consent"` // whether surveys need consent to research; else they pass unless it was refused
	OfferRecovery      bool `yaml:"offer_recovery"`       // whether the answer to an offer suggests an apology while one is due

	Life         map[orrery.LifeKind]LifeRule `yaml:"life"`           // what each kind of event in a life means
	LifeHoldFrom orrery.Confidence            `yaml:"life_hold_from"` // a sensitive event read in a text holds in silence when it is at least so sure, in thousandths
	LifeNoteFrom orrery.Confidence            `yaml:"life_note_from"` // a happy event read in a text is noted from here
	LifeReview   orrery.Span                  `yaml:"life_review"`    // how long the silent hold of an event that was only read waits for a person; at most 7d

	SignalFrom orrery.Confidence `yaml:"signal_from"` // an intent or a risk is listed as a signal when it is at least so sure, in thousandths
	SignalDue  SignalDue         `yaml:"signal_due"`  // how soon somebody should have acted on a signal

	Caps     []Cap         `yaml:"caps"`     // how many commercial messages a person gets within rolling windows
	Conflict Conflict      `yaml:"conflict"` // when two messages to one person get into each other's way
	Channels []ChannelRule `yaml:"channels"` // limits of single channels
	Quiet    Quiet         `yaml:"quiet"`    // hours in which nothing is sent
	Mood     MoodRule      `yaml:"mood"`     // mood of a person

	off lineSet // lines switched off, by tests only
}

// Rest is how long a person rests after a case ended well.
type Rest struct {
	Low    orrery.Span `yaml:"low"`    // after a case of low severity
	Medium orrery.Span `yaml:"medium"` // after a case of medium severity
	High   orrery.Span `yaml:"high"`   // after a case of high severity
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
	Lasts     orrery.Span `yaml:"lasts"`     // how long an event of this kind counts
}

// SignalDue is how soon somebody should have acted.
type SignalDue struct {
	Complaint    orrery.Span `yaml:"complaint"`    // on a complaint
	Cancellation orrery.Span `yaml:"cancellation"` // on the wish to leave
	Purchase     orrery.Span `yaml:"purchase"`     // on the wish to buy
	Question     orrery.Span `yaml:"question"`     // on a question
	Risk         orrery.Span `yaml:"risk"`         // on a risk
	Life         orrery.Span `yaml:"life"`         // on an event in a life
}

// Cap is a limit over a rolling window. Channel "" counts every channel together.
type Cap struct {
	Window  orrery.Span    `yaml:"window"`            // the rolling window
	Limit   int            `yaml:"limit"`             // how many commercial messages a person gets within it
	Channel orrery.Channel `yaml:"channel,omitempty"` // the channel that is counted; none counts every channel together
}

// Conflict says when two outbound things to one person get into each other's way.
type Conflict struct {
	Window        orrery.Span `yaml:"window"`        // two messages so close to each other are compared; at most 35d
	Contradiction string      `yaml:"contradiction"` // what happens to the later of two that contradict each other: hold or warn
	Repeat        string      `yaml:"repeat"`        // what happens to the later of two that say the same: hold or warn
}

// ChannelRule limits one channel.
type ChannelRule struct {
	Channel orrery.Channel `yaml:"channel"` // the channel
	MinGap  orrery.Span    `yaml:"min_gap"` // the least pause between two commercial messages on it
	Closed  bool           `yaml:"closed"`  // whether nothing goes out on it but what always passes
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
