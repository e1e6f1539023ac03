package collect_test

import (
	"testing"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/collect"
)

// The shapes of these requests are those which the named client libraries send, typed in by hand.
func TestRequestsOfClientLibrariesAreUnderstood(t *testing.T) {
	for name, c := range map[string]struct {
		path, body string
		want       []orrery.Touch
	}{
		"analytics-node": {"/v1/batch", `{"batch":[{"messageId":"node-next-1795532644000-0b1fcd54-3a5b-4c5e-9f0e-2f4f3a1b2c3d","timestamp":"2026-11-24T15:04:04.000Z","type":"track","userId":"u1","event":"Signed Up",
				"properties":{"plan":"pro"},"context":{"library":{"name":"@segment/analytics-node","version":"2.1.3"}},"integrations":{},"_metadata":{"nodeVersion":"24.0.0","jsRuntime":"node"}}],
				"sentAt":"2026-11-24T15:04:04.500Z","writeKey":"k"}`,
			[]orrery.Touch{{Kind: orrery.Track, Name: "Signed Up", MessageID: "node-next-1795532644000-0b1fcd54-3a5b-4c5e-9f0e-2f4f3a1b2c3d", At: received - 500, Channel: "web",
				Identifiers: []orrery.Identifier{proven(orrery.UserID, "u1")}, Properties: `{"plan":"pro"}`}}},
		"analytics-go v3": {"/v1/batch", `{"messageId":"5e8c1d0a-3b1f-4a57-8a3e-6a3b0e2d9f10","sentAt":"2026-11-24T16:04:05.123456789+01:00","batch":[
				{"type":"identify","messageId":"m1","timestamp":"2026-11-24T16:04:05.023456789+01:00","userId":"u1","traits":{"email":"ada@example.com"}},
				{"type":"alias","messageId":"m2","previousId":"old","userId":"u1","timestamp":"2026-11-24T16:04:05.123456789+01:00"}],
				"context":{"library":{"name":"analytics-go","version":"3.0.0"}}}`,
			[]orrery.Touch{{Kind: orrery.Identify, MessageID: "m1", At: received - 100, Channel: "web",
				Identifiers: []orrery.Identifier{proven(orrery.UserID, "u1"), id(orrery.Email, "ada@example.com")}, Traits: []orrery.Trait{{Name: "email", Value: `"ada@example.com"`, Origin: orrery.FirstParty}}},
				{Kind: orrery.AliasCall, MessageID: "m2", At: received, Channel: "web", Identifiers: []orrery.Identifier{proven(orrery.UserID, "u1")}, Alias: []orrery.Identifier{id(orrery.UserID, "old")}}}},
		"rudder-sdk-node": {"/v1/batch", `{"batch":[{"userId":"u1","anonymousId":"0b1fcd54-3a5b-4c5e-9f0e-2f4f3a1b2c3d","event":"Ordered","properties":{"a":1},"context":{"library":{"name":"@rudderstack/rudder-sdk-node","version":"3.0.13"}},
				"type":"track","channel":"server","messageId":"m1","originalTimestamp":"2026-11-24T15:04:04.000Z","sentAt":"2026-11-24T15:04:05.000Z","_metadata":{}}]}`,
			[]orrery.Touch{{Kind: orrery.Track, Name: "Ordered", MessageID: "m1", At: received - 1000, Channel: "web", Properties: `{"a":1}`,
				Identifiers: []orrery.Identifier{proven(orrery.UserID, "u1"), id(orrery.AnonymousID, "0b1fcd54-3a5b-4c5e-9f0e-2f4f3a1b2c3d")}}}},
		"rudder analytics-go": {"/v1/batch", `{"messageId":"b1","sentAt":"2026-11-24T15:04:05.000000001Z","batch":[{"userId":"u1","type":"identify","messageId":"m1","originalTimestamp":"2026-11-24T15:04:03.000000001Z",
				"sentAt":"2026-11-24T15:04:05.000000001Z","context":{"traits":{"plan":"gold"}},"channel":"server"}]}`,
			[]orrery.Touch{{Kind: orrery.Identify, MessageID: "m1", At: received - 2000, Channel: "web", Identifiers: []orrery.Identifier{proven(orrery.UserID, "u1")},
				Traits: []orrery.Trait{{Name: "plan", Value: `"gold"`, Origin: orrery.FirstParty}}}}},
		"@jitsu/js": {"/api/s/page", `{"timestamp":"2026-11-24T15:04:04.000Z","sentAt":"2026-11-24T15:04:05.000Z","messageId":"1b8jxa2xs4x1f2ob7xl9a","writeKey":"","groupId":null,"userId":null,"anonymousId":"jitsu-anon","type":"page","name":"Home",
				"properties":{"title":"T","url":"https://x.example/","path":"/","hash":"","width":800},"traits":{},"context":{"library":{"name":"@jitsu/js","version":"1.11.0"},"locale":"en","consent":{"categoryPreferences":{}},"campaign":{},"ip":null}}`,
			[]orrery.Touch{{Kind: orrery.Page, Name: "Home", MessageID: "1b8jxa2xs4x1f2ob7xl9a", At: received - 1000, Channel: "web", Locale: "en", Identifiers: []orrery.Identifier{id(orrery.AnonymousID, "jitsu-anon")},
				Properties: `{"title":"T","url":"https://x.example/","path":"/","hash":"","width":800}`}}},
		"analytics.js": {"/v1/t", `{"timestamp":"2026-11-24T15:04:05.000Z","integrations":{"Segment.io":true},"userId":null,"anonymousId":"f5a0b1c2-3a5b-4c5e-9f0e-2f4f3a1b2c3d","event":"Clicked","type":"track","properties":{},
				"context":{"page":{"path":"/","referrer":"","search":"","title":"T","url":"https://x.example/"},"userAgent":"Mozilla/5.0","locale":"en-US","library":{"name":"analytics.js","version":"next-1.84.3"},"timezone":"Europe/Rome"},
				"messageId":"ajs-next-1795532645000-f5a0b1c2","writeKey":"k","sentAt":"2026-11-24T15:04:05.000Z","_metadata":{"bundled":["Segment.io"],"unbundled":[],"bundledIds":[]}}`,
			[]orrery.Touch{{Kind: orrery.Track, Name: "Clicked", MessageID: "ajs-next-1795532645000-f5a0b1c2", At: received, Channel: "web", Locale: "en-US", Zone: "Europe/Rome",
				Identifiers: []orrery.Identifier{id(orrery.AnonymousID, "f5a0b1c2-3a5b-4c5e-9f0e-2f4f3a1b2c3d")}}}},
	} {
		call, _, ok := collect.CallOf(c.path)
		if !ok {
			t.Errorf("%s: the path %s is not known", name, c.path)
			continue
		}
		touches, rejected := decode(t, call, c.body)
		for i := range c.want {
			c.want[i].Source, c.want[i].Trust, c.want[i].Received = "shop", orrery.Server, received
		}
		differ(t, name, c.want, touches)
		if len(rejected) > 0 {
			t.Errorf("%s: rejected %+v", name, rejected)
		}
	}
}
