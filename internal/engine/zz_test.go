package engine
import "testing"
func TestZZ(t *testing.T) {
	for _, s := range []string{"", "\n", "# x\n", "{}", "collect: {}\n"} {
		_, err := ParsePolicy(s)
		t.Logf("%q %v", s, err)
	}
}
