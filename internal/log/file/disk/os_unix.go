//go:build unix && !linux

package disk

// Allocate only makes the file longer: there is no portable way to reserve room.
func (f osFile) Allocate(size int64) error { return f.Truncate(size) }

// DataSync is Sync: there is no portable way to do less.
func (f osFile) DataSync() error { return f.Sync() }
