// Package demo tells the product's stories on a real server: people write, announce, mourn and complain through the real
// HTTP API, as clients do, and every line that it prints is read back from that API. Nothing is invented but the people,
// their words and their money.
//
// It knows the server only by its address and keys; who starts it hands those in. It needs no network beyond the local
// machine, and with the same seed it tells the same stories in the same words, times and ids apart.
package demo
