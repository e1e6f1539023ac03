package webhook

import "github.com/orrery-cxm/orrery"

// schedule is the waits between attempts that Standard Webhooks suggests.
var schedule = [...]orrery.Span{
	5 * orrery.Second, 5 * orrery.Minute, 30 * orrery.Minute, 2 * orrery.Hour, 5 * orrery.Hour,
	10 * orrery.Hour, 14 * orrery.Hour, 20 * orrery.Hour, 24 * orrery.Hour,
}

// MaxAttempts is how often a delivery is tried before it is dead: over about three days.
const MaxAttempts = len(schedule) + 1

// Backoff is how long to wait after the given number of attempts (1 after the first), false when there have been enough.
// The wait lies between 80 and 120 % of the schedule's, by key (the effect's id), so that what failed together does not
// come back together; equal keys always wait alike. Where the receiver asked for more (Result.RetryAfter), wait that long.
func Backoff(attempts int, key uint64) (orrery.Span, bool) {
	if attempts < 1 || attempts > len(schedule) {
		return 0, false
	}
	wait := schedule[attempts-1]
	// 0 to 1023, by the finalizer of SplitMix64 (Steele, Lea, Flood 2014).
	x := key + uint64(attempts)*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	share := orrery.Span((x ^ x>>31) >> 54)
	return wait*8/10 + wait*4/10*share/1023, true
}
