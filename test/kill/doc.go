// Package kill holds the tests that end the real program without warning, in the middle of its work, and look at what it
// finds when it is started again: nothing acknowledged is lost, nothing counts twice, nothing that was asked of the world
// outside is forgotten. It also starts it where it cannot work: in a directory that another process has, that it may not
// write, and on a disk that is full.
package kill
