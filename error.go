package orrery

import (
	"errors"
	"fmt"
)

// ErrorKind says what the caller may do about an error. Values are never reordered: clients know them.
type ErrorKind string

const (
	KindInvalid     ErrorKind = "invalid"     // change the request: as it stands it can never succeed
	KindNotFound    ErrorKind = "not_found"   // there is no such thing
	KindDenied      ErrorKind = "denied"      // this key or source may not do that
	KindConflict    ErrorKind = "conflict"    // it clashes with the state as it is now
	KindLimited     ErrorKind = "limited"     // too much at once: come back after RetryAfter
	KindUnavailable ErrorKind = "unavailable" // we cannot do it now: nothing was kept, try again
	KindInternal    ErrorKind = "internal"    // a fault of ours
)

// Error is what the product says when it cannot do what was asked.
type Error struct {
	Kind       ErrorKind
	Code       string // stable and documented, "collect.too_large"
	Say        string // for people, safe to show; never holds personal data of a third person
	RetryAfter Span   // with KindLimited and KindUnavailable
	Err        error  // for the log, never shown
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", e.Say, e.Err)
	}
	return e.Say
}

func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is an *Error of the same code, so that sentinel errors can be compared with errors.Is.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && t.Kind == e.Kind
}

// Invalid is an error about a value that can never be accepted.
func Invalid(code, say string) *Error { return &Error{Kind: KindInvalid, Code: code, Say: say} }

// NotFound is an error about something that does not exist.
func NotFound(code, say string) *Error { return &Error{Kind: KindNotFound, Code: code, Say: say} }

// Denied is an error about a right that is missing.
func Denied(code, say string) *Error { return &Error{Kind: KindDenied, Code: code, Say: say} }

// Conflict is an error about a clash with the state as it is.
func Conflict(code, say string) *Error { return &Error{Kind: KindConflict, Code: code, Say: say} }

// KindOf is the kind of the first *Error in err's chain; any other error is internal.
func KindOf(err error) ErrorKind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindInternal
}
