// Package docs holds the tests that keep the documentation true: the reference of the policy and the description of the
// HTTP API are the ones that the code has, every link leads somewhere, every dependency has its reason, and every
// requirement is mapped to a test or a command that exists, or to "later".
package docs
