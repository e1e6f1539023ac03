package i18n

import (
	"strings"
	"time"

	"golang.org/x/text/language"
)

// Match is the spoken language that fits best what somebody asked for: tags, or Accept-Language headers, the most wanted
// first. English when none fits.
func Match(wanted ...string) string {
	for _, w := range wanted {
		if strings.TrimSpace(w) == "" {
			continue
		}
		tags, _, err := language.ParseAcceptLanguage(w)
		if err != nil {
			continue // a header that cannot be read asks for nothing
		}
		if _, i, sure := matcher.Match(tags...); sure > language.No {
			return Languages[i]
		}
	}
	return Languages[0]
}

var matcher = language.NewMatcher([]language.Tag{language.English, language.SimplifiedChinese, language.TraditionalChinese, language.Arabic})

// Moment writes a moment for people, to the minute, in UTC; nothing for the zero moment.
func Moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}
