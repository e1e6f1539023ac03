package app

import (
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery/internal/listen/provider"
)

func TestAProviderWhoseKeyIsMissingIsNotAsked(t *testing.T) {
	mind := provider.Provider{Name: "mind", Kind: provider.OpenAI, URL: "https://models.example/v1", Model: "small", Key: "ORRERY_PROVIDER_TEST_KEY"}
	local := provider.Provider{Name: "local", Kind: provider.ONNX, Socket: "ORRERY_PROVIDER_TEST_SOCKET"}
	for _, p := range []provider.Provider{mind, local} {
		if _, err := buildProvider(p); err == nil || !strings.Contains(err.Error(), "ORRERY_PROVIDER_TEST_") {
			t.Errorf("%s: %v, want the name of what is missing", p.Name, err)
		}
	}
	t.Setenv("ORRERY_PROVIDER_TEST_KEY", "k")
	t.Setenv("ORRERY_PROVIDER_TEST_SOCKET", "/run/s")
	for _, p := range []provider.Provider{mind, local} {
		built, err := buildProvider(p)
		if err != nil {
			t.Fatalf("%s: %v", p.Name, err)
		}
		if err := built.Close(); err != nil {
			t.Error(err)
		}
	}
}
