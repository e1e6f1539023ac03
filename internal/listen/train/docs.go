package train

import (
	"slices"
	"strings"
)

// Indexes of intents in the heads, as listen orders them.
const (
	complaint = iota
	question
	praise
	purchase
	cancellation
	request
	suggestion
	intents
)

// How many kinds of events and risks there are.
const (
	events = 12
	risks  = 9
)

// doc is one made text with what is known about it; what is not known stays unknown.
type doc struct {
	text     string
	polarity [3]float32 // shares; all zero when unknown
	intent   [intents]int8
	emotion  int8 // index, 7 for none, -1 unknown
	urgency  int8
	life     int8
	mixed    int8
	events   [events]int8 // kinds of life events, as listen orders them
	risks    [risks]int8
	weight   float32
	group    int  // of a message: those of one group were written in one go; 0 for sentences
	writer   int  // of a message
	ifServed bool // a complaint only where the text speaks of a service or to somebody
}

const unknown = -1

func newDoc() doc {
	d := doc{emotion: unknown, urgency: unknown, life: unknown, mixed: unknown, weight: 1}
	for i := range d.intent {
		d.intent[i] = unknown
	}
	for i := range d.events {
		d.events[i] = unknown
	}
	for i := range d.risks {
		d.risks[i] = unknown
	}
	return d
}

// only sets the intents that are there and denies all others but those left open.
func (d *doc) only(there int, open ...int) {
	for i := range d.intent {
		d.intent[i] = 0
	}
	for _, i := range open {
		d.intent[i] = unknown
	}
	if there >= 0 {
		d.intent[there] = 1
	}
}

// recipe makes one kind of document; share is how many of a hundred are of it.
type recipe struct {
	share int
	make  func(m *maker) doc
}

var recipes = []recipe{
	{30, (*maker).blame}, {19, (*maker).thank}, {4, (*maker).solved}, {20, (*maker).plain}, {4, (*maker).asks}, {4, (*maker).buys},
	{4, (*maker).leaves}, {4, (*maker).suggests}, {4, (*maker).divided}, {7, (*maker).feels}, {4, (*maker).lives}, {5, (*maker).happens},
	{3, (*maker).hurries}, {9, (*maker).nothing}, {14, (*maker).leans},
}

// make is a document of a kind drawn by share.
func (m *maker) make() doc {
	total := 0
	for _, r := range recipes {
		total += r.share
	}
	n := m.rng.IntN(total)
	for _, r := range recipes {
		if n -= r.share; n < 0 {
			d := r.make(m)
			d.weight *= sentenceWeight
			if d.life == 0 {
				d.events = [events]int8{}
			}
			if p := d.polarity; d.mixed == unknown && max(p[0], p[1], p[2]) == 1 {
				d.mixed = 0
			}
			d.text = m.dress(d)
			return d
		}
	}
	return newDoc()
}

// dress adds what people put around their words.
func (m *maker) dress(d doc) string {
	t := d.text
	if m.chance(0.15) {
		t = m.pick("open") + " " + t
	}
	if m.chance(0.35) && m.g.lang != "zh" {
		t = m.one("@brand ", "@support ", "@help ") + t
	}
	switch {
	case d.polarity[0] == 1 && m.chance(0.1):
		t += " " + m.pick("emoji.neg")
	case d.polarity[2] == 1 && m.chance(0.15):
		t += " " + m.pick("emoji.pos")
	}
	if m.chance(0.2) {
		t += m.one("!", "!!", ".", "...", "！")
	}
	if m.g.lang == "en" && m.chance(0.5) {
		t = strings.ToLower(t)
	}
	return t
}

func (m *maker) bad() string {
	switch n := m.rng.IntN(10); {
	case n < 5:
		return m.pick("neg.tweet")
	case n < 8:
		return m.about("neg")
	}
	return m.pick("gen.neg")
}

func (m *maker) good() string {
	switch n := m.rng.IntN(10); {
	case n < 5:
		return m.pick("pos.tweet")
	case n < 8:
		return m.about("pos")
	}
	return m.pick("gen.pos")
}

func (m *maker) even() string {
	switch n := m.rng.IntN(10); {
	case n < 5:
		return m.pick("neu.tweet")
	case n < 7:
		return m.pick("gen.neu")
	case n < 9:
		return m.pick("int.question")
	}
	return m.pick("urg.none")
}

// several is one to three segments.
func (m *maker) several(seg func() string) []string {
	n := 1
	if m.chance(0.5) {
		n++
	}
	if m.chance(0.25) {
		n++
	}
	out := make([]string, 0, n+1)
	for range n {
		out = append(out, seg())
	}
	return out
}

func (m *maker) blame() doc {
	d := newDoc()
	segs := m.several(m.bad)
	if m.chance(0.2) {
		segs = append(segs, m.even())
	}
	if m.chance(0.1) {
		segs = append([]string{m.even()}, segs...)
	}
	if m.chance(0.12) { // who complains often grants something first
		segs = append([]string{m.about("pos")}, segs...)
	}
	d.text = m.join(segs)
	d.polarity[0] = 1
	d.only(complaint, question, request)
	return d
}

func (m *maker) thank() doc {
	d := newDoc()
	segs := m.several(m.good)
	if m.chance(0.12) {
		segs = append(segs, m.even())
		d.polarity = [3]float32{0, 0.3, 0.7}
		d.text = m.join(segs)
		d.only(praise, question, request, purchase)
		return d
	}
	d.text = m.join(segs)
	d.polarity[2] = 1
	d.only(praise, purchase)
	return d
}

func (m *maker) solved() doc {
	d := newDoc()
	segs := []string{m.pick("res.pos")}
	if m.chance(0.4) {
		segs = append(segs, m.pick("gen.pos"))
	}
	d.text = m.join(segs)
	d.polarity = [3]float32{0, 0.2, 0.8}
	d.only(praise)
	return d
}

func (m *maker) plain() doc {
	d := newDoc()
	if m.chance(0.3) {
		d.text = m.pick("int.question")
		d.polarity[1] = 1
		d.only(question)
		d.emotion, d.urgency = 7, 0
		return d
	}
	segs := []string{m.even()}
	if m.chance(0.35) {
		segs = append(segs, m.even())
	}
	d.text = m.join(segs)
	d.polarity[1] = 1
	d.only(-1, question, request)
	if strings.ContainsAny(d.text, "?？؟") {
		d.intent[question] = 1
	}
	d.emotion = 7
	d.urgency = 0
	return d
}

func (m *maker) asks() doc {
	d := newDoc()
	d.text = m.join([]string{m.pick("req.tweet")})
	if m.chance(0.3) {
		d.text = m.join([]string{m.even(), d.text})
	}
	d.polarity[1] = 1
	d.only(request, question)
	return d
}

func (m *maker) buys() doc {
	d := newDoc()
	d.text = m.pick("int.purchase")
	d.polarity = [3]float32{0, 0.8, 0.2}
	d.only(purchase, question, request)
	return d
}

func (m *maker) leaves() doc {
	d := newDoc()
	d.text = m.pick("int.cancel")
	d.only(cancellation, question, request)
	d.polarity = [3]float32{0.4, 0.6, 0}
	if m.chance(0.3) {
		d.text = m.join([]string{m.bad(), d.text})
		d.polarity = [3]float32{1, 0, 0}
		d.intent[complaint] = 1
	}
	return d
}

func (m *maker) suggests() doc {
	d := newDoc()
	d.text = m.pick("int.suggest")
	d.polarity[1] = 1
	d.only(suggestion, question, request)
	return d
}

// divided praises and blames; a but at the end decides.
func (m *maker) divided() doc {
	d := newDoc()
	but := " but "
	switch m.g.lang {
	case "zh":
		but = m.one("，但是", "，可是", "，不过", "，但")
	case "ar":
		but = m.one(" لكن ", " بس ", " ولكن ")
	}
	d.mixed = 1
	if m.chance(0.65) {
		d.text = m.good() + but + m.bad()
		d.polarity = [3]float32{0.8, 0.1, 0.1}
		d.intent[complaint] = 1
	} else {
		d.text = m.bad() + but + m.good()
		d.polarity = [3]float32{0.25, 0.15, 0.6}
	}
	return d
}

var emotionSections = [...]string{"emo.anger", "emo.sad", "emo.joy", "emo.fear", "emo.surprise", "emo.disgust"}

func (m *maker) feels() doc {
	d := newDoc()
	k := m.rng.IntN(len(emotionSections))
	d.text = m.join(m.several(func() string { return m.pick(emotionSections[k]) }))
	d.emotion = int8(k)
	switch k {
	case 2:
		d.polarity[2] = 1
		d.intent[complaint] = 0
	case 0, 5:
		d.polarity[0] = 1
	case 1, 3:
		d.polarity[0] = 1
	}
	return d
}

// lives is what people say of their day: no complaint, whatever its mood.
func (m *maker) lives() doc {
	d := newDoc()
	if m.chance(0.5) {
		d.text = m.join(m.several(func() string { return m.pick("sad.tweet") }))
		d.polarity[0] = 1
	} else {
		d.text = m.join(m.several(func() string { return m.pick("pos.life") }))
		d.polarity[2] = 1
		d.emotion = 2
	}
	d.only(-1)
	d.life = 0
	return d
}

var lifeSections = [...]string{"bereavement", "graduation", "engagement", "wedding", "birth", "moving", "newjob", "jobloss", "illness", "retirement"}

// lifeEvents are the events of lifeSections.
var lifeEvents = [...]string{"bereavement", "graduation", "engagement", "wedding", "birth", "moving", "new_job", "job_loss", "illness", "retirement"}

func (m *maker) happens() doc {
	d := newDoc()
	if m.chance(0.4) {
		d.text = m.pick("life.none")
		d.life = 0
		d.intent[complaint] = unknown
		return d
	}
	k := m.rng.IntN(len(lifeSections))
	segs := []string{m.pick("life." + lifeSections[k])}
	d.life = 1
	if e := slices.Index(messageEvents[:], lifeEvents[k]); e >= 0 {
		d.events = [events]int8{}
		d.events[e] = 1
	}
	d.only(-1, request, question, cancellation)
	if m.chance(0.3) {
		segs = append(segs, m.even())
	}
	if m.chance(0.2) {
		segs = append(segs, m.bad())
		d.intent[complaint] = 1
	}
	d.text = m.join(segs)
	return d
}

func (m *maker) hurries() doc {
	d := newDoc()
	d.text = m.join([]string{m.pick("urg.high")})
	if m.chance(0.4) {
		d.text = m.join([]string{d.text, m.bad()})
		d.intent[complaint] = 1
	}
	d.urgency = 1
	d.polarity = [3]float32{0.8, 0.2, 0}
	return d
}
