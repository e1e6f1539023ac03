package view

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/orrery-cxm/orrery"
)

// Quarantined is an event that could not be processed, without its body.
type Quarantined struct {
	Number     uint64            `json:"number"`
	Source     orrery.SourceName `json:"source"`
	Trust      orrery.Trust      `json:"trust"`
	MessageID  string            `json:"message_id,omitempty"`
	Code       string            `json:"code"`
	Say        string            `json:"say"`
	Bytes      int               `json:"bytes"` // of its body; 0 once it was cleared
	ReceivedAt orrery.Instant    `json:"received_at"`
	ClearedAt  orrery.Instant    `json:"cleared_at,omitempty"` // 0 while it waits
	How        string            `json:"how,omitempty"`        // resubmitted, discarded, erased
	By         string            `json:"by,omitempty"`
}

// QuarantineFilter says which quarantined events are wanted.
type QuarantineFilter struct {
	Page
	Source  orrery.SourceName
	Code    string
	Since   orrery.Instant // received at or after
	Until   orrery.Instant // received before
	Cleared bool           // the cleared ones instead of those that wait
}

// Quarantine lists events set aside, newest first.
func (f *Follower) Quarantine(ctx context.Context, by QuarantineFilter) (List[Quarantined], error) {
	s := &selection{from: "quarantine", keys: []string{"number"},
		columns: "number, source, trust, message_id, code, say, length(body), received_at, cleared_at, how, by"}
	if by.Cleared {
		s.and("cleared_at <> 0")
	} else {
		s.and("cleared_at = 0")
	}
	is(s, "source", string(by.Source))
	is(s, "code", by.Code)
	between(s, "received_at", by.Since, by.Until)
	return page(ctx, f, "the quarantine", s, by.Page, func(q *Quarantined) []any {
		return []any{id(&q.Number), &q.Source, &q.Trust, &q.MessageID, &q.Code, &q.Say, &q.Bytes, &q.ReceivedAt, &q.ClearedAt, &q.How, &q.By}
	})
}

// QuarantineCounts counts the waiting events of each code.
func (f *Follower) QuarantineCounts(ctx context.Context) (Counts, error) {
	return f.counts(ctx, "quarantine", func(key string) string { return key })
}

// Body is a waiting event as it came. It fails with an *orrery.Error of kind not found when there is none, or it was
// cleared.
func (f *Follower) Body(ctx context.Context, number uint64) ([]byte, error) {
	var body []byte
	_, err := f.reading(ctx, "the quarantine", func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, "SELECT body FROM quarantine WHERE number = ? AND cleared_at = 0", num(number)).Scan(&body)
		if errors.Is(err, sql.ErrNoRows) {
			return orrery.NotFound("quarantine.unknown", fmt.Sprintf("no event with the number %d waits in quarantine", number))
		}
		return err
	})
	return body, err
}

// QuarantineContaining is the numbers of the waiting events in which any of the identifiers can be found, whatever the
// case of its letters, and however a number is written. It may name too many, never too few of what a person would
// recognise. The answer is true at the sequence returned.
func (f *Follower) QuarantineContaining(ctx context.Context, values []string) (numbers []uint64, seq orrery.Seq, err error) {
	wanted := newWanted(values)
	seq, err = f.reading(ctx, "the quarantine", func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT number, message_id, say, body FROM quarantine WHERE cleared_at = 0 ORDER BY number")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var number uint64
			var message, say string
			var body []byte
			if err := rows.Scan(id(&number), &message, &say, &body); err != nil {
				return err
			}
			if wanted.in(message) || wanted.in(say) || wanted.inBody(body) {
				numbers = append(numbers, number)
			}
		}
		return rows.Err()
	})
	return numbers, seq, err
}

// wanted are identifiers to be found in texts of any form.
type wanted struct {
	texts  []string // in lower case
	digits []string // the last digits of telephone numbers
}

// lastDigits is how much of a telephone number is compared: what is in front of it depends on where one calls from.
const lastDigits = 8

func newWanted(values []string) *wanted {
	w := &wanted{}
	for _, v := range values {
		v = strings.ToLower(strings.TrimSpace(v))
		if v == "" {
			continue
		}
		w.texts = append(w.texts, v)
		if d := digitsOf(v); strings.HasPrefix(v, "+") && len(d) >= lastDigits {
			w.digits = append(w.digits, d[len(d)-lastDigits:])
		}
	}
	return w
}

func (w *wanted) in(text string) bool {
	if text == "" {
		return false
	}
	folded := strings.ToLower(text)
	for _, t := range w.texts {
		if strings.Contains(folded, t) {
			return true
		}
	}
	if len(w.digits) == 0 {
		return false
	}
	all := digitsOf(text)
	for _, d := range w.digits {
		if strings.Contains(all, d) {
			return true
		}
	}
	return false
}

// inBody looks into the raw bytes, and into the strings of JSON as they are meant.
func (w *wanted) inBody(body []byte) bool {
	text := string(body)
	if w.in(text) {
		return true
	}
	if !strings.Contains(text, `\`) {
		return false
	}
	// An escape may hide an identifier. Where the text is no JSON any more, the rest was looked at as it stands.
	d := jsontext.NewDecoder(strings.NewReader(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for {
		token, err := d.ReadToken()
		if err != nil {
			return false
		}
		if token.Kind() == '"' && w.in(token.String()) {
			return true
		}
	}
}

// digitsOf is the digits of a text, without what people write between them.
func digitsOf(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case strings.ContainsRune(" -./()\u00a0", r):
		default:
			b.WriteByte('|')
		}
	}
	return b.String()
}
