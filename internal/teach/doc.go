// Package teach lets a workspace learn from what people say its texts mean. It follows the log for corrections, keeps
// what they teach, has the workspace's school study them in the background, and puts the engine that comes out in force
// for the next text. It also measures, from the answers about the random sample, how often the embedded engine is right.
//
// It promises: the engine in force depends on the corrections and the policy alone, so it is the same after a restart;
// a lesson that the gate refuses changes nothing; whoever is erased is unlearned; nobody who sends or commits anything
// ever waits for a lesson.
//
// It never keeps a text (only hashes of its parts, while the workspace is open), never writes one to the log of the
// process, and never learns from an answer that only a model gave.
package teach
