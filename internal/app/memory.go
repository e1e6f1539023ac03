package app

import (
	"os"
	"runtime/debug"
)

// limitMemory sets the soft limit of the process, and lets the collector be lazy below it: it starts when the heap has
// grown threefold, or earlier near the limit. What the environment says wins.
func limitMemory(mebibytes int64) {
	if os.Getenv("GOGC") == "" && mebibytes > 0 {
		debug.SetGCPercent(200)
	}
	if os.Getenv("GOMEMLIMIT") == "" && mebibytes > 0 {
		debug.SetMemoryLimit(mebibytes << 20)
	}
}
