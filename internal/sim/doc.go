// Package sim lives small worlds through the real engine in seconds: people with several names, families at one tablet,
// agents, marketers, destinations that refuse and fall silent, disks that lose what was not synced, clocks that jump.
//
// It promises that a seed says everything: the same seed and settings give the same inputs, the same faults and the same
// log, byte for byte, so a failure that names its seed can be looked at again. What must hold is judged by oracles that
// were written from the design and share no code with the packages they judge: they read the log as anybody could.
//
// It never serves a real workspace, and knows nothing that a client of the engine could not know.
package sim
