package listen

import "fmt"

// ShippedModel is the bytes of the embedded weights, as training writes them.
func ShippedModel() ([]byte, error) {
	b, err := shipped.ReadFile("data/model.bin")
	if err != nil {
		return nil, fmt.Errorf("open the embedded weights: %w", err)
	}
	return b, nil
}
