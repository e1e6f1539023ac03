package desk

import (
	"fmt"
	"slices"

	"github.com/orrery-cxm/orrery"
)

// Policy is everything about cases that a workspace may set. [DefaultPolicy] is what a new workspace gets.
type Policy struct {
	ComplaintCertain orrery.Confidence `yaml:"complaint_certain"` // a text that is a complaint at least so surely, in thousandths, opens a case
	ComplaintMaybe   orrery.Confidence `yaml:"complaint_maybe"`   // a text that may be one at least so surely is put before a person
	MergeWindow      orrery.Span       `yaml:"merge_window"`      // the same matter, reported again within it, joins the same case
	AskAfter         orrery.Span       `yaml:"ask_after"`         // how long after a case was resolved the person is asked whether they are satisfied
	RemindAfter      orrery.Span       `yaml:"remind_after"`      // how long after the question its one reminder follows
	EscalateAfter    orrery.Span       `yaml:"escalate_after"`    // how long after a case was resolved a person looks when no answer came
	ReviewExpires    orrery.Span       `yaml:"review_expires"`    // how long a text that may be a complaint waits for a person to look
	UnverifiedLimit  int               `yaml:"unverified_limit"`  // cases that a person may get from public keys within the window below; more are put before a person
	UnverifiedWindow orrery.Span       `yaml:"unverified_window"` // the window in which cases from public keys are counted
	SourceLimit      int               `yaml:"source_limit"`      // complaints that one public key may bring in an hour; more are set aside in the quarantine
	Severity         SeverityRules     `yaml:"severity"`          // how severe a case is, from what was understood
}

// SeverityRules turn what was understood into a severity. Each of anger, cancellation, another risk, in public, and
// repeated is one step up from low.
type SeverityRules struct {
	High         []string          `yaml:"high"`           // any of these risks makes a case high at once
	AngerFrom    orrery.Confidence `yaml:"anger_from"`     // anger counts as a step up when it is at least so sure, in thousandths
	CancelFrom   orrery.Confidence `yaml:"cancel_from"`    // the wish to leave counts as a step up from here
	RiskFrom     orrery.Confidence `yaml:"risk_from"`      // a risk counts as a step up from here
	StepsForHigh int               `yaml:"steps_for_high"` // so many steps up make a case high; fewer make it medium
	Repeated     orrery.Span       `yaml:"repeated"`       // another case of this person within it counts as a step up
}

// DefaultPolicy is what a careful care team would set.
func DefaultPolicy() *Policy {
	return &Policy{
		ComplaintCertain: 700, ComplaintMaybe: 450, MergeWindow: 14 * orrery.Day,
		AskAfter: orrery.Hour, RemindAfter: 3 * orrery.Day, EscalateAfter: 7 * orrery.Day, ReviewExpires: 7 * orrery.Day,
		UnverifiedLimit: 3, UnverifiedWindow: orrery.Day, SourceLimit: 300,
		Severity: SeverityRules{
			High:      []string{"injury", "fire", "food_safety", "data_breach", "discrimination", "self_harm", "legal_threat", "regulator"},
			AngerFrom: 600, CancelFrom: 600, RiskFrom: 500, StepsForHigh: 2, Repeated: 30 * orrery.Day,
		},
	}
}

// Validate names the first field that cannot be, its value, and what would be right.
func (p *Policy) Validate() error {
	for _, c := range []struct {
		name     string
		v        orrery.Confidence
		min, max orrery.Confidence
	}{
		{"complaint_maybe", p.ComplaintMaybe, 1, 1000},
		{"complaint_certain", p.ComplaintCertain, p.ComplaintMaybe, 1000},
		{"severity.anger_from", p.Severity.AngerFrom, 1, 1000},
		{"severity.cancel_from", p.Severity.CancelFrom, 1, 1000},
		{"severity.risk_from", p.Severity.RiskFrom, 1, 1000},
	} {
		if c.v < c.min || c.v > c.max {
			return wrong(c.name, c.v, fmt.Sprintf("from %d to %d thousandths", c.min, c.max))
		}
	}
	for _, s := range []struct {
		name     string
		v        orrery.Span
		min, max orrery.Span
	}{
		{"merge_window", p.MergeWindow, 0, keepEnded},
		{"ask_after", p.AskAfter, 0, 30 * orrery.Day},
		{"remind_after", p.RemindAfter, orrery.Hour, 30 * orrery.Day},
		{"escalate_after", p.EscalateAfter, orrery.Hour, 90 * orrery.Day},
		{"review_expires", p.ReviewExpires, orrery.Hour, 90 * orrery.Day},
		{"unverified_window", p.UnverifiedWindow, orrery.Minute, keepEnded},
		{"severity.repeated", p.Severity.Repeated, 0, keepEnded},
	} {
		if s.v < s.min || s.v > s.max {
			return wrong(s.name, s.v, fmt.Sprintf("from %v to %v", s.min, s.max))
		}
	}
	if p.UnverifiedLimit < 0 || p.UnverifiedLimit > maxEnded {
		return wrong("unverified_limit", p.UnverifiedLimit, fmt.Sprintf("from 0 to %d", maxEnded))
	}
	if p.SourceLimit < 1 || p.SourceLimit > 1_000_000 {
		return wrong("source_limit", p.SourceLimit, "from 1 to 1000000")
	}
	if p.Severity.StepsForHigh < 1 || p.Severity.StepsForHigh > 5 {
		return wrong("severity.steps_for_high", p.Severity.StepsForHigh, "from 1 to 5")
	}
	if slices.Contains(p.Severity.High, "") {
		return wrong("severity.high", `""`, "names of risks, like injury")
	}
	return nil
}

// Complains says that a text is a complaint at least so surely that somebody should look.
func (p *Policy) Complains(s *orrery.Signals) bool {
	l := s.Intent(orrery.IntentComplaint)
	return l != nil && l.Confidence >= p.ComplaintMaybe
}

func wrong(field string, value any, right string) error {
	return orrery.Invalid("policy.desk", fmt.Sprintf("%s is %v; it should be %s", field, value, right))
}
