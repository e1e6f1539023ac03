package app

import (
	"context"
	"errors"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/history"
)

// importQuestion is one batch of an import on its way through the server that has the workspace open.
type importQuestion struct {
	Source orrery.SourceName `json:"source"`
	Batch  jsontext.Value    `json:"batch"`
}

// importAnswer is the verdict on a batch, as it travels.
type importAnswer struct {
	Known    int64        `json:"known"`
	Rejected []refusedRow `json:"rejected"`
}

type refusedRow struct {
	Index int    `json:"index"`
	Code  string `json:"code"`
	Field string `json:"field"`
	Say   string `json:"say"`
}

var importBatch = operation[importQuestion, *importAnswer]{name: "import", run: func(ctx context.Context, h *House, q importQuestion, _ progress) (*importAnswer, error) {
	v, err := (&local{house: h, source: q.Source}).take(ctx, q.Batch)
	if err != nil {
		return nil, err
	}
	a := &importAnswer{Known: v.known}
	for _, r := range v.rejected {
		a.Rejected = append(a.Rejected, refusedRow{Index: r.index, Code: r.err.Code, Field: r.err.Field, Say: r.err.Say})
	}
	return a, nil
}}

// beside takes events into a workspace that a running server has open, through its local socket.
type beside struct {
	dir    string
	source orrery.SourceName
}

func (o *beside) take(ctx context.Context, body []byte) (verdict, error) {
	a, err := askServer(ctx, o.dir, importBatch, importQuestion{Source: o.source, Batch: body}, func(string, ...any) {})
	var e *orrery.Error
	if errors.As(err, &e) && e.Code == "control.no_server" { // it has ended: asking again would not help
		return verdict{}, orrery.NotFound("import.server", "the server that had the workspace open does not answer any more: go on with --resume")
	}
	if err != nil {
		return verdict{}, err
	}
	v := verdict{known: a.Known}
	for _, r := range a.Rejected {
		v.rejected = append(v.rejected, rejection{r.Index, history.RowError{Code: r.Code, Field: r.Field, Say: r.Say}})
	}
	return v, nil
}
