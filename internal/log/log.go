// Package log is the contract of the append-only truth of one workspace: numbered chunks of bytes, chained by hash.
//
// It promises that a chunk whose Append returned is there for ever, in order and byte for byte, until it is redacted;
// that a redacted body leaves no readable trace while the chain still verifies; and that nobody reads what is not yet
// durable. It knows nothing of what the bytes mean, never changes their order and never drops any.
//
// Implementations live below this package; package logtest holds them all to the same behaviour.
package log

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"iter"

	"github.com/orrery-cxm/orrery"
)

// Hash is a SHA-256 sum.
type Hash [32]byte

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Chunk is one entry of the log.
type Chunk struct {
	Seq         orrery.Seq // its place: 1 for the first, then without gaps
	Incarnation uint16     // how often the log had been restored when the chunk was appended; never goes down
	Hash        Hash       // of the chain up to and including this chunk, see [Chain]
	Body        []byte
	Redacted    bool // the body is not the one that was appended
}

// Log is the append-only truth of one workspace. One caller at a time may append, redact or close; reads may run
// beside it from any goroutine.
type Log interface {
	// Append makes body durable right after the chunk `after` and returns the new chunk without its body. It fails with
	// ErrConflict when `after` is not the end, with ErrFull when there is no room, and with ErrUnknown when it cannot
	// tell whether the chunk was kept. After any other error, also that of a context done before it began, nothing was
	// kept. The body is not needed once Append has returned.
	Append(ctx context.Context, after orrery.Seq, body []byte) (Chunk, error)

	// Read yields the chunks after `from`, in order, up to what is durable when it gets there. It stops at the first
	// error, which it yields with an empty chunk. A body is valid until the next step.
	Read(ctx context.Context, from orrery.Seq) iter.Seq2[Chunk, error]

	// At is the chunk at seq, or ErrNoChunk. The body belongs to the caller.
	At(ctx context.Context, seq orrery.Seq) (Chunk, error)

	// Redact replaces the body of the chunk at seq, for erasure: wholly or not at all, also when the power fails. Once
	// it has returned nil no byte of the old body can be read anywhere in the log, and the chain verifies as before.
	// A body that does not fit into the room of the old one is refused with a *TooLargeError.
	Redact(ctx context.Context, seq orrery.Seq, body []byte) error

	// End is the last durable chunk and the hash of the chain there; 0 and the zero hash for an empty log.
	End() (orrery.Seq, Hash)

	// Close ends all use of the log. Whatever was acknowledged stays.
	Close() error
}

// chainMark keeps chain hashes apart from all other sums.
const chainMark = "orrery chain 1"

// Chain is the hash of the chain after the chunk at seq: SHA-256 over a mark, the hash before it, its sequence, its
// incarnation and the sum of the body with which it was appended. Redaction keeps that sum, so it keeps the chain.
func Chain(before Hash, seq orrery.Seq, incarnation uint16, body Hash) Hash {
	var b [len(chainMark) + 32 + 8 + 2 + 32]byte
	n := copy(b[:], chainMark)
	n += copy(b[n:], before[:])
	binary.LittleEndian.PutUint64(b[n:], uint64(seq))
	binary.LittleEndian.PutUint16(b[n+8:], incarnation)
	copy(b[n+10:], body[:])
	return sha256.Sum256(b[:])
}
