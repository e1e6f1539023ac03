// Package app builds the product from its parts: it is the only reader of configuration and the only place where a port
// meets the thing behind it. It holds no rule and speaks no protocol.
package app
