package radar

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// monday is the beginning of an hour, a day and a week.
const monday = orrery.Instant(1_790_000_000_000 / int64(7*orrery.Day) * int64(7*orrery.Day))

// world is a brand with a clock; what it decides becomes facts at once.
type world struct {
	*State
	now   orrery.Instant
	seq   uint64
	facts []orrery.Fact
	log   []logged
	keep  bool // the log too
	who   uint64
}

type logged struct {
	f  orrery.Fact
	at orrery.Stamp
}

func newWorld() *world { return &world{State: New(), now: monday} }

// put folds a fact.
func (w *world) put(f orrery.Fact) orrery.Stamp {
	w.seq++
	at := orrery.Stamp{Incarnation: 1, Seq: orrery.Seq(w.seq), Time: w.now}
	switch f := f.(type) {
	case *orrery.AlertRaised:
		f.Alert.ID = orrery.AlertID(at.ID())
	case *orrery.TopicEmerged:
		f.Topic.ID = orrery.TopicID(at.ID())
	}
	w.Evolve(f, at)
	if w.keep {
		w.log = append(w.log, logged{f, at})
	}
	return at
}

// said is what somebody says.
type says struct {
	person   uint64
	market   string
	text     string
	language string
	aspects  []string
	risks    []string
	happy    bool
}

func (x says) fact() *orrery.TouchRecorded {
	s := &orrery.Signals{Language: "en", Polarity: orrery.Negative, Confidence: 900}
	if x.language != "" {
		s.Language = x.language
	}
	if x.happy {
		s.Polarity = orrery.Positive
	}
	for _, a := range x.aspects {
		s.Aspects = append(s.Aspects, orrery.Label{Name: a, Confidence: 700, Polarity: s.Polarity})
	}
	for _, r := range x.risks {
		s.Risks = append(s.Risks, orrery.Label{Name: r, Confidence: 900})
	}
	if x.text == "" {
		x.text = "this is bad"
	}
	return &orrery.TouchRecorded{Anchor: orrery.FragmentID(x.person), Person: orrery.FragmentID(x.person),
		Touch: orrery.Touch{Kind: orrery.MessageTouch, Locale: "en-" + x.market, Message: &orrery.Message{Text: x.text}, Signals: s}}
}

// say lets somebody speak, and does what the radar then decides.
func (w *world) say(x says) {
	if x.person == 0 {
		w.who++
		x.person = 1<<32 + w.who
	}
	w.put(x.fact())
	w.decide()
}

func (w *world) decide() {
	for _, f := range w.Alerts(w.now) {
		w.facts = append(w.facts, f)
		w.put(f)
	}
}

func (w *world) decideTopics() (out []orrery.Topic) {
	for _, f := range w.Topics(w.now) {
		w.put(f)
		out = append(out, f.(*orrery.TopicEmerged).Topic)
	}
	return out
}

func (w *world) pass(d orrery.Span) { w.now = w.now.Add(d) }

// alerts are those raised so far.
func (w *world) alerts() (out []orrery.Alert) {
	for _, f := range w.facts {
		if a, ok := f.(*orrery.AlertRaised); ok {
			out = append(out, a.Alert)
		}
	}
	return out
}

// ended are the alerts that ended so far.
func (w *world) ended() (out []orrery.Alert) {
	for _, f := range w.facts {
		if a, ok := f.(*orrery.AlertChanged); ok && a.Change == Ended {
			out = append(out, a.Alert)
		}
	}
	return out
}

// live lets people speak at a rate an hour, which may depend on the hour, for some hours. Every ten minutes somebody looks.
func (w *world) live(r *rand.Rand, hours int, rate func(hour int) float64, x says) {
	for h := range hours {
		start := w.now
		perTick := rate(h) / 60
		for range 60 {
			for range poisson(r, perTick) {
				w.say(x)
			}
			w.pass(orrery.Minute)
			if int64(w.now)%int64(10*orrery.Minute) == 0 {
				w.decide()
			}
		}
		if w.now != start.Add(orrery.Hour) {
			panic("an hour has 60 minutes")
		}
	}
}

func poisson(r *rand.Rand, mean float64) int {
	limit, p, n := math.Exp(-mean), 1.0, -1
	for p > limit || n < 0 {
		p *= r.Float64()
		n++
	}
	return n
}

func flat(rate float64) func(int) float64 { return func(int) float64 { return rate } }

// daily is a rate that swings by hour of day and falls at weekends; its mean is rate.
func daily(rate float64) func(int) float64 {
	return func(h int) float64 {
		x := 1 + 0.8*math.Sin(2*math.Pi*float64(h%24-8)/24)
		if h/24%7 >= 5 {
			x *= 0.5
		}
		return rate * x / (6.0 / 7)
	}
}

func encoded(s *State) []byte {
	var w wire.Writer
	s.AppendTo(&w)
	return w.B
}

// again is the state folded from the log.
func (w *world) again() *State {
	s := New()
	for _, l := range w.log {
		s.Evolve(l.f, l.at)
	}
	return s
}

func names(list []orrery.Alert) (out []string) {
	for _, a := range list {
		out = append(out, fmt.Sprintf("%s/%s/%s", a.Market, a.Aspect, a.About))
	}
	return out
}
