package app

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/listen"
	"github.com/orrery-cxm/orrery/internal/listen/train"
)

// listenCommand is what can be asked of the embedded text engine without a workspace.
type listenCommand struct {
	Read  listenRead  `cmd:"" help:"Show what is understood of one text, and by which words."`
	Eval  listenEval  `cmd:"" help:"Measure how well texts are understood, on the labelled sets in the directory that --data names."`
	Train listenTrain `cmd:"" help:"Build the embedded model again, bit for bit, from the words in this program."`
}

type listenRead struct {
	Text    string `arg:"" help:"The text; - reads it from standard input."`
	Channel string `help:"Where it was written, such as email, chat or x."`
	Locale  string `help:"BCP 47 tag that the source gave, such as zh-HK."`
	JSON    bool   `help:"Print the signals as JSON." name:"json"`
}

func (c *listenRead) Run(r *runner) error {
	text := c.Text
	if text == "-" {
		b, err := io.ReadAll(io.LimitReader(os.Stdin, 1<<20))
		if err != nil {
			return fmt.Errorf("reading the text: %w", err)
		}
		text = string(bytes.TrimRight(b, "\r\n"))
	}
	e, err := listen.Shipped()
	if err != nil {
		return fmt.Errorf("start the text engine: %w", err)
	}
	s := e.Listen(text, listen.Hint{Channel: orrery.Channel(c.Channel), Locale: c.Locale})
	if c.JSON {
		return printJSON(r.out, s)
	}
	_, err = io.WriteString(r.out, saySignals(s, text, e.Mask(text)))
	return err
}

// saySignals tells what was understood of text, a line for each thing, each with the words that say so.
func saySignals(s *orrery.Signals, text, masked string) string {
	var b strings.Builder
	line := func(head, body string) { fmt.Fprintf(&b, "%-12s %s\n", head, body) }
	line("language", s.Language)
	if s.Confidence > 0 {
		line("polarity", join(fmt.Sprintf("%s %s", s.Polarity, percent(s.Confidence)), words(s.Evidence)))
	}
	for _, part := range []struct {
		head   string
		labels []orrery.Label
	}{{"intent", s.Intents}, {"emotion", s.Emotions}, {"about", s.Aspects}, {"urgency", s.Urgency}, {"danger", s.Risks}, {"life", s.Life}} {
		for _, l := range part.labels {
			what := join(l.Name, percent(l.Confidence), l.Who, l.When)
			if part.head == "about" {
				what = join(l.Name, l.Polarity)
			}
			line(part.head, join(what, words(l.Evidence)))
		}
	}
	for _, l := range s.Personal {
		line("personal", fmt.Sprintf("%s %q", l.Name, text[l.From:l.To]))
	}
	if masked != text {
		line("masked", masked)
	}
	if len(s.Abstained) > 0 {
		line("left open", strings.Join(s.Abstained, ", "))
	}
	line("so", consequence(s))
	line("engine", s.Engine)
	return b.String()
}

// consequence is what the policy as shipped makes of the signals.
func consequence(s *orrery.Signals) string {
	out := "nothing is held"
	switch hold, soft := listen.HoldWorthy(s); {
	case hold:
		out = fmt.Sprintf("a case opens and adverts stop (complaint from %s on)", percent(listen.CertainComplaint))
	case soft:
		out = fmt.Sprintf("adverts pause and somebody looks (complaint from %s on)", percent(listen.SoftComplaint))
	}
	if len(s.Life) > 0 {
		switch l := s.Life[0]; {
		case l.Confidence >= listen.OutreachLife:
			out += "; the life event is sure enough to be spoken of"
		case l.Confidence >= listen.SuppressLife:
			out += "; the life event is sure enough to hold messages back, not to be spoken of"
		}
	}
	return out
}

// percent rounds down: nothing is quite certain.
func percent(c orrery.Confidence) string { return fmt.Sprintf("%d %%", c/10) }

// words are quoted, with "by" before them.
func words(evidence []string) string {
	if len(evidence) == 0 {
		return ""
	}
	quoted := make([]string, len(evidence))
	for i, w := range evidence {
		quoted[i] = fmt.Sprintf("%q", w)
	}
	return "by " + strings.Join(quoted, ", ")
}

type listenTrain struct {
	Out   string `help:"File to write the model to." type:"path"`
	Check bool   `help:"Compare with the embedded model; exit code 1 when they differ."`
}

func (c *listenTrain) Run(r *runner) error {
	return c.with(r.out, train.Train)
}

// with trains by build, which writes the model and tells how it does on held-out sentences.
func (c *listenTrain) with(out io.Writer, build func(model, log io.Writer) error) error {
	var made bytes.Buffer
	if err := build(&made, out); err != nil {
		return fmt.Errorf("train the model: %w", err)
	}
	fmt.Fprintf(out, "built    %d bytes, sha256 %x\n", made.Len(), sha256.Sum256(made.Bytes()))
	if c.Out != "" {
		if err := os.WriteFile(c.Out, made.Bytes(), 0o644); err != nil {
			return fmt.Errorf("write the model: %w", err)
		}
	}
	if !c.Check {
		return nil
	}
	shipped, err := listen.ShippedModel()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "embedded %d bytes, sha256 %x\n", len(shipped), sha256.Sum256(shipped))
	if !bytes.Equal(shipped, made.Bytes()) {
		return orrery.Conflict("listen.model", "the embedded model is not what training makes of these words: write it with --out to internal/listen/data/model.bin and build again")
	}
	fmt.Fprintln(out, "the embedded model is what training makes of these words, bit for bit")
	return nil
}
