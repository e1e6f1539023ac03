package api

import (
	"encoding"

	"github.com/danielgtaylor/huma/v2"
)

// InPath is an id in a path. It is a struct because huma reads a number wherever the kind of the type is one, whatever
// the type says of its text.
type InPath[T any] struct{ ID T }

// UnmarshalText reads the id as people see it, such as cas_00g000000cg01.
func (p *InPath[T]) UnmarshalText(b []byte) error {
	return any(&p.ID).(encoding.TextUnmarshaler).UnmarshalText(b) // every id of the vocabulary reads text
}

// Schema says that the id is text.
func (InPath[T]) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeString} }
