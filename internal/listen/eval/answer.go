package eval

import (
	"fmt"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen"
)

// answer turns signals into an answer to what the set asks.
func answer(l Listener, s *Set, row Row, sig *orrery.Signals, counts map[string]int) judged {
	j := judged{gold: row.Gold, conf: float64(sig.Confidence) / 1000}
	hold, soft := listen.HoldWorthy(sig)
	if hold {
		counts["hold/"+row.Gold]++
	}
	if soft {
		counts["soft/"+row.Gold]++
	}
	counts["rows/"+row.Gold]++
	switch s.Task {
	case Polarity:
		j.said = sig.Polarity.String()
		if j.said == "mixed" {
			j.said = "neutral"
		}
	case Binary:
		neg, _, pos := l.Odds(row.Text, listen.Hint{})
		j.said, j.conf = "negative", neg/max(neg+pos, 1e-9)
		if pos > neg {
			j.said, j.conf = "positive", pos/(neg+pos)
		}
	case Correlation:
		j.x, j.y = row.Score, l.Leaning(row.Text, listen.Hint{})
	case Emotion:
		j.said, j.conf = emotion(s, sig)
	case Complaint:
		j.said, j.conf = "other", 1
		if c := sig.Intent(orrery.IntentComplaint); c != nil {
			j.conf = 1 - float64(c.Confidence)/1000
			if c.Confidence >= 500 {
				j.said, j.conf = "complaint", float64(c.Confidence)/1000
			}
		}
	case Question:
		j.said, j.conf = "other", 0.5
		for _, n := range []string{orrery.IntentQuestion, orrery.IntentRequest, orrery.IntentCancellation, orrery.IntentPurchase} {
			if q := sig.Intent(n); q != nil && q.Confidence >= 500 {
				j.said, j.conf = "question", float64(q.Confidence)/1000
			}
		}
	case Hold:
		j.said, j.conf = "positive", 0.5
		if hold {
			j.said = "negative"
		}
	case Language:
		j.said, j.conf = sig.Language, 1
	case Life:
		j.said, j.conf = "none", 0.5
		if len(sig.Life) > 0 && sig.Life[0].Confidence >= listen.SuppressLife {
			j.said, j.conf = sig.Life[0].Name, float64(sig.Life[0].Confidence)/1000
		}
	}
	return j
}

// emotion is the strongest one among those that occur in the set.
func emotion(s *Set, sig *orrery.Signals) (string, float64) {
	asked := func(n string) bool { return slices.ContainsFunc(s.Rows, func(r Row) bool { return r.Gold == n }) }
	for _, e := range sig.Emotions {
		n := e.Name
		if n == "gratitude" && !asked(n) {
			n = "joy"
		}
		if asked(n) {
			return n, float64(e.Confidence) / 1000
		}
	}
	if !asked("none") { // a set without "none": polarity is the best guess left
		switch sig.Polarity {
		case orrery.Positive:
			return "joy", 0.3
		case orrery.Negative:
			return "anger", 0.3
		}
	}
	return "none", 0.5
}

// notes are the figures that only some tasks have.
func notes(s *Set, counts map[string]int, rows int) []string {
	share := func(a string, gold string) string {
		n := counts["rows/"+gold]
		if n == 0 {
			return ""
		}
		return fmt.Sprintf("%s on %s %.2f %% (%d of %d)", a, gold, 100*float64(counts[a+"/"+gold])/float64(n), counts[a+"/"+gold], n)
	}
	var out []string
	switch s.Task {
	case Hold, Question:
		for _, gold := range []string{"negative", "positive", "question"} {
			for _, a := range []string{"hold", "soft"} {
				if n := share(a, gold); n != "" {
					out = append(out, n)
				}
			}
		}
	}
	return []string{strings.Join(out, "; ")}[:min(1, len(out))]
}
