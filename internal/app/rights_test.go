package app_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/api"
	"github.com/orrery-cxm/orrery/internal/engine"
)

// asks sends a request and gives what came back, whatever it is.
func (b *brand) asks(method, path, body string) (status int, answer string) {
	b.Helper()
	q, err := http.NewRequest(method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+b.secret)
	q.Header.Set("Content-Type", "application/json")
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Body.Close()
	got, err := io.ReadAll(r.Body)
	if err != nil {
		b.Fatal(err)
	}
	return r.StatusCode, string(got)
}

func TestAPersonGetsTheirDataAndIsForgottenOverHTTPAsByCommand(t *testing.T) {
	b := newBrand(t)
	b.writes("ann", "My SECRETKETTLE broke and nobody answers. I want my money back!")
	b.writes("bob", "Hello there")
	var got api.Export
	b.call("GET", "/v1/persons/user_id:ann/export", "", &got)
	if got.Format != "orrery-person-1" || got.Person == nil || len(got.Cases) != 1 || len(got.Timeline) == 0 {
		t.Errorf("the export should hold the person, their case and their timeline: %+v", got)
	}
	if _, text := b.asks("GET", "/v1/persons/user_id:ann/export", ""); !strings.Contains(text, "SECRETKETTLE") || strings.Contains(text, "Hello there") {
		t.Errorf("the export should hold what ann wrote, and nothing of bob: %s", text)
	}
	for body, want := range map[string]string{`{"confirm":false}`: "cannot be undone", `{}`: "confirm", `{"confirm":"yes"}`: "boolean"} {
		if status, text := b.asks("POST", "/v1/persons/user_id:ann/erase", body); status/100 != 4 || !strings.Contains(text, want) {
			t.Errorf("an erasure that is not confirmed is refused and says how, not %d %s", status, text)
		}
	}
	for _, path := range []string{"/v1/persons/user_id:zoe/export", "/v1/persons/user_id:zoe/erase"} {
		method, body := "GET", ""
		if strings.HasSuffix(path, "erase") {
			method, body = "POST", `{"confirm":true}`
		}
		if status, text := b.asks(method, path, body); status != 404 {
			t.Errorf("%s of somebody whom nobody has seen answers %d %s, want 404", path, status, text)
		}
	}
	var receipt engine.Receipt
	b.call("POST", "/v1/persons/user_id:ann/erase", `{"confirm":true,"request":"R-7"}`, &receipt)
	if receipt.Request != "R-7" || receipt.Seq == 0 || receipt.Ended < receipt.Began || len(receipt.Cleaned) < 5 {
		t.Errorf("the receipt should name the request and every store: %+v", receipt)
	}
	if status, text := b.asks("GET", "/v1/persons/user_id:ann/export", ""); status != 404 {
		t.Errorf("nothing is held of ann any more; her export answers %d %s", status, text)
	}
	for _, f := range facts(t, b.House) {
		text, err := json.Marshal(f.Fact)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("SECRETKETTLE")) {
			t.Errorf("the log still says what she wrote: %s", text)
		}
		if e, ok := f.Fact.(*orrery.PersonErased); ok && e.Request == "R-7" && e.By.Name != "care" {
			t.Errorf("the log should say whose key asked for the erasure; it says %q", e.By.Name)
		}
	}
	if _, err := b.Engine.Person(context.Background(), b.Engine.Find(orrery.UserID, "bob"), 0); err != nil {
		t.Errorf("bob should be as he was: %v", err)
	}
}
