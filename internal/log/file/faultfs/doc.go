// Package faultfs is a file system in memory for tests. It keeps apart what a program sees and what the disk holds,
// and loses the difference when the power fails.
//
// It promises the least that POSIX and a disk promise. Each sector of 512 bytes that was written and not synced is lost
// or kept by chance, also in the middle of one write. So are lengths and names. DataSync makes durable only what lies
// inside the length at the last Sync. A sync that failed leaves some sectors unwritten although they are seen as clean:
// a later sync does not write them. Any operation can be made to fail. The same seed and the same operations give the
// same outcome.
//
// It never tells a program which of its bytes are durable; only tests can look.
package faultfs
