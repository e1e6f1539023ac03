package history

import (
	"embed"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/orrery-cxm/orrery"
)

// Formats of files.
const (
	CSV       = "csv"
	Table     = "table" // columns apart by white space
	Fixed     = "fixed" // columns of fixed width
	JSONLines = "jsonl" // one event of the tracking API a line
)

// Mapping says what a file's columns mean.
type Mapping struct {
	Name      string            `yaml:"name"`
	About     string            `yaml:"about,omitempty"`
	Format    string            `yaml:"format"`
	Delimiter string            `yaml:"delimiter,omitempty"` // of CSV; found out when it is not given
	Columns   []string          `yaml:"columns,omitempty"`   // names, for a file without a header
	Widths    []int             `yaml:"widths,omitempty"`    // of fixed columns, in characters
	Source    orrery.SourceName `yaml:"source"`
	Type      string            `yaml:"type,omitempty"`  // identify, or track
	Event     string            `yaml:"event,omitempty"` // of track: order, message, or any name
	Set       []Set             `yaml:"set,omitempty"`
	groups    []group           // by bind: sets by the object they stand in
	columns   map[string]int
}

// Set is one part of the event.
type Set struct {
	To       string `yaml:"to"`                 // userId, timestamp, traits.email, properties.total
	From     string `yaml:"from"`               // text with {columns}, {line} and {file}; "" when nothing remains
	As       string `yaml:"as,omitempty"`       // text (default), number, amount, or time
	Layout   string `yaml:"layout,omitempty"`   // of a time, as Go writes it: 20060102; by default RFC 3339
	Zone     string `yaml:"zone,omitempty"`     // of a time that does not say it: Europe/Berlin; by default UTC
	Optional bool   `yaml:"optional,omitempty"` // empty is left out; else it is an error
}

//go:embed mappings/*.yaml
var shipped embed.FS

// Shipped is the names of the mappings that come with the product.
func Shipped() []string {
	files, err := shipped.ReadDir("mappings")
	if err != nil {
		return nil // they are embedded
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), ".yaml"))
	}
	return names
}

// LoadMapping reads a shipped mapping by its name, else a file.
func LoadMapping(name string) (*Mapping, error) {
	text, err := shipped.ReadFile("mappings/" + name + ".yaml")
	if err != nil {
		if text, err = os.ReadFile(name); err != nil {
			return nil, &orrery.Error{Kind: orrery.KindNotFound, Code: "import.mapping",
				Say: fmt.Sprintf("there is no mapping %q, neither a file nor one of %s", name, strings.Join(Shipped(), ", ")), Err: err}
		}
	}
	m := &Mapping{}
	if err := yaml.UnmarshalWithOptions(text, m, yaml.Strict()); err != nil {
		return nil, &orrery.Error{Kind: orrery.KindInvalid, Code: "import.mapping", Say: "mapping " + name + ": " + yaml.FormatError(err, false, true), Err: err}
	}
	if err := m.validate(); err != nil {
		return nil, orrery.Invalid("import.mapping", "mapping "+name+": "+err.Error())
	}
	return m, nil
}

func (m *Mapping) validate() error {
	switch {
	case !slices.Contains([]string{CSV, Table, Fixed, JSONLines}, m.Format):
		return fmt.Errorf("format is %q; write csv, table, fixed or jsonl", m.Format)
	case m.Source == "":
		return fmt.Errorf("source is missing: the name of where the rows come from")
	case len(m.Delimiter) > 1:
		return fmt.Errorf("delimiter is %q; write one character", m.Delimiter)
	case m.Format == JSONLines:
		return nil
	case m.Format == Fixed && (len(m.Widths) == 0 || len(m.Widths) != len(m.Columns)):
		return fmt.Errorf("fixed columns need as many widths as columns; there are %d and %d", len(m.Widths), len(m.Columns))
	case m.Type != "identify" && m.Type != "track":
		return fmt.Errorf("type is %q; write identify or track", m.Type)
	case m.Type == "track" && m.Event == "":
		return fmt.Errorf("event is missing: order, message, or another name")
	}
	for i, s := range m.Set {
		if err := s.validate(); err != nil {
			return fmt.Errorf("set[%d]: %w", i, err)
		}
		if slices.ContainsFunc(m.Set[:i], func(before Set) bool { return before.To == s.To }) {
			return fmt.Errorf("set[%d].to: %q stands twice", i, s.To)
		}
	}
	return nil
}

func (m *Mapping) comma() byte {
	if m.Delimiter == "" {
		return 0
	}
	return m.Delimiter[0]
}

func (m *Mapping) hasHeader() bool { return len(m.Columns) == 0 }
