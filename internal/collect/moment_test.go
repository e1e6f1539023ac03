package collect_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/collect"
)

// Every row was computed by hand from timestamp = received - (sentAt - originalTimestamp); received is 15:04:05.000.
func TestEventTimeIsCorrectedByTheClientsOwnClock(t *testing.T) {
	for name, c := range map[string]struct{ batch, event, want string }{
		"Segment: timestamp, and sentAt of the batch":         {`"sentAt":"2026-11-24T10:00:10Z"`, `"timestamp":"2026-11-24T10:00:00Z"`, "2026-11-24T15:03:55.000Z"},
		"RudderStack: originalTimestamp and sentAt per event": {``, `"originalTimestamp":"2026-11-24T20:00:00.000Z","sentAt":"2026-11-24T20:00:01.500Z"`, "2026-11-24T15:04:03.500Z"},
		"the event's sentAt wins over the batch's":            {`"sentAt":"2026-11-24T10:00:10Z"`, `"timestamp":"2026-11-24T10:00:00Z","sentAt":"2026-11-24T10:00:03Z"`, "2026-11-24T15:04:02.000Z"},
		"Go: nanoseconds and an offset":                       {`"sentAt":"2026-11-24T16:04:05.000000001+01:00"`, `"timestamp":"2026-11-24T16:04:04.123456789+01:00"`, "2026-11-24T15:04:04.123Z"},
		"PostHog: no sentAt, no correction":                   {``, `"timestamp":"2026-11-24T14:00:00.000Z"`, "2026-11-24T14:00:00.000Z"},
		"no time at all":                                      {`"sentAt":"2026-11-24T10:00:10Z"`, `"x":1`, "2026-11-24T15:04:05.000Z"},
		"both, equal: still the client's clock":               {`"sentAt":"2026-11-24T10:00:10Z"`, `"timestamp":"2026-11-24T10:00:00Z","originalTimestamp":"2026-11-24T10:00:00Z"`, "2026-11-24T15:03:55.000Z"},
		"both, different: corrected before":                   {`"sentAt":"2026-11-24T10:00:10Z"`, `"timestamp":"2026-11-24T13:00:00Z","originalTimestamp":"2026-11-24T10:00:00Z"`, "2026-11-24T13:00:00.000Z"},
		"ahead of us: at most five minutes":                   {``, `"timestamp":"2026-11-24T18:00:00Z"`, "2026-11-24T15:09:05.000Z"},
		"four minutes ahead stays":                            {``, `"timestamp":"2026-11-24T15:08:00Z"`, "2026-11-24T15:08:00.000Z"},
		"sent before it happened: at most five minutes":       {``, `"timestamp":"2026-11-24T12:00:00Z","sentAt":"2026-11-24T10:00:00Z"`, "2026-11-24T15:09:05.000Z"},
		"Go's zero time is none":                              {`"sentAt":"0001-01-01T00:00:00Z"`, `"timestamp":"0001-01-01T00:00:00Z"`, "2026-11-24T15:04:05.000Z"},
		"milliseconds":                                        {``, `"timestamp":1795532600123`, "2026-11-24T15:03:20.123Z"},
		"a date alone":                                        {``, `"timestamp":"2026-11-24"`, "2026-11-24T00:00:00.000Z"},
		"without zone and with a space":                       {``, `"timestamp":"2026-11-24 15:00:00"`, "2026-11-24T15:00:00.000Z"},
		"a leap day":                                          {``, `"timestamp":"2024-02-29"`, "2024-02-29T00:00:00.000Z"},
		"null":                                                {``, `"timestamp":null`, "2026-11-24T15:04:05.000Z"},
		"a clock at the end of days":                          {``, `"timestamp":"1970-01-02T00:00:00Z","sentAt":"9999-12-31T23:59:59Z"`, "1970-01-01T00:00:00.001Z"},
	} {
		body := `{"batch":[{"type":"page","userId":"u",` + c.event + `}]`
		if c.batch != "" {
			body += "," + c.batch
		}
		touches, _ := decode(t, collect.Batch, body+"}")
		if got := touches[0].At.String(); got != c.want {
			t.Errorf("%s: happened at %s, wanted %s", name, got, c.want)
		}
	}
}

func TestWhatIsOlderThanTwoDaysOrImportedIsHistory(t *testing.T) {
	page := func(at string) string { return `{"type":"page","userId":"u","timestamp":"` + at + `"}` }
	for _, c := range []struct {
		call   collect.Call
		source bool
		at     string
		want   bool
	}{
		{collect.Page, false, "2026-11-22T15:04:05.000Z", false},
		{collect.Page, false, "2026-11-22T15:04:04.999Z", true},
		{collect.Page, true, "2026-11-24T15:04:05.000Z", true},
	} {
		source := server
		source.Historical = c.source
		touches, _ := decodeFrom(t, source, c.call, page(c.at))
		if touches[0].Historical != c.want {
			t.Errorf("%s (a source of history: %v) is history: %v, wanted %v", c.at, c.source, !c.want, c.want)
		}
	}
	touches, _ := decode(t, collect.Import, `{"batch":[`+page("2026-11-24T15:04:05Z")+`]}`)
	if !touches[0].Historical {
		t.Error("an import is history, whatever its time")
	}
}

func TestTimesAreReadAsGoReadsThem(t *testing.T) {
	layouts := []string{time.RFC3339, time.RFC3339Nano, "2006-01-02T15:04:05.000Z", "2006-01-02T15:04:05.000000-07:00", "2006-01-02T15:04:05-0700"}
	rapid.Check(t, func(t *rapid.T) {
		zone := time.FixedZone("", rapid.IntRange(-14*60, 14*60).Draw(t, "minutes east")*60)
		at := time.Unix(rapid.Int64Range(86400*2, 1795446245).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).In(zone)
		written := at.Format(rapid.SampledFrom(layouts).Draw(t, "layout"))
		parsed, err := time.Parse(time.RFC3339Nano, written)
		if err != nil {
			parsed, err = time.Parse("2006-01-02T15:04:05-0700", written)
		}
		if err != nil {
			t.Fatal(err)
		}
		touches, _, err := request(server, collect.Page, `{"userId":"u","timestamp":"`+written+`"}`)
		if err != nil || touches[0].At != orrery.InstantOf(parsed) {
			t.Fatalf("%s was read as %v (%v), wanted %v", written, touches, err, orrery.InstantOf(parsed))
		}
	})
}

func TestWhatIsNoMomentIsRefused(t *testing.T) {
	for _, at := range []string{`"2026"`, `"2026-13-01T00:00:00Z"`, `"2100-02-29"`, `"2026-00-01"`, `"2025-02-29"`, `"2026-04-31"`, `"2026-11-24T24:00:00Z"`, `"2026-11-24T23:60:00Z"`,
		`"2026-11-24T23:59:61Z"`, `"2026-11-24T23:59:59.Z"`, `"2026-11-24T23:59:59+25:00"`, `"2026-11-24T23:59:59+01:99"`, `"2026-11-24T"`, `"1969-12-31T23:59:59Z"`,
		`"20261124T000000Z"`, `1764000000`, `-5`, `1.5`, `99999999999999999`, `true`, `"2026-11-24T15:04:05Zx"`, `"2026-1a-24"`} {
		if _, _, err := request(server, collect.Page, `{"userId":"u","timestamp":`+at+`}`); orrery.KindOf(err) != orrery.KindInvalid {
			t.Errorf("%s was taken for a moment: %v", at, err)
		}
	}
}
