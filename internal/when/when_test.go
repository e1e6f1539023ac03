package when

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orrery-cxm/orrery"
)

func hours(t testing.TB, text string) Hours {
	t.Helper()
	h, err := Parse(text)
	if err != nil {
		t.Fatalf("these are hours, but: %v", err)
	}
	return h
}

func instant(t testing.TB, text string) orrery.Instant {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return orrery.InstantOf(at)
}

func TestMessagesWaitForTheNextAllowedMoment(t *testing.T) {
	holidays := Days{{0, 12, 25}, {2026, 12, 28}}
	tests := []struct {
		name  string
		now   string
		zones []string
		hours string
		off   Days
		want  string
	}{
		{"now is allowed", "2026-11-24T12:00:30Z", []string{"Europe/Vienna"}, "mon-sun 08:00-21:00", nil, "2026-11-24T12:00:30Z"},
		{"the first minute is allowed", "2026-11-24T07:00:00Z", []string{"Europe/Vienna"}, "mon-sun 08:00-21:00", nil, "2026-11-24T07:00:00Z"},
		{"the last minute is over", "2026-11-24T20:00:00Z", []string{"Europe/Vienna"}, "mon-sun 08:00-21:00", nil, "2026-11-25T07:00:00Z"},
		{"at night", "2026-11-24T23:30:00Z", []string{"Europe/Vienna"}, "mon-sun 08:00-21:00", nil, "2026-11-25T07:00:00Z"},
		{"over the weekend", "2026-11-27T20:00:00Z", []string{"Europe/Vienna"}, "mon-fri 09:00-18:00", nil, "2026-11-30T08:00:00Z"},
		{"a weekend of Friday and Saturday", "2026-11-27T08:00:00Z", []string{"Asia/Riyadh"}, "sun-thu 09:00-18:00", nil, "2026-11-29T06:00:00Z"},
		{"Sunday starts at noon in Texas", "2026-11-29T15:00:00Z", []string{"America/Chicago"}, "mon-sat 09:00-21:00; sun 12:00-21:00", nil, "2026-11-29T18:00:00Z"},
		{"holidays and the day after", "2026-12-25T10:00:00Z", []string{"Europe/Paris"}, "mon-sat 08:00-21:00", holidays, "2026-12-26T07:00:00Z"},
		{"a holiday of one year", "2026-12-26T21:00:00Z", []string{"Europe/Paris"}, "mon-sat 08:00-21:00", holidays, "2026-12-29T07:00:00Z"},
		{"either coast: the later morning", "2026-11-24T13:30:00Z", []string{"America/New_York", "America/Los_Angeles"}, "mon-sun 08:00-21:00", nil, "2026-11-24T16:00:00Z"},
		{"either coast: the earlier evening", "2026-11-25T02:30:00Z", []string{"America/New_York", "America/Los_Angeles"}, "mon-sun 08:00-21:00", nil, "2026-11-25T16:00:00Z"},
		{"over midnight", "2026-11-28T00:30:00Z", []string{"UTC"}, "fri 22:00-02:00", nil, "2026-11-28T00:30:00Z"},
		{"over the end of the week", "2026-11-29T01:00:00Z", []string{"UTC"}, "sat 22:00-02:00", nil, "2026-11-29T01:00:00Z"},
		{"three quarters of an hour", "2026-11-24T01:00:00Z", []string{"Asia/Kathmandu"}, "mon-sun 08:00-21:00", nil, "2026-11-24T02:15:00Z"},

		{"spring in the north: 02:30 is jumped over", "2026-03-29T00:00:00Z", []string{"Europe/Vienna"}, "sun 02:30-05:00", nil, "2026-03-29T01:00:00Z"},
		{"spring in the north: eight is an hour earlier", "2026-03-28T22:00:00Z", []string{"Europe/Vienna"}, "mon-sun 08:00-21:00", nil, "2026-03-29T06:00:00Z"},
		{"spring in the north: a window inside the jump does not exist", "2026-03-29T00:00:00Z", []string{"Europe/Vienna"}, "sun 02:10-02:50", nil, "2026-04-05T00:10:00Z"},
		{"autumn in the north: the first 02:30", "2026-10-25T00:00:00Z", []string{"Europe/Vienna"}, "sun 02:30-05:00", nil, "2026-10-25T00:30:00Z"},
		{"autumn in the north: it ended with the first 02:30", "2026-10-25T01:10:00Z", []string{"Europe/Vienna"}, "sun 00:00-02:30", nil, "2026-10-31T23:00:00Z"},
		{"autumn in the north: eight is an hour later", "2026-10-25T00:00:00Z", []string{"America/New_York", "Europe/Vienna"}, "mon-sun 08:00-21:00", nil, "2026-10-25T12:00:00Z"},
		{"spring in the south: 02:30 is jumped over in October", "2026-10-03T15:00:00Z", []string{"Australia/Sydney"}, "sun 02:30-05:00", nil, "2026-10-03T16:00:00Z"},
		{"autumn in the south: the first 02:30 in April", "2026-04-04T12:00:00Z", []string{"Australia/Sydney"}, "sun 02:30-05:00", nil, "2026-04-04T15:30:00Z"},
		{"half an hour of summer time", "2026-10-03T15:20:00Z", []string{"Australia/Lord_Howe"}, "sun 02:15-05:00", nil, "2026-10-03T15:30:00Z"},
		{"midnight itself is jumped over", "2026-04-23T21:30:00Z", []string{"Africa/Cairo"}, "fri 00:00-06:00", nil, "2026-04-23T22:00:00Z"},
		{"a day that never was", "2011-12-30T09:00:00Z", []string{"Pacific/Apia"}, "fri 08:00-21:00; sun 08:00-21:00", nil, "2011-12-31T18:00:00Z"},
	}
	var zones Zones
	for _, tt := range tests {
		got, err := zones.NextAllowed(instant(t, tt.now), tt.zones, Schedule{Hours: hours(t, tt.hours), Off: tt.off})
		if err != nil || got != instant(t, tt.want) {
			t.Errorf("%s: asked at %s in %v for %s, allowed at %v (%v); want %s", tt.name, tt.now, tt.zones, tt.hours, got, err, tt.want)
		}
	}
}

func TestAMomentThatCannotBeIsSaidSoAndIsNeverNow(t *testing.T) {
	var z Zones
	now := instant(t, "2026-11-24T12:00:00Z")
	tests := []struct {
		zones []string
		hours string
		say   string
	}{
		{[]string{"Europe/Wien"}, "always", `"Europe/Wien" is no time zone: write an IANA name such as Europe/Vienna`},
		{[]string{"UTC", "GMT+2"}, "always", "an offset is not enough"},
		{[]string{"Local"}, "always", "is no time zone"},
		{[]string{"../../etc/passwd"}, "always", "is no time zone"},
		{nil, "always", "use the market's"},
		{[]string{"UTC"}, "never", "no moment in the next 62 days"},
		{[]string{"Europe/Paris", "Pacific/Honolulu"}, "mon-sun 09:00-10:00", "no moment in the next 62 days is allowed at once in [Europe/Paris Pacific/Honolulu]"},
	}
	for _, tt := range tests {
		at, err := z.NextAllowed(now, tt.zones, Schedule{Hours: hours(t, tt.hours)})
		if err == nil || !strings.Contains(err.Error(), tt.say) || at != 0 {
			t.Errorf("%v, %s: got %v, %v; want an error with %q", tt.zones, tt.hours, at, err, tt.say)
		}
		if orrery.KindOf(err) != orrery.KindInvalid {
			t.Errorf("%v: a wrong zone is reported as a fault of ours", tt.zones)
		}
	}
}

// open is what a person with a clock on the wall and the hours on paper would say.
func open(at time.Time, zone *time.Location, s Schedule) bool {
	local := at.In(zone)
	if s.Off.Has(local.Year(), local.Month(), local.Day()) {
		return false
	}
	minute := uint16(local.Hour()*60 + local.Minute())
	for _, w := range s.Hours.on(local.Weekday()) {
		if w.from <= minute && minute < w.until {
			return true
		}
	}
	return false
}

// someHours has windows at times that no zone of the test shows twice or jumps over.
func someHours(t *rapid.T) Hours {
	var h Hours
	for range rapid.IntRange(1, 5).Draw(t, "windows") {
		from := rapid.IntRange(8, 46).Draw(t, "from") * 30
		until := rapid.IntRange(from/30+1, 48).Draw(t, "until") * 30
		h.week[rapid.IntRange(0, 6).Draw(t, "weekday")].add(window{uint16(from), uint16(until)})
	}
	return h
}

func TestTheNextAllowedMomentIsTheFirstMinuteThatEveryClockAllows(t *testing.T) {
	var z Zones
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"UTC", "Europe/Vienna", "America/New_York", "Australia/Sydney", "America/Santiago",
			"Pacific/Auckland", "Asia/Kathmandu", "Asia/Tokyo"}), 1, 2, rapid.ID).Draw(t, "zones")
		// Around the changes of the clocks in both hemispheres of 2026.
		day := rapid.SampledFrom([]string{"2026-03-07", "2026-03-28", "2026-04-04", "2026-09-05", "2026-09-26", "2026-10-03", "2026-10-24", "2026-10-31", "2026-07-01"}).Draw(t, "day")
		start, _ := time.Parse(time.DateOnly, day)
		now := start.Add(time.Duration(rapid.IntRange(0, 2*24*60).Draw(t, "minute")) * time.Minute)
		schedules := []Schedule{{Hours: someHours(t)}, {Hours: Always(), Off: Days{{0, now.Month(), now.Day()}}}}
		got, err := z.NextAllowed(orrery.InstantOf(now), names, schedules...)
		limit := now.AddDate(0, 0, 15)
		for at := now; at.Before(limit); at = at.Add(time.Minute) {
			all := true
			for _, name := range names {
				zone, _ := z.Find(name)
				for _, s := range schedules {
					all = all && open(at, zone, s)
				}
			}
			if all != (err == nil && got == orrery.InstantOf(at)) {
				t.Fatalf("asked at %v for %v in %v: %v, %v; the first minute that all clocks allow is found by looking at %v (%v)",
					now, schedules[0].Hours, names, got, err, at, all)
			}
			if all {
				return
			}
		}
		if err == nil && got < orrery.InstantOf(limit) {
			t.Fatalf("%v is allowed, and no clock says so", got)
		}
	})
}

func TestHoursReadBackAsTheyAreWritten(t *testing.T) {
	for text, want := range map[string]string{
		"Mon-Fri 8:00-21:00":                  "mon-fri 08:00-21:00",
		"fri-mon 10:00-12:00":                 "mon 10:00-12:00; fri-sun 10:00-12:00",
		"mon,wed 09:00-12:00, 13:00-18:00":    "mon 09:00-12:00, 13:00-18:00; wed 09:00-12:00, 13:00-18:00",
		"mon 09:00-12:00; mon 11:00-18:00":    "mon 09:00-18:00",
		"mon 09:00-18:00, 10:00-12:00":        "mon 09:00-18:00",
		"mon 12:00-18:00, 09:00-12:00":        "mon 09:00-18:00",
		"sat 22:00-02:00":                     "sat 22:00-24:00; sun 00:00-02:00",
		"fri 22:00-00:00":                     "fri 22:00-24:00",
		"mon-sun 00:00-24:00":                 "always",
		"":                                    "never",
		"never":                               "never",
		" always ":                            "always",
		"mon\t09:00-12:00 ;tue 10:00 - 11:00": "mon 09:00-12:00; tue 10:00-11:00",
	} {
		h := hours(t, text)
		if got := h.String(); got != want {
			t.Errorf("%q is written %q; want %q", text, got, want)
		}
		if again := hours(t, h.String()); again != h {
			t.Errorf("%q reads back as other hours", h)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		h := someHours(t)
		again, err := Parse(h.String())
		if err != nil || again != h {
			t.Fatalf("%q reads back as %q (%v)", h, again, err)
		}
	})
}

func TestWhatAreNoHoursIsSaidWithWhatWouldBeRight(t *testing.T) {
	for _, text := range []string{"mon", "mon-fri", "montag 08:00-09:00", "mon 08:00", "mon 08-09", "mon 25:00-26:00", "mon 08:60-09:00", "mon 08:00-08:00",
		"mon 24:00-08:00", "mon 08:00-24:01", "mon 8:0-9:00", "mon -", "; mon 08:00-09:00", "mon 08:00-09:00;", "mon- 08:00-09:00", "mon 08:00-٠٩:00",
		"mon 01:00-01:10, 02:00-02:10, 03:00-03:10, 04:00-04:10, 05:00-05:10, 06:00-06:10, 07:00-07:10"} {
		h, err := Parse(text)
		var say *orrery.Error
		if !errors.As(err, &say) || !strings.Contains(say.Say, "write mon-fri 08:00-21:00") || !h.Never() {
			t.Errorf("%q is read as %q (%v); people need to be told what to write", text, h, err)
		}
	}
}

func FuzzHours(f *testing.F) {
	f.Add("mon-fri 08:00-21:00; sat 22:00-02:00")
	f.Fuzz(func(t *testing.T, text string) {
		if h, err := Parse(text); err == nil {
			if again, err := Parse(h.String()); err != nil || again != h {
				t.Fatalf("%q reads back as %q (%v)", h, again, err)
			}
		}
	})
}

func FuzzDate(f *testing.F) {
	f.Add("2026-12-25")
	f.Fuzz(func(t *testing.T, text string) {
		var d, again Date
		if d.UnmarshalText([]byte(text)) == nil {
			if err := again.UnmarshalText([]byte(d.String())); err != nil || again != d {
				t.Fatalf("%v reads back as %v (%v)", d, again, err)
			}
		}
	})
}

func TestDaysAreReadWithAndWithoutTheirYear(t *testing.T) {
	for text, want := range map[string]Date{"2026-12-25": {2026, 12, 25}, "12-25": {0, 12, 25}, "02-29": {0, 2, 29}, "2024-02-29": {2024, 2, 29},
		"2026-02-29": {}, "25.12.2026": {}, "2026-13-01": {}, "2026-12-32": {}, "12-00": {}, "26-12-25": {}, "": {}, "2026-1-1": {}, "+202-12-25": {}} {
		var d Date
		err := d.UnmarshalText([]byte(text))
		if d != want || (err == nil) != (want != Date{}) {
			t.Errorf("%q is read as %v (%v); want %v", text, d, err, want)
		}
	}
}

func TestQuietHoursOfCountryAndPartApplyTogether(t *testing.T) {
	l := Seeds()
	if err := l.Validate(); err != nil {
		t.Fatalf("the seeds are wrong: %v", err)
	}
	var z Zones
	at := func(region string, channel orrery.Channel, now string, holidays Days) string {
		next, err := z.NextAllowed(instant(t, now), []string{"UTC"}, l.For(region, channel, holidays)...)
		if err != nil {
			t.Fatal(err)
		}
		return next.Time().Format("Mon 15:04")
	}
	for _, tt := range []struct {
		region  string
		channel orrery.Channel
		now     string
		want    string
	}{
		{"US", "sms", "2026-11-24T20:30:00Z", "Tue 20:30"}, {"US-FL", "sms", "2026-11-24T20:30:00Z", "Wed 08:00"}, {"US-FL", "email", "2026-11-24T20:30:00Z", "Tue 20:30"},
		{"US-CT", "phone", "2026-11-24T08:30:00Z", "Tue 09:00"}, {"US-TX", "sms", "2026-11-29T08:30:00Z", "Sun 12:00"}, {"US-RI", "sms", "2026-11-27T18:00:00Z", "Sat 10:00"},
		{"US-RI", "sms", "2026-11-27T17:59:00Z", "Fri 17:59"}, {"US-CA", "sms", "2026-11-24T08:30:00Z", "Tue 08:30"}, {"FR", "sms", "2026-11-29T12:00:00Z", "Mon 08:00"},
		{"FR", "sms", "2026-12-25T12:00:00Z", "Sat 08:00"}, {"IN", "sms", "2026-11-24T08:30:00Z", "Tue 10:00"}, {"", "email", "2026-11-24T06:00:00Z", "Tue 08:00"},
	} {
		if got := at(tt.region, tt.channel, tt.now, Days{{0, 12, 25}}); got != tt.want {
			t.Errorf("%s by %s at %s goes out %s; want %s", tt.region, tt.channel, tt.now, got, tt.want)
		}
	}
	own := QuietList{{Region: "US", Allowed: hours(t, "mon-sun 10:00-12:00")}, {Region: "US-TX", Allowed: hours(t, "mon-sun 11:00-13:00")}}
	if n, all := len(own.For("FR", "sms", nil)), own.For("US-TX", "sms", nil); n != 0 || len(all) != 2 || len(own.For("US-CA", "sms", nil)) != 1 {
		t.Errorf("a country's hours apply in all of its parts and nowhere else; got %d for FR and %v for US-TX", n, all)
	}
	for _, wrong := range []Quiet{{Region: "usa", Allowed: Always()}, {Region: "US-texas", Allowed: Always()}, {Region: "US"}} {
		if err := (QuietList{wrong}).Validate(); err == nil || !strings.Contains(err.Error(), "write") {
			t.Errorf("%+v is accepted: %v", wrong.Region, err)
		}
	}
	Seeds()[0].Region = "XX"
	if diff := cmp.Diff(l, Seeds()); diff != "" {
		t.Errorf("whoever edits the seeds edits everybody's:\n%s", diff)
	}
}

func TestQuietHoursAndCalendarsAreEditedAsYAML(t *testing.T) {
	text := "region: FR\nchannels: [sms]\nallowed: mon-sat 08:00-21:00\nno_holidays: true\nread: 2026-11-24\n"
	want := Quiet{Region: "FR", Channels: []orrery.Channel{"sms"}, Allowed: hours(t, "mon-sat 08:00-21:00"), Holidays: true, Read: Date{2026, 11, 24}}
	var got Quiet
	if err := yaml.Unmarshal([]byte(text), &got); err != nil || !cmp.Equal(want, got) {
		t.Errorf("the policy is read as %+v (%v)", got, err)
	}
	calendar := Calendar{Zones: []string{"Europe/Vienna"}, Business: hours(t, "mon-fri 09:00-12:00, 13:00-17:00"), Holidays: Days{{0, 12, 25}, {2026, 5, 14}}}
	out, err := yaml.Marshal(calendar)
	var again Calendar
	if err == nil {
		err = yaml.Unmarshal(out, &again)
	}
	if err != nil || !cmp.Equal(calendar, again) {
		t.Errorf("a calendar is written\n%sand read as %+v (%v)", out, again, err)
	}
	if err := yaml.Unmarshal([]byte("allowed: whenever"), &got); err == nil || !strings.Contains(err.Error(), "write mon-fri") {
		t.Errorf("people are not told what hours look like: %v", err)
	}
}

func TestACalendarNeedsZonesAndBusinessHours(t *testing.T) {
	var z Zones
	good := Calendar{Zones: []string{"Europe/Vienna"}, Business: hours(t, "mon-fri 09:00-17:00")}
	if err := good.Validate(&z, "at"); err != nil {
		t.Errorf("a good calendar is refused: %v", err)
	}
	for say, c := range map[string]Calendar{"has no zones": {Business: good.Business}, "is no time zone": {Zones: []string{"Wien"}, Business: good.Business},
		"no business hours": {Zones: good.Zones}} {
		if err := c.Validate(&z, "at"); err == nil || !strings.Contains(err.Error(), say) || !strings.Contains(err.Error(), `"at"`) {
			t.Errorf("want an error that names the market and says %q, got %v", say, err)
		}
	}
}

func TestAnAnswerIsDueAfterBusinessHours(t *testing.T) {
	vienna, _ := new(Zones).Find("Europe/Vienna")
	work := Calendar{Business: hours(t, "mon-fri 09:00-12:00, 13:00-17:00"), Holidays: Days{{0, 12, 8}}}.Work()
	for _, tt := range []struct {
		from string
		span orrery.Span
		want string
	}{
		{"2026-11-24T09:00:00Z", 0, "2026-11-24T09:00:00Z"},
		{"2026-11-24T09:00:00Z", orrery.Hour, "2026-11-24T10:00:00Z"},
		{"2026-11-24T09:00:00Z", 3 * orrery.Hour, "2026-11-24T13:00:00Z"},
		{"2026-11-27T15:30:00Z", orrery.Hour, "2026-11-30T08:30:00Z"},
		{"2026-12-07T15:30:00Z", orrery.Hour, "2026-12-09T08:30:00Z"},
		{"2026-11-28T15:30:00Z", 35 * orrery.Hour, "2026-12-04T16:00:00Z"},
	} {
		got, err := work.After(instant(t, tt.from), tt.span, vienna)
		if err != nil || got != instant(t, tt.want) {
			t.Errorf("%v of work after %s is done at %v (%v); want %s", tt.span, tt.from, got, err, tt.want)
		}
		if open := work.Between(instant(t, tt.from), instant(t, tt.want), vienna); open != tt.span {
			t.Errorf("between %s and %s lie %v of work; want %v", tt.from, tt.want, open, tt.span)
		}
	}
	if _, err := (&Schedule{}).After(0, 1, vienna); err == nil {
		t.Errorf("work is due although nobody ever works")
	}
	if (&Schedule{Hours: hours(t, "thu 01:00-02:00")}).Open(0, vienna) != true {
		t.Errorf("the first moment of 1970 was a Thursday, one o'clock in Vienna")
	}
}

func TestWorkDoneAndWorkCountedAgree(t *testing.T) {
	sydney, _ := new(Zones).Find("Australia/Sydney")
	rapid.Check(t, func(t *rapid.T) {
		s := Schedule{Hours: someHours(t)}
		from := orrery.Instant(rapid.Int64Range(1_790_000_000, 1_800_000_000).Draw(t, "from") * 1000)
		span := orrery.Span(rapid.IntRange(1, 500).Draw(t, "minutes")) * orrery.Minute
		until, err := s.After(from, span, sydney)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Between(from, until, sydney); got != span {
			t.Fatalf("%v of work from %v in %v ends at %v, where %v are counted", span, from, s.Hours, until, got)
		}
		if got := s.Between(from, until-1, sydney); got != span-1 {
			t.Fatalf("%v of work from %v in %v could have ended before %v", span, from, s.Hours, until)
		}
	})
}

func TestReleasesAreSpreadEvenlyAndAlwaysTheSame(t *testing.T) {
	const width = 10 * orrery.Minute
	at := instant(t, "2026-11-24T07:00:00Z")
	var minutes [10]int
	for key := range uint64(10_000) {
		got := Spread(at, key, width)
		if got < at || got >= at.Add(width) {
			t.Fatalf("key %d is released at %v, outside the ten minutes", key, got)
		}
		if got != Spread(at, key, width) {
			t.Fatalf("key %d has two moments", key)
		}
		minutes[(got-at)/orrery.Instant(orrery.Minute)]++
	}
	for minute, n := range minutes {
		if n < 850 || n > 1150 {
			t.Errorf("minute %d gets %d of 10000 releases: that is a stampede", minute, n)
		}
	}
	if Spread(at, 1, 0) != at || Spread(at, 1, -1) != at {
		t.Errorf("without a width the moment must stay")
	}
}

func BenchmarkNextAllowed(b *testing.B) {
	var z Zones
	schedules := Seeds().For("US-TX", "sms", nil)
	now := instant(b, "2026-11-24T18:00:00Z")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := z.NextAllowed(now, []string{"America/Chicago"}, schedules...); err != nil {
			b.Fatal(err)
		}
	}
}
