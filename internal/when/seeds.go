package when

import "github.com/orrery-cxm/orrery"

// seeds is what was publicly known of the hours for commercial messages when it was read: one line a region. Not legal
// advice: laws change, and the policy can change, add and remove lines.
var seeds = []struct{ region, channels, allowed, source, note string }{
	{"*", "", "mon-sun 08:00-21:00", "", "where no law is known: good manners"},
	{"US", "sms phone", "mon-sun 08:00-21:00", tcpa, "federal, 47 CFR 64.1200(c)(1)"},
	{"US-CT", "sms phone", "mon-sun 09:00-20:00", tcpa, "from October 2023"},
	{"US-FL", "sms phone", "mon-sun 08:00-20:00", tcpa, ""},
	{"US-MD", "sms phone", "mon-sun 08:00-20:00", tcpa, ""},
	{"US-MS", "sms phone", "mon-sun 08:00-20:00", tcpa, ""},
	{"US-NJ", "sms phone", "mon-sun 08:00-20:00", tcpa, ""},
	{"US-OK", "sms phone", "mon-sun 08:00-20:00", tcpa, ""},
	{"US-RI", "sms phone", "mon-fri 09:00-18:00; sat-sun 10:00-17:00", tcpa, ""},
	{"US-TX", "sms phone", "mon-sat 09:00-21:00; sun 12:00-21:00", tcpa, ""},
	{"FR", "sms phone", "mon-sat 08:00-21:00", "", "no Sundays, no public holidays, not at night; the exact hours are to be checked"},
	{"IN", "sms phone", "mon-sun 10:00-21:00", "", "promotional messages; to be checked"},
}

const tcpa = "https://support.referrizer.com/en/category/text-campaigns/article/tcpa-quiet-hours-and-state-specific-rules-for-text-campaigns"

// Seeds is a new list of quiet hours to start a policy from.
func Seeds() QuietList {
	var list QuietList
	for _, s := range seeds {
		q := Quiet{Region: s.region, Source: s.source, Read: Date{2026, 11, 24}, Note: s.note, Holidays: s.region == "FR"}
		if s.channels != "" {
			q.Channels = []orrery.Channel{"sms", "phone"}
		}
		hours, err := Parse(s.allowed)
		if err != nil {
			panic("when: a seed is unreadable: " + err.Error()) // the table above is wrong
		}
		q.Allowed = hours
		list = append(list, q)
	}
	return list
}
