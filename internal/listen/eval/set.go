package eval

import (
	"crypto/sha256"
	"fmt"
	"os"

	"github.com/orrery-cxm/orrery"
)

// Task says what a set asks.
type Task string

const (
	Polarity    Task = "polarity"    // negative, neutral, positive, and mixed where the set has it
	Binary      Task = "binary"      // negative or positive; the engine must choose
	Emotion     Task = "emotion"     // one emotion a text, from those that occur
	Correlation Task = "correlation" // a mean human score
	Complaint   Task = "complaint"   // complaint or other
	Question    Task = "question"    // plain customers' questions: asked, and no complaint
	Hold        Task = "hold"        // hold or none: would the shipped threshold open a case and stop adverts
	Language    Task = "language"    // a BCP 47 tag
	Life        Task = "life"        // a kind of life event, or none
	Urgent      Task = "urgent"      // urgent or calm
	Intents     Task = "intents"     // any of the intents
	Risks       Task = "risks"       // any of the risk classes
	Events      Task = "life events" // any of the life events
	Personal    Task = "personal"    // any kind of personal data, found where it stands
)

// tasks that a file of an own set may name.
var tasks = [...]Task{Polarity, Binary, Emotion, Complaint, Question, Hold, Language, Life, Urgent}

// many says that a text may have several classes of the task, or none.
func (t Task) many() bool { return t == Intents || t == Risks || t == Events || t == Personal }

// calibrated says that the engine gives a probability of its answer.
func (t Task) calibrated() bool {
	return t == Polarity || t == Binary || t == Emotion || t == Complaint || t == Urgent
}

// Row is one labelled text.
type Row struct {
	Text    string
	Channel orrery.Channel
	Gold    string   // the class, where there is one
	Golds   []string // the classes, where there may be several
	Open    []string // classes that nobody can judge in this row, where there may be several
	Spans   []Span   // of Personal
	Life    []Event  // of Events
	Score   float64  // of Correlation
	Praise  bool     // nobody may hold this
}

// Span is a stretch of personal data.
type Span struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
}

// Event is something in somebody's life.
type Event struct {
	Event string `json:"event"`
	Who   string `json:"who"`
	When  string `json:"when"`
}

// Set is the rows of one source for one task.
type Set struct {
	Name    string
	Task    Task
	Rows    []Row
	Removed Removed
}

// Removed says how many rows were left out.
type Removed struct {
	Exact         int `json:"exact"`         // the letters of an earlier row
	Near          int `json:"near"`          // nearly those of an earlier row
	Contradicting int `json:"contradicting"` // of both, how many had another label than the row that was kept
}

// digest names the rows, so that two reports can be compared text by text.
func (s *Set) digest() string {
	h := sha256.New()
	for i := range s.Rows {
		r := &s.Rows[i]
		fmt.Fprintf(h, "%q %q %q %q %q %g\n", r.Text, r.Gold, r.Golds, r.Open, r.Spans, r.Score)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}

// Load reads every set under dir that it knows; absent names the layouts of which there is no file, with the reason where
// a file is there but cannot be read.
func Load(dir string) (sets []Set, absent []string, err error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, nil, orrery.NotFound("eval.data", "there is no directory "+dir)
	}
	for _, l := range layouts {
		found := false
		for _, name := range l.files(dir) {
			got, err := l.read(name)
			if err != nil {
				absent = append(absent, l.name+": "+err.Error())
				continue
			}
			for _, s := range got {
				if found = found || len(s.Rows) > 0; len(s.Rows) > 0 {
					sets = append(sets, s)
				}
			}
			if found && !l.all {
				break
			}
		}
		if !found {
			absent = append(absent, l.name)
		}
	}
	own, err := readOwn(dir)
	if err != nil {
		return nil, absent, err
	}
	sets = append(sets, own...)
	for i := range sets {
		sets[i].dedupe()
	}
	return sets, absent, nil
}
