package demo

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/orrery-cxm/orrery"
)

// narrator prints the stories at a pace at which people can read them.
type narrator struct {
	mu    sync.Mutex
	out   io.Writer
	pause time.Duration // after each line
	data  string        // directory of the workspace, for commands to copy
	base  string
	key   string
}

func (n *narrator) line(format string, args ...any) {
	n.mu.Lock()
	_, _ = fmt.Fprintf(n.out, format+"\n", args...) // standard output may have gone
	n.mu.Unlock()
	time.Sleep(n.pause)
}

func (n *narrator) title(text string) {
	n.line("")
	n.line("%s", text)
	n.line("%s", strings.Repeat("─", len([]rune(text))))
}

// tell is a sentence of the story.
func (n *narrator) tell(format string, args ...any) { n.line("  "+format, args...) }

// quote is what a person said.
func (n *narrator) quote(who, text string) { n.line("  %s: “%s”", who, text) }

// note is one thing that the engine did, as the API shows it.
func (n *narrator) note(seq orrery.Seq, word, text string) {
	n.line("    chunk %-6d %-11s %s", seq, word, text)
}

// closer says where to look.
func (n *narrator) closer(ref string, paths ...string) {
	n.line("    look closer:")
	for _, p := range append([]string{"/v1/persons/" + ref, "/v1/persons/" + ref + "/timeline"}, paths...) {
		n.line("      curl -s -H 'Authorization: Bearer %s' '%s%s'", n.key, n.base, p)
	}
	n.line("      orrery person %s --data %s --workspace %s", ref, n.data, Workspace)
}

// clockTime is a moment without its day.
func clockTime(at orrery.Instant) string { return at.Time().Format("15:04:05.000") }

// day is a moment without its time.
func day(at orrery.Instant) string { return at.Time().Format("2 January 2006") }
