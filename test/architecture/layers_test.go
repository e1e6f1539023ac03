package architecture

// layer is one line of the table: its packages import only from lines before it, and never each other.
type layer struct {
	name     string
	packages []string // relative to the module; "" is the root package, "x/*" is everything below x
}

// layers is the order of the code, from the ground up.
var layers = []layer{
	{"vocabulary", []string{""}},
	{"foundation: bytes", []string{"internal/wire", "internal/log/file/disk", "internal/listen/weights"}},
	{"foundation", []string{"internal/log", "internal/rule", "internal/when", "internal/seal", "internal/fence", "internal/dedupe", "internal/i18n", "internal/log/file/faultfs"}},
	{"foundation: the log in files", []string{"internal/log/file", "internal/log/logtest"}},
	{"domain", []string{"internal/collect", "internal/identify", "internal/listen", "internal/listen/provider", "internal/remember", "internal/desk", "internal/protect", "internal/decide", "internal/act", "internal/govern", "internal/radar"}},
	{"domain: teaching listen", []string{"internal/listen/train", "internal/listen/eval"}},
	{"engine", []string{"internal/engine"}},
	{"followers of the engine", []string{"internal/view", "internal/effect", "internal/explain", "internal/second", "internal/lookout"}},
	{"followers of the lists", []string{"internal/teach"}},
	{"adapters: shapes", []string{"internal/ads"}},
	{"adapters", []string{"internal/api", "internal/channel/*", "internal/ads/*", "internal/listen/provider/*"}},
	{"application: parts", []string{"internal/bench", "internal/sim", "internal/history", "internal/demo"}},
	{"application", []string{"internal/app"}},
	{"programs", []string{"cmd/*"}},
	{"tests of the whole", []string{"test/*"}},
}

// crossings are the imports that the table forbids and a reason allows.
var crossings = map[string]string{}

// domain is what must stay pure.
const domain = "domain"

// impure is what a domain package never imports, and why.
var impure = map[string]string{
	"os":           "files belong to the log and the adapters",
	"net":          "the network belongs to the adapters",
	"net/http":     "protocols belong to the adapters",
	"database/sql": "tables belong to internal/view",
	"log/slog":     "the engine tells what happened",
	"context":      "pure functions are not cancelled",
	"math/rand":    "replay must give the same answer",
	"math/rand/v2": "replay must give the same answer",
}

// longFiles may have more than 400 lines.
var longFiles = map[string]string{
	"fact.go":                    "the catalogue of all facts reads best as one page",
	"internal/desk/desk_test.go": "one story of a case after the other",
	"internal/app/erase_test.go": "one story: everything that must be gone",
	"internal/when/when_test.go": "one table of calendars",
}

// longFunctions may have more than 80 lines.
var longFunctions = map[string]string{
	"internal/engine/subject.go: subjectsOf": "one case for each kind of fact",
}
