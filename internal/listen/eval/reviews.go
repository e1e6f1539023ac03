package eval

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Columns of reviews, by the names that publishers give them, the surest first.
var (
	textColumns  = [...]string{"text", "review", "tweet", "text_a", "review_text", "reviews", "sentence", "content", "comment", "body"}
	labelColumns = [...]string{"airline_sentiment", "sentiment", "polarity", "label", "rating", "stars", "star", "rate", "class"}
)

// polarityWords are words for polarities.
var polarityWords = map[string]string{"negative": "negative", "neg": "negative", "cry": "negative", "neutral": "neutral", "neu": "neutral", "ok": "neutral",
	"obj": "neutral", "positive": "positive", "pos": "positive", "smile": "positive"}

// reviews reads a table with a head that has a text and a polarity, in words or in numbers; name "" takes that of the file.
func reviews(name string) func(file string) ([]Set, error) {
	return func(file string) ([]Set, error) {
		s := Set{Name: name, Task: Polarity}
		if name == "" {
			s.Name = "ar " + strings.ToLower(strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)))
		}
		text, label := "", ""
		var labels []string
		err := table(file, func(m map[string]string) {
			if text == "" {
				text, label = columnOf(m, textColumns[:]), columnOf(m, labelColumns[:])
			}
			if m[text] != "" && m[label] != "" {
				s.Rows = append(s.Rows, Row{Text: m[text]})
				labels = append(labels, strings.ToLower(strings.TrimSpace(m[label])))
			}
		})
		if err != nil {
			return nil, err
		}
		golds, err := polarities(label, labels)
		if err != nil {
			return nil, err
		}
		return threeWays(s, golds), nil
	}
}

// readLABR reads book reviews without a head: stars, three ids, a text.
func readLABR(file string) ([]Set, error) {
	s := Set{Name: "labr", Task: Polarity}
	var labels []string
	if err := lines(file, func(f []string) {
		if len(f) == 5 && f[4] != "" {
			s.Rows = append(s.Rows, Row{Text: f[4]})
			labels = append(labels, f[0])
		}
	}); err != nil {
		return nil, err
	}
	golds, err := polarities("rating", labels)
	if err != nil {
		return nil, err
	}
	return threeWays(s, golds), nil
}

// threeWays asks rows for their polarity where there are neutral ones, for their side, and whether they would open a hold.
func threeWays(s Set, golds []string) []Set {
	neutral := false
	for i, g := range golds {
		s.Rows[i].Gold = g
		neutral = neutral || g == "neutral"
	}
	hold := Set{Name: s.Name, Task: Hold}
	for _, r := range polar(s).Rows {
		r.Praise = r.Gold == "positive"
		r.Gold = map[string]string{"negative": "hold", "positive": "none"}[r.Gold]
		hold.Rows = append(hold.Rows, r)
	}
	if !neutral {
		return []Set{polar(s), hold}
	}
	return []Set{s, polar(s), hold}
}

// polar is the rows of a side.
func polar(s Set) Set {
	out := Set{Name: s.Name, Task: Binary}
	for _, r := range s.Rows {
		if r.Gold == "negative" || r.Gold == "positive" {
			out.Rows = append(out.Rows, r)
		}
	}
	return out
}

func columnOf(m map[string]string, names []string) string {
	for _, n := range names {
		if _, ok := m[n]; ok {
			return n
		}
	}
	return ""
}

// polarities reads labels of a column by what occurs in it: words, 0 and 1, -1 to 1, 0 to 2, or stars from 1 to 5.
func polarities(column string, labels []string) ([]string, error) {
	if column == "" {
		return nil, fmt.Errorf("no column of %v", labelColumns)
	}
	out := make([]string, len(labels))
	if len(labels) == 0 {
		return out, nil
	}
	if polarityWords[labels[0]] != "" {
		for i, l := range labels {
			if out[i] = polarityWords[l]; out[i] == "" {
				return nil, fmt.Errorf("%q is no polarity", l)
			}
		}
		return out, nil
	}
	nums := make([]float64, len(labels))
	for i, l := range labels {
		v, err := strconv.ParseFloat(l, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is no polarity and no number", l)
		}
		nums[i] = v
	}
	low, high := slices.Min(nums), slices.Max(nums)
	stars := slices.Contains([]string{"rating", "stars", "star", "rate"}, column) || high > 2
	least, most := 0.0, 1.0 // negative up to least, positive from most
	switch {
	case stars && low >= 0 && high <= 5:
		least, most = 2, 4
	case low >= -1 && low < 0 && high <= 1:
		least, most = -0.5, 0.5
	case low >= 0 && high > 1 && high <= 2:
		most = 2
	case low < 0 || high > 1:
		return nil, fmt.Errorf("labels from %g to %g are no polarities", low, high)
	}
	for i, v := range nums {
		switch {
		case v <= least:
			out[i] = "negative"
		case v >= most:
			out[i] = "positive"
		default:
			out[i] = "neutral"
		}
	}
	return out, nil
}
