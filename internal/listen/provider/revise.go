package provider

import (
	"regexp"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// Revise gives the next revision of signals: the heads that were asked are as the opinion says, the others stay. text is
// the message itself, in which quotes are looked for; a label that needs words and has none in the text is dropped.
func Revise(s *orrery.Signals, text string, o *Opinion, heads []Head, by Provider) orrery.Signals {
	out := *s
	out.Revision, out.Engine = s.Revision+1, by.Engine()
	out.Abstained = slices.DeleteFunc(slices.Clone(s.Abstained), func(a string) bool {
		return slices.ContainsFunc(heads, func(h Head) bool { return concerns(a, h) })
	})
	most := by.fill().MaxConfidence
	for _, h := range heads {
		if h == Polarity {
			out.Polarity, out.Confidence, out.Evidence = o.Polarity, min(o.Confidence, most), nil
			continue
		}
		labels := make([]orrery.Label, 0, len(o.Labels[h]))
		for _, l := range o.Labels[h] {
			l.Confidence = min(l.Confidence, most)
			if located := locate(&l, text); located || !h.quoted() {
				labels = append(labels, l)
			}
		}
		*h.labels(&out) = labels
	}
	return out
}

// masked is what stands in a masked text for personal data.
var masked = regexp.MustCompile(`\[[a-z_]{1,20}\]`)

// locate gives a label the place of its quote. The provider saw the text with masks, so of a quote with masks the longest
// part between them is looked for.
func locate(l *orrery.Label, text string) bool {
	if len(l.Evidence) == 0 {
		return false
	}
	longest := ""
	for _, part := range masked.Split(l.Evidence[0], -1) {
		if part = strings.TrimSpace(part); len(part) > len(longest) {
			longest = part
		}
	}
	l.Evidence = nil
	at := strings.Index(text, longest)
	if longest == "" || at < 0 {
		return false
	}
	l.From, l.To, l.Evidence = at, at+len(longest), []string{longest}
	return true
}
