package radar

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/wire"
)

// format of the bytes; others are thrown away and read again from the log.
const format = 1

// AppendTo writes the state: equal states give equal bytes.
func (s *State) AppendTo(w *wire.Writer) {
	w.Uint(format)
	w.String(s.text)
	w.Int(int64(s.now))
	w.Uint(uint64(len(s.markets)))
	for _, m := range slices.Sorted(maps.Keys(s.markets)) {
		w.String(m)
		w.Int(int64(s.markets[m]))
	}
	w.Uint(uint64(len(s.series)))
	for _, x := range s.ordered() {
		x.appendTo(w)
	}
	w.Uint(uint64(len(s.open)))
	for _, b := range s.open {
		b.appendTo(w)
	}
	s.words.appendTo(w)
}

// Read reads what AppendTo wrote.
func (s *State) Read(r *wire.Reader) error {
	if v := r.Uint(); v != format {
		return fmt.Errorf("the radar's state has format %d, unknown to this version", v)
	}
	*s = *New()
	if s.text = strings.Clone(r.String()); s.text != "" {
		s.policy = PolicyIn(s.text)
	}
	s.now = orrery.Instant(r.Int())
	for range r.Count() {
		m := r.String()
		s.markets[m] = int32(r.Int())
	}
	for range r.Count() {
		x := readSeries(r)
		s.series[x.key] = x
		s.hits += len(x.recent)
		for _, h := range x.recent {
			s.said[said{x.key, h.person}] = true
		}
	}
	for range r.Count() {
		s.open = append(s.open, readBurst(r))
	}
	s.words.readFrom(r)
	if err := r.Err(); err != nil {
		return fmt.Errorf("reading the radar's state: %w", err)
	}
	return nil
}

func (x *series) appendTo(w *wire.Writer) {
	w.String(x.market)
	w.String(x.aspect)
	w.String(x.about)
	w.Int(int64(x.from))
	w.Int(int64(x.restart))
	w.Int(int64(x.calm))
	w.Uint(uint64(len(x.hours)))
	for i := 0; i < len(x.hours); { // most hours are quiet: a number, then how often it comes
		n := 1
		for i+n < len(x.hours) && x.hours[i+n] == x.hours[i] {
			n++
		}
		w.Uint(uint64(x.hours[i]))
		w.Uint(uint64(n))
		i += n
	}
	w.Uint(uint64(len(x.recent)))
	for _, h := range x.recent {
		w.Int(int64(h.at))
		w.Fixed(uint64(h.person))
		w.Fixed(uint64(h.fragment))
		w.Uint(uint64(h.touch))
		w.Fixed(h.print)
	}
}

func readSeries(r *wire.Reader) *series {
	x := &series{key: key{strings.Clone(r.String()), strings.Clone(r.String()), strings.Clone(r.String())}}
	x.from, x.restart, x.calm = int32(r.Int()), int32(r.Int()), orrery.Instant(r.Int())
	hours := int(min(r.Uint(), maxHours))
	for len(x.hours) < hours && r.Err() == nil {
		v, n := uint16(r.Uint()), int(min(r.Uint(), maxHours))
		if n == 0 || len(x.hours)+n > hours {
			n = hours - len(x.hours)
		}
		for range n {
			x.hours = append(x.hours, v)
		}
	}
	for range r.Count() {
		x.recent = append(x.recent, hit{at: orrery.Instant(r.Int()), person: orrery.FragmentID(r.Fixed()), fragment: orrery.FragmentID(r.Fixed()),
			touch: orrery.TouchID(r.Uint()), print: r.Fixed()})
	}
	return x
}

func (b *burst) appendTo(w *wire.Writer) {
	a := &b.alert
	w.Uint(uint64(a.ID))
	w.String(a.Market)
	w.String(a.Aspect)
	w.String(a.About)
	w.Uint(uint64(a.Severity))
	w.Int(int64(a.Began))
	w.Int(int64(a.Raised))
	w.Int(int64(a.Window))
	w.Uint(uint64(a.People))
	w.Uint(uint64(a.Usual))
	w.Uint(uint64(a.Odds))
	w.String(a.Counted)
	w.Int(int64(a.PeakAt))
	w.Uint(uint64(a.Peak))
	w.Uint(uint64(b.people))
	appendExamples(w, a.Examples)
}

func readBurst(r *wire.Reader) *burst {
	a := orrery.Alert{ID: orrery.AlertID(r.Uint()), Market: strings.Clone(r.String()), Aspect: strings.Clone(r.String()), About: strings.Clone(r.String()),
		Severity: orrery.Severity(r.Uint()), Began: orrery.Instant(r.Int()), Raised: orrery.Instant(r.Int()), Window: orrery.Span(r.Int()),
		People: int(r.Uint()), Usual: int(r.Uint()), Odds: int(r.Uint()), Counted: strings.Clone(r.String()), PeakAt: orrery.Instant(r.Int()), Peak: int(r.Uint())}
	b := &burst{key: key{a.Market, a.Aspect, a.About}, people: int(r.Uint())}
	a.Examples = readExamples(r)
	b.alert = a
	return b
}

func appendExamples(w *wire.Writer, list []orrery.Example) {
	w.Uint(uint64(len(list)))
	for _, e := range list {
		w.Uint(uint64(e.Touch))
		w.Fixed(uint64(e.Fragment))
	}
}

func readExamples(r *wire.Reader) []orrery.Example {
	var out []orrery.Example
	for range r.Count() {
		out = append(out, orrery.Example{Touch: orrery.TouchID(r.Uint()), Fragment: orrery.FragmentID(r.Fixed())})
	}
	return out
}

func (w *words) appendTo(o *wire.Writer) {
	o.Int(w.half)
	for i := range w.now {
		w.now[i].appendTo(o)
	}
	o.Uint(uint64(len(w.before)))
	for _, h := range slices.Sorted(maps.Keys(w.before)) {
		o.Fixed(h)
		o.Uint(uint64(w.before[h]))
	}
	appendCounts(o, w.of)
	o.Uint(uint64(len(w.raised)))
	for _, t := range w.raised {
		o.String(t.term)
		o.String(t.language)
		o.Int(int64(t.at))
		o.Uint(uint64(len(t.also)))
		for _, a := range t.also {
			o.String(a)
		}
		appendExamples(o, t.by)
	}
}

func (w *words) readFrom(r *wire.Reader) {
	w.half = r.Int()
	for i := range w.now {
		w.now[i].readFrom(r)
	}
	for range r.Count() {
		h := r.Fixed()
		w.before[h] = uint32(r.Uint())
	}
	w.of = readCounts(r)
	for range r.Count() {
		t := raisedTopic{term: strings.Clone(r.String()), language: strings.Clone(r.String()), at: orrery.Instant(r.Int())}
		for range r.Count() {
			t.also = append(t.also, strings.Clone(r.String()))
		}
		t.by = readExamples(r)
		w.raised = append(w.raised, t)
	}
}

func appendCounts(w *wire.Writer, m map[string]uint32) {
	w.Uint(uint64(len(m)))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		w.String(k)
		w.Uint(uint64(m[k]))
	}
}

func readCounts(r *wire.Reader) map[string]uint32 {
	m := map[string]uint32{}
	for range r.Count() {
		k := strings.Clone(r.String())
		m[k] = uint32(r.Uint())
	}
	return m
}

func (c *chest) appendTo(w *wire.Writer) {
	appendCounts(w, c.people)
	w.Uint(uint64(len(c.grams)))
	hashes := slices.SortedFunc(maps.Keys(c.grams), func(a, b uint64) int { return cmp.Compare(a, b) })
	for _, h := range hashes {
		u := c.grams[h]
		w.Fixed(h)
		w.String(u.text)
		w.String(u.language)
		w.Uint(uint64(u.people))
		appendExamples(w, u.by)
	}
	w.Bool(c.filter.bits != nil)
	for i := 0; i < len(c.filter.bits); { // empty words are counted
		n := 0
		for i+n < len(c.filter.bits) && c.filter.bits[i+n] == 0 {
			n++
		}
		w.Uint(uint64(n))
		if i += n; i < len(c.filter.bits) {
			w.Fixed(c.filter.bits[i])
			i++
		}
	}
}

func (c *chest) readFrom(r *wire.Reader) {
	c.people = readCounts(r)
	for range r.Count() {
		h := r.Fixed()
		u := &used{text: strings.Clone(r.String()), language: strings.Clone(r.String()), people: uint32(r.Uint())}
		u.by = readExamples(r)
		c.grams[h] = u
	}
	if !r.Bool() {
		return
	}
	c.filter.bits = make([]uint64, filterBits/64)
	for i := uint64(0); i < filterBits/64 && r.Err() == nil; i++ {
		if i += min(r.Uint(), filterBits/64-i); i < filterBits/64 {
			c.filter.bits[i] = r.Fixed()
		}
	}
}
