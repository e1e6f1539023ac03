package rule

import (
	"errors"
	"fmt"

	"github.com/orrery-cxm/orrery"
)

// ErrCost says that a person's lists or texts are longer than the rule's cost allows for: there is no answer.
var ErrCost = errors.New("rule: a list or text of this person is too long for this rule")

// Error says where a rule is wrong and what to write instead. In errors.As it is also an [orrery.Error] of kind invalid.
type Error struct {
	Line, Column int    // from 1; Column counts characters
	Say          string // what is wrong
	Hint         string // what to write instead; may be empty
}

func (e *Error) Error() string {
	s := fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Say)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Unwrap makes the error one that people may see.
func (e *Error) Unwrap() error { return orrery.Invalid("rule.refused", e.Error()) }
