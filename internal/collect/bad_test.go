package collect_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/collect"
)

// answer is the exact answer to bad input.
type answer struct{ Code, Say string }

func TestARequestThatCanNeverBeValidIsRefusedWithItsReason(t *testing.T) {
	for name, c := range map[string]struct {
		call collect.Call
		body string
		want answer
	}{
		"nothing":               {collect.Batch, ``, answer{"collect.json", `not JSON: an object is expected at byte 0, found the end`}},
		"no JSON":               {collect.Batch, `hello`, answer{"collect.json", `not JSON: an object is expected at byte 0, found "hello"`}},
		"an array":              {collect.Batch, `[]`, answer{"collect.json", `not JSON: an object is expected at byte 0, found "[]"`}},
		"cut off":               {collect.Batch, `{"batch":[{"type":"tra`, answer{"collect.json", `not JSON: the end of a string is expected at byte 22, found the end`}},
		"trailing garbage":      {collect.Batch, `{"batch":[]} x`, answer{"collect.json", `not JSON: the end of the request is expected at byte 13, found "x"`}},
		"a comma too many":      {collect.Batch, `{"batch":[1,]}`, answer{"collect.json", `not JSON: a value is expected at byte 12, found "]}"`}},
		"a missing colon":       {collect.Batch, `{"batch" []}`, answer{"collect.json", `not JSON: a colon is expected at byte 9, found "[]}"`}},
		"a missing comma":       {collect.Batch, `{"batch":[1 2]}`, answer{"collect.json", `not JSON: a comma or the closing bracket is expected at byte 12, found "2]}"`}},
		"single quotes":         {collect.Batch, `{'batch':[]}`, answer{"collect.json", `not JSON: a key in quotes is expected at byte 1, found "'batch':"`}},
		"not a number":          {collect.Track, `{"userId":"u","event":"e","properties":{"x":NaN}}`, answer{"collect.json", `not JSON: a value is expected at byte 44, found "NaN}}"`}},
		"a leading zero":        {collect.Track, `{"x":01}`, answer{"collect.json", `not JSON: a comma or the closing bracket is expected at byte 6, found "1}"`}},
		"a bare point":          {collect.Track, `{"x":1.}`, answer{"collect.json", `not JSON: a digit is expected at byte 7, found "}"`}},
		"no events":             {collect.Batch, `{"sentAt":"2026-11-24T15:04:05Z"}`, answer{"collect.no_batch", `the request holds no events: write {"batch": [ … ]}`}},
		"events no array":       {collect.Batch, `{"batch":{}}`, answer{"collect.no_batch", `the request holds no events: write {"batch": [ … ]}`}},
		"two batches":           {collect.Batch, `{"batch":[],"batch":[]}`, answer{"collect.duplicate_key", `the key "batch" stands twice in one object`}},
		"a key twice before":    {collect.Batch, `{"a":1,"a":2,"batch":[{"type":"page","userId":"u"}]}`, answer{"collect.duplicate_key", `the key "a" stands twice in one object`}},
		"context no object":     {collect.Batch, `{"batch":[],"context":"web"}`, answer{"collect.field", `the batch's context: "web" is no JSON object`}},
		"sentAt no time":        {collect.Batch, `{"batch":[],"sentAt":"now"}`, answer{"collect.field", `the batch's sentAt: "now" is no moment since 1970: write it as 2026-11-24T15:04:05.000Z or in milliseconds since 1970`}},
		"too many events":       {collect.Batch, `{"batch":[` + strings.Repeat(`1,`, 2500) + `1]}`, answer{"collect.too_many", `the request holds more than 2500 events: send it in parts`}},
		"too large":             {collect.Batch, `{"batch":["` + strings.Repeat("x", 512_000) + `"]}`, answer{"collect.too_large", `the request has 512014 bytes: at most 512000 are taken`}},
		"one event too large":   {collect.Track, `{"userId":"` + strings.Repeat("x", 32<<10) + `"}`, answer{"collect.event_too_large", `the event has 32781 bytes: at most 32768 are taken`}},
		"one event no object":   {collect.Track, `["x"]`, answer{"collect.not_an_object", `["x"] is no event: an event is a JSON object`}},
		"one event of nobody":   {collect.Track, `{"event":"e"}`, answer{"collect.identifier", `the event says nobody's name: write a userId or an anonymousId`}},
		"a pixel of no type":    {collect.Pixel, `{"type":"merge","userId":"u"}`, answer{"collect.type", `type: "merge" is no call: write identify, track, page, screen, group or alias`}},
		"one event with faults": {collect.Track, `{"userId":"u","userId":"v","event":"e"}`, answer{"collect.duplicate_key", `the key "userId" stands twice in one object`}},
	} {
		touches, rejected, err := request(server, c.call, c.body)
		var e *orrery.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: was taken: %v, %v", name, touches, rejected)
			continue
		}
		differ(t, name, c.want, answer{e.Code, e.Say})
		if e.Kind != orrery.KindInvalid {
			t.Errorf("%s: kind %s would be asked again; it can never be valid", name, e.Kind)
		}
	}
}

func deep(n int) string { return strings.Repeat(`[`, n) + strings.Repeat(`]`, n) }

func TestAnInvalidEventOfABatchIsRejectedWithItsReason(t *testing.T) {
	event := func(members string) string { return `{"type":"track","event":"e","userId":"u",` + members + `}` }
	for name, c := range map[string]struct {
		event string
		want  answer
	}{
		"a number":                 {`5`, answer{"collect.not_an_object", `5 is no event: an event is a JSON object`}},
		"a string":                 {`"x"`, answer{"collect.not_an_object", `"x" is no event: an event is a JSON object`}},
		"null":                     {`null`, answer{"collect.not_an_object", `null is no event: an event is a JSON object`}},
		"too large":                {event(`"x":"` + strings.Repeat("x", 32<<10) + `"`), answer{"collect.event_too_large", `the event has 32816 bytes: at most 32768 are taken`}},
		"no type":                  {`{"event":"e","userId":"u"}`, answer{"collect.type", `type: nothing is no call: write identify, track, page, screen, group or alias`}},
		"an unknown type":          {`{"type":"merge","userId":"u"}`, answer{"collect.type", `type: "merge" is no call: write identify, track, page, screen, group or alias`}},
		"a type of the wrong type": {`{"type":7,"userId":"u"}`, answer{"collect.type", `type: 7 is no call: write identify, track, page, screen, group or alias`}},
		"an event name of 7":       {`{"type":"track","event":7,"userId":"u"}`, answer{"collect.field", `event: 7 is no name: write a string`}},
		"an empty event name":      {`{"type":"track","event":"","userId":"u"}`, answer{"collect.field", `event is missing: write the name of what happened`}},
		"a NUL in the event name":  {`{"type":"track","event":"a\u0000b","userId":"u"}`, answer{"collect.field", `event: "a\u0000b" is no name: write at most 255 bytes, none of them a control character`}},
		"a userId of true":         {`{"type":"page","userId":true}`, answer{"collect.field", `userId: true is no id: write a string`}},
		"a userId of 1.5":          {`{"type":"page","userId":1.5}`, answer{"collect.field", `userId: 1.5 is no id: write a string`}},
		"an anonymousId of {}":     {`{"type":"page","anonymousId":{}}`, answer{"collect.field", `anonymousId: {} is no id: write a string`}},
		"nobody":                   {`{"type":"page"}`, answer{"collect.identifier", `the event says nobody's name: write a userId or an anonymousId`}},
		"an e-mail only":           {`{"type":"identify","traits":{"email":"a@example.com"}}`, answer{"collect.identifier", `the event says nobody's name: write a userId or an anonymousId`}},
		"undefined":                {`{"type":"page","userId":"undefined"}`, answer{"collect.identifier", `nobody can be recognised by userId "undefined": write a userId or an anonymousId that stands for one person`}},
		"zeros":                    {`{"type":"page","anonymousId":"00000000-0000-0000-0000-000000000000"}`, answer{"collect.identifier", `nobody can be recognised by anonymousId "00000000-0000-0000-0000-000000000000": write a userId or an anonymousId that stands for one person`}},
		"a NUL in the userId":      {`{"type":"page","userId":"a\u0000b"}`, answer{"collect.identifier", `nobody can be recognised by userId "a\x00b": write a userId or an anonymousId that stands for one person`}},
		"no groupId":               {`{"type":"group","userId":"u"}`, answer{"collect.field", `groupId: nothing is no group's id: write the id of the company or household`}},
		"a blocked groupId":        {`{"type":"group","userId":"u","groupId":"null"}`, answer{"collect.field", `groupId: "null" is no group's id: write the id of the company or household`}},
		"no previousId":            {`{"type":"alias","userId":"u"}`, answer{"collect.field", `previousId is missing: write the id by which the person was known before`}},
		"an alias of nobody":       {`{"type":"alias","previousId":"p","anonymousId":"a"}`, answer{"collect.field", `userId is missing: write the id by which the person is known from now on`}},
		"a blocked previousId":     {`{"type":"alias","userId":"u","previousId":"guest"}`, answer{"collect.field", `previousId: "guest" is no id that stands for one person`}},
		"a long messageId":         {event(`"messageId":"` + strings.Repeat("m", 101) + `"`), answer{"collect.field", `messageId: "` + strings.Repeat("m", 59) + `… is no messageId: write at most 100 characters, none of them a control character`}},
		"a messageId of 5":         {event(`"messageId":5`), answer{"collect.field", `messageId: 5 is no messageId: write a string`}},
		"a timestamp of words":     {event(`"timestamp":"yesterday"`), answer{"collect.field", `timestamp: "yesterday" is no moment since 1970: write it as 2026-11-24T15:04:05.000Z or in milliseconds since 1970`}},
		"a 30th of February":       {event(`"originalTimestamp":"2026-02-30T00:00:00Z"`), answer{"collect.field", `originalTimestamp: "2026-02-30T00:00:00Z" is no moment since 1970: write it as 2026-11-24T15:04:05.000Z or in milliseconds since 1970`}},
		"a sentAt of {}":           {event(`"sentAt":{}`), answer{"collect.field", `sentAt: {} is no moment since 1970: write it as 2026-11-24T15:04:05.000Z or in milliseconds since 1970`}},
		"properties of []":         {event(`"properties":[]`), answer{"collect.field", `properties: [] is no JSON object`}},
		"traits of 3":              {`{"type":"identify","userId":"u","traits":3}`, answer{"collect.field", `traits: 3 is no JSON object`}},
		"a context of ''":          {event(`"context":"x"`), answer{"collect.field", `context: "x" is no JSON object`}},
		"bad UTF-8":                {event("\"properties\":{\"a\":\"\xff\"}"), answer{"collect.utf8", `a string is not valid UTF-8`}},
		"bad UTF-8 in a key":       {event("\"\xc3(\":1"), answer{"collect.utf8", `a string is not valid UTF-8`}},
		"a surrogate in UTF-8":     {event("\"properties\":{\"a\":\"\xed\xa0\x80\"}"), answer{"collect.utf8", `a string is not valid UTF-8`}},
		"21 deep":                  {event(`"properties":{"a":` + deep(19) + `}`), answer{"collect.depth", `objects and arrays stand more than 20 deep in each other`}},
		"50,000 deep":              {event(`"a":` + deep(50_000)), answer{"collect.depth", `objects and arrays stand more than 20 deep in each other`}},
		"a key twice":              {event(`"properties":{"ab":1,"cd":2,"ab":3}`), answer{"collect.duplicate_key", `the key "ab" stands twice in one object`}},
		"a key twice, once hidden": {event(`"properties":{"ab":1,"cd":2,"\u0061b":3}`), answer{"collect.duplicate_key", `the key "ab" stands twice in one object`}},
		"a key twice among many":   {event(`"properties":{` + manyKeys(200) + `,"k77":0}`), answer{"collect.duplicate_key", `the key "k77" stands twice in one object`}},
		"a huge number":            {event(`"properties":{"a":1e999}`), answer{"collect.number", `the number 1e999 is too large: at most 64 digits and 1.8e308`}},
		"a long number":            {event(`"properties":{"a":` + strings.Repeat("9", 65) + `}`), answer{"collect.number", `the number ` + strings.Repeat("9", 60) + `… is too large: at most 64 digits and 1.8e308`}},
		"a raw NUL":                {event("\"properties\":{\"a\":\"x\x00y\"}"), answer{"collect.json", `the control character 0x00 stands in a string: write it as \u0000`}},
		"a raw line end":           {event("\"properties\":{\"a\":\"x\ny\"}"), answer{"collect.json", `the control character 0x0a stands in a string: write it as \u000a`}},
		"a false escape":           {event(`"properties":{"a":"\x41"}`), answer{"collect.json", `a backslash stands in a string before 'x'`}},
		"a false \\u":              {event(`"properties":{"a":"\u12g4"}`), answer{"collect.json", `\u stands in a string without four hexadecimal digits`}},
		"101 traits":               {`{"type":"identify","userId":"u","traits":{` + manyKeys(101) + `}}`, answer{"collect.traits", `traits: an event carries at most 100 traits`}},
		"a large trait":            {`{"type":"identify","userId":"u","traits":{"a":"` + strings.Repeat("x", 4097) + `"}}`, answer{"collect.traits", `traits.a has 4097 bytes: a trait has at most 4096`}},
		"a trait without a name":   {`{"type":"identify","userId":"u","traits":{"":1}}`, answer{"collect.field", `traits: "" is no name of a trait: write 1 to 255 bytes, none of them a control character`}},
		"21 identifiers":           {event(`"context":{"externalIds":[` + manyIDs(20) + `]}`), answer{"collect.identifiers", `the event carries more than 20 identifiers`}},
	} {
		touches, rejected := decode(t, collect.Batch, `{"batch":[{"type":"page","userId":"before"},`+c.event+`,{"type":"page","userId":"after"}]}`)
		if len(rejected) != 1 || len(touches) != 2 || touches[1].Identifiers[0].Value != "after" {
			t.Errorf("%s: %d of its neighbours were kept and %+v rejected", name, len(touches), rejected)
			continue
		}
		r := rejected[0]
		differ(t, name, c.want, answer{r.Code, r.Say})
		if r.Index != 1 || len(r.Body) > collect.MaxEvent || len(r.Body) == 0 || !utf8.Valid(r.Body) || !strings.HasPrefix(strings.ToValidUTF8(c.event, "\uFFFD"), string(r.Body)) {
			t.Errorf("%s: the quarantine would hold event %d as %.80q", name, r.Index, r.Body)
		}
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"k` + itoa(i) + `":` + itoa(i))
	}
	return b.String()
}

func manyIDs(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"type":"ios.id","id":"d` + itoa(i) + `"}`)
	}
	return b.String()
}

func itoa(i int) string { return strconv.Itoa(i) }

func TestAnEmptyBatchIsTaken(t *testing.T) {
	touches, rejected := decode(t, collect.Batch, `{"batch":[]}`)
	if len(touches) != 0 || len(rejected) != 0 {
		t.Errorf("nothing became %v and %v", touches, rejected)
	}
}

func TestTwentyLevelsAnd2500EventsAndLongNumbersAreTaken(t *testing.T) {
	track(t, "e", `{"a":`+deep(18)+`}`)
	differ(t, "a number of 64 digits", `{"a":`+strings.Repeat("9", 64)+`}`, track(t, "e", `{"a":`+strings.Repeat("9", 64)+`}`).Properties)
	touches, rejected := decode(t, collect.Batch, `{"batch":[`+strings.Repeat(`{"type":"page","userId":"u"},`, 2499)+`{"type":"page","userId":"u"}]}`)
	if len(touches) != 2500 || len(rejected) != 0 {
		t.Errorf("of 2500 events %d were kept and %d rejected", len(touches), len(rejected))
	}
	_, rejected = decode(t, collect.Batch, `{"batch":[{"type":"track","event":"e","userId":"u","properties":{`+manyKeys(200)+`}}]}`)
	if len(rejected) != 0 {
		t.Errorf("200 different keys were rejected: %+v", rejected)
	}
}

func TestHalfASurrogatePairBecomesTheReplacementCharacter(t *testing.T) {
	got := track(t, "message", `{"text":"so sad \ud83d","n":"\udc00\ud83d\ude00"}`)
	differ(t, "text", "so sad \uFFFD", got.Message.Text)
	differ(t, "properties", `{"n":"\ufffd\ud83d\ude00"}`, got.Properties)
}

func TestANULInATextIsDroppedAndTheRestIsHeard(t *testing.T) {
	differ(t, "text", "where is my parcel", track(t, "message", `{"text":"where is\u0000 my parcel"}`).Message.Text)
}

func TestAByteOrderMarkIsPassedOver(t *testing.T) {
	one(t, collect.Page, "\xef\xbb\xbf{\"userId\":\"u\"}")
}
