package eval

import (
	"cmp"
	"fmt"
)

// reference is a figure from elsewhere for a set that we measure.
type reference struct {
	set   string // "" is every set of the task
	task  Task
	what  string  // accuracy, macro-F1 or correlation
	reach float64 // what we set out to reach without any label of the set; 0 when nothing was set
	value float64 // of the larger model; 0 when there is none
	by    string  // the model and where it was published
}

// references are published results of fine-tuned transformers, and what we want to reach. They were measured on the
// publishers' splits, with duplicates and all classes; ours are on de-duplicated texts. A distance is an orientation.
var references = [...]reference{
	{"airline", Binary, "accuracy", 0.92, 0.97, "fine-tuned transformers, about"},
	{"airline", Binary, "macro-F1", 0.87, 0, ""},
	{"airline", Polarity, "accuracy", 0.76, 0.771, "BERT, 2025 comparison"},
	{"airline", Polarity, "macro-F1", 0.70, 0, ""},
	{"shop10", Binary, "accuracy", 0.89, 0, ""},
	{"waimai", Binary, "accuracy", 0.88, 0, ""},
	{"weibo", Binary, "accuracy", 0.85, 0, ""},
	{"chnsenticorp", Binary, "accuracy", 0, 0.946, "BERT, ChnSentiCorp test"},
	{"openrice zh-hk", Binary, "accuracy", 0.80, 0, ""},
	{"ar res1", Binary, "accuracy", 0.84, 0, ""},
	{"ar prod", Binary, "accuracy", 0.87, 0, ""},
	{"hard", Binary, "accuracy", 0, 0.962, "AraBERT, Antoun et al. 2020"},
	{"labr", Binary, "accuracy", 0, 0.867, "AraBERT, Antoun et al. 2020"},
	{"tweeteval emotion", Emotion, "macro-F1", 0.70, 0.793, "BERTweet, TweetEval board; four classes, ours has three"},
	{"ewect usual", Emotion, "macro-F1", 0.58, 0.739, "BERT, SMP 2020"},
	{"goemotions ekman", Emotion, "macro-F1", 0, 0.64, "BERT, Demszky et al. 2020; several labels a text"},
	{"xed en", Emotion, "macro-F1", 0, 0.536, "BERT, Öhman et al. 2020; eight classes"},
	{"", Complaint, "macro-F1", 0.75, 0.87, "transformers, Jin and Aletras 2020; tweets"},
	{"vader tweets", Correlation, "correlation", 0.881, 0.881, "VADER itself, Hutto and Gilbert 2014"},
}

// references prints how far we are from them, and what could not be measured.
func (p *printer) references(r *Report) {
	p.line("\ndistance to what is to be reached and to published figures of larger models")
	for _, ref := range references {
		found := false
		for i := range r.Results {
			x := &r.Results[i]
			if x.Task != ref.task || ref.set != "" && x.Set != ref.set {
				continue
			}
			if f := map[string]*Figure{"accuracy": x.Accuracy, "macro-F1": x.MacroF1, "correlation": x.Correlation}[ref.what]; f != nil {
				p.line("  %-20s %-11s %-11s %.3f%s%s", x.Set, ref.task, ref.what, f.Value, distance("to reach", f, ref.reach), distance(ref.by, f, ref.value))
				found = true
			}
		}
		if !found {
			p.line("  %-20s %-11s %-11s no set%s%s", cmp.Or(ref.set, "any set"), ref.task, ref.what, distance("to reach", nil, ref.reach), distance(ref.by, nil, ref.value))
		}
	}
}

// distance says how far f is from a value; without f only the value.
func distance(what string, f *Figure, value float64) string {
	if value == 0 {
		return ""
	}
	if f == nil {
		return fmt.Sprintf("; %s %.3f", what, value)
	}
	return fmt.Sprintf("; %s %.3f: %+.3f", what, value, f.Value-value)
}
