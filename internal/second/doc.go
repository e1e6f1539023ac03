// Package second asks providers for a second opinion on what people wrote. It follows the log, so the first answer, that of
// the engine of the product, is durable before anybody is asked, and no event waits for a provider.
//
// It promises: what leaves the process is masked and bounded; nobody is asked about what a person has corrected, what
// lies back in history, or what waited longer than the policy's MaxAge; a provider is asked at most as often and spends at
// most as much in a day as its budget says, across restarts; one that fails is left alone for a while; an answer comes
// back as a new revision of the signals, and never over a person's correction. Where the provider, the budget or the
// time is missing, the first answer stands.
//
// It keeps no text: answers are remembered in memory only, under keyed hashes of what was asked, and are forgotten when
// anybody is erased.
package second
