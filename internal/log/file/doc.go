// Package file keeps the log of one workspace in segment files of one directory of a local disk.
//
// It promises what package log promises, against a process that dies and a machine that loses its power at any moment,
// provided that the disk keeps what it says it has synced and that a sector of 512 bytes is written wholly or not at
// all. It trims nothing, compresses nothing, repairs nothing that was acknowledged, and reads no clock.
//
// # Files
//
// The directory holds
//
//	00000000000000000001.log   a segment, named by the sequence of its first chunk
//	spare.log                  zeros, being prepared to become the next segment
//	redact.journal             zeros, or the redaction that is under way
//	LOCK                       held by the process that has the log open
//
// A segment is a run of records without gaps and then zeros. A chunk that does not fit into what is left of a segment
// starts the next one; a chunk whose record is longer than a segment, or than 4 MiB, gets one of its own.
//
// # Record
//
// A record is a header of 256 bytes, the body, the end mark "\xa5endmark", and zeros up to a multiple of 512 bytes,
// of which there are at least 128, so that a redacted body may be a little longer than the old one. Little endian:
//
//	  0  8  magic "orrerylg"
//	  8  2  format version, 1
//	 10  2  flags: 1 redacted
//	 12  2  incarnation
//	 14  2  zero
//	 16  8  sequence
//	 24 16  workspace: first half of the SHA-256 of its name
//	 40 16  lineage: random, made with the first record and the same in all that follow
//	 56 32  hash of the chain before this record
//	 88 32  sum of the body with which the record was appended
//	120 32  sum of the body it has now
//	152 16  salt of the sum of the body it has now
//	168  8  length of the body
//	176  8  room for a body: from the end of the header to the end of the record, less the end mark
//	184 64  zero
//	248  8  first bytes of the SHA-256 of the 248 bytes before
//
// A later format keeps magic, version and checksum where they are, so that it is told apart from damage.
//
// The sum of a body is SHA-256 over its salt and its bytes. A redaction writes a new salt, and the old one is gone with
// the old body: what is left in the header, the chain's own sum, confirms no guess of what was erased.
//
// The lineage cannot be guessed from outside, so no body can hold what would be taken for a record of this log.
//
// # Appending
//
// Segments are filled with zeros, which are synced, before they get their name: to overwrite written blocks takes half
// the time of writing into blocks that were only reserved. The next segment is prepared while the present one fills.
// An append is one write and one fdatasync, nothing else. A change whose sync failed leaves the log refusing all
// others until it is reopened, because the system may show as written what the disk never got.
//
// # Opening
//
// Opening reads the last segment only; [Log.Verify] reads everything. The last good record may be one whose sync
// failed in an earlier life: it is written again and synced before it counts. What stands behind it is
//
//   - torn, if it can be what an append leaves that was cut off by a crash: at least one of its sectors is missing, and
//     no record stands behind it. It was never acknowledged. It is overwritten with zeros, as are the next 4 MiB in any
//     case, since zeros may be only what the system shows after a failed sync.
//   - damage, otherwise: then the log does not open.
//
// # Redacting
//
// The new record goes to the journal, which is synced; then in place of the old one, with zeros over all that remains
// of the old one, and synced. Then the journal is overwritten with zeros, unsynced: should it come back after a power
// cut, doing the same redaction again changes nothing. Opening finishes a complete journal and drops a torn one. The
// journal is always overwritten in its whole length, and stays, which spares two syncs of the directory each time.
package file
