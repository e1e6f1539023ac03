// Package seal holds the keys of a workspace and everything that is made with them: the hashes by which identifiers
// and messages are known, the register of erased people, signed tokens in links, and hashed API keys.
//
// It promises that nobody without the workspace's key file can compute or confirm any of these from a guess; that a
// damaged key file is refused instead of silently making everybody a stranger; and that a secret which is logged or
// printed by accident shows as [secret].
//
// It never writes a key anywhere but into the key file it was asked to write, and never replaces a key file.
package seal
