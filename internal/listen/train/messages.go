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

// Messages were written here as customers write, and labelled one by one: sentences from a grammar teach words, these
// teach how words are used. One message a line, columns between tabs, "-" for none:
//
//	polarity · hold · intents · emotion · urgent · life · risks · text

//go:embed messages
var messageFiles embed.FS

// How much a message weighs beside a made sentence: in the matrix, and where the tables weigh measurements.
const (
	messageWeight = 2
	messageTwice  = 2    // so that a word of two messages is not rare
	madeInTables  = 0.05 // of a made sentence, where messages weigh one
)

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

// message is a doc with the fold in which it is held out.
func (d *doc) heldIn() int { return foldOf(d.text) }

// measured measures messages: those held out in a fold, or all others.
func measured(e *listen.Engine, messages []doc, fold int, held bool) []sample {
	var out []sample
	for _, d := range messages {
		if (d.heldIn() == fold) != held {
			continue
		}
		if s := (sample{doc: d, m: e.Measure(d.text)}); len(s.m.Features) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// taught are the messages as the matrix is taught them; none is held out in fold -1.
func taught(e *listen.Engine, messages []doc, fold int) []sample {
	var out []sample
	for _, s := range measured(e, messages, fold, false) {
		s.weight = messageWeight
		for range messageTwice {
			out = append(out, s)
		}
	}
	return out
}

// natural reports how tables do on messages that neither they nor the matrix behind them have seen.
func natural(log io.Writer, lang string, made, messages []sample) {
	var held []sample
	var tables []*weights.Table
	for fold := range folds {
		fit := slices.Clone(made)
		for _, s := range messages {
			if s.heldIn() != fold {
				fit = append(fit, s)
			}
		}
		t := fitTable(fit)
		for _, s := range messages {
			if s.heldIn() == fold {
				held, tables = append(held, s), append(tables, t)
			}
		}
	}
	judge(log, lang+" messages", func(i int) *weights.Table { return tables[i] }, held)
}
