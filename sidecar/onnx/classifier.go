package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/knights-analytics/hugot"
	"github.com/knights-analytics/hugot/pipelines"
)

// labels is labels.json: what the model's own labels mean to the product. A name that is left out is not given.
type labels struct {
	Head  string            `json:"head"`            // polarity, intents, emotions or urgency
	Names map[string]string `json:"names"`           // of config.json's id2label, to the product's vocabulary
	Many  bool              `json:"many,omitempty"`  // several may hold at once (a sigmoid each, not one softmax)
	From  float32           `json:"from,omitempty"`  // the least score that is given, where several may hold: 0.3
	Fixed int               `json:"fixed,omitempty"` // tokens to pad to, for a model that takes no other length
}

// heads that a classifier may judge. The others need words of the text as evidence, which a classifier does not give.
var heads = []string{"polarity", "intents", "emotions", "urgency"}

// classifier is one model in memory.
type classifier struct {
	labels
	mu       sync.Mutex // the runtime is asked one text at a time
	pipeline *pipelines.TextClassificationPipeline
}

// load reads a directory with model.onnx, tokenizer.json, config.json and labels.json.
func load(session *hugot.Session, dir string) (*classifier, error) {
	for _, name := range []string{"model.onnx", "tokenizer.json", "config.json"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return nil, fmt.Errorf("a model is a directory with model.onnx, tokenizer.json, config.json and labels.json: %w", err)
		}
	}
	raw, err := os.ReadFile(filepath.Join(dir, "labels.json"))
	if err != nil {
		return nil, fmt.Errorf("a model is a directory with model.onnx, tokenizer.json, config.json and labels.json: %w", err)
	}
	c := &classifier{}
	if err := json.Unmarshal(raw, &c.labels); err != nil {
		return nil, fmt.Errorf("reading labels.json: %w", err)
	}
	switch {
	case !slices.Contains(heads, c.Head):
		return nil, fmt.Errorf("labels.json: head is %q; a classifier judges one of %v", c.Head, heads)
	case len(c.Names) == 0:
		return nil, errors.New("labels.json: names is empty; it says what the model's labels mean")
	case c.Many && c.Head == "polarity":
		return nil, errors.New("labels.json: a text has one polarity, so many cannot be true")
	}
	if c.From == 0 {
		c.From = 0.3
	}
	config := hugot.TextClassificationConfig{ModelPath: dir, Name: dir, Options: []hugot.TextClassificationOption{pipelines.WithMultiLabel(), pipelines.WithSoftmax()}}
	if c.Many {
		config.Options[1] = pipelines.WithSigmoid()
	}
	if c.Fixed > 0 {
		config.Options = append(config.Options, pipelines.WithFixedPadding(c.Fixed))
	}
	if c.pipeline, err = hugot.NewPipeline(session, config); err != nil {
		return nil, fmt.Errorf("loading the model: %w", err)
	}
	return c, nil
}

// label is one label of an answer, in the product's words.
type label struct {
	Name       string  `json:"name"`
	Confidence float32 `json:"confidence"`
}

// judge gives the labels of a text: one, or, where many may hold, all from the least score on, the surest first.
func (c *classifier) judge(text string) ([]label, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	out, err := c.pipeline.RunPipeline([]string{text})
	if err != nil {
		return nil, err
	}
	var found []label
	for _, o := range out.ClassificationOutputs[0] {
		if name, ok := c.Names[o.Label]; ok && (!c.Many || o.Score >= c.From) {
			found = append(found, label{Name: name, Confidence: min(max(o.Score, 0), 1)})
		}
	}
	slices.SortStableFunc(found, func(a, b label) int {
		switch {
		case a.Confidence > b.Confidence:
			return -1
		case a.Confidence < b.Confidence:
			return 1
		}
		return 0
	})
	if !c.Many && len(found) > 1 {
		found = found[:1]
	}
	return found, nil
}
