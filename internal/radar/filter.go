package radar

// filterBits is how large a filter is: a mebibyte.
const filterBits = 1 << 23

// filter remembers keys in bounded room, and may take one for known that is not (Bloom, "Space/time trade-offs in hash
// coding with allowable errors", 1970). An empty one takes no room.
type filter struct{ bits []uint64 }

// places are the three bits of a key.
func places(key uint64) [3]uint64 {
	return [3]uint64{key % filterBits, key >> 20 % filterBits, key >> 41}
}

func (f *filter) has(key uint64) bool {
	if f.bits == nil {
		return false
	}
	for _, p := range places(key) {
		if f.bits[p/64]>>(p%64)&1 == 0 {
			return false
		}
	}
	return true
}

// add says whether the key was new.
func (f *filter) add(key uint64) bool {
	if f.bits == nil {
		f.bits = make([]uint64, filterBits/64)
	}
	fresh := false
	for _, p := range places(key) {
		fresh = fresh || f.bits[p/64]>>(p%64)&1 == 0
		f.bits[p/64] |= 1 << (p % 64)
	}
	return fresh
}
