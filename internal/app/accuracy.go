package app

import (
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen/provider"
	"github.com/orrery-cxm/orrery/internal/teach"
)

// enoughJudged is how many corrections must tell of a head and language before their share counts.
const enoughJudged = 30

// measured tells routes how often the embedded engine is right, by what people said of a random sample of texts: others
// were chosen because they looked wrong. Of providers nothing is measured yet.
type measured struct{ status func() teach.Status }

// Accuracy of a head with several names, as the intents, is that of the worst.
func (m measured) Accuracy(engine string, head provider.Head, language string) (orrery.Confidence, bool) {
	if !strings.HasPrefix(engine, "embedded/") {
		return 0, false
	}
	worst, known := orrery.Confidence(1000), false
	for _, a := range m.status().Accuracy {
		name, _, _ := strings.Cut(a.Head, ".")
		if name != string(head) || a.Language != language || !a.Random || a.Of < enoughJudged {
			continue
		}
		worst, known = min(worst, orrery.Confidence(1000*a.Right/a.Of)), true
	}
	return worst, known
}
