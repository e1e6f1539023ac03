package dedupe

import "encoding/binary"

// The filter is a blocked Bloom filter (Putze, Sanders, Singler: Cache-, Hash- and Space-Efficient Bloom Filters, 2007):
// each key sets 7 bits in one line of 64 bytes, so a question costs one cache miss. The line is chosen by the key's
// first half in proportion, which keeps lines in the order of the keys: a merge writes the filter as it writes the keys,
// one line at a time, whatever the size. The bits within the line are 7 times 9 bits of the key's second half.
const (
	probes      = 7
	bitsPerKey  = 12 // 0.4 % of absent keys hit; measured by BenchmarkSeen
	bitsOfProbe = 9  // 2^9 bits = 64 bytes
)

func halves(k *Key) (hi, lo uint64) {
	return binary.BigEndian.Uint64(k[:8]), binary.BigEndian.Uint64(k[8:])
}

// linesFor is how long the filter of count keys is.
func linesFor(count uint64) uint64 { return (count*bitsPerKey + lineSize*8 - 1) / (lineSize * 8) }

// mark sets the bits of lo in a line.
func mark(line []byte, lo uint64) {
	for range probes {
		bit := lo & (1<<bitsOfProbe - 1)
		line[bit>>3] |= 1 << (bit & 7)
		lo >>= bitsOfProbe
	}
}

// marked says whether all bits of lo are set in a line.
func marked(line []byte, lo uint64) bool {
	_ = line[lineSize-1]
	for range probes {
		bit := lo & (1<<bitsOfProbe - 1)
		if line[bit>>3]&(1<<(bit&7)) == 0 {
			return false
		}
		lo >>= bitsOfProbe
	}
	return true
}

// makeKey is the key with these halves.
func makeKey(hi, lo uint64) (k Key) {
	binary.BigEndian.PutUint64(k[:8], hi)
	binary.BigEndian.PutUint64(k[8:], lo)
	return k
}
