package webhook

import (
	"encoding/json"
	"fmt"

	"github.com/orrery-cxm/orrery"
)

// TypeAudienceChanges is the type of a delivery whose data [Pack] made.
const TypeAudienceChanges = "audience.changes"

// Push is a person's desired membership of a list.
type Push struct {
	Op          orrery.PushKind     `json:"op"`      // "add" or "remove"
	Version     uint64              `json:"version"` // of the wish: a receiver ignores a lower one than it has seen for the person
	Person      orrery.PersonID     `json:"person"`
	Identifiers []orrery.Identifier `json:"identifiers,omitempty"` // only what the receiver needs and consent allows
}

// changes is what a receiver gets.
type changes struct {
	Destination orrery.DestinationName `json:"destination"`
	List        string                 `json:"list"`
	Changes     []json.RawMessage      `json:"changes"`
}

// roomForEnvelope is what type, timestamp, braces and quotes around the data take at most.
const roomForEnvelope = 200

// Pack puts pushes into the data of one delivery, in their order, as many as fit (the caller puts removals first), and
// says how many those are. It fails when the first one alone is too large. Reasons are not sent: they stay home.
func Pack(destination orrery.DestinationName, list string, pushes []Push) (data []byte, packed int, err error) {
	c := changes{Destination: destination, List: list, Changes: []json.RawMessage{}}
	empty, err := json.Marshal(c)
	if err != nil {
		return nil, 0, fmt.Errorf("packing audience changes: %w", err)
	}
	size := len(empty) + roomForEnvelope
	for _, p := range pushes {
		one, err := json.Marshal(p)
		if err != nil {
			return nil, 0, fmt.Errorf("packing audience changes: %w", err)
		}
		size += len(one) + 1
		if size >= MaxBody {
			break
		}
		c.Changes = append(c.Changes, one)
	}
	if len(c.Changes) == 0 && len(pushes) > 0 {
		return nil, 0, orrery.Invalid("webhook.size", "one audience change is too large for a webhook: send fewer identifiers")
	}
	data, err = json.Marshal(c)
	return data, len(c.Changes), err
}
