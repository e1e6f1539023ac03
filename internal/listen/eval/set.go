package eval

import (
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// Task says what a set asks.
type Task string

const (
	Polarity    Task = "polarity"    // negative, neutral, positive
	Binary      Task = "binary"      // negative or positive; the engine must choose
	Emotion     Task = "emotion"     // one emotion a text, from those that occur
	Correlation Task = "correlation" // a mean human score
	Complaint   Task = "complaint"   // complaint or other
	Question    Task = "question"    // plain customers' questions: asked, and no complaint
	Hold        Task = "hold"        // negative or positive: would a hold open
	Language    Task = "language"    // a BCP 47 tag
	Life        Task = "life"        // a kind of life event, or none
)

// Row is one labelled text.
type Row struct {
	Text  string
	Gold  string
	Score float64 // of Correlation
}

// Set is the rows of one source for one task.
type Set struct {
	Name string
	Task Task
	Rows []Row
	Dups int // rows that were removed
}

// Load reads every set under dir that it knows; skipped names those whose files are not there, with the reason.
func Load(dir string) (sets []Set, skipped []string, err error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, []string{"no data at " + dir + ": " + err.Error()}, nil
	}
	for _, l := range layouts {
		got, err := l.read(filepath.Join(dir, l.folder))
		if err != nil {
			skipped = append(skipped, l.folder+": "+err.Error())
			continue
		}
		sets = append(sets, got...)
	}
	own, err := readOwn(dir)
	if err != nil {
		return nil, skipped, err
	}
	sets = append(sets, own...)
	for i := range sets {
		sets[i].dedupe()
	}
	return sets, skipped, nil
}

// dedupe removes rows whose letters, or whose sketch of rarest words, an earlier row has.
func (s *Set) dedupe() {
	seen := map[uint64]bool{}
	kept := s.Rows[:0]
	for _, r := range s.Rows {
		letters, sketch := prints(r.Text)
		if seen[letters] || sketch != 0 && seen[sketch] {
			s.Dups++
			continue
		}
		seen[letters] = true
		if sketch != 0 {
			seen[sketch] = true
		}
		kept = append(kept, r)
	}
	s.Rows = kept
}

// prints are a hash of the letters alone and one of the eight smallest word hashes; the latter is 0 for short texts, where
// it would mean too little.
func prints(text string) (letters, sketch uint64) {
	h := fnv.New64a()
	var words []uint64
	for _, w := range strings.Fields(strings.ToLower(text)) {
		if w[0] == '@' || strings.HasPrefix(w, "http") || w == "rt" {
			continue
		}
		wh := fnv.New64a()
		for _, r := range w {
			if unicode.IsLetter(r) {
				var b [4]byte
				n := copy(b[:], string(r))
				h.Write(b[:n])
				wh.Write(b[:n])
			}
		}
		words = append(words, wh.Sum64())
	}
	letters = h.Sum64()
	slices.Sort(words)
	words = slices.Compact(words)
	if len(words) < 9 {
		return letters, 0
	}
	sketch = 1469598103934665603
	for _, w := range words[:8] {
		sketch = (sketch ^ w) * 1099511628211
	}
	return letters, sketch ^ uint64(len(words)/3)
}
