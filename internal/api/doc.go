// Package api is the HTTP door: the tracking API that existing client libraries speak, and the product's own API for
// reading people and acting on them.
//
// It holds no rule about people. It checks keys and scopes, decodes, submits to the engine's loop, waits until the
// answer is durable, and says what happened. Every error leaves by one door ([fail]) and shows only what is meant to be
// shown.
package api
