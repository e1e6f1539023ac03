package file

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery/internal/log/file/faultfs"
)

// graft writes the third record of a segment of three anew with a header that lies, but is sound in itself.
func graft(t *testing.T, fs *faultfs.FS, lie func(h *header)) {
	t.Helper()
	change(t, fs, firstFile, func(b []byte) {
		h, err := decodeHeader(b[2*sector:])
		if err != nil {
			t.Error(err)
			return
		}
		body := bytes.Clone(b[2*sector+headerSize:][:h.length])
		lie(&h)
		copy(b[2*sector:], appendRecord(nil, &h, body))
	})
}

func TestARecordThatDoesNotBelongWhereItStandsIsDamage(t *testing.T) {
	ctx := context.Background()
	for name, test := range map[string]struct {
		lie  func(h *header)
		tail string // what opening says, when it stands in the last segment; "" when opening cannot know
		seal string // what Verify says, when it stands in an earlier one
	}{
		"chain":       {func(h *header) { h.before[0] ^= 1 }, "continue the chain", "continue the chain"},
		"sequence":    {func(h *header) { h.seq = 9 }, "chunk 9 stands in its place", "chunk 9 stands in its place"},
		"lineage":     {func(h *header) { h.lineage[0] ^= 1 }, "another log of this workspace", "another log"},
		"workspace":   {func(h *header) { h.workspace[0] ^= 1 }, "another workspace", "another log"},
		"incarnation": {func(h *header) { h.incarnation = 4 }, "incarnation 4 is lower than 5", "incarnation 4 is lower than 5"},
		"body":        {func(h *header) { h.original[0] ^= 1 }, "", "does not say so"},
	} {
		t.Run(name, func(t *testing.T) {
			fs, opts := incarnated(t, "one", "two", "three")
			graft(t, fs, test.lie)
			l, err := Open(ctx, opts)
			if test.tail != "" {
				wantDamage(t, err, 3, test.tail)
			} else {
				_, err = l.Verify(ctx)
				wantDamage(t, err, 3, test.seal)
			}

			fs, opts = incarnated(t, "one", "two", "three", strings.Repeat("four ", 1600))
			graft(t, fs, test.lie)
			l = opened(t, opts)
			_, err = l.Verify(ctx)
			wantDamage(t, err, 3, test.seal)
			if name == "sequence" {
				wantDamage(t, l.Redact(ctx, 3, nil), 3, test.seal)
			}
		})
	}
}

// incarnated is filled with chunks of incarnation 5.
func incarnated(t *testing.T, bodies ...string) (*faultfs.FS, Options) {
	t.Helper()
	fs := faultfs.New(1)
	opts := Options{Dir: lifeDir, Workspace: "acme", FS: fs, SegmentSize: 8192, Foreground: true, Incarnation: 5}
	l := opened(t, opts)
	for _, body := range bodies {
		if _, err := l.Append(context.Background(), l.end.seq, []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	l.Close()
	return fs, opts
}

func TestAJournalForAnotherChunkIsNotApplied(t *testing.T) {
	ctx := context.Background()
	fs, l := interrupted(t)
	change(t, fs, firstFile, func(b []byte) { // another chunk stands where the redaction belongs
		h, _ := decodeHeader(b[2*sector:])
		h.seq = 2
		copy(b[sector:], appendRecord(nil, &h, []byte("three")))
	})
	wantDamage(t, l.Reopen(ctx), 2, "another chunk than stands there")
}
