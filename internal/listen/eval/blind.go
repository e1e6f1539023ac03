package eval

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/orrery-cxm/orrery"
)

// Message is one of the blind set, see test/listening/README.md.
type Message struct {
	ID      string         `json:"id"`
	Text    string         `json:"text"`
	Channel orrery.Channel `json:"channel"`
	Slices  []string       `json:"slices"`
}

// writing is what the id of the message begins with, up to its last dash: en, ar, hans, hant, yue.
func (m *Message) writing() string {
	at := strings.LastIndexByte(m.ID, '-')
	return m.ID[:max(at, 0)]
}

// Labels are what one annotator found in a message. A field that is nil was left out.
type Labels struct {
	ID       string    `json:"id"`
	Polarity *string   `json:"polarity"`
	Intents  *[]string `json:"intents"`
	Emotion  *string   `json:"emotion"`
	Urgent   *bool     `json:"urgent"`
	Hold     *bool     `json:"hold"`
	Life     *[]Event  `json:"life"`
	Risks    *[]string `json:"risks"`
	Personal *[]Span   `json:"pii"`
	Note     string    `json:"note"`
}

// Blind is the blind set: messages, and what two annotators found in each.
type Blind struct {
	Dir      string
	Messages []Message
	A, B     map[string]Labels // nil when the file is not there
}

// Names of labels, as the guidelines give them.
var (
	polarityNames = []string{"negative", "neutral", "positive", "mixed"}
	intentNames   = []string{orrery.IntentComplaint, orrery.IntentQuestion, orrery.IntentPraise, orrery.IntentPurchase, orrery.IntentCancellation, orrery.IntentRequest,
		orrery.IntentSuggestion}
	emotionNames = []string{"anger", "sadness", "joy", "fear", "surprise", "disgust", "gratitude", "none"}
	eventNames   = []string{"bereavement", "graduation", "engagement", "wedding", "birth", "moving", "new_job", "job_loss", "retirement", "illness", "birthday", "divorce"}
	whoNames     = []string{"self", "family", "other"}
	whenNames    = []string{"recent", "planned", "past"}
	riskNames    = []string{"legal_threat", "regulator", "press", "injury", "fire", "food_safety", "data_breach", "discrimination", "self_harm"}
	kindNames    = []string{"email", "phone", "card", "iban", "national_id", "address"}
)

// FindBlind reads the blind set in dir or in a folder of it; nil when there is none. What breaks the format is an error
// that names every such line.
func FindBlind(dir string) (*Blind, error) {
	l := layout{patterns: []string{"messages-*.jsonl", "*/messages-*.jsonl"}}
	files := l.files(dir)
	if len(files) == 0 {
		return nil, nil
	}
	b := &Blind{Dir: filepath.Dir(files[0])}
	var wrong []error
	ids := map[string]*Message{}
	for _, f := range files {
		if filepath.Dir(f) != b.Dir {
			continue
		}
		wrong = append(wrong, eachLine(f, func(m *Message) error {
			if err := m.check(); err != nil {
				return err
			}
			if ids[m.ID] != nil {
				return fmt.Errorf("%s is there twice", m.ID)
			}
			ids[m.ID] = m
			b.Messages = append(b.Messages, *m)
			return nil
		}))
	}
	for _, side := range []struct {
		file string
		to   *map[string]Labels
	}{{"labels-a.jsonl", &b.A}, {"labels-b.jsonl", &b.B}} {
		file := filepath.Join(b.Dir, side.file)
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			continue
		}
		labels, err := readLabels(file, ids)
		wrong = append(wrong, err)
		*side.to = labels
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, fmt.Errorf("read the blind set: %w", err)
	}
	return b, nil
}

// Labelled says that both annotators are done.
func (b *Blind) Labelled() bool { return b.A != nil && b.B != nil }

func readLabels(file string, ids map[string]*Message) (map[string]Labels, error) {
	out := map[string]Labels{}
	err := eachLine(file, func(l *Labels) error {
		m := ids[l.ID]
		if m == nil {
			return fmt.Errorf("no message is called %q", l.ID)
		}
		if _, ok := out[l.ID]; ok {
			return fmt.Errorf("%s is there twice", l.ID)
		}
		out[l.ID] = *l
		return l.check(m)
	})
	if missing := len(ids) - len(out); err == nil && missing > 0 {
		return out, fmt.Errorf("%s: %d messages have no labels", filepath.Base(file), missing)
	}
	return out, err
}

// eachLine decodes every line of a file; what is wrong is gathered by line.
func eachLine[T any](file string, use func(*T) error) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	var wrong []error
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 4<<20)
	for n := 1; sc.Scan(); n++ {
		if strings.TrimSpace(sc.Text()) == "" {
			continue
		}
		v := new(T)
		d := json.NewDecoder(strings.NewReader(sc.Text()))
		d.DisallowUnknownFields()
		if err := d.Decode(v); err != nil {
			wrong = append(wrong, fmt.Errorf("%s:%d: %w", filepath.Base(file), n, err))
		} else if err := use(v); err != nil {
			wrong = append(wrong, fmt.Errorf("%s:%d: %w", filepath.Base(file), n, err))
		}
	}
	return errors.Join(append(wrong, sc.Err())...)
}

func (m *Message) check() error {
	switch {
	case m.writing() == "":
		return fmt.Errorf("%q is no id: a message needs one such as en-001, that begins with its writing", m.ID)
	case strings.TrimSpace(m.Text) == "" || !utf8.ValidString(m.Text):
		return fmt.Errorf("%s: a message needs a text in UTF-8", m.ID)
	}
	return nil
}

// check says which label is not one of the guidelines.
func (l *Labels) check(m *Message) error {
	var wrong []error
	one := func(what string, v string, names []string) {
		if !slices.Contains(names, v) {
			wrong = append(wrong, fmt.Errorf("%s: %s is one of %v, not %q", l.ID, what, names, v))
		}
	}
	several := func(what string, vs *[]string, names []string) {
		if vs != nil {
			for _, v := range *vs {
				one(what, v, names)
			}
		}
	}
	if l.Polarity != nil {
		one("polarity", *l.Polarity, polarityNames)
	}
	if l.Emotion != nil {
		one("emotion", *l.Emotion, emotionNames)
	}
	several("intents", l.Intents, intentNames)
	several("risks", l.Risks, riskNames)
	if l.Life != nil {
		for _, e := range *l.Life {
			one("event", e.Event, eventNames)
			one("who", e.Who, whoNames)
			one("when", e.When, whenNames)
		}
	}
	if l.Personal != nil {
		for _, s := range *l.Personal {
			one("kind", s.Kind, kindNames)
			if s.Text == "" || !strings.Contains(m.Text, s.Text) {
				wrong = append(wrong, fmt.Errorf("%s: %q does not stand in the message", l.ID, s.Text))
			}
		}
	}
	return errors.Join(wrong...)
}
