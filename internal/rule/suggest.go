package rule

import "strings"

// suggest says what somebody who wrote name may have meant.
func (c *compiler) suggest(name string) string {
	candidates := c.names.all()
	best, least := "", 3
	for _, candidate := range candidates {
		if d := distance(name, candidate); d < least {
			best, least = candidate, d
		}
	}
	switch {
	case best != "":
		return "did you mean " + best + "?"
	case !strings.Contains(name, "."):
		return "a trait is written traits." + name + "; the names are " + strings.Join(candidates, ", ")
	case len(candidates) == 0:
		return "no names are registered here"
	}
	return "the names are " + strings.Join(candidates, ", ")
}

// distance counts the single-byte edits between a and b (Levenshtein). Long names are far from everything.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			above := row[j+1]
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			row[j+1] = min(change, above+1, row[j]+1)
			diagonal = above
		}
	}
	return row[len(b)]
}
