package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/go-json-experiment/json"

	"github.com/orrery-cxm/orrery"
)

// remote sends events to a running server.
type remote struct {
	address, key string
	http         *http.Client
}

func (o *remote) take(ctx context.Context, body []byte) (verdict, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, o.address+"/v1/import", bytes.NewReader(body))
	if err != nil {
		return verdict{}, orrery.Invalid("import.server", fmt.Sprintf("--server %q is no address", o.address))
	}
	r.SetBasicAuth(o.key, "")
	answer, err := o.http.Do(r)
	if err != nil {
		return verdict{}, &orrery.Error{Kind: orrery.KindNotFound, Code: "import.server", Say: "no server answers at " + o.address, Err: err}
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return verdict{}, fmt.Errorf("reading the server's answer: %w", err)
	}
	if answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode == http.StatusServiceUnavailable {
		return verdict{}, &orrery.Error{Kind: orrery.KindLimited, Code: "import.busy", Say: "the server is busy", RetryAfter: orrery.Second}
	}
	var out struct {
		Quarantined int64 `json:"quarantined"`
		Duplicates  int64 `json:"duplicates"`
		Error       struct {
			Message string `json:"message"`
		} `json:"error"`
	}
	if err := json.Unmarshal(b, &out); err != nil || answer.StatusCode != http.StatusOK {
		return verdict{}, &orrery.Error{Kind: orrery.KindInvalid, Code: "import.refused", Say: fmt.Sprintf("the server refused the rows: %s %s", answer.Status, out.Error.Message), Err: err}
	}
	v := verdict{known: out.Duplicates}
	for range out.Quarantined {
		v.rejected = append(v.rejected, rejection{index: -1})
	}
	return v, nil
}
