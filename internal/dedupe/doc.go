// Package dedupe remembers which messages a workspace has taken in, so that one which is sent again is not counted
// again: exactly, for 7 days, across restarts, with only the newest ids in memory.
//
// Ids are 16-byte keys that spread evenly (seal.Keys.MessageKey). They are kept by the day on which they were added: in
// a tail in memory, which becomes an immutable file of sorted keys (a run) at each Seal, and the runs of a day are
// merged in the background. Each run carries a filter that answers "not here" for almost every new id by touching one
// cache line; a hit is confirmed by reading one block of the file. Filters are read through the page cache, not the heap.
//
// It promises that Seen is never wrong in either direction for a key added on this day or one of the Keep days before;
// that the files never claim a log position they do not cover, whatever moment a crash picks; and that a damaged file is
// refused with [ErrCorrupt], upon which the engine calls [Discard] and adds the ids of the log again.
//
// It never decides what a duplicate means and never deletes a file that its manifest still lists.
package dedupe
