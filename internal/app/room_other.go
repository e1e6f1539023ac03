//go:build !unix

package app

import "errors"

// freeBytes is how much room the file system of a directory has for us.
func freeBytes(string) (uint64, error) { return 0, errors.New("not known on this system") }
