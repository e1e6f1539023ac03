package eval

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// layouts are the public sets whose files we can read.
var layouts = []struct {
	folder string
	read   func(dir string) ([]Set, error)
}{
	{"vader", readVader},
	{"goemotions", readGoEmotions},
	{"xed", readXED},
	{"zht_openrice", readOpenRice},
	{"ar_sarcasm", readArSarcasm},
	{"banking77", readBanking},
	{"clinc150", readClinc},
	{"airline", readAirline},
}

// lines calls row with the tab-separated fields of each line.
func lines(name string, row func(fields []string)) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 4<<20)
	for sc.Scan() {
		row(strings.Split(strings.TrimRight(sc.Text(), "\r"), "\t"))
	}
	return sc.Err()
}

// table calls row with the records of a CSV file by the names in its head.
func table(name string, row func(col map[string]string)) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	head, err := r.Read()
	if err != nil {
		return err
	}
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		m := map[string]string{}
		for i, v := range rec {
			if i < len(head) {
				m[head[i]] = v
			}
		}
		row(m)
	}
}

func readVader(dir string) ([]Set, error) {
	var sets []Set
	for _, n := range []string{"tweets", "amazonReviewSnippets"} {
		corr := Set{Name: "vader " + n, Task: Correlation}
		bin := Set{Name: "vader " + n, Task: Binary}
		err := lines(filepath.Join(dir, "hutto_ICWSM_2014", n+"_GroundTruth.txt"), func(f []string) {
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
		if err != nil {
			return nil, err
		}
		sets = append(sets, corr, bin)
	}
	return sets, nil
}

func readGoEmotions(dir string) ([]Set, error) {
	ekman := []string{"anger", "disgust", "fear", "joy", "none", "sadness", "surprise"}
	s := Set{Name: "goemotions ekman", Task: Emotion}
	err := lines(filepath.Join(dir, "ek_test.tsv"), func(f []string) {
		if len(f) < 2 {
			return
		}
		if i, err := strconv.Atoi(f[1]); err == nil && i < len(ekman) { // rows with several labels are left out
			s.Rows = append(s.Rows, Row{Text: f[0], Gold: ekman[i]})
		}
	})
	if err != nil {
		return nil, err
	}
	return []Set{s}, nil
}

func readXED(dir string) ([]Set, error) {
	names := map[string]string{"1": "anger", "3": "disgust", "4": "fear", "5": "joy", "6": "sadness", "7": "surprise"}
	var sets []Set
	for _, l := range [][2]string{{"en-annotated.tsv", "en"}, {"cn-projections.tsv", "zh"}, {"zh-projections.tsv", "zh 2"}, {"tw-projections.tsv", "zh-tw"},
		{"ar-projections.tsv", "ar"}} {
		s := Set{Name: "xed " + l[1], Task: Emotion}
		err := lines(filepath.Join(dir, l[0]), func(f []string) {
			if len(f) == 2 && names[f[1]] != "" && len(f[0]) > 8 {
				s.Rows = append(s.Rows, Row{Text: f[0], Gold: names[f[1]]})
			}
		})
		if err != nil {
			return nil, err
		}
		sets = append(sets, s)
	}
	return sets, nil
}

func readOpenRice(dir string) ([]Set, error) {
	three := Set{Name: "openrice zh-hk", Task: Polarity}
	two := Set{Name: "openrice zh-hk", Task: Binary}
	hold := Set{Name: "openrice zh-hk", Task: Hold}
	names := map[string]string{"smile": "positive", "ok": "neutral", "cry": "negative"}
	err := lines(filepath.Join(dir, "test.tsv"), func(f []string) {
		if len(f) < 2 || names[f[0]] == "" {
			return
		}
		r := Row{Text: f[1], Gold: names[f[0]]}
		three.Rows = append(three.Rows, r)
		if r.Gold != "neutral" {
			two.Rows, hold.Rows = append(two.Rows, r), append(hold.Rows, r)
		}
	})
	return []Set{three, two, hold}, err
}

func readArSarcasm(dir string) ([]Set, error) {
	three := Set{Name: "arsarcasm", Task: Polarity}
	two := Set{Name: "arsarcasm", Task: Binary}
	plain := Set{Name: "arsarcasm without sarcasm", Task: Binary}
	lang := Set{Name: "arsarcasm", Task: Language}
	err := table(filepath.Join(dir, "ArSarcasm_test.csv"), func(m map[string]string) {
		r := Row{Text: m["tweet"], Gold: m["sentiment"]}
		three.Rows = append(three.Rows, r)
		if r.Gold != "neutral" {
			two.Rows = append(two.Rows, r)
			if m["sarcasm"] == "False" {
				plain.Rows = append(plain.Rows, r)
			}
		}
		lang.Rows = append(lang.Rows, Row{Text: r.Text, Gold: "ar"})
	})
	return []Set{three, two, plain, lang}, err
}

func readBanking(dir string) ([]Set, error) {
	q := Set{Name: "banking77", Task: Question}
	lang := Set{Name: "banking77", Task: Language}
	err := table(filepath.Join(dir, "test.csv"), func(m map[string]string) {
		q.Rows = append(q.Rows, Row{Text: m["text"], Gold: "question"})
		lang.Rows = append(lang.Rows, Row{Text: m["text"], Gold: "en"})
	})
	return []Set{q, lang}, err
}

func readClinc(dir string) ([]Set, error) {
	b, err := os.ReadFile(filepath.Join(dir, "data_full.json"))
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

// readAirline reads the Twitter US airline sentiment file where somebody has it: it is not ours to give.
func readAirline(dir string) ([]Set, error) {
	three := Set{Name: "airline", Task: Polarity}
	two := Set{Name: "airline", Task: Binary}
	hold := Set{Name: "airline", Task: Hold}
	err := table(filepath.Join(dir, "Tweets.csv"), func(m map[string]string) {
		r := Row{Text: m["text"], Gold: m["airline_sentiment"]}
		three.Rows = append(three.Rows, r)
		if r.Gold != "neutral" {
			two.Rows, hold.Rows = append(two.Rows, r), append(hold.Rows, r)
		}
	})
	return []Set{three, two, hold}, err
}

// readOwn reads own/TASK.NAME.tsv: a label, a tab, a text.
func readOwn(dir string) ([]Set, error) {
	names, err := filepath.Glob(filepath.Join(dir, "own", "*.tsv"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list own sets: %w", err)
	}
	var sets []Set
	for _, n := range names {
		task, name, ok := strings.Cut(strings.TrimSuffix(filepath.Base(n), ".tsv"), ".")
		if !ok {
			return nil, fmt.Errorf("%s: the name of an own set is TASK.NAME.tsv", n)
		}
		s := Set{Name: "own " + name, Task: Task(task)}
		if err := lines(n, func(f []string) {
			if len(f) >= 2 {
				s.Rows = append(s.Rows, Row{Gold: f[0], Text: strings.Join(f[1:], " ")})
			}
		}); err != nil {
			return nil, fmt.Errorf("read own set: %w", err)
		}
		sets = append(sets, s)
	}
	return sets, nil
}
