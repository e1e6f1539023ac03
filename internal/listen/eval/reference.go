package eval

import "fmt"

// reference is a figure from elsewhere for a set that we measure.
type reference struct {
	set   string
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
	{"vader tweets", Correlation, "correlation", 0.881, 0.881, "VADER itself, Hutto and Gilbert 2014"},
}

// references prints how far we are from them. Complaints (macro-F1 .87, Jin and Aletras 2020) have no set with a public file.
func (p *printer) references(r *Report) {
	head := false
	for _, ref := range references {
		for i := range r.Results {
			x := &r.Results[i]
			if x.Set != ref.set || x.Task != ref.task {
				continue
			}
			f := map[string]*Figure{"accuracy": x.Accuracy, "macro-F1": x.MacroF1, "correlation": x.Correlation}[ref.what]
			if f == nil {
				continue
			}
			if !head {
				p.line("\ndistance to what is to be reached and to published figures of larger models")
				head = true
			}
			p.line("  %-20s %-11s %-11s %.3f%s%s", ref.set, ref.task, ref.what, f.Value, distance("to reach", f, ref.reach), distance(ref.by, f, ref.value))
		}
	}
}

// distance says how far f is from a value.
func distance(what string, f *Figure, value float64) string {
	if value == 0 {
		return ""
	}
	return fmt.Sprintf("; %s %.3f: %+.3f", what, value, f.Value-value)
}
