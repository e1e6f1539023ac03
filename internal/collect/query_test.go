package collect_test

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/collect"
)

func TestAnEventIsReadFromTheParametersOfAQuery(t *testing.T) {
	for name, c := range map[string]struct{ query, want string }{
		"a page of the AMP library": {"writeKey=k&anonymousId=%22amp-1%22&context.library.name=AMP&context.page.path=%2Fa&context.page.title=T+U&properties.path=%2Fa",
			`{"anonymousId":"amp-1","context":{"library":{"name":"AMP"},"page":{"path":"/a","title":"T U"}},"properties":{"path":"/a"}}`},
		"an opened mail":     {"writeKey=k&userId=ann&event=Email%20Opened", `{"event":"Email Opened","userId":"ann"}`},
		"nothing":            {"writeKey=k", `{}`},
		"a lonely quote":     {"userId=%22", `{"userId":"\""}`},
		"an empty name":      {"userId=a&=x", `{"":"x","userId":"a"}`},
		"the first of two":   {"userId=a&userId=b", `{"userId":"a"}`},
		"signs of all kinds": {"userId=%F0%9F%8C%99%3C%2Fscript%3E", "{\"userId\":\"\U0001F319</script>\"}"},
	} {
		q, err := url.ParseQuery(c.query)
		if err != nil {
			t.Fatal(err)
		}
		body, err := collect.ReadQuery(q)
		if err != nil || string(body) != c.want {
			t.Errorf("%s: %s becomes %s (%v), and should become %s", name, c.query, body, err, c.want)
		}
	}
}

func TestAQueryThatIsNoEventIsRefusedWithItsReason(t *testing.T) {
	many := url.Values{}
	for i := range 1001 {
		many.Set("k"+strconv.Itoa(i), "v")
	}
	for name, c := range map[string]struct {
		query url.Values
		want  answer
	}{
		"too many":               {many, answer{"collect.pixel", "the query has more than 1000 parameters"}},
		"too deep":               {url.Values{strings.Repeat("a.", 20) + "b": {"1"}}, answer{"collect.depth", "objects and arrays stand more than 20 deep in each other"}},
		"a value and more":       {url.Values{"a": {"1"}, "a.b": {"2"}}, answer{"collect.pixel", "a.b is a value and an object at once"}},
		"too large":              {url.Values{"a": {strings.Repeat("x", 33<<10)}}, answer{"collect.event_too_large", "a pixel carries one event of at most 32 KiB"}},
		"bytes that are no text": {url.Values{"a": {"\xff"}}, answer{"collect.utf8", "a parameter is not valid UTF-8"}},
	} {
		_, err := collect.ReadQuery(c.query)
		var e *orrery.Error
		if !errors.As(err, &e) {
			t.Errorf("%s was taken", name)
			continue
		}
		differ(t, name, c.want, answer{e.Code, e.Say})
	}
}

func FuzzReadQuery(f *testing.F) {
	f.Add("writeKey=k&anonymousId=%22a%22&context.page.path=%2F")
	f.Add("a.b=1&a=2&a..c=3&.=4")
	f.Fuzz(func(t *testing.T, query string) {
		q, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		body, err := collect.ReadQuery(q)
		if err != nil {
			return
		}
		if len(body) > collect.MaxEvent {
			t.Fatalf("an event of %d bytes", len(body))
		}
		if _, _, err := request(server, collect.Track, string(body)); err != nil && orrery.KindOf(err) != orrery.KindInvalid {
			t.Fatalf("%s is refused with %v", body, err)
		}
	})
}
