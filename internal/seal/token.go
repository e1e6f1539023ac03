package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"

	"github.com/orrery-cxm/orrery"
)

// Errors of [Keys.OpenToken].
var (
	ErrNoToken      = orrery.Invalid("token.invalid", "this link is not whole: open it again from the message it came with")
	ErrForgedToken  = orrery.Denied("token.forged", "this link is not one of ours, or belongs to something else")
	ErrExpiredToken = orrery.Denied("token.expired", "this link has expired")
)

// tokenPrefix is the version of the format; a token of a later format is never mistaken for this one.
const tokenPrefix = "o1."

// tokenText is strict: two texts never stand for one token.
var tokenText = base64.RawURLEncoding.Strict()

const (
	expirySize = 8
	macSize    = sha256.Size
	// MaxPayload is how many bytes a token may carry: it must fit a link.
	MaxPayload = 1024
)

// SignToken makes a token for a link: who follows it proves that we gave it to them. The payload can be read by
// whoever has the token, so it holds ids, never personal data. Purpose ("survey", "preferences") keeps a token for one
// thing from being used for another; expires 0 means never. The form is "o1." and base64url without padding of
// expiry (8 bytes, big-endian milliseconds), payload, HMAC-SHA256.
func (k *Keys) SignToken(purpose string, payload []byte, expires orrery.Instant) string {
	if len(payload) > MaxPayload {
		panic("seal: a token's payload is an id, not a document")
	}
	b := make([]byte, 0, expirySize+len(payload)+macSize)
	b = binary.BigEndian.AppendUint64(b, uint64(expires))
	b = append(b, payload...)
	b = k.appendMAC(b, purpose, b)
	return tokenPrefix + tokenText.EncodeToString(b)
}

// OpenToken gives the payload of a token made by [Keys.SignToken] for the same purpose. It fails with [ErrNoToken] for
// a text that is no token, [ErrForgedToken] for one that these keys did not sign for this purpose, and
// [ErrExpiredToken] for one that was good before now.
func (k *Keys) OpenToken(purpose, token string, now orrery.Instant) ([]byte, error) {
	text, ok := strings.CutPrefix(token, tokenPrefix)
	if !ok || len(text) > tokenText.EncodedLen(expirySize+MaxPayload+macSize) || strings.ContainsAny(text, "\r\n") {
		return nil, ErrNoToken
	}
	b, err := tokenText.DecodeString(text)
	if err != nil || len(b) < expirySize+macSize {
		return nil, ErrNoToken
	}
	signed, mac := b[:len(b)-macSize], b[len(b)-macSize:]
	if !hmac.Equal(mac, k.appendMAC(nil, purpose, signed)) {
		return nil, ErrForgedToken
	}
	expires := orrery.Instant(binary.BigEndian.Uint64(signed))
	if expires != 0 && now >= expires {
		return nil, ErrExpiredToken
	}
	return signed[expirySize:], nil
}

func (k *Keys) appendMAC(dst []byte, purpose string, signed []byte) []byte {
	h := hmac.New(sha256.New, k.token[:])
	h.Write(binary.AppendUvarint(nil, uint64(len(purpose))))
	h.Write([]byte(purpose))
	h.Write(signed)
	return h.Sum(dst)
}
