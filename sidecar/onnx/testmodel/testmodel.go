// Package testmodel makes a small text classifier in the form in which real ones come: model.onnx, tokenizer.json,
// config.json and labels.json. It knows a few English words and what each says about the polarity, and uses operators of
// real models: Gather, Cast, Unsqueeze, MatMul, Squeeze, Add. It is for tests and promises to be no more than that; equal
// calls write equal bytes.
package testmodel

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"google.golang.org/protobuf/encoding/protowire"
)

// words and what they add to the logits of negative, neutral and positive.
var words = []struct {
	text   string
	logits [3]float32
}{
	{"[PAD]", [3]float32{}}, {"[UNK]", [3]float32{}}, {"[CLS]", [3]float32{0, 0.5, 0}}, {"[SEP]", [3]float32{}},
	{"bad", [3]float32{3, 0, 0}}, {"broken", [3]float32{4, 0, 0}}, {"late", [3]float32{2, 0, 0}},
	{"good", [3]float32{0, 0, 3}}, {"love", [3]float32{0, 0, 4}}, {"thank", [3]float32{0, 0, 2}},
	{"##s", [3]float32{}}, {"when", [3]float32{0, 2, 0}}, {"my", [3]float32{}}, {"phone", [3]float32{}}, {"is", [3]float32{}},
}

// Write makes the directory of a model.
func Write(dir string) error {
	vocabulary := map[string]int{}
	for i, w := range words {
		vocabulary[w.text] = i
	}
	special := func(id int) map[string]any {
		return map[string]any{"id": id, "content": words[id].text, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}
	}
	piece := func(kind, id string, typ int) map[string]any {
		return map[string]any{kind: map[string]any{"id": id, "type_id": typ}}
	}
	tokenizer := map[string]any{
		"version": "1.0", "truncation": nil, "padding": nil,
		"added_tokens":  []any{special(0), special(1), special(2), special(3)},
		"normalizer":    map[string]any{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": nil, "lowercase": true},
		"pre_tokenizer": map[string]any{"type": "BertPreTokenizer"},
		"post_processor": map[string]any{"type": "TemplateProcessing",
			"single": []any{piece("SpecialToken", "[CLS]", 0), piece("Sequence", "A", 0), piece("SpecialToken", "[SEP]", 0)},
			"pair": []any{piece("SpecialToken", "[CLS]", 0), piece("Sequence", "A", 0), piece("SpecialToken", "[SEP]", 0),
				piece("Sequence", "B", 1), piece("SpecialToken", "[SEP]", 1)},
			"special_tokens": map[string]any{
				"[CLS]": map[string]any{"id": "[CLS]", "ids": []int{2}, "tokens": []string{"[CLS]"}},
				"[SEP]": map[string]any{"id": "[SEP]", "ids": []int{3}, "tokens": []string{"[SEP]"}}}},
		"decoder": map[string]any{"type": "WordPiece", "prefix": "##", "cleanup": true},
		"model": map[string]any{"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
			"vocab": vocabulary},
	}
	files := map[string]any{
		"tokenizer.json": tokenizer,
		"config.json":    map[string]any{"max_position_embeddings": 64, "pad_token_id": 0, "id2label": map[string]string{"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}},
		"labels.json":    map[string]any{"head": "polarity", "names": map[string]string{"LABEL_0": "negative", "LABEL_1": "neutral", "LABEL_2": "positive"}},
	}
	for name, content := range files {
		b, err := json.MarshalIndent(content, "", " ")
		if err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, "model.onnx"), model(), 0o600)
}

// Types of values and attributes in ONNX.
const (
	float  = 1
	int64s = 7
	anInt  = 2
)

// model is the graph: the mask, as one row, times the embeddings of the words is their sum, which is the logits.
func model() []byte {
	embeddings := make([]float32, 0, 3*len(words))
	for _, w := range words {
		embeddings = append(embeddings, w.logits[:]...)
	}
	var graph []byte
	for _, n := range [][]byte{
		node("Gather", []string{"embeddings", "input_ids"}, "words", attribute("axis", 0)),
		node("Cast", []string{"attention_mask"}, "mask", attribute("to", float)),
		node("Unsqueeze", []string{"mask", "one"}, "row"),
		node("MatMul", []string{"row", "words"}, "sum"),
		node("Squeeze", []string{"sum", "one"}, "bag"),
		node("Add", []string{"bag", "bias"}, "logits"),
	} {
		graph = message(graph, 1, n)
	}
	graph = text(graph, 2, "bag of words")
	graph = message(graph, 5, tensor("embeddings", float, []int{len(words), 3}, floats(embeddings)))
	graph = message(graph, 5, tensor("bias", float, []int{3}, floats([]float32{0, 0, 0})))
	graph = message(graph, 5, tensor("one", int64s, []int{1}, binary.LittleEndian.AppendUint64(nil, 1)))
	graph = message(graph, 11, value("input_ids", int64s, "batch", "sequence"))
	graph = message(graph, 11, value("attention_mask", int64s, "batch", "sequence"))
	graph = message(graph, 12, value("logits", float, "batch", 3))
	var out []byte
	out = number(out, 1, 8) // version of the format
	out = text(out, 2, "orrery testmodel")
	out = message(out, 7, graph)
	return message(out, 8, number(text(nil, 1, ""), 2, 13)) // version of the operators
}

func node(op string, inputs []string, output string, attributes ...[]byte) []byte {
	var b []byte
	for _, i := range inputs {
		b = text(b, 1, i)
	}
	b = text(text(text(b, 2, output), 3, output), 4, op)
	for _, a := range attributes {
		b = message(b, 5, a)
	}
	return b
}

func attribute(name string, v uint64) []byte {
	return number(number(text(nil, 1, name), 3, v), 20, anInt)
}

func tensor(name string, kind uint64, dims []int, raw []byte) []byte {
	var b []byte
	for _, d := range dims {
		b = number(b, 1, uint64(d))
	}
	return message(text(number(b, 2, kind), 8, name), 9, raw)
}

// value is an input or output; each dimension is a number or a name.
func value(name string, kind uint64, dims ...any) []byte {
	var shape []byte
	for _, d := range dims {
		switch d := d.(type) {
		case int:
			shape = message(shape, 1, number(nil, 1, uint64(d)))
		case string:
			shape = message(shape, 1, text(nil, 2, d))
		}
	}
	typ := message(nil, 1, message(number(nil, 1, kind), 2, shape))
	return message(text(nil, 1, name), 2, typ)
}

func floats(list []float32) []byte {
	var b []byte
	for _, f := range list {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
	}
	return b
}

func message(b []byte, field protowire.Number, m []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), m)
}

func text(b []byte, field protowire.Number, s string) []byte { return message(b, field, []byte(s)) }

func number(b []byte, field protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), v)
}
