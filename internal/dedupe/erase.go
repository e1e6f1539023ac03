package dedupe

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"maps"
	"math"
	"slices"
)

// Erase forgets keys everywhere: in memory and in the files, where the blocks that hold them are written anew in their
// places, so that it costs the same however many keys there are. What is left is 7 bits each in a filter line that 42
// other keys share. The ids must be gone from the log first, or a later rebuild brings them back.
func (s *Set) Erase(keys []Key) error {
	s.work.Lock()
	defer s.work.Unlock()
	s.memory.Lock()
	for _, k := range keys {
		s.tail.remove(k)
		for _, f := range s.frozen {
			f.remove(k)
		}
	}
	s.memory.Unlock()
	if err := s.finishPatch(found); err != nil { // an earlier erasure that failed half-way
		return err
	}
	if err := s.dropStrays(); err != nil {
		return fmt.Errorf("erasing message ids: %w", err)
	}
	if err := syncDir(s.fs, s.dir); err != nil { // the removal of merged files must last
		return fmt.Errorf("erasing message ids: %w", err)
	}
	var all patch
	for _, r := range s.runs {
		p, err := r.planErasure(keys)
		if err != nil {
			return fmt.Errorf("erasing message ids: %w", err)
		}
		all = append(all, p...)
	}
	if len(all) == 0 {
		return nil
	}
	if err := s.patch(all); err != nil {
		return fmt.Errorf("erasing message ids: %w", err)
	}
	return nil
}

// planErasure gives what must be written into the run so that it holds none of keys, nil if it holds none already.
func (r *run) planErasure(keys []Key) (patch, error) {
	changed := map[uint64]*[blockSize]byte{}
	h := r.header
	for i := range keys {
		if err := r.eraseKey(&keys[i], changed, &h); err != nil {
			return nil, err
		}
	}
	if len(changed) == 0 {
		return nil, nil
	}
	var p patch
	put := func(at int64, b []byte) { p = append(p, write{r.name, at, b}) }
	fences := slices.Clone(r.fences)
	for _, i := range slices.Backward(slices.Sorted(maps.Keys(changed))) {
		b := changed[i]
		keys, err := openBlock(b, i)
		if err != nil {
			return nil, err
		}
		// A fence shows half a key. An empty block takes the fence of the next, so that nothing is looked for in it.
		fence := uint64(math.MaxUint64)
		if len(keys) > 0 {
			fence = binary.BigEndian.Uint64(keys)
		} else if next := (i + 1) * fenceSize; next < uint64(len(fences)) {
			fence = binary.LittleEndian.Uint64(fences[next:])
		}
		binary.LittleEndian.PutUint64(fences[i*fenceSize:], fence)
		put(int64(headerSize+i*blockSize), b[:])
		put(h.fencesAt()+int64(i*fenceSize), fences[i*fenceSize:(i+1)*fenceSize])
	}
	h.fenceSum = crc32.Checksum(fences, castagnoli)
	put(0, h.encode())
	return p, nil
}

// eraseKey takes k out of the blocks in which it is, keeping those in changed, and counts it in h.
func (r *run) eraseKey(k *Key, changed map[uint64]*[blockSize]byte, h *header) error {
	hi, lo := halves(k)
	if !r.maybe(hi, lo) {
		return nil
	}
	for i := r.blockOf(hi); i >= 0; i-- {
		b := changed[uint64(i)]
		if b == nil {
			b = new([blockSize]byte)
			if _, err := r.readBlock(b, uint64(i)); err != nil {
				return err
			}
		}
		keys, err := openBlock(b, uint64(i))
		if err != nil {
			return err
		}
		if n := timesInBlock(keys, k); n > 0 {
			var rest [blockSize]byte
			held := 0
			for ; len(keys) > 0; keys = keys[keySize:] {
				if Key(keys) != *k {
					held += copy(rest[held*keySize:], keys[:keySize]) / keySize
				}
			}
			sealBlock(&rest, held, uint64(i))
			changed[uint64(i)] = &rest
			h.erased += uint64(n)
		}
		if r.fence(uint64(i)) != hi {
			return nil
		}
	}
	return nil
}
