// Package webhook sends webhooks as Standard Webhooks 1.0.0 asks (https://www.standardwebhooks.com): signed, with an id
// that stays the same over attempts, and an honest answer to the question whether the receiver took it.
//
// It promises that no request reaches an address inside the brand's own network or a cloud's metadata service unless the
// operator allowed private addresses (never the latter), whatever a name resolves to and whenever it changes; that no
// redirect is followed; that nothing is called accepted without a 2xx answer, nor failed when the receiver may have taken it.
//
// It never retries by itself, keeps nothing, and never logs an address or a body: the outbox decides what happens next,
// with [Backoff] for the time.
package webhook
