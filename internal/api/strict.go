package api

import (
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
)

// strictly reads JSON bodies so that what was meant is what is done: a key that stands twice in one object, or text that
// is no valid UTF-8, is refused instead of guessed at.
var strictly = huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: func(data []byte, v any) error { return json.Unmarshal(data, v) }}

// maxEcho is how much of a wrong value its refusal shows, in bytes.
const maxEcho = 100

// briefly cuts the wrong values in a refusal: they help to find the mistake, and a large body is not sent back.
func briefly(_ huma.Context, _ string, v any) (any, error) {
	e, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	for _, d := range e.Errors {
		switch text := d.Value.(type) {
		case string:
			if len(text) > maxEcho {
				d.Value = cut(text)
			}
		case map[string]any, []any:
			d.Value = nil
		}
	}
	return e, nil
}

// cut shortens a text to at most maxEcho bytes of whole characters and three dots.
func cut(text string) string {
	end := maxEcho
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "..."
}
