package history

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/orrery-cxm/orrery"
)

// group is the sets of one object of the event: "" for the event itself.
type group struct {
	object string
	sets   []bound
}

// bound is a set whose columns are found.
type bound struct {
	Set
	name  string // inside its object
	parts []part
	zone  *time.Location
}

// part is a piece of a template: text, then a column, or the line or file.
type part struct {
	text   string
	column int // -1 none, -2 line, -3 file
}

const (
	noColumn = -1 - iota
	theLine
	theFile
)

func (s Set) validate() error {
	object, name, nested := strings.Cut(s.To, ".")
	switch {
	case s.To == "" || s.From == "":
		return fmt.Errorf("to and from are both needed")
	case nested && (name == "" || (object != "traits" && object != "properties" && object != "context")):
		return fmt.Errorf("to: %q; write userId, anonymousId, timestamp, traits.NAME, properties.NAME or context.NAME", s.To)
	case !nested && s.To != "userId" && s.To != "anonymousId" && s.To != "timestamp" && s.To != "messageId" && s.To != "groupId":
		return fmt.Errorf("to: %q; write userId, anonymousId, timestamp, traits.NAME, properties.NAME or context.NAME", s.To)
	}
	switch s.As {
	case "", "text", "number", "amount":
	case "time":
		if s.Zone != "" {
			if _, err := time.LoadLocation(s.Zone); err != nil {
				return fmt.Errorf("zone: %q is no time zone", s.Zone)
			}
		}
	default:
		return fmt.Errorf("as: %q; write text, number, amount or time", s.As)
	}
	return nil
}

// bind finds the columns of a header.
func (m *Mapping) bind(header []string) error {
	m.columns, m.groups = map[string]int{}, nil
	for i, name := range header {
		m.columns[strings.TrimSpace(name)] = i
	}
	for _, s := range m.Set {
		b := bound{Set: s, zone: time.UTC}
		object, name, nested := strings.Cut(s.To, ".")
		if b.name = name; !nested {
			object, b.name = "", s.To
		}
		if s.Zone != "" {
			zone, err := time.LoadLocation(s.Zone)
			if err != nil {
				return fmt.Errorf("loading the zone %s: %w", s.Zone, err)
			}
			b.zone = zone
		}
		known, err := m.template(&b)
		if err != nil {
			return err
		}
		if known {
			m.put(object, b)
		}
	}
	return nil
}

// template takes the text of a set apart; false when it is optional and a column of it is not in the file.
func (m *Mapping) template(b *bound) (bool, error) {
	rest := b.From
	for rest != "" {
		text, after, open := strings.Cut(rest, "{")
		p := part{text: text, column: noColumn}
		if open {
			column, tail, closed := strings.Cut(after, "}")
			if !closed {
				return false, orrery.Invalid("import.mapping", fmt.Sprintf("%s: %q has a { that is never closed", b.To, b.From))
			}
			after = tail
			switch i, ok := m.columns[column]; {
			case ok:
				p.column = i
			case column == "line":
				p.column = theLine
			case column == "file":
				p.column = theFile
			case b.Optional:
				return false, nil
			default:
				return false, orrery.Invalid("import.columns", fmt.Sprintf("the file has no column %q, which the mapping %s needs for %s", column, m.Name, b.To))
			}
		}
		b.parts, rest = append(b.parts, p), after
	}
	return true, nil
}

func (m *Mapping) put(object string, b bound) {
	for i := range m.groups {
		if m.groups[i].object == object {
			m.groups[i].sets = append(m.groups[i].sets, b)
			return
		}
	}
	m.groups = append(m.groups, group{object: object, sets: []bound{b}})
}

// Append writes the event of a row behind out. file is the hash of the file, which with the line makes the message id,
// so that a row that is imported again is recognised.
func (m *Mapping) Append(out []byte, row *Row, file string) ([]byte, *RowError) {
	if row.File != "" {
		file = row.File
	}
	if m.Format == JSONLines {
		return appendJSON(out, row, file)
	}
	if want := len(m.columns); len(row.Fields) != want {
		return out, &RowError{Code: "import.columns", Say: fmt.Sprintf("%d columns where %d are expected", len(row.Fields), want)}
	}
	begin := len(out)
	out = append(out, `{"type":"`...)
	out = append(out, m.Type...)
	out = append(out, `","messageId":"`...)
	out = appendID(out, file, row.Line)
	out = append(out, '"')
	if m.Event != "" {
		out = append(out, `,"event":`...)
		out = quote(out, m.Event)
	}
	for i := range m.groups {
		g := &m.groups[i]
		first := g.object != ""
		if first {
			out = append(out, `,"`+g.object+`":{`...)
		}
		for j := range g.sets {
			before := len(out)
			if !first {
				out = append(out, ',')
			}
			next, wrote, err := g.sets[j].append(out, row, file)
			if err != nil {
				return out[:begin], err
			}
			if !wrote {
				out = next[:before]
				continue
			}
			out, first = next, false
		}
		if g.object != "" {
			out = append(out, '}')
		}
	}
	return append(out, '}'), nil
}

// append writes one member; false when the set is optional and empty.
func (b *bound) append(out []byte, row *Row, file string) ([]byte, bool, *RowError) {
	v, empty := b.parts[0].text, true
	if len(b.parts) == 1 && v == "" && b.parts[0].column >= 0 {
		v = row.Fields[b.parts[0].column]
		empty = v == ""
	} else {
		v = ""
		columns := false
		for _, p := range b.parts {
			v += p.text
			switch p.column {
			case noColumn:
			case theLine:
				v += strconv.Itoa(row.Line)
			case theFile:
				v += file
			default:
				columns = true
				empty = empty && row.Fields[p.column] == ""
				v += row.Fields[p.column]
			}
		}
		empty = empty && columns
	}
	if empty {
		if b.Optional {
			return out, false, nil
		}
		return out, false, &RowError{Code: "import.empty", Field: b.From, Say: "it is empty"}
	}
	out = quote(out, b.name)
	out = append(out, ':')
	switch b.As {
	case "number":
		n := jsontext.Value(strings.TrimSpace(v))
		if n.Kind() != '0' || !n.IsValid() {
			return out, false, &RowError{Code: "import.number", Field: b.From, Say: strconv.Quote(v) + " is no number: write it as 12 or 12.5"}
		}
		return append(out, n...), true, nil
	case "amount":
		return quote(out, strings.TrimSpace(v)), true, nil
	case "time":
		layout := b.Layout
		if layout == "" {
			layout = time.RFC3339Nano
		}
		at, err := time.ParseInLocation(layout, strings.TrimSpace(v), b.zone)
		if err != nil {
			return out, false, &RowError{Code: "import.time", Field: b.From, Say: strconv.Quote(v) + " is no time of the form " + layout}
		}
		return append(at.UTC().AppendFormat(append(out, '"'), "2006-01-02T15:04:05.000Z"), '"'), true, nil
	}
	return quote(out, v), true, nil
}

func quote(out []byte, v string) []byte {
	b, err := jsontext.AppendQuote(out, v)
	if err != nil {
		return b // invalid UTF-8 is replaced; rows are checked before
	}
	return b
}

// appendJSON passes an event on, with a message id when it has none.
func appendJSON(out []byte, row *Row, file string) ([]byte, *RowError) {
	raw := bytes.TrimSpace(row.Raw)
	if !jsontext.Value(raw).IsValid() || raw[0] != '{' {
		return out, &RowError{Code: "import.json", Say: "the line is no JSON object"}
	}
	if bytes.Contains(raw, []byte(`"messageId"`)) || bytes.Contains(raw, []byte(`"message_id"`)) {
		return append(out, raw...), nil
	}
	out = append(out, `{"messageId":"`...)
	out = append(appendID(out, file, row.Line), '"')
	if rest := bytes.TrimSpace(raw[1:]); len(rest) > 0 && rest[0] != '}' {
		out = append(out, ',')
	}
	return append(out, raw[1:]...), nil
}

// appendID is import:FILE:LINE.
func appendID(out []byte, file string, line int) []byte {
	out = append(out, "import:"...)
	out = append(append(out, file...), ':')
	return strconv.AppendInt(out, int64(line), 10)
}

// Column is the column that a path of the event comes from, as the validation of events names it.
func (m *Mapping) Column(say string) string {
	for i := range m.Set {
		if strings.HasPrefix(say, m.Set[i].To+":") || strings.HasPrefix(say, m.Set[i].To+" ") {
			return m.Set[i].From
		}
	}
	return ""
}
