package train

import (
	"bufio"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery/internal/listen"
)

// Messages were written for this project as customers write, and labelled one by one; a line "# part WRITER-NUMBER" begins
// those that were written in one go. See docs/decisions/0007-more-messages.md. One message a line, columns between tabs,
// "-" for none:
//
//	polarity · hold · intents · emotion · urgent · life · risks · text

//go:embed messages
var messageFiles embed.FS

var messageIntents = [intents]string{"complaint", "question", "praise", "purchase", "cancellation", "request", "suggestion"}

var messageEvents = [events]string{"bereavement", "graduation", "engagement", "wedding", "birth", "moving", "new_job", "job_loss", "retirement", "illness",
	"birthday", "divorce"}

var messageRisks = [risks]string{"legal_threat", "regulator", "press", "injury", "fire", "food_safety", "data_breach", "discrimination", "self_harm"}

var messageEmotions = []string{"anger", "sadness", "joy", "fear", "surprise", "disgust", "gratitude", "none"}

// readMessages reads the messages of a language, in the order of the file.
func readMessages(lang string) ([]doc, error) {
	f, err := messageFiles.Open("messages/" + lang + ".tsv")
	if err != nil {
		return nil, fmt.Errorf("open messages: %w", err)
	}
	defer f.Close()
	var out []doc
	group := 0
	var writers []string
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if name, ok := strings.CutPrefix(line, "# part "); ok {
			who, _, _ := strings.Cut(name, "-")
			if !slices.Contains(writers, who) {
				writers = append(writers, who)
			}
			group++
			continue
		}
		if line == "" || line[0] == '#' {
			continue
		}
		d, err := messageOf(line)
		if err != nil {
			return nil, fmt.Errorf("messages/%s.tsv:%d: %w", lang, n, err)
		}
		d.group, d.writer = group, len(writers)-1
		if slices.Contains(complaintsOnly, writers[d.writer]) {
			d.leaveOpen()
		}
		out = append(out, d)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read messages/%s.tsv: %w", lang, err)
	}
	return out, nil
}

// complaintsOnly are writers who often left the other intents unmarked.
var complaintsOnly = []string{"en3", "en4"}

// leaveOpen makes what may be a question or praise, and is not marked so, unknown.
func (d *doc) leaveOpen() {
	if d.intent[question] == 0 && (d.polarity[1] == 1 || strings.ContainsRune(d.text, '?')) {
		d.intent[question] = unknown
	}
	if d.intent[praise] == 0 && d.polarity[2] == 1 {
		d.intent[praise] = unknown
	}
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
	if err := mark(d.intent[:], "intents", listed(c[2]), messageIntents[:]); err != nil {
		return d, err
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
	d.urgency, d.life, d.mixed, d.events, d.risks = 0, 0, 0, [events]int8{}, [risks]int8{}
	if c[0] == "mixed" {
		d.mixed = 1
	}
	if c[4] == "urgent" {
		d.urgency = 1
	}
	var kinds []string
	for _, e := range listed(c[5]) {
		if !strings.HasSuffix(e, ":past") && !strings.Contains(e, ":other:") {
			d.life = 1
		}
		kind, _, _ := strings.Cut(e, ":")
		kinds = append(kinds, kind)
	}
	d.text = c[7]
	return d, errors.Join(mark(d.events[:], "life", kinds, messageEvents[:]), mark(d.risks[:], "risks", listed(c[6]), messageRisks[:]))
}

// mark sets a one for each of the values of a column.
func mark(into []int8, column string, values, names []string) error {
	for _, v := range values {
		i := slices.Index(names, v)
		if i < 0 {
			return fmt.Errorf("%s: %q is none of %v", column, v, names)
		}
		into[i] = 1
	}
	return nil
}

func listed(column string) []string {
	if column == "-" || column == "" {
		return nil
	}
	return strings.Split(column, ",")
}

// undressed is a text as some people write: without capitals and signs. A question must not need its mark.
func undressed(text string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if strings.ContainsRune("?!.,;…？！。，؟،", r) {
			return ' '
		}
		return r
	}, text))
}

// Long texts are put together from messages of one part that take the same side, with one in three something else before
// them: reviews of many sentences are rare among messages.
const (
	longEvery = 16 // messages for one long text
	longParts = 5
)

// longTexts are texts of several messages.
func longTexts(messages []doc) []doc {
	var out []doc
	var sides [3][]doc
	for i, d := range messages {
		if d.mixed == 1 {
			continue
		}
		side := argmax(d.polarity[:])
		if sides[side] = append(sides[side], d); side == 1 || len(sides[side]) < longEvery {
			continue
		}
		l := newDoc()
		l.group, l.writer, l.polarity, l.mixed, l.intent[complaint] = d.group, d.writer, d.polarity, 0, 0
		var texts []string
		if n := len(sides[1]); n > 0 && i%3 == 0 {
			texts = append(texts, sides[1][n-1].text)
		} else if other := sides[2-side]; i%3 == 1 && len(other) > 0 {
			texts = append(texts, other[len(other)-1].text)
		}
		for _, m := range sides[side][:2+i%(longParts-1)] {
			texts = append(texts, m.text)
			l.intent[complaint] = max(l.intent[complaint], m.intent[complaint])
		}
		l.text = strings.Join(texts, " . ")
		out = append(out, l)
		sides[side] = nil
	}
	return out
}

// measured measures messages as e reads them.
func measured(e *listen.Engine, messages []doc) []sample {
	var out []sample
	for i, d := range messages {
		if i%3 == 2 {
			d.text = undressed(d.text)
		}
		if s := (sample{doc: d, m: e.Measure(d.text)}); len(s.m.Features) > 0 {
			out = append(out, s)
		}
	}
	return out
}
