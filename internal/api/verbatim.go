package api

import (
	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json/jsontext"
)

// Verbatim is a JSON object that is passed on as it was written, but for white space: its numbers are not numbers here,
// and keep all their digits.
type Verbatim string

// UnmarshalJSONFrom takes the object as it stands. Whether it is one has been checked against the schema.
func (v *Verbatim) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	raw, err := d.ReadValue()
	if err != nil {
		return err
	}
	if err := raw.Compact(); err != nil {
		return err
	}
	if *v = Verbatim(raw); raw.Kind() == 'n' {
		*v = ""
	}
	return nil
}

// Schema says that it is an object of anything.
func (Verbatim) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: &huma.Schema{}}
}
