package collect

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/orrery-cxm/orrery"
)

// ReadPixel reads the event of a pixel from its query parameter data: JSON in base 64 of either alphabet. Spaces stand for
// the plus signs that a careless query lost.
func ReadPixel(data string) (body []byte, err error) {
	const most = MaxEvent/3*4 + 8
	if len(data) > most {
		return nil, orrery.Invalid("collect.event_too_large", "data: a pixel carries one event of at most 32 KiB")
	}
	body, ok := decode64(strings.ReplaceAll(data, " ", "+"))
	if !ok || len(body) == 0 {
		return nil, orrery.Invalid("collect.pixel", "data: this is no JSON object in base 64")
	}
	return body, nil
}

// maxQuery bounds how many parameters an event in a query has.
const maxQuery = 1000

// ReadQuery reads the event of a pixel whose query parameters are its members, as RudderStack's pixels write them: a point
// in a name stands for an object inside, so context.page.title=T is {"context":{"page":{"title":"T"}}}. Values are
// strings; quotes around one fall away. The write key is no member of the event.
func ReadQuery(q url.Values) (body []byte, err error) {
	event := map[string]any{}
	if len(q) > maxQuery {
		return nil, orrery.Invalid("collect.pixel", fmt.Sprintf("the query has more than %d parameters", maxQuery))
	}
	for _, name := range sortedKeys(q) {
		if name == "writeKey" {
			continue
		}
		if err := place(event, name, unquote(q.Get(name))); err != nil {
			return nil, err
		}
	}
	if body, err = json.Marshal(event, json.Deterministic(true)); err != nil {
		return nil, orrery.Invalid("collect.utf8", "a parameter is not valid UTF-8")
	}
	if len(body) > MaxEvent {
		return nil, orrery.Invalid("collect.event_too_large", "a pixel carries one event of at most 32 KiB")
	}
	return body, nil
}

// place puts a value where its dotted name says.
func place(event map[string]any, name, value string) error {
	parts := strings.Split(name, ".")
	if len(parts) >= MaxDepth {
		return orrery.Invalid("collect.depth", fmt.Sprintf("objects and arrays stand more than %d deep in each other", MaxDepth))
	}
	in := event
	for _, part := range parts[:len(parts)-1] {
		inside, ok := in[part].(map[string]any)
		if !ok {
			if in[part] != nil {
				return orrery.Invalid("collect.pixel", fmt.Sprintf("%s is a value and an object at once", clip(name)))
			}
			inside = map[string]any{}
			in[part] = inside
		}
		in = inside
	}
	in[parts[len(parts)-1]] = value
	return nil
}

func unquote(v string) string {
	if len(v) >= 2 && v[0] == '"' && v[len(v)-1] == '"' {
		return v[1 : len(v)-1]
	}
	return v
}

// Settings is what analytics.js asks for when it starts: only that it shall send everything to host (without a scheme,
// such as "cdp.example.com"), with this key.
func Settings(key, host string) []byte {
	out := []byte(`{"integrations":{"Segment.io":{"apiKey":`)
	out = appendString(out, key)
	out = append(out, `,"apiHost":`...)
	out = appendString(out, strings.TrimSuffix(host, "/")+"/v1")
	return append(out, `,"unbundledIntegrations":[],"addBundledMetadata":false,"maybeBundledConfigIds":{},"versionSettings":{}}},`+
		`"plan":{"track":{"__default":{"enabled":true,"integrations":{}}},"identify":{"__default":{"enabled":true}},"group":{"__default":{"enabled":true}}},`+
		`"edgeFunction":{},"analyticsNextEnabled":true,"middlewareSettings":{},"enabledMiddleware":{},"metrics":{"sampleRate":0},`+
		`"legacyVideoPluginsEnabled":false,"remotePlugins":[]}`...)
}

func appendString(out []byte, v string) []byte {
	v = strings.ToValidUTF8(v, "\uFFFD")
	b, err := jsontext.AppendQuote(out, v)
	if err != nil {
		return append(out, `""`...)
	}
	return b
}
