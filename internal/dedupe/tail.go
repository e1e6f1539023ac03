package dedupe

import (
	"bytes"
	"cmp"
	"iter"
	"slices"

	"github.com/orrery-cxm/orrery"
)

// Key is a message as it is known here: seal.Keys.MessageKey.
type Key = [keySize]byte

func compare(a, b Key) int { return bytes.Compare(a[:], b[:]) }

// day counts days since 1970 in UTC.
type day int32

func dayOf(t orrery.Instant) day {
	d := t / orrery.Instant(orrery.Day)
	if t < 0 && t%orrery.Instant(orrery.Day) != 0 {
		d--
	}
	return day(d)
}

// tail is the keys in memory, by day, oldest first. There are one or two days in it, more only while the log is read again.
type tail []dayKeys

type dayKeys struct {
	day  day
	keys map[Key]struct{} // without pointers: the garbage collector does not look inside
}

func (t *tail) add(k Key, d day) {
	i, ok := slices.BinarySearchFunc(*t, d, func(k dayKeys, d day) int { return cmp.Compare(k.day, d) })
	if !ok {
		*t = slices.Insert(*t, i, dayKeys{d, map[Key]struct{}{}})
	}
	(*t)[i].keys[k] = struct{}{}
}

func (t tail) remove(k Key) {
	for _, d := range t {
		delete(d.keys, k)
	}
}

// holds says whether k was added on `from` or later.
func (t tail) holds(k Key, from day) bool {
	for i := len(t) - 1; i >= 0 && t[i].day >= from; i-- {
		if _, ok := t[i].keys[k]; ok {
			return true
		}
	}
	return false
}

func (t tail) len() (n int) {
	for _, d := range t {
		n += len(d.keys)
	}
	return n
}

// sorted yields the keys of one day in order.
func (d dayKeys) sorted() iter.Seq2[Key, error] {
	keys := make([]Key, 0, len(d.keys))
	for k := range d.keys {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compare)
	return func(yield func(Key, error) bool) {
		for _, k := range keys {
			if !yield(k, nil) {
				return
			}
		}
	}
}
