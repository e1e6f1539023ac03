// Package rule is the one language of segments, policies and conditions: a yes-or-no question about one person,
// written in a subset of CEL and answered in a few nanoseconds.
//
//	traits.plan == "pro" && count("Product Viewed", "7d") >= 3 && !did("Order Completed", "30d")
//
// # What can be asked
//
//	traits.plan == "pro"                    a trait; also traits["favourite colour"] and traits.address.city
//	traits.age >= 18, traits.score < 2.5    numbers, with at most three decimals; whole and decimal compare
//	traits.country in ["DE", "AT"]          one of a list of texts or numbers
//	has(traits.plan)                        the trait is known
//	traits.vip                              a trait that holds true
//	traits.plan.startsWith("pro")           also endsWith, contains, and matches with an RE2 pattern
//	"vip" in traits.tags                    a trait that holds a list of texts
//	traits.tags.exists(t, t == "vip")       also all; inside: ==, !=, in, startsWith ... and &&, ||, !
//	size(traits.tags) > 2                   how many elements a list has
//	count("Product Viewed") >= 3            touches of that name of all time; "" is every touch
//	count("Product Viewed", "7d") >= 3      in the last seven days, against a fixed number up to [MaxTimes]
//	did("Signed In"), did("Signed In", "30d")
//	since_last("Signed In", "30d")          did it, and the last time is more than 30 days ago
//	ago(last("Signed In")) > span("30d")    the same; also first("..."), and names that hold a moment
//	first("Signed Up") >= timestamp("2026-01-01T00:00:00Z")
//	sequence("A", "B", "2h")                A, and B after it within two hours
//	sequence("A", "B", "2h", "30d")         the same, where B is in the last 30 days
//	abandoned("A", "B", "2h")               the latest A is two hours old or more, and no B came since
//	abandoned("A", "B", "2h", "7d")         the same, while that A is in the last seven days
//	viewed("sku-1"), viewed("sku-1", "14d")
//	spent("90d") > 100.00                   in the workspace's currency
//	life("engagement")                      a life event is in force
//	consent("marketing", "email")           consent("research") asks for every channel
//	orders.count > 2, state.mood == "sad"   the names that the product registers
//	&& || ! ( ) ?: true false               and == between two conditions
//
// Lengths of time are one number and one unit, 90s, 30m, 48h, 7d, 2w, up to ten years.
//
// # What is promised
//
// Nothing about a person is an error. A trait or name that is missing, or holds another kind of thing than it is
// compared with, makes the comparison false; for != this means: false when it is missing, true when it is known and
// differs. To say "is not pro, or not known" write !(traits.plan == "pro"). A registered yes or no that is missing is no.
//
// Conditions of traits alone answer as CEL itself does, wherever CEL has an answer and not an error; only size() and the
// elements of a text are left out.
//
// A touch is in the last seven days until exactly seven days after it, and then no longer. Windowed conditions know
// the [MaxTimes] most recent touches of a name.
//
// Every answer comes with the earliest moment at which it may change by time alone, so that one timer a person is
// enough: until that moment the answer is constant as long as nothing new is learned about the person.
//
// Work is bounded: a rule has a static worst-case cost and is refused above [MaxCost]; lists and texts longer than that
// cost assumes make Eval fail with [ErrCost] rather than answer. What the subset lacks (arithmetic, map, filter,
// functions of CEL that are not listed) is refused with line, column and what to write instead.
//
// The package knows nothing of the business, keeps no state, reads no clock, and does no I/O.
package rule
