package api_test

import (
	"strings"
	"testing"
)

func TestBeaconsAndPixelsOfRudderStackAreTaken(t *testing.T) {
	s := newSite(t)
	batch := `{"batch":[{"type":"page","anonymousId":"bea","name":"Home","messageId":"b1"},{"type":"track","anonymousId":"bea","event":"Left","messageId":"b2"}]}`
	a := s.wants(200, "POST", "/beacon/v1/batch?writeKey="+public, "", batch, "Content-Type", "text/plain;charset=UTF-8", "Origin", "https://brand.example")
	if a.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("a beacon comes from any page: %v", a.header)
	}
	s.wants(401, "POST", "/beacon/v1/batch?writeKey="+server, "", batch) // a secret does not belong into an address
	s.wants(401, "POST", "/beacon/v1/batch", "", batch)
	for _, path := range []string{"/pixel/v1/page?writeKey=" + public + "&anonymousId=%22pix%22&name=Home&context.page.path=%2F",
		"/pixel/v1/track?writeKey=" + public + "&anonymousId=pix&event=Email%20Opened", "/pixel/v1/track?writeKey=" + server + "&anonymousId=pix&event=No",
		"/pixel/v1/track?writeKey=nobody&anonymousId=pix&event=No", "/pixel/v1/track?writeKey=" + public + "&event=No", "/pixel/v1/track?writeKey=" + public + "&a=1&a.b=2"} {
		if a := s.wants(200, "GET", path, "", ""); a.header.Get("Content-Type") != "image/gif" || !strings.HasPrefix(a.body, "GIF89a") {
			t.Errorf("%s answers %s, and an image is expected whatever happens", path, a.header.Get("Content-Type"))
		}
	}
	for who, touches := range map[string]string{"bea": "2", "pix": "2"} {
		if a := s.wants(200, "GET", "/v1/persons/anonymous_id:"+who, reader, ""); a.text("touches") != touches {
			t.Errorf("%s was seen %s times, and not %s times", who, touches, a.text("touches"))
		}
	}
}
