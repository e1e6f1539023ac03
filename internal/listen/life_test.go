package listen

import "testing"

// lifeCases are messages in four scripts: what happened, to whom, when; kind "" where nothing did.
var lifeCases = []struct{ text, kind, who, when string }{
	{"my mother passed away last week", "bereavement", "family", "recent"},
	{"My dad died on Monday and I need to cancel his phone line", "bereavement", "family", "recent"},
	{"we lost our grandmother to cancer yesterday", "bereavement", "family", "recent"},
	{"flying home for my uncle's funeral tomorrow", "bereavement", "family", "planned"},
	{"I need to close my late husband's account", "bereavement", "family", "recent"},
	{"do you offer a bereavement fare?", "bereavement", "family", "recent"},
	{"My best friend died in an accident yesterday", "bereavement", "other", "recent"},
	{"she said yes!!!", "engagement", "self", "recent"},
	{"We're engaged 💍", "engagement", "self", "recent"},
	{"I'm engaged to my best friend", "engagement", "self", "recent"},
	{"he proposed last night and I said yes", "engagement", "self", "recent"},
	{"I graduated today!", "graduation", "self", "recent"},
	{"Finally graduated from university", "graduation", "self", "recent"},
	{"my daughter just graduated from med school, so proud", "graduation", "family", "recent"},
	{"on our honeymoon and the room has no bed", "wedding", "self", "recent"},
	{"we're getting married next month", "wedding", "self", "planned"},
	{"my wife is pregnant and your seats are tiny", "birth", "self", "recent"},
	{"our baby girl was born this morning", "birth", "self", "recent"},
	{"we just moved into our new house", "moving", "self", "recent"},
	{"I'm moving to Berlin next month", "moving", "self", "planned"},
	{"I got the job!!", "new_job", "self", "recent"},
	{"starting my new job on monday", "new_job", "self", "recent"},
	{"I just got laid off", "job_loss", "self", "recent"},
	{"I lost my job last month", "job_loss", "self", "recent"},
	{"I retired yesterday after 40 years", "retirement", "self", "recent"},
	{"my son is in the hospital", "illness", "family", "recent"},
	{"I was diagnosed with cancer", "illness", "self", "recent"},
	{"it's my birthday today", "birthday", "self", "recent"},
	{"going through a divorce right now", "divorce", "self", "recent"},

	{"my phone died", "", "", ""}, {"my battery died again on the plane", "", "", ""}, {"the plane is moving", "", "", ""},
	{"is this line moving at all?", "", "", ""}, {"our wedding anniversary dinner was lovely", "", "", ""},
	{"I'm dying of laughter", "", "", ""}, {"graduate programs are open", "", "", ""}, {"your engagement rate went up", "", "", ""},
	{"great job guys", "", "", ""}, {"you should be fired", "", "", ""}, {"expecting a parcel today", "", "", ""},
	{"you lost my mother's wheelchair", "", "", ""}, {"baby carrots are on sale", "", "", ""}, {"the line was engaged all day", "", "", ""},
	{"I'm sick of your excuses", "", "", ""}, {"the funeral scene in that movie was long", "", "", ""},
	{"my hope of a refund died", "", "", ""}, {"no one died, it is just a delay", "", "", ""}, {"I did not get married", "", "", ""},
	{"you moved my seat again", "", "", ""}, {"the date of birth field is broken", "", "", ""}, {"moving on to the next topic", "", "", ""},

	{"我妈妈上周去世了", "bereavement", "family", "recent"}, {"父亲昨天走了，我很难过", "bereavement", "family", "recent"},
	{"请帮已故的爷爷销户", "bereavement", "family", "recent"}, {"要回老家参加外婆的葬礼", "bereavement", "family", "recent"},
	{"我終於畢業了", "graduation", "self", "recent"}, {"她答应了我的求婚", "engagement", "self", "recent"}, {"我们订婚啦", "engagement", "self", "recent"},
	{"下个月我们要结婚了", "wedding", "self", "planned"}, {"老婆怀孕了", "birth", "self", "recent"}, {"我們剛搬家", "moving", "self", "recent"},
	{"我被裁员了", "job_loss", "self", "recent"}, {"我阿媽上個禮拜過身", "bereavement", "family", "recent"}, {"今日系我生日", "birthday", "self", "recent"},
	{"手机死机了", "", "", ""}, {"飞机终于走了", "", "", ""}, {"笑死我了", "", "", ""}, {"骑手走了，东西没送到", "", "", ""}, {"结婚十周年纪念日", "", "", ""},
	{"客服妈妈级的耐心", "", "", ""},

	{"توفيت والدتي الاسبوع الماضي", "bereavement", "family", "recent"}, {"والدي رحمه الله كان عميلا عندكم", "bereavement", "family", "recent"},
	{"عندنا عزاء ولا اقدر احضر الموعد", "bereavement", "family", "recent"}, {"تخرجت اليوم الحمدلله", "graduation", "self", "recent"},
	{"خطوبتي بكرة", "engagement", "self", "planned"}, {"زواجي الشهر القادم", "wedding", "self", "planned"}, {"زوجتي حامل", "birth", "self", "recent"},
	{"انتقلنا الى بيت جديد", "moving", "self", "recent"}, {"فصلوني من العمل", "job_loss", "self", "recent"}, {"ابني في المستشفى", "illness", "family", "recent"},
	{"اليوم عيد ميلادي", "birthday", "self", "recent"},
	{"الجوال مات", "", "", ""}, {"مت من الضحك", "", "", ""}, {"ذكرى زواجنا العاشرة", "", "", ""}, {"راح اموت من الانتظار", "", "", ""},
}

func TestLifeEventsAreUnderstoodAndTheirLookalikesAreNot(t *testing.T) {
	e := engine(t)
	for _, c := range lifeCases {
		got := e.Listen(c.text, Hint{}).Life
		switch {
		case c.kind == "":
			if len(got) > 0 && got[0].Confidence >= SuppressLife {
				t.Errorf("%q tells of no life event, but %s was found (%d, %q)", c.text, got[0].Name, got[0].Confidence, got[0].Evidence)
			}
		case len(got) == 0 || got[0].Confidence < SuppressLife:
			t.Errorf("%q: %s was missed: %+v", c.text, c.kind, got)
		case got[0].Name != c.kind || got[0].Who != c.who || got[0].When != c.when:
			t.Errorf("%q: got %s of %s, %s; want %s of %s, %s", c.text, got[0].Name, got[0].Who, got[0].When, c.kind, c.who, c.when)
		}
	}
}

func TestAnOutreachNeedsMoreThanASuppression(t *testing.T) {
	e := engine(t)
	for text, plain := range map[string]bool{
		"my mother passed away last week": true, "she said yes, we are engaged!": true,
		"if my mother died I could not bear it": false, "in the movie my father died": false, "my father passed away ten years ago": false,
	} {
		got := e.Listen(text, Hint{}).Life
		if sure := len(got) > 0 && got[0].Confidence >= OutreachLife; sure != plain {
			t.Errorf("%q: sure enough for outreach: %v, want %v (%+v)", text, sure, plain, got)
		}
	}
}

func TestAProfileTellsOfLifeEvents(t *testing.T) {
	e := engine(t)
	for _, c := range []struct{ name, value, want string }{
		{"relationship", `"Engaged to Sam"`, "engagement"}, {"relationship_status", "Engaged", "engagement"}, {"marital_status", `"divorced"`, "divorce"},
		{"marital_status", `"widowed"`, "bereavement"}, {"bio", "just graduated from MIT", "graduation"}, {"relationship", `"Married"`, ""},
		{"relationship", `"single"`, ""}, {"engagement_score", "17", ""}, {"status", `"active"`, ""}, {"status", `"moved"`, "moving"},
		{"relationship", `{"a":1}`, ""}, {"relationship", "true", ""}, {"婚姻", "订婚", "engagement"}, {"relationship", `"订婚"`, "engagement"},
	} {
		got := e.LifeOf(c.name, c.value)
		switch {
		case c.want == "" && len(got) > 0:
			t.Errorf("trait %s = %s says nothing, got %s", c.name, c.value, got[0].Name)
		case c.want != "" && (len(got) == 0 || got[0].Name != c.want):
			t.Errorf("trait %s = %s: got %+v, want %s", c.name, c.value, got, c.want)
		}
	}
}
