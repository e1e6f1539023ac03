package radar

import "math"

// skipped is an hour of a burst: it teaches nothing about what is usual.
const skipped = math.MaxUint16

// What is assumed of a series before it was heard: one person in two hours, believed as if half an hour had been seen.
const (
	priorPeople = 0.25
	priorHours  = 0.5
)

// fade is what an hour counts one hour later: it halves in a week.
var fade = math.Pow(0.5, 1.0/168)

// shrink is how many people speak for the coarser shape of the week before the finer is believed.
const shrink = 10

// level is what is usual in one series, as far as it is known at one hour.
type level struct {
	people, hours float64      // of the discounted gamma prior
	shape         [168]float64 // of the week: 1 on average
	known         [168]float64 // people by whom each hour of the week is known
	spread        [3]float64   // variance over mean, of each window
	seen          int          // hours of history
}

// learn fits a level to hours, oldest first, of which the first begins at hour from since 1970. Hours before restart do not
// speak of the level, only of the week.
func learn(counts []uint16, from, restart int32) *level {
	l := &level{people: priorPeople, hours: priorHours, spread: [3]float64{1, 1, 1}}
	hours := levelled(counts, restart-from)
	w := weekOf(hours, from)
	l.shape, l.known = w.shape()
	for i, n := range hours {
		if n < 0 {
			continue
		}
		l.seen++
		if from+int32(i) < restart {
			continue
		}
		l.people = fade*l.people + n + (1-fade)*priorPeople
		l.hours = fade*l.hours + l.shape[(from+int32(i))%168] + (1-fade)*priorHours
	}
	for i, span := range windows {
		l.spread[i] = w.spread(hours, from, int(span.hours))
	}
	return l
}

// levelled is the counts as numbers, -1 for those that teach nothing. What was said before the level moved is put on the level
// since, so that the move is not taken for the shape of the week.
func levelled(counts []uint16, restart int32) []float64 {
	hours := make([]float64, len(counts))
	var sum, n [2]float64 // before and since
	for i, c := range counts {
		if hours[i] = float64(c); c == skipped {
			hours[i] = -1
			continue
		}
		era := 0
		if int32(i) >= restart {
			era = 1
		}
		sum[era] += float64(c)
		n[era]++
	}
	if n[0] < 24 || n[1] < 24 || sum[0] == 0 {
		return hours
	}
	times := (sum[1] / n[1]) / (sum[0] / n[0])
	for i := range hours {
		if int32(i) < restart && hours[i] > 0 {
			hours[i] *= times
		}
	}
	return hours
}

// week is what was said in each hour of day and of week.
type week struct {
	day, days   [24]float64 // people, hours
	week, weeks [168]float64
	mean        float64
	flat        bool // too little is known for a shape
	scale       float64
}

func weekOf(hours []float64, from int32) *week {
	w := &week{scale: 1}
	total, n := 0.0, 0.0
	for i, x := range hours {
		if x < 0 {
			continue
		}
		h := (from + int32(i)) % 168
		w.day[h%24] += x
		w.days[h%24]++
		w.week[h] += x
		w.weeks[h]++
		total += x
		n++
	}
	w.mean = total / max(n, 1)
	w.flat = n < 48 || total == 0
	return w
}

// at is the shape of an hour of the week as far as it is known without one hour in which x people spoke; n is 1 to leave
// that hour out and 0 to leave out none.
func (w *week) at(h int32, x, n float64) float64 {
	if w.flat {
		return 1
	}
	d := h % 24
	byDay := (w.day[d] - x + shrink) / (w.mean*(w.days[d]-n) + shrink)
	return w.scale * (w.week[h] - x + shrink*byDay) / (w.mean*(w.weeks[h]-n) + shrink)
}

// shape is the shape of the whole week, and by how many people each of its hours is known.
func (w *week) shape() (shape, known [168]float64) {
	sum := 0.0
	for h := range shape {
		shape[h] = w.at(int32(h), 0, 0)
		known[h] = w.week[h] + shrink
		sum += shape[h]
	}
	w.scale = 168 / sum
	for h := range shape {
		shape[h] *= w.scale
		if w.flat {
			known[h] = math.Inf(1)
		}
	}
	return shape, known
}

// spread is the variance over the mean of the counts of windows of so many hours, each held against what all others say
// of it, and pulled towards Poisson's while little was seen.
func (w *week) spread(hours []float64, from int32, span int) float64 {
	squares, means := 0.0, 0.0
	for i := 0; i+span <= len(hours); i += span {
		got, mean, whole := 0.0, 0.0, true
		for j := i; j < i+span; j++ {
			whole = whole && hours[j] >= 0
			got += hours[j]
			mean += w.mean * w.at((from+int32(j))%168, hours[j], 1)
		}
		if whole {
			squares += (got - mean) * (got - mean)
			means += mean
		}
	}
	const pull = 20
	return min(maxSpread, max(1, (squares+pull)/(means+pull)))
}

// maxSpread bounds what is forgiven to hours that vary.
const maxSpread = 50

// usual is how many people are expected between two moments, and the variance of their number.
func (l *level) usual(fromMillis, toMillis int64, window int) (mean, variance float64) {
	const hour = 3_600_000
	exposure, doubt := 0.0, 0.0
	for at := fromMillis; at < toMillis; {
		next := min((at/hour+1)*hour, toMillis)
		part := float64(next-at) / hour * l.shape[(at/hour)%168]
		exposure += part
		doubt += part * part / l.known[(at/hour)%168]
		at = next
	}
	mean = l.people / l.hours * exposure
	rate := l.people / l.hours
	return mean, l.spread[window]*mean + mean*mean/l.people + rate*rate*doubt
}
