package seal

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
)

// MasterSize is the length in bytes of the secret from which every key of a workspace is derived.
const MasterSize = 32

// Labels of derived keys. A label is never reused for another purpose and never changes: everything stored depends on it.
const (
	labelIdentifier  = "orrery/identifier/1"
	labelMessage     = "orrery/message/1"
	labelErasure     = "orrery/erasure/1"
	labelToken       = "orrery/token/1"
	labelFingerprint = "orrery/fingerprint/1"
)

// Keys are the keys of one workspace. They are safe for concurrent use and print as [secret].
type Keys struct {
	master     [MasterSize]byte
	identifier [16]byte
	message    [16]byte
	erasure    [32]byte
	token      [32]byte
}

// New derives the keys of a workspace from its master secret. Equal masters give equal keys, which simulations rely on.
func New(master [MasterSize]byte) *Keys {
	k := &Keys{master: master}
	k.derive(k.identifier[:], labelIdentifier)
	k.derive(k.message[:], labelMessage)
	k.derive(k.erasure[:], labelErasure)
	k.derive(k.token[:], labelToken)
	return k
}

// Derive gives a key of 32 bytes for a purpose of the caller's own. The label says what the key is for and must be one
// that nobody else uses ("orrery/unsubscribe/1").
func (k *Keys) Derive(label string) [32]byte {
	var out [32]byte
	k.derive(out[:], "orrery/caller/1/"+label)
	return out
}

// derive fills out by HKDF-SHA256 (RFC 5869), which cannot fail for outputs this short.
func (k *Keys) derive(out []byte, label string) {
	b, err := hkdf.Key(sha256.New, k.master[:], nil, label, len(out))
	if err != nil {
		panic("seal: deriving a key: " + err.Error())
	}
	copy(out, b)
}

// Fingerprint names the keys without giving them away. Stores keep it, so that a restore with the wrong key file is
// refused with a clear message instead of turning every person into a stranger.
func (k *Keys) Fingerprint() string {
	var b [8]byte
	k.derive(b[:], labelFingerprint)
	return hex.EncodeToString(b[:])
}

const redacted = "[secret]"

func (k Keys) String() string               { return redacted }
func (k Keys) GoString() string             { return redacted }
func (k Keys) LogValue() slog.Value         { return slog.StringValue(redacted) }
func (k Keys) MarshalText() ([]byte, error) { return []byte(redacted), nil }
