package collect

import (
	"strings"

	"github.com/orrery-cxm/orrery"
)

// Limits of the wire format.
const (
	MaxBody    = 500 << 10 // bytes of a decompressed request
	MaxEvent   = 32 << 10  // bytes of one event
	MaxEvents  = 2500      // events of a batch
	MaxDepth   = 20        // objects and arrays inside each other, the event itself included
	MaxTraits  = 100       // traits of an event
	MaxTrait   = 4 << 10   // bytes of one trait
	MaxIDs     = 20        // identifiers of an event
	MaxID      = 512       // bytes of an identifier
	MaxName    = 255       // bytes of a name: an event, a trait, a campaign
	MaxMessage = 100       // characters of a messageId
)

// Skew and age limits of event time.
const (
	maxAhead = 5 * orrery.Minute
	maxLive  = 48 * orrery.Hour
)

// Call is which call of the tracking API a request is.
type Call uint8

const (
	Batch Call = iota + 1
	Import
	Identify
	Track
	Page
	Screen
	Group
	AliasCall
	Pixel // one event whose type stands in its body; a track call when it does not
)

// calls by the last element of the path. The one-letter names are those of analytics.js.
var calls = map[string]Call{
	"batch": Batch, "b": Batch, "import": Import,
	"identify": Identify, "i": Identify, "track": Track, "t": Track, "page": Page, "p": Page,
	"screen": Screen, "s": Screen, "group": Group, "g": Group, "alias": AliasCall, "a": AliasCall,
}

// CallOf tells which call a path such as /v1/identify, /v1/i, /i or /v1/pixel/page makes, and whether it is a pixel,
// whose event stands in the query. The version and a trailing slash may be missing or present; /api/s/ and /api/s/s2s/
// are how Jitsu's library begins its paths, /beacon/v1/batch and /pixel/v1/page are RudderStack's.
func CallOf(path string) (call Call, pixel, ok bool) {
	path = strings.Trim(path, "/")
	if jitsu, ok := strings.CutPrefix(path, "api/s/"); ok {
		path = strings.TrimPrefix(jitsu, "s2s/")
	}
	if path == "beacon/v1/batch" {
		return Batch, false, true
	}
	path = strings.TrimPrefix(path, "v1/")
	rest, pixel := strings.CutPrefix(path, "pixel")
	rest = strings.TrimPrefix(rest, "/v1")
	if !pixel {
		call, ok = calls[path]
		return call, false, ok
	}
	if rest == "" {
		return Pixel, true, true
	}
	call, ok = calls[strings.TrimPrefix(rest, "/")]
	return call, true, ok && rest[0] == '/' && call != Batch && call != Import
}

// Source is where a request came from, as its write key says.
type Source struct {
	Name           orrery.SourceName
	Trust          orrery.Trust
	Historical     bool           // everything it sends is history
	DefaultChannel orrery.Channel // where an event does not say it
	Region         string         // ISO 3166 country of phone numbers without a country code; "" refuses those
	Zone           string         // IANA zone of people whose events do not say it
}

// Request is one call of the tracking API.
type Request struct {
	Call     Call
	Body     []byte // decompressed; belongs to Decode from here on, and to the touches afterwards
	Source   Source
	Received orrery.Instant
	GPC      bool // the request had Sec-GPC: 1
}

// Rejected is one invalid event of an otherwise valid batch. It goes to the quarantine.
type Rejected struct {
	Index     int    // place in the batch, from 0
	MessageID string // "" when it has none that is valid
	Code      string // "collect.field"
	Say       string // names the field, the bad value and what would be right
	Body      []byte // the event, to be sent again by itself; valid UTF-8 of at most MaxEvent bytes
}
