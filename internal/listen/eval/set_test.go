package eval

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

func TestDuplicatesAreMeasuredOnce(t *testing.T) {
	long := "the quick brown fox jumps over the lazy dog while nine other animals watch from afar"
	s := Set{Rows: []Row{{Text: "Great service!"}, {Text: "great service"}, {Text: "@one great service http://x"}, {Text: "bad service"}, {Text: long},
		{Text: "RT @someone " + long + " http://y"}, {Text: "客服很好"}, {Text: "客服很差"}, {Text: strings.Replace(long, "nine", "none", 1), Gold: "other"},
		{Text: "!"}, {Text: "?"}, {Text: "thanks 😊"}, {Text: "thanks 😡"}}}
	s.dedupe()
	if len(s.Rows) != 9 || s.Removed != (Removed{Exact: 3, Near: 1, Contradicting: 1}) {
		t.Errorf("kept %d and removed %+v; want 9, 3 exact and 1 near that has another label: %+v", len(s.Rows), s.Removed, s.Rows)
	}
}

// files writes files under a new directory.
func files(t *testing.T, content map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range content {
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// wide is text in UTF-16 with a byte order mark.
func wide(text string) string {
	out := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune(text)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return string(out)
}

func TestTheLayoutsOfPublicSetsAreRead(t *testing.T) {
	dir := files(t, map[string]string{
		"airline/Tweets.csv": "tweet_id,airline_sentiment,airline_sentiment_confidence,negativereason,airline,name,text,tweet_created\n" +
			"1,negative,1.0,Late Flight,Nord,ann,\"@nord two hours late, again\",2015\n2,neutral,0.7,,Nord,bob,@nord which gate?,2015\n3,positive,1.0,,Nord,cy,@nord thanks!,2015\n",
		"ChnSentiCorp_htl_all.csv":          "\ufefflabel,review\n1,\"房间干净，早餐丰富\"\n0,隔音太差\n1,位置方便\n",
		"waimai/waimai_10k.csv":             "label,review\n1,很快很好吃\n0,送错了还不退\n1,味道不错\n",
		"weibo/weibo_senti_100k.csv":        "label,review\n1,开心[哈哈]\n0,烦死了[怒]\n0,又堵车[泪]\n",
		"shop/online_shopping_10_cats.csv":  "cat,label,review\n书籍,1,内容充实\n平板,0,屏幕有坏点\n酒店,0,服务冷淡\n",
		"HARD/balanced-reviews.txt":         wide("no\tHotel name\trating\tuser type\troom type\tnights\treview\n1\tن\t5\tعائلة\tغرفة\t2\tفندق ممتاز\n2\tن\t1\tعائلة\tغرفة\t1\tنظافة سيئة\n3\tن\t3\tعائلة\tغرفة\t1\tعادي\n"),
		"BRAD/balanced_brad.tsv":            "id\trating\treview\n1\t4\tكتاب جميل\n2\t2\tممل \"جدا\n3\t5\tرائع\n",
		"LABR/reviews.tsv":                  "4\t1\t2\t3\tكتاب رائع\n1\t2\t2\t3\tلم يعجبني\n3\t3\t2\t3\tبين بين\n",
		"ar/RES1.csv":                       "polarity,text,restaurant_id,user_id\n1,الاكل لذيذ,1,1\n-1,الخدمة بطيئة,1,2\n0,جربته امس,1,3\n",
		"emotion/test_text.txt":             "so angry right now\nwhat a joyful day\nhope it gets better\n",
		"emotion/test_labels.txt":           "0\n1\n2\n",
		"emotion/mapping.txt":               "0\tanger\n1\tjoy\n2\toptimism\n3\tsadness\n",
		"ewect/usual_test_labeled.txt":      `[{"id":1,"content":"气死了","label":"angry"},{"id":2,"content":"好开心","label":"happy"},{"id":3,"content":"下午开会","label":"neutral"}]`,
		"openrice/test.tsv":                 "label\ttext_a\nsmile\t好味\nok\t普通\ncry\t難食\n",
		"arsarcasm/testing_data.csv":        "tweet,sarcasm,sentiment,dialect\nشكرا لكم,False,POS,msa\nيا سلام على الخدمة,True,NEG,egypt\nمتى الموعد,False,NEU,msa\n",
		"own/hold.mine.tsv":                 "# a remark\nnegative\tworst service ever, nobody answers\npositive\tthank you so much\n",
		"unknown/whatever.csv":              "a,b\n1,2\n",
		"vader/tweets_GroundTruth.txt":      "1\t2.5\tsuper nice\n2\t-2.0\tawful day\n3\t0.1\tit is monday\n",
		"goemotions/ek_test.tsv":            "thanks a lot\t3\tx\nno way\t6\ty\nboth\t1,2\tz\n",
		"xed/en-annotated.tsv":              "I will find you and you will pay\t1\nsomething else entirely\t1, 4\nthis is such a happy morning\t5\n",
		"banking77/test.csv":                "text,category\nwhere is my card?,card_arrival\n",
		"clinc150/data_full.json":           `{"test":[["set an alarm","alarm"]],"train":[]}`,
		"arsarcasm/ArSarcasm_train.csv":     "dialect,sarcasm,sentiment,original_sentiment,tweet,source\n",
		"messages-are-elsewhere/readme.txt": "",
	})
	sets, absent, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, s := range sets {
		for _, r := range s.Rows {
			got[s.Name+"/"+string(s.Task)] += " " + r.Gold
		}
	}
	for set, want := range map[string]string{
		"airline/polarity": " negative neutral positive", "airline/binary": " negative positive", "airline/hold": " hold none",
		"chnsenticorp/binary": " positive negative positive", "waimai/binary": " positive negative positive", "weibo/binary": " positive negative negative",
		"shop10/hold": " none hold hold", "hard/polarity": " positive negative neutral", "brad/binary": " positive negative positive", "labr/polarity": " positive negative neutral",
		"ar res1/polarity": " positive negative neutral", "tweeteval emotion/emotion": " anger joy", "ewect usual/emotion": " anger joy none",
		"openrice zh-hk/polarity": " positive neutral negative", "arsarcasm/polarity": " positive negative neutral", "arsarcasm without sarcasm/binary": " positive",
		"own mine/hold": " hold none", "vader tweets/binary": " positive negative", "vader tweets/correlation": "   ", "goemotions ekman/emotion": " joy surprise",
		"xed en/emotion": " anger joy", "banking77/question": " question", "clinc150/question": " question",
	} {
		if got[set] != want {
			t.Errorf("%s: read %q, want %q", set, got[set], want)
		}
	}
	if len(absent) != 0 {
		t.Errorf("every layout is there, and these are missed: %v", absent)
	}
	if _, _, err := Load(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("a directory that is not there was read")
	}
}

func TestAnOwnSetIsMeasuredAndItsReportReadBack(t *testing.T) {
	dir := files(t, map[string]string{"own/hold.mine.tsv": "negative\tworst service ever, nobody answers and I want my money back\npositive\tthank you so much, wonderful crew\n"})
	e := engine(t)
	r, cost, err := Run(e, dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Results) != 1 || r.Results[0].Accuracy.Value != 1 || r.Results[0].Rows != 2 || len(r.Absent) != len(layouts) || cost.All.Texts != 2 {
		t.Fatalf("two plain messages: %+v", r.Results)
	}
	var out, first, second bytes.Buffer
	if err := r.Print(&out, cost, true); err != nil || !strings.Contains(out.String(), "own mine") || !strings.Contains(out.String(), "on praise: holds 0.00 %") {
		t.Errorf("the report does not name the set and its false holds: %v\n%s", err, out.String())
	}
	again, _, err := Run(e, dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Write(&first); err != nil {
		t.Fatal(err)
	}
	if err := again.Write(&second); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Errorf("two runs over the same texts wrote different reports: %v", err)
	}
	if strings.Contains(first.String(), "wonderful crew") {
		t.Error("the report holds a text of the set")
	}
	if back, err := ReadReport(&first); err != nil || len(back.Results) != 1 {
		t.Errorf("a report cannot be read back: %v", err)
	}
}

func TestLifeEventsAreToldFromNone(t *testing.T) {
	s := Set{Name: "x", Task: Life, Rows: []Row{{Text: "my mother passed away last week", Gold: "bereavement"}, {Text: "my phone died again", Gold: "none"},
		{Text: "my mother passed away yesterday", Gold: "illness"}, {Text: "see you on monday", Gold: "birth"}}}
	r, _ := Measure(engine(t), &s)
	if want := "any event: said 2 times, of which 2 are one; 2 of 3 are found, the kind right in 1"; len(r.Notes) != 1 || r.Notes[0] != want {
		t.Errorf("got %q, want %q", r.Notes, want)
	}
}

func TestAnOwnSetWithAnUnknownTaskIsRefused(t *testing.T) {
	if _, _, err := Load(files(t, map[string]string{"own/colour.mine.tsv": "red\tx\n"})); err == nil || !strings.Contains(err.Error(), "TASK.NAME.tsv") {
		t.Errorf("an own set named colour.mine: %v", err)
	}
}
