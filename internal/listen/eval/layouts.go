package eval

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// layouts are the public sets whose files we can read, by the names under which they are published. Each may lie in
// the directory itself or in a folder of it.
var layouts = [...]layout{
	{name: "vader", all: true, read: readVader, patterns: []string{"*/hutto_ICWSM_2014/tweets_GroundTruth.txt", "*/tweets_GroundTruth.txt",
		"*/hutto_ICWSM_2014/amazonReviewSnippets_GroundTruth.txt", "*/amazonReviewSnippets_GroundTruth.txt"}},
	{name: "goemotions", read: readGoEmotions, patterns: []string{"*/ek_test.tsv", "ek_test.tsv"}},
	{name: "tweeteval", all: true, read: readTweetEval, patterns: []string{"*/test_text.txt", "*/*/test_text.txt"}},
	{name: "ewect", all: true, read: readEwect, patterns: []string{"*/usual_test_labeled.txt", "*/usual_eval_labeled.txt"}},
	{name: "xed", all: true, read: readXED, patterns: []string{"*/en-annotated.tsv", "*/cn-projections.tsv", "*/zh-projections.tsv", "*/tw-projections.tsv",
		"*/ar-projections.tsv"}},
	{name: "openrice", read: reviews("openrice zh-hk"), patterns: []string{"*openrice*/test.tsv"}},
	{name: "arsarcasm", read: readArSarcasm, patterns: []string{"*/ArSarcasm_test.csv", "ArSarcasm_test.csv", "*/testing_data.csv"}},
	{name: "banking77", read: readBanking, patterns: []string{"banking77/test.csv"}},
	{name: "clinc150", read: readClinc, patterns: []string{"*/data_full.json", "data_full.json"}},
	{name: "airline", read: reviews("airline"), patterns: []string{"Tweets.csv", "*/Tweets.csv"}},
	{name: "chnsenticorp", read: reviews("chnsenticorp"), patterns: []string{"ChnSentiCorp_htl_all.csv", "*/ChnSentiCorp_htl_all.csv", "*hn?enti?orp*/test.tsv"}},
	{name: "waimai_10k", read: reviews("waimai"), patterns: []string{"waimai_10k.csv", "*/waimai_10k.csv"}},
	{name: "weibo_senti_100k", read: reviews("weibo"), patterns: []string{"weibo_senti_100k.csv", "*/weibo_senti_100k.csv"}},
	{name: "online_shopping_10_cats", read: reviews("shop10"), patterns: []string{"online_shopping_10_cats.csv", "*/online_shopping_10_cats.csv"}},
	{name: "hard", read: reviews("hard"), patterns: []string{"*[Hh][Aa][Rr][Dd]*/*balanced-reviews.txt", "balanced-reviews.txt"}},
	{name: "brad", read: reviews("brad"), patterns: []string{"*[Bb][Rr][Aa][Dd]*/*balanced*.t[sx][vt]"}},
	{name: "labr", read: readLABR, patterns: []string{"*[Ll][Aa][Bb][Rr]*/reviews.tsv"}},
	{name: "arabic reviews", all: true, read: reviews(""), patterns: []string{"*/RES1.csv", "*/RES2.csv", "*/PROD.csv", "*/HTL.csv", "*/ATT.csv", "*/MOV.csv",
		"RES1.csv", "RES2.csv", "PROD.csv", "HTL.csv"}},
}

func readVader(name string) ([]Set, error) {
	base := "vader " + strings.TrimSuffix(filepath.Base(name), "_GroundTruth.txt")
	corr, bin := Set{Name: base, Task: Correlation}, Set{Name: base, Task: Binary}
	err := lines(name, func(f []string) {
		if len(f) < 3 {
			return
		}
		v, err := strconv.ParseFloat(f[1], 64)
		if err != nil {
			return
		}
		corr.Rows = append(corr.Rows, Row{Text: f[2], Score: v})
		if v >= 1 {
			bin.Rows = append(bin.Rows, Row{Text: f[2], Gold: "positive"})
		} else if v <= -1 {
			bin.Rows = append(bin.Rows, Row{Text: f[2], Gold: "negative"})
		}
	})
	return []Set{corr, bin}, err
}

func readGoEmotions(name string) ([]Set, error) {
	ekman := [...]string{"anger", "disgust", "fear", "joy", "none", "sadness", "surprise"}
	s := Set{Name: "goemotions ekman", Task: Emotion}
	err := lines(name, func(f []string) {
		if len(f) < 2 {
			return
		}
		if i, err := strconv.Atoi(f[1]); err == nil && i >= 0 && i < len(ekman) { // rows with several labels are left out
			s.Rows = append(s.Rows, Row{Text: f[0], Gold: ekman[i]})
		}
	})
	return []Set{s}, err
}

// readTweetEval reads texts, label numbers and the names of the numbers from three files.
func readTweetEval(name string) ([]Set, error) {
	dir := filepath.Dir(name)
	names := map[string]string{}
	if err := lines(filepath.Join(dir, "mapping.txt"), func(f []string) {
		if len(f) > 1 {
			names[f[0]] = f[1]
		}
	}); err != nil {
		return nil, err
	}
	var labels []string
	if err := lines(filepath.Join(dir, "test_labels.txt"), func(f []string) { labels = append(labels, names[f[0]]) }); err != nil {
		return nil, err
	}
	s := Set{Name: "tweeteval " + filepath.Base(dir), Task: Polarity}
	n := 0
	err := lines(name, func(f []string) {
		if n >= len(labels) {
			return
		}
		switch l := labels[n]; l {
		case "negative", "neutral", "positive":
			s.Rows = append(s.Rows, Row{Text: strings.Join(f, " "), Gold: l})
		case "anger", "joy", "sadness", "fear", "surprise", "disgust":
			s.Task = Emotion
			s.Rows = append(s.Rows, Row{Text: strings.Join(f, " "), Gold: l})
		}
		n++
	})
	return []Set{s}, err
}

// readEwect reads the emotions of microblogs as the SMP 2020 contest gave them out.
func readEwect(name string) ([]Set, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var rows []struct{ Content, Label string }
	if err := json.Unmarshal(b, &rows); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(name), err)
	}
	names := map[string]string{"angry": "anger", "happy": "joy", "sad": "sadness", "fear": "fear", "surprise": "surprise", "neutral": "none", "neural": "none"}
	s := Set{Name: "ewect usual", Task: Emotion}
	for _, r := range rows {
		if names[r.Label] != "" {
			s.Rows = append(s.Rows, Row{Text: r.Content, Gold: names[r.Label]})
		}
	}
	return []Set{s}, nil
}

func readXED(name string) ([]Set, error) {
	names := map[string]string{"1": "anger", "3": "disgust", "4": "fear", "5": "joy", "6": "sadness", "7": "surprise"}
	called := map[string]string{"en-annotated.tsv": "en", "cn-projections.tsv": "zh", "zh-projections.tsv": "zh 2", "tw-projections.tsv": "zh-tw", "ar-projections.tsv": "ar"}
	s := Set{Name: "xed " + called[filepath.Base(name)], Task: Emotion}
	err := lines(name, func(f []string) {
		if len(f) == 2 && names[f[1]] != "" && len(f[0]) > 8 {
			s.Rows = append(s.Rows, Row{Text: f[0], Gold: names[f[1]]})
		}
	})
	return []Set{s}, err
}

func readArSarcasm(name string) ([]Set, error) {
	all := Set{Name: "arsarcasm", Task: Polarity}
	plain := Set{Name: "arsarcasm without sarcasm", Task: Binary}
	lang := Set{Name: "arsarcasm", Task: Language}
	err := table(name, func(m map[string]string) {
		gold := polarityWords[strings.ToLower(m["sentiment"])]
		if gold == "" {
			return
		}
		r := Row{Text: m["tweet"], Gold: gold}
		all.Rows = append(all.Rows, r)
		if gold != "neutral" && strings.EqualFold(m["sarcasm"], "false") {
			plain.Rows = append(plain.Rows, r)
		}
		lang.Rows = append(lang.Rows, Row{Text: r.Text, Gold: "ar"})
	})
	return []Set{all, polar(all), plain, lang}, err
}

func readBanking(name string) ([]Set, error) {
	q, lang := Set{Name: "banking77", Task: Question}, Set{Name: "banking77", Task: Language}
	err := table(name, func(m map[string]string) {
		q.Rows = append(q.Rows, Row{Text: m["text"], Gold: "question"})
		lang.Rows = append(lang.Rows, Row{Text: m["text"], Gold: "en"})
	})
	return []Set{q, lang}, err
}

func readClinc(name string) ([]Set, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var parts map[string][][2]string
	if err := json.Unmarshal(b, &parts); err != nil {
		return nil, fmt.Errorf("data_full.json: %w", err)
	}
	q := Set{Name: "clinc150", Task: Question}
	for _, r := range parts["test"] {
		q.Rows = append(q.Rows, Row{Text: r[0], Gold: "question"})
	}
	return []Set{q}, nil
}
