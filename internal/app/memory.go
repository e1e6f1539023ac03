package app

import (
	"os"
	"runtime/debug"
)

// limitMemory sets the soft limit of the heap, below which the collector works at its usual pace. What the environment
// says wins.
func limitMemory(mebibytes int64) {
	if os.Getenv("GOMEMLIMIT") == "" && mebibytes > 0 {
		debug.SetMemoryLimit(mebibytes << 20)
	}
}
