package listen

import (
	"fmt"
	"sync"
)

// ShippedModel is the bytes of the embedded weights, as training writes them.
func ShippedModel() ([]byte, error) {
	b, err := shipped.ReadFile("data/model.bin")
	if err != nil {
		return nil, fmt.Errorf("open the embedded weights: %w", err)
	}
	return b, nil
}

// Shipped is the engine as it comes with the product, read once for all who ask: it never changes, so workspaces share it
// and its memory. What a workspace teaches stands beside it; see [NewEars].
func Shipped() (*Engine, error) { return readOnce() }

var readOnce = sync.OnceValues(func() (*Engine, error) { return New(Options{}) })
