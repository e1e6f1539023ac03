package demo_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/orrery-cxm/orrery/internal/channel/webhook"
	"github.com/orrery-cxm/orrery/internal/demo"
	"github.com/orrery-cxm/orrery/internal/engine"
)

func TestTheReceiverRefusesWhatNobodySigned(t *testing.T) {
	r, err := demo.StartReceiver(webhook.NewSecret())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	answer, err := http.Post(r.Address(), "application/json", strings.NewReader(`{"type":"message.send","data":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusUnauthorized || r.Refused() != 1 {
		t.Errorf("an unsigned webhook should be refused and counted; status %d, %d refused", answer.StatusCode, r.Refused())
	}
}

func TestTheBrandsPolicyIsValid(t *testing.T) {
	if _, err := engine.ParsePolicy(demo.Policy("http://127.0.0.1:1/northline", `C:\demo "one"\receiver.secret`)); err != nil {
		t.Fatal(err)
	}
}
