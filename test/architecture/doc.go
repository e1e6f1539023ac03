// Package architecture holds the tests that keep the code in the shape which ARCHITECTURE.md describes: who may import
// whom, what the domain may never touch, how long a file and a function may be.
package architecture
