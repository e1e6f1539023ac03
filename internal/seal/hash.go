package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
)

// stackSize is room for every identifier of ordinary length without allocating.
const stackSize = 256

// Identifier is the 64-bit name under which an identifier is known: the first 8 bytes, big-endian, of
// SHA-256(key, length of ns, ns, value), never 0. With a key of 16 bytes it fits one SHA-256 block for values up to 38
// bytes less the namespace's name.
//
// A key in front of the text is safe here although it would not be for a whole SHA-256: only 8 of its 32 bytes are
// shown, so the state cannot be extended, and the length before ns keeps ("ab", "c") apart from ("a", "bc").
func (k *Keys) Identifier(ns, value string) uint64 {
	sum := prefixed(&k.identifier, ns, value)
	if id := binary.BigEndian.Uint64(sum[:8]); id != 0 {
		return id
	}
	return 1
}

// MessageKey is the key by which a message of a source is known for deduplication, made like [Keys.Identifier].
func (k *Keys) MessageKey(source, messageID string) [16]byte {
	sum := prefixed(&k.message, source, messageID)
	return [16]byte(sum[:16])
}

// prefixed is SHA-256(key, length of a, a, b), without allocating for texts of ordinary length.
func prefixed(key *[16]byte, a, b string) [sha256.Size]byte {
	var stack [stackSize]byte
	buf := append(stack[:0], key[:]...)
	buf = binary.AppendUvarint(buf, uint64(len(a)))
	buf = append(buf, a...)
	buf = append(buf, b...)
	return sha256.Sum256(buf)
}

// Erasure is what the erasure register keeps of an identifier: HMAC-SHA256 under a key that is used for nothing else.
// The register outlives backups, so it must not let anybody without the key file confirm who was erased.
func (k *Keys) Erasure(ns, value string) [32]byte {
	h := hmac.New(sha256.New, k.erasure[:])
	h.Write(binary.AppendUvarint(nil, uint64(len(ns))))
	h.Write([]byte(ns))
	h.Write([]byte(value))
	return [32]byte(h.Sum(nil))
}
