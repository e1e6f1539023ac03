package engine_test

import (
	"testing"

	"github.com/orrery-cxm/orrery/internal/engine"
)

func TestAPolicyThatSaysNothingIsTheDefault(t *testing.T) {
	for _, text := range []string{"", "\n", "# later\n", "{}", "---\n"} {
		p, err := engine.ParsePolicy(text)
		if err != nil {
			t.Errorf("%q is refused: %v", text, err)
		} else if p.Text != text {
			t.Errorf("%q is kept as %q", text, p.Text)
		}
	}
}
