package ads

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// ErrListName is the code of every refusal of a list's name.
var ErrListName = orrery.Invalid("ads.list_name", "the name of a list must be a neutral code")

var neutral = regexp.MustCompile(`^[A-Z]{1,4}-?[0-9]{1,6}$`)

// CheckListName accepts neutral codes only: one to four capital letters and a number, "X-01". Whoever reads the name at
// the platform must not learn why people are on the list; platforms also block lists whose names hint at health or
// finance (Meta: operation_status 471). What the code stands for is written down at home.
func CheckListName(name string) error {
	for _, part := range strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r < 'a' || r > 'z' }) {
		for _, h := range hints {
			if strings.HasPrefix(part, h.stem) && (len(h.stem) > 4 || part == h.stem) {
				return orrery.Invalid(ErrListName.Code, fmt.Sprintf("the list name %q hints at %s: give it a neutral code such as X-01, and keep the meaning at home", name, h.at))
			}
		}
	}
	if !neutral.MatchString(name) {
		return orrery.Invalid(ErrListName.Code, fmt.Sprintf("the list name %q is no neutral code: one to four capital letters and a number, such as X-01", name))
	}
	return nil
}

// hints are beginnings of words (whole words up to four letters) that give something away about people.
var hints = hintsOf(
	"health", "aids hiv std sti ivf adhd ptsd copd icd cvd tb med meds pill rehab sick ill health medic patient cancer tumor tumour oncol diabet insulin "+
		"pregnan fertil matern abort depress anxi mental psych therap clinic hospital doctor diseas disab wheelchair addict alcohol smok obes weight diet drug pharma viagra allerg asthma",
	"finance", "debt loan poor rich fico iban tax ira credit financ incom salary wage mortgag bankrup insolv arrear overdue default payday collections unemploy jobless welfare benefit pension wealth lowincome",
	"a reason", "sad dead died rip case hold harm angr anger mad churn complain grief griev bereav mourn funeral death widow orphan divorc separat breakup fraud victim lawsuit litig refund apolog unhappy "+
		"dissatis escal problem issue broken outage wronged detractor suppress exclud blocked optout unsub erased gdpr wedding engaged fiance newborn baby graduat",
	"belief, origin or orientation", "gay lgbt race jew sex muslim christian jewish hindu religio church mosque ethnic migrant refugee politic democrat republican union trans lesbian",
	"a minor", "kid kids teen minor child children underage",
)

type hint struct{ stem, at string }

// hintsOf takes pairs of what is hinted at and the beginnings of words that do.
func hintsOf(pairs ...string) []hint {
	var list []hint
	for i := 0; i < len(pairs); i += 2 {
		for _, stem := range strings.Fields(pairs[i+1]) {
			list = append(list, hint{stem, pairs[i]})
		}
	}
	return list
}
