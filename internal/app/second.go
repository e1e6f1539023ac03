package app

import (
	"fmt"
	"os"

	"github.com/orrery-cxm/orrery/internal/listen/provider"
	"github.com/orrery-cxm/orrery/internal/listen/provider/onnx"
	"github.com/orrery-cxm/orrery/internal/listen/provider/openai"
	"github.com/orrery-cxm/orrery/internal/second"
)

// startSecond starts the panel that asks providers for second opinions.
func (h *House) startSecond(s Settings) error {
	panel, err := second.Start(second.Options{House: h.Engine, Dir: h.Dir, Key: h.keys.Derive("second/1"), Mask: func(text string) string { return h.API.Listen.Mask(text) },
		Build: buildProvider, Accuracy: measured{status: h.API.Teacher.Status}, Now: s.Now})
	if err != nil {
		return err
	}
	h.API.Second = panel
	panel.Set(&h.Engine.Policy().Second)
	return nil
}

// buildProvider makes what a policy describes. Keys and sockets come from the environment and nowhere else.
func buildProvider(p provider.Provider) (second.Provider, error) {
	if p.Kind == provider.ONNX {
		socket, err := variable(p.Socket)
		if err != nil {
			return nil, err
		}
		return onnx.New(socket), nil
	}
	key := ""
	if p.Key != "" {
		var err error
		if key, err = variable(p.Key); err != nil {
			return nil, err
		}
	}
	return openai.New(p, key, nil)
}

func variable(name string) (string, error) {
	v := os.Getenv(name)
	if v == "" {
		return "", fmt.Errorf("the environment variable %s is not set", name)
	}
	return v, nil
}
