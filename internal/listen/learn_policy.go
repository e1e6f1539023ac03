package listen

import (
	"fmt"
	"strings"
)

// Learning is what a brand decides about what its own engine learns. It counts for every correction that there is, so
// that a lesson can be taken back: the corrections themselves stay.
type Learning struct {
	// Enabled lets corrections teach. When it is false every text is understood as shipped.
	Enabled bool `yaml:"enabled"`
	// Ignore names those whose corrections teach nothing, as they stand in "by" (the name of an API key).
	Ignore []string `yaml:"ignore,omitempty"`
}

// DefaultLearning learns from everybody.
func DefaultLearning() Learning { return Learning{Enabled: true} }

// Validate names the field that is wrong.
func (l *Learning) Validate() error {
	for i, name := range l.Ignore {
		if strings.TrimSpace(name) == "" {
			return fmt.Errorf("learning.ignore[%d]: %q is no name: give the name of the key whose corrections do not count", i, name)
		}
	}
	return nil
}
