package seal

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"log/slog"
	"strings"
)

// Secret is a text that must not be shown: an API key, a signing secret. Printed, logged or encoded it is [secret];
// only Reveal gives it away, so a search for that word finds every place that does. The zero Secret is empty.
type Secret struct {
	text *string // behind a pointer, because fmt looks into unexported fields without asking their String method
}

// SecretOf wraps a secret that came from outside.
func SecretOf(text string) Secret { return Secret{&text} }

// Reveal is the secret itself.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Empty says that there is no secret.
func (s Secret) Empty() bool { return s.Reveal() == "" }

func (s Secret) String() string               { return redacted }
func (s Secret) LogValue() slog.Value         { return slog.StringValue(redacted) }
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// UnmarshalText takes the secret as it stands in a file.
func (s *Secret) UnmarshalText(b []byte) error {
	*s = SecretOf(strings.TrimSpace(string(b)))
	return nil
}

// NewSecret makes an API key: the prefix, by which people and secret scanners recognise it ("ork_"), and 26 random
// letters and digits, 130 bits.
func NewSecret(prefix string) Secret { return SecretOf(prefix + strings.ToLower(rand.Text())) }

// hashPrefix names how a stored hash was made, so that another way can be added beside it.
const hashPrefix = "sha256:"

// Hash is how an API key is kept: "sha256:" and 64 hex digits. One round of SHA-256 without salt is right for keys made
// by [NewSecret]: slow, salted hashes defend passwords, which people choose from a list that can be tried; 130 random
// bits cannot be tried at any speed, no two keys are alike, and a request must be checked in less than a microsecond.
// It is wrong for anything that a person thought up.
func Hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hashPrefix + hex.EncodeToString(sum[:])
}

// Verify says whether hash was made from secret, in a time that does not tell how much of it was right.
func Verify(secret, hash string) bool {
	return subtle.ConstantTimeCompare([]byte(Hash(secret)), []byte(hash)) == 1
}
