// Package csvfile is an advertising destination made of files, for platforms that are fed by upload, and for every
// brand that wants to look first: a directory per list with numbered files of what changed, removals before additions,
// and, if wanted, one with everybody who is on the list.
//
//	<list>/000001-remove.csv   people to take off, to be uploaded before
//	<list>/000001-add.csv      people to put on
//	<list>/full.csv            everybody on the list, if Options.Full
//	<list>/members.jsonl       what was written for whom: ours, not to be uploaded
//
// It promises that a file appears whole or not at all; that a wish which was written is not written again, and an older
// wish never undoes a newer one; that a person is removed by the very hashes by which they were added, even if their
// e-mail address has changed since; that no identifier is ever on disk, only its hash and the key that the caller knows the
// person by; and that after Erase no file holds anything of the person.
//
// Uploaded files may be moved away or deleted: their numbers do not come again. The package never uploads anything.
package csvfile
