package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/orrery-cxm/orrery"
)

const (
	secretPrefix = "whsec_"
	minSecret    = 24 // bytes, by the specification
	maxSecret    = 64
)

var (
	idForm   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`) // no dot: it separates the parts that are signed
	typeForm = regexp.MustCompile(`^[A-Za-z0-9_]{1,64}(\.[A-Za-z0-9_]{1,64}){0,7}$`)
)

// NewSecret makes a secret for a new receiver: "whsec_" and 32 random bytes in base64.
func NewSecret() string {
	var b [32]byte
	rand.Read(b[:])
	return secretPrefix + base64.StdEncoding.EncodeToString(b[:])
}

// encodeBody is {"type", "timestamp", "data"}, which is what gets signed, byte for byte.
func encodeBody(d Delivery) ([]byte, error) {
	switch {
	case !idForm.MatchString(d.ID):
		return nil, orrery.Invalid("webhook.id", "the id of a webhook is 1 to 128 letters, digits, - and _")
	case !typeForm.MatchString(d.Type):
		return nil, orrery.Invalid("webhook.type", fmt.Sprintf("the type of a webhook is words joined by dots, not %q", d.Type))
	case !json.Valid(d.Data):
		return nil, orrery.Invalid("webhook.data", "the data of a webhook is one JSON value")
	}
	body := fmt.Appendf(nil, `{"type":"%s","timestamp":"%s","data":%s}`, d.Type, d.Time, d.Data)
	if len(body) >= MaxBody {
		return nil, orrery.Invalid("webhook.size", fmt.Sprintf("a webhook has less than %d bytes, and this one has %d", MaxBody, len(body)))
	}
	return body, nil
}

// sign gives the signatures of all secrets, joined by spaces: "v1," and the base64 of
// HMAC-SHA256(secret, id "." seconds "." body).
func sign(secrets []string, id string, seconds int64, body []byte) (string, error) {
	if len(secrets) == 0 {
		return "", orrery.Invalid("webhook.secret", "a webhook needs a secret to sign with")
	}
	var all []string
	for _, secret := range secrets {
		key, err := decodeSecret(secret)
		if err != nil {
			return "", err
		}
		h := hmac.New(sha256.New, key)
		h.Write([]byte(id + "." + strconv.FormatInt(seconds, 10) + "."))
		h.Write(body)
		all = append(all, "v1,"+base64.StdEncoding.EncodeToString(h.Sum(nil)))
	}
	return strings.Join(all, " "), nil
}

func decodeSecret(secret string) ([]byte, error) {
	text, ok := strings.CutPrefix(secret, secretPrefix)
	key, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(key) < minSecret || len(key) > maxSecret {
		return nil, orrery.Invalid("webhook.secret", fmt.Sprintf("a secret is %s and %d to %d bytes in base64", secretPrefix, minSecret, maxSecret))
	}
	return key, nil
}
