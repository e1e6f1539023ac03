package docs

import (
	"encoding"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/orrery-cxm/orrery/internal/engine"
)

const policyHead = `# The policy of a workspace

One YAML file holds everything that a brand decides for itself. ` + "`orrery apply policy.yaml`" + ` puts it in force without a restart,
` + "`--dry-run`" + ` says whom it would change, and what it would have changed in the last days; a mistake is refused with its line. What a file leaves out keeps its default, and
each version is kept in the log. ` + "`[]`" + ` marks the fields of each entry of a list.

This page is generated from the code: names and defaults cannot differ from it.

| Field | Default | What it is |
|---|---|---|
`

func TestThePolicyIsDescribedAsItIs(t *testing.T) {
	r := &reference{t: t, comments: map[string]map[string]string{}}
	r.out.WriteString(policyHead)
	r.fields("", "", reflect.ValueOf(*engine.DefaultPolicy()))
	golden(t, "docs/policy.md", r.out.String())
}

// reference writes one line for each field of the policy.
type reference struct {
	t        *testing.T
	out      strings.Builder
	comments map[string]map[string]string // package path: Type.Field: comment
}

// fields writes the fields of a struct; of is what the field that holds it is said to be.
func (r *reference) fields(prefix, of string, v reflect.Value) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		tag, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case options == "inline":
			r.fields(prefix, of, v.Field(i))
		case tag != "" && tag != "-" && f.IsExported():
			r.field(prefix+tag, of, v.Type(), f, v.Field(i))
		}
	}
}

func (r *reference) field(name, of string, in reflect.Type, f reflect.StructField, v reflect.Value) {
	comment := r.comment(in, f.Name)
	if of != "" && comment != "" {
		comment = of + ": " + comment
	}
	t := f.Type
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
		if v.Kind() == reflect.Pointer && !v.IsNil() {
			v = v.Elem()
		}
	}
	switch {
	case t.Kind() == reflect.Struct && !text(t) && tagged(t):
		if v.Kind() == reflect.Pointer {
			v = reflect.Zero(t)
		}
		if !strings.Contains(name, ".") {
			comment = "" // a section explains itself by its fields
		}
		r.fields(name+".", comment, v)
	case (t.Kind() == reflect.Slice || t.Kind() == reflect.Map) && t.Elem().Kind() == reflect.Struct && !text(t.Elem()) && tagged(t.Elem()):
		r.line(name, shown(v), comment)
		if t.Kind() == reflect.Map {
			name += ".<name>"
		}
		r.fields(name+"[].", "", reflect.Zero(t.Elem()))
	default:
		r.line(name, shown(v), comment)
	}
}

// plain is a comment that says what a field is, not only its default.
var plain = regexp.MustCompile(`[a-z]{2,}.*[a-z]{2,}`)

func (r *reference) line(name, value, comment string) {
	if !plain.MatchString(comment) {
		r.t.Errorf("%s: nothing is said of it: say behind the field of its struct what it is", name)
	}
	fmt.Fprintf(&r.out, "| `%s` | %s | %s |\n", name, value, comment)
}

func text(t reflect.Type) bool {
	m := reflect.TypeFor[encoding.TextMarshaler]()
	return t.Implements(m) || reflect.PointerTo(t).Implements(m)
}

func tagged(t reflect.Type) bool {
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("yaml") != "" {
			return true
		}
	}
	return false
}

// shown is a default as it would stand in a file.
func shown(v reflect.Value) string {
	if v.IsZero() && v.Kind() != reflect.Bool && v.Kind() != reflect.Int && v.Kind() != reflect.Int64 && v.Kind() != reflect.Uint {
		return "none"
	}
	if (v.Kind() == reflect.Slice || v.Kind() == reflect.Map) && v.Len() == 0 {
		return "none"
	}
	if (v.Kind() == reflect.Slice || v.Kind() == reflect.Map) && v.Len() > 0 && v.Type().Elem().Kind() == reflect.Struct && tagged(v.Type().Elem()) {
		return names(v)
	}
	b, err := yaml.MarshalWithOptions(v.Interface(), yaml.Flow(true))
	if err != nil {
		return "(" + err.Error() + ")"
	}
	s := strings.Join(strings.Fields(string(b)), " ")
	if len(s) > 300 {
		s = strings.ToValidUTF8(s[:297], "") + "..."
	}
	return "`" + strings.ReplaceAll(s, "|", "\\|") + "`"
}

// names lists the entries of a long default by their first field.
func names(v reflect.Value) string {
	if v.Kind() == reflect.Map {
		return fmt.Sprintf("%d entries", v.Len())
	}
	var list []string
	for i := range v.Len() {
		list = append(list, fmt.Sprint(v.Index(i).Field(0).Interface()))
	}
	return "`" + strings.Join(list, "`, `") + "`"
}

// comment is what the code says of a field.
func (r *reference) comment(t reflect.Type, field string) string {
	all, ok := r.comments[t.PkgPath()]
	if !ok {
		all = readComments(r.t, strings.TrimPrefix(t.PkgPath(), "github.com/orrery-cxm/orrery"))
		r.comments[t.PkgPath()] = all
	}
	return all[t.Name()+"."+field]
}

// reference to a thing of the code, such as [DefaultBlocklist]
var bracket = regexp.MustCompile(`\[([A-Za-z.]+)\]`)

func readComments(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	files, err := filepath.Glob(filepath.Join(root, dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, b, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if s, ok := spec.Type.(*ast.StructType); ok {
				for _, field := range s.Fields.List {
					said := field.Doc.Text()
					if said == "" {
						said = field.Comment.Text()
					}
					said = strings.ReplaceAll(strings.Join(strings.Fields(said), " "), "|", "\\|")
					for _, id := range field.Names {
						all[spec.Name.Name+"."+id.Name] = bracket.ReplaceAllString(said, "`$1`")
					}
				}
			}
			return true
		})
	}
	return all
}
