package demo

import (
	"context"

	"github.com/go-json-experiment/json"

	"github.com/orrery-cxm/orrery"
)

// letter is a message as the receiver got it.
type letter struct {
	kind    string
	Intent  orrery.IntentID `json:"intent"`
	Class   orrery.Class    `json:"class"`
	Case    orrery.CaseID   `json:"case"`
	Content struct {
		Text string `json:"text"`
	} `json:"content"`
	Survey struct {
		Survey string `json:"survey"`
		Token  string `json:"token"`
	} `json:"survey"`
}

// letterOf waits for a message that the receiver got and that is wanted.
func (t *teller) letterOf(ctx context.Context, want func(*letter) bool) (*letter, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var found *letter
	_, err := t.receiver.Wait(ctx, func(a Arrival) bool {
		if a.Type != "message.send" {
			return false
		}
		l := &letter{kind: a.Type}
		if json.Unmarshal(a.Data, l) != nil || !want(l) {
			return false
		}
		found = l
		return true
	})
	return found, err
}
