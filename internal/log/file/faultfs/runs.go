package faultfs

import (
	"os"
	"strconv"
)

// RunsEnv asks for another number of random histories than a test plays on its own.
const RunsEnv = "ORRERY_DISK_RUNS"

// Runs is how many random histories a test plays: usual, or what RunsEnv says.
func Runs(t interface{ Fatalf(string, ...any) }, usual uint64) uint64 {
	s := os.Getenv(RunsEnv)
	if s == "" {
		return usual
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		t.Fatalf("%s=%q is no number", RunsEnv, s)
	}
	return n
}
