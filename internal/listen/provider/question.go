package provider

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/orrery-cxm/orrery"
)

// Question is what a provider is asked. Text is masked: it holds names of personal data in brackets where those stood.
type Question struct {
	Text     string
	Language string
	Channel  orrery.Channel
	Heads    []Head
}

// Writing is what an agent wants written.
type Writing struct {
	Text     string // masked, as in a question
	Language string // of the text
	To       string // BCP 47: the language to write in
	Draft    bool   // a reply to the text; otherwise its translation
	Note     string // of the agent, for a reply: what it should say; masked
}

// Usage is what an answer cost.
type Usage struct{ Tokens int }

// Schema is the JSON schema (2020-12) of an answer about heads, in the strict form that every property is required and no
// other is allowed. Equal heads give equal bytes.
func Schema(heads []Head) jsontext.Value {
	properties := map[string]any{}
	for _, h := range heads {
		label := h.schema()
		if h != Polarity {
			label = map[string]any{"type": "array", "items": label}
		}
		properties[string(h)] = label
	}
	b, err := json.Marshal(closed(properties), json.Deterministic(true))
	if err != nil {
		panic("provider: the schema cannot be written: " + err.Error()) // maps of strings always can
	}
	return b
}

// schema is that of one label of a head.
func (h Head) schema() map[string]any {
	text := map[string]any{"type": "string"}
	p := map[string]any{"name": choice(h.Names()...), "confidence": map[string]any{"type": "number", "minimum": 0, "maximum": 1}}
	if h != Polarity {
		p["quote"] = text
	}
	if h == Aspects {
		p["polarity"] = choice("negative", "neutral", "positive")
	}
	if h == Life {
		p["who"], p["when"] = choice(who[:]...), choice(when[:]...)
	}
	return closed(p)
}

var (
	who  = [...]string{"self", "family", "other"}
	when = [...]string{"past", "recent", "planned"}
)

func choice(names ...string) map[string]any { return map[string]any{"type": "string", "enum": names} }

func closed(properties map[string]any) map[string]any {
	var required []string
	for name := range properties {
		required = append(required, name)
	}
	return map[string]any{"type": "object", "properties": properties, "required": sorted(required), "additionalProperties": false}
}

// Failure is why there is no answer. It never holds a text, a key or what the provider wrote.
type Failure struct {
	Say   string
	Again bool        // the same question may be answered later
	After orrery.Span // the provider asked to wait that long; 0 if it did not
	Err   error       // ErrAnswer, or nil
	Usage Usage       // what it cost all the same
}

func (f *Failure) Error() string { return f.Say }
func (f *Failure) Unwrap() error { return f.Err }
