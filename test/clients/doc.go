// Package clients drives client libraries of others, unmodified, against a running server, and reads back by the API
// that each call arrived once, with the right identifiers, times and properties. It is a module of its own, so that
// those libraries never enter the product's graph of dependencies.
package clients
