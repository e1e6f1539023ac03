package train

import (
	"bufio"
	"embed"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery/internal/listen"
	"github.com/orrery-cxm/orrery/internal/listen/weights"
)

// Messages were written here as customers write, and labelled one by one. Training reports how it does on them and does
// not learn from them: see docs/decisions/0005-messages-judge-training.md. One message a line, columns between tabs, "-" for
// none:
//
//	polarity · hold · intents · emotion · urgent · life · risks · text

//go:embed messages
var messageFiles embed.FS

var messageIntents = [intents]string{"complaint", "question", "praise", "purchase", "cancellation", "request", "suggestion"}

var messageEmotions = []string{"anger", "sadness", "joy", "fear", "surprise", "disgust", "gratitude", "none"}

// readMessages reads the messages of a language, in the order of the file.
func readMessages(lang string) ([]doc, error) {
	f, err := messageFiles.Open("messages/" + lang + ".tsv")
	if err != nil {
		return nil, fmt.Errorf("open messages: %w", err)
	}
	defer f.Close()
	var out []doc
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		d, err := messageOf(line)
		if err != nil {
			return nil, fmt.Errorf("messages/%s.tsv:%d: %w", lang, n, err)
		}
		out = append(out, d)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read messages/%s.tsv: %w", lang, err)
	}
	return out, nil
}

func messageOf(line string) (doc, error) {
	d := newDoc()
	c := strings.Split(line, "\t")
	if len(c) != 8 {
		return d, fmt.Errorf("%d columns, not 8", len(c))
	}
	switch c[0] {
	case "negative":
		d.polarity[0] = 1
	case "neutral":
		d.polarity[1] = 1
	case "positive":
		d.polarity[2] = 1
	case "mixed":
		d.polarity = [3]float32{0.5, 0, 0.5}
	default:
		return d, fmt.Errorf("polarity: %q is none of negative, neutral, positive, mixed", c[0])
	}
	for i := range d.intent {
		d.intent[i] = 0
	}
	for _, name := range listed(c[2]) {
		i := slices.Index(messageIntents[:], name)
		if i < 0 {
			return d, fmt.Errorf("intents: %q is none of %v", name, messageIntents)
		}
		d.intent[i] = 1
	}
	// What may open a case is what the hold says.
	switch c[1] {
	case "hold":
		d.intent[complaint] = 1
	case "-":
		d.intent[complaint] = 0
	default:
		return d, fmt.Errorf("hold: %q is neither hold nor -", c[1])
	}
	emotion := slices.Index(messageEmotions, strings.ReplaceAll(c[3], "-", "none"))
	if emotion < 0 {
		return d, fmt.Errorf("emotion: %q is none of %v", c[3], messageEmotions)
	}
	d.emotion = int8(emotion)
	d.urgency, d.life = 0, 0
	if c[4] == "urgent" {
		d.urgency = 1
	}
	for _, e := range listed(c[5]) {
		if !strings.HasSuffix(e, ":past") && !strings.Contains(e, ":other:") {
			d.life = 1
		}
	}
	d.text = c[7]
	return d, nil
}

func listed(column string) []string {
	if column == "-" || column == "" {
		return nil
	}
	return strings.Split(column, ",")
}

// measured measures messages as e reads them.
func measured(e *listen.Engine, messages []doc) []sample {
	var out []sample
	for _, d := range messages {
		if s := (sample{doc: d, m: e.Measure(d.text)}); len(s.m.Features) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// reportMessages says how a model does on the messages, of which it has seen none.
func reportMessages(log io.Writer, m *weights.Model) error {
	e, err := listen.New(listen.Options{Model: m})
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	for _, s := range sizes {
		messages, err := readMessages(s.lang)
		if err != nil {
			return fmt.Errorf("train: %w", err)
		}
		report(log, s.lang+" messages", m.Stack[s.lang], measured(e, messages))
	}
	return nil
}
