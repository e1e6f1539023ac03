package docs

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

const httpHead = `# The product's own HTTP API

Generated from the running code; the full description, with every field, is [openapi.json](openapi.json) (OpenAPI 3.1),
which a server also gives at ` + "`/openapi.json`" + `. Touches come in by the [tracking API](tracking.md).

Send a key as ` + "`Authorization: Bearer ...`" + `; each operation names the scope that the key needs. A person is named by
` + "`per_...`" + ` or by an identifier such as ` + "`user_id:ann`" + `. Every command answers with ` + "`seq`" + `, the chunk that made it durable; give it
as ` + "`after`" + ` to a read to see your own write. Lists page by ` + "`limit`" + ` and ` + "`cursor`" + `. Errors are problem documents with a status, a
message that says what to do, and a stable code.

Without a key: ` + "`GET /healthz`" + `, ` + "`GET /openapi.json`" + `, ` + "`GET /.well-known/gpc.json`" + `.

| Call | What it does | Scope |
|---|---|---|
`

// httpPage lists the operations of an OpenAPI description.
func httpPage(t *testing.T, description []byte) string {
	t.Helper()
	var d struct {
		Paths map[string]map[string]struct{ Summary, Description string }
	}
	if err := json.Unmarshal(description, &d); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(httpHead)
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(d.Paths[path])) {
			o := d.Paths[path][method]
			scope := "none"
			if _, rest, ok := strings.Cut(o.Description, "scope `"); ok {
				scope, _, _ = strings.Cut(rest, "`")
			}
			fmt.Fprintf(&b, "| `%s %s` | %s | %s |\n", strings.ToUpper(method), path, o.Summary, scope)
		}
	}
	return b.String()
}
