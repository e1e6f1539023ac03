// Package bench measures the product beside the machine's own limits: every figure that the documents promise is printed
// by a run of this package, with the limit it should be held against from the same run.
package bench
