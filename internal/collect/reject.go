package collect

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/orrery-cxm/orrery"
)

// maxCarried is how large a batch's context may be to be written into its rejected events.
const maxCarried = 2 << 10

// reject keeps an invalid event so that it can be sent again by itself: what the batch said of it is written into it
// where it says nothing itself.
func (s *reading) reject(n uint32, index int, messageID string, err *orrery.Error) Rejected {
	m := &s.nodes[n]
	raw := s.src[m.val0:m.val1]
	if m.form == text {
		raw = s.src[m.val0-1 : m.val1+1]
	}
	out := Rejected{Index: index, MessageID: messageID, Code: err.Code, Say: err.Say}
	if m.form != object {
		out.Body = legible(raw)
		return out
	}
	own := s.parts(n)
	if messageID == "" {
		if id, _ := s.messageID(own.message); utf8.ValidString(id) {
			out.MessageID = id
		}
	}
	var more []byte
	batch := s.parts(0)
	if c := batch.context; c != 0 && own.context == 0 && s.nodes[c].val1-s.nodes[c].val0 <= maxCarried {
		more = append(append(more, `,"context":`...), s.raw(c)...)
	}
	if batch.sent != 0 && own.sent == 0 {
		more = append(append(more, `,"sentAt":`...), s.raw(batch.sent)...)
	}
	if len(more) == 0 || len(raw)+len(more) > MaxEvent || m.next == n+1 {
		out.Body = legible(raw)
		return out
	}
	out.Body = legible(raw[:len(raw)-1] + string(more) + "}")
	return out
}

// legible is a copy of an event that every log and screen can hold: valid UTF-8 of at most MaxEvent bytes.
func legible(raw string) []byte {
	raw = strings.ToValidUTF8(raw[:min(len(raw), MaxEvent)], "\uFFFD")
	end := min(len(raw), MaxEvent)
	for end > 0 && end < len(raw) && !utf8.RuneStart(raw[end]) {
		end--
	}
	return []byte(raw[:end])
}

// bad is the reason for a field that cannot be: where it stands, what it holds, and what would be right.
func (s *reading) bad(n uint32, path, right string) *orrery.Error {
	return badField(path, s.shown(n), right)
}

func badField(path, shown, right string) *orrery.Error {
	return orrery.Invalid("collect.field", fmt.Sprintf("%s: %s is no %s", path, shown, right))
}

// missing is the reason for a field that must be there.
func missing(path, right string) *orrery.Error {
	return orrery.Invalid("collect.field", fmt.Sprintf("%s is missing: write %s", path, right))
}

// shown is a value as a reason shows it.
func (s *reading) shown(n uint32) string {
	v := clip(s.raw(n))
	if !utf8.ValidString(v) {
		return "that"
	}
	return v
}
