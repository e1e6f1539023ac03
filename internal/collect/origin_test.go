package collect_test

import (
	"testing"

	"github.com/orrery-cxm/orrery/internal/collect"
)

func TestAnEventIsGivenBackAsItCanBeSentByItself(t *testing.T) {
	d := collect.New(collect.DefaultPolicy(), nil)
	for _, c := range []struct {
		call collect.Call
		body string
		want []string
	}{
		{collect.Track, ` {"userId":"ann", "event":"Seen"} `, []string{`{"userId":"ann", "event":"Seen","type":"track"}`}},
		{collect.AliasCall, `{"userId":"ann","previousId":"a1","type":"alias"}`, []string{`{"userId":"ann","previousId":"a1","type":"alias"}`}},
		{collect.Batch, `{"context":{"ip":"1.2.3.4"},"sentAt":"2026-11-30T10:00:00Z","batch":[{"type":"nonsense"},{"type":"page","userId":"a"},7,{"type":"track","event":"e","userId":"b","context":{}}]}`,
			[]string{`{"type":"page","userId":"a","context":{"ip":"1.2.3.4"},"sentAt":"2026-11-30T10:00:00Z"}`,
				`{"type":"track","event":"e","userId":"b","context":{},"sentAt":"2026-11-30T10:00:00Z"}`}},
	} {
		r := collect.Request{Call: c.call, Body: []byte(c.body), Received: 1_780_000_000_000}
		touches, rejected, err := d.Decode(&r)
		if err != nil || len(touches) != len(c.want) {
			t.Fatalf("%s: %d touches (%v), want %d", c.body, len(touches), err, len(c.want))
		}
		origin := d.Origin(&r, rejected)
		for i, want := range c.want {
			got := string(origin.Event(i))
			if got != want {
				t.Errorf("event %d of %s is %s, want %s", i, c.body, got, want)
			}
			again := collect.Request{Call: collect.Pixel, Body: []byte(got), Received: r.Received}
			if twice, _, err := d.Decode(&again); err != nil || len(twice) != 1 || twice[0].Kind != touches[i].Kind {
				t.Errorf("sent by itself, %s is not what it was: %+v (%v)", got, twice, err)
			}
		}
		if got := origin.Event(len(c.want)); got != nil && c.call == collect.Batch {
			t.Errorf("there is no event %d, and it is given as %s", len(c.want), got)
		}
	}
}
