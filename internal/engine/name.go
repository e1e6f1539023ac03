package engine

import (
	"reflect"
	"strings"
	"unicode"

	"github.com/orrery-cxm/orrery"
)

// Version of the product.
const Version = "0.1.0"

// FactName is the name of a fact as people and programs outside see it: touch.recorded, hold.placed.
func FactName(f orrery.Fact) string {
	if name, ok := factNames[f.Kind()]; ok {
		return name
	}
	return "unknown"
}

// factNames are made of the names of the structs: HoldPlaced is hold.placed.
var factNames = namesOf(factTypes)

func namesOf(types map[orrery.FactKind]reflect.Type) map[orrery.FactKind]string {
	names := make(map[orrery.FactKind]string, len(types))
	for kind, t := range types {
		var b strings.Builder
		words := 0
		for i, r := range t.Name() {
			if unicode.IsUpper(r) && i > 0 {
				words++
				b.WriteByte('.')
			}
			b.WriteRune(unicode.ToLower(r))
		}
		names[kind] = strings.Replace(b.String(), ".", "_", words-1) // the last word says what happened
	}
	return names
}
